//! The port through which everything above the log writes and reads.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::envelope::Envelope;
use crate::outcome::Outcome;
use crate::tables::Read;

/// One member's access to the replicated state.
#[async_trait]
pub trait Replica: Send + Sync {
    /// Commits a command and waits until this member has applied it, so that a following read here sees it.
    /// On any member: a follower forwards to the leader. Retrying with the same request id never applies twice.
    async fn propose(&self, envelope: Envelope) -> Result<Applied, ProposeError>;

    /// Waits until this member has applied the entry at `index`, so that every read here from now on has it in it.
    async fn reach(&self, index: u64, within: Duration) -> Result<(), ReadError>;

    /// A consistent state to read from.
    async fn read(&self, consistency: Consistency) -> Result<View, ReadError>;
}

/// A command went through the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// Where it stands in the log.
    pub index: u64,
    /// The request had taken effect before: whoever needs to know that it stood for the same must look.
    pub repeated: bool,
    /// What came of it.
    pub outcome: Outcome,
}

/// How fresh a read must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consistency {
    /// Sees every write that was acknowledged before the read began. Needs a majority.
    #[default]
    Linearizable,
    /// What this member has, at once.
    Stale,
}

/// A consistent state.
#[derive(Clone)]
pub struct View {
    /// The tables.
    pub tables: Arc<dyn Read + Send + Sync>,
    /// Newest log index in it.
    pub applied: u64,
    /// Stale reads: milliseconds since this member last heard from a leader; `None` when it is up to date.
    pub age_ms: Option<u64>,
}

impl std::fmt::Debug for View {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("View")
            .field("applied", &self.applied)
            .field("age_ms", &self.age_ms)
            .finish_non_exhaustive()
    }
}

/// A command was not committed, or it is not known whether it was.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ProposeError {
    /// No leader within the deadline; nothing was written.
    #[error("the cluster has no leader: {0}")]
    NoLeader(String),
    /// The command may or may not have been committed. Asking again with the same request id tells.
    #[error("the outcome is unknown: {0}")]
    Unknown(String),
    /// The command is larger than a log entry may be.
    #[error("the command has {size} bytes, at most {limit} are allowed")]
    TooLarge {
        /// Its size.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// The member that was asked, or the leader, takes no writes now; nothing was written.
    #[error("{0}")]
    ReadOnly(String),
    /// The cluster's level is too low for it: some member might not know it. Nothing was written.
    #[error("this takes cluster level {needed}, and the cluster is at {level}")]
    Level {
        /// What it takes.
        needed: u16,
        /// What there is.
        level: u16,
    },
    /// This member cannot go on.
    #[error("{0}")]
    Fatal(String),
}

/// A state to read from could not be had.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ReadError {
    /// No majority within the deadline. A stale read would work.
    #[error("no majority answers: {0}")]
    NoQuorum(String),
    /// This member has not applied an entry in time that the reader asks for. Another member may have it.
    #[error("this member has applied {applied} entries of the log, and entry {wanted} was asked for")]
    Behind {
        /// The newest entry that it has applied.
        applied: u64,
        /// The one that was asked for.
        wanted: u64,
    },
    /// This member lacks what was written last, and has no room for it. Another member may answer, and a stale read would work.
    #[error("{0}")]
    NoRoom(String),
    /// This member cannot go on.
    #[error("{0}")]
    Fatal(String),
}
