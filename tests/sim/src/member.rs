//! One simulated member: the real one, from log to use cases, on a simulated disk and network.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use bytes::Bytes;
use sentinel_app::scheduler::{self, Limits};
use sentinel_app::{
    App, AppError, AppParts, BackupStream, Backups, EventBus, Keyring, Liveness, Settings, SystemClock,
};
use sentinel_consensus::{
    Admission, AdmissionError, Admitted, ClusterBlobs, DigestSource, Joiner, LocalBlobs, Member,
    MemberConfig, MemberNode, PeerServer, Peers, StateSource, Transport,
};
use sentinel_machine::{ClusterInfo, EventHistory, Replica};
use sentinel_model::Time;
use sentinel_store::disk::fault::FaultDisk;
use sentinel_store::wal::WalOptions;
use sentinel_store::{StateMachine, Store};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::disk;
use crate::invariant::i01_acknowledged;
use crate::time::{MachineClock, SeededIds};
use crate::world::World;

/// Key-encryption key of every simulated cluster.
const KEK: [u8; 32] = [7; 32];
/// How leaders judge nodes, which beat every two seconds.
const LIMITS: Limits = Limits { offline_after: Duration::from_secs(16), fresh: Duration::from_secs(8) };
/// Time for a member to stop taking part.
const STOPS: Duration = Duration::from_secs(20);

/// A member that runs.
pub struct Running {
    /// Which of its lives this is.
    pub incarnation: u64,
    /// Its part in the cluster.
    pub member: Member<StateMachine>,
    /// Its use cases.
    pub app: App,
    /// Its events.
    pub bus: EventBus,
    /// What it keeps.
    pub store: Store,
    /// True once it was killed: whoever talks to it learns at once.
    pub gone: CancellationToken,
    alive: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<()>>,
    disk: JoinHandle<()>,
}

/// Where a member is and what it lives on.
#[derive(Clone)]
pub struct Place {
    /// Its number.
    pub id: u64,
    /// Directory of what is not on the simulated disk.
    pub dir: PathBuf,
    /// Log and state.
    pub disk: FaultDisk,
    /// Its machine's clock.
    pub clock: MachineClock,
    /// How many lives it has had.
    pub incarnation: u64,
    /// Those who form the cluster; empty for one that joins.
    pub founders: BTreeMap<u64, MemberNode>,
    /// Whom it knows of.
    pub known: BTreeMap<u64, MemberNode>,
}

/// Where a member with this number is said to be.
pub fn node(id: u64) -> MemberNode {
    MemberNode { peer_address: format!("member-{id}:1"), api_url: format!("https://member-{id}") }
}

/// Begins a life of a member.
pub async fn start(world: &World, place: &Place) -> anyhow::Result<Running> {
    let (id, incarnation) = (place.id, place.incarnation);
    let dice = world.dice.fork(&format!("member {id} life {incarnation}"));
    let bell = Arc::new(tokio::sync::Notify::new());
    let ring = Arc::clone(&bell);
    let (store, stepper) = Store::open_stepped(&place.dir, Arc::new(place.disk.clone()), log_options(), {
        Arc::new(move || ring.notify_one())
    })
    .with_context(|| format!("member {id}"))?;
    store.claim(id)?;
    let disk = tokio::spawn(disk::turn(stepper, bell, dice.fork("disk"), world.options.sync_us));
    let alive = Arc::new(AtomicBool::new(true));
    let history: Arc<dyn EventHistory> = store.history.clone();
    let bus = EventBus::new(history);
    let machine = store.state_machine(sink(&bus)).witnessed(witness(world, id, &alive));
    let state: Arc<dyn StateSource> = store.tables.clone();
    let peers = Peers::new(id, place.known.clone(), Transport::Carried(world.net.carrier(id, incarnation)));
    let clock = place.clock.clone();
    let config = MemberConfig {
        snapshot_every: world.options.snapshot_every,
        log_kept: world.options.log_kept,
        clock: sentinel_consensus::Clock::new(move || clock.now()),
        ..MemberConfig::new(id, place.founders.clone(), store.incoming_dir())
    };
    let member = Member::start(config, peers.clone(), store.log.clone(), machine, state).await?;
    let local: Arc<dyn LocalBlobs> = store.blobs.clone();
    let app = app(place, &member, &bus, ClusterBlobs::new(Arc::clone(&local), peers), &dice)?;
    let digests: Arc<dyn DigestSource> = Arc::new(Digests(app.clone()));
    let carried = PeerServer::carried(member.clone(), local, Arc::clone(&digests), Arc::new(NobodyNew));
    world.net.open(id, incarnation, carried);
    let tasks = vec![
        tokio::spawn({
            let (member, digests) = (member.clone(), Arc::clone(&digests));
            async move { member.tell_digests(digests).await }
        }),
        tokio::spawn({
            let app = app.clone();
            async move { app.run_facts(std::future::pending()).await }
        }),
        tokio::spawn({
            let member = member.clone();
            async move {
                if let Err(error) = member.form().await {
                    tracing::error!(%error, "forming");
                }
            }
        }),
        tokio::spawn(note_leading(world.clone(), id, member.leads())),
        tokio::spawn(scheduler::run(app.clone(), bus.clone(), member.leads(), LIMITS)),
    ];
    let gone = CancellationToken::new();
    Ok(Running { incarnation, member, app, bus, store, gone, alive, tasks, disk })
}

impl Running {
    /// The answer to what it is asked, unless it dies first or takes too long.
    pub async fn answer<T>(
        &self,
        within: Duration,
        asking: impl Future<Output = Result<T, AppError>>,
    ) -> Option<Result<T, AppError>> {
        tokio::select! {
            biased;
            () = self.gone.cancelled() => None,
            answer = tokio::time::timeout(within, asking) => answer.ok(),
        }
    }

    /// Ends this life. What it does from now on nobody sees: its disk was copied before, its lines are closed.
    pub async fn end(&self) -> anyhow::Result<()> {
        self.alive.store(false, Ordering::SeqCst);
        self.gone.cancel();
        for task in &self.tasks {
            task.abort();
        }
        let halted = tokio::time::timeout(STOPS, self.member.halt()).await;
        self.disk.abort();
        halted.context("a member does not stop taking part")
    }

    /// Why consensus has ended here by itself.
    pub fn failure(&self) -> Option<String> {
        self.member.status().unready.filter(|reason| reason.starts_with("consensus has stopped"))
    }
}

fn log_options() -> WalOptions {
    WalOptions { segment_bytes: 256 * 1024, chunk_bytes: 32 * 1024, ..WalOptions::default() }
}

fn sink(bus: &EventBus) -> sentinel_store::EventSink {
    let bus = bus.clone();
    Arc::new(move |events| bus.publish(events))
}

fn witness(world: &World, id: u64, alive: &Arc<AtomicBool>) -> sentinel_store::Witness {
    let (ledger, alive) = (world.ledger.clone(), Arc::clone(alive));
    let world = world.clone();
    Arc::new(move |place, command, answer| {
        if alive.load(Ordering::SeqCst) && ledger.applied(id, place, command, answer) {
            i01_acknowledged::blob_is_kept(&world, command);
        }
    })
}

fn app(
    place: &Place,
    member: &Member<StateMachine>,
    bus: &EventBus,
    blobs: ClusterBlobs,
    dice: &crate::dice::Dice,
) -> anyhow::Result<App> {
    let replica: Arc<dyn Replica> = Arc::new(member.clone());
    let info: Arc<dyn ClusterInfo> = Arc::new(member.clone());
    let clock = place.clock.clone();
    Ok(App::new(AppParts {
        replica,
        blobs: Arc::new(blobs),
        events: bus.clone(),
        cluster: info,
        clock: Arc::new(SystemClock::over(move || clock.us())),
        ids: Arc::new(SeededIds(dice.fork("ids"))),
        keyring: Keyring::new(&KEK),
        liveness: Liveness::default(),
        backups: Arc::new(NoBackups),
        settings: Settings { heartbeat_interval: Duration::from_secs(2), ..Settings::default() },
    })?)
}

async fn note_leading(world: World, id: u64, mut leads: watch::Receiver<bool>) {
    while leads.wait_for(|leads| *leads).await.is_ok() {
        world.note(&format!("member {id} leads"));
        if leads.wait_for(|leads| !*leads).await.is_err() {
            return;
        }
        world.note(&format!("member {id} leads no more"));
    }
}

/// Liveness between members, as the server carries it.
struct Digests(App);

impl DigestSource for Digests {
    fn changed(&self) -> Option<Bytes> {
        self.0.liveness().encode_digest(self.0.now()).map(Bytes::from)
    }

    fn merge(&self, _from: u64, digest: Bytes) {
        drop(self.0.liveness().merge_digest(&digest, self.0.now()));
    }
}

/// Backups are made in no scenario.
struct NoBackups;

impl Backups for NoBackups {
    fn begin(&self, _: Time) -> Result<BackupStream, AppError> {
        Err(AppError::Busy("the simulation"))
    }
}

/// Members are made by the world, not by asking.
struct NobodyNew;

#[async_trait]
impl Admission for NobodyNew {
    async fn admit(&self, _joiner: Joiner) -> Result<Admitted, AdmissionError> {
        Err(AdmissionError::Refused("nobody is let in here".into()))
    }

    async fn moved(&self, id: u64, _node: MemberNode) -> Result<(), AdmissionError> {
        Err(AdmissionError::Refused(format!("member {id} stays where it is")))
    }
}
