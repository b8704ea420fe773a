//! Three members in one process, over real loopback connections and real files.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use sentinel_consensus::{
    ClusterBlobs, DigestSource, LocalBlobs, Member, MemberConfig, MemberNode, PeerServer, Peers, StateSource,
};
use sentinel_machine::commands::session_delete::SessionDelete;
use sentinel_machine::commands::user_set_password::UserSetPassword;
use sentinel_machine::{
    Blobs, ClusterInfo, Consistency, Envelope, ProposeError, Rejection, Replica, Table, snapshot,
};
use sentinel_model::audit::Actor;
use sentinel_model::secret::PasswordHash;
use sentinel_model::{RequestId, Sha256Digest, Time, UserId};
use sentinel_store::{StateMachine, Store};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

type Node = Member<StateMachine>;

struct Silent;

impl DigestSource for Silent {
    fn changed(&self) -> Option<Bytes> {
        None
    }
    fn merge(&self, _from: u64, _digest: Bytes) {}
}

struct Running {
    member: Node,
    store: Store,
    blobs: ClusterBlobs,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
}

struct Cluster {
    dir: TempDir,
    nodes: BTreeMap<u64, MemberNode>,
    running: BTreeMap<u64, Running>,
}

/// Tasks of a member that was stopped let go of its files a moment later.
async fn open(dir: &Path) -> Store {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        match Store::open(dir) {
            Ok(store) => return store,
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Cluster {
    async fn start(snapshot_every: u64) -> Self {
        let node =
            |_| MemberNode { peer_address: format!("127.0.0.1:{}", free_port()), api_url: String::new() };
        let nodes = (1..=3).map(|id| (id, node(id))).collect();
        let mut cluster = Self { dir: tempfile::tempdir().unwrap(), nodes, running: BTreeMap::new() };
        for id in 1..=3 {
            cluster.launch(id, snapshot_every).await;
        }
        cluster.running[&1].member.form().await.unwrap();
        cluster
    }

    fn data(&self, id: u64) -> std::path::PathBuf {
        self.dir.path().join(id.to_string())
    }

    async fn launch(&mut self, id: u64, snapshot_every: u64) {
        let store = open(&self.data(id)).await;
        let peers = Peers::new(id, self.nodes.clone());
        let server = PeerServer::bind(self.nodes[&id].peer_address.parse().unwrap()).unwrap();
        let config = MemberConfig {
            snapshot_every,
            log_kept: snapshot_every / 2,
            ..MemberConfig::new(id, self.nodes.clone(), store.incoming_dir())
        };
        let state: Arc<dyn StateSource> = store.tables.clone();
        let machine = store.state_machine(Arc::new(|_| {}));
        let member = Member::start(config, peers.clone(), store.log.clone(), machine, state).await.unwrap();
        let local: Arc<dyn LocalBlobs> = store.blobs.clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = server.serve(member.clone(), local.clone(), Arc::new(Silent), async {
            let _ = stopped.await;
        });
        let server = tokio::spawn(async move { serving.await.unwrap() });
        let blobs = ClusterBlobs::new(local, peers);
        self.running.insert(id, Running { member, store, blobs, stop: Some(stop), server });
    }

    async fn stop(&mut self, id: u64) {
        let mut running = self.running.remove(&id).unwrap();
        running.member.shutdown().await;
        drop(running.stop.take());
        // Connections of peers may stay open; the task ends with the runtime otherwise.
        running.server.abort();
        let _ = running.server.await;
    }

    async fn leader(&self) -> u64 {
        let deadline = Instant::now() + Duration::from_secs(20);
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

    async fn follower(&self) -> u64 {
        let leader = self.leader().await;
        *self.running.keys().find(|id| **id != leader).unwrap()
    }

    fn member(&self, id: u64) -> &Node {
        &self.running[&id].member
    }

    /// Bytes of everything in a member's state.
    fn everything(&self, id: u64) -> Vec<u8> {
        let (state, _) = self.running[&id].store.tables.view().unwrap();
        let mut bytes = Vec::new();
        snapshot::write(&*state, &mut bytes).unwrap();
        bytes
    }

    async fn all_applied(&self, index: u64) {
        for running in self.running.values() {
            let deadline = Instant::now() + Duration::from_secs(20);
            while running.member.status().applied < index {
                assert!(Instant::now() < deadline, "{:?}", running.member.status());
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

/// A command that is rejected, and leaves its outcome behind.
fn envelope(request: Uuid) -> Envelope {
    Envelope {
        time: Time(1_000),
        actor: Actor::Anonymous,
        request_id: RequestId(request),
        command: UserSetPassword { user_id: UserId(Uuid::nil()), password_hash: PasswordHash("x".into()) }
            .into(),
    }
}

fn test_bytes(length: usize) -> Bytes {
    (0..length).map(|at| (at % 251) as u8).collect::<Vec<_>>().into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_member_writes_any_member_reads_and_a_retry_answers_the_same() {
    let cluster = Cluster::start(10_000).await;
    let follower = cluster.follower().await;
    let request = Uuid::new_v4();
    let first = cluster.member(follower).propose(envelope(request)).await.unwrap();
    assert_eq!(first.outcome, Err(Rejection::not_found("User")));
    for id in 1..=3 {
        let view = cluster.member(id).read(Consistency::Linearizable).await.unwrap();
        assert!(view.applied >= first.index);
        assert!(view.tables.get(Table::Requests, request.as_bytes()).unwrap().is_some());
        let again = cluster.member(id).propose(envelope(request)).await.unwrap();
        assert_eq!((again.index, &again.outcome), (first.index, &first.outcome), "through member {id}");
    }
    let last = cluster.member(1).propose(envelope(Uuid::new_v4())).await.unwrap();
    cluster.all_applied(last.index).await;
    assert_eq!(cluster.everything(1), cluster.everything(2));
    assert_eq!(cluster.everything(1), cluster.everything(3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_go_on_without_the_old_leader_which_catches_up_by_log_or_by_snapshot() {
    let mut cluster = Cluster::start(40).await;
    let leader = cluster.leader().await;
    cluster.member(leader).propose(envelope(Uuid::new_v4())).await.unwrap();
    cluster.stop(leader).await;
    let survivor = *cluster.running.keys().next().unwrap();
    // More entries than are kept: the log alone cannot bring the old leader back.
    let mut last = 0;
    for _ in 0..200 {
        last = cluster.member(survivor).propose(envelope(Uuid::new_v4())).await.unwrap().index;
    }
    cluster.launch(leader, 40).await;
    cluster.all_applied(last).await;
    assert_eq!(cluster.everything(leader), cluster.everything(survivor));

    // And an empty disk is filled by a snapshot.
    cluster.stop(leader).await;
    std::fs::remove_dir_all(cluster.data(leader)).unwrap();
    cluster.launch(leader, 40).await;
    cluster.all_applied(last).await;
    assert_eq!(cluster.everything(leader), cluster.everything(survivor));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_majority_writes_and_reads_are_refused_and_stale_reads_answer() {
    let mut cluster = Cluster::start(10_000).await;
    let leader = cluster.leader().await;
    cluster.member(leader).propose(envelope(Uuid::new_v4())).await.unwrap();
    for id in [1, 2, 3].into_iter().filter(|id| *id != leader).collect::<Vec<_>>() {
        cluster.stop(id).await;
    }
    let alone = cluster.member(leader);
    assert!(alone.read(Consistency::Linearizable).await.is_err());
    assert!(alone.read(Consistency::Stale).await.is_ok());
    assert!(alone.status().unready.is_some());
    let refused = alone.propose(envelope(Uuid::new_v4())).await.unwrap_err();
    assert!(matches!(refused, ProposeError::Unknown(_) | ProposeError::NoLeader(_)), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_acknowledged_is_there_after_all_members_stopped_uncleanly() {
    let mut cluster = Cluster::start(50).await;
    let mut requests = Vec::new();
    for _ in 0..120 {
        let request = Uuid::new_v4();
        cluster.member(1).propose(envelope(request)).await.unwrap();
        requests.push(request);
    }
    for id in 1..=3 {
        cluster.stop(id).await;
    }
    for id in 1..=3 {
        cluster.launch(id, 50).await;
    }
    for id in 1..=3 {
        let view = cluster.member(id).read(Consistency::Linearizable).await.unwrap();
        for request in &requests {
            assert!(view.tables.get(Table::Requests, request.as_bytes()).unwrap().is_some(), "member {id}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_blob_is_on_a_majority_and_is_mended_from_a_peer() {
    let cluster = Cluster::start(10_000).await;
    let bytes = test_bytes(1_300_000);
    let digest = cluster.running[&1].blobs.put(bytes.clone()).await.unwrap();
    for id in 1..=3 {
        assert_eq!(cluster.running[&id].blobs.get(digest).await.unwrap(), bytes, "member {id}");
    }
    let name = digest.to_string();
    let path = |id: u64| -> std::path::PathBuf {
        Path::new(&cluster.data(id)).join("blobs").join(&name[..2]).join(&name)
    };
    let mut damaged = std::fs::read(path(2)).unwrap();
    damaged[1_000] ^= 1;
    std::fs::write(path(2), damaged).unwrap();
    assert_eq!(cluster.running[&2].blobs.get(digest).await.unwrap(), bytes);
    assert_eq!(std::fs::read(path(2)).unwrap(), bytes, "its own copy is good again");
    let missing = cluster.running[&1].blobs.get(Sha256Digest([7; 32])).await;
    assert!(missing.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_snapshot_is_not_used() {
    let mut cluster = Cluster::start(20).await;
    for _ in 0..60 {
        cluster.member(1).propose(envelope(Uuid::new_v4())).await.unwrap();
    }
    let last = cluster.member(1).propose(Envelope {
        command: SessionDelete { token_digest: Sha256Digest([0; 32]) }.into(),
        ..envelope(Uuid::new_v4())
    });
    let last = last.await.unwrap().index;
    cluster.all_applied(last).await;
    let follower = cluster.follower().await;
    let before = cluster.everything(follower);
    cluster.stop(follower).await;
    let dir = cluster.data(follower).join("snapshots");
    let mut damaged = 0;
    for entry in std::fs::read_dir(&dir).unwrap() {
        let path = entry.unwrap().path();
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[9] ^= 0xff;
        std::fs::write(&path, bytes).unwrap();
        damaged += 1;
    }
    assert!(damaged > 0, "there was a snapshot");
    cluster.launch(follower, 20).await;
    cluster.all_applied(last).await;
    assert_eq!(cluster.everything(follower), before);
}
