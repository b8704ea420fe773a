//! Facts about nodes on their way into the log: bounded, deduplicated per node and kind, proposed in batches.
//!
//! A heartbeat never waits for the log. It leaves what it learned here, and [`App::run_facts`] proposes it a little later. While
//! there is no leader, facts wait; a newer fact of the same kind takes the place of the one that waits.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sentinel_machine::ProposeError;
use sentinel_machine::commands::nodes_report::{NodeFact, NodeReport, NodesReport};
use sentinel_model::NodeId;
use tokio::sync::Notify;

use crate::app::App;

/// Most facts that wait. A fact that finds no place is told again by its node's next heartbeat or poll.
pub const WAITING_MAX: usize = 50_000;
/// Facts in one command.
const BATCH: usize = 500;
/// Bytes of what facts say in words, in one command: well below what an entry of the log may have, whatever else there is to it.
const BATCH_BYTES: usize = 1024 * 1024;
/// How long facts gather before they are proposed.
const GATHER: Duration = Duration::from_millis(50);
/// Pauses after a failed proposal.
const BACKOFF_FIRST: Duration = Duration::from_millis(50);
const BACKOFF_LAST: Duration = Duration::from_secs(2);
/// How long the last batch may take when the member goes down.
const LAST_FLUSH: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Kind {
    Offered,
    Accepted,
    Effective,
    Failed,
    Status,
    Measured,
    Versions,
}

fn kind(fact: &NodeFact) -> Kind {
    match fact {
        NodeFact::Offered { .. } => Kind::Offered,
        NodeFact::Accepted { .. } => Kind::Accepted,
        NodeFact::Effective { .. } => Kind::Effective,
        NodeFact::Failed { .. } => Kind::Failed,
        NodeFact::Status(_) => Kind::Status,
        NodeFact::Measured { .. } => Kind::Measured,
        NodeFact::Versions { .. } => Kind::Versions,
    }
}

/// About how many bytes it says in words; the rest of a fact is small.
fn size(fact: &NodeFact) -> usize {
    match fact {
        NodeFact::Failed { message, .. } => message.len(),
        NodeFact::Measured { found, .. } => {
            let words = found.differences.iter().map(|one| one.path.len() + one.words.len());
            found.summary.len() + words.sum::<usize>()
        }
        _ => 0,
    }
}

/// Facts that wait to be proposed.
#[derive(Debug, Default)]
pub struct FactQueue {
    waiting: Mutex<Waiting>,
    arrived: Notify,
    full: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    /// In the order in which they arrived.
    facts: BTreeMap<u64, NodeReport>,
    places: HashMap<(NodeId, Kind), u64>,
    next: u64,
}

impl FactQueue {
    /// Leaves a fact; false when there is no place for it.
    pub fn push(&self, report: NodeReport) -> bool {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (report.node_id, kind(&report.fact));
        if let Some(place) = waiting.places.remove(&key) {
            waiting.facts.remove(&place);
        } else if waiting.facts.len() >= WAITING_MAX {
            return false;
        }
        let place = waiting.next;
        waiting.next += 1;
        waiting.facts.insert(place, report);
        waiting.places.insert(key, place);
        let enough = waiting.facts.len() >= BATCH;
        drop(waiting);
        self.arrived.notify_one();
        if enough {
            self.full.notify_one();
        }
        true
    }

    /// How many facts wait.
    pub fn len(&self) -> usize {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).facts.len()
    }

    /// True when none waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn take(&self, max: usize) -> Vec<NodeReport> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = Vec::new();
        let mut bytes = 0;
        while taken.len() < max && bytes < BATCH_BYTES {
            let Some((_, report)) = waiting.facts.pop_first() else { break };
            bytes += size(&report.fact);
            waiting.places.remove(&(report.node_id, kind(&report.fact)));
            taken.push(report);
        }
        taken
    }

    /// Puts back what could not be proposed, unless something newer of the same kind came in meanwhile.
    fn put_back(&self, reports: Vec<NodeReport>) {
        for report in reports {
            let known = {
                let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
                waiting.places.contains_key(&(report.node_id, kind(&report.fact)))
            };
            if !known && !self.push(report) {
                tracing::warn!(
                    "facts about nodes wait in large numbers; some are left to the next heartbeats"
                );
            }
        }
    }
}

impl App {
    /// Proposes waiting facts until `shutdown` is done, then once more. Nothing else ends it: without it this member's nodes would
    /// never again be online or have proven anything, and everything else would go on as if nothing were.
    pub async fn run_facts(&self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        let mut backoff = BACKOFF_FIRST;
        let mut refused = false;
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                () = self.gathered() => {}
            }
            match self.flush_facts().await {
                Ok(()) => {
                    if refused {
                        tracing::info!("facts about nodes are taken again");
                    }
                    (backoff, refused) = (BACKOFF_FIRST, false);
                }
                Err(error) => {
                    let waiting = self.facts().len();
                    // A leader of an older version refuses what it does not know, and a disk may fail once. If consensus has
                    // ended here, whoever runs this process learns of it elsewhere and ends it.
                    if matches!(error, ProposeError::Fatal(_)) && !refused {
                        refused = true;
                        tracing::error!(%error, waiting, "facts about nodes are refused; they are proposed again and again");
                    } else {
                        tracing::debug!(%error, waiting, "facts about nodes wait for the cluster");
                    }
                    tokio::select! {
                        biased;
                        () = &mut shutdown => break,
                        () = tokio::time::sleep(backoff) => backoff = (backoff * 2).min(BACKOFF_LAST),
                    }
                }
            }
        }
        if tokio::time::timeout(LAST_FLUSH, self.flush_facts()).await.is_err() {
            tracing::debug!(
                waiting = self.facts().len(),
                "the member goes down before all facts are in the log"
            );
        }
    }

    /// Returns when there is something to propose and it had time to gather.
    async fn gathered(&self) {
        let queue = self.facts();
        while queue.is_empty() {
            queue.arrived.notified().await;
        }
        if queue.len() < BATCH {
            let _ = tokio::time::timeout(GATHER, queue.full.notified()).await;
        }
    }

    /// Proposes everything that waits now.
    pub async fn flush_facts(&self) -> Result<(), ProposeError> {
        while !self.facts().is_empty() {
            let reports = self.facts().take(BATCH);
            let count = reports.len();
            match self.propose_as_member(NodesReport { reports: reports.clone() }).await {
                Ok(Ok(_)) => {}
                Ok(Err(rejection)) => tracing::error!(%rejection, count, "facts about nodes were refused"),
                Err(error) => {
                    // Whether or not they are in the log by now: applying a fact twice changes nothing.
                    self.facts().put_back(reports);
                    return Err(error);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sentinel_model::node::NodeStatus;
    use sentinel_model::{BundleId, Generation};
    use uuid::Uuid;

    use super::*;

    fn node(n: u128) -> NodeId {
        NodeId(Uuid::from_u128(n))
    }

    fn effective(n: u128, generation: u64) -> NodeReport {
        let bundle_id = BundleId(Uuid::from_u128(9));
        NodeReport {
            node_id: node(n),
            fact: NodeFact::Effective { bundle_id, generation: Generation(generation) },
        }
    }

    #[test]
    fn a_newer_fact_takes_the_place_of_the_one_that_waits() {
        let queue = FactQueue::default();
        assert!(queue.push(effective(1, 1)));
        assert!(queue.push(NodeReport { node_id: node(1), fact: NodeFact::Status(NodeStatus::Online) }));
        assert!(queue.push(effective(1, 2)));
        let taken = queue.take(10);
        assert_eq!(taken.len(), 2);
        assert_eq!(taken[1], effective(1, 2), "and it stands behind what came before it");
    }

    #[test]
    fn what_is_put_back_gives_way_to_what_came_in_meanwhile() {
        let queue = FactQueue::default();
        queue.push(effective(1, 1));
        queue.push(effective(2, 1));
        let taken = queue.take(10);
        queue.push(effective(1, 2));
        queue.put_back(taken);
        let mut rest = queue.take(10);
        rest.sort_by_key(|report| report.node_id);
        assert_eq!(rest, vec![effective(1, 2), effective(2, 1)]);
    }

    #[test]
    fn the_queue_is_bounded_but_still_takes_newer_facts_of_known_kinds() {
        let queue = FactQueue::default();
        for n in 0..WAITING_MAX as u128 {
            assert!(queue.push(effective(n, 1)));
        }
        assert!(!queue.push(effective(u128::MAX, 1)));
        assert!(queue.push(effective(3, 2)));
        assert_eq!(queue.len(), WAITING_MAX);
    }

    /// A command that is too long for the log would be proposed again for ever, and all other facts behind it would wait.
    #[test]
    fn a_batch_is_bounded_by_what_its_facts_say() {
        use sentinel_model::drift::{Difference, DifferenceKind, DriftSeverity, Measurement};
        use sentinel_model::{DriftEventId, Sha256Digest};

        let queue = FactQueue::default();
        let long =
            Difference { path: "x".into(), kind: DifferenceKind::Changed, words: "€".repeat(10_000) };
        for number in 0..BATCH as u128 {
            let found = Measurement {
                generation: Generation(1),
                expected: Sha256Digest([1; 32]),
                actual: Sha256Digest([2; 32]),
                config: None,
                severity: DriftSeverity::High,
                summary: String::new(),
                differences: vec![long.clone()],
                more: 0,
            };
            let event_id = DriftEventId(Uuid::from_u128(number));
            let fact = NodeFact::Measured { event_id, found: Box::new(found) };
            assert!(queue.push(NodeReport { node_id: NodeId(Uuid::from_u128(number)), fact }));
        }
        let (mut taken, mut batches) = (0, 0);
        while !queue.is_empty() {
            let batch = queue.take(BATCH);
            assert!(batch.iter().map(|report| size(&report.fact)).sum::<usize>() <= BATCH_BYTES + 30_001);
            (taken, batches) = (taken + batch.len(), batches + 1);
        }
        assert!(taken == BATCH && batches > 10, "{taken} in {batches}");
    }
}
