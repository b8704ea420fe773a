//! This member's disk: what is known of it, and when a member gives way because of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::time::Instant;

use crate::types::LogDisk;

/// A disk that hangs again within this time of the last hang is not trusted as soon as it answers.
const RELAPSE: Duration = Duration::from_secs(60);
/// For how long it has to answer then, at first and at most.
const QUIET: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(60));

/// What is known of a member's disk.
pub(crate) struct OwnDisk {
    pub(crate) log: Arc<dyn LogDisk>,
    /// It keeps the log waiting, so this member does not lead.
    hangs: AtomicBool,
    /// Why this member takes no writes; `None`: it does.
    read_only: RwLock<Option<NoRoom>>,
}

/// Why a member takes no writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoRoom {
    /// In words.
    pub reason: String,
    /// It takes no entries of a leader either: there is no room for what is still under way.
    pub entries: bool,
}

impl OwnDisk {
    pub(crate) fn new(log: Arc<dyn LogDisk>) -> Self {
        Self { log, hangs: AtomicBool::new(false), read_only: RwLock::default() }
    }

    /// Notes that it hangs, or does not, and gives what was noted before.
    pub(crate) fn note_hangs(&self, hangs: bool) -> bool {
        self.hangs.swap(hangs, Ordering::AcqRel)
    }

    /// Whether this member must not lead.
    pub(crate) fn sick(&self) -> bool {
        self.hangs() || self.no_room().is_some()
    }

    /// Whether it keeps the log waiting.
    pub(crate) fn hangs(&self) -> bool {
        self.hangs.load(Ordering::Acquire)
    }

    /// Why this member takes no writes; `None`: it does.
    pub(crate) fn no_room(&self) -> Option<NoRoom> {
        self.read_only.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes why this member takes no writes from now on, or that it does.
    pub(crate) fn set_no_room(&self, no_room: Option<NoRoom>) {
        *self.read_only.write().unwrap_or_else(PoisonError::into_inner) = no_room;
    }
}

/// Says when a disk hangs, and when it is trusted again: at once after a single hang, later and later when it keeps hanging.
#[derive(Debug, Default)]
pub(crate) struct Judge {
    hangs: bool,
    /// Since when it answers, while it is not trusted yet.
    answers_since: Option<Instant>,
    recovered: Option<Instant>,
    quiet: Duration,
}

impl Judge {
    /// What to make of a write that has been waiting for `stalled`, where `limit` is too long.
    pub(crate) fn look(&mut self, now: Instant, stalled: Duration, limit: Duration) -> bool {
        if stalled > limit {
            if !self.hangs {
                let relapsed = self.recovered.is_some_and(|then| now.duration_since(then) < RELAPSE);
                self.quiet = if relapsed { (self.quiet * 2).clamp(QUIET.0, QUIET.1) } else { Duration::ZERO };
            }
            (self.hangs, self.answers_since) = (true, None);
        } else if self.hangs {
            let since = *self.answers_since.get_or_insert(now);
            if now.duration_since(since) >= self.quiet {
                (self.hangs, self.answers_since, self.recovered) = (false, None, Some(now));
            }
        }
        self.hangs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_hung_once_is_trusted_when_it_answers_and_one_that_keeps_hanging_is_not() {
        let (mut judge, start) = (Judge::default(), Instant::now());
        let second = Duration::from_secs(1);
        let mut look = |at: u32, stalled: u32| judge.look(start + second * at, second * stalled, second * 2);
        assert!(!look(0, 1));
        assert!(look(3, 3));
        assert!(!look(4, 0), "once is no habit");
        assert!(look(10, 3), "again");
        assert!(look(11, 0) && look(15, 0));
        assert!(!look(16, 0), "it has answered for five seconds");
        assert!(look(20, 3), "and again");
        assert!(look(21, 0) && look(27, 3) && look(28, 0) && look(37, 0));
        assert!(!look(38, 0), "a hang while it was not trusted begins the count anew");
        assert!(look(200, 3));
        assert!(!look(201, 0), "long ago");
    }
}
