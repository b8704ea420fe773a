//! Reads, at any member.

use std::time::Duration;

use async_trait::async_trait;
use openraft::ReadPolicy;
use openraft::storage::RaftStateMachine;
use sentinel_machine::{Applied, Consistency, Envelope, ProposeError, ReadError, Replica, View};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::member::Member;
use crate::proto::ReadIndexRequest;
use crate::types::{SnapshotFile, TypeConfig};

/// Pause before another attempt.
const PAUSE: Duration = Duration::from_millis(50);
/// Reads that may wait for the next round; more wait for a place.
pub(crate) const READS: usize = 4_096;

/// Where a waiting read gets its read index.
pub(crate) type Answer = oneshot::Sender<Result<u64, String>>;

#[async_trait]
impl<SM> Replica for Member<SM>
where
    SM: RaftStateMachine<TypeConfig, SnapshotData = SnapshotFile>,
{
    async fn propose(&self, envelope: Envelope) -> Result<Applied, ProposeError> {
        self.commit(envelope).await
    }

    async fn reach(&self, wanted: u64, within: Duration) -> Result<(), ReadError> {
        if self.await_applied(wanted, within).await.is_ok() {
            return Ok(());
        }
        if let Some(cause) = self.ended() {
            return Err(ReadError::Fatal(cause));
        }
        let (_, applied) = self.state().map_err(|error| ReadError::Fatal(error.to_string()))?;
        Err(ReadError::Behind { applied, wanted })
    }

    async fn read(&self, consistency: Consistency) -> Result<View, ReadError> {
        if consistency == Consistency::Linearizable {
            self.catch_up().await?;
        }
        let (tables, applied) = self.state().map_err(|error| ReadError::Fatal(error.to_string()))?;
        let age_ms = match consistency {
            Consistency::Linearizable => None,
            Consistency::Stale => self.age_ms(),
        };
        Ok(View { tables, applied, age_ms })
    }
}

impl<SM> Member<SM>
where
    SM: RaftStateMachine<TypeConfig, SnapshotData = SnapshotFile>,
{
    /// Waits until state here holds every write that was acknowledged before this call.
    async fn catch_up(&self) -> Result<(), ReadError> {
        #[cfg(feature = "planted")]
        if sentinel_model::planted::has(sentinel_model::planted::Bug::ReadWithoutIndex) {
            return Ok(());
        }
        let (began, within) = (Instant::now(), self.read_within());
        loop {
            if let Some(cause) = self.ended() {
                return Err(ReadError::Fatal(cause));
            }
            let left = within.saturating_sub(began.elapsed());
            let reason = match tokio::time::timeout(left, self.next_round()).await {
                Ok(Ok(index)) => {
                    self.require_room_for(index)?;
                    return self.await_applied(index, left).await.map_err(ReadError::NoQuorum);
                }
                Ok(Err(reason)) => reason,
                Err(_) => "the leader could not reach a majority in time".to_owned(),
            };
            if began.elapsed() + PAUSE >= within {
                return Err(ReadError::NoQuorum(reason));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Who takes no entries waits for none.
    fn require_room_for(&self, index: u64) -> Result<(), ReadError> {
        let no_room = self.disk().no_room().filter(|no_room| no_room.entries);
        match no_room {
            Some(no_room) if self.state().is_ok_and(|(_, applied)| applied < index) => {
                Err(ReadError::NoRoom(no_room.reason))
            }
            _ => Ok(()),
        }
    }

    /// The read index of a round that begins after this call.
    async fn next_round(&self) -> Result<u64, String> {
        let (answer, answered) = oneshot::channel();
        let ended = "this member has stopped";
        self.reads().send(answer).await.map_err(|_| ended.to_owned())?;
        answered.await.unwrap_or_else(|_| Err(ended.to_owned()))
    }

    /// Serves reads in rounds: one question to the majority answers all reads that waited for it.
    pub(crate) async fn serve_reads(self, mut waiting: mpsc::Receiver<Answer>) {
        let mut round = Vec::new();
        while waiting.recv_many(&mut round, READS).await > 0 {
            let asked = tokio::time::timeout(self.patience(), self.read_index()).await;
            let index = asked.unwrap_or_else(|_| Err("no majority answered in time".into()));
            metrics::histogram!("consensus_reads_per_round").record(round.len() as f64);
            for answer in round.drain(..) {
                // Whoever gave up waiting does not listen any more.
                drop(answer.send(index.clone()));
            }
        }
    }

    async fn read_index(&self) -> Result<u64, String> {
        let leader = self.raft().current_leader().await.ok_or("no leader is known here")?;
        tokio::select! {
            biased;
            index = self.read_index_at(leader) => index,
            () = self.other_leader(leader) => Err("another member became the leader".into()),
        }
    }

    async fn read_index_at(&self, leader: u64) -> Result<u64, String> {
        if leader == self.peers().me() {
            let read = self.raft().get_read_log_id(ReadPolicy::ReadIndex).await;
            return read.map(|(read, _)| read.index()).map_err(|error| error.to_string());
        }
        let mut client = self.peers().client(leader).await.map_err(|status| status.message().to_owned())?;
        match client.read_index(ReadIndexRequest {}).await {
            Ok(answer) => Ok(answer.into_inner().index),
            Err(status) => {
                self.peers().failed(leader, &status);
                Err(status.message().to_owned())
            }
        }
    }

    /// How far behind state here may be: nothing on a leader, else the time since a leader was heard.
    fn age_ms(&self) -> Option<u64> {
        if *self.leads().borrow() {
            return None;
        }
        Some(u64::try_from(self.silence_of_leader().as_millis()).unwrap_or(u64::MAX))
    }
}
