//! The files of the trust stores that the proxy's listeners ask for.
//!
//! ```text
//! DATA_DIR/trust-stores/<slug>-<digest16>.pem
//! ```
//! A file has one content for ever, so that a proxy which goes on, or goes back, finds what it was told of.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sentinel_bundle::archive::OpenBundle;
use sentinel_bundle::trust_stores;

use crate::durable;

/// See the module.
#[derive(Clone, Debug)]
pub struct TrustStoreFiles {
    root: PathBuf,
}

impl TrustStoreFiles {
    /// Those in a data directory, which must be an absolute path.
    pub fn of(data_dir: &Path) -> Self {
        Self { root: data_dir.join("trust-stores") }
    }

    /// Where the files are.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Puts those of a bundle where its proxy reads them, also where somebody has changed them.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn write(&self, bundle: &OpenBundle) -> io::Result<()> {
        let files = trust_stores::files(bundle);
        if !files.is_empty() {
            durable::private_dir(&self.root)?;
        }
        for (name, content) in files {
            let path = self.root.join(name);
            if !fs::read(&path).is_ok_and(|found| found == content) {
                durable::replace(&path, content, 0o600)?;
            }
        }
        Ok(())
    }

    /// Removes those that none of these bundles names.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn prune<'b>(&self, keep: impl IntoIterator<Item = &'b OpenBundle>) -> io::Result<()> {
        let kept = keep.into_iter().flat_map(|bundle| trust_stores::files(bundle).into_keys());
        let names: BTreeSet<OsString> = kept.map(OsString::from).collect();
        let found = match fs::read_dir(&self.root) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            found => found?,
        };
        for entry in found {
            let entry = entry?;
            if !names.contains(&entry.file_name()) {
                durable::remove(&entry.path())?;
            }
        }
        Ok(())
    }
}
