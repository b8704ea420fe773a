//! What nodes said last: in memory, per member, exchanged between members as digests.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use sentinel_model::health::NodeSample;
use sentinel_model::{NodeId, Time};
use serde::{Deserialize, Serialize};

/// Most nodes remembered; the ones silent for longest go first.
pub const NODES_MAX: usize = 200_000;
/// Most samples in one digest.
pub const DIGEST_MAX: usize = 5_000;

/// The newest sample of each node. Cheap to clone: clones share.
#[derive(Clone, Debug, Default)]
pub struct Liveness(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    samples: HashMap<NodeId, NodeSample>,
    /// Heard here since the last digest.
    changed: HashSet<NodeId>,
}

#[derive(Serialize, Deserialize)]
struct Digest {
    sent_at: Time,
    samples: Vec<NodeSample>,
}

/// Bytes that are no digest.
#[derive(Debug, thiserror::Error)]
#[error("not a liveness digest: {0}")]
pub struct InvalidDigest(String);

impl Liveness {
    /// A node spoke to this member, just now: that is newer than anything known, whatever the times say.
    pub fn hear(&self, sample: NodeSample) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.changed.insert(sample.node_id);
        inner.keep(sample);
    }

    /// What a node said last, to whichever member.
    pub fn get(&self, node: NodeId) -> Option<NodeSample> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).samples.get(&node).cloned()
    }

    /// Forgets a node that was removed.
    pub fn forget(&self, node: NodeId) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.samples.remove(&node);
        inner.changed.remove(&node);
    }

    /// Up to `max` samples that this member itself heard since they were last taken.
    pub fn take_changed(&self, max: usize) -> Vec<NodeSample> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let taken: Vec<NodeId> = inner.changed.iter().take(max).copied().collect();
        for node in &taken {
            inner.changed.remove(node);
        }
        taken.iter().filter_map(|node| inner.samples.get(node).cloned()).collect()
    }

    /// Takes in what another member heard. Times are moved from its clock to ours, so that clocks need not agree.
    pub fn merge(&self, samples: Vec<NodeSample>, sent_at: Time, now: Time) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for mut sample in samples {
            let age = sent_at.since(sample.heard_at);
            sample.heard_at = Time(now.0.saturating_sub(i64::try_from(age).unwrap_or(i64::MAX)));
            if inner.samples.get(&sample.node_id).is_none_or(|known| known.heard_at <= sample.heard_at) {
                inner.keep(sample);
            }
        }
    }

    /// Up to [`DIGEST_MAX`] changed samples as bytes for other members; `None` when nothing changed.
    pub fn encode_digest(&self, now: Time) -> Option<Vec<u8>> {
        let samples = self.take_changed(DIGEST_MAX);
        if samples.is_empty() {
            return None;
        }
        match rmp_serde::to_vec_named(&Digest { sent_at: now, samples }) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                tracing::error!(%error, "a liveness digest could not be written");
                None
            }
        }
    }

    /// Takes in a digest of another member; returns how many samples it had.
    pub fn merge_digest(&self, bytes: &[u8], now: Time) -> Result<usize, InvalidDigest> {
        let digest: Digest =
            rmp_serde::from_slice(bytes).map_err(|error| InvalidDigest(error.to_string()))?;
        let count = digest.samples.len();
        if count > NODES_MAX {
            return Err(InvalidDigest(format!("{count} samples")));
        }
        self.merge(digest.samples, digest.sent_at, now);
        Ok(count)
    }
}

impl Inner {
    fn keep(&mut self, sample: NodeSample) {
        self.samples.insert(sample.node_id, sample);
        if self.samples.len() > NODES_MAX {
            let mut ages: Vec<Time> = self.samples.values().map(|sample| sample.heard_at).collect();
            ages.sort_unstable();
            let oldest = ages[ages.len() / 10];
            self.samples.retain(|_, sample| sample.heard_at > oldest);
            let samples = &self.samples;
            self.changed.retain(|node| samples.contains_key(node));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sentinel_model::Generation;
    use uuid::Uuid;

    use super::*;

    fn sample(node: u128, heard_at: i64) -> NodeSample {
        NodeSample {
            node_id: NodeId(Uuid::from_u128(node)),
            heard_at: Time(heard_at),
            healthy: true,
            effective: Generation(1),
            traffic: None,
            latency: Vec::new(),
            usage: None,
            next_within_ms: 0,
        }
    }

    #[test]
    fn a_digest_carries_each_change_once_and_moves_times_to_the_receivers_clock() {
        let (here, there) = (Liveness::default(), Liveness::default());
        here.hear(sample(1, 1_000));
        here.hear(sample(1, 2_000));
        let bytes = here.encode_digest(Time(2_500)).unwrap();
        assert!(here.encode_digest(Time(2_500)).is_none(), "nothing changed since");
        // The other member's clock is far behind.
        assert_eq!(there.merge_digest(&bytes, Time(700)).unwrap(), 1);
        assert_eq!(there.get(NodeId(Uuid::from_u128(1))).unwrap().heard_at, Time(200));
        assert!(there.take_changed(10).is_empty(), "what was heard from others is not passed on");
    }

    #[test]
    fn an_older_sample_of_another_member_never_replaces_a_newer_one() {
        let liveness = Liveness::default();
        liveness.hear(sample(1, 2_000));
        liveness.merge(vec![sample(1, 1_000)], Time(1_000), Time(1_900));
        assert_eq!(liveness.get(NodeId(Uuid::from_u128(1))).unwrap().heard_at, Time(2_000));
        liveness.hear(sample(1, 500));
        let heard = liveness.get(NodeId(Uuid::from_u128(1))).unwrap().heard_at;
        assert_eq!(heard, Time(500), "heard here and now, by a clock that was set back");
        liveness.forget(NodeId(Uuid::from_u128(1)));
        assert!(liveness.get(NodeId(Uuid::from_u128(1))).is_none());
    }

    #[test]
    fn bytes_that_are_no_digest_are_refused() {
        assert!(Liveness::default().merge_digest(b"\xffgarbage", Time(0)).is_err());
    }

    #[test]
    fn the_memory_is_bounded_and_forgets_the_longest_silent() {
        let liveness = Liveness::default();
        for n in 0..=(NODES_MAX as i64) {
            liveness.hear(sample(n as u128, n));
        }
        assert!(liveness.0.lock().unwrap().samples.len() <= NODES_MAX);
        assert!(liveness.get(NodeId(Uuid::from_u128(0))).is_none());
        assert!(liveness.get(NodeId(Uuid::from_u128(NODES_MAX as u128))).is_some());
    }
}
