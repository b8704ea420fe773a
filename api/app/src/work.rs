//! Heavy work and long reads, off the async workers.

use crate::app::App;
use crate::error::AppError;
use crate::gate::Gate;

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
        tokio::task::spawn_blocking(job).await.map_err(AppError::internal)?
    }
}
