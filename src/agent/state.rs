//! What an agent must remember: which generation it handled last, what runs, which process runs it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use sentinel_model::{BundleId, Generation};
use serde::{Deserialize, Serialize};

use super::process::Running;

const FILE: &str = "state.json";

/// See the module. Written whole or not at all.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct State {
    /// Newest generation that was carried out or refused. Nothing older is ever taken again.
    pub handled: Generation,
    /// What the proxy has proven to run.
    pub effective: Option<Effective>,
    /// The process that runs it.
    pub process: Option<Running>,
}

/// A generation that was proven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effective {
    /// Its bundle.
    pub bundle_id: BundleId,
    /// Its place in the node's history.
    pub generation: Generation,
    /// Its directory below `bundles/`.
    pub dir: String,
}

impl State {
    /// Reads it; a first start has none.
    pub fn load(data_dir: &Path) -> anyhow::Result<Self> {
        let path = data_dir.join(FILE);
        match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// Writes it, durably.
    pub fn save(&self, data_dir: &Path) -> anyhow::Result<()> {
        let path = data_dir.join(FILE);
        write_private(&path, &serde_json::to_vec_pretty(self)?)
            .with_context(|| format!("cannot write {}", path.display()))
    }
}

/// Writes a file that only its owner can read, whole or not at all.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary: PathBuf = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    match path.parent() {
        Some(dir) => File::open(dir)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn state_is_read_back_and_a_damaged_file_is_said() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(State::load(dir.path()).unwrap().handled, Generation(0));
        let state = State { handled: Generation(7), ..State::default() };
        state.save(dir.path()).unwrap();
        assert_eq!(State::load(dir.path()).unwrap().handled, Generation(7));
        let path = dir.path().join(FILE);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(&path, "{").unwrap();
        assert!(State::load(dir.path()).unwrap_err().to_string().contains("damaged"));
    }
}
