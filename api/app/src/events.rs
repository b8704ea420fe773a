//! The event bus: from the state machine to everyone who watches on this member.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sentinel_machine::{Cursor, Event, EventHistory};
use sentinel_model::{NodeId, ProjectId};
use tokio::sync::{broadcast, watch};

/// Events that a slow watcher may be behind before it reads from the history instead.
const LIVE_MAX: usize = 4_096;
/// Events read from the history at a time.
const PAGE: usize = 500;

/// Where events go once they are applied. Cheap to clone: clones share.
#[derive(Clone)]
pub struct EventBus(Arc<Inner>);

struct Inner {
    history: Arc<dyn EventHistory>,
    live: broadcast::Sender<Arc<Event>>,
    /// What agents wait here for news of. An entry lives as long as somebody waits.
    waiting: Mutex<HashMap<Of, Waiting>>,
}

/// What there can be news of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Of {
    /// A node: its assignment, or its settings.
    Node(NodeId),
    /// The values of a project's secrets, and its certificates.
    Secrets(ProjectId),
}

/// What an event is news of, for agents that wait.
fn news_of(event: &Event) -> Option<Of> {
    match event.kind.as_str() {
        "node.assigned" | "node.updated" | "node.weighed" => event.resource_id.parse().ok().map(Of::Node),
        kind if kind.starts_with("secret.") || kind.starts_with("certificate.") => {
            event.project_id.map(Of::Secrets)
        }
        _ => None,
    }
}

struct Waiting {
    wake: watch::Sender<u64>,
    waiters: usize,
}

impl std::fmt::Debug for EventBus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EventBus")
    }
}

/// What a watcher gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watched {
    /// Something happened.
    Event(Arc<Event>),
    /// Events are missing here; the stream goes on behind this place. Read what you show anew.
    Compacted(Cursor),
}

impl EventBus {
    /// A bus over this member's history.
    pub fn new(history: Arc<dyn EventHistory>) -> Self {
        Self(Arc::new(Inner { history, live: broadcast::Sender::new(LIVE_MAX), waiting: Mutex::default() }))
    }

    /// Takes in the events of entries that were applied together, after their changes can be read. Never blocks on a watcher.
    pub fn publish(&self, events: Vec<Event>) {
        if events.is_empty() {
            return;
        }
        self.0.history.append(&events);
        for event in events {
            if let Some(of) = news_of(&event) {
                self.wake(of);
            }
            // No watcher is no error.
            let _ = self.0.live.send(Arc::new(event));
        }
    }

    /// Everything behind `after`, then everything that happens; without `after` only what happens from now on.
    pub fn subscribe(&self, after: Option<Cursor>) -> Subscription {
        Subscription {
            live: self.0.live.subscribe(),
            history: self.0.history.clone(),
            last: after,
            replay: after.is_some(),
            pending: Vec::new().into_iter(),
        }
    }

    /// Registers somebody who waits for an assignment of `node`, or a change of its settings. Register first, then look at state: so nothing is missed.
    pub fn await_news(&self, node: NodeId) -> NewsWait {
        NewsWait { node: self.register(Of::Node(node)), secrets: None }
    }

    fn register(&self, of: Of) -> Registered {
        let mut waiting = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = waiting.entry(of).or_insert_with(|| Waiting { wake: watch::Sender::new(0), waiters: 0 });
        entry.waiters += 1;
        Registered { bus: self.clone(), of, woken: entry.wake.subscribe() }
    }

    fn wake(&self, of: Of) {
        let waiting = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = waiting.get(&of) {
            entry.wake.send_modify(|count| *count = count.wrapping_add(1));
        }
    }
}

/// Somebody who waits for news of one node.
pub struct NewsWait {
    node: Registered,
    secrets: Option<Registered>,
}

impl NewsWait {
    /// From now on, changes of the values of a project's secrets are news as well. True when they were not before: look at state again then.
    pub fn also_for_secrets(&mut self, project: ProjectId) -> bool {
        let new = self.secrets.is_none();
        if new {
            self.secrets = Some(self.node.bus.register(Of::Secrets(project)));
        }
        new
    }

    /// Returns when there were news since this was last called, or since the registration.
    pub async fn news(&mut self) {
        // The senders live in the entries, which live as long as this does.
        match &mut self.secrets {
            None => drop(self.node.woken.changed().await),
            Some(secrets) => tokio::select! {
                _ = self.node.woken.changed() => {}
                _ = secrets.woken.changed() => {}
            },
        }
    }
}

/// One who is registered, until this is dropped.
struct Registered {
    bus: EventBus,
    of: Of,
    woken: watch::Receiver<u64>,
}

impl Drop for Registered {
    fn drop(&mut self) {
        let mut waiting = self.bus.0.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = waiting.get_mut(&self.of) {
            entry.waiters -= 1;
            if entry.waiters == 0 {
                waiting.remove(&self.of);
            }
        }
    }
}

/// One watcher.
pub struct Subscription {
    live: broadcast::Receiver<Arc<Event>>,
    history: Arc<dyn EventHistory>,
    last: Option<Cursor>,
    replay: bool,
    pending: std::vec::IntoIter<Event>,
}

impl Subscription {
    /// The next thing to tell; `None` when the member goes down.
    pub async fn next(&mut self) -> Option<Watched> {
        loop {
            if let Some(event) = self.pending.next() {
                self.last = Some(event.cursor());
                return Some(Watched::Event(Arc::new(event)));
            }
            if self.replay {
                let after = self.last.unwrap_or_default();
                match self.history.since(after, PAGE) {
                    Ok(page) => {
                        self.replay = page.len() == PAGE;
                        self.pending = page.into_iter();
                    }
                    Err(gap) => {
                        // Never backwards, and always past where we were: so this ends.
                        let oldest = gap.oldest.max(after);
                        self.replay = gap.oldest > after;
                        self.last = Some(oldest);
                        return Some(Watched::Compacted(oldest));
                    }
                }
                continue;
            }
            match self.live.recv().await {
                // Seen already while replaying.
                Ok(event) if self.last.is_some_and(|last| event.cursor() <= last) => {}
                Ok(event) => {
                    self.last = Some(event.cursor());
                    return Some(Watched::Event(event));
                }
                Err(broadcast::error::RecvError::Lagged(missed)) => {
                    if self.last.is_none() {
                        // Nothing was told yet, so there is no place to go on from in the history.
                        tracing::debug!(missed, "a watcher without a place lost its first events");
                        let newest = Cursor::default();
                        return Some(Watched::Compacted(newest));
                    }
                    self.replay = true;
                }
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;

    use sentinel_model::Time;
    use uuid::Uuid;

    use super::*;
    use crate::testing::MemoryHistory;

    fn event(index: u64, kind: &str, resource_id: &str) -> Event {
        Event {
            index,
            place: 0,
            at: Time(0),
            org_id: None,
            project_id: None,
            kind: kind.into(),
            resource_id: resource_id.into(),
            data: BTreeMap::new(),
        }
    }

    async fn indexes(subscription: &mut Subscription, count: usize) -> Vec<u64> {
        let mut seen = Vec::new();
        while seen.len() < count {
            match subscription.next().await.unwrap() {
                Watched::Event(event) => seen.push(event.index),
                Watched::Compacted(cursor) => panic!("compacted at {cursor:?}"),
            }
        }
        seen
    }

    #[tokio::test]
    async fn a_watcher_gets_the_past_then_the_present_without_a_gap_or_a_repetition() {
        let bus = EventBus::new(Arc::new(MemoryHistory::default()));
        for index in 1..=1_200 {
            bus.publish(vec![event(index, "x", "")]);
        }
        let mut subscription = bus.subscribe(Some(Cursor { index: 3, place: 0 }));
        bus.publish(vec![event(1_201, "x", "")]);
        assert_eq!(indexes(&mut subscription, 1_198).await, (4..=1_201).collect::<Vec<_>>());
        bus.publish(vec![event(1_202, "x", "")]);
        assert_eq!(indexes(&mut subscription, 1).await, vec![1_202]);
    }

    #[tokio::test]
    async fn a_slow_watcher_reads_on_from_the_history() {
        let bus = EventBus::new(Arc::new(MemoryHistory::default()));
        let mut subscription = bus.subscribe(None);
        bus.publish(vec![event(1, "x", "")]);
        assert_eq!(indexes(&mut subscription, 1).await, vec![1]);
        let many = LIVE_MAX as u64 * 2;
        for index in 2..=many {
            bus.publish(vec![event(index, "x", "")]);
        }
        assert_eq!(indexes(&mut subscription, many as usize - 1).await, (2..=many).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_gap_is_told_once_and_the_stream_goes_on_behind_it() {
        let history = Arc::new(MemoryHistory::keeping(10));
        let bus = EventBus::new(history);
        for index in 1..=100 {
            bus.publish(vec![event(index, "x", "")]);
        }
        let mut subscription = bus.subscribe(Some(Cursor { index: 5, place: 0 }));
        let first = subscription.next().await.unwrap();
        assert_eq!(first, Watched::Compacted(Cursor { index: 90, place: 0 }));
        assert_eq!(indexes(&mut subscription, 10).await, (91..=100).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn only_the_waiters_of_a_node_with_news_wake_and_leave_nothing_behind() {
        let bus = EventBus::new(Arc::new(MemoryHistory::default()));
        let (mine, other) = (NodeId(Uuid::from_u128(1)), NodeId(Uuid::from_u128(2)));
        let mut wait = bus.await_news(mine);
        let mut second = bus.await_news(mine);
        bus.publish(vec![
            event(1, "node.assigned", &other.to_string()),
            event(2, "node.online", &mine.to_string()),
        ]);
        let quiet = tokio::time::timeout(std::time::Duration::from_millis(20), wait.news()).await;
        assert!(quiet.is_err());
        for (index, kind) in [(3, "node.assigned"), (4, "node.updated"), (5, "node.weighed")] {
            bus.publish(vec![event(index, kind, &mine.to_string())]);
            wait.news().await;
            second.news().await;
        }
        let project = ProjectId(Uuid::from_u128(3));
        let of_secret =
            |index, project| Event { project_id: Some(project), ..event(index, "secret.rotated", "") };
        assert!(wait.also_for_secrets(project) && !wait.also_for_secrets(project));
        bus.publish(vec![of_secret(6, ProjectId(Uuid::from_u128(4)))]);
        let quiet = tokio::time::timeout(std::time::Duration::from_millis(20), wait.news()).await;
        assert!(quiet.is_err());
        bus.publish(vec![of_secret(7, project)]);
        wait.news().await;
        bus.publish(vec![event(8, "node.assigned", &mine.to_string())]);
        wait.news().await;
        drop((wait, second));
        assert!(bus.0.waiting.lock().unwrap().is_empty());
    }
}
