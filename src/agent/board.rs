//! What the agent has to tell: written by the activation, read by heartbeats and by whoever sends events.

use std::collections::VecDeque;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

use sentinel_api_types::agent::{FailureReport, NodeEventReport, NodeEventType, Severity};
use sentinel_api_types::drift::{Measured, RuntimeConfigReport};
use sentinel_model::{BundleId, Epoch, Generation, Ordinal, Sha256Digest};
use tokio::sync::{Notify, watch};

use super::meter::Meter;

/// Most events that wait to be sent; of more, the oldest are dropped.
const EVENTS_MAX: usize = 200;
/// Longest message of an event, in characters.
const MESSAGE_MAX: usize = 1_000;

/// What is known of the proxy now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Verified and staged.
    pub accepted: Option<(BundleId, Generation)>,
    /// Proven to run.
    pub effective: Option<(BundleId, Generation)>,
    /// Why the newest assignment is not effective: for good, or for a reason that may pass and has lasted.
    pub failure: Option<FailureReport>,
    /// The newest assignment that is dealt with.
    pub handled: Ordinal,
    /// The newest epoch that is known; all numbers above are of this one.
    pub epoch: Epoch,
    /// Whether the proxy serves.
    pub serving: Serving,
    /// Which values of secrets the newest assignment runs with; `None` when it names none, or does not run.
    pub secrets: Option<Sha256Digest>,
    /// What really runs, compared with the effective release; `None` before it was looked at.
    pub measured: Option<Measured>,
}

/// Whether the proxy serves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Serving {
    /// It has nothing to serve yet.
    #[default]
    Nothing,
    /// It has proven what it runs.
    Proven,
    /// It does not, in words.
    No(String),
}

/// See the module.
#[derive(Debug)]
pub struct Board {
    facts: watch::Sender<Facts>,
    events: Mutex<VecDeque<NodeEventReport>>,
    event: Notify,
    /// The configuration that runs and was not assigned, while there is one, and the epoch of its generation.
    pub runtime_config: watch::Sender<Option<(Epoch, RuntimeConfigReport)>>,
    /// The member that answered last takes what was measured.
    pub takes_measurements: AtomicBool,
    /// What goes through the proxy.
    pub meter: Meter,
}

impl Board {
    /// An empty one.
    pub fn new(meter: Meter) -> Self {
        Self {
            facts: watch::Sender::default(),
            events: Mutex::default(),
            event: Notify::new(),
            runtime_config: watch::Sender::default(),
            takes_measurements: AtomicBool::new(false),
            meter,
        }
    }

    /// Changes what is known; whoever watches learns of it if it is news.
    pub fn change(&self, change: impl FnOnce(&mut Facts)) {
        self.facts.send_if_modified(|facts| {
            let before = facts.clone();
            change(facts);
            *facts != before
        });
    }

    /// What is known, now and whenever it changes.
    pub fn watch(&self) -> watch::Receiver<Facts> {
        self.facts.subscribe()
    }

    /// Something happened that operators want to read.
    pub fn note(&self, event_type: NodeEventType, severity: Severity, message: impl Into<String>) {
        let message: String = message.into().chars().take(MESSAGE_MAX).collect();
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        if events.len() == EVENTS_MAX {
            tracing::warn!("too many events wait for the control plane; the oldest is dropped");
            events.pop_front();
        }
        events.push_back(NodeEventReport { event_type, severity, message });
        self.event.notify_one();
    }

    /// Waits until events are there, and takes up to `max` of them, oldest first.
    pub async fn take_events(&self, max: usize) -> Vec<NodeEventReport> {
        loop {
            let taken: Vec<_> = {
                let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
                let count = events.len().min(max);
                events.drain(..count).collect()
            };
            if !taken.is_empty() {
                return taken;
            }
            self.event.notified().await;
        }
    }

    /// Puts events back that could not be sent, in front of what came meanwhile.
    pub fn put_back(&self, taken: Vec<NodeEventReport>) {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        for event in taken.into_iter().rev() {
            if events.len() < EVENTS_MAX {
                events.push_front(event);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::agent::local_http::LocalHttp;

    fn board() -> Board {
        Board::new(Meter::new(LocalHttp::new().unwrap()))
    }

    #[tokio::test]
    async fn only_news_wakes_those_who_watch() {
        let board = board();
        let mut watch = board.watch();
        board.change(|facts| facts.handled = Ordinal::default());
        assert!(!watch.has_changed().unwrap());
        board.change(|facts| facts.handled.generation = Generation(1));
        assert!(watch.has_changed().unwrap());
        assert_eq!(watch.borrow_and_update().handled.generation, Generation(1));
    }

    #[tokio::test]
    async fn events_wait_in_order_and_in_bounded_number() {
        let board = board();
        for number in 0..EVENTS_MAX + 5 {
            board.note(NodeEventType::Info, Severity::Info, number.to_string());
        }
        let first = board.take_events(2).await;
        assert_eq!(first[0].message, "5");
        board.put_back(first);
        assert_eq!(board.take_events(1).await[0].message, "5");
        let rest = board.take_events(EVENTS_MAX).await;
        assert_eq!(rest.len(), EVENTS_MAX - 1);
        board.note(NodeEventType::Info, Severity::Info, "ä".repeat(2_000));
        assert_eq!(board.take_events(1).await[0].message.chars().count(), MESSAGE_MAX);
    }
}
