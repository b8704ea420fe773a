//! Which members answer. Each asks each other once a second, so any of them can say who is missing, not the leader alone; and
//! when somebody begins to miss, or is there again, that is one line in the log.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use openraft::async_runtime::WatchReceiver;
use openraft::storage::RaftStateMachine;
use sentinel_machine::{Build, DiskStatus, MemberFacts};
use sentinel_model::Time;
use tokio::time::Instant;
use tonic::Status;

use crate::blocking;
use crate::facts;
use crate::level::build_of;
use crate::member::Member;
use crate::peers;
use crate::proto::HelloResponse;
use crate::types::{SnapshotFile, TypeConfig};

/// How often each member is asked.
const EVERY: Duration = Duration::from_secs(1);
/// After so many questions it is kept what the others said.
const KEEP: u32 = 5;
/// Time to answer.
const WITHIN: Duration = Duration::from_secs(1);
/// Questions without an answer, one after the other, that make a member unreachable.
const MISSES: u32 = 2;

/// What this member knows of the others' presence.
#[derive(Default)]
pub(crate) struct Reach(Mutex<BTreeMap<u64, Seen>>);

/// What is known of one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    misses: u32,
    /// When it was first missed, while it is unreachable.
    pub(crate) silent_since: Option<Time>,
    /// Newest entry on its disk, when it last answered.
    pub(crate) log_index: Option<u64>,
    /// Its clock minus this one's, in milliseconds, when it last answered.
    pub(crate) skew_ms: Option<i64>,
    /// What it said of its disk, when it last answered.
    pub(crate) disk: Option<DiskStatus>,
    /// What else it said of itself then.
    pub(crate) facts: Option<MemberFacts>,
    /// What it said of its binary, when it last answered.
    pub(crate) build: Option<Build>,
    /// It answers, and says that this one is no member.
    pub(crate) disowns: bool,
    /// When the first of the misses was.
    missed_at: Option<Time>,
}

/// What an answer, or none, changed.
#[derive(Debug, PartialEq, Eq)]
enum Change {
    Nothing,
    Lost,
    Back,
}

impl Reach {
    /// What is known of a member; nothing before it was first asked.
    pub(crate) fn of(&self, id: u64) -> Seen {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned().unwrap_or_default()
    }

    /// It was asked, and gave no answer; whether that is because to it this one is no member.
    fn disowned(&self, id: u64, disowned: bool) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_default().disowns = disowned;
    }

    fn answered(
        &self,
        id: u64,
        log_index: u64,
        skew_ms: i64,
        disk: DiskStatus,
        facts: Option<MemberFacts>,
        build: Build,
    ) -> Change {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = known.entry(id).or_default();
        let was_silent = seen.silent_since.is_some();
        *seen = Seen {
            log_index: Some(log_index),
            skew_ms: Some(skew_ms),
            disk: Some(disk),
            facts,
            build: Some(build),
            ..Seen::default()
        };
        if was_silent { Change::Back } else { Change::Nothing }
    }

    fn missed(&self, id: u64, now: Time) -> Change {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = known.entry(id).or_default();
        seen.misses = seen.misses.saturating_add(1);
        seen.missed_at.get_or_insert(now);
        if seen.misses < MISSES || seen.silent_since.is_some() {
            return Change::Nothing;
        }
        seen.silent_since = seen.missed_at;
        Change::Lost
    }
}

impl<SM> Member<SM>
where
    SM: RaftStateMachine<TypeConfig, SnapshotData = SnapshotFile>,
{
    /// Asks the others until consensus ends.
    pub(crate) async fn ask_around(self) {
        let mut ticks = tokio::time::interval(EVERY);
        let mut asked_times = 0u32;
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while self.raft().metrics().borrow_watched().running_state.is_ok() {
            ticks.tick().await;
            let asked = self.peers().others().into_iter().map(|id| {
                let member = self.clone();
                async move {
                    let began = Instant::now();
                    let answer = member.hello(id, WITHIN).await;
                    member.note(id, answer, began.elapsed());
                }
            });
            futures::future::join_all(asked).await;
            asked_times += 1;
            if asked_times.is_multiple_of(KEEP) {
                let past = Arc::clone(self.past());
                // How it ends does not matter: it is tried again.
                drop(tokio::spawn(blocking::run(move || past.keep())));
            }
        }
    }

    fn note(&self, id: u64, answer: Result<HelloResponse, Status>, took: Duration) {
        let now = self.now();
        match answer {
            Ok(answer) => {
                // It looked at its clock about half way.
                let half = i64::try_from(took.as_millis() / 2).unwrap_or(0);
                let skew = answer.clock_ms.saturating_sub(now.0 - half);
                metrics::gauge!("consensus_clock_skew_seconds", "member" => id.to_string())
                    .set(Duration::from_millis(skew.unsigned_abs()).as_secs_f64());
                let disk = DiskStatus {
                    last_us: answer.disk_last_us,
                    max_us: answer.disk_max_us,
                    sick: answer.disk_sick,
                };
                let (build, facts) = (build_of(&answer), answer.facts.map(facts::heard));
                if self.reach().answered(id, answer.log_index, skew, disk, facts, build) == Change::Back {
                    tracing::info!(member = id, "a member answers again");
                }
                metrics::gauge!("consensus_member_reachable", "member" => id.to_string()).set(1.0);
            }
            Err(status) => {
                self.reach().disowned(id, peers::disowns(&status));
                if self.reach().missed(id, now) == Change::Lost {
                    tracing::warn!(member = id, reason = status.message(), "a member does not answer");
                    metrics::gauge!("consensus_member_reachable", "member" => id.to_string()).set(0.0);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_missed_answer_is_no_absence_and_the_first_of_several_is_when_it_began() {
        let reach = Reach::default();
        let answered = |index| reach.answered(2, index, 0, DiskStatus::default(), None, Build::this());
        assert_eq!(answered(7), Change::Nothing);
        assert_eq!(reach.missed(2, Time(10)), Change::Nothing);
        assert_eq!(reach.of(2).silent_since, None);
        assert_eq!(answered(8), Change::Nothing);
        assert_eq!(reach.missed(2, Time(20)), Change::Nothing);
        assert_eq!(reach.missed(2, Time(30)), Change::Lost);
        assert_eq!(reach.missed(2, Time(40)), Change::Nothing);
        let seen = reach.of(2);
        assert_eq!((seen.silent_since, seen.log_index), (Some(Time(20)), Some(8)));
        assert_eq!(answered(9), Change::Back);
        assert_eq!(reach.of(2).silent_since, None);
    }
}
