//! The bundles on this node's disk, and which one `current` points to.
//!
//! ```text
//! DATA_DIR/bundles/<generation>-<digest12>/bundle.tar.zst   the archive as it was signed
//!                                          content/         its files
//!                                          zentinel.json    rendered for this node and this process
//!                                          secrets.json     the values of the secrets that it names, if it names any
//!                                          zentinel.sha256  digests of what the agent has written there last
//! DATA_DIR/current -> bundles/<generation>-<digest12>       what the proxy reads
//! ```

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use sentinel_bundle::archive::OpenBundle;
use sentinel_model::drift::{CONFIG_PATH, EARLIER_CONFIG_PATH};
use sha2::{Digest, Sha256};

use super::identity::Keys;
use super::release::Release;
use super::secrets::Secrets;
use super::verify::{self, Unverified};
use crate::durable;

/// The archive, in the directory of a release.
pub const ARCHIVE: &str = "bundle.tar.zst";
/// What is in it, there as well.
pub const CONTENT: &str = "content";
/// The rendered configuration, as the proxy's command line names it below `current`.
pub const CONFIG: &str = CONFIG_PATH;
/// The same, as agents of earlier versions named it.
pub const EARLIER_CONFIG: &str = EARLIER_CONFIG_PATH;
/// The values of its secrets.
pub const SECRETS: &str = "secrets.json";
/// Digests of what the agent has written into the rendered configuration, the last two of them: it may have died between them.
pub const WRITTEN: &str = "zentinel.sha256";
const STAGING: &str = ".staging";
/// A configuration that the proxy is to test first. By the end of its name the proxy tells the form.
pub const CANDIDATE: &str = "candidate.json";

/// See the module.
#[derive(Clone, Debug)]
pub struct Shelf {
    root: PathBuf,
}

/// Why a release on disk cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// It is not there, or cannot be read.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Its bytes are not the ones that were signed.
    #[error(transparent)]
    Damaged(#[from] Unverified),
}

impl Shelf {
    /// The shelf in a data directory, which must be an absolute path. What an interrupted activation left behind is removed.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn open(data_dir: &Path) -> io::Result<Self> {
        let shelf = Self { root: data_dir.to_owned() };
        make_dir(&shelf.bundles())?;
        remove_dir(&shelf.bundles().join(STAGING))?;
        Ok(shelf)
    }

    /// The configuration file that the proxy is started with.
    pub fn current_config(&self) -> PathBuf {
        self.link().join(CONFIG)
    }

    /// The rendered configuration of a release.
    pub fn config(&self, release: &Release) -> PathBuf {
        self.dir(release).join(CONFIG)
    }

    /// Puts a verified bundle on the shelf, complete and on disk when this returns.
    ///
    /// # Errors
    /// Whatever the file system says; nothing of it is there then.
    pub fn place(&self, release: &Release, archive: &[u8], bundle: &OpenBundle) -> io::Result<()> {
        let staging = self.bundles().join(STAGING);
        remove_dir(&staging)?;
        let placed = self.fill(&staging, archive, bundle).and_then(|()| {
            let dir = self.dir(release);
            // Of an earlier attempt with this very release; `current` never points to what is not effective when it begins.
            remove_dir(&dir)?;
            fs::rename(&staging, &dir)?;
            durable::sync_dir(&self.bundles())
        });
        if placed.is_err() {
            remove_dir(&staging)?;
        }
        placed
    }

    fn fill(&self, dir: &Path, archive: &[u8], bundle: &OpenBundle) -> io::Result<()> {
        make_dir(dir)?;
        durable::create(&dir.join(ARCHIVE), archive, 0o600)?;
        let content = dir.join(CONTENT);
        let mut dirs = BTreeSet::from([content.clone(), dir.to_owned()]);
        make_dir(&content)?;
        for (path, bytes) in &bundle.files {
            // The paths are plain: opening the archive refused everything else.
            let file = content.join(path);
            if let Some(parent) = file.parent() {
                make_dir(parent)?;
                dirs.insert(parent.to_owned());
            }
            durable::create(&file, bytes, 0o600)?;
        }
        dirs.iter().try_for_each(|dir| durable::sync_dir(dir))
    }

    /// The archive of a release, as it lies there.
    ///
    /// # Errors
    /// It is not there, or cannot be read.
    pub fn archive(&self, release: &Release) -> io::Result<Vec<u8>> {
        fs::read(self.dir(release).join(ARCHIVE))
    }

    /// Reads a release from disk and checks it as if it had just arrived.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn load(&self, release: &Release, keys: &Keys) -> Result<OpenBundle, ShelfError> {
        let archive = self.archive(release)?;
        Ok(verify::bundle(release, &archive, keys)?)
    }

    /// Writes the rendered configuration of a release.
    ///
    /// # Errors
    /// Whatever the file system says; the old one is then untouched.
    pub fn write_config(&self, release: &Release, text: &str) -> io::Result<()> {
        let (path, digest) = (self.dir(release).join(WRITTEN), hex::encode(Sha256::digest(text)));
        let before = fs::read_to_string(&path).unwrap_or_default();
        let before = before.lines().next().unwrap_or_default();
        if before != digest {
            durable::replace(&path, format!("{digest}\n{before}\n").as_bytes(), 0o600)?;
        }
        durable::replace(&self.config(release), text.as_bytes(), 0o600)
    }

    /// Whether the rendered configuration of a release is what an agent has written there. `None`: nobody knows, since one of an earlier version has.
    pub fn is_as_written(&self, release: &Release) -> Option<bool> {
        let written = fs::read_to_string(self.dir(release).join(WRITTEN)).ok()?;
        let found = fs::read(self.config(release)).ok().map(|bytes| hex::encode(Sha256::digest(bytes)));
        Some(found.is_some_and(|found| written.lines().any(|line| line == found)))
    }

    /// Writes a configuration for the proxy to test, and says where. Nothing reads it but that.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn write_candidate(&self, release: &Release, text: &str) -> io::Result<PathBuf> {
        let path = self.dir(release).join(CANDIDATE);
        durable::replace(&path, text.as_bytes(), 0o600)?;
        Ok(path)
    }

    /// The values of a release's secrets, as they lie there.
    ///
    /// # Errors
    /// They are not there, or cannot be read.
    pub fn secrets(&self, release: &Release) -> io::Result<Secrets> {
        Secrets::load(&self.dir(release).join(SECRETS))
    }

    /// Keeps the values of a release's secrets.
    ///
    /// # Errors
    /// Whatever the file system says; the old ones are then untouched.
    pub fn write_secrets(&self, release: &Release, secrets: &Secrets) -> io::Result<()> {
        secrets.save(&self.dir(release).join(SECRETS))
    }

    /// Removes the rendered configuration of an earlier agent from a release, where there is one.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn forget_earlier(&self, release: &Release) -> io::Result<()> {
        durable::remove(&self.dir(release).join(EARLIER_CONFIG))
    }

    /// Puts back what is in a release's archive, file by file, where somebody has changed it. Returns how many files that were.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn restore(&self, release: &Release, bundle: &OpenBundle) -> io::Result<usize> {
        let content = self.dir(release).join(CONTENT);
        let mut changed = 0;
        for (path, bytes) in &bundle.files {
            let file = content.join(path);
            let is_file = fs::symlink_metadata(&file).is_ok_and(|about| about.is_file());
            if is_file && fs::read(&file).is_ok_and(|found| found == *bytes) {
                continue;
            }
            if let Some(parent) = file.parent() {
                make_dir(parent)?;
            }
            durable::replace(&file, bytes, 0o600)?;
            changed += 1;
        }
        Ok(changed)
    }

    /// Makes a release the current one, in one step.
    ///
    /// # Errors
    /// Whatever the file system says; the old one stays current then.
    pub fn point_to(&self, release: &Release) -> io::Result<()> {
        durable::point(&self.link(), &Path::new("bundles").join(release.dir_name()))
    }

    /// There is no current release any more.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn point_nowhere(&self) -> io::Result<()> {
        durable::remove(&self.link())?;
        durable::sync_dir(&self.root)
    }

    /// True when a release is the current one.
    pub fn is_current(&self, release: &Release) -> bool {
        fs::read_link(self.link()).is_ok_and(|target| target.ends_with(release.dir_name()))
    }

    /// Where a release lies.
    pub fn place_of(&self, release: &Release) -> PathBuf {
        self.dir(release)
    }

    /// Removes every release but these and the current one.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn prune<'r>(&self, keep: impl IntoIterator<Item = &'r Release>) -> io::Result<()> {
        let mut names: BTreeSet<_> = keep.into_iter().map(|release| release.dir_name().into()).collect();
        if let Ok(target) = fs::read_link(self.link()) {
            names.extend(target.file_name().map(ToOwned::to_owned));
        }
        for entry in fs::read_dir(self.bundles())? {
            let entry = entry?;
            if !names.contains(&entry.file_name()) {
                remove_dir(&entry.path())?;
            }
        }
        Ok(())
    }

    fn bundles(&self) -> PathBuf {
        self.root.join("bundles")
    }

    fn dir(&self, release: &Release) -> PathBuf {
        self.bundles().join(release.dir_name())
    }

    fn link(&self) -> PathBuf {
        self.root.join("current")
    }
}

/// Makes a directory that only its owner can enter.
pub fn make_dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

fn remove_dir(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => durable::remove(path),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::agent::testing::{bundle, signer};

    #[test]
    fn a_bundle_is_placed_whole_and_read_back_with_its_signature() {
        let dir = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(dir.path()).unwrap();
        let made = bundle(1, "1.0");
        let keys = signer().keys();
        assert!(matches!(shelf.load(&made.release, &keys), Err(ShelfError::Io(_))));
        shelf.place(&made.release, &made.archive, &made.open).unwrap();
        shelf.place(&made.release, &made.archive, &made.open).unwrap();
        assert_eq!(shelf.load(&made.release, &keys).unwrap().manifest.version, "1.0");
        assert!(
            dir.path().join("bundles").join(made.release.dir_name()).join("content/manifest.json").is_file()
        );
    }

    #[test]
    fn a_flipped_bit_on_disk_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(dir.path()).unwrap();
        let made = bundle(1, "1.0");
        shelf.place(&made.release, &made.archive, &made.open).unwrap();
        let path = shelf.dir(&made.release).join(ARCHIVE);
        let mut bytes = made.archive.clone();
        bytes[40] ^= 1;
        fs::write(path, bytes).unwrap();
        assert!(matches!(shelf.load(&made.release, &signer().keys()), Err(ShelfError::Damaged(_))));
    }

    #[test]
    fn what_somebody_changed_is_put_back_from_the_archive() {
        let dir = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(dir.path()).unwrap();
        let made = bundle(1, "1.0");
        shelf.place(&made.release, &made.archive, &made.open).unwrap();
        assert_eq!(shelf.restore(&made.release, &made.open).unwrap(), 0);
        let content = shelf.dir(&made.release).join(CONTENT);
        let mut paths = made.open.files.keys();
        let (edited, linked) = (content.join(paths.next().unwrap()), content.join(paths.next().unwrap()));
        fs::write(&edited, "x").unwrap();
        fs::remove_file(&linked).unwrap();
        std::os::unix::fs::symlink("/etc/hostname", &linked).unwrap();
        assert_eq!(shelf.restore(&made.release, &made.open).unwrap(), 2);
        assert_eq!(shelf.restore(&made.release, &made.open).unwrap(), 0);
        assert!(fs::symlink_metadata(&linked).unwrap().is_file());
    }

    #[test]
    fn only_what_is_kept_and_what_is_current_survives_pruning() {
        let dir = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(dir.path()).unwrap();
        let made: Vec<_> = (1..=4).map(|generation| bundle(generation, "1.0")).collect();
        for made in &made {
            shelf.place(&made.release, &made.archive, &made.open).unwrap();
        }
        shelf.point_to(&made[0].release).unwrap();
        assert!(shelf.is_current(&made[0].release) && !shelf.is_current(&made[1].release));
        fs::create_dir(dir.path().join("bundles").join(STAGING)).unwrap();
        shelf.prune([&made[3].release]).unwrap();
        let mut left: Vec<_> = fs::read_dir(dir.path().join("bundles"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, [made[0].release.dir_name(), made[3].release.dir_name()]);
        shelf.point_nowhere().unwrap();
        assert!(!shelf.is_current(&made[0].release));
    }
}
