//! What a member looks after while it runs: that it gives way when its disk hangs, and that its log stays small.

use std::sync::atomic::Ordering;
use std::time::Duration;

use openraft::async_runtime::WatchReceiver;
use openraft::storage::RaftStateMachine;

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

impl<SM> Member<SM>
where
    SM: RaftStateMachine<TypeConfig, SnapshotData = SnapshotFile>,
{
    /// Looks after the log's disk until consensus ends.
    pub(crate) async fn look_after(self, log_bytes: u64) {
        let mut growth = Growth { limit: log_bytes, since: 0, awaited: None };
        while self.raft().metrics().borrow_watched().running_state.is_ok() {
            tokio::time::sleep(LOOK).await;
            self.judge(self.disk().stalled()).await;
            self.keep_small(self.disk().written(), &mut growth).await;
        }
    }

    /// A leader whose disk hangs would keep the others waiting for ever: its heartbeats do not need the disk. So it hands over,
    /// or else falls silent, and does not stand again before the disk answers.
    async fn judge(&self, stalled: Duration) {
        let hangs = stalled > self.patience();
        if self.disk_hangs().swap(hangs, Ordering::AcqRel) == hangs {
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

    /// Lets this member stand for election, unless its disk hangs.
    pub(crate) fn let_stand(&self) {
        if !self.disk_hangs().load(Ordering::Acquire) {
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
