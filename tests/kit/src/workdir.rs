//! A directory of one test: removed when it passes, kept and named when it fails.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// See the module.
pub struct WorkDir(Option<TempDir>);

impl WorkDir {
    /// A fresh directory.
    pub fn new(name: &str) -> Self {
        let dir = tempfile::Builder::new().prefix(&format!("sentinel-{name}-")).tempdir();
        Self(Some(dir.expect("a temporary directory")))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.as_ref().expect("present until dropped").path()
    }

    /// A path below it.
    pub fn join(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }
}

impl Drop for WorkDir {
    fn drop(&mut self) {
        if std::thread::panicking()
            && let Some(dir) = self.0.take()
        {
            eprintln!("logs and data of this test are kept in {}", dir.keep().display());
        }
    }
}
