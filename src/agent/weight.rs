//! How much of its share of traffic the node shall get: the newest weight that a member told, on disk, so that an agent that
//! starts without any control plane says the same.
//!
//! The file is apart from the state: an agent of an earlier version that is started again does not know it, and does not mind.
//!
//! A node that loses all of its traffic to another one does not let go at once: [`LINGER`].

mod answer;
mod listen;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, io};

use anyhow::Context;
use sentinel_api_types::agent::Weight;
use sentinel_model::NodeId;
use sentinel_model::node::WEIGHT_FULL;
use serde::{Deserialize, Serialize};

use crate::durable;

pub use listen::Listeners;

/// For so long a node that had traffic and shall have none any more asks for a little of it still. Load balancers ask one agent after
/// the other: one that has heard that this node shall have nothing, and not yet that another one shall have it all, would have nobody
/// to send a request to. It must ask more often than this.
pub const LINGER: Duration = Duration::from_secs(5);
/// What it asks for meanwhile, in percent.
const LITTLE: u8 = 1;
/// Name of the file in the data directory.
const FILE: &str = "weight.json";

/// See the module.
#[derive(Debug)]
pub struct Weights {
    path: PathBuf,
    node: NodeId,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// `None`: nobody has told one yet.
    newest: Option<Weight>,
    /// Members do not take the question for a newer one.
    unasked: bool,
    /// When the node lost all of its traffic.
    drained: Option<Instant>,
}

/// What is on disk.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// A data directory may be given to another node.
    node_id: NodeId,
    weight: Weight,
}

impl Weights {
    /// Reads what is known of the node's weight. A file that cannot be understood is as good as none: the next poll brings it anew.
    ///
    /// # Errors
    /// The file is there and cannot be read.
    pub fn open(data_dir: &Path, node: NodeId) -> anyhow::Result<Self> {
        let path = data_dir.join(FILE);
        let newest = match fs::read(&path) {
            Ok(bytes) => understood(&bytes, node).unwrap_or_else(|error| {
                tracing::error!(%error, "{} is damaged; until a member tells the weight, it is {WEIGHT_FULL} %", path.display());
                None
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        Ok(Self { path, node, inner: Mutex::new(Inner { newest, unasked: false, drained: None }) })
    }

    /// The weight in percent, as load balancers are told it.
    pub fn percent(&self) -> u8 {
        self.percent_at(Instant::now())
    }

    fn percent_at(&self, now: Instant) -> u8 {
        let inner = self.inner();
        let lingers = inner.drained.is_some_and(|since| now.saturating_duration_since(since) < LINGER);
        let percent = inner.newest.map_or(WEIGHT_FULL, |weight| weight.percent);
        if lingers { percent.max(LITTLE) } else { percent }
    }

    /// What a poll may say is known; `None` when it must not speak of weights.
    pub fn known(&self) -> Option<Weight> {
        let inner = self.inner();
        inner.newest.filter(|_| !inner.unasked)
    }

    /// No member has ever told one: whoever answers next may.
    pub fn is_unknown(&self) -> bool {
        self.inner().newest.is_none()
    }

    /// A member tells a weight. An older one is not believed: a member may be behind.
    pub fn learn(&self, told: Weight) {
        let mut inner = self.inner();
        inner.unasked = false;
        let older = |known: Weight| (told.epoch, told.revision) <= (known.epoch, known.revision);
        if told.percent > WEIGHT_FULL || inner.newest.is_some_and(older) {
            return;
        }
        let before = inner.newest.replace(told);
        let had = before.map_or(WEIGHT_FULL, |weight| weight.percent) > 0;
        inner.drained = match told.percent {
            0 if had => Some(Instant::now()),
            0 => inner.drained,
            _ => None,
        };
        drop(inner);
        if before.map_or(WEIGHT_FULL, |weight| weight.percent) != told.percent {
            tracing::info!(percent = told.percent, "the node has another weight");
        }
        if let Err(error) = self.keep(told) {
            tracing::error!(%error, "the weight cannot be kept in {}: a restart would forget it", self.path.display());
        }
    }

    /// A member refuses the question: do not ask for a newer weight until one is told again.
    pub fn refused(&self) {
        self.inner().unasked = true;
    }

    fn keep(&self, weight: Weight) -> io::Result<()> {
        let kept = Kept { node_id: self.node, weight };
        durable::replace(&self.path, &serde_json::to_vec_pretty(&kept)?, 0o600)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn understood(bytes: &[u8], node: NodeId) -> anyhow::Result<Option<Weight>> {
    let kept: Kept = serde_json::from_slice(bytes)?;
    anyhow::ensure!(kept.weight.percent <= WEIGHT_FULL, "{} percent", kept.weight.percent);
    Ok((kept.node_id == node).then_some(kept.weight))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sentinel_model::Epoch;
    use uuid::Uuid;

    use super::*;

    const NODE: NodeId = NodeId(Uuid::from_u128(7));

    fn weight(percent: u8, epoch: u64, revision: u64) -> Weight {
        Weight { percent, epoch: Epoch(epoch), revision }
    }

    #[test]
    fn the_newest_weight_outlives_the_agent_and_belongs_to_its_node() {
        let dir = tempfile::tempdir().unwrap();
        let weights = Weights::open(dir.path(), NODE).unwrap();
        assert!(weights.is_unknown() && weights.known().is_none());
        assert_eq!(weights.percent(), 100);
        weights.learn(weight(50, 1, 1));
        let again = Weights::open(dir.path(), NODE).unwrap();
        assert_eq!((again.percent(), again.known()), (50, Some(weight(50, 1, 1))));
        let other = Weights::open(dir.path(), NodeId(Uuid::from_u128(8))).unwrap();
        assert_eq!(other.percent(), 100);
    }

    #[test]
    fn a_member_that_is_behind_does_not_bring_an_older_weight_back_and_a_new_epoch_does() {
        let dir = tempfile::tempdir().unwrap();
        let weights = Weights::open(dir.path(), NODE).unwrap();
        for (told, percent) in [
            (weight(0, 1, 2), 0),
            (weight(100, 1, 1), 0),
            (weight(60, 1, 2), 0),
            (weight(101, 1, 3), 0),
            (weight(50, 1, 3), 50),
            (weight(100, 2, 0), 100),
            (weight(10, 1, 9), 100),
        ] {
            weights.learn(told);
            assert_eq!(weights.percent_at(Instant::now() + LINGER), percent, "{told:?}");
        }
        assert_eq!(Weights::open(dir.path(), NODE).unwrap().known(), Some(weight(100, 2, 0)));
    }

    #[test]
    fn a_node_that_loses_all_of_its_traffic_takes_a_little_until_others_have_been_asked() {
        let dir = tempfile::tempdir().unwrap();
        let weights = Weights::open(dir.path(), NODE).unwrap();
        let later = |weights: &Weights| weights.percent_at(Instant::now() + LINGER);
        weights.learn(weight(0, 1, 1));
        assert_eq!((weights.percent(), later(&weights)), (LITTLE, 0));
        weights.learn(weight(0, 2, 0));
        assert_eq!(weights.percent(), LITTLE, "the same weight again, in another epoch");
        weights.learn(weight(30, 2, 1));
        assert_eq!((weights.percent(), later(&weights)), (30, 30));
        weights.learn(weight(0, 2, 2));
        let again = Weights::open(dir.path(), NODE).unwrap();
        assert_eq!(again.percent(), 0, "an agent that starts had no traffic to lose");
    }

    #[test]
    fn a_damaged_file_is_as_good_as_none() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(FILE), b"{").unwrap();
        let weights = Weights::open(dir.path(), NODE).unwrap();
        assert_eq!(weights.percent(), 100);
        weights.learn(weight(5, 1, 0));
        assert_eq!(Weights::open(dir.path(), NODE).unwrap().percent(), 5);
    }

    #[test]
    fn whoever_refuses_the_question_is_not_asked_until_somebody_tells_again() {
        let dir = tempfile::tempdir().unwrap();
        let weights = Weights::open(dir.path(), NODE).unwrap();
        weights.learn(weight(50, 1, 1));
        weights.refused();
        assert_eq!((weights.known(), weights.percent()), (None, 50));
        weights.learn(weight(50, 1, 1));
        assert_eq!(weights.known(), Some(weight(50, 1, 1)));
    }
}
