//! Fakes of every port, and a formed cluster in memory: for the tests of this crate and of the transports.

pub mod attacks;
mod by_hand;
pub mod certificates;
pub mod world;

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use sentinel_api_types::join_token::JoinTokenCreate;
use sentinel_machine::commands::cluster_init::Founding;
use sentinel_machine::commands::cluster_level_raise::ClusterLevelRaise;
use sentinel_machine::commands::epoch_begin::{self, EpochBegin, Founder};
use sentinel_machine::memory::MemoryReplica;
use sentinel_machine::tables::rows;
use sentinel_machine::{
    Applied, BlobError, Blobs, Build, ClusterInfo, ClusterStatus, Command, Consistency, Cursor, Envelope,
    Event, EventHistory, Gap, MemberStatus, ProposeError, ReadError, Replica, Scan, Table, View, level,
};
use sentinel_model::cluster::{ClusterCa, ClusterMember, EpochReason, MemberPlace};
use sentinel_model::join::JoinTicket;
use sentinel_model::secret::Sealed;
use sentinel_model::{MemberId, RequestId, Sha256Digest, Time};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::app::{App, AppParts, Settings};
use crate::backup::{BackupStream, Backups};
use crate::caller::{Caller, Identity};
use crate::clock::{Ids, ManualClock, RandomIds};
use crate::cluster::Initialize;
use crate::error::AppError;
use crate::events::EventBus;
use crate::keyring::Keyring;
use crate::liveness::Liveness;
use crate::password::Passwords;

use world::Known;
pub use world::World;

/// Password of every account that the kit makes.
pub const PASSWORD: &str = "correct horse battery staple";
/// Address of the first administrator.
pub const ADMIN: &str = "admin@example.com";
/// The time at which the kit's clock stands at first.
pub const START: Time = Time(1_795_500_000_000);

/// Blobs in memory.
#[derive(Debug, Default)]
pub struct MemoryBlobs {
    blobs: Mutex<HashMap<Sha256Digest, Bytes>>,
    no_majority: AtomicBool,
    reads: AtomicUsize,
}

impl MemoryBlobs {
    /// From now on no blob reaches a majority, or again every one does.
    pub fn lose_majority(&self, lost: bool) {
        self.no_majority.store(lost, Ordering::SeqCst);
    }

    /// Forgets or alters a blob.
    pub fn damage(&self, digest: Sha256Digest, replacement: Option<Bytes>) {
        let mut blobs = self.blobs.lock().unwrap_or_else(PoisonError::into_inner);
        blobs.remove(&digest);
        blobs.extend(replacement.map(|bytes| (digest, bytes)));
    }

    /// How often one was read.
    pub fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.blobs.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

#[async_trait]
impl Blobs for MemoryBlobs {
    async fn put(&self, bytes: Bytes) -> Result<Sha256Digest, BlobError> {
        if self.no_majority.load(Ordering::SeqCst) {
            return Err(BlobError::NoMajority { stored: 1, needed: 2, reason: "the test says so".into() });
        }
        let digest = Sha256Digest(Sha256::digest(&bytes).into());
        self.blobs.lock().unwrap_or_else(PoisonError::into_inner).insert(digest, bytes);
        Ok(digest)
    }

    async fn get(&self, digest: Sha256Digest) -> Result<Bytes, BlobError> {
        let blobs = self.blobs.lock().unwrap_or_else(PoisonError::into_inner);
        self.reads.fetch_add(1, Ordering::SeqCst);
        blobs.get(&digest).cloned().ok_or(BlobError::NotFound(digest))
    }
}

/// The newest events, in memory.
#[derive(Debug)]
pub struct MemoryHistory {
    kept: usize,
    events: Mutex<(Vec<Event>, Cursor)>,
}

impl Default for MemoryHistory {
    fn default() -> Self {
        Self::keeping(100_000)
    }
}

impl MemoryHistory {
    /// Keeps so many events.
    pub fn keeping(kept: usize) -> Self {
        Self { kept, events: Mutex::default() }
    }
}

impl EventHistory for MemoryHistory {
    fn append(&self, events: &[Event]) {
        let mut inner = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        inner.0.extend_from_slice(events);
        let surplus = inner.0.len().saturating_sub(self.kept);
        let newest_forgotten = inner.0.drain(..surplus).next_back();
        if let Some(event) = newest_forgotten {
            inner.1 = event.cursor();
        }
    }

    fn since(&self, after: Cursor, limit: usize) -> Result<Vec<Event>, Gap> {
        let inner = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        if after < inner.1 {
            return Err(Gap { oldest: inner.1 });
        }
        Ok(inner.0.iter().filter(|event| event.cursor() > after).take(limit).cloned().collect())
    }
}

/// A cluster of one member that leads, until a test says otherwise.
#[derive(Debug)]
pub struct FakeCluster(Mutex<ClusterStatus>);

impl Default for FakeCluster {
    fn default() -> Self {
        Self(Mutex::new(ClusterStatus {
            member_id: MemberId(1),
            leader: Some(MemberId(1)),
            term: 1,
            members: vec![MemberStatus {
                id: MemberId(1),
                peer_address: "127.0.0.1:4002".into(),
                api_url: "http://127.0.0.1:4000".into(),
                voter: true,
                matched: Some(1),
                build: Some(Build::this()),
                ..MemberStatus::default()
            }],
            ..ClusterStatus::default()
        }))
    }
}

impl FakeCluster {
    /// Changes the picture.
    pub fn change(&self, change: impl FnOnce(&mut ClusterStatus)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl ClusterInfo for FakeCluster {
    fn status(&self) -> ClusterStatus {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Backups that say what they are, and nothing more.
#[derive(Debug)]
pub struct FakeBackups;

impl Backups for FakeBackups {
    fn begin(&self, now: Time) -> Result<BackupStream, AppError> {
        let bytes = Box::pin(futures::stream::iter([Ok(Bytes::from_static(b"a backup"))]));
        Ok(BackupStream { taken_at: now, index: 7, bytes })
    }
}

/// How a replica misbehaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trouble {
    /// Not at all.
    #[default]
    None,
    /// No leader: nothing is written; only stale reads work.
    NoLeader,
    /// The command is applied, and the answer is lost.
    LostAnswer,
    /// Commands are refused as if the leader did not know them.
    Refusing,
}

/// A memory replica that publishes events to a bus as a member does, and misbehaves when a test says so.
pub struct KitReplica {
    inner: MemoryReplica,
    bus: EventBus,
    published: Mutex<usize>,
    trouble: Mutex<Trouble>,
    refused: AtomicUsize,
    proposed: AtomicUsize,
}

impl KitReplica {
    /// Proposals that found no leader, or one that refused them, so far.
    pub fn refused(&self) -> usize {
        self.refused.load(Ordering::SeqCst)
    }

    /// Proposals that went into the log so far.
    pub fn proposed(&self) -> usize {
        self.proposed.load(Ordering::SeqCst)
    }

    /// Misbehaves from now on.
    pub fn trouble(&self, trouble: Trouble) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// The replica behind it.
    pub fn memory(&self) -> &MemoryReplica {
        &self.inner
    }

    fn now(&self) -> Trouble {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Replica for KitReplica {
    async fn propose(&self, envelope: Envelope) -> Result<Applied, ProposeError> {
        if self.now() == Trouble::NoLeader {
            self.refused.fetch_add(1, Ordering::SeqCst);
            return Err(ProposeError::NoLeader("the test says so".into()));
        }
        if self.now() == Trouble::Refusing {
            self.refused.fetch_add(1, Ordering::SeqCst);
            return Err(ProposeError::Fatal("the test says so".into()));
        }
        let applied = self.inner.propose(envelope).await?;
        self.proposed.fetch_add(1, Ordering::SeqCst);
        let fresh = {
            let mut published = self.published.lock().unwrap_or_else(PoisonError::into_inner);
            let events = self.inner.events();
            let fresh = events[*published..].to_vec();
            *published = events.len();
            fresh
        };
        self.bus.publish(fresh);
        if self.now() == Trouble::LostAnswer {
            return Err(ProposeError::Unknown("the test says so".into()));
        }
        Ok(applied)
    }

    async fn reach(&self, index: u64, within: Duration) -> Result<(), ReadError> {
        self.inner.reach(index, within).await
    }

    async fn read(&self, consistency: Consistency) -> Result<View, ReadError> {
        if self.now() == Trouble::NoLeader && consistency == Consistency::Linearizable {
            return Err(ReadError::NoQuorum("the test says so".into()));
        }
        let mut view = self.inner.read(consistency).await?;
        if self.now() == Trouble::NoLeader {
            view.age_ms = Some(1_500);
        }
        Ok(view)
    }
}

/// An application over fakes, and a handle on each of them.
#[derive(Clone)]
pub struct Kit {
    /// The application.
    pub app: App,
    /// Its state.
    pub replica: Arc<KitReplica>,
    /// Its archives.
    pub blobs: Arc<MemoryBlobs>,
    /// Its cluster.
    pub cluster: Arc<FakeCluster>,
    /// Its clock.
    pub clock: Arc<ManualClock>,
}

impl Kit {
    /// An application without a cluster.
    pub fn unformed() -> Result<Self, AppError> {
        Self::unformed_with(Settings::default())
    }

    fn unformed_with(settings: Settings) -> Result<Self, AppError> {
        let bus = EventBus::new(Arc::new(MemoryHistory::default()));
        let replica = Arc::new(KitReplica {
            inner: MemoryReplica::default(),
            bus: bus.clone(),
            published: Mutex::default(),
            trouble: Mutex::default(),
            refused: AtomicUsize::new(0),
            proposed: AtomicUsize::new(0),
        });
        let (blobs, cluster) = (Arc::new(MemoryBlobs::default()), Arc::new(FakeCluster::default()));
        let clock = Arc::new(ManualClock::at(START));
        let app = App::new(AppParts {
            replica: replica.clone(),
            blobs: blobs.clone(),
            events: bus,
            cluster: cluster.clone(),
            clock: clock.clone(),
            ids: Arc::new(RandomIds),
            keyring: Keyring::new(&[0x42; 32]),
            liveness: Liveness::default(),
            backups: Arc::new(FakeBackups),
            settings,
        })?;
        Ok(Self { app, replica, blobs, cluster, clock })
    }

    /// An application whose cluster has the org `Default` and the administrator [`ADMIN`].
    pub async fn formed() -> Result<Self, AppError> {
        Self::formed_with(Settings::default()).await
    }

    /// The same with other numbers.
    pub async fn formed_with(settings: Settings) -> Result<Self, AppError> {
        // As one that was formed with the version before, so that it can be raised.
        Self::formed_at(Command::LEVEL - 1, settings).await
    }

    /// The same as an earlier version would have formed it.
    pub async fn formed_at(level: u16, settings: Settings) -> Result<Self, AppError> {
        let kit = Self::unformed_with(settings)?;
        let first = Initialize {
            cluster_id: None,
            level,
            org_name: "Default".into(),
            email: ADMIN.into(),
            password_hash: Passwords::default().hash(PASSWORD).await?,
            founding: Some(Self::founding()),
        };
        kit.app.initialize(first).await?;
        Ok(kit)
    }

    /// Raises the cluster to the level that this version knows.
    pub async fn raise(&self) -> Result<(), AppError> {
        let every = Scan::all(Table::ClusterMembers, &[]);
        let tables = self.replica.memory().tables();
        let members: Vec<ClusterMember> = rows(&tables, every)?;
        let known_by: BTreeSet<MemberId> = members.into_iter().map(|member| member.id).collect();
        for from in level::of_cluster(&tables)?..Command::LEVEL {
            let raise = ClusterLevelRaise { from, to: from + 1, known_by: known_by.clone() };
            self.app.propose_as_member(raise).await?.map(|_| ()).map_err(AppError::from)?;
        }
        Ok(())
    }

    /// The first member, and a CA that signs nothing.
    pub fn founding() -> Founding {
        let address = "127.0.0.1:4002".to_owned();
        Founding {
            ca: ClusterCa { certificate: b"the CA's certificate".to_vec(), sealed_key: Sealed(Vec::new()) },
            member_id: MemberId(1),
            place: MemberPlace { peer_address: address, api_url: "http://127.0.0.1:4000".into() },
            key_digest: Sha256Digest([1; 32]),
        }
    }

    /// A request without a credential.
    pub fn anonymous(&self) -> Caller {
        Caller::new(Identity::Anonymous, RequestId(RandomIds.id()))
    }

    /// The same request again would carry this id.
    pub fn repeatable(caller: &Caller, request: Uuid) -> Caller {
        Caller { request_id: RequestId(request), repeatable: true, ..caller.clone() }
    }

    /// The same caller, with another request.
    pub fn again(caller: &Caller) -> Caller {
        Caller { request_id: RequestId(RandomIds.id()), ..caller.clone() }
    }

    /// Begins the next epoch, as the first member, after a restore.
    pub async fn begin_epoch(&self) -> Result<(), AppError> {
        let view = self.replica.memory().tables();
        let epoch = sentinel_machine::query::epoch(&view)?.next();
        let Founding { member_id, place, key_digest, .. } = Self::founding();
        let founder = Founder { member_id, place, key_digest };
        let begun =
            EpochBegin { epoch, reason: EpochReason::Restore, founder, raises_to: Some(epoch_begin::LEVEL) };
        self.app.propose_as_member(begun).await?.map(|_| ()).map_err(AppError::from)
    }

    /// Lets so many more members in, who all vote and answer.
    pub async fn members(&self, admin: &Known, count: u8) -> Result<Vec<MemberId>, AppError> {
        let request = JoinTokenCreate { uses: Some(count.into()), ttl_s: None };
        let made = self.app.create_join_token(&admin.again(), request).await?;
        let ticket: JoinTicket = made.token.expose().parse().map_err(AppError::internal)?;
        let mut members = Vec::new();
        for number in 0..count {
            let address = format!("10.1.0.{number}");
            let (peer_address, api_url) = (format!("{address}:4002"), format!("http://{address}:4000"));
            let place = MemberPlace { peer_address: peer_address.clone(), api_url: api_url.clone() };
            let key = Sha256Digest([100 + number; 32]);
            let id = self.app.admit_member(&ticket.secret, key, &place, Command::LEVEL).await?;
            let build = Some(Build::this());
            let seat =
                MemberStatus { id, peer_address, api_url, voter: true, build, ..MemberStatus::default() };
            self.cluster.change(|status| status.members.push(seat));
            members.push(id);
        }
        Ok(members)
    }

    /// Number of audit entries so far.
    pub fn changes(&self) -> usize {
        let tables = self.replica.memory().tables();
        let all = sentinel_machine::Scan::all(sentinel_machine::Table::Audit, &[]);
        sentinel_machine::Read::scan(&tables, all).map_or(0, |entries| entries.len())
    }
}
