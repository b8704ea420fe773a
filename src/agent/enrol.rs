//! The first contact: a token for an identity, once.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use sentinel_api_types::agent::RegisterRequest;
use sentinel_client::{Client, Credential};
use tokio::time::sleep;
use uuid::Uuid;

use super::args::AgentArgs;
use super::backoff::Backoff;
use super::identity::Identity;
use crate::durable;
use crate::trust::in_words;

/// File with the id of an enrolment that is under way.
const REQUEST_ID: &str = "enrolment-id";
/// What this agent can do, as nodes are selected by.
const CAPABILITIES: &[&str] = &["bundle.v1", "probe.v1", "traffic.v1"];

/// Checks that the identity on disk is the one that is asked for.
///
/// # Errors
/// It is of another project.
pub fn check(identity: &Identity, args: &AgentArgs, data_dir: &Path) -> anyhow::Result<()> {
    if identity.project != args.enrolment.project {
        bail!(
            "{} belongs to the project {}, not to {}: use another --data-dir",
            data_dir.display(),
            identity.project,
            args.enrolment.project
        );
    }
    if args.name.as_ref().is_some_and(|name| *name != identity.name) {
        tracing::warn!(name = identity.name, "this node is enrolled under another name than --name says");
    }
    Ok(())
}

/// The identity with what shall be trusted from now on: what the flags say, kept for the next start, else what was kept.
///
/// # Errors
/// What the flags name cannot be used, or not be kept.
pub fn trust(identity: Identity, args: &AgentArgs, data_dir: &Path) -> anyhow::Result<Identity> {
    match args.enrolment.trust.given()? {
        Some(given) if given != identity.trust => {
            let identity = identity.trusting(given);
            identity.save(data_dir)?;
            Ok(identity)
        }
        _ => Ok(identity),
    }
}

/// Makes this host a node. Waits for a member as long as it takes.
///
/// # Errors
/// The enrolment is refused, or there is no token for it.
pub async fn enrol(args: &AgentArgs, data_dir: &Path, proxy_version: &str) -> anyhow::Result<Identity> {
    let token =
        args.enrolment.token()?.context("this node is not enrolled yet: --enrolment-token is needed once")?;
    let hostname = hostname();
    let name =
        args.name.clone().or_else(|| hostname.clone()).context("--name is needed: this host has no name")?;
    let mut capabilities: Vec<String> = CAPABILITIES.iter().map(|name| (*name).to_owned()).collect();
    capabilities.push(if args.attach_pid_file.is_some() { "reload" } else { "upgrade" }.to_owned());
    let request = RegisterRequest {
        enrolment_token: token,
        name: name.clone(),
        labels: args.label_map()?,
        capabilities,
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        proxy_version: Some(proxy_version.to_owned()),
        ip: None,
        hostname,
    };
    // If the answer gets lost with this agent, the next one asks with the same id and becomes the same node.
    let request_id = request_id(data_dir)?;
    let trust = args.enrolment.trust.given()?.unwrap_or_default();
    let client = Client::trusting(&args.enrolment.servers, Credential::Anonymous, &trust)?;
    let client = client.with_request_id(request_id);
    let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));
    loop {
        match client.register_node(&args.enrolment.project, &request).await {
            Ok(answer) => {
                let identity = Identity::new(&args.enrolment.project, &name, answer).trusting(trust);
                identity.keys()?;
                identity.save(data_dir)?;
                durable::remove(&data_dir.join(REQUEST_ID))?;
                tracing::info!(node = %identity.node_id, name, project = args.enrolment.project, "enrolled");
                return Ok(identity);
            }
            Err(error) if error.status().is_some_and(|status| status < 500 && status != 429) => {
                // Asked again with the same id, the answer would be the same.
                durable::remove(&data_dir.join(REQUEST_ID))?;
                return Err(error)
                    .with_context(|| format!("{} does not let this node join", args.enrolment.project));
            }
            Err(error) => {
                let error = in_words(&error);
                tracing::warn!(error, "cannot enrol yet");
                sleep(backoff.next()).await;
            }
        }
    }
}

/// The id of the enrolment that an earlier agent has begun here, or a new one, on disk when this returns.
fn request_id(data_dir: &Path) -> anyhow::Result<Uuid> {
    let path = data_dir.join(REQUEST_ID);
    let kept = std::fs::read_to_string(&path).ok().and_then(|text| Uuid::parse_str(text.trim()).ok());
    if let Some(id) = kept {
        return Ok(id);
    }
    let id = Uuid::new_v4();
    durable::replace(&path, id.to_string().as_bytes(), 0o600)?;
    Ok(id)
}

fn hostname() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    let name = name.trim();
    (!name.is_empty() && name != "(none)").then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sentinel_api_types::agent::RegisterResponse;
    use sentinel_client::Trust;

    use super::*;

    #[derive(clap::Parser)]
    struct Cli {
        #[command(flatten)]
        agent: AgentArgs,
    }

    fn args(more: &[&str]) -> AgentArgs {
        let base = ["agent", "--server", "https://a:1", "--project", "shop"];
        <Cli as clap::Parser>::try_parse_from(base.iter().chain(more)).map(|cli| cli.agent).unwrap()
    }

    #[test]
    fn a_ca_is_kept_for_the_next_start_until_another_one_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let enrolled = RegisterResponse {
            node_id: sentinel_model::NodeId(Uuid::nil()),
            node_key: "secret".into(),
            poll_interval_s: 30,
            heartbeat_interval_s: 10,
            signing_keys: Vec::new(),
            members: Vec::new(),
        };
        let identity = Identity::new("shop", "edge-1", enrolled);
        let kept = || Identity::load(dir.path()).unwrap().unwrap().trust;
        let (one, two) = ("11".repeat(32), "22".repeat(32));
        let pin = |text: &str| Trust::fingerprint(text.parse().unwrap());
        let identity = trust(identity, &args(&["--ca-fingerprint", &one]), dir.path()).unwrap();
        assert_eq!((&identity.trust, kept()), (&pin(&one), pin(&one)));
        let identity = trust(identity, &args(&[]), dir.path()).unwrap();
        assert_eq!((&identity.trust, kept()), (&pin(&one), pin(&one)));
        let identity = trust(identity, &args(&["--ca-fingerprint", &two]), dir.path()).unwrap();
        assert_eq!((&identity.trust, kept()), (&pin(&two), pin(&two)));
        let wrong = trust(identity, &args(&["--ca-file", "no-such.pem"]), dir.path()).unwrap_err();
        assert!(wrong.to_string().contains("no-such.pem"), "{wrong}");
    }

    #[test]
    fn an_enrolment_that_was_begun_goes_on_under_its_id() {
        let dir = tempfile::tempdir().unwrap();
        let id = request_id(dir.path()).unwrap();
        assert_eq!(request_id(dir.path()).unwrap(), id);
        durable::remove(&dir.path().join(REQUEST_ID)).unwrap();
        assert_ne!(request_id(dir.path()).unwrap(), id);
    }
}
