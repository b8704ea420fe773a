//! Work off the async workers: a few pieces at a time, and a bounded number that waits for its turn.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::error::AppError;
use crate::work::elsewhere;

/// Lets through a few at a time.
#[derive(Debug)]
pub(crate) struct Gate {
    seats: Semaphore,
    turns: Arc<Semaphore>,
}

impl Gate {
    /// So many at the same time, and so many more that wait.
    pub(crate) fn new(at_once: usize, waiting: usize) -> Self {
        Self { seats: Semaphore::new(at_once + waiting), turns: Arc::new(Semaphore::new(at_once)) }
    }

    /// Runs `job` on a blocking thread when its turn comes. `what` is said to those who find no seat.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        what: &'static str,
        job: impl FnOnce() -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let _seat = self.seats.try_acquire().map_err(|_| AppError::Busy(what))?;
        let turn = self.turns.clone().acquire_owned().await.map_err(AppError::internal)?;
        let work = move || {
            // A job goes on when its caller has left, and so does its turn.
            let _turn = turn;
            job()
        };
        elsewhere(work).await?
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_full_gate_turns_away_instead_of_growing_and_opens_again() {
        let gate = Arc::new(Gate::new(1, 1));
        let (done, wait) = mpsc::channel::<u8>();
        let working = tokio::spawn({
            let gate = gate.clone();
            async move { gate.run("work", move || Ok(wait.recv().unwrap())).await }
        });
        let waiting = tokio::spawn({
            let gate = gate.clone();
            async move { gate.run("work", || Ok(())).await }
        });
        while gate.seats.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(gate.run("work", || Ok(())).await, Err(AppError::Busy("work"))));
        done.send(7).unwrap();
        assert_eq!(working.await.unwrap().unwrap(), 7);
        waiting.await.unwrap().unwrap();
        gate.run("work", || Ok(())).await.unwrap();
    }
}
