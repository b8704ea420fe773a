//! Writes, at any member.

use std::time::Duration;

use bytes::Bytes;
use openraft::async_runtime::WatchReceiver;
use openraft::errors::{ClientWriteError, RaftError};
use openraft::storage::RaftStateMachine;
use sentinel_machine::envelope::ENVELOPE_MAX;
use sentinel_machine::{Applied, Envelope, EnvelopeError, ProposeError, level};
use tokio::time::Instant;

use crate::forward::Sent;
use crate::member::Member;
use crate::types::{EntryBytes, Response, SnapshotFile, TypeConfig};

/// Pause before another attempt; an election takes many of these.
const PAUSE: Duration = Duration::from_millis(50);

/// One attempt failed.
#[derive(Clone)]
pub(crate) enum Failed {
    /// Nothing was sent anywhere.
    NotSent(String),
    /// It may be in the log.
    Unknown(String),
    /// No other attempt will do better.
    Final(ProposeError),
}

impl<SM> Member<SM>
where
    SM: RaftStateMachine<TypeConfig, SnapshotData = SnapshotFile>,
{
    /// Commits the envelope. Attempts repeat the same bytes, so the state machine recognises an envelope that got through
    /// before by its request id.
    pub(crate) async fn commit(&self, envelope: Envelope) -> Result<Applied, ProposeError> {
        if let Some(no_room) = self.disk().no_room() {
            return Err(ProposeError::ReadOnly(no_room.reason));
        }
        let bytes = Bytes::from(envelope.encode().map_err(refused)?);
        self.check_level(&envelope)?;
        let (began, within) = (Instant::now(), self.write_within());
        let Ok(Ok(_turn)) = tokio::time::timeout(within, self.write_turn()).await else {
            return Err(ProposeError::NoLeader("too many writes wait at this member".into()));
        };
        let mut may_be_committed = false;
        let response = loop {
            if let Some(cause) = self.ended() {
                let error =
                    if may_be_committed { ProposeError::Unknown(cause) } else { ProposeError::Fatal(cause) };
                return Err(error);
            }
            #[cfg(feature = "planted")]
            let bytes = rekeyed(&envelope, &bytes, may_be_committed);
            let reason = match self.attempt(&bytes, began + within).await {
                Ok(response) => break response,
                Err(Failed::Final(error)) if !may_be_committed => return Err(error),
                Err(Failed::Final(error)) => return Err(ProposeError::Unknown(error.to_string())),
                Err(Failed::NotSent(reason)) => reason,
                Err(Failed::Unknown(reason)) => {
                    may_be_committed = true;
                    reason
                }
            };
            if began.elapsed() + PAUSE >= within {
                metrics::counter!("consensus_writes_failed_total").increment(1);
                return Err(if may_be_committed {
                    ProposeError::Unknown(reason)
                } else {
                    ProposeError::NoLeader(reason)
                });
            }
            tokio::time::sleep(PAUSE).await;
        };
        let outcome = response
            .outcome
            .ok_or_else(|| ProposeError::Fatal("the log answered without an outcome".into()))?;
        self.await_applied(response.index, within).await.map_err(ProposeError::Unknown)?;
        metrics::histogram!("consensus_commit_seconds").record(began.elapsed().as_secs_f64());
        Ok(Applied { index: response.index, repeated: response.repeated, outcome })
    }

    async fn attempt(&self, bytes: &Bytes, deadline: Instant) -> Result<Response, Failed> {
        let within = deadline.saturating_duration_since(Instant::now());
        let Some(leader) = self.raft().current_leader().await else {
            return Err(Failed::NotSent("no leader is known here".into()));
        };
        let sent = Sent::default();
        let asked = async {
            if leader == self.peers().me() {
                sent.set();
                self.write_here(bytes).await
            } else {
                self.forward(leader, bytes, sent.clone()).await
            }
        };
        let gave_up = tokio::select! {
            biased;
            answer = tokio::time::timeout(within, asked) => match answer {
                Ok(answer) => return answer,
                Err(_) => "no majority confirmed the write in time",
            },
            // A leader that hangs answers nobody; as soon as there is another one, that one is asked.
            () = self.other_leader(leader) => "another member became the leader",
        };
        Err(if sent.is() { Failed::Unknown(gave_up.into()) } else { Failed::NotSent(gave_up.into()) })
    }

    async fn write_here(&self, bytes: &Bytes) -> Result<Response, Failed> {
        match self.raft().client_write(EntryBytes(bytes.clone())).await {
            Ok(written) => Ok(written.data),
            Err(RaftError::APIError(ClientWriteError::ForwardToLeader(_))) => {
                Err(Failed::NotSent("leadership moved on".into()))
            }
            Err(RaftError::APIError(error)) => Err(Failed::Unknown(error.to_string())),
            Err(RaftError::Fatal(fatal)) => Err(Failed::Final(ProposeError::Fatal(fatal.to_string()))),
        }
    }

    /// Resolves when a member other than `leader` leads.
    pub(crate) async fn other_leader(&self, leader: u64) {
        // These change with the leader, all metrics with every batch: that would wake each write under way for nothing.
        let mut metrics = self.raft().server_metrics();
        loop {
            let now = metrics.borrow_watched().current_leader;
            if now.is_some_and(|now| now != leader) {
                return;
            }
            if metrics.changed().await.is_err() {
                // Consensus has ended here; whatever waits finds out by itself.
                return std::future::pending().await;
            }
        }
    }

    /// Waits until this member has applied `index`.
    pub(crate) async fn await_applied(&self, index: u64, within: Duration) -> Result<(), String> {
        let mut applied = self.source().newest();
        let waited = tokio::time::timeout(within, applied.wait_until_ge(&index)).await;
        match waited {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err("this member has stopped".into()),
            Err(_) => Err(format!("this member has not applied entry {index} in time")),
        }
    }

    /// A command that some member may not know waits for the cluster's level. What this member has applied may be behind, and the
    /// level only grows.
    fn check_level(&self, envelope: &Envelope) -> Result<(), ProposeError> {
        if envelope.command.min_level() <= 1 {
            return Ok(());
        }
        let (state, _) = self.state().map_err(|error| ProposeError::Fatal(error.to_string()))?;
        level::check(&envelope.command, &*state)
    }
}

#[cfg(feature = "planted")]
fn rekeyed(envelope: &Envelope, bytes: &Bytes, again: bool) -> Bytes {
    use sentinel_model::planted::{Bug, has};
    if !again || !has(Bug::RetryWithoutKey) {
        return bytes.clone();
    }
    let mut envelope = envelope.clone();
    envelope.request_id = sentinel_model::RequestId(uuid::Uuid::new_v4());
    envelope.encode().map_or_else(|_| bytes.clone(), Bytes::from)
}

fn refused(error: EnvelopeError) -> ProposeError {
    match error {
        EnvelopeError::TooLarge(size) => ProposeError::TooLarge { size, limit: ENVELOPE_MAX },
        other => ProposeError::Fatal(other.to_string()),
    }
}
