//! An ext4 file system in a file, mounted through a loop device.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Enough for the retained log of a writer several times over.
const SIZE: u64 = 96 << 20;
/// The journal is written when the log syncs and not by the clock, so that a copy shows one moment.
const OPTIONS: &str = "loop,commit=300";

/// A mounted image. Unmounted and removed when dropped.
pub struct Image {
    file: PathBuf,
    mounted: PathBuf,
}

impl Image {
    /// Says why images cannot be had here, if they cannot.
    pub fn probe(scratch: &Path) -> Result<(), String> {
        Self::try_make(&scratch.join("probe")).map(drop)
    }

    /// A new, empty file system in the file `path`.
    pub fn make(path: &Path) -> Self {
        Self::try_make(path).unwrap_or_else(|reason| panic!("{reason}"))
    }

    fn try_make(path: &Path) -> Result<Self, String> {
        let file = std::fs::File::create(path).and_then(|file| file.set_len(SIZE));
        file.map_err(|error| format!("{}: {error}", path.display()))?;
        let made = run(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(path));
        made.and_then(|()| Self::mount(path)).inspect_err(|_| drop(std::fs::remove_file(path)))
    }

    /// Copies the image as it is at this moment and mounts the copy.
    pub fn copy(&self, path: &Path) -> Self {
        run(Command::new("cp").arg("--sparse=always").arg(&self.file).arg(path))
            .and_then(|()| Self::mount(path))
            .unwrap_or_else(|reason| panic!("{reason}"))
    }

    fn mount(path: &Path) -> Result<Self, String> {
        let mounted = path.with_extension("mounted");
        std::fs::create_dir_all(&mounted).map_err(|error| error.to_string())?;
        run(Command::new("mount").args(["-t", "ext4", "-o", OPTIONS]).arg(path).arg(&mounted))?;
        Ok(Self { file: path.to_owned(), mounted })
    }

    /// Where the file system is mounted.
    pub fn mounted(&self) -> &Path {
        &self.mounted
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        // Lazily: after a failed assertion the writer may still have files open in it.
        let unmounted = run(Command::new("umount").arg("--lazy").arg(&self.mounted));
        let removed = std::fs::remove_file(&self.file).map_err(|error| error.to_string());
        if let Err(reason) = unmounted.and(removed) {
            eprintln!("{}: {reason}", self.mounted.display());
        }
    }
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim()))
}
