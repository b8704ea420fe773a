//! One member's part in the cluster.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use openraft::async_runtime::WatchReceiver;
use openraft::storage::{RaftLogReader, RaftLogStorage, RaftStateMachine};
use openraft::{Config, ServerState, SnapshotPolicy};
use sentinel_machine::{MemberFacts, TableError};
use sentinel_model::Time;
use sentinel_pki::Clock;
use tokio::sync::{AcquireError, Semaphore, SemaphorePermit, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::config::MemberConfig;
use crate::digest::{self, DigestSource};
use crate::disk::{NoRoom, OwnDisk};
use crate::forward::{self, Forwarded};
use crate::level::Levels;
use crate::network::Networks;
use crate::newcomer::Newcomer;
use crate::past::Past;
use crate::peers::{Members, Peers};
use crate::reach::Reach;
use crate::read::{Answer, READS};
use crate::types::{LogDisk, SnapshotFile, StateSource, TypeConfig};

pub(crate) type Raft<SM> = openraft::Raft<TypeConfig, SM>;

/// Writes that may be under way at a time; more wait.
const WRITES: usize = 4_096;
/// Time to ask another member whether the cluster exists.
const HELLO: Duration = Duration::from_secs(1);

/// A member does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration makes no sense.
    #[error("consensus configuration: {0}")]
    Config(String),
    /// Storage or consensus refuses.
    #[error("consensus does not start: {0}")]
    Fatal(String),
}

/// See the module. Clones share.
pub struct Member<SM: RaftStateMachine<TypeConfig>>(Arc<Inner<SM>>);

impl<SM: RaftStateMachine<TypeConfig>> Clone for Member<SM> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

struct Inner<SM: RaftStateMachine<TypeConfig>> {
    raft: Raft<SM>,
    peers: Peers,
    founders: Members,
    state: Arc<dyn StateSource>,
    newcomer: Newcomer,
    past: Arc<Past>,
    reach: Reach,
    levels: Levels,
    incoming_dir: PathBuf,
    began: Instant,
    /// Milliseconds after `began` at which a leader was last heard; zero before the first time.
    heard_leader_ms: AtomicU64,
    leads: watch::Sender<bool>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    disk: OwnDisk,
    /// What the process says of itself; `None` before it has.
    facts: RwLock<Option<MemberFacts>>,
    writes: Semaphore,
    reads: mpsc::Sender<Answer>,
    forwards: mpsc::Sender<Forwarded>,
    silence: Duration,
    election: Duration,
    write_within: Duration,
    read_within: Duration,
    clock: Clock,
}

impl<SM> Member<SM>
where
    SM: RaftStateMachine<TypeConfig, SnapshotData = SnapshotFile>,
{
    /// Recovers this member from its storage and takes part.
    pub async fn start<LS: RaftLogStorage<TypeConfig> + LogDisk + Clone>(
        config: MemberConfig,
        peers: Peers,
        mut log: LS,
        machine: SM,
        state: Arc<dyn StateSource>,
    ) -> Result<Self, StartError> {
        let fatal = |what: &str, error: &dyn std::fmt::Display| StartError::Fatal(format!("{what}: {error}"));
        let found = log.get_log_state().await.map_err(|error| fatal("the log", &error))?;
        let vote = log.get_log_reader().await.read_vote().await.map_err(|error| fatal("the vote", &error))?;
        let log_is_empty = found.last_log_id.is_none() && vote.is_none();
        let newcomer = Newcomer::open(&config.incoming_dir, log_is_empty)
            .map_err(|error| fatal(&config.incoming_dir.display().to_string(), &error))?;
        let raft_config = Config {
            cluster_name: "sentinel".into(),
            heartbeat_interval: config.heartbeat_ms,
            election_timeout_min: config.election_ms.0,
            election_timeout_max: config.election_ms.1,
            enable_pre_vote: Some(true),
            max_payload_entries: 256,
            snapshot_policy: SnapshotPolicy::LogsSinceLast(config.snapshot_every),
            max_in_snapshot_log_to_keep: config.log_kept,
            replication_lag_threshold: config.snapshot_every + config.log_kept,
            enable_elect: !newcomer.is(),
            // How far it had committed, a leader does not remember: the commit point is not synced for its own sake. Were it to lead
            // again without an election, in the same term, reads at it would miss what it acknowledged last.
            enable_leader_restore: Some(false),
            // A leader that is heard but hears nobody would lead for ever and commit nothing: the others have no reason to elect. So it falls
            // silent when no majority answers it, for as long as they need to miss it and to elect another.
            quorum_loss_probe_interval: Some(config.election_ms.1 * 2),
            // A member that lost its disk takes the log in again; that it has no say meanwhile is seen to elsewhere.
            allow_log_reversion: Some(true),
            ..Config::default()
        };
        let raft_config = raft_config.validate().map_err(|error| StartError::Config(error.to_string()))?;
        let disk: Arc<dyn LogDisk> = Arc::new(log.clone());
        let past = Arc::new(Past::open(&config.incoming_dir, disk.mark()));
        let networks = Networks { peers: peers.clone(), past: Arc::clone(&past) };
        let raft = Raft::new(config.id, Arc::new(raft_config), networks, log, machine)
            .await
            .map_err(|error| fatal("recovery", &error))?;
        let (reads, waiting_reads) = mpsc::channel(READS);
        let (forwards, waiting_forwards) = mpsc::channel(forward::WAITING);
        let levels = Levels::new(config.build);
        levels.look(&*state);
        let member = Self(Arc::new(Inner {
            raft,
            peers,
            founders: config.members,
            state,
            newcomer,
            past,
            reach: Reach::default(),
            levels,
            incoming_dir: config.incoming_dir,
            began: Instant::now(),
            heard_leader_ms: AtomicU64::new(0),
            leads: watch::Sender::new(false),
            tasks: Mutex::default(),
            disk: OwnDisk::new(disk),
            facts: RwLock::default(),
            writes: Semaphore::new(WRITES),
            reads,
            forwards,
            silence: Duration::from_millis(config.election_ms.1 * 2),
            election: Duration::from_millis(config.election_ms.1),
            write_within: config.write_within,
            read_within: config.read_within,
            clock: config.clock,
        }));
        let tasks = [
            tokio::spawn(member.clone().follow_leadership()),
            tokio::spawn(member.clone().follow_membership()),
            tokio::spawn(member.clone().look_for_others()),
            tokio::spawn(member.clone().ask_around()),
            tokio::spawn(member.clone().look_after(config.log_bytes)),
            tokio::spawn(member.clone().serve_reads(waiting_reads)),
            tokio::spawn(member.clone().serve_forwards(waiting_forwards)),
        ];
        member.0.tasks.lock().unwrap_or_else(PoisonError::into_inner).extend(tasks);
        Ok(member)
    }

    /// Forms the cluster, unless this member or one that answers has a log already. For the member with the lowest id; the
    /// others get the log from it.
    pub async fn form(&self) -> Result<(), StartError> {
        let fatal = |error: String| StartError::Fatal(error);
        if self.0.founders.keys().next() != Some(&self.0.peers.me()) {
            return Ok(());
        }
        if self.0.raft.is_initialized().await.map_err(|error| fatal(error.to_string()))? {
            // It may have been stopped before anybody joined it, or right when it was elected.
            if self.0.raft.metrics().borrow_watched().last_log_index <= Some(1) {
                self.let_stand();
            }
            return Ok(());
        }
        for id in self.0.peers.others() {
            if self.hello(id, HELLO).await.is_ok_and(|hello| hello.initialized) {
                tracing::info!(member = id, "the cluster exists: waiting to be brought up to date");
                return Ok(());
            }
        }
        let members = self.0.founders.clone();
        self.0.raft.initialize(members).await.map_err(|error| fatal(error.to_string()))?;
        self.let_stand();
        Ok(())
    }

    /// Tells the other members about liveness until dropped.
    pub async fn tell_digests(&self, source: Arc<dyn DigestSource>) {
        digest::tell(self.0.peers.clone(), source).await;
    }

    /// True while this member leads.
    pub fn leads(&self) -> watch::Receiver<bool> {
        self.0.leads.subscribe()
    }

    /// Resolves when this member cannot go on, with the cause.
    pub async fn failed(&self) -> String {
        // All metrics change several times with each entry, and each change wakes whoever follows them; these end with consensus, too.
        let mut metrics = self.0.raft.server_metrics();
        while self.ended().is_none() && metrics.changed().await.is_ok() {}
        self.ended().unwrap_or_else(|| "consensus has ended".into())
    }

    /// Hands leadership over if this member has it, and stops taking part.
    pub async fn shutdown(&self) {
        self.hand_over(None).await;
        self.halt().await;
    }

    /// Lets another member lead, the one named or else the one that has most of the log, and waits for it, but no longer than an
    /// election would take anyway. Does nothing when this member does not lead, or the one named has no vote.
    pub async fn hand_over(&self, to: Option<u64>) {
        let me = self.0.peers.me();
        let Some(heir) = self.heir(to) else { return };
        if self.0.raft.trigger().transfer_leader(heir).await.is_err() {
            return;
        }
        match tokio::time::timeout(self.0.election, self.other_leader(me)).await {
            Ok(()) => tracing::info!(heir, "leadership is handed over"),
            Err(_) => tracing::warn!(heir, "leadership was not taken over in time"),
        }
    }

    /// Who could lead in the place of this member, which does: the one named, or else the one that has most of the log. One whose
    /// disk is sick is not asked unless named.
    pub(crate) fn heir(&self, to: Option<u64>) -> Option<u64> {
        let metrics = self.0.raft.metrics();
        let now = metrics.borrow_watched();
        if now.state != ServerState::Leader {
            return None;
        }
        let voters: Vec<u64> = now.membership_config.membership().voter_ids().collect();
        let may = |id: u64| match to {
            Some(to) => to == id,
            None => !self.0.reach.of(id).disk.is_some_and(|disk| disk.sick),
        };
        let matched = now.replication.iter().flatten();
        let matched = matched.filter(|(id, _)| **id != now.id && voters.contains(id) && may(**id));
        matched.max_by_key(|(_, matched)| **matched).map(|(id, _)| *id)
    }

    /// Stops taking part at once. The others elect a leader when they miss this one.
    pub async fn halt(&self) {
        let tasks = std::mem::take(&mut *self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        for task in &tasks {
            task.abort();
        }
        // Each holds this member's storage until it has ended.
        futures::future::join_all(tasks).await;
        self.0.leads.send_replace(false);
        if let Err(error) = self.0.raft.shutdown().await {
            tracing::warn!(%error, "consensus did not end cleanly");
        }
    }

    async fn follow_leadership(self) {
        let mut metrics = self.0.raft.server_metrics();
        loop {
            let leads = metrics.borrow_watched().state == ServerState::Leader && self.ended().is_none();
            if leads {
                // A majority has given it the say.
                self.settle();
            }
            self.0.leads.send_if_modified(|known| std::mem::replace(known, leads) != leads);
            if metrics.changed().await.is_err() {
                self.0.leads.send_replace(false);
                return;
            }
        }
    }
}

impl<SM: RaftStateMachine<TypeConfig>> Member<SM> {
    pub(crate) fn raft(&self) -> &Raft<SM> {
        &self.0.raft
    }

    pub(crate) fn founders(&self) -> &Members {
        &self.0.founders
    }

    pub(crate) fn newcomer(&self) -> &Newcomer {
        &self.0.newcomer
    }

    /// What is remembered of the others.
    pub(crate) fn past(&self) -> &Arc<Past> {
        &self.0.past
    }

    /// Whether this member found that its disk is older than what it has done, and has not caught up yet.
    pub fn lives_in_the_past(&self) -> bool {
        self.0.newcomer.is() && self.0.newcomer.has_forgotten()
    }

    pub(crate) fn levels(&self) -> &Levels {
        &self.0.levels
    }

    pub(crate) fn reach(&self) -> &Reach {
        &self.0.reach
    }

    /// This member's disk.
    pub(crate) fn disk(&self) -> &OwnDisk {
        &self.0.disk
    }

    /// From now on this member takes no writes, for this reason, and does not lead when somebody else can; `None`: it does.
    pub fn take_no_writes(&self, no_room: Option<NoRoom>) {
        self.0.disk.set_no_room(no_room);
    }

    /// What is said of this member from now on, here and to the others.
    pub fn say(&self, facts: MemberFacts) {
        *self.0.facts.write().unwrap_or_else(PoisonError::into_inner) = Some(facts);
    }

    pub(crate) fn own_facts(&self) -> Option<MemberFacts> {
        self.0.facts.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn peers(&self) -> &Peers {
        &self.0.peers
    }

    pub(crate) fn source(&self) -> &Arc<dyn StateSource> {
        &self.0.state
    }

    pub(crate) fn reads(&self) -> &mpsc::Sender<Answer> {
        &self.0.reads
    }

    pub(crate) fn forwards(&self) -> &mpsc::Sender<Forwarded> {
        &self.0.forwards
    }

    /// Why consensus has ended here; `None` while it goes on.
    pub(crate) fn ended(&self) -> Option<String> {
        self.0.raft.metrics().borrow_watched().running_state.as_ref().err().map(ToString::to_string)
    }

    pub(crate) fn write_within(&self) -> Duration {
        self.0.write_within
    }

    pub(crate) fn read_within(&self) -> Duration {
        self.0.read_within
    }

    /// The time, by this member's clock.
    pub(crate) fn now(&self) -> Time {
        self.0.clock.now()
    }

    /// A place among the writes under way. An error means that the member ends.
    pub(crate) async fn write_turn(&self) -> Result<SemaphorePermit<'_>, AcquireError> {
        self.0.writes.acquire().await
    }

    pub(crate) fn incoming_dir(&self) -> &Path {
        &self.0.incoming_dir
    }

    pub(crate) fn heard_leader(&self) {
        let now = u64::try_from(self.0.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.heard_leader_ms.store(now.max(1), Ordering::Relaxed);
    }

    /// Whether a leader was heard since this member started. Whom it followed before says nothing of now.
    pub(crate) fn has_heard_leader(&self) -> bool {
        self.0.heard_leader_ms.load(Ordering::Relaxed) != 0
    }

    /// Time since a leader was last heard.
    pub(crate) fn silence_of_leader(&self) -> Duration {
        let heard = Duration::from_millis(self.0.heard_leader_ms.load(Ordering::Relaxed));
        self.0.began.elapsed().saturating_sub(heard)
    }

    /// Longest time that others wait until they stand for election.
    pub(crate) fn election(&self) -> Duration {
        self.0.election
    }

    /// Silence beyond which there is no leader, or no majority behind it.
    pub(crate) fn patience(&self) -> Duration {
        self.0.silence
    }

    pub(crate) fn state(&self) -> Result<(Arc<dyn sentinel_machine::Read + Send + Sync>, u64), TableError> {
        self.0.state.view()
    }
}
