//! Blobs as files named by their digest: `blobs/ab/abcdef…`. A damaged one is set aside as `….corrupt`.

mod reading;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use sentinel_consensus::LocalBlobs;
use sentinel_model::Sha256Digest;
use sha2::{Digest, Sha256};

pub use reading::{Piece, Reading};

/// Directory, below the root, of files that are being written.
const INCOMING: &str = "incoming";
/// Extension of what is set aside.
const CORRUPT: &str = "corrupt";

/// See the module.
pub struct BlobFiles {
    root: PathBuf,
    next: AtomicU64,
    /// Held while a blob is found to be here, and while one is found to be superfluous or damaged.
    judging: Mutex<()>,
}

/// What is here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Every blob with its size in bytes. Nobody has looked into them.
    pub blobs: BTreeMap<Sha256Digest, u64>,
    /// Those of which a damaged copy was set aside.
    pub set_aside: BTreeSet<Sha256Digest>,
}

impl BlobFiles {
    /// Opens the directory, making it when it is not there. What was being written when the process stopped is removed.
    pub fn open(root: &Path) -> io::Result<Self> {
        let incoming = root.join(INCOMING);
        if incoming.exists() {
            fs::remove_dir_all(&incoming)?;
        }
        fs::create_dir_all(&incoming)?;
        Ok(Self { root: root.to_owned(), next: AtomicU64::new(0), judging: Mutex::default() })
    }

    /// Everything that is here.
    pub fn list(&self) -> io::Result<Found> {
        let mut found = Found::default();
        for dir in fs::read_dir(&self.root)? {
            let dir = dir?.path();
            if dir.file_name().is_some_and(|name| name == INCOMING) || !dir.is_dir() {
                continue;
            }
            for file in fs::read_dir(dir)? {
                let file = file?;
                let name = PathBuf::from(file.file_name());
                let digest = name.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
                let Some(digest) = digest else { continue };
                if name.extension().is_some_and(|extension| extension == CORRUPT) {
                    found.set_aside.insert(digest);
                } else if name.extension().is_none() {
                    match file.metadata() {
                        Ok(metadata) => {
                            found.blobs.insert(digest, metadata.len());
                        }
                        // Removed or set aside meanwhile.
                        Err(error) if error.kind() == ErrorKind::NotFound => {}
                        Err(error) => return Err(error),
                    }
                }
            }
        }
        Ok(found)
    }

    /// Whether the blob is here. Nobody has looked into it.
    pub fn holds(&self, digest: Sha256Digest) -> bool {
        self.path(digest).is_file()
    }

    /// Begins to read the blob, to see whether it is still what its name says; `None` when it is not here.
    pub fn reading(&self, digest: Sha256Digest) -> io::Result<Option<Reading>> {
        match File::open(self.path(digest)) {
            Ok(file) => Ok(Some(Reading::new(digest, file))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes a blob that was last put longer ago than `grace`, and says whether it did. What is not there is gone already.
    pub fn collect(&self, digest: Sha256Digest, grace: Duration) -> io::Result<bool> {
        self.remove_older(&self.path(digest), grace)
    }

    /// The same for a damaged copy that was set aside longer ago than that.
    pub fn collect_set_aside(&self, digest: Sha256Digest, after: Duration) -> io::Result<bool> {
        self.remove_older(&self.path(digest).with_extension(CORRUPT), after)
    }

    fn remove_older(&self, path: &Path, age: Duration) -> io::Result<bool> {
        let _judging = self.judge();
        let put_at = match fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            found => found?.modified()?,
        };
        // From the future: a clock was put right. It will be old one day.
        if put_at.elapsed().unwrap_or_default() <= age {
            return Ok(false);
        }
        fs::remove_file(path)?;
        path.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())?;
        Ok(true)
    }

    fn judge(&self) -> MutexGuard<'_, ()> {
        self.judging.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bytes if they are what the name says; the error says why not.
    fn read(&self, digest: Sha256Digest) -> Result<Vec<u8>, Unread> {
        match fs::read(self.path(digest)) {
            Ok(bytes) if Sha256::digest(&bytes)[..] == digest.0 => Ok(bytes),
            Ok(_) => Err(Unread::Damaged),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(Unread::Absent),
            Err(error) if reading::is_damage(&error) => Err(Unread::Damaged),
            Err(error) => Err(Unread::Failed(error)),
        }
    }

    /// Sets a damaged blob aside. What is there by now may be a good copy that somebody put meanwhile: it is looked at again.
    fn set_aside(&self, digest: Sha256Digest) -> Result<Vec<u8>, Unread> {
        let _judging = self.judge();
        let seen = self.read(digest);
        if let Err(Unread::Damaged) = seen {
            let path = self.path(digest);
            tracing::error!(%digest, path = %path.display(), "a blob is damaged on this disk: set aside");
            // So that its age is how long it lies there.
            if let Err(error) = File::open(&path).and_then(|file| file.set_modified(SystemTime::now())) {
                tracing::debug!(%digest, %error, "a damaged blob keeps its time");
            }
            fs::rename(&path, path.with_extension(CORRUPT)).map_err(Unread::Failed)?;
        }
        seen
    }

    /// The names must be as durable as the bytes: of the file, and of its directory, which may be new.
    fn make_names_durable(&self, dir: &Path) -> io::Result<()> {
        File::open(dir)?.sync_all()?;
        File::open(&self.root)?.sync_all()
    }

    fn path(&self, digest: Sha256Digest) -> PathBuf {
        let name = digest.to_string();
        self.root.join(&name[..2]).join(name)
    }
}

impl LocalBlobs for BlobFiles {
    fn put(&self, digest: Sha256Digest, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(digest);
        let dir = path.parent().ok_or_else(|| io::Error::other("a blob has a directory"))?;
        if self.get(digest)?.is_some() {
            let _judging = self.judge();
            if path.exists() {
                // Whoever is about to name it has as much time as with a new one.
                File::open(&path)?.set_modified(SystemTime::now())?;
                // Whoever wrote it may not have come as far as this.
                return self.make_names_durable(dir);
            }
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let temporary = self.root.join(INCOMING).join(format!("{digest}-{number}"));
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::create_dir_all(dir)?;
        {
            // Nobody shall take it for the one that was there.
            let _judging = self.judge();
            fs::rename(&temporary, &path)?;
        }
        self.make_names_durable(dir)
    }

    fn get(&self, digest: Sha256Digest) -> io::Result<Option<Vec<u8>>> {
        let read = match self.read(digest) {
            Err(Unread::Damaged) => self.set_aside(digest),
            read => read,
        };
        match read {
            Ok(bytes) => Ok(Some(bytes)),
            Err(Unread::Absent | Unread::Damaged) => Ok(None),
            Err(Unread::Failed(error)) => Err(error),
        }
    }
}

/// Why there are no bytes.
enum Unread {
    /// They are not here.
    Absent,
    /// They are others, or the disk cannot read them.
    Damaged,
    /// This time; nothing is known of them.
    Failed(io::Error),
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_damaged_blob_is_set_aside_and_can_be_put_again() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = BlobFiles::open(dir.path()).unwrap();
        let digest = Sha256Digest(Sha256::digest(b"bundle").into());
        assert_eq!(blobs.get(digest).unwrap(), None);
        blobs.put(digest, b"bundle").unwrap();
        blobs.put(digest, b"bundle").unwrap();
        assert_eq!(blobs.get(digest).unwrap().unwrap(), b"bundle");
        fs::write(blobs.path(digest), b"bungle").unwrap();
        assert_eq!(blobs.get(digest).unwrap(), None);
        assert!(blobs.path(digest).with_extension("corrupt").exists());
        blobs.put(digest, b"bundle").unwrap();
        assert_eq!(blobs.get(digest).unwrap().unwrap(), b"bundle");
    }

    #[test]
    fn what_is_there_is_listed_and_collected_when_nobody_has_put_it_for_long() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = BlobFiles::open(dir.path()).unwrap();
        let day = Duration::from_secs(86_400);
        let mut digests = Vec::new();
        for content in [&b"one"[..], b"three", b""] {
            let digest = Sha256Digest(Sha256::digest(content).into());
            blobs.put(digest, content).unwrap();
            digests.push((digest, content.len() as u64));
        }
        digests.sort();
        let listed = |blobs: &BlobFiles| blobs.list().unwrap().blobs.into_iter().collect::<Vec<_>>();
        assert_eq!(listed(&blobs), digests);
        let (first, _) = digests[0];
        assert!(!blobs.collect(first, day).unwrap(), "it was just put");
        let long_ago = SystemTime::now() - 2 * day;
        File::open(blobs.path(first)).unwrap().set_modified(long_ago).unwrap();
        let again = blobs.get(first).unwrap().unwrap();
        blobs.put(first, &again).unwrap();
        assert!(!blobs.collect(first, day).unwrap(), "it was put again");
        File::open(blobs.path(first)).unwrap().set_modified(long_ago).unwrap();
        assert!(blobs.collect(first, day).unwrap());
        assert!(!blobs.collect(first, day).unwrap());
        assert_eq!(blobs.get(first).unwrap(), None);
        digests.remove(0);
        fs::write(blobs.path(digests[0].0).with_extension(CORRUPT), b"set aside").unwrap();
        let again = BlobFiles::open(dir.path()).unwrap();
        assert_eq!(listed(&again), digests);
        assert_eq!(again.list().unwrap().set_aside, BTreeSet::from([digests[0].0]));
    }

    #[test]
    fn what_was_set_aside_is_as_old_as_that_and_goes_alone() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = BlobFiles::open(dir.path()).unwrap();
        let digest = Sha256Digest(Sha256::digest(b"bundle").into());
        let day = Duration::from_secs(86_400);
        blobs.put(digest, b"bundle").unwrap();
        fs::write(blobs.path(digest), b"bungle").unwrap();
        File::open(blobs.path(digest)).unwrap().set_modified(SystemTime::now() - 9 * day).unwrap();
        assert_eq!(blobs.get(digest).unwrap(), None);
        assert!(!blobs.holds(digest));
        assert!(!blobs.collect_set_aside(digest, day).unwrap(), "it was found just now");
        blobs.put(digest, b"bundle").unwrap();
        let aside = blobs.path(digest).with_extension(CORRUPT);
        File::open(&aside).unwrap().set_modified(SystemTime::now() - 2 * day).unwrap();
        assert!(blobs.collect_set_aside(digest, day).unwrap());
        assert!(!blobs.collect_set_aside(digest, day).unwrap());
        assert_eq!(blobs.get(digest).unwrap().unwrap(), b"bundle");
    }

    #[test]
    fn reading_tells_a_changed_byte_anywhere_and_a_length_that_is_another() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = BlobFiles::open(dir.path()).unwrap();
        // More than one piece.
        let content: Vec<u8> = (0..700_000_u32).map(|n| (n % 251) as u8).collect();
        let digest = Sha256Digest(Sha256::digest(&content).into());
        assert!(blobs.reading(digest).unwrap().is_none());
        blobs.put(digest, &content).unwrap();
        let read = || {
            let mut reading = blobs.reading(digest).unwrap().unwrap();
            let mut bytes = 0;
            loop {
                match reading.read_on().unwrap() {
                    Piece::Bytes(more) => bytes += more,
                    end => return (bytes, end),
                }
            }
        };
        assert_eq!(read(), (content.len(), Piece::Good));
        for at in [0, 300_000, content.len() - 1] {
            let mut changed = content.clone();
            changed[at] ^= 0x10;
            fs::write(blobs.path(digest), changed).unwrap();
            assert_eq!(read(), (content.len(), Piece::Damaged), "byte {at}");
        }
        fs::write(blobs.path(digest), &content[1..]).unwrap();
        assert_eq!(read().1, Piece::Damaged);
        fs::write(blobs.path(digest), b"").unwrap();
        assert_eq!(read(), (0, Piece::Damaged));
        assert!(blobs.holds(digest), "to look is not to judge");
    }
}
