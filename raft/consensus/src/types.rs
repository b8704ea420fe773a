//! What the log carries, and what consensus needs of storage.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use sentinel_machine::{Outcome, Read, TableError};
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::past::Mark;
use crate::runtime::watch::Receiver;

openraft::declare_raft_types!(
    /// The types of our log. One leader a term, so that a log id is (term, index).
    pub TypeConfig:
        D = EntryBytes,
        R = Response,
        NodeId = u64,
        Node = MemberNode,
        LeaderId = openraft::impls::leader_id_std::LeaderId<Self::Term, Self::NodeId>,
        AsyncRuntime = crate::runtime::Runtime,
);

/// A place in the log.
pub type LogId = openraft::alias::LogIdOf<TypeConfig>;
/// A membership and where it stands in the log.
pub type StoredMembership = openraft::alias::StoredMembershipOf<TypeConfig>;
/// What a snapshot covers.
pub type SnapshotMeta = openraft::alias::SnapshotMetaOf<TypeConfig>;
/// A snapshot.
pub type Snapshot = openraft::alias::SnapshotOf<TypeConfig, SnapshotFile>;
/// A vote.
pub type Vote = openraft::alias::VoteOf<TypeConfig>;

/// An encoded [`sentinel_machine::Envelope`].
#[derive(Clone, PartialEq, Eq)]
pub struct EntryBytes(pub Bytes);

impl fmt::Debug for EntryBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntryBytes({})", self.0.len())
    }
}

impl fmt::Display for EntryBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Serialize for EntryBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for EntryBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BytesVisitor;
        impl Visitor<'_> for BytesVisitor {
            type Value = EntryBytes;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<EntryBytes, E> {
                Ok(EntryBytes(Bytes::copy_from_slice(bytes)))
            }
            fn visit_byte_buf<E: serde::de::Error>(self, bytes: Vec<u8>) -> Result<EntryBytes, E> {
                Ok(EntryBytes(bytes.into()))
            }
        }
        deserializer.deserialize_byte_buf(BytesVisitor)
    }
}

/// What applying an entry answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// Log index at which the command took effect.
    pub index: u64,
    /// The command had taken effect before. Members of older versions do not say; then it must be looked up.
    #[serde(default = "unsaid")]
    pub repeated: bool,
    /// What came of it; `None` for entries that carry no command.
    pub outcome: Option<Outcome>,
}

fn unsaid() -> bool {
    true
}

/// Where a member is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberNode {
    /// By other members: `ADDRESS:PORT`.
    pub peer_address: String,
    /// By clients and nodes: a base URL.
    pub api_url: String,
}

/// A complete snapshot in a file that nobody changes any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotFile {
    /// Where it is.
    pub path: PathBuf,
}

/// State as storage has it now.
pub trait StateSource: Send + Sync + 'static {
    /// A consistent state and the newest log index in it.
    fn view(&self) -> Result<(Arc<dyn Read + Send + Sync>, u64), TableError>;

    /// The newest log index that a view made from now on has in it.
    fn newest(&self) -> Receiver<u64>;

    /// Reads a snapshot file from front to back and says what it covers, or why it cannot be used. Blocks.
    fn check(&self, snapshot: &SnapshotFile) -> io::Result<SnapshotMeta>;
}

/// The disk under the log.
pub trait LogDisk: Send + Sync + 'static {
    /// For how long a write has been waiting for the disk; zero when none is.
    fn stalled(&self) -> Duration;

    /// How long the last write took, and the longest of the last minute, one that is under way among them.
    fn latency(&self) -> (Duration, Duration);

    /// How far it has come: what is durable.
    fn mark(&self) -> Mark;

    /// Bytes of entries appended since the log was opened.
    fn written(&self) -> u64;
}
