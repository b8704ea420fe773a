//! Events that this member remembers: the newest in memory, older ones in sled. They may be lost: whoever watches is told of
//! the gap and reads state anew.
//!
//! sled does not promise that its files survive a power cut, or even that they open afterwards. So they are opened only
//! behind the mark of a clean stop, and anything that goes wrong inside means to begin anew.
//!
//! What is never done: to answer as if nothing had been between two events when something was. Each answer is either all
//! that is known behind a cursor, in order and without a hole, or a [`Gap`].

mod disk;

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use sentinel_machine::{Cursor, Event, EventHistory, Gap};

use disk::{Disk, Job};

const CLEAN: &str = "clean";
const FILES: &str = "events";

/// How much is remembered.
#[derive(Clone, Copy, Debug)]
pub struct HistoryLimits {
    /// Events kept on disk (100,000).
    pub kept: usize,
    /// Events kept in memory, to answer from at once (4,096).
    pub recent: usize,
    /// Entries whose events may wait for the disk (1,024). Beyond that the disk's copy begins anew.
    pub waiting: usize,
}

impl Default for HistoryLimits {
    fn default() -> Self {
        Self { kept: 100_000, recent: 4_096, waiting: 1_024 }
    }
}

/// See the module.
pub struct History {
    memory: Arc<RwLock<Memory>>,
    disk: Mutex<Option<Disk>>,
    limits: HistoryLimits,
    dir: PathBuf,
}

struct Memory {
    recent: VecDeque<Event>,
    /// `recent` holds everything behind this place.
    recent_from: Cursor,
    /// Disk and memory together hold everything behind this place.
    from: Cursor,
    /// The disk's copy has a hole and must be emptied before anything is added to it.
    holed: bool,
}

impl History {
    /// Opens the history; without the mark of a clean stop it begins anew. `applied` is the log index up to which events were
    /// told before this start.
    pub fn open(dir: &Path, applied: u64) -> io::Result<Self> {
        Self::open_with(dir, applied, HistoryLimits::default())
    }

    /// [`History::open`] with other limits.
    pub fn open_with(dir: &Path, applied: u64, limits: HistoryLimits) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        let mark = dir.join(CLEAN);
        let clean = match fs::read_to_string(&mark) {
            // A mark of another moment says nothing about these files.
            Ok(found) => found == applied.to_string(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(error),
        };
        if mark.exists() {
            fs::remove_file(&mark)?;
            File::open(dir)?.sync_all()?;
        }
        let end = Cursor { index: applied, place: u32::MAX };
        let memory = Memory { recent: VecDeque::new(), recent_from: end, from: end, holed: false };
        let memory = Arc::new(RwLock::new(memory));
        let forgotten = {
            let memory = Arc::clone(&memory);
            move |upto: Cursor| {
                let mut memory = memory.write().unwrap_or_else(PoisonError::into_inner);
                memory.from = memory.from.max(upto);
            }
        };
        let (disk, kept) = Disk::open(&dir.join(FILES), !clean, limits, forgotten)?;
        let history = Self { memory, disk: Mutex::new(Some(disk)), limits, dir: dir.to_owned() };
        if let Some((oldest, newest)) = kept {
            let mut memory = history.memory_mut();
            memory.from = before(oldest).min(end);
            // Nothing was told between the newest and the stop.
            memory.recent_from = newest.min(end);
        }
        Ok(history)
    }

    /// A history in memory alone, for simulations: it begins anew with each start.
    pub fn fleeting(applied: u64) -> Self {
        let end = Cursor { index: applied, place: u32::MAX };
        let memory = Memory { recent: VecDeque::new(), recent_from: end, from: end, holed: false };
        let memory = Arc::new(RwLock::new(memory));
        Self { memory, disk: Mutex::default(), limits: HistoryLimits::default(), dir: PathBuf::new() }
    }

    /// State jumped to `applied` without the events in between: watchers must read it anew.
    pub fn skip_to(&self, applied: u64) {
        let end = Cursor { index: applied, place: u32::MAX };
        *self.memory_mut() = Memory { recent: VecDeque::new(), recent_from: end, from: end, holed: true };
    }

    /// Writes what waits and marks the stop as a clean one. `applied` is the log index up to which events were told.
    pub fn close(&self, applied: u64) {
        let disk = self.disk.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(disk) = disk else { return };
        let complete = disk.close() && !self.memory().holed;
        if complete
            && let Err(error) =
                crate::snapshots::write_durably(&self.dir.join(CLEAN), applied.to_string().as_bytes())
        {
            tracing::warn!(%error, "the event history begins anew at the next start");
        }
    }

    fn memory(&self) -> RwLockReadGuard<'_, Memory> {
        self.memory.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn memory_mut(&self) -> RwLockWriteGuard<'_, Memory> {
        self.memory.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventHistory for History {
    fn append(&self, events: &[Event]) {
        let mut memory = self.memory_mut();
        memory.recent.extend(events.iter().cloned());
        while memory.recent.len() > self.limits.recent {
            if let Some(forgotten) = memory.recent.pop_front() {
                memory.recent_from = forgotten.cursor();
            }
        }
        let disk = self.disk.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(disk) = disk.as_ref() else { return };
        let job = if memory.holed {
            memory.from = memory.recent_from;
            Job::Begin(memory.recent.iter().cloned().collect())
        } else {
            Job::Add(events.to_vec())
        };
        let taken = disk.submit(job);
        if !taken && !memory.holed {
            tracing::warn!(
                "the event history's disk is too slow or broken; what memory does not hold is forgotten"
            );
        }
        memory.holed = !taken;
        if !taken {
            memory.from = memory.recent_from;
        }
    }

    fn since(&self, after: Cursor, limit: usize) -> Result<Vec<Event>, Gap> {
        {
            let memory = self.memory();
            if after < memory.from {
                return Err(Gap { oldest: memory.from });
            }
            if after >= memory.recent_from {
                return Ok(memory.behind(after, limit));
            }
        }
        let reader = self.disk.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(Disk::reader);
        let found = reader.and_then(|reader| reader.behind(after, limit));
        let memory = self.memory();
        let Some(mut events) = found.filter(|_| after >= memory.from) else {
            return Err(Gap { oldest: memory.from.max(memory.recent_from) });
        };
        if events.len() < limit {
            let last = events.last().map_or(after, Event::cursor);
            if last >= memory.recent_from {
                events.extend(memory.behind(last, limit - events.len()));
            } else if events.is_empty() {
                // The disk has not yet got what memory has let go already. Nothing would look like "nothing happened".
                return Err(Gap { oldest: memory.recent_from });
            }
        }
        Ok(events)
    }
}

impl Memory {
    fn behind(&self, after: Cursor, limit: usize) -> Vec<Event> {
        let start = self.recent.partition_point(|event| event.cursor() <= after);
        self.recent.iter().skip(start).take(limit).cloned().collect()
    }
}

/// The last place before this one.
fn before(cursor: Cursor) -> Cursor {
    match cursor.place.checked_sub(1) {
        Some(place) => Cursor { index: cursor.index, place },
        None => Cursor { index: cursor.index.saturating_sub(1), place: u32::MAX },
    }
}

#[cfg(test)]
mod tests;
