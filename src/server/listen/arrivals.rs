//! Connections that have not asked for anything yet.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::AbortHandle;

/// Whether one connection has arrived.
#[derive(Debug, Default)]
pub struct Arrival(AtomicBool);

impl Arrival {
    /// The head of a request is complete.
    pub fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether one was.
    pub fn has_arrived(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Those under way, the oldest first. Some that have arrived or are over are in it for a while.
pub struct Arrivals {
    limit: usize,
    under_way: VecDeque<(Arc<Arrival>, AbortHandle)>,
}

impl Arrivals {
    /// At most so many.
    pub fn new(limit: usize) -> Self {
        Self { limit: limit.max(1), under_way: VecDeque::new() }
    }

    /// A place for one more.
    pub fn begin(&mut self) -> Arc<Arrival> {
        if self.under_way.len() >= self.limit {
            self.forget_others();
        }
        if self.under_way.len() >= self.limit {
            self.end_oldest();
        }
        Arc::default()
    }

    /// Takes it in.
    pub fn add(&mut self, arrival: Arc<Arrival>, connection: AbortHandle) {
        self.under_way.push_back((arrival, connection));
    }

    /// Ends the oldest, if there is one.
    pub fn make_room(&mut self) -> bool {
        self.forget_others();
        self.end_oldest()
    }

    /// Ends all of them.
    pub fn end(&mut self) {
        self.forget_others();
        while self.end_oldest() {}
    }

    fn forget_others(&mut self) {
        self.under_way.retain(|(arrival, connection)| !arrival.has_arrived() && !connection.is_finished());
    }

    fn end_oldest(&mut self) -> bool {
        let Some((_, oldest)) = self.under_way.pop_front() else { return false };
        oldest.abort();
        tracing::debug!("the oldest connection that asked for nothing was ended for a newer one");
        true
    }
}
