//! Bundles on this node's disk, and the link to the one that runs.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::Context;
use sentinel_bundle::archive::{self, OpenBundle, OpenLimits};
use sentinel_model::Generation;

use super::state::write_private;

/// Name of the archive in a bundle's directory.
const ARCHIVE: &str = "bundle.tar.zst";
/// Name of the rendered configuration.
const CONFIG: &str = "zentinel.kdl";
/// Good bundles kept beside the one that runs.
const KEPT: usize = 3;

/// See the module.
#[derive(Clone, Debug)]
pub struct Installed {
    data_dir: PathBuf,
}

impl Installed {
    /// Below the agent's data directory.
    pub fn new(data_dir: &Path) -> Self {
        Self { data_dir: data_dir.to_owned() }
    }

    fn bundles(&self) -> PathBuf {
        self.data_dir.join("bundles")
    }

    /// Keeps an archive; gives the name of its directory.
    pub fn keep(&self, generation: Generation, digest: &str, archive: &[u8]) -> io::Result<String> {
        let name = format!("{:08}-{}", generation.0, &digest[..12.min(digest.len())]);
        let dir = self.bundles().join(&name);
        fs::create_dir_all(&dir)?;
        write_private(&dir.join(ARCHIVE), archive)?;
        Ok(name)
    }

    /// Opens what was kept.
    pub fn open(&self, name: &str) -> anyhow::Result<OpenBundle> {
        let path = self.bundles().join(name).join(ARCHIVE);
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        archive::open(&bytes, &OpenLimits::default())
            .with_context(|| format!("{} is damaged", path.display()))
    }

    /// Writes the rendered configuration beside its archive.
    pub fn write_config(&self, name: &str, text: &str) -> io::Result<PathBuf> {
        let path = self.bundles().join(name).join(CONFIG);
        write_private(&path, text.as_bytes())?;
        Ok(path)
    }

    /// The rendered configuration of a bundle, if it was staged.
    pub fn config(&self, name: &str) -> io::Result<String> {
        fs::read_to_string(self.bundles().join(name).join(CONFIG))
    }

    /// The path that the proxy is started with. It always leads to what shall run.
    pub fn current_config(&self) -> PathBuf {
        self.data_dir.join("current").join(CONFIG)
    }

    /// Lets the link lead to another bundle, in one step.
    pub fn switch(&self, name: &str) -> io::Result<()> {
        let temporary = self.data_dir.join("current.new");
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        symlink(Path::new("bundles").join(name), &temporary)?;
        fs::rename(&temporary, self.data_dir.join("current"))?;
        File::open(&self.data_dir)?.sync_all()
    }

    /// Removes all but the newest few, and never the one named.
    pub fn tidy(&self, running: &str) {
        let Ok(entries) = fs::read_dir(self.bundles()) else { return };
        let mut names: Vec<String> =
            entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names.retain(|name| name != running);
        for old in names.iter().rev().skip(KEPT) {
            if let Err(error) = fs::remove_dir_all(self.bundles().join(old)) {
                tracing::warn!(bundle = old, %error, "an old bundle could not be removed");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_link_moves_in_one_step_and_old_bundles_go() {
        let dir = tempfile::tempdir().unwrap();
        let installed = Installed::new(dir.path());
        let mut names = Vec::new();
        for generation in 1..=6 {
            let name = installed.keep(Generation(generation), "0123456789abcdef", b"x").unwrap();
            installed.write_config(&name, &format!("generation {generation}")).unwrap();
            installed.switch(&name).unwrap();
            names.push(name);
        }
        assert_eq!(fs::read_to_string(installed.current_config()).unwrap(), "generation 6");
        installed.tidy(&names[0]);
        assert!(installed.config(&names[0]).is_ok(), "the running one is kept");
        assert!(installed.config(&names[1]).is_err());
        assert!(installed.config(&names[5]).is_ok());
    }
}
