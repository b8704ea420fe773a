//! What a fresh `dev` cluster holds: a project, two bundles, a fleet that runs the first of them.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use sentinel_api_types::Secret;
use sentinel_api_types::bundle::{BundleCreate, BundlesQuery};
use sentinel_api_types::enrolment::EnrolmentTokenCreate;
use sentinel_api_types::node::NodesQuery;
use sentinel_api_types::project::ProjectCreate;
use sentinel_api_types::rollout::{RolloutCreate, RolloutState, TargetSelector};
use sentinel_api_types::session::{SessionCreate, SessionKind};
use sentinel_client::{Client, Credential};
use sentinel_model::BundleId;

use super::cluster::{Cluster, Login};
use crate::sim::config::SimConfig;
use crate::sim::fleet::{self, SimHandle};

/// Slug of the project.
pub const PROJECT: &str = "shop";
/// The configuration of the first bundle.
const EDGE: &str = include_str!("../../deploy/example/edge.kdl");
/// What the second bundle adds to it.
const MORE: &str = r#"
upstreams {
    upstream "search" {
        target "127.0.0.1:9003"
    }
}

routes {
    route "search" {
        priority "high"
        matches {
            path-prefix "/search"
        }
        upstream "search"
    }
}
"#;
/// Longest wait for any step.
const WITHIN: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(100);

/// Makes what is not there yet, and starts the fleet.
pub async fn fill(cluster: &Cluster, nodes: u16, progress: &impl Fn(&str)) -> anyhow::Result<SimHandle> {
    progress("waiting for a leader");
    let client = sign_in(&cluster.urls, &cluster.login).await?;
    let fresh = client.project(PROJECT).await.is_err();
    if fresh {
        let session = client.session().await?;
        let org =
            session.memberships.first().context("the administrator belongs to no org")?.org.slug.clone();
        let project = ProjectCreate {
            name: "Web shop".into(),
            slug: Some(PROJECT.into()),
            description: Some("Sample data".into()),
            sandbox: false,
        };
        client.create_project(&org, &project).await?;
        progress("compiling two bundles");
        let second = format!("{EDGE}{MORE}");
        for (version, source) in [("1.0.0", EDGE), ("1.1.0", &second)] {
            let request = BundleCreate { version: version.into(), config_source: Some(source.into()) };
            client.create_bundle(PROJECT, &request).await?;
        }
    } else {
        forget_old_fleet(&client).await?;
    }
    progress(&format!("enrolling {nodes} simulated nodes"));
    let request = EnrolmentTokenCreate {
        name: "simulated fleet".into(),
        uses: Some(u32::from(nodes)),
        expires_at: None,
        environment: None,
    };
    let token = client.create_enrolment_token(PROJECT, &request).await?.token;
    let config =
        SimConfig { nodes: usize::from(nodes), ..SimConfig::new(cluster.urls.clone(), PROJECT, token) };
    let fleet = fleet::start(config)?;
    wait("the simulated nodes to enrol", || async {
        (fleet.counts().enrolled >= usize::from(nodes)).then_some(())
    })
    .await?;
    if fresh {
        progress("rolling the first bundle out");
        roll_out(&client, oldest_bundle(&client).await?, nodes).await?;
    }
    Ok(fleet)
}

/// Signs the administrator in as soon as the cluster can do that.
pub async fn sign_in(urls: &[String], login: &Login) -> anyhow::Result<Client> {
    let client = Client::new(urls, Credential::Anonymous)?;
    let request = SessionCreate {
        email: login.email.clone(),
        password: login.password.as_str().into(),
        kind: SessionKind::Token,
    };
    let token: Secret = wait("the cluster to form", || async {
        client.create_session(&request).await.ok().and_then(|session| session.token)
    })
    .await?;
    Ok(client.with_credential(Credential::Bearer(token)))
}

/// Nodes of an earlier run are gone with it; their names are needed again.
async fn forget_old_fleet(client: &Client) -> anyhow::Result<()> {
    loop {
        let query = NodesQuery { limit: Some(200), ..NodesQuery::default() };
        let page = client.nodes(PROJECT, &query).await?;
        let old: Vec<_> = page.nodes.iter().filter(|node| node.labels.contains_key("simulated")).collect();
        if old.is_empty() {
            return Ok(());
        }
        for node in old {
            client.delete_node(PROJECT, node.id).await?;
        }
    }
}

async fn oldest_bundle(client: &Client) -> anyhow::Result<BundleId> {
    let bundles = client.bundles(PROJECT, &BundlesQuery::default()).await?.bundles;
    Ok(bundles.last().context("no bundle was made")?.id)
}

async fn roll_out(client: &Client, bundle_id: BundleId, nodes: u16) -> anyhow::Result<()> {
    let request = RolloutCreate {
        bundle_id,
        target_selector: Some(TargetSelector::All {}),
        strategy: None,
        batch_size: Some(u32::from(nodes)),
        batch_percentage: None,
        canary_analysis_config: None,
        blue_green_config: None,
        max_unavailable: None,
        progress_deadline_seconds: None,
        health_gates: None,
        auto_rollback: None,
        failure_domain: None,
        rollback_threshold: None,
        auto_advance: None,
        checks: None,
        on_conflict: None,
        scheduled_at: None,
        override_freeze_reason: None,
        environment: None,
        skip_order_reason: None,
        template: None,
    };
    let id = client.create_rollout(PROJECT, &request).await?.rollout.id;
    let ended = wait("the first rollout", || async {
        let rollout = client.rollout(PROJECT, id).await.ok()?.rollout;
        let going =
            [RolloutState::Running, RolloutState::Paused, RolloutState::RollingBack].contains(&rollout.state);
        (!going).then_some(rollout)
    })
    .await?;
    if ended.state != RolloutState::Completed {
        bail!("the first rollout ended {:?}: {:?}", ended.state, ended.error);
    }
    Ok(())
}

async fn wait<T, F: Future<Output = Option<T>>>(
    what: &str,
    mut look: impl FnMut() -> F,
) -> anyhow::Result<T> {
    let deadline = Instant::now() + WITHIN;
    loop {
        if let Some(found) = look().await {
            return Ok(found);
        }
        if Instant::now() >= deadline {
            bail!("waited {} s for {what}", WITHIN.as_secs());
        }
        tokio::time::sleep(PAUSE).await;
    }
}
