//! What a member looks after while it runs: that it gives way when its disk hangs, and that its log stays small.

use std::time::Duration;

use openraft::async_runtime::WatchReceiver;
use openraft::storage::RaftStateMachine;
use tokio::time::Instant;

use crate::disk::{Judge, NoRoom};
use crate::member::Member;
use crate::types::{SnapshotFile, TypeConfig};

/// How often it looks.
const LOOK: Duration = Duration::from_millis(100);

/// Bytes that the log may grow by until a snapshot makes most of it superfluous, however few entries they are.
struct Growth {
    limit: u64,
    /// Bytes written when the last snapshot was asked for.
    since: u64,
    /// What a snapshot asked for must cover, at least, before the log behind it is given up.
    awaited: Option<u64>,
}

/// What was made of the room on the disk.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Room {
    full: bool,
    /// This member may lead.
    stands: bool,
}

impl<SM> Member<SM>
where
    SM: RaftStateMachine<TypeConfig, SnapshotData = SnapshotFile>,
{
    /// Looks after the log's disk until consensus ends.
    pub(crate) async fn look_after(self, log_bytes: u64) {
        let mut growth = Growth { limit: log_bytes, since: 0, awaited: None };
        let (mut judge, mut room) = (Judge::default(), Room { full: false, stands: true });
        while self.raft().metrics().borrow_watched().running_state.is_ok() {
            tokio::time::sleep(LOOK).await;
            let stalled = self.disk().log.stalled();
            self.judge(judge.look(Instant::now(), stalled, self.patience()), stalled).await;
            room = self.give_way_when_full(room).await;
            self.keep_small(self.disk().log.written(), &mut growth).await;
        }
    }

    /// A leader whose disk hangs would keep the others waiting for ever: its heartbeats do not need the disk. So it hands over,
    /// or else falls silent, and does not stand again before the disk answers.
    async fn judge(&self, hangs: bool, stalled: Duration) {
        if self.disk().note_hangs(hangs) == hangs {
            return;
        }
        if hangs {
            tracing::error!(ms = stalled.as_millis(), "the disk of the log hangs: this member gives way");
            metrics::counter!("consensus_disk_hangs_total").increment(1);
            self.raft().runtime_config().elect(false);
            self.hand_over(None).await;
            self.raft().runtime_config().heartbeat(false);
        } else {
            tracing::info!("the disk of the log answers again");
            self.raft().runtime_config().heartbeat(true);
            if !self.newcomer().is() {
                self.let_stand();
            }
        }
    }

    /// A member without room takes no writes, so it must not lead where somebody else can. Where nobody can, one of them does, and
    /// what is there can be read.
    async fn give_way_when_full(&self, before: Room) -> Room {
        let no_room = self.disk().no_room();
        let now = Room { full: no_room.is_some(), stands: no_room.is_none() || !self.others_could_lead() };
        match &no_room {
            Some(NoRoom { reason, .. }) if !before.full => {
                tracing::warn!(reason, "this member takes no writes")
            }
            None if before.full => tracing::info!("this member takes writes again"),
            _ => {}
        }
        if now != before {
            if !now.stands {
                self.raft().runtime_config().elect(false);
            } else if !self.newcomer().is() {
                self.let_stand();
            }
        }
        if !now.stands && self.heir(None).is_some() {
            self.hand_over(None).await;
        }
        now
    }

    /// Whether a member that votes answers and has a disk that is well.
    fn others_could_lead(&self) -> bool {
        let me = self.peers().me();
        self.peers().voters().iter().filter(|id| **id != me).any(|id| {
            let seen = self.reach().of(*id);
            seen.silent_since.is_none() && seen.disk.is_some_and(|disk| !disk.sick)
        })
    }

    /// Lets this member stand for election, unless its disk hangs, or has no room while that of another one has.
    pub(crate) fn let_stand(&self) {
        if !self.disk().hangs() && (self.disk().no_room().is_none() || !self.others_could_lead()) {
            self.raft().runtime_config().elect(true);
        }
    }

    async fn keep_small(&self, written: u64, growth: &mut Growth) {
        let (applied, snapshot) = {
            let metrics = self.raft().metrics();
            let now = metrics.borrow_watched();
            (now.last_applied.map_or(0, |id| id.index), now.snapshot.map_or(0, |id| id.index))
        };
        let trigger = self.raft().trigger();
        let asked = match growth.awaited {
            Some(awaited) if snapshot >= awaited => {
                growth.awaited = None;
                trigger.purge_log(snapshot).await
            }
            Some(_) => return,
            None if written - growth.since > growth.limit && applied > snapshot => {
                tracing::info!(bytes = written - growth.since, "the log has grown large: a snapshot is due");
                (growth.since, growth.awaited) = (written, Some(applied));
                trigger.snapshot().await
            }
            None => return,
        };
        if let Err(fatal) = asked {
            tracing::warn!(%fatal, "the log is not kept small any more");
        }
    }
}
