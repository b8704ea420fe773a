//! Starting, stopping and looking into members.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use bytes::Bytes;
use sentinel_consensus::{
    Admission, AdmissionError, Admitted, ClusterBlobs, DigestSource, Joiner, LocalBlobs, Member,
    MemberConfig, MemberNode, PeerServer, Peers, StateSource, Transport,
};
use sentinel_machine::{Build, ClusterInfo, Event, snapshot};
use sentinel_model::{MemberId, Time};
use sentinel_pki::{Ca, Identity, IdentityHandle, LIFETIME, MemberKey, MemberName};
use sentinel_store::wal::{Wal, WalError, WalOptions};
use sentinel_store::{LogStore, OpenError, StateMachine, Store};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::gate_disk::GateDisk;

pub const DEADLINE: Duration = Duration::from_secs(20);

/// Lets nobody in.
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

/// Digests that a test gives out and gets.
#[derive(Default)]
pub struct Digests {
    pub to_tell: Mutex<Option<Bytes>>,
    pub heard: Mutex<Vec<(u64, Bytes)>>,
}

impl DigestSource for Digests {
    fn changed(&self) -> Option<Bytes> {
        self.to_tell.lock().unwrap().take()
    }

    fn merge(&self, from: u64, digest: Bytes) {
        self.heard.lock().unwrap().push((from, digest));
    }
}

pub struct Running {
    pub member: Member<StateMachine>,
    pub store: Store,
    pub blobs: ClusterBlobs,
    pub digests: Arc<Digests>,
    pub events: Arc<Mutex<Vec<Event>>>,
    stop: Option<oneshot::Sender<()>>,
    tasks: Vec<JoinHandle<()>>,
}

pub struct Cluster {
    pub dir: TempDir,
    pub nodes: BTreeMap<u64, MemberNode>,
    pub running: BTreeMap<u64, Running>,
    pub snapshot_every: u64,
    pub log_bytes: u64,
    pub election_ms: (u64, u64),
    pub within: Duration,
    /// Disks of the logs that a test can stop.
    pub disks: BTreeMap<u64, GateDisk>,
    /// Members that are not among those that form the cluster.
    pub joined: BTreeSet<u64>,
    /// Members with another binary than this one.
    pub builds: BTreeMap<u64, Build>,
    /// Who gives certificates to members; without it they speak plain TCP.
    pub ca: Option<Ca>,
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Cluster {
    /// Addresses for `members`; nobody runs yet.
    pub fn prepare(members: u64) -> Self {
        let node =
            |_| MemberNode { peer_address: format!("127.0.0.1:{}", free_port()), api_url: String::new() };
        Self {
            dir: tempfile::tempdir().unwrap(),
            nodes: (1..=members).map(|id| (id, node(id))).collect(),
            running: BTreeMap::new(),
            snapshot_every: 10_000,
            log_bytes: u64::MAX,
            disks: BTreeMap::new(),
            joined: BTreeSet::new(),
            builds: BTreeMap::new(),
            ca: None,
            election_ms: (300, 700),
            within: Duration::from_secs(10),
        }
    }

    /// All members run and form a cluster.
    pub async fn begin(mut self) -> Self {
        for id in self.ids().into_iter().filter(|id| !self.joined.contains(id)).collect::<Vec<_>>() {
            self.launch(id).await;
        }
        for running in self.running.values() {
            running.member.form().await.unwrap();
        }
        self
    }

    /// Three members.
    pub async fn start(snapshot_every: u64) -> Self {
        Self { snapshot_every, ..Self::prepare(3) }.begin().await
    }

    fn founders(&self) -> BTreeMap<u64, MemberNode> {
        let mut founders = self.nodes.clone();
        founders.retain(|id, _| !self.joined.contains(id));
        founders
    }

    fn transport(&self, id: u64) -> Transport {
        let Some(ca) = &self.ca else { return Transport::Plain };
        Transport::Mutual(identity(ca, id))
    }

    pub fn ids(&self) -> Vec<u64> {
        self.nodes.keys().copied().collect()
    }

    pub fn data(&self, id: u64) -> PathBuf {
        self.dir.path().join(id.to_string())
    }

    pub async fn launch(&mut self, id: u64) {
        let store = open(&self.data(id)).await;
        store.claim(id).unwrap();
        let founders = match self.joined.contains(&id) {
            true => BTreeMap::new(),
            false => self.founders(),
        };
        let peers = Peers::new(id, self.nodes.clone(), self.transport(id));
        let server =
            PeerServer::bind(self.nodes[&id].peer_address.parse().unwrap(), self.transport(id)).unwrap();
        let config = MemberConfig {
            snapshot_every: self.snapshot_every,
            log_kept: self.snapshot_every / 2,
            log_bytes: self.log_bytes,
            election_ms: self.election_ms,
            write_within: self.within,
            read_within: self.within,
            build: self.builds.get(&id).cloned().unwrap_or_else(Build::this),
            ..MemberConfig::new(id, founders, store.incoming_dir())
        };
        let state: Arc<dyn StateSource> = store.tables.clone();
        let events = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&events);
        let machine = store.state_machine(Arc::new(move |told| sink.lock().unwrap().extend(told)));
        let log = match self.disks.get(&id) {
            Some(disk) => {
                let dir = self.data(id).join("gated-log");
                LogStore::new(Wal::open(Arc::new(disk.clone()), &dir, WalOptions::default()).unwrap())
            }
            None => store.log.clone(),
        };
        let member = Member::start(config, peers.clone(), log, machine, state).await.unwrap();
        let local: Arc<dyn LocalBlobs> = store.blobs.clone();
        let digests = Arc::new(Digests::default());
        let (stop, stopped) = oneshot::channel::<()>();
        let serving =
            server.serve(member.clone(), local.clone(), digests.clone(), Arc::new(NobodyNew), async {
                let _ = stopped.await;
            });
        let (telling, source) = (member.clone(), digests.clone());
        let tasks = vec![
            tokio::spawn(async move { serving.await.unwrap() }),
            tokio::spawn(async move { telling.tell_digests(source).await }),
        ];
        let blobs = ClusterBlobs::new(local, peers);
        let running = Running { member, store, blobs, digests, events, stop: Some(stop), tasks };
        self.running.insert(id, running);
    }

    /// As an operator stops a member.
    pub async fn stop(&mut self, id: u64) {
        let running = self.running.remove(&id).unwrap();
        running.member.shutdown().await;
        let store = running.cut().await;
        store.close();
    }

    /// At once; nothing is handed over, nothing is made durable that is not.
    pub async fn kill(&mut self, id: u64) {
        let running = self.running.remove(&id).unwrap();
        running.member.halt().await;
        drop(running.cut().await);
    }

    pub async fn leader(&self) -> u64 {
        let deadline = Instant::now() + DEADLINE;
        loop {
            for running in self.running.values() {
                let leader = running.member.status().leader.map(|id| id.0);
                if let Some(leader) = leader.filter(|id| self.running.contains_key(id)) {
                    return leader;
                }
            }
            assert!(Instant::now() < deadline, "no leader");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn follower(&self) -> u64 {
        let leader = self.leader().await;
        *self.running.keys().find(|id| **id != leader).unwrap()
    }

    pub fn member(&self, id: u64) -> &Member<StateMachine> {
        &self.running[&id].member
    }

    /// Bytes of everything in a member's state.
    pub fn everything(&self, id: u64) -> Vec<u8> {
        everything(&self.running[&id].store)
    }

    pub async fn all_applied(&self, index: u64) {
        for running in self.running.values() {
            let status = || running.member.status();
            eventually(|| status().applied >= index, || format!("applied {index}: {:?}", status())).await;
        }
    }
}

impl Running {
    async fn cut(mut self) -> Store {
        drop(self.stop.take());
        for task in &self.tasks {
            // Connections of peers stay open as long as they like.
            task.abort();
        }
        for task in self.tasks {
            let _ = task.await;
        }
        self.store
    }
}

/// A certificate of this CA, good from now on.
pub fn identity(ca: &Ca, id: u64) -> IdentityHandle {
    let key = MemberKey::generate().unwrap();
    let name = MemberName::new(ca.cluster_id(), MemberId(id));
    let now = Time(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64);
    let certificate = ca.issue(&key.csr().unwrap(), name, now, LIFETIME).unwrap();
    let identity = Identity::new(vec![ca.certificate().clone()], vec![certificate], key).unwrap();
    IdentityHandle::new(identity).unwrap()
}

/// Opens a directory whose last user may still have tasks that end.
pub async fn open(dir: &Path) -> Store {
    let deadline = Instant::now() + DEADLINE;
    loop {
        match Store::open(dir) {
            Err(error) if in_use(&error) && Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            opened => return opened.unwrap(),
        }
    }
}

fn in_use(error: &OpenError) -> bool {
    match error {
        OpenError::InUse(_) | OpenError::Wal(WalError::Locked { .. }) => true,
        OpenError::Tables(error) => error.message.contains("already open"),
        _ => false,
    }
}

/// Bytes of everything in a state.
pub fn everything(store: &Store) -> Vec<u8> {
    let (state, _) = store.tables.view().unwrap();
    let mut bytes = Vec::new();
    snapshot::write(&*state, &mut bytes).unwrap();
    bytes
}

/// Waits for a condition.
pub async fn eventually(condition: impl Fn() -> bool, what: impl Fn() -> String) {
    let deadline = Instant::now() + DEADLINE;
    while !condition() {
        assert!(Instant::now() < deadline, "{}", what());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What is on disk at one moment, as a crash would leave it.
pub async fn image(from: &Path, to: &Path) {
    let deadline = Instant::now() + DEADLINE;
    loop {
        let before = marks(from);
        if copy(from, to).is_ok() && marks(from) == before {
            return;
        }
        // Something was written meanwhile: the copy is of no single moment.
        assert!(Instant::now() < deadline, "the disk has no rest");
        std::fs::remove_dir_all(to).unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

/// Name, size and time of change of every file below.
fn marks(dir: &Path) -> Vec<(PathBuf, u64, std::time::SystemTime)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        match entry.metadata() {
            Ok(data) if data.is_dir() => found.extend(marks(&entry.path())),
            Ok(data) => found.push((entry.path(), data.len(), data.modified().unwrap())),
            Err(_) => {}
        }
    }
    found.sort();
    found
}

pub fn test_bytes(length: usize) -> Bytes {
    (0..length).map(|at| (at % 251) as u8).collect::<Vec<_>>().into()
}
