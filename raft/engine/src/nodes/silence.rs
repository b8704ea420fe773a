//! Nodes in the order in which they were last heard: who may have fallen silent, without a look at the rest.

use std::collections::{BTreeSet, HashMap};

use sentinel_model::{NodeId, Time};

/// Remembers when each node was last heard. Every operation costs the logarithm of the fleet; [`SilenceQueue::due`] costs
/// what it returns.
#[derive(Clone, Debug, Default)]
pub struct SilenceQueue {
    by_time: BTreeSet<(Time, NodeId)>,
    heard: HashMap<NodeId, Time>,
}

impl SilenceQueue {
    /// The node was heard at `at`. An older word than the one known changes nothing.
    pub fn heard(&mut self, node: NodeId, at: Time) {
        match self.heard.get(&node) {
            Some(known) if *known >= at => return,
            Some(known) => {
                self.by_time.remove(&(*known, node));
            }
            None => {}
        }
        self.heard.insert(node, at);
        self.by_time.insert((at, node));
    }

    /// Time has gone back to `now`: who was heard later was heard now. Costs the number of those.
    pub fn not_after(&mut self, now: Time) {
        while let Some((at, node)) = self.by_time.last().copied().filter(|(at, _)| *at > now) {
            self.by_time.remove(&(at, node));
            self.by_time.insert((now, node));
            self.heard.insert(node, now);
        }
    }

    /// The node need not be watched any more: it is offline or gone. The next word of it brings it back.
    pub fn forget(&mut self, node: NodeId) {
        if let Some(known) = self.heard.remove(&node) {
            self.by_time.remove(&(known, node));
        }
    }

    /// Up to `limit` nodes that were not heard for `silent_ms` or longer, the longest silent first.
    ///
    /// They stay in the queue: `forget` each when the cluster has taken note of its silence, so that a report which was lost
    /// on its way is made again; call `heard` with [`super::Listening::look_again`] for one that is not to be reported yet.
    pub fn due(&self, now: Time, silent_ms: u64, limit: usize) -> Vec<NodeId> {
        let silent = |(at, _): &&(Time, NodeId)| now.since(*at) >= silent_ms;
        self.by_time.iter().take_while(silent).take(limit).map(|(_, node)| *node).collect()
    }

    /// When the node was last heard, if it is being watched.
    pub fn last(&self, node: NodeId) -> Option<Time> {
        self.heard.get(&node).copied()
    }

    /// Nodes being watched.
    pub fn len(&self) -> usize {
        self.heard.len()
    }

    /// True when no node is being watched.
    pub fn is_empty(&self) -> bool {
        self.heard.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn node(number: u8) -> NodeId {
        NodeId(Uuid::from_u128(u128::from(number)))
    }

    #[test]
    fn the_longest_silent_come_first_and_no_more_than_asked_for() {
        let mut queue = SilenceQueue::default();
        for (number, at) in [(1, 300), (2, 100), (3, 200), (4, 950)] {
            queue.heard(node(number), Time(at));
        }
        assert_eq!(queue.due(Time(1_000), 600, 10), [node(2), node(3), node(1)]);
        assert_eq!(queue.due(Time(1_000), 600, 1), [node(2)]);
        assert_eq!(queue.due(Time(1_000), 901, 10), []);
    }

    #[test]
    fn an_older_word_does_not_make_a_node_look_silent() {
        let mut queue = SilenceQueue::default();
        queue.heard(node(1), Time(900));
        queue.heard(node(1), Time(100));
        assert_eq!(queue.last(node(1)), Some(Time(900)));
        assert_eq!(queue.due(Time(1_000), 500, 10), []);
    }

    #[test]
    fn a_due_node_stays_until_it_is_forgotten_or_heard() {
        let mut queue = SilenceQueue::default();
        queue.heard(node(1), Time(0));
        queue.heard(node(2), Time(0));
        assert_eq!(queue.due(Time(500), 500, 10).len(), 2);
        queue.forget(node(1));
        queue.heard(node(2), Time(400));
        assert_eq!(queue.due(Time(500), 500, 10), []);
        assert_eq!(queue.len(), 1);
        queue.forget(node(2));
        assert!(queue.is_empty());
    }

    #[test]
    fn who_was_heard_by_a_clock_that_was_ahead_falls_silent_when_it_is_right_again() {
        let mut queue = SilenceQueue::default();
        for (number, at) in [(1, 100), (2, 1_000), (3, 9_000), (4, 9_500)] {
            queue.heard(node(number), Time(at));
        }
        queue.not_after(Time(1_000));
        assert_eq!(queue.last(node(1)), Some(Time(100)));
        assert_eq!(queue.due(Time(1_500), 500, 10), [node(1), node(2), node(3), node(4)]);
        assert_eq!(queue.len(), 4);
    }

    proptest! {
        #[test]
        fn the_queue_agrees_with_a_look_at_every_node(
            words in proptest::collection::vec((0u8..8, 0i64..1_000, proptest::bool::weighted(0.2)), 0..60),
            now in 0i64..1_500,
            silent_ms in 0u64..1_000,
        ) {
            let mut queue = SilenceQueue::default();
            let mut model: HashMap<NodeId, Time> = HashMap::new();
            for (number, at, forget) in words {
                if forget {
                    queue.forget(node(number));
                    model.remove(&node(number));
                } else {
                    queue.heard(node(number), Time(at));
                    let known = model.entry(node(number)).or_insert(Time(at));
                    *known = (*known).max(Time(at));
                }
            }
            let mut silent: Vec<(Time, NodeId)> = model
                .iter()
                .filter(|(_, at)| Time(now).since(**at) >= silent_ms)
                .map(|(node, at)| (*at, *node))
                .collect();
            silent.sort();
            let silent: Vec<NodeId> = silent.into_iter().map(|(_, node)| node).collect();
            prop_assert_eq!(queue.due(Time(now), silent_ms, usize::MAX), silent);
            prop_assert_eq!(queue.len(), model.len());
        }
    }
}
