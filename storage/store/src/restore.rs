//! From a backup to a data directory, or to a scratch directory that only shows that it could be done.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use openraft::Membership;
use sentinel_consensus::types::{LogId, StoredMembership};
use sentinel_consensus::{LocalBlobs, MemberNode};
use sentinel_machine::{snapshot, tables};
use sentinel_model::Sha256Digest;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::backup::{self, BackupError, Description, Manifest, Target};
use crate::blobs::BlobFiles;
use crate::state_machine::build;
use crate::store::{OpenError, Store};
use crate::tables::StateTables;
use crate::wal::{LogPoint, Vote};

/// A data directory could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The backup.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The directory.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Files.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: io::Error,
    },
}

/// A state that came out of a backup, decoded and compared with what the backup says of it.
pub struct Unpacked {
    /// What the backup holds.
    pub manifest: Manifest,
    /// The state.
    pub tables: Arc<StateTables>,
}

/// Reads a backup into `dir`, which must be empty: the state, every row of it decoded, and the archives. The directory is not yet
/// that of a member.
pub fn unpack(dir: &Path, input: impl Read, keys: &[Zeroizing<[u8; 32]>]) -> Result<Unpacked, BackupError> {
    let mut filling = Filling {
        tables: StateTables::open(&dir.join("state.redb"))?,
        blobs: BlobFiles::open(&dir.join("blobs"))?,
        applied: None,
    };
    let manifest = backup::read(input, keys, &mut filling)?;
    let reader = filling.tables.reader()?;
    tables::check_rows(&*reader)?;
    let mut hash = HashWriter(Sha256::new());
    snapshot::write(&*reader, &mut hash)?;
    let found = Sha256Digest(hash.0.finalize().into());
    if found != manifest.state_sha256 {
        let text =
            format!("its state has the digest {found} when it is restored, not {}", manifest.state_sha256);
        return Err(BackupError::Damaged(text));
    }
    let named = backup::named_blobs(&*reader)?;
    for digest in &named {
        if filling.blobs.get(*digest)?.is_none() {
            return Err(BackupError::Damaged(format!("the archive {digest} is not in it")));
        }
    }
    drop(reader);
    Ok(Unpacked { manifest, tables: Arc::new(filling.tables) })
}

/// Makes a data directory of what was [unpacked](unpack) there: that of `member`, which is the only one, and goes on behind the
/// last entry of the backup.
pub fn settle(
    dir: &Path,
    unpacked: Unpacked,
    member: u64,
    node: MemberNode,
) -> Result<Manifest, RestoreError> {
    let Unpacked { manifest, tables } = unpacked;
    // Opened again below, as a part of the directory.
    drop(tables);
    let store = Store::open(dir)?;
    store.claim(member)?;
    let Description { term, index, .. } = manifest.description;
    seat_alone(&store, LogId::new_term_index(term, index), member, node)?;
    store.close();
    Ok(manifest)
}

/// Makes `member` the only one as of `last`, which state must have applied: the log goes on behind it, and what is in it is given up.
pub(crate) fn seat_alone(
    store: &Store,
    last: LogId,
    member: u64,
    node: MemberNode,
) -> Result<(), RestoreError> {
    let io = |what: &str| {
        let what = format!("{} in {}", what, store.dir().display());
        move |source: io::Error| RestoreError::Io { what, source }
    };
    let membership = Membership::new(
        vec![[member].into()],
        [(member, node)].into_iter().collect::<std::collections::BTreeMap<_, _>>(),
    );
    let membership = membership.map_err(|error| io("the membership")(io::Error::other(error.to_string())))?;
    let membership = StoredMembership::new(Some(last), membership);
    let failed = |error| RestoreError::Backup(BackupError::Tables(error));
    store.tables.write(last, Some(&membership), |_| Ok(())).map_err(failed)?;
    store.tables.checkpoint().map_err(failed)?;
    build(&store.tables, store.snapshots()).map_err(io("a snapshot cannot be made"))?;
    // A vote in a later term than any before, for nobody else: so the election that follows is in a term of its own.
    let term = last.leader_id.term.max(store.log.wal().read_vote().map_or(0, |vote| vote.term)) + 1;
    let wal = |error| RestoreError::Open(OpenError::Wal(error));
    store.log.wal().save_vote(Vote { term, node: member, committed: false }).map_err(wal)?;
    let point = LogPoint { index: last.index, term: last.leader_id.term };
    store.log.wal().purge_upto(point).map_err(wal)?;
    // Nobody else is left who would remember more.
    sentinel_consensus::forget_newcomer(store.snapshots().dir()).map_err(io("the mark of a newcomer"))
}

struct Filling {
    tables: StateTables,
    blobs: BlobFiles,
    applied: Option<LogId>,
}

impl Target for Filling {
    fn begin(&mut self, description: &Description) -> Result<(), BackupError> {
        self.applied = Some(LogId::new_term_index(description.term, description.index));
        Ok(())
    }

    fn state(&mut self, input: &mut dyn Read) -> Result<u64, BackupError> {
        let membership = StoredMembership::default();
        self.tables.replace(self.applied, &membership, |target| {
            snapshot::read(&mut io::BufReader::new(input), target).map_err(BackupError::from)
        })
    }

    fn blob(&mut self, digest: Sha256Digest, bytes: &[u8]) -> Result<(), BackupError> {
        Ok(self.blobs.put(digest, bytes)?)
    }
}

struct HashWriter(Sha256);

impl io::Write for HashWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
