//! The agent: runs beside one proxy, makes it run what the control plane assigned, proves it, and goes back when it cannot.
//!
//! It needs the control plane for news only. It starts its proxy from disk, keeps it running, and leaves it running when it
//! stops itself.

mod activation;
mod args;
mod fetch;
mod identity;
mod installed;
mod process;
mod prometheus;
mod prove;
mod report;
mod state;
mod supervisor;
mod traffic;

use std::sync::Arc;
use std::time::Duration;

pub use args::AgentArgs;

use anyhow::Context;
use sentinel_api_types::agent::{LatestResponse, NodeEventReport, NodeEventType, Severity};
use sentinel_client::{Client, Credential, NodeClient};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Mutex;

use identity::Identity;
use report::Report;
use supervisor::Supervisor;

/// Longest wait of one poll.
const WAIT: Duration = Duration::from_secs(30);
/// Pause after a failed poll, shortest and longest.
const PAUSE: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(15));
/// How often the proxy is looked after.
const LOOK: Duration = Duration::from_millis(500);

/// Runs until SIGTERM or SIGINT. The proxy goes on serving.
pub async fn run(args: AgentArgs) -> anyhow::Result<()> {
    std::fs::create_dir_all(&args.data_dir)
        .with_context(|| format!("cannot create {}", args.data_dir.display()))?;
    let report = Report::default();
    let supervisor = Arc::new(Mutex::new(Supervisor::open(&args, report.clone())?));
    // Serving comes first: whether any member answers does not matter for it.
    supervisor.lock().await.boot().await;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        result = work(&args, &supervisor, &report) => result,
        () = look_after(&supervisor) => Ok(()),
        _ = terminate.recv() => Ok(()),
        result = tokio::signal::ctrl_c() => result.map_err(Into::into),
    }
}

async fn work(args: &AgentArgs, supervisor: &Arc<Mutex<Supervisor>>, report: &Report) -> anyhow::Result<()> {
    let client = Client::new(args.servers.clone(), Credential::None)?;
    let identity = Identity::load_or_enrol(args, &client).await?;
    client.learn(&identity.members);
    client.set_credential(Credential::NodeKey(identity.node_key.as_str().into()));
    let node = NodeClient::new(client.clone(), identity.node_id);
    tracing::info!(node = %identity.node_id, name = args.name, "enrolled");
    let started = NodeEventReport {
        event_type: NodeEventType::Startup,
        severity: Severity::Info,
        message: format!("agent {} started", env!("CARGO_PKG_VERSION")),
    };
    tokio::join!(
        async {
            if let Err(error) = node.event(&started).await {
                tracing::debug!(%error, "the start was not told");
            }
        },
        heartbeats(&node, &client, report),
        tokens(&node, &client, &identity),
        poll(&node, &identity, supervisor),
    );
    Ok(())
}

/// Reports for ever, at the interval that the server hands out and whenever something changed.
async fn heartbeats(node: &NodeClient, client: &Client, report: &Report) {
    let mut interval = Duration::from_secs(1);
    loop {
        match node.heartbeat(&report.heartbeat().await).await {
            Ok(answer) => {
                client.learn(&answer.members);
                interval = report::paced(answer.heartbeat_interval_s);
            }
            Err(error) => tracing::warn!(%error, "a heartbeat was not delivered"),
        }
        report.changed_within(interval).await;
    }
}

/// Exchanges the key for a token and renews it at half its life; without one the key goes on working.
async fn tokens(node: &NodeClient, client: &Client, identity: &Identity) {
    loop {
        let life = match node.token().await {
            Ok(answer) => {
                client.set_credential(Credential::Bearer(answer.token));
                Duration::from_secs(answer.expires_in)
            }
            Err(error) => {
                tracing::debug!(%error, "no token: the node key is used");
                client.set_credential(Credential::NodeKey(identity.node_key.as_str().into()));
                Duration::from_secs(120)
            }
        };
        tokio::time::sleep(life / 2).await;
    }
}

/// Asks for news for ever, and carries them out.
async fn poll(node: &NodeClient, identity: &Identity, supervisor: &Arc<Mutex<Supervisor>>) {
    let mut pause = PAUSE.0;
    loop {
        let have = supervisor.lock().await.handled();
        match node.latest(have, WAIT).await {
            Ok(LatestResponse::Update(update)) => {
                pause = PAUSE.0;
                fetch::and_activate(node, identity, supervisor, update).await;
            }
            Ok(LatestResponse::NoUpdate(_)) => pause = PAUSE.0,
            Err(error) => {
                tracing::warn!(%error, "no news can be had");
                if error.status() == Some(401) {
                    node_key_again(node, identity);
                }
                tokio::time::sleep(report::jittered(pause)).await;
                pause = (pause * 2).min(PAUSE.1);
            }
        }
    }
}

/// The token is not good any more, for instance because the org's key changed: the node key still is.
fn node_key_again(node: &NodeClient, identity: &Identity) {
    node.client().set_credential(Credential::NodeKey(identity.node_key.as_str().into()));
}

/// Starts the proxy again when it is gone.
async fn look_after(supervisor: &Arc<Mutex<Supervisor>>) {
    loop {
        tokio::time::sleep(LOOK).await;
        supervisor.lock().await.look_after().await;
    }
}
