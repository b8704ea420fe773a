//! That the state on disk is not what was written, found while a member runs. Nothing may be served from it any more: the
//! member ends its part, and the next opening sets the file aside, whatever its check says.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use sentinel_machine::{Table, TableError};
use tokio::sync::watch;

/// What the tables and their readers share.
#[derive(Clone)]
pub(super) struct Damage {
    found: Arc<watch::Sender<Option<String>>>,
    io: Arc<OnceLock<String>>,
    mark: PathBuf,
}

/// Where it is noted that the file beside it must not be used.
pub(crate) fn mark_of(state: &Path) -> PathBuf {
    state.with_extension("suspect")
}

impl Damage {
    pub(super) fn of(state: &Path) -> Self {
        Self { found: Arc::new(watch::Sender::new(None)), io: Arc::default(), mark: mark_of(state) }
    }

    /// Turns an error of the database into ours, and notes damage.
    pub(super) fn failed(&self, error: impl Into<redb::Error>) -> TableError {
        let error = error.into();
        match &error {
            redb::Error::Corrupted(_) => self.note(&error.to_string()),
            redb::Error::Io(io) => drop(self.io.set(format!("the state: {io}"))),
            _ => {}
        }
        super::failed(error)
    }

    /// A row is not what was written.
    pub(super) fn row(&self, table: Table) -> TableError {
        let message = "a row has changed on disk";
        self.note(&format!("table {}: {message}", table.name()));
        TableError::new(table, message)
    }

    fn note(&self, what: &str) {
        let first = self.found.send_if_modified(|found| {
            let first = found.is_none();
            found.get_or_insert_with(|| what.to_owned());
            first
        });
        if !first {
            return;
        }
        tracing::error!(what, "the state is damaged: nothing is served from it any more");
        if let Err(error) = fs::write(&self.mark, what).and_then(|()| File::open(&self.mark)?.sync_all()) {
            tracing::error!(%error, "the damage is not noted on disk; the check of the next opening has to find it");
        }
    }

    /// The first error of the disk; `None`: there was none.
    pub(super) fn io_failure(&self) -> Option<String> {
        self.io.get().cloned()
    }

    /// What was found; `None`: nothing.
    pub(super) fn found(&self) -> Option<String> {
        self.found.borrow().clone()
    }

    /// Resolves when damage is found, with what it is.
    pub(super) async fn wait(&self) -> String {
        let mut found = self.found.subscribe();
        // The sender lives as long as this does.
        match found.wait_for(Option::is_some).await {
            Ok(found) => found.clone().unwrap_or_default(),
            Err(_) => std::future::pending().await,
        }
    }
}
