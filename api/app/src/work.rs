//! Heavy work and long reads, off the async workers.

use std::cell::Cell;

use crate::app::App;
use crate::error::AppError;
use crate::gate::Gate;

thread_local! {
    static HERE: Cell<bool> = const { Cell::new(false) };
}

/// From now on, what this thread would give to another one it does itself. For simulations, whose one thread decides the order of
/// everything.
pub fn stay_on_this_thread() {
    HERE.set(true);
}

/// Runs `job` where it holds up nobody.
pub(crate) async fn elsewhere<T: Send + 'static>(
    job: impl FnOnce() -> T + Send + 'static,
) -> Result<T, AppError> {
    if HERE.get() {
        return Ok(job());
    }
    tokio::task::spawn_blocking(job).await.map_err(AppError::internal)
}

/// Compilations and readings of archives at the same time.
const AT_ONCE: usize = 2;
/// Of these, how many may wait.
const WAITING_MAX: usize = 32;

/// Places for heavy work.
#[derive(Debug)]
pub(crate) struct WorkLimits(Gate);

impl Default for WorkLimits {
    fn default() -> Self {
        Self(Gate::new(AT_ONCE, WAITING_MAX))
    }
}

impl App {
    /// Runs `job` on a blocking thread when its turn comes.
    pub(crate) async fn heavy<T: Send + 'static>(
        &self,
        what: &'static str,
        job: impl FnOnce() -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        self.inner().work.0.run(what, job).await
    }

    /// Runs a read over many rows on a blocking thread.
    pub(crate) async fn long_read<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        elsewhere(job).await?
    }
}
