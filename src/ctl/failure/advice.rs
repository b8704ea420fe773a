//! What to do about a failure, where there is more to say than the failure itself.

use sentinel_api_types::error::code;
use sentinel_client::{ApiError, ClientError};

use crate::trust;

use super::{Advised, Asked, SIGNING_IN, refusal};

/// Kinds of objects as the cluster calls them, the part of a path that a name stands behind, and the command that lists them.
const KINDS: &[(&str, &str, &str)] = &[
    ("Org", "orgs", "org list"),
    ("Project", "projects", "project list"),
    ("Node", "nodes", "node list"),
    ("Bundle", "bundles", "bundle list"),
    ("Rollout", "rollouts", "rollout list"),
    ("API key", "api-keys", "key list"),
    ("Enrolment token", "enrolment-tokens", "token list"),
    ("Member", "members", "org members list"),
    ("Environment", "environments", "environment list"),
];

/// The kind of what was not found, its name where the path has it, and the command that lists what there is.
fn missing(refusal: &ApiError) -> Option<(&'static str, Option<&str>, String)> {
    if refusal.code != code::NOT_FOUND {
        return None;
    }
    let kind = refusal.message.strip_suffix(" not found")?;
    let (kind, part, list) = KINDS.iter().find(|(known, ..)| *known == kind)?;
    // Nouns and names take turns, and a project may be called like a noun.
    let named = |part: &str| Some(refusal.path.chunks_exact(2).find(|pair| pair[0] == part)?[1].as_str());
    let mut list = format!("sentinel-cp {list}");
    let within = match *part {
        "orgs" | "projects" | "api-keys" => None,
        "members" => named("orgs").map(|org| format!(" --org {org}")),
        _ => named("projects").map(|project| format!(" --project {project}")),
    };
    list.extend(within);
    Some((kind, named(part), list))
}

/// A refusal with the name of what it is about.
pub fn in_full(refusal: &ApiError) -> String {
    match missing(refusal) {
        Some((kind, Some(name), _)) => {
            format!("{kind} {name} not found ({} {})", refusal.status, refusal.code)
        }
        _ => refusal.to_string(),
    }
}

/// Lines for below the failure.
pub fn advice(error: &anyhow::Error, asked: &Asked) -> Vec<String> {
    let Some(refusal) = refusal(error) else {
        return match error.downcast_ref::<ClientError>() {
            // What the options say is wrong, not the cluster.
            None | Some(ClientError::Setup(_)) => Vec::new(),
            Some(ClientError::Tls { trouble, .. }) => {
                trust::advice(trouble).map(str::to_owned).into_iter().collect()
            }
            Some(_) => vec![elsewhere()],
        };
    };
    let mut lines = Vec::new();
    if !refusal.tried.is_empty() {
        lines.push(format!("asked: {}", refusal.tried.join(", ")));
    }
    match error.downcast_ref::<Advised>() {
        Some(advised) => lines.extend(advised.advice.clone()),
        // Somebody who is signing in need not be told to.
        None if error.to_string() == SIGNING_IN && refusal.status < 500 && !refusal.is_foreign() => {}
        None => lines.extend(about(refusal, asked)),
    }
    if let (500.., Some(id)) = (refusal.status, &refusal.request_id) {
        lines.push(format!("request id: {id} at {}", refusal.member));
    }
    lines
}

fn elsewhere() -> String {
    "is the cluster running there? Name a member with --server or SENTINEL_CP_SERVER".to_owned()
}

fn about(refusal: &ApiError, asked: &Asked) -> Option<String> {
    if refusal.is_foreign() {
        return Some(elsewhere());
    }
    let advice = match refusal.code.as_str() {
        code::PRECONDITION_FAILED => return overtaken(refusal),
        code::UNAUTHENTICATED if asked.token => {
            "SENTINEL_CP_TOKEN is set: it was used, before any login, and refused; unset it to use your login, or set it to a \
             good API key"
        }
        code::UNAUTHENTICATED => {
            let context = asked.context.as_ref().map(|name| format!(" --context {name}")).unwrap_or_default();
            return Some(format!("sign in: sentinel-cp login{context}"));
        }
        code::FORBIDDEN if asked.token => {
            "SENTINEL_CP_TOKEN is set: it was used, before any login; what a key may do is in its scopes and its project, which \
             somebody who is signed in sees with sentinel-cp key list"
        }
        // No role helps who asks for something against approving it; the refusal says who may.
        code::FORBIDDEN if refusal.message.contains("somebody else must") => return None,
        code::FORBIDDEN => "your role does not allow this; sentinel-cp whoami shows what you are",
        code::READ_ONLY => "nothing was written; give another member with --server, or make room on this one",
        code::NO_LEADER => "nothing was written; sentinel-cp cluster status shows the members",
        code::NO_QUORUM if asked.fresh_read => {
            "no majority of members answers; sentinel-cp cluster status shows them, and with --stale this command shows what \
             one member has, which may be old"
        }
        code::NO_QUORUM => "no majority of members answers; sentinel-cp cluster status shows them",
        code::OUTCOME_UNKNOWN => "it may have happened all the same: look before you repeat it",
        code::INTERNAL => "the member's log has the cause under the request id",
        _ => return missing(refusal).map(|(kind, _, list)| seen(kind, &list, asked)),
    };
    Some(advice.to_owned())
}

/// What somebody else has changed.
fn overtaken(refusal: &ApiError) -> Option<String> {
    let fields = refusal.details.as_ref()?.get("changed_fields")?.as_array()?;
    let fields: Vec<&str> = fields.iter().filter_map(serde_json::Value::as_str).collect();
    if fields.is_empty() { None } else { Some(format!("changed meanwhile: {}", fields.join(", "))) }
}

/// Where to look for what there is.
fn seen(kind: &str, list: &str, asked: &Asked) -> String {
    let which = if asked.token && matches!(kind, "Org" | "Project") {
        "; an API key, which SENTINEL_CP_TOKEN may hold, sees its own org and project only"
    } else {
        ""
    };
    format!("{list} shows what there is{which}")
}
