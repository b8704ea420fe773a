//! A small file system of its own, that a test can fill up, freeze and throw away. Needs root, and the programs of e2fsprogs,
//! util-linux and mount.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::sys::statvfs::statvfs;

/// See the module. Unmounted when dropped.
pub struct Volume {
    mount: PathBuf,
    image: PathBuf,
}

impl Volume {
    /// An ext4 file system of so many MiB at `mount`, in a file beside it.
    pub fn ext4(mount: &Path, mib: u32) -> Self {
        let image = mount.with_extension("img");
        fs::create_dir_all(mount).expect("the mount point");
        let file = fs::File::create(&image).expect("the image");
        file.set_len(u64::from(mib) << 20).expect("the size of the image");
        run("mkfs.ext4", &["-q", "-F", "-m", "0", text(&image)], "e2fsprogs");
        run("mount", &["-o", "loop", text(&image), text(mount)], "mount");
        fs::remove_dir(mount.join("lost+found")).expect("an empty file system");
        Self { mount: mount.to_owned(), image }
    }

    /// Bytes that are free.
    pub fn free(&self) -> u64 {
        let stat = statvfs(&self.mount).expect("the file system answers");
        stat.blocks_available() * stat.fragment_size()
    }

    /// Writes until no more than `left` bytes are free.
    pub fn fill(&self, left: u64) {
        let path = self.ballast();
        let mut file = fs::File::options().create(true).append(true).open(path).expect("the ballast opens");
        let block = vec![0x5a; 64 * 1024];
        while self.free() > left {
            let some = usize::try_from(self.free() - left).unwrap_or(usize::MAX).clamp(1, block.len());
            if file.write_all(&block[..some]).and_then(|()| file.sync_data()).is_err() {
                return;
            }
        }
    }

    /// Gives back what [`Volume::fill`] took.
    pub fn clear(&self) {
        let _ = fs::remove_file(self.ballast());
    }

    /// From now on whoever writes, or syncs, waits.
    pub fn freeze(&self) {
        run("fsfreeze", &["-f", text(&self.mount)], "util-linux");
    }

    /// Those who wait go on.
    pub fn thaw(&self) {
        run("fsfreeze", &["-u", text(&self.mount)], "util-linux");
    }

    pub(crate) fn thaw_if_frozen(&self) {
        // Thawing what is not frozen fails, and that is fine.
        let _ = Command::new("fsfreeze").arg("-u").arg(&self.mount).output();
    }

    /// From now on nothing can be written, as after an error of the medium.
    pub fn read_only(&self) {
        // The kernel does not make a file system read-only that has files open for writing, except when asked for an emergency.
        run("mount", &["-o", "remount,abort", text(&self.mount)], "mount");
    }

    /// Checks and mounts again what was made read-only. Nobody may have files open on it.
    pub fn mend(&self) {
        run("umount", &[text(&self.mount)], "mount");
        // It exits with 1 when it has mended something, which is what it is there for.
        let checked = Command::new("e2fsck").args(["-f", "-y", text(&self.image)]).output();
        let checked = checked.unwrap_or_else(|error| panic!("e2fsck: {error}: apt-get install e2fsprogs"));
        assert!(checked.status.code().is_some_and(|code| code <= 1), "{checked:?}");
        run("mount", &["-o", "loop", text(&self.image), text(&self.mount)], "mount");
    }

    fn ballast(&self) -> PathBuf {
        self.mount.join("ballast")
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        self.thaw_if_frozen();
        // Detached at once, and gone when the last process has closed its files.
        let _ = Command::new("umount").arg("-l").arg(&self.mount).status();
        let _ = fs::remove_file(&self.image);
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("paths of tests are text")
}

fn run(program: &str, args: &[&str], package: &str) {
    let output = Command::new(program).args(args).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}: apt-get install {package}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {args:?} (as root, with loop devices): {said}");
}
