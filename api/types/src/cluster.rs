//! The cluster as one member sees it.

use sentinel_model::{ClusterId, Epoch, MemberId, cluster};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::backup::Backup;
use crate::finding::Finding;

/// The disk that a member's log is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MemberDisk {
    /// How long its last write took, in microseconds.
    pub last_us: u64,
    /// The longest write of the last minute, in microseconds, one that is under way among them.
    pub max_us: u64,
    /// False: it hangs or is full, so the member does not lead.
    pub well: bool,
}

/// The archives of bundles on a member's disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MemberArchives {
    /// How many are there.
    pub count: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// When it had last read each of them to see whether they are what they shall be; null when it has not since its start.
    pub checked_at: Option<Timestamp>,
    /// Those that bundles name and that are not there.
    pub missing: u64,
    /// Of these, those that no member has that answers it.
    pub lost: u64,
    /// Damaged copies that were set aside and are there still.
    pub damaged: u64,
}

/// One member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClusterMember {
    /// Number.
    #[schema(value_type = u64)]
    pub id: MemberId,
    /// `member-<id>`.
    pub name: String,
    /// Address for other members.
    pub peer_address: String,
    /// Base URL for clients.
    pub api_url: String,
    /// Has a vote.
    pub voter: bool,
    /// Let in, and not yet taking the log in.
    #[serde(default)]
    pub joining: bool,
    /// Leads now.
    pub leader: bool,
    /// This is the member that answers.
    pub answering: bool,
    /// Newest log index known to be on its disk; null when it never answered.
    pub matched: Option<u64>,
    /// Since when it does not answer the member that answers you; null while it does.
    pub silent_since: Option<Timestamp>,
    /// Its clock minus that of the member that answers you, in milliseconds.
    pub skew_ms: Option<i64>,
    /// What it said of its disk, when it last answered the member that answers you; null when it never did.
    #[serde(default)]
    pub disk: Option<MemberDisk>,
    /// What it said of the archives of bundles then; null when it did not.
    #[serde(default)]
    pub archives: Option<MemberArchives>,
    /// The highest cluster level that its binary knows; null when it never answered.
    #[serde(default)]
    pub level: Option<u16>,
    /// Version of its binary; null when it never answered, or is too old to say.
    #[serde(default)]
    pub version: Option<String>,
}

/// What the cluster's log may hold. A member whose binary knows less than the cluster's level is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClusterLevel {
    /// The level now.
    pub now: u16,
    /// The highest level that every member knows.
    pub known: u16,
    /// The level to which it can be raised now; null when somebody holds it back, or nobody knows more.
    pub raise_to: Option<u16>,
    /// Who keeps it from being raised, and why. Empty when nobody knows more.
    pub held_back: Vec<String>,
}

impl Default for ClusterLevel {
    /// As it is where nobody knows of levels.
    fn default() -> Self {
        Self { now: 1, known: 1, raise_to: None, held_back: Vec::new() }
    }
}

/// The cluster's level shall be raised, for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelRaise {
    /// The level now; refused when it is another one.
    pub from: u16,
    /// The level from then on: the next one.
    pub to: u16,
}

/// The cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cluster {
    /// Identity of this formation; null before the first command.
    #[schema(value_type = Option<Uuid>)]
    pub cluster_id: Option<ClusterId>,
    /// When it was formed.
    pub formed_at: Option<Timestamp>,
    /// Version of the member that answers.
    pub version: String,
    /// The member that answers.
    #[schema(value_type = u64)]
    pub member_id: MemberId,
    /// The leader, if there is one.
    #[schema(value_type = Option<u64>)]
    pub leader: Option<MemberId>,
    /// Raft term.
    pub term: u64,
    /// Newest committed log index that the answering member knows.
    pub committed: u64,
    /// Newest log index that it has applied.
    pub applied: u64,
    /// Log index of its newest snapshot.
    pub snapshot: u64,
    /// All members.
    pub members: Vec<ClusterMember>,
    /// Why a write cannot commit now; null when it can.
    pub unready: Option<String>,
    /// What a look at all of it found, the gravest first; what is well is among it.
    #[serde(default)]
    #[schema(required = true)]
    pub findings: Vec<Finding>,
    /// Grows when the cluster is restored from a backup, or goes on without a majority that was lost.
    #[serde(default)]
    #[schema(value_type = u64)]
    pub epoch: Epoch,
    /// How this epoch began; null in the first one.
    #[serde(default)]
    pub epoch_began: Option<EpochBeginning>,
    /// The newest backup that is known to be good; null when there was none.
    #[serde(default)]
    pub backup: Option<Backup>,
    /// What its log may hold, and what it could.
    #[serde(default)]
    pub level: ClusterLevel,
}

/// How an epoch began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EpochBeginning {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: EpochReason,
    /// The member with which it began.
    #[schema(value_type = u64)]
    pub founder: MemberId,
}

/// Why a cluster began anew from an earlier state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EpochReason {
    /// It was restored from a backup.
    Restore,
    /// A majority was lost for ever, and one member that was left goes on.
    Recovery,
}

impl From<cluster::EpochReason> for EpochReason {
    fn from(reason: cluster::EpochReason) -> Self {
        match reason {
            cluster::EpochReason::Restore => EpochReason::Restore,
            cluster::EpochReason::Recovery => EpochReason::Recovery,
        }
    }
}

/// Another member shall lead.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    /// Its number; when absent, the one that has most of the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u64>)]
    pub to: Option<MemberId>,
}
