//! Writes that this member passes on to the leader, as many in one call as have come meanwhile.
//!
//! A call between members costs both of them more than the entry that it carries. While few calls are under way, a write goes out
//! at once and alone; otherwise those that wait go together with the next call. Each is answered for itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use futures::future::join_all;
use openraft::storage::RaftStateMachine;
use sentinel_machine::ProposeError;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tonic::{Code, Status};

use crate::codec::unframe;
use crate::member::Member;
use crate::peers::Client;
use crate::propose::Failed;
use crate::proto::{Frame, Proposals};
use crate::types::{Response, SnapshotFile, TypeConfig};

/// Writes that may wait for a call; more wait for a place.
pub(crate) const WAITING: usize = 4_096;
/// Calls under way. More would carry fewer writes each; with one alone, a write would wait for all of the one before.
const CALLS: usize = 4;
/// Most writes in a call.
const WRITES: usize = 128;
/// Members that know this level know calls with several writes.
const MANY: u16 = 2;
/// Bytes of entries from which on a call is full.
const BYTES: usize = 4 * 1024 * 1024;

/// A write on its way to the leader.
pub(crate) struct Forwarded {
    pub(crate) leader: u64,
    pub(crate) entry: Bytes,
    pub(crate) answer: oneshot::Sender<Result<Response, Failed>>,
    pub(crate) sent: Sent,
}

/// Whether a write has left this member. Clones share.
#[derive(Clone, Default)]
pub(crate) struct Sent(Arc<AtomicBool>);

impl Sent {
    pub(crate) fn is(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn set(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Forwarded {
    /// It goes out now, unless whoever asked has given up. That is looked at last: who gives up stops waiting before asking whether it
    /// was sent, so it is not sent behind somebody's back.
    fn goes_out(&self) -> bool {
        self.sent.set();
        !self.answer.is_closed()
    }
}

/// Why the leader did not commit one of the entries of a call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Refused {
    /// It does not lead. Nothing was done.
    NotLeader,
    /// It is no command that it knows. Nothing was done.
    Invalid(String),
    /// It may be in the log.
    Unknown(String),
}

impl From<Refused> for Failed {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NotLeader => Failed::NotSent("the member that was asked does not lead".into()),
            Refused::Invalid(reason) => refuses(&reason),
            Refused::Unknown(reason) => Failed::Unknown(reason),
        }
    }
}

fn refuses(reason: &str) -> Failed {
    Failed::Final(ProposeError::Fatal(format!("the leader refuses the command: {reason}")))
}

impl<SM> Member<SM>
where
    SM: RaftStateMachine<TypeConfig, SnapshotData = SnapshotFile>,
{
    /// Passes a write on and waits for the leader's answer.
    pub(crate) async fn forward(&self, leader: u64, entry: &Bytes, sent: Sent) -> Result<Response, Failed> {
        metrics::counter!("consensus_writes_forwarded_total").increment(1);
        let (answer, answered) = oneshot::channel();
        let ended = "this member has stopped";
        let write = Forwarded { leader, entry: entry.clone(), answer, sent };
        self.forwards().send(write).await.map_err(|_| Failed::NotSent(ended.into()))?;
        answered.await.unwrap_or_else(|_| Err(Failed::Unknown(ended.into())))
    }

    /// Serves [`Member::forward`].
    pub(crate) async fn serve_forwards(self, mut waiting: mpsc::Receiver<Forwarded>) {
        // They end with this.
        let mut calls = JoinSet::new();
        let mut writes = Vec::new();
        while waiting.recv_many(&mut writes, WRITES).await > 0 {
            writes.retain(Forwarded::goes_out);
            for call in calls_of(writes.drain(..)) {
                calls.spawn(self.clone().pass_on(call));
            }
            while calls.try_join_next().is_some() {}
            while calls.len() >= CALLS {
                calls.join_next().await;
            }
        }
    }

    async fn pass_on(self, call: Call) {
        let Call { leader, entries, answers, .. } = call;
        metrics::histogram!("consensus_writes_per_call").record(answers.len() as f64);
        let within = self.write_within();
        let answered = tokio::select! {
            biased;
            answered = tokio::time::timeout(within, self.ask(leader, &entries)) => {
                answered.unwrap_or_else(|_| Err(Failed::Unknown("the leader did not answer in time".into())))
            }
            // A leader that hangs must not hold up what is meant for the next one.
            () = self.other_leader(leader) => Err(Failed::Unknown("another member became the leader".into())),
        };
        match answered {
            Ok(answered) if answered.len() == answers.len() => {
                for (answer, answered) in answers.into_iter().zip(answered) {
                    drop(answer.send(answered));
                }
            }
            Ok(_) => fail(answers, &Failed::Unknown("the leader answered for other writes".into())),
            Err(failed) => fail(answers, &failed),
        }
    }

    async fn ask(&self, leader: u64, entries: &[Bytes]) -> Result<Vec<Result<Response, Failed>>, Failed> {
        let knows = self.reach().of(leader).build.is_some_and(|build| build.level >= MANY);
        if entries.len() == 1 || !knows {
            return Ok(join_all(entries.iter().map(|entry| self.ask_alone(leader, entry))).await);
        }
        let answer =
            self.client_of(leader).await?.propose_many(Proposals { entries: entries.to_vec() }).await;
        let answered: Vec<Result<Response, Refused>> =
            answer.map_err(|status| self.refused(leader, &status)).and_then(answer_in)?;
        Ok(answered.into_iter().map(|answered| answered.map_err(Failed::from)).collect())
    }

    async fn ask_alone(&self, leader: u64, entry: &Bytes) -> Result<Response, Failed> {
        let answer = self.client_of(leader).await?.propose(Frame { payload: entry.to_vec() }).await;
        answer.map_err(|status| self.refused(leader, &status)).and_then(answer_in)
    }

    async fn client_of(&self, leader: u64) -> Result<Client, Failed> {
        let client = self.peers().client(leader).await;
        client.map_err(|status| Failed::NotSent(status.message().to_owned()))
    }

    /// What it means for each write of a call that the call failed.
    fn refused(&self, leader: u64, status: &Status) -> Failed {
        let reason = status.message();
        match status.code() {
            Code::FailedPrecondition => Failed::NotSent(reason.to_owned()),
            Code::ResourceExhausted => {
                Failed::Final(ProposeError::ReadOnly(format!("member {leader}: {reason}")))
            }
            Code::InvalidArgument => refuses(reason),
            _ => {
                self.peers().failed(leader, status);
                Failed::Unknown(reason.to_owned())
            }
        }
    }
}

fn answer_in<T: DeserializeOwned>(answer: tonic::Response<Frame>) -> Result<T, Failed> {
    unframe(&answer.into_inner()).map_err(|status| Failed::Unknown(status.message().to_owned()))
}

/// Entries for one leader that go in one call.
#[derive(Default)]
struct Call {
    leader: u64,
    bytes: usize,
    entries: Vec<Bytes>,
    answers: Vec<oneshot::Sender<Result<Response, Failed>>>,
}

/// Puts writes together, in their order.
fn calls_of(writes: impl Iterator<Item = Forwarded>) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    for write in writes {
        let fits = |call: &&mut Call| call.leader == write.leader && call.bytes < BYTES;
        let call = match calls.last_mut().filter(fits) {
            Some(call) => call,
            None => {
                calls.push(Call { leader: write.leader, ..Call::default() });
                let last = calls.len() - 1;
                &mut calls[last]
            }
        };
        call.bytes += write.entry.len();
        call.entries.push(write.entry);
        call.answers.push(write.answer);
    }
    calls
}

fn fail(answers: Vec<oneshot::Sender<Result<Response, Failed>>>, failed: &Failed) {
    for answer in answers {
        // Whoever gave up waiting does not listen any more.
        drop(answer.send(Err(failed.clone())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writes(lengths: &[(u64, usize)]) -> Vec<(u64, usize)> {
        let write = |(leader, length): &(u64, usize)| Forwarded {
            leader: *leader,
            entry: vec![0; *length].into(),
            answer: oneshot::channel().0,
            sent: Sent::default(),
        };
        let calls = calls_of(lengths.iter().map(write));
        calls.into_iter().map(|call| (call.leader, call.entries.len())).collect()
    }

    #[test]
    fn writes_for_one_leader_go_together_until_a_call_is_full() {
        assert_eq!(writes(&[]), []);
        assert_eq!(writes(&[(1, 9), (1, 9), (1, 9)]), [(1, 3)]);
        assert_eq!(writes(&[(1, 9), (2, 9), (2, 9), (1, 9)]), [(1, 1), (2, 2), (1, 1)]);
        assert_eq!(writes(&[(1, BYTES), (1, 9), (1, BYTES), (1, 9)]), [(1, 1), (1, 2), (1, 1)]);
    }
}
