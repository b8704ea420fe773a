//! Starts nodes, counts them, ends them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sentinel_client::{Client, Credential};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::archives::Archives;
use super::config::SimConfig;
use super::node::{self, Progress};

/// Longest time that ending a fleet may take.
const ENDED_WITHIN: Duration = Duration::from_secs(5);

/// What all nodes of a fleet share.
pub(super) struct Fleet {
    pub config: SimConfig,
    /// One per member to begin with, so that the fleet is spread over them.
    pub clients: Vec<Client>,
    pub archives: Archives,
    /// Requests that may be under way at a time.
    pub requests: Semaphore,
    /// Polls that may wait at a time.
    pub waiting: Semaphore,
    pub progress: Mutex<Vec<Progress>>,
    pub stop: CancellationToken,
}

impl Fleet {
    /// Notes how far the node at a place is.
    pub fn note(&self, place: usize, change: impl FnOnce(&mut Progress)) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(progress) = progress.get_mut(place) {
            change(progress);
        }
    }
}

/// A running fleet. Dropping it ends the nodes at once.
pub struct SimHandle {
    fleet: Arc<Fleet>,
    tasks: JoinSet<()>,
}

/// A fleet in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All.
    pub nodes: usize,
    /// Have joined the project.
    pub enrolled: usize,
    /// Run a bundle.
    pub effective: usize,
    /// Their newest assignment failed.
    pub failed: usize,
}

/// Starts a fleet. Returns at once; nodes join as fast as the members take them.
///
/// # Errors
/// The configuration cannot be used.
pub fn start(config: SimConfig) -> anyhow::Result<SimHandle> {
    config.check()?;
    let mut clients = Vec::new();
    for first in 0..config.servers.len().max(1) {
        let mut servers = config.servers.clone();
        let first = first.min(servers.len());
        servers.rotate_left(first);
        clients.push(Client::trusting(&servers, Credential::Anonymous, &config.trust)?);
    }
    let nodes = config.nodes;
    let fleet = Arc::new(Fleet {
        clients,
        archives: Archives::default(),
        requests: Semaphore::new(config.max_requests.max(1)),
        waiting: Semaphore::new(config.max_waiting),
        progress: Mutex::new(vec![Progress::default(); nodes]),
        stop: CancellationToken::new(),
        config,
    });
    let mut tasks = JoinSet::new();
    for place in 0..nodes {
        let fleet = Arc::clone(&fleet);
        tasks.spawn(async move {
            tokio::select! {
                () = fleet.stop.cancelled() => {}
                () = node::live(&fleet, place) => {}
            }
        });
    }
    Ok(SimHandle { fleet, tasks })
}

impl SimHandle {
    /// How far the fleet is.
    pub fn counts(&self) -> Counts {
        let progress = self.fleet.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let count = |of: fn(&Progress) -> bool| progress.iter().filter(|progress| of(progress)).count();
        Counts {
            nodes: progress.len(),
            enrolled: count(|progress| progress.enrolled),
            effective: count(|progress| progress.effective),
            failed: count(|progress| progress.failed),
        }
    }

    /// Ends all nodes. They say nothing more, as if their hosts were switched off.
    pub async fn stop(mut self) {
        self.fleet.stop.cancel();
        let ended =
            tokio::time::timeout(ENDED_WITHIN, async { while self.tasks.join_next().await.is_some() {} });
        if ended.await.is_err() {
            self.tasks.abort_all();
        }
    }
}
