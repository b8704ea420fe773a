//! The appender without its thread: somebody else says when it writes and when it syncs. For simulations, in which nothing happens
//! by itself.

use std::io;
use std::sync::Arc;

use super::appender::{Appender, Batch, Settled};
use super::queue::Shared;

/// What is called when there is something to write. It must be short and must not call anything of the log.
pub type Bell = Arc<dyn Fn() + Send + Sync>;

/// See the module.
pub struct Stepper {
    appender: Appender,
    shared: Arc<Shared>,
    unsynced: Option<(Batch, Vec<Settled>)>,
}

impl Stepper {
    pub(super) fn new(appender: Appender, shared: Arc<Shared>) -> Self {
        Self { appender, shared, unsynced: None }
    }

    /// Writes what waits, without syncing it. False when nothing waits.
    pub fn write(&mut self) -> io::Result<bool> {
        if self.unsynced.is_some() {
            return Ok(true);
        }
        let Some(batch) = self.appender.take_now()? else { return Ok(false) };
        match self.appender.put(&batch) {
            #[cfg(feature = "planted")]
            Ok(settled) if sentinel_model::planted::has(sentinel_model::planted::Bug::AnswerBeforeSync) => {
                self.appender.finish(batch, settled)?;
                Ok(true)
            }
            Ok(settled) => {
                self.unsynced = Some((batch, settled));
                Ok(true)
            }
            Err(error) => self.failed(batch, error),
        }
    }

    /// Syncs what was written, and tells those who wait for it.
    pub fn sync(&mut self) -> io::Result<()> {
        #[cfg(feature = "planted")]
        if sentinel_model::planted::has(sentinel_model::planted::Bug::AnswerBeforeSync) {
            return self.appender.sync();
        }
        let Some((batch, settled)) = self.unsynced.take() else { return Ok(()) };
        match self.appender.sync() {
            Ok(()) => self.appender.finish(batch, settled),
            Err(error) => self.failed(batch, error).map(|_| ()),
        }
    }

    /// Marks the end of a log that was closed. Nothing may be written afterwards.
    pub fn end(mut self) -> io::Result<()> {
        while self.write()? {
            self.sync()?;
        }
        self.appender.close()
    }

    fn failed(&self, batch: Batch, error: io::Error) -> io::Result<bool> {
        self.shared.fail(batch.into_calls(), &error);
        Err(error)
    }
}
