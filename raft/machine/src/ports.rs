//! The other ports of a member: blobs, the event history, what the cluster looks like. Beside [`crate::replica`], so that
//! storage and consensus can implement them without knowing who uses them.

use std::io;

use async_trait::async_trait;
use bytes::Bytes;
use sentinel_model::{MemberId, Sha256Digest, Time};
use serde::{Deserialize, Serialize};

use crate::commands::Command;
use crate::event::Event;

/// Largest blob, in bytes.
pub const BLOB_MAX: usize = 64 * 1024 * 1024;

/// Content-addressed bytes, shared by the members.
#[async_trait]
pub trait Blobs: Send + Sync {
    /// Returns when the bytes are on a majority's disk. Putting the same bytes again is fine.
    async fn put(&self, bytes: Bytes) -> Result<Sha256Digest, BlobError>;
    /// The bytes, from this member's disk or else from a peer; verified against the digest.
    async fn get(&self, digest: Sha256Digest) -> Result<Bytes, BlobError>;
}

/// A blob could not be stored or had.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// Too few members took it in time.
    #[error("the blob is on {stored} of the {needed} members that it must be on: {reason}")]
    NoMajority {
        /// Members that have it.
        stored: usize,
        /// Members that must.
        needed: usize,
        /// What the others said.
        reason: String,
    },
    /// No member that answers has it.
    #[error("no member has the blob {0}")]
    NotFound(Sha256Digest),
    /// Larger than a blob may be.
    #[error("the blob has {0} bytes, at most {BLOB_MAX} are allowed")]
    TooLarge(usize),
    /// This member's disk failed, or its copy is damaged and no peer had a good one.
    #[error("blob storage: {0}")]
    Io(#[from] io::Error),
}

/// A place in the event stream: everything up to and with it was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cursor {
    /// Log index.
    pub index: u64,
    /// Place among the events of that entry.
    pub place: u32,
}

impl Event {
    /// The place of this event.
    pub fn cursor(&self) -> Cursor {
        Cursor { index: self.index, place: self.place }
    }
}

/// This member no longer (or not yet) has the events right behind the cursor. Who watches must read state anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("events before {oldest:?} are no longer kept here")]
pub struct Gap {
    /// The oldest place from which this member can go on.
    pub oldest: Cursor,
}

/// Events that this member remembers.
pub trait EventHistory: Send + Sync {
    /// Takes in the events of one applied entry.
    fn append(&self, events: &[Event]);
    /// Up to `limit` events behind `after`, in order.
    fn since(&self, after: Cursor, limit: usize) -> Result<Vec<Event>, Gap>;
}

/// What one member knows of the cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterStatus {
    /// The member that answers.
    pub member_id: MemberId,
    /// The leader, if there is one.
    pub leader: Option<MemberId>,
    /// Raft term.
    pub term: u64,
    /// Newest log index that is committed, as far as this member knows.
    pub committed: u64,
    /// Newest log index that this member has applied.
    pub applied: u64,
    /// Log index of the newest snapshot; zero without one.
    pub snapshot: u64,
    /// All members.
    pub members: Vec<MemberStatus>,
    /// Why a write cannot commit now; `None` when it can.
    pub unready: Option<String>,
}

/// One member, as another sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberStatus {
    /// Identity.
    pub id: MemberId,
    /// Address for other members.
    pub peer_address: String,
    /// Base URL for clients.
    pub api_url: String,
    /// Has a vote.
    pub voter: bool,
    /// Newest log index known to be on its disk; `None` when it never answered.
    pub matched: Option<u64>,
    /// Since when it does not answer this member; `None` while it does, and for this member itself.
    pub silent_since: Option<Time>,
    /// It answers, and says that the answering member is none of the cluster.
    #[serde(default)]
    pub disowns: bool,
    /// Its clock minus this member's, in milliseconds, when it last answered.
    pub skew_ms: Option<i64>,
    /// What it said of its disk, when it last answered.
    pub disk: Option<DiskStatus>,
    /// What else it said of itself then; `None` also when its version does not say.
    pub facts: Option<MemberFacts>,
    /// What it said of its binary, when it last answered.
    pub build: Option<Build>,
}

/// What a member says of its binary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    /// The highest cluster level that it knows.
    pub level: u16,
    /// Its version; `None` for one that knew of no levels, and did not say.
    pub version: Option<String>,
}

impl Build {
    /// Of this binary.
    pub fn this() -> Self {
        Self { level: Command::LEVEL, version: Some(env!("CARGO_PKG_VERSION").to_owned()) }
    }
}

/// What a member says of the disk that its log is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskStatus {
    /// How long the last write took, in microseconds.
    pub last_us: u64,
    /// The longest of the last minute, in microseconds, one that is under way among them.
    pub max_us: u64,
    /// It hangs, or is full: the member does not lead.
    pub sick: bool,
}

/// What a member says of itself, beside its disk's writes: what only its own process can know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberFacts {
    /// Bytes that are free on the disk of its data directory, and those below which it takes no writes.
    pub room: Option<(u64, u64)>,
    /// When the certificate that it shows to other members runs out.
    pub certificate_until: Option<Time>,
    /// When the CA of that certificate does.
    pub ca_until: Option<Time>,
    /// When the certificate that it shows to clients does; `None` when it shows none.
    pub serving_until: Option<Time>,
    /// What its parts think somebody should look at.
    pub concerns: Vec<Concern>,
    /// What it knows of the archives of bundles; `None` before it has looked.
    pub archives: Option<ArchiveFacts>,
    /// Ids of the key-encryption keys that it has, the one that seals first; none of a version that does not say.
    pub keys: Vec<String>,
}

/// What a member knows of the archives of bundles on its disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveFacts {
    /// How many are there.
    pub count: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// When it had last read each of them; `None` when it has not since its start.
    pub checked_at: Option<Time>,
    /// Those that bundles name and that are not there.
    pub missing: u64,
    /// Of these, those that no member has that answers it.
    pub lost: u64,
    /// Damaged copies that were set aside and are there still.
    pub damaged: u64,
}

/// Something that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concern {
    /// In words.
    pub words: String,
    /// The member is not well: it does not do all that it should.
    pub grave: bool,
}

/// What the cluster looks like from here. Answers at once, from memory.
pub trait ClusterInfo: Send + Sync {
    /// The picture now.
    fn status(&self) -> ClusterStatus;

    /// Base URLs of the members, for those that come again and again.
    fn api_urls(&self) -> Vec<String> {
        let members = self.status().members;
        members.into_iter().map(|member| member.api_url).filter(|url| !url.is_empty()).collect()
    }
}
