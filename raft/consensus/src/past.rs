//! A disk from the past: a member that is started on an older copy of its own directory has forgotten votes it gave and entries
//! it acknowledged. If it took part at once it could vote twice in one term, or make a leader of somebody who lacks what was
//! acknowledged.
//!
//! It cannot know by itself. So each member remembers of each other how far that one's disk had come, and a member that has been
//! started takes no part with another one before it has asked that one. When somebody remembers more of it than it has, it becomes a
//! newcomer (`newcomer.rs`): no vote and no candidacy until it has everything that the leader had committed, and no ear for
//! leaders of terms before the newest in which it had voted.
//!
//! **The limit.** It takes one member that is there, and that heard of the newer state: it asks once a second, and what it heard it keeps
//! over a restart with a delay of some seconds. When every such member is away, nobody tells the one that came back.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use openraft::AsyncRuntime;
use rand::RngExt;
use serde::{Deserialize, Serialize};

use crate::proto::HelloResponse;
use crate::runtime::Runtime;

/// Where it is kept what is remembered of the others.
const FILE: &str = "remembered";

/// How far a disk had come: the newest vote and the newest entry that were durable. On one disk it only grows, but for the moment
/// in which a new leader has removed entries and the ones in their place are not written yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mark {
    /// Newest term in which it has voted, or followed somebody.
    pub vote_term: u64,
    /// Term of the newest entry.
    pub log_term: u64,
    /// Index of the newest entry.
    pub log_index: u64,
}

/// What is remembered of another member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Remembered {
    /// The start of it that said so.
    boot: u64,
    mark: Mark,
}

/// See the module.
pub(crate) struct Past {
    boot: u64,
    /// How far this member's disk had come when it was started.
    began_with: Mark,
    file: PathBuf,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    others: BTreeMap<u64, Remembered>,
    changed: bool,
    /// Those who were asked since the start.
    asked: BTreeSet<u64>,
}

impl Past {
    /// With what was remembered in `dir` before this start.
    pub(crate) fn open(dir: &Path, began_with: Mark) -> Self {
        let file = dir.join(FILE);
        // What cannot be read is as good as forgotten.
        let others = read(&file).unwrap_or_else(|error| {
            tracing::warn!(%error, file = %file.display(), "what was remembered of the other members is lost");
            BTreeMap::new()
        });
        let known = Known { others, ..Known::default() };
        let boot = Runtime::thread_rng().random();
        Self { boot, began_with, file, known: Mutex::new(known) }
    }

    /// Tells this start from others.
    pub(crate) fn boot(&self) -> u64 {
        self.boot
    }

    /// What is remembered of a member: how far which start of it had come.
    pub(crate) fn of(&self, id: u64) -> Option<(u64, Mark)> {
        self.lock().others.get(&id).map(|remembered| (remembered.boot, remembered.mark))
    }

    /// Whether the member was asked since the start of this one.
    pub(crate) fn asked(&self, id: u64) -> bool {
        self.lock().asked.contains(&id)
    }

    /// Takes note of what a member says. Gives what that one remembers of this member, when this one has forgotten it.
    pub(crate) fn heard(&self, id: u64, said: &HelloResponse) -> Option<Mark> {
        let mark =
            Mark { vote_term: said.vote_term, log_term: said.durable_term, log_index: said.durable_index };
        let remembered = Mark {
            vote_term: said.remembers_vote_term,
            log_term: said.remembers_term,
            log_index: said.remembers_index,
        };
        let mut known = self.lock();
        known.remember(id, Remembered { boot: said.boot, mark });
        let first = known.asked.insert(id);
        // What this start has done, it has not forgotten.
        (first && said.remembers_boot != self.boot && remembered > self.began_with).then_some(remembered)
    }

    /// Keeps what is remembered. Not synced: it is worth a lot, and not that much.
    pub(crate) fn keep(&self) {
        let others = {
            let mut known = self.lock();
            if !std::mem::take(&mut known.changed) {
                return;
            }
            known.others.clone()
        };
        let new = self.file.with_extension("new");
        let written = rmp_serde::to_vec_named(&others)
            .map_err(io::Error::other)
            .and_then(|bytes| fs::write(&new, bytes))
            .and_then(|()| fs::rename(&new, &self.file));
        if let Err(error) = written {
            tracing::warn!(%error, "what is remembered of the other members is not kept");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(file: &Path) -> io::Result<BTreeMap<u64, Remembered>> {
    match fs::read(file) {
        Ok(bytes) => rmp_serde::from_slice(&bytes).map_err(io::Error::other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(error),
    }
}

impl Known {
    /// A start that has come less far than the one before does not make that one forgotten.
    fn remember(&mut self, id: u64, said: Remembered) {
        let kept = self.others.entry(id).or_default();
        if *kept != said && (kept.boot == said.boot || said.mark >= kept.mark) {
            *kept = said;
            self.changed = true;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn mark(vote_term: u64, log_term: u64, log_index: u64) -> Mark {
        Mark { vote_term, log_term, log_index }
    }

    /// An answer of a member at `own` that remembers `of_us`.
    fn said(boot: u64, own: Mark, of_us: Mark) -> HelloResponse {
        HelloResponse {
            boot,
            vote_term: own.vote_term,
            durable_term: own.log_term,
            durable_index: own.log_index,
            remembers_vote_term: of_us.vote_term,
            remembers_term: of_us.log_term,
            remembers_index: of_us.log_index,
            ..HelloResponse::default()
        }
    }

    #[test]
    fn a_member_learns_that_it_forgot_a_vote_or_an_entry_and_only_when_it_did() {
        let dir = tempfile::tempdir().unwrap();
        for (remembered, forgot) in [
            (Mark::default(), false),
            (mark(4, 4, 90), false),
            (mark(5, 4, 100), false),
            (mark(5, 4, 101), true),
            (mark(6, 4, 100), true),
            // A later leader has replaced what was there.
            (mark(4, 4, 200), false),
        ] {
            let past = Past::open(dir.path(), mark(5, 4, 100));
            assert!(!past.asked(2));
            let told = past.heard(2, &said(1, Mark::default(), remembered));
            assert_eq!(told, forgot.then_some(remembered), "{remembered:?}");
            assert!(past.asked(2) && !past.asked(3));
            // What it does after its start it has not forgotten.
            assert_eq!(past.heard(2, &said(1, Mark::default(), mark(9, 9, 900))), None);
            let of_this_start = said(1, Mark::default(), mark(9, 9, 900));
            let of_this_start = HelloResponse { remembers_boot: past.boot(), ..of_this_start };
            assert_eq!(past.heard(3, &of_this_start), None);
        }
    }

    #[test]
    fn an_older_disk_does_not_make_the_newer_one_forgotten_and_neither_does_a_restart_of_who_remembers() {
        let dir = tempfile::tempdir().unwrap();
        let past = Past::open(dir.path(), Mark::default());
        past.heard(2, &said(1, mark(5, 5, 100), Mark::default()));
        // The same start may go back: entries were replaced.
        past.heard(2, &said(1, mark(5, 5, 99), Mark::default()));
        assert_eq!(past.of(2), Some((1, mark(5, 5, 99))));
        past.heard(2, &said(2, mark(3, 3, 40), Mark::default()));
        assert_eq!(past.of(2), Some((1, mark(5, 5, 99))));
        past.keep();
        let past = Past::open(dir.path(), Mark::default());
        past.heard(2, &said(2, mark(3, 3, 41), Mark::default()));
        assert_eq!(past.of(2), Some((1, mark(5, 5, 99))));
        past.heard(2, &said(2, mark(5, 5, 99), Mark::default()));
        past.heard(2, &said(2, mark(5, 5, 98), Mark::default()));
        assert_eq!(past.of(2), Some((2, mark(5, 5, 98))), "it has caught up, and is believed again");
        fs::write(dir.path().join(FILE), b"rubbish").unwrap();
        assert_eq!(Past::open(dir.path(), Mark::default()).of(2), None);
    }
}
