//! Heavy work off the async workers, a few at a time and with a bounded queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;

use crate::app::App;
use crate::error::AppError;

/// Compilations and readings of archives at the same time.
const AT_ONCE: usize = 2;
/// Of these, how many may wait.
const WAITING_MAX: usize = 32;

/// Places for heavy work.
#[derive(Debug)]
pub struct WorkLimits {
    permits: Semaphore,
    waiting: Arc<AtomicUsize>,
}

impl Default for WorkLimits {
    fn default() -> Self {
        Self { permits: Semaphore::new(AT_ONCE), waiting: Arc::default() }
    }
}

struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl App {
    /// Runs `job` on a blocking thread when its turn comes.
    pub(crate) async fn heavy<T: Send + 'static>(
        &self,
        what: &'static str,
        job: impl FnOnce() -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let limits = &self.inner().work;
        let before = limits.waiting.fetch_add(1, Ordering::SeqCst);
        let _place = Place(limits.waiting.clone());
        if before >= WAITING_MAX + AT_ONCE {
            return Err(AppError::Busy(what));
        }
        let _permit = limits.permits.acquire().await.map_err(AppError::internal)?;
        tokio::task::spawn_blocking(job).await.map_err(AppError::internal)?
    }

    /// Runs a read over many rows on a blocking thread.
    pub(crate) async fn long_read<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        tokio::task::spawn_blocking(job).await.map_err(AppError::internal)?
    }
}
