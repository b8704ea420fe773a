//! Blobs as files named by their digest: `blobs/ab/abcdef…`.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use sentinel_consensus::LocalBlobs;
use sentinel_model::Sha256Digest;
use sha2::{Digest, Sha256};

/// Directory, below the root, of files that are being written.
const INCOMING: &str = "incoming";

/// See the module.
pub struct BlobFiles {
    root: PathBuf,
    next: AtomicU64,
    /// Held while a blob is found to be here, and while one is found to be superfluous.
    judging: Mutex<()>,
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

    /// Every blob here with its size in bytes, in the order of digests.
    pub fn list(&self) -> io::Result<Vec<(Sha256Digest, u64)>> {
        let mut found = Vec::new();
        for dir in fs::read_dir(&self.root)? {
            let dir = dir?.path();
            if dir.file_name().is_some_and(|name| name == INCOMING) || !dir.is_dir() {
                continue;
            }
            for file in fs::read_dir(dir)? {
                let file = file?;
                // What is set aside has another name.
                let digest = file.file_name().to_str().and_then(|name| name.parse().ok());
                if let Some(digest) = digest {
                    found.push((digest, file.metadata()?.len()));
                }
            }
        }
        found.sort();
        Ok(found)
    }

    /// Removes a blob that was last put longer ago than `grace`, and says whether it did. What is not there is gone already.
    pub fn collect(&self, digest: Sha256Digest, grace: Duration) -> io::Result<bool> {
        let path = self.path(digest);
        let _judging = self.judging.lock().unwrap_or_else(PoisonError::into_inner);
        let put_at = match fs::metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            found => found?.modified()?,
        };
        // From the future: a clock was put right. It will be old one day.
        if put_at.elapsed().unwrap_or_default() <= grace {
            return Ok(false);
        }
        fs::remove_file(&path)?;
        path.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())?;
        Ok(true)
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
            let _judging = self.judging.lock().unwrap_or_else(PoisonError::into_inner);
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
        fs::rename(&temporary, &path)?;
        self.make_names_durable(dir)
    }

    fn get(&self, digest: Sha256Digest) -> io::Result<Option<Vec<u8>>> {
        let path = self.path(digest);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        if Sha256::digest(&bytes)[..] == digest.0 {
            return Ok(Some(bytes));
        }
        tracing::error!(%digest, path = %path.display(), "a blob is damaged on this disk: set aside");
        fs::rename(&path, path.with_extension("corrupt"))?;
        Ok(None)
    }
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
        assert_eq!(blobs.list().unwrap(), digests);
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
        fs::write(blobs.path(digests[0].0).with_extension("corrupt"), b"set aside").unwrap();
        assert_eq!(BlobFiles::open(dir.path()).unwrap().list().unwrap(), digests);
    }
}
