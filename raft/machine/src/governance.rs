//! Who may let a rollout begin: roles as they are at this entry of the log, what an approval is bound to, the count, the start.

use std::collections::BTreeSet;

use sentinel_model::api_key::ApiKey;
use sentinel_model::audit::Actor;
use sentinel_model::bundle::{Bundle, BundleState, RiskLevel};
use sentinel_model::environment::Environment;
use sentinel_model::governance::{Approval, BreakGlass, needed as rules_need};
use sentinel_model::node::Node;
use sentinel_model::project::Project;
use sentinel_model::risk::Judged;
use sentinel_model::rollout::{Deed, Hold, Rollout, RolloutSpec, RolloutState};
use sentinel_model::user::{Membership, Role};
use sentinel_model::{
    EnvironmentId, InvalidValue, NodeId, OrgId, RolloutId, Sha256Digest, Time, UserId, name,
};
use sha2::{Digest, Sha256};

use crate::apply::{Context, Stop};
use crate::blue_green;
use crate::environment;
use crate::freeze;
use crate::outcome::Rejection;
use crate::planted::planted;
use crate::queue::{self, Claim};
use crate::risk;
use crate::rollout;
use crate::tables::{Read, Table, TableError, encode, key, load};

/// The role of a person in an org, as of this state.
pub(crate) fn role_in(
    read: &(impl Read + ?Sized),
    org: OrgId,
    user: UserId,
) -> Result<Option<Role>, TableError> {
    let membership: Option<Membership> = load(read, &key(&[org.as_bytes(), user.as_bytes()]))?;
    Ok(membership.map(|membership| membership.role))
}

/// The person who acts, if they have this role in the project's org at this entry of the log. Programs have no say here:
/// whatever their keys may do, a key is not a person.
pub(crate) fn require_person(context: &Context<'_>, project: &Project, least: Role) -> Result<UserId, Stop> {
    let Actor::User(user) = context.actor else {
        return Err(Rejection::Forbidden("only a person may do this; sign in instead".into()).into());
    };
    match role_in(context.tables(), project.org_id, user)? {
        None => Err(Rejection::not_found("Project").into()),
        Some(role) if role >= least => Ok(user),
        Some(role) => {
            let (least, role) = (least.as_str(), role.as_str());
            Err(Rejection::Forbidden(format!("this needs the role {least}, yours is {role}")).into())
        }
    }
}

/// The person behind what is asked for: who asks, or who made the API key that does.
///
/// A key that is gone by now is refused: nobody would be known who may not approve.
pub(crate) fn author(context: &Context<'_>) -> Result<Option<UserId>, Stop> {
    match context.actor {
        Actor::User(user) => Ok(Some(user)),
        Actor::ApiKey(id) => match context.load::<ApiKey>(id.as_bytes())? {
            Some(key) => Ok(Some(key.user_id)),
            None => Err(Rejection::Forbidden("the API key that asks is gone".into()).into()),
        },
        Actor::Node(_) | Actor::Member(_) | Actor::Anonymous => Ok(None),
    }
}

/// The broken glass, if the actor may break it and says why.
pub(crate) fn break_glass(
    context: &Context<'_>,
    project: &Project,
    by: &str,
    reason: &str,
) -> Result<BreakGlass, Stop> {
    excused(context, project, by, "override_freeze_reason", reason)
}

/// That the order of environments does not hold a rollout, if the actor may say so and says why.
pub(crate) fn skip_order(
    context: &Context<'_>,
    project: &Project,
    by: &str,
    reason: &str,
) -> Result<BreakGlass, Stop> {
    excused(context, project, by, "skip_order_reason", reason)
}

fn excused(
    context: &Context<'_>,
    project: &Project,
    by: &str,
    field: &str,
    reason: &str,
) -> Result<BreakGlass, Stop> {
    let user_id = require_person(context, project, Role::Admin)?;
    name::check_text(field, reason)?;
    if reason.trim().is_empty() {
        let message = "say why: it is kept with the rollout and in the audit log";
        return Err(InvalidValue::new(field, message).into());
    }
    Ok(BreakGlass { user_id, by: by.to_owned(), reason: reason.to_owned(), at: context.time })
}

/// What an approval is bound to. Rows are encoded with the names of their fields, and a field of a later version that says
/// nothing is left out, so every version that knows what is asked for makes the same of it.
pub(crate) fn digest(
    rollout: RolloutId,
    scheduled_at: Option<Time>,
    bundle: &Bundle,
    steps: &[Vec<NodeId>],
    spec: &RolloutSpec,
) -> Result<Sha256Digest, TableError> {
    let mut hasher = Sha256::new();
    hasher.update(b"sentinel-cp rollout approval 1\0");
    hasher.update(rollout.as_bytes());
    hasher.update(bundle.manifest_digest.0);
    let when = encode(Table::Rollouts, &scheduled_at)?;
    for part in [when, encode(Table::Rollouts, &steps)?, encode(Table::Rollouts, spec)?] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    Ok(Sha256Digest(hasher.finalize().into()))
}

/// How many people must agree to giving this bundle to these nodes, by the rules of now of the project and of the environments that they
/// are in, and what the nodes run now; and how dangerous that is, where any rule asks.
pub(crate) fn needed<'n>(
    context: &Context<'_>,
    project: &Project,
    bundle: &Bundle,
    nodes: impl IntoIterator<Item = &'n NodeId>,
) -> Result<(u8, Option<Judged>), Stop> {
    let environments = environment::all(context.tables(), project.id)?;
    if project.approval.rules.is_empty() && environments.iter().all(|one| one.approval_rules.is_empty()) {
        return Ok((0, None));
    }
    let mut there = Vec::new();
    for node in nodes {
        // One that is gone is missed when the rollout begins, and another tenant's is as good as gone.
        let node = context.load::<Node>(node.as_bytes())?;
        there.extend(node.filter(|node| node.project_id == project.id));
    }
    let touched: BTreeSet<EnvironmentId> = there.iter().filter_map(|node| node.environment_id).collect();
    if !asks(project, &environments, &touched) {
        return Ok((0, None));
    }
    let judged = risk::judge(context.tables(), bundle, &there)?;
    let level = if planted!(RiskOfUpload) { bundle.risk_level } else { judged.risk.level };
    Ok((approvals(project, &environments, &touched, level), Some(judged)))
}

/// Whether any rule asks about rollouts to these environments.
fn asks(project: &Project, environments: &[Environment], touched: &BTreeSet<EnvironmentId>) -> bool {
    let touched = |one: &&Environment| touched.contains(&one.id);
    !project.approval.rules.is_empty()
        || environments.iter().filter(touched).any(|one| !one.approval_rules.is_empty())
}

/// How many people must agree to a bundle of this risk: the strictest of the rules of the project and of the environments in question.
pub fn approvals(
    project: &Project,
    environments: &[Environment],
    touched: &BTreeSet<EnvironmentId>,
    risk: RiskLevel,
) -> u8 {
    let touched = environments.iter().filter(|one| touched.contains(&one.id));
    let beside = touched.map(|one| rules_need(&one.approval_rules, risk)).max().unwrap_or(0);
    project.approval.needed(risk).max(beside)
}

/// When approvals that are waited for from now on expire.
pub(crate) fn expiry(context: &Context<'_>, project: &Project) -> Time {
    context.time.plus_ms(u64::from(project.approval.expires_h) * 3_600_000)
}

/// Takes out who may not approve any more, judges the risk anew, and says whether enough are left. Rules that were loosened since
/// do not release what was asked for under them, nor does a fleet that has come closer to the bundle; stricter ones hold at once.
pub(crate) fn count(
    context: &Context<'_>,
    project: &Project,
    waiting: &mut Rollout,
    approval: &mut Approval,
) -> Result<bool, Stop> {
    let mut eligible = Vec::with_capacity(approval.given.len());
    for given in approval.given.drain(..) {
        if role_in(context.tables(), project.org_id, given.user_id)?
            .is_some_and(|role| role >= Role::Operator)
            || planted!(RoleKept)
        {
            eligible.push(given);
        }
    }
    approval.given = eligible;
    let bundle = context.require::<Bundle>(waiting.spec.bundle_id.as_bytes(), "Bundle")?;
    let planned = blue_green::plan(context.tables(), waiting)?;
    let (needed, judged) = needed(context, project, &bundle, planned.iter().flatten())?;
    approval.needed = approval.needed.max(needed);
    waiting.governance.risk = judged.or(waiting.governance.risk.take());
    Ok(approval.given.len() >= usize::from(approval.needed))
}

/// Lets a rollout begin that was waiting: now, or when its time has come and nothing is frozen. A plan that cannot be carried
/// out any more ends it, for all to see; nobody has agreed to another one. Returns what became of it, in words.
pub(crate) fn begin(context: &mut Context<'_>, waiting: &mut Rollout, deed: Deed) -> Result<String, Stop> {
    let too_early = waiting.governance.scheduled_at.is_some_and(|at| at > context.time);
    let frozen = freeze::holding(context.tables(), waiting, context.time)?;
    if too_early || frozen.is_some() {
        rollout::enter(waiting, deed, RolloutState::Scheduled)?;
        waiting.governance.frozen_until = frozen.as_ref().filter(|_| !too_early).map(|frozen| frozen.until);
        waiting.hold = frozen.filter(|_| !too_early).map(|frozen| Hold {
            reason: rollout::clip(&frozen.words),
            broken: false,
            frozen: true,
            for_person: false,
            since: context.time,
            waits_since: None,
        });
        rollout::save(context, waiting)?;
        return Ok("scheduled".to_owned());
    }
    let nodes = match ready(context.tables(), waiting)? {
        Ok(nodes) => nodes,
        Err(stale) => return fail(context, waiting, deed, &stale),
    };
    match queue::claim(context, waiting, &nodes)? {
        Claim::Taken => {}
        Claim::Refused(stale) => return fail(context, waiting, deed, &stale),
        Claim::Behind(contender) => {
            rollout::enter(waiting, deed, RolloutState::Pending)?;
            let nodes: Vec<NodeId> = nodes.iter().map(|node| node.id).collect();
            queue::wait_behind(context, waiting, &nodes, &contender)?;
            let became = format!("pending: the rollout {contender}");
            rollout::save(context, waiting)?;
            return Ok(became);
        }
    }
    rollout::enter(waiting, deed, RolloutState::Running)?;
    waiting.hold = None;
    waiting.governance.frozen_until = None;
    waiting.governance.begun_at = Some(context.time);
    rollout::save(context, waiting)?;
    Ok("running".to_owned())
}

/// Nobody has agreed to another plan.
fn fail(context: &mut Context<'_>, waiting: &mut Rollout, deed: Deed, stale: &str) -> Result<String, Stop> {
    let reason = format!("its plan is stale: {stale}; nothing was moved. Start a new rollout");
    rollout::end(context, waiting, deed, RolloutState::Failed { reason: reason.clone() })?;
    Ok(reason)
}

/// Why a rollout that waits cannot be carried out any more as it was planned, as far as is known now; `None` while it can. Looks at the nodes
/// that its plan names, and at no others.
///
/// # Errors
/// A row does not decode.
pub fn stale(read: &dyn Read, waiting: &Rollout) -> Result<Option<String>, TableError> {
    Ok(ready(read, waiting)?.err())
}

/// The nodes of the plan, all there; or why it cannot be carried out any more.
fn ready(read: &dyn Read, waiting: &Rollout) -> Result<Result<Vec<Node>, String>, TableError> {
    let bundle = load::<Bundle>(read, waiting.spec.bundle_id.as_bytes())?;
    let Some(bundle) = bundle.filter(|bundle| bundle.state == BundleState::Compiled) else {
        return Ok(Err("the bundle was revoked".to_owned()));
    };
    let mut nodes = Vec::with_capacity(waiting.nodes as usize);
    let mut given = waiting.nodes as usize;
    for node_id in blue_green::plan(read, waiting)?.into_iter().flatten() {
        let Some(node) = load::<Node>(read, node_id.as_bytes())? else {
            return Ok(Err(format!("node {node_id} was deleted")));
        };
        if nodes.len() < given && node.pinned_away_from(waiting.spec.bundle_id) {
            return Ok(Err(format!("node '{}' is pinned to another bundle", node.name)));
        }
        if nodes.len() < given && !node.versions.admits(&bundle.version) {
            return Ok(Err(format!("node '{}' takes versions {} only", node.name, node.versions)));
        }
        if waiting.spec.environment_id.is_some_and(|asked| node.environment_id != Some(asked)) {
            return Ok(Err(format!("node '{}' is in another environment by now", node.name)));
        }
        nodes.push(node);
    }
    if waiting.governance.skip_order.is_none() {
        let touched = nodes.iter().filter_map(|node| node.environment_id).collect();
        let skipped = environment::out_of_order(read, bundle.project_id, bundle.id, &touched)?;
        if let Some(order) = skipped {
            return Ok(Err(format!("bundle '{}' {order}", bundle.version)));
        }
    }
    if let Some(shift) = &waiting.shift {
        given = given.min(nodes.len());
        let (moved, live) = nodes.split_at(given);
        match blue_green::standby(moved, live) {
            Ok(standby) if standby == shift.standby => {}
            Ok(_) => return Ok(Err("the slots have changed places".to_owned())),
            Err(why) => return Ok(Err(why)),
        }
    }
    Ok(Ok(nodes))
}
