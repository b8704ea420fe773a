//! Files that are either the old or the new one, whatever happens in between.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, symlink};
use std::path::Path;

/// Puts `bytes` in the place of the file at `path`, readable by `mode`, on disk when this returns.
///
/// # Errors
/// Whatever the file system says; the old file is then untouched.
pub fn replace(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let fresh = beside(path)?;
    // A leftover of an earlier attempt may have another mode.
    remove(&fresh)?;
    let written = create(&fresh, bytes, mode).and_then(|()| fs::rename(&fresh, path));
    if written.is_err() {
        remove(&fresh)?;
    }
    written?;
    sync_parent(path)
}

/// Writes a file that does not exist yet, on disk when this returns (its name only after [`sync_dir`]).
///
/// # Errors
/// Whatever the file system says.
pub fn create(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes the symbolic link at `path` point to `target`, in one step.
///
/// # Errors
/// Whatever the file system says; the old link is then untouched.
pub fn point(path: &Path, target: &Path) -> io::Result<()> {
    let fresh = beside(path)?;
    remove(&fresh)?;
    symlink(target, &fresh)?;
    fs::rename(&fresh, path)?;
    sync_parent(path)
}

/// Removes a file or link, if it is there.
///
/// # Errors
/// Whatever the file system says.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes a directory that nobody else can look into; one that is there stays as it is.
///
/// # Errors
/// Whatever the file system says.
pub fn private_dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes sure that the names in a directory are on disk.
///
/// # Errors
/// Whatever the file system says.
pub fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

fn sync_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), sync_dir)
}

fn beside(path: &Path) -> io::Result<std::path::PathBuf> {
    let name = path.file_name().ok_or_else(|| io::Error::other("a file needs a name"))?;
    let mut fresh = std::ffi::OsString::from(".");
    fresh.push(name);
    fresh.push(".new");
    Ok(path.with_file_name(fresh))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_with_its_mode() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state.json");
        replace(&path, b"one", 0o600).unwrap();
        // What a crash in the middle of an earlier write leaves behind does no harm.
        fs::write(dir.path().join(".state.json.new"), b"half").unwrap();
        replace(&path, b"two", 0o600).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left behind");
    }

    #[test]
    fn when_writing_fails_the_old_file_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state.json");
        replace(&path, b"one", 0o600).unwrap();
        // A directory in the way of the fresh file makes writing fail.
        fs::create_dir(dir.path().join(".state.json.new")).unwrap();
        assert!(replace(&path, b"two", 0o600).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"one");
    }

    #[test]
    fn a_link_is_flipped_without_a_moment_without_it() {
        let dir = tempfile::tempdir().unwrap();
        let link = dir.path().join("current");
        point(&link, Path::new("bundles/1")).unwrap();
        point(&link, Path::new("bundles/2")).unwrap();
        assert_eq!(fs::read_link(&link).unwrap(), Path::new("bundles/2"));
    }
}
