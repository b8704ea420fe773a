//! A project with bundles, nodes that live, and an operator who carries bundles to them.

use std::time::Duration;

use sentinel_api_types::bundle::BundleCreate;
use sentinel_api_types::enrolment::EnrolmentTokenCreate;
use sentinel_api_types::project::ProjectCreate;
use sentinel_api_types::rollout::{HealthGates, RolloutCreate, RolloutRollback, Strategy, TargetSelector};
use sentinel_app::AppError;
use sentinel_consensus::StateSource;
use sentinel_machine::query;
use sentinel_model::rollout::RolloutState;
use sentinel_model::{BundleId, RequestId, RolloutId};

use crate::agent::{self, Manner, Node};
use crate::dice::Dice;
use crate::world::World;

/// The project.
pub const PROJECT: &str = "shop";
/// Longest time for one answer.
const PATIENCE: Duration = Duration::from_secs(15);

fn source(version: u64) -> String {
    format!(
        r#"system {{ worker-threads 2; }}
listeners {{ listener "public" {{ address "127.0.0.1:8080"; }}; }}
upstreams {{ upstream "shop" {{ target "127.0.0.1:{}"; }}; }}
routes {{ route "everything" {{ matches {{ path-prefix "/"; }}; upstream "shop"; }}; }}
"#,
        9_000 + version
    )
}

/// See the module.
pub struct Fleet {
    world: World,
    dice: Dice,
    /// Those who live in it.
    pub nodes: Vec<Node>,
    /// Its bundles.
    pub bundles: Vec<BundleId>,
}

/// A use case at some member, asked again under the same key until it is answered.
macro_rules! surely {
    ($fleet:expr, $use_case:ident ( $($argument:expr),* )) => {{
        let request = $fleet.request();
        loop {
            let Some((_, running)) = $fleet.world.anybody(&$fleet.dice) else {
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            };
            let caller = $fleet.world.admin(request);
            match running.answer(PATIENCE, running.app.$use_case(&caller, $($argument),*)).await {
                Some(Ok(answer)) => break Ok(answer),
                Some(Err(error)) if definite(&error) => break Err(error),
                _ => tokio::time::sleep($fleet.dice.ms(50, 600)).await,
            }
        }
    }};
}

fn definite(error: &AppError) -> bool {
    !matches!(
        error,
        AppError::NoLeader(_)
            | AppError::NoQuorum(_)
            | AppError::OutcomeUnknown(_)
            | AppError::Internal(_)
            | AppError::Busy(_)
    )
}

impl Fleet {
    /// A project, some bundles, and a node of each manner.
    pub async fn begin(world: &World, bundles: u64, manners: &[Manner]) -> anyhow::Result<Self> {
        let mut fleet = Self {
            world: world.clone(),
            dice: world.dice.fork("fleet"),
            nodes: Vec::new(),
            bundles: Vec::new(),
        };
        let project = || ProjectCreate {
            name: "Shop".into(),
            slug: Some(PROJECT.into()),
            description: None,
            sandbox: false,
        };
        surely!(fleet, create_project("default", project()))?;
        let token =
            || EnrolmentTokenCreate { name: "fleet".into(), uses: None, expires_at: None, environment: None };
        let token = surely!(fleet, create_enrolment_token(PROJECT, token()))?.token;
        for version in 0..bundles {
            fleet.bundle(version).await?;
        }
        for (number, manner) in manners.iter().enumerate() {
            let name = format!("edge-{number}");
            let node = agent::enrol(world, PROJECT, token.expose(), &name, *manner).await?;
            fleet.nodes.push(node);
        }
        Ok(fleet)
    }

    /// Makes one more bundle.
    pub async fn bundle(&mut self, version: u64) -> anyhow::Result<BundleId> {
        let body = || BundleCreate { version: format!("1.{version}"), config_source: Some(source(version)) };
        let made = surely!(self, create_bundle(PROJECT, body()))?.id;
        self.bundles.push(made);
        Ok(made)
    }

    /// Lets the nodes live.
    pub fn live(&self) -> tokio::task::JoinSet<()> {
        let mut living = tokio::task::JoinSet::new();
        for node in &self.nodes {
            living.spawn(node.clone().live(self.world.clone()));
        }
        living
    }

    fn request(&self) -> RequestId {
        RequestId(uuid::Builder::from_random_bytes(self.dice.bytes()).into_uuid())
    }

    /// Carries a bundle to all nodes, so many at a time. `None` when the cluster refuses, because a node is owned already, say.
    pub async fn roll_out(&self, bundle_id: BundleId, batch: u32, max_unavailable: u32) -> Option<RolloutId> {
        let body = || RolloutCreate {
            bundle_id,
            target_selector: Some(TargetSelector::All {}),
            strategy: Some(Strategy::Rolling),
            batch_size: Some(batch),
            batch_percentage: None,
            canary_analysis_config: None,
            blue_green_config: None,
            max_unavailable: Some(max_unavailable),
            progress_deadline_seconds: Some(25),
            health_gates: Some(HealthGates {
                fail_after_seconds: 6,
                observe_seconds: 1,
                ..HealthGates::default()
            }),
            auto_rollback: Some(true),
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
        match surely!(self, create_rollout(PROJECT, body())) {
            Ok(made) => {
                self.world.note(&format!("rollout {} of {bundle_id}", made.rollout.id));
                Some(made.rollout.id)
            }
            Err(error) => {
                self.world.note(&format!("no rollout of {bundle_id}: {error}"));
                None
            }
        }
    }

    /// Does something to a rollout that may be under way, by chance.
    pub async fn meddle(&self, rollout: RolloutId) {
        let what = self.dice.between(0, 5);
        let done = match what {
            0 => surely!(self, pause_rollout(PROJECT, rollout)).map(|_| "paused"),
            1 => surely!(self, resume_rollout(PROJECT, rollout)).map(|_| "resumed"),
            2 => surely!(self, cancel_rollout(PROJECT, rollout)).map(|_| "cancelled"),
            3 => surely!(self, rollback_rollout(PROJECT, rollout, RolloutRollback::default()))
                .map(|_| "taken back"),
            _ => return,
        };
        match done {
            Ok(done) => self.world.note(&format!("rollout {rollout} is {done}")),
            Err(error) => self.world.note(&format!("rollout {rollout}: {error}")),
        }
    }

    /// Pauses and resumes whatever is under way until `until_ms` of the run.
    pub async fn pause_and_resume(&self, number: u64, until_ms: u64) {
        let dice = self.dice.fork(&format!("other {number}"));
        while self.world.truth.ms() < until_ms {
            tokio::time::sleep(dice.ms(5, 120)).await;
            let Some((_, running)) = self.world.anybody(&dice) else { continue };
            let active = running.store.tables.view().and_then(|(state, _)| query::active_rollouts(&*state));
            let request = RequestId(uuid::Builder::from_random_bytes(dice.bytes()).into_uuid());
            let (app, caller) = (running.app.clone(), self.world.admin(request));
            drop(running);
            for rollout in active.unwrap_or_default() {
                // One of several at the same time: most are refused.
                if matches!(rollout.state, RolloutState::Paused { .. }) {
                    drop(app.resume_rollout(&caller, PROJECT, rollout.id).await);
                } else {
                    drop(app.pause_rollout(&caller, PROJECT, rollout.id).await);
                }
            }
        }
    }

    /// Goes on with a rollout that is paused.
    pub async fn resume(&self, rollout: RolloutId) {
        drop(surely!(self, resume_rollout(PROJECT, rollout)));
    }
}
