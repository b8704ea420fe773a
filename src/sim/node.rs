//! The life of one simulated node.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sentinel_api_types::Secret;
use sentinel_api_types::agent::{
    FailureReport, Health, HeartbeatRequest, LatestQuery, LatestResponse, RegisterRequest, RegisterResponse,
    Update,
};
use sentinel_api_types::node::{ActivationStage, Usage};
use sentinel_client::{Client, Credential};
use sentinel_model::dice::Dice;
use sentinel_model::{BundleId, Epoch, Generation, NodeId, Ordinal};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

use super::config::Behaviour;
use super::fleet::{Fleet, Joining};
use super::numbers::{Load, Meter};
use crate::trust::in_words;

/// How long a poll waits.
const WAIT_S: u32 = 30;
/// Pause after something went wrong, at most.
const TROUBLE: Duration = Duration::from_secs(15);
/// Longest time over which a member can spread the return of a fleet.
const RETURN_MAX_MS: u64 = 600_000;
/// Names tried when the project has a node of that name already.
const NAMES_MAX: u32 = 20;
/// Bundles of which a node remembers that it has run them; the oldest is forgotten first.
const PROVEN_MAX: usize = 64;
/// Version that simulated proxies tell.
const PROXY_VERSION: &str = "0.6.45";

/// How far a node is, for whoever watches the fleet.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    /// It has joined.
    pub enrolled: bool,
    /// It runs a bundle.
    pub effective: bool,
    /// Its newest assignment failed.
    pub failed: bool,
}

/// What a node knows that was played before, by whoever did.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// The epoch of the cluster.
    pub epoch: Epoch,
    /// What it has verified and staged.
    pub accepted: Option<(BundleId, Generation)>,
    /// What it runs, with its version.
    pub effective: Option<(BundleId, Generation, String)>,
    /// Why the newest assignment is not what it runs.
    pub failure: Option<FailureReport>,
}

/// What the node knows; the heartbeat tells all of it.
#[derive(Debug, Default)]
struct Facts {
    epoch: Epoch,
    accepted: Option<(BundleId, Generation)>,
    effective: Option<Running>,
    failure: Option<FailureReport>,
    /// What it has run: going back there does not fail.
    proven: BTreeSet<BundleId>,
}

impl Facts {
    fn of(memory: Memory) -> Self {
        let running = |(bundle, generation, version)| Running::begin(bundle, generation, version);
        let effective = memory.effective.map(running);
        Self {
            epoch: memory.epoch,
            accepted: memory.accepted,
            proven: effective.iter().map(|running| running.bundle).collect(),
            effective,
            failure: memory.failure,
        }
    }

    /// The newest assignment that was carried out, or could not be.
    fn have(&self) -> Ordinal {
        let runs = self.effective.as_ref().map(|running| running.generation);
        let failed = self.failure.as_ref().map(|failure| failure.generation);
        Ordinal { epoch: self.epoch, generation: runs.max(failed).unwrap_or_default() }
    }
}

#[derive(Clone, Debug)]
struct Running {
    bundle: BundleId,
    generation: Generation,
    version: String,
    since: Instant,
    meter: Meter,
}

impl Running {
    fn begin(bundle: BundleId, generation: Generation, version: String) -> Self {
        Self { bundle, generation, version, since: Instant::now(), meter: Meter::default() }
    }
}

struct Node<'f> {
    fleet: &'f Fleet,
    place: usize,
    id: NodeId,
    client: Client,
    dice: Dice,
    since: Instant,
    enrolment: RegisterResponse,
    facts: Mutex<Facts>,
    news: Notify,
    /// Within how long to come back when nobody answers.
    return_within_ms: AtomicU64,
}

/// Joins, then polls and beats until the fleet is ended or the node is removed.
pub(super) async fn live(fleet: &Fleet, place: usize, joining: &Joining) {
    let dice = fleet.config.dice(place);
    // Not all at once: what a real fleet would do after a power cut is asked for by the number of nodes.
    let first = fleet.config.nodes as f64 / fleet.config.max_requests.max(1) as f64 * 0.05;
    sleep(Duration::from_secs_f64(dice.between("first", 0, 0.0, first.min(30.0)))).await;
    let client = fleet.clients[place % fleet.clients.len()].clone();
    let Some(enrolment) = enrol(fleet, place, (&client, &joining.token), dice).await else { return };
    let facts = Facts::of(joining.memory.get(&enrolment.node_id).cloned().unwrap_or_default());
    fleet.note(place, |progress| {
        progress.enrolled = true;
        progress.effective = facts.effective.is_some();
        progress.failed = facts.failure.is_some();
    });
    let node = Node {
        fleet,
        place,
        id: enrolment.node_id,
        client: client.with_credential(Credential::NodeKey(enrolment.node_key.clone())),
        dice,
        since: Instant::now(),
        enrolment,
        facts: Mutex::new(facts),
        news: Notify::new(),
        return_within_ms: AtomicU64::new(0),
    };
    tokio::join!(node.poll(), node.beat());
}

async fn enrol(
    fleet: &Fleet,
    place: usize,
    (client, token): (&Client, &Secret),
    dice: Dice,
) -> Option<RegisterResponse> {
    let config = &fleet.config;
    let plain = config.node_name(place);
    let (mut number, mut turn) = (1, 0);
    loop {
        let name = if number == 1 { plain.clone() } else { format!("{plain}.{number}") };
        let request = RegisterRequest {
            enrolment_token: token.clone(),
            name: name.clone(),
            labels: config.labels(place),
            capabilities: vec!["simulated".to_owned()],
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            proxy_version: Some(PROXY_VERSION.to_owned()),
            ip: Some(format!("10.{}.{}.{}", place >> 16 & 0xff, place >> 8 & 0xff, place & 0xff)),
            hostname: Some(name.clone()),
        };
        let answer = {
            let _turn = fleet.requests.acquire().await.ok()?;
            client.register_node(&config.project, &request).await
        };
        match answer {
            Ok(answer) => return Some(answer),
            // An earlier fleet has left nodes of these names behind.
            Err(error) if matches!(error.status(), Some(409 | 422)) && number < NAMES_MAX => number += 1,
            Err(error) if error.status().is_some_and(|status| status < 500 && status != 429) => {
                tracing::error!(name, %error, "a simulated node is not let in");
                return None;
            }
            Err(error) => {
                if place == 0 && turn == 0 {
                    let error = in_words(&error);
                    tracing::warn!(name, error, "the first simulated node cannot join yet");
                }
                tracing::debug!(name, %error, "a simulated node waits for a member");
                turn += 1;
                sleep(TROUBLE.mul_f64(dice.between("enrol", turn, 0.1, 1.0))).await;
            }
        }
    }
}

impl Node<'_> {
    /// Waits for assignments and carries them out.
    async fn poll(&self) {
        let mut have = self.facts.lock().unwrap_or_else(PoisonError::into_inner).have();
        let mut turn = 0;
        loop {
            turn += 1;
            self.flap().await;
            let waits = self.fleet.waiting.try_acquire().ok();
            let wait = if waits.is_some() { WAIT_S } else { 0 };
            let epoch = (!have.epoch.is_first()).then_some(have.epoch);
            let query = LatestQuery {
                epoch,
                generation: Some(have.generation),
                wait: Some(wait),
                ..LatestQuery::default()
            };
            let answer = self.client.latest(self.id, &query).await;
            drop(waits);
            match answer {
                Ok(LatestResponse::Update(update)) => {
                    if self.activate(&update).await {
                        have = Ordinal { epoch: update.epoch, generation: update.generation };
                    } else {
                        sleep(TROUBLE.mul_f64(self.dice.between("fetch", turn, 0.1, 0.5))).await;
                    }
                }
                Ok(LatestResponse::NoUpdate(answer)) => {
                    let pause = Duration::from_secs(answer.poll_after_s.min(300));
                    sleep(pause.mul_f64(self.dice.between("poll", turn, 0.9, 1.1))).await;
                }
                Err(error) if error.status() == Some(404) || error.status() == Some(401) => {
                    tracing::info!(node = %self.id, "a simulated node was removed and ends");
                    self.fleet.note(self.place, |progress| *progress = Progress::default());
                    return;
                }
                Err(_) => sleep(self.after_loss("trouble", turn)).await,
            }
        }
    }

    /// Waits while the node is one that is silent now.
    async fn flap(&self) {
        self.wait_while(|behaviour| behaviour.silent(self.dice, self.since.elapsed())).await;
    }

    /// Waits as long as the behaviour of the moment says.
    async fn wait_while(&self, left: impl Fn(&Behaviour) -> Option<Duration>) {
        let mut behaviour = self.fleet.behaviour.subscribe();
        loop {
            let left = left(&behaviour.borrow_and_update());
            let Some(left) = left else { return };
            // Elapsed or changed: both mean to look again.
            let _ = timeout(left, behaviour.changed()).await;
        }
    }

    /// How it behaves now.
    fn behaviour(&self) -> Behaviour {
        self.fleet.behaviour.borrow().clone()
    }

    /// Pause when nobody answers: as members said, and never none.
    fn after_loss(&self, what: &str, turn: u64) -> Duration {
        let told = Duration::from_millis(self.return_within_ms.load(Ordering::Relaxed));
        let least = TROUBLE.mul_f64(self.dice.between(what, turn, 0.1, 1.0));
        least.max(told.mul_f64(self.dice.share(what, turn)))
    }

    /// Carries out an assignment; false: it could not be fetched, ask again.
    async fn activate(&self, update: &Update) -> bool {
        let config = &self.fleet.config;
        let generation = update.generation;
        let verdict = {
            let Ok(_turn) = self.fleet.requests.acquire().await else { return false };
            self.fleet.archives.verified(&self.client, self.id, update, &self.enrolment.signing_keys).await
        };
        match verdict {
            None => return false,
            Some(Err(message)) => {
                self.failed(update, ActivationStage::Verify, message);
                return true;
            }
            Some(Ok(())) => {}
        }
        self.change(|facts| {
            if facts.epoch != update.epoch {
                *facts = Facts { epoch: update.epoch, ..Facts::default() };
            }
            facts.accepted = Some((update.bundle_id, generation));
        });
        let (least, most) = config.activation;
        let usual = self.dice.between("activation", generation.0, least.as_secs_f64(), most.as_secs_f64());
        let begun = Instant::now();
        let lasts = |behaviour: &Behaviour| {
            let lasts = Duration::from_secs_f64(usual) + behaviour.slowness(self.dice);
            lasts.checked_sub(begun.elapsed()).filter(|left| !left.is_zero())
        };
        self.wait_while(lasts).await;
        let proven =
            self.facts.lock().unwrap_or_else(PoisonError::into_inner).proven.contains(&update.bundle_id);
        if !proven && self.behaviour().fails(self.dice, generation, &update.version) {
            let (stage, message) = self.mishap(generation);
            self.failed(update, stage, message.to_owned());
            return true;
        }
        self.change(|facts| {
            facts.proven.insert(update.bundle_id);
            while facts.proven.len() > PROVEN_MAX {
                facts.proven.pop_first();
            }
            facts.effective = Some(Running::begin(update.bundle_id, generation, update.version.clone()));
            facts.failure = None;
        });
        self.fleet.note(self.place, |progress| {
            progress.effective = true;
            progress.failed = false;
        });
        true
    }

    /// What goes wrong, as a proxy would say it.
    fn mishap(&self, generation: Generation) -> (ActivationStage, &'static str) {
        let mishaps = [
            (ActivationStage::Test, "simulated: Error: Failed to load configuration"),
            (ActivationStage::Activate, "simulated: the proxy does not answer within 15 s"),
            (
                ActivationStage::Prove,
                "simulated: not proven within 3 s: listener \"public\" answers the probe with 404",
            ),
        ];
        let place = self.dice.between("mishap", generation.0, 0.0, mishaps.len() as f64);
        mishaps[(place as usize).min(mishaps.len() - 1)]
    }

    fn failed(&self, update: &Update, stage: ActivationStage, message: String) {
        let (epoch, generation, bundle_id) = (update.epoch, update.generation, update.bundle_id);
        self.change(|facts| {
            facts.failure = Some(FailureReport { epoch, generation, bundle_id, stage, message });
        });
        self.fleet.note(self.place, |progress| progress.failed = true);
    }

    fn change(&self, change: impl FnOnce(&mut Facts)) {
        change(&mut self.facts.lock().unwrap_or_else(PoisonError::into_inner));
        self.news.notify_one();
    }

    /// Tells everything, now and then and when there is news.
    async fn beat(&self) {
        let mut turn = 0;
        let mut behaviour = self.fleet.behaviour.subscribe();
        loop {
            turn += 1;
            self.flap().await;
            let request = self.heartbeat();
            let answer = {
                let Ok(_turn) = self.fleet.requests.acquire().await else { return };
                self.client.heartbeat(self.id, &request).await
            };
            let pause = match answer {
                Ok(answer) => {
                    let told = answer.return_within_ms.min(RETURN_MAX_MS);
                    self.return_within_ms.store(told, Ordering::Relaxed);
                    let interval = Duration::from_secs(answer.heartbeat_interval_s.clamp(1, 600));
                    let jitter = Duration::from_millis(answer.heartbeat_jitter_ms.unwrap_or(0)).min(interval);
                    interval + jitter.mul_f64(self.dice.share("beat", turn))
                }
                Err(error) if error.status() == Some(404) || error.status() == Some(401) => return,
                Err(error) => {
                    tracing::debug!(node = %self.id, %error, "a heartbeat was not taken");
                    self.after_loss("lost", turn)
                }
            };
            // Elapsed, news, or other behaviour: all mean that it is time.
            tokio::select! {
                _ = timeout(pause, self.news.notified()) => {}
                _ = behaviour.changed() => {}
            }
        }
    }

    fn heartbeat(&self) -> HeartbeatRequest {
        let behaviour = self.behaviour();
        let mut facts = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
        let traffic = facts.effective.as_mut().and_then(|running| {
            let load = Load::of(&behaviour, self.dice, &running.version);
            running.meter.run(running.since.elapsed(), load);
            running.meter.traffic(running.generation, load)
        });
        let effective = facts.effective.clone();
        let busy = |version: &str| if behaviour.bad_bundle.as_deref() == Some(version) { 10.0 } else { 1.0 };
        let turn = effective.as_ref().map_or(0, |running| running.since.elapsed().as_secs());
        let numbers = [
            ("proxy_cpu_percent", self.dice.between("cpu", turn, 2.0, 30.0)),
            ("proxy_memory_bytes", self.dice.between("memory", turn / 60, 30e6, 60e6)),
        ];
        HeartbeatRequest {
            // The simulator has no files that anybody could change.
            measured: None,
            epoch: facts.epoch,
            health: Some(Health { status: "healthy".to_owned() }),
            metrics: Some(numbers.map(|(name, value)| (name.to_owned(), value)).into()),
            active_bundle_id: effective.as_ref().map(|running| running.bundle),
            effective_generation: effective.as_ref().map(|running| running.generation),
            staged_bundle_id: facts.accepted.map(|(bundle, _)| bundle),
            accepted_generation: facts.accepted.map(|(_, generation)| generation),
            failure: facts.failure.clone(),
            traffic,
            usage: effective.as_ref().map(|running| Usage {
                generation: running.generation,
                window_ms: u64::try_from(running.since.elapsed().as_millis()).unwrap_or(u64::MAX),
                cpu_percent: Some(self.dice.between("cpu", turn, 2.0, 30.0) * busy(&running.version)),
                memory_percent: Some(self.dice.between("memory", turn / 60, 1.0, 2.0)),
            }),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            proxy_version: Some(PROXY_VERSION.to_owned()),
            ip: None,
            hostname: None,
        }
    }
}
