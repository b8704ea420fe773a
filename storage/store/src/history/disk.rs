//! The copy of the event history on disk, written by a thread of its own, so that applying never waits for it.

use std::fs::{self, File};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use sentinel_machine::{Cursor, Event};

use super::HistoryLimits;

/// Largest value; sled keeps larger ones in files of their own, which it never syncs.
pub(super) const VALUE_MAX: usize = 4 * 1024;
/// Oldest events are removed this many at a time.
const FORGET: usize = 256;
/// Pages that sled keeps in memory, in bytes.
const CACHE: u64 = 8 * 1024 * 1024;

/// Longest time until files that were closed can be opened again.
const LET_GO: Duration = Duration::from_secs(2);

/// What the writer is asked to do.
pub(super) enum Job {
    /// Keep these, too.
    Add(Vec<Event>),
    /// Forget everything and keep these.
    Begin(Vec<Event>),
}

/// See the module.
pub(super) struct Disk {
    db: sled::Db,
    jobs: SyncSender<Job>,
    writer: JoinHandle<bool>,
    files: PathBuf,
}

/// Reads while the writer writes.
pub(super) struct Reader(sled::Db);

impl Disk {
    /// Opens the files, anew if `anew` or if they cannot be read, and says which events are the oldest and the newest. `forgotten` is called with
    /// the place up to which events are about to be removed.
    pub(super) fn open(
        files: &Path,
        anew: bool,
        limits: HistoryLimits,
        forgotten: impl Fn(Cursor) + Send + 'static,
    ) -> io::Result<(Self, Option<(Cursor, Cursor)>)> {
        if anew && files.exists() {
            fs::remove_dir_all(files)?;
        }
        let (db, kept, count) = match open(files) {
            Some(opened) => opened,
            None => {
                tracing::warn!("the event history could not be read and begins anew");
                fs::remove_dir_all(files)?;
                open(files).ok_or_else(|| io::Error::other("the event history cannot be made"))?
            }
        };
        let (jobs, receiver) = sync_channel(limits.waiting);
        let writer = Writer { db: db.clone(), count, kept: limits.kept };
        let writer = std::thread::Builder::new()
            .name("event-history".into())
            .spawn(move || writer.run(&receiver, &forgotten))?;
        Ok((Self { db, jobs, writer, files: files.to_owned() }, kept))
    }

    /// False when too much waits already, or the writer has given up.
    pub(super) fn submit(&self, job: Job) -> bool {
        self.jobs.try_send(job).is_ok()
    }

    pub(super) fn reader(&self) -> Reader {
        Reader(self.db.clone())
    }

    /// Finishes. True when everything is in the files.
    pub(super) fn close(self) -> bool {
        drop(self.jobs);
        let written = self.writer.join().unwrap_or(false);
        let flushed = guarded(|| self.db.flush().is_ok()).unwrap_or(false);
        // sled's own flush does not sync.
        let synced = || File::open(self.files.join("db"))?.sync_all();
        let complete = written && flushed && synced().is_ok();
        guarded(|| drop(self.db)).is_some() && complete
    }
}

impl Reader {
    /// Up to `limit` events behind the place; `None` when they cannot be read.
    pub(super) fn behind(&self, after: Cursor, limit: usize) -> Option<Vec<Event>> {
        let skip = key(after);
        guarded(|| {
            let items =
                self.0.range(skip..).filter(|item| !matches!(item, Ok((found, _)) if found == &skip[..]));
            items.take(limit).map(|item| decode(&item.ok()?.1)).collect::<Option<Vec<_>>>()
        })?
    }
}

struct Writer {
    db: sled::Db,
    count: usize,
    kept: usize,
}

impl Writer {
    /// Works until nobody can ask any more. False when something went wrong inside sled.
    fn run(mut self, jobs: &Receiver<Job>, forgotten: &impl Fn(Cursor)) -> bool {
        while let Ok(job) = jobs.recv() {
            let done = guarded(|| match job {
                Job::Add(events) => self.add(&events, forgotten),
                Job::Begin(events) => self.db.clear().and_then(|()| {
                    self.count = 0;
                    self.add(&events, forgotten)
                }),
            });
            match done {
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    tracing::warn!(%error, "the event history is no longer kept on disk");
                    return false;
                }
                None => {
                    tracing::warn!("the event history's database panicked; it is no longer kept on disk");
                    return false;
                }
            }
        }
        true
    }

    fn add(&mut self, events: &[Event], forgotten: &impl Fn(Cursor)) -> sled::Result<()> {
        for event in events {
            let value = encode(event).map_err(|error| sled::Error::Unsupported(error.to_string()))?;
            if self.db.insert(key(event.cursor()), value)?.is_none() {
                self.count += 1;
            }
        }
        if self.count < self.kept.saturating_add(FORGET) {
            return Ok(());
        }
        let oldest = self.db.iter().keys().take(self.count - self.kept).collect::<sled::Result<Vec<_>>>()?;
        // Told before it is done, so that no reader takes what is left for all there was.
        if let Some(last) = oldest.last().and_then(|key| cursor_of(key)) {
            forgotten(last);
        }
        for key in oldest {
            self.db.remove(key)?;
            self.count -= 1;
        }
        Ok(())
    }
}

type Opened = (sled::Db, Option<(Cursor, Cursor)>, usize);

fn open(files: &Path) -> Option<Opened> {
    guarded(|| {
        let db = open_when_free(files)?;
        let kept = match db.first().ok()?.zip(db.last().ok()?) {
            Some(((oldest, _), (newest, _))) => Some((cursor_of(&oldest)?, cursor_of(&newest)?)),
            None => None,
        };
        let count = db.len();
        Some((db, kept, count))
    })
    .flatten()
}

/// sled lets go of its files a moment after its last handle is gone: whoever closes and opens again waits for that.
fn open_when_free(files: &Path) -> Option<sled::Db> {
    let deadline = Instant::now() + LET_GO;
    loop {
        match sled::Config::new().path(files).cache_capacity(CACHE).open() {
            Ok(db) => return Some(db),
            Err(sled::Error::Io(_)) if Instant::now() < deadline => std::thread::sleep(LET_GO / 50),
            Err(_) => return None,
        }
    }
}

/// sled panics where others return an error.
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

fn key(cursor: Cursor) -> [u8; 12] {
    let mut key = [0; 12];
    key[..8].copy_from_slice(&cursor.index.to_be_bytes());
    key[8..].copy_from_slice(&cursor.place.to_be_bytes());
    key
}

fn cursor_of(key: &[u8]) -> Option<Cursor> {
    let (index, place) = (key.get(..8)?.try_into().ok()?, key.get(8..)?.try_into().ok()?);
    Some(Cursor { index: u64::from_be_bytes(index), place: u32::from_be_bytes(place) })
}

/// An event too large for a value is kept without its details: whoever wants them reads the object.
pub(super) fn encode(event: &Event) -> Result<Vec<u8>, bincode::error::EncodeError> {
    let bytes = bincode::serde::encode_to_vec(event, bincode::config::standard())?;
    if bytes.len() <= VALUE_MAX {
        return Ok(bytes);
    }
    let bare = Event { data: Default::default(), ..event.clone() };
    bincode::serde::encode_to_vec(&bare, bincode::config::standard())
}

pub(super) fn decode(bytes: &[u8]) -> Option<Event> {
    bincode::serde::decode_from_slice(bytes, bincode::config::standard()).ok().map(|(event, _)| event)
}
