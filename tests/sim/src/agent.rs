//! Simulated nodes: they speak the node use cases with any member, as agents do, and some of them do it badly.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sentinel_api_types::agent::{
    FailureReport, Health, HeartbeatRequest, LatestQuery, LatestResponse, RegisterRequest, Update,
};
use sentinel_api_types::node::ActivationStage;
use sentinel_app::{App, Caller, Identity};
use sentinel_model::{BundleId, Epoch, Generation, NodeId, RequestId};

use crate::dice::Dice;
use crate::time::TrueTime;
use crate::world::World;

/// How often a node says that it is there.
pub const BEAT: Duration = Duration::from_secs(2);
/// How long a poll waits, in seconds.
const WAIT_S: u32 = 10;
/// Longest time for one answer.
const PATIENCE: Duration = Duration::from_secs(25);

/// How a node behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// As it should.
    Good,
    /// It takes its time with everything.
    Slow,
    /// It says now and then that it runs what it was never told to run, or runs already what it has only been told of.
    Lies,
    /// It is silent for a while, again and again.
    Flaps,
    /// It hears, and does nothing.
    NeverAcks,
    /// It says once that it runs what is new, and then nothing for a long time.
    FallsSilent,
    /// Whatever is new fails on it.
    Fails,
    /// It runs what is new and is ill with it.
    Ill,
}

/// What a node said and did, by true time.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    /// When a heartbeat that was answered said healthy, and of which generation.
    pub healthy: Vec<(u64, Generation)>,
    /// When it really began to run what.
    pub ran: Vec<(u64, Generation, BundleId)>,
    /// Generations that it was offered, in the order in which it heard of them.
    pub offered: Vec<(u64, Generation, BundleId)>,
}

/// A node. Clones are the same one.
#[derive(Clone)]
pub struct Node {
    /// Its id.
    pub id: NodeId,
    /// Its name.
    pub name: String,
    /// How it behaves.
    pub manner: Manner,
    truth: TrueTime,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    have: Generation,
    accepted: Option<(BundleId, Generation)>,
    effective: Option<(BundleId, Generation)>,
    failure: Option<FailureReport>,
    journal: Journal,
}

/// Enrols a node at any member; asks until it is let in.
pub async fn enrol(
    world: &World,
    project: &str,
    token: &str,
    name: &str,
    manner: Manner,
) -> anyhow::Result<Node> {
    let dice = world.dice.fork(&format!("enrol {name}"));
    let request = request(&dice);
    loop {
        let mut caller = Caller::new(Identity::Anonymous, request);
        caller.repeatable = true;
        let body = RegisterRequest {
            enrolment_token: token.to_owned().into(),
            name: name.to_owned(),
            labels: Default::default(),
            capabilities: Vec::new(),
            version: None,
            proxy_version: None,
            ip: None,
            hostname: None,
        };
        if let Some((_, running)) = world.anybody(&dice) {
            let asking = running.app.register_node(&caller, project, body, "::1");
            if let Some(Ok(answer)) = running.answer(PATIENCE, asking).await {
                let state = Arc::default();
                let name = name.to_owned();
                return Ok(Node { id: answer.node_id, name, manner, truth: world.truth, state });
            }
        }
        tokio::time::sleep(dice.ms(50, 500)).await;
    }
}

fn request(dice: &Dice) -> RequestId {
    RequestId(uuid::Builder::from_random_bytes(dice.bytes()).into_uuid())
}

impl Node {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it said and did.
    pub fn journal(&self) -> Journal {
        self.lock().journal.clone()
    }

    /// What it runs.
    pub fn runs(&self) -> Option<(BundleId, Generation)> {
        self.lock().effective
    }

    fn caller(&self, dice: &Dice) -> Caller {
        Caller::new(Identity::Node { node_id: self.id }, request(dice))
    }

    /// Polls and beats until the run ends.
    pub async fn live(self, world: World) {
        tokio::join!(self.poll(&world), self.beat(&world));
    }

    async fn poll(&self, world: &World) {
        let dice = world.dice.fork(&format!("poll {}", self.name));
        loop {
            if self.manner == Manner::Slow {
                tokio::time::sleep(dice.ms(500, 8_000)).await;
            }
            let query = LatestQuery {
                epoch: None,
                generation: Some(self.lock().have),
                wait: Some(WAIT_S),
                ..LatestQuery::default()
            };
            let Some((_, running)) = world.anybody(&dice) else {
                tokio::time::sleep(Duration::from_millis(500)).await;
                continue;
            };
            let caller = self.caller(&dice);
            let answer = running.answer(PATIENCE, running.app.latest(&caller, self.id, &query)).await;
            let app = running.app.clone();
            drop(running);
            match answer {
                Some(Ok(LatestResponse::Update(update))) => {
                    self.carry_out(world, &app, &dice, update).await;
                }
                Some(Ok(LatestResponse::NoUpdate(_))) => {}
                _ => tokio::time::sleep(dice.ms(100, 1_500)).await,
            }
        }
    }

    async fn carry_out(&self, world: &World, app: &App, dice: &Dice, update: Update) {
        let (bundle, generation) = (update.bundle_id, update.generation);
        {
            let mut state = self.lock();
            if generation < state.have {
                world
                    .ledger
                    .violated("I5", format!("{} was offered {generation} after {}", self.name, state.have));
            }
            state.have = generation;
            let now = self.truth.ms();
            state.journal.offered.push((now, generation, bundle));
        }
        if self.manner == Manner::NeverAcks {
            return;
        }
        // The bytes: from whichever member has them. A failure is tried again with the next poll.
        let caller = self.caller(dice);
        if app.node_archive(&caller, self.id, bundle).await.is_err() {
            self.lock().have = Generation(generation.0.saturating_sub(1));
            tokio::time::sleep(dice.ms(100, 1_000)).await;
            return;
        }
        self.lock().accepted = Some((bundle, generation));
        let takes = if self.manner == Manner::Slow { dice.ms(2_000, 9_000) } else { dice.ms(50, 900) };
        if self.manner == Manner::Lies && dice.percent(50) {
            // Told before it is true.
            self.lock().effective = Some((bundle, generation));
        }
        tokio::time::sleep(takes).await;
        let mut state = self.lock();
        let first = state.journal.ran.is_empty();
        if self.manner == Manner::Fails && !first {
            let message = "it does not start".to_owned();
            state.failure = Some(FailureReport {
                epoch: Epoch::FIRST,
                generation,
                bundle_id: bundle,
                stage: ActivationStage::Prove,
                message,
            });
            return;
        }
        state.effective = Some((bundle, generation));
        let now = self.truth.ms();
        state.journal.ran.push((now, generation, bundle));
    }

    async fn beat(&self, world: &World) {
        let dice = world.dice.fork(&format!("beat {}", self.name));
        let mut told = None;
        loop {
            tokio::time::sleep(BEAT + dice.ms(0, 200)).await;
            if self.manner == Manner::Flaps && dice.percent(15) {
                tokio::time::sleep(dice.ms(3_000, 25_000)).await;
            }
            let Some((_, running)) = world.anybody(&dice) else { continue };
            let request = self.say();
            let (healthy, generation) = (
                request.health.as_ref().is_some_and(|health| health.status == "healthy"),
                request.effective_generation,
            );
            // Heard, whether or not the answer arrives.
            if healthy && let Some(generation) = generation {
                let now = self.truth.ms();
                self.lock().journal.healthy.push((now, generation));
            }
            let caller = self.caller(&dice);
            drop(running.answer(PATIENCE, running.app.heartbeat(&caller, self.id, request)).await);
            drop(running);
            let switched = self.lock().journal.ran.len() > 1;
            if self.manner == Manner::FallsSilent && switched && generation > told {
                tokio::time::sleep(dice.ms(40_000, 60_000)).await;
            }
            told = generation;
        }
    }

    fn say(&self) -> HeartbeatRequest {
        let state = self.lock();
        // The first bundle is fine; what comes later makes some nodes ill.
        let ill = self.manner == Manner::Ill && state.journal.ran.len() > 1;
        let status = if ill { "unhealthy" } else { "healthy" }.to_owned();
        HeartbeatRequest {
            health: Some(Health { status }),
            active_bundle_id: state.effective.map(|(bundle, _)| bundle),
            effective_generation: state.effective.map(|(_, generation)| generation),
            staged_bundle_id: state.accepted.map(|(bundle, _)| bundle),
            accepted_generation: state.accepted.map(|(_, generation)| generation),
            failure: state.failure.clone(),
            ..HeartbeatRequest::default()
        }
    }
}
