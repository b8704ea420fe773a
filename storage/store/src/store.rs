//! The data directory of one member.

mod set_aside;

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use openraft::EntryPayload;
use sentinel_consensus::EntryBytes;
use sentinel_machine::Envelope;

use crate::blobs::BlobFiles;
use crate::disk::{Disk, RealDisk};
use crate::history::History;
use crate::log_store::{self, LogStore};
use crate::snapshots::{Newest, Snapshots};
use crate::state_machine::{EventSink, StateMachine};
use crate::tables::StateTables;
use crate::wal::{Bell, Stepper, Wal, WalError, WalOptions};

/// Layout of the directory. Raised when an older version could not read it any more.
const FORMAT: &str = "sentinel-cp data 2\n";
/// Layouts that this version makes its own when it opens them. Of 1, rows had no checksums; who knows no other takes a checksum for
/// a part of the row.
const EARLIER: [&str; 1] = ["sentinel-cp data 1\n"];
/// Payload bytes of entries looked at in one go, about.
const TAIL_PIECE: usize = 4 * 1024 * 1024;

/// See the module.
pub struct Store {
    /// The log.
    pub log: LogStore,
    /// The state tables, to read from.
    pub tables: Arc<StateTables>,
    /// Blobs on this disk.
    pub blobs: Arc<BlobFiles>,
    /// Events that this member remembers.
    pub history: Arc<History>,
    snapshots: Arc<Snapshots>,
    dir: PathBuf,
    // Held as long as the store is: two processes in one directory would ruin it.
    _lock: File,
}

/// The data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("{0} is in use by another process")]
    InUse(PathBuf),
    /// A newer version wrote it.
    #[error("{path} was written by a newer version ({found:?}): upgrade this member")]
    Newer {
        /// The directory.
        path: PathBuf,
        /// What its format file says.
        found: String,
    },
    /// It belongs to another member.
    #[error("{path} belongs to member {found}, not to member {expected}")]
    OtherMember {
        /// The directory.
        path: PathBuf,
        /// Whose it is.
        found: String,
        /// Who wanted it.
        expected: u64,
    },
    /// State is older than what the log has given up, and no snapshot closes the gap: something was lost or put back from a
    /// backup. The member must begin anew: [`Store::open_anew`], where others have what it lacks.
    #[error(
        "{path}: state reaches log entry {applied}, but the log begins behind {purged}: what lies between is lost on this disk"
    )]
    Behind {
        /// The directory.
        path: PathBuf,
        /// Newest entry in the state, or in a snapshot.
        applied: u64,
        /// Newest entry that the log has given up.
        purged: u64,
    },
    /// Files.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: io::Error,
    },
    /// The log.
    #[error(transparent)]
    Wal(#[from] WalError),
    /// The state tables.
    #[error(transparent)]
    Tables(#[from] sentinel_machine::TableError),
}

impl Store {
    /// Whether a member has kept something in the directory.
    pub fn holds_data(dir: &Path) -> bool {
        dir.join("FORMAT").exists()
    }

    /// Opens the directory, making it when it is not there.
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        let io = |what: String| move |source| OpenError::Io { what, source };
        let lock = occupy(dir)?;
        let wal = Wal::open(Arc::new(RealDisk), &dir.join(set_aside::LOG), WalOptions::default())?;
        let tables = set_aside::open_state(dir)?;
        let history = |applied| {
            History::open(&dir.join("history"), applied).map_err(io("cannot open the history".into()))
        };
        Self::put_together(dir, lock, wal, tables, history)
    }

    /// Opens the directory of a member that is [behind](OpenError::Behind) and has others to take everything from. What is left of its log
    /// and its state is of no use without what is lost: it is set aside. From then on the member is a newcomer with the number that it
    /// had: it knows no vote that it gave, so it has none, and hears no leader of before, until it has what was acknowledged.
    pub fn open_anew(dir: &Path) -> Result<Self, OpenError> {
        let lock = occupy(dir)?;
        let wal = Wal::open(Arc::new(RealDisk), &dir.join(set_aside::LOG), WalOptions::default())?;
        let newest = wal.last().map_or(0, |last| last.term);
        let term = wal.read_vote().map_or(0, |vote| vote.term).max(newest);
        drop(wal);
        // One that was damaged lies aside already.
        let empty = set_aside::open_state(dir)?.applied()?.0.is_none();
        let aside = || -> io::Result<()> {
            // The mark comes first, and the log goes last: whatever a crash leaves is behind still, or a newcomer.
            sentinel_consensus::mark_newcomer(&dir.join("snapshots"), term)?;
            Snapshots::open(&dir.join("snapshots"))?.set_aside()?;
            if !empty {
                set_aside::state(dir)?;
            }
            set_aside::log(dir)
        };
        aside().map_err(|source| OpenError::Io { what: "cannot set log and state aside".into(), source })?;
        drop(lock);
        Self::open(dir)
    }

    /// [`Store::open`] with log and state on another disk, and a log that writes when the stepper is told to. What is renamed into
    /// place when it is complete (snapshots, blobs) stays in the directory. The history begins anew.
    pub fn open_stepped(
        dir: &Path,
        disk: Arc<dyn Disk>,
        options: WalOptions,
        bell: Bell,
    ) -> Result<(Self, Stepper), OpenError> {
        let lock = occupy(dir)?;
        let (wal, stepper) = Wal::open_stepped(Arc::clone(&disk), &dir.join(set_aside::LOG), options, bell)?;
        let tables = set_aside::open_state_on(&*disk, dir)?;
        let store = Self::put_together(dir, lock, wal, tables, |applied| Ok(History::fleeting(applied)))?;
        Ok((store, stepper))
    }

    fn put_together(
        dir: &Path,
        lock: File,
        wal: Wal,
        tables: StateTables,
        history: impl FnOnce(u64) -> Result<History, OpenError>,
    ) -> Result<Self, OpenError> {
        let io = |what: String| move |source| OpenError::Io { what, source };
        let tables = Arc::new(tables);
        let snapshots =
            Snapshots::open(&dir.join("snapshots")).map_err(io("cannot open the snapshots".into()))?;
        let blobs = BlobFiles::open(&dir.join("blobs")).map_err(io("cannot open the blobs".into()))?;
        let applied = tables.applied()?.0.map_or(0, |id| id.index);
        let purged = wal.last_purged().map_or(0, |point| point.index);
        if applied < purged {
            let newest = snapshots.newest().map_err(io("cannot read the snapshots".into()))?;
            let covered = match newest {
                Newest::Good(meta, _) => meta.last_log_id.map_or(0, |id| id.index),
                Newest::None | Newest::Damaged => 0,
            };
            if covered < purged {
                return Err(OpenError::Behind {
                    path: dir.to_owned(),
                    applied: applied.max(covered),
                    purged,
                });
            }
        }
        let history = history(applied)?;
        Ok(Self {
            log: LogStore::new(wal),
            tables,
            blobs: Arc::new(blobs),
            history: Arc::new(history),
            snapshots: Arc::new(snapshots),
            dir: dir.to_owned(),
            _lock: lock,
        })
    }

    /// Notes whose directory this is, or refuses it to another member: two members with one log would vote twice.
    pub fn claim(&self, member_id: u64) -> Result<(), OpenError> {
        let path = self.dir.join("member");
        let io = |source| OpenError::Io { what: format!("cannot use {}", path.display()), source };
        match fs::read_to_string(&path) {
            Ok(found) if found.trim() == member_id.to_string() => Ok(()),
            Ok(found) => Err(OpenError::OtherMember {
                path: self.dir.clone(),
                found: found.trim().to_owned(),
                expected: member_id,
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                crate::snapshots::write_durably(&path, format!("{member_id}\n").as_bytes()).map_err(io)
            }
            Err(error) => Err(io(error)),
        }
    }

    /// The highest cluster level that it takes to apply what is in the log and not yet in the state; zero when there is nothing.
    pub fn level_of_tail(&self) -> Result<u16, OpenError> {
        let io = |source| OpenError::Io { what: "cannot read the log".into(), source };
        let applied = self.tables.applied()?.0.map_or(0, |id| id.index);
        let wal = self.log.wal();
        let mut next = wal.first().map_or(u64::MAX, |first| first.index.max(applied + 1));
        let end = wal.last().map_or(0, |last| last.index + 1);
        let mut highest = 0;
        while next < end {
            let entries = log_store::read_some(wal, next, end, TAIL_PIECE).map_err(io)?;
            next += entries.len() as u64;
            let levels = entries.iter().filter_map(|entry| match &entry.payload {
                EntryPayload::Normal(EntryBytes(bytes)) => Envelope::level_of(bytes),
                EntryPayload::Blank | EntryPayload::Membership(_) => None,
            });
            highest = levels.fold(highest, u16::max);
        }
        Ok(highest)
    }

    /// Where state that was damaged is set aside, and the log where that had to go with it. They are there until somebody removes them.
    pub fn set_aside(&self) -> [PathBuf; 2] {
        [set_aside::DAMAGED, set_aside::LOG_DAMAGED].map(|name| self.dir.join(name))
    }

    /// Why a file of this member could not be written or read, when that has ended its part.
    pub fn disk_failure(&self) -> Option<String> {
        let log = self.log.failure().map(|error| error.to_string());
        log.or_else(|| self.tables.io_failure())
    }

    /// The state machine over these tables. Events of applied entries go to `sink`.
    pub fn state_machine(&self, sink: EventSink) -> StateMachine {
        StateMachine::new(
            Arc::clone(&self.tables),
            Arc::clone(&self.snapshots),
            Arc::clone(&self.history),
            sink,
        )
    }

    pub(crate) fn snapshots(&self) -> &Arc<Snapshots> {
        &self.snapshots
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where snapshots on their way in are kept.
    pub fn incoming_dir(&self) -> PathBuf {
        self.snapshots.dir().to_owned()
    }

    /// Makes everything durable and marks the stop as a clean one. Nothing may be written afterwards.
    pub fn close(&self) {
        if let Err(error) = self.tables.checkpoint() {
            tracing::warn!(%error, "the state was not made durable; it will be rebuilt from the log");
        }
        self.log.close();
        match self.tables.applied() {
            Ok((applied, _)) => self.history.close(applied.map_or(0, |id| id.index)),
            Err(error) => tracing::warn!(%error, "the event history begins anew at the next start"),
        }
    }
}

/// Makes the directory if need be, and keeps other processes out of it.
fn occupy(dir: &Path) -> Result<File, OpenError> {
    let io = |what: String| move |source| OpenError::Io { what, source };
    // In it are password hashes and sealed keys.
    let private = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    private.map_err(io(format!("cannot create {}", dir.display())))?;
    let lock = File::create(dir.join("lock")).map_err(io(format!("cannot lock {}", dir.display())))?;
    lock.try_lock().map_err(|_| OpenError::InUse(dir.to_owned()))?;
    check_format(dir)?;
    Ok(lock)
}

fn check_format(dir: &Path) -> Result<(), OpenError> {
    let path = dir.join("FORMAT");
    let io = |source| OpenError::Io { what: format!("cannot use {}", path.display()), source };
    match fs::read_to_string(&path) {
        Ok(found) if found == FORMAT => Ok(()),
        // Before anything else is written: from here on, an older version refuses it.
        Ok(found) if EARLIER.contains(&found.as_str()) => {
            crate::snapshots::write_durably(&path, FORMAT.as_bytes()).map_err(io)
        }
        Ok(found) => Err(OpenError::Newer { path: dir.to_owned(), found: found.trim().to_owned() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            crate::snapshots::write_durably(&path, FORMAT.as_bytes()).map_err(io)
        }
        Err(error) => Err(io(error)),
    }
}
