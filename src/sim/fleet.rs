//! Starts nodes, counts them, has them behave otherwise, ends them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sentinel_api_types::Secret;
use sentinel_client::{Client, Credential};
use sentinel_model::NodeId;
use tokio::sync::{Semaphore, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use super::archives::Archives;
use super::config::{Behaviour, SimConfig};
use super::node::{self, Memory, Progress};

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
    /// How the nodes behave now.
    pub behaviour: watch::Sender<Behaviour>,
    pub stop: CancellationToken,
}

impl Fleet {
    /// Makes room for what is noted of the node at a place, that begins.
    fn anew(&self, place: usize) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let room = progress.len().max(place + 1);
        progress.resize(room, Progress::default());
        progress[place] = Progress::default();
    }

    /// Notes how far the node at a place is.
    pub fn note(&self, place: usize, change: impl FnOnce(&mut Progress)) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(progress) = progress.get_mut(place) {
            change(progress);
        }
    }
}

/// With what nodes join.
pub struct Joining {
    /// The enrolment token.
    pub token: Secret,
    /// What those know that were played before, as a real node would find it on its disk.
    pub memory: HashMap<NodeId, Memory>,
}

/// A running fleet. Dropping it ends the nodes at once.
pub struct SimHandle {
    fleet: Arc<Fleet>,
    tasks: JoinSet<()>,
    /// The task of each place.
    places: Vec<AbortHandle>,
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
    let joining = Joining { token: config.enrolment_token.clone(), memory: HashMap::new() };
    let nodes = config.nodes;
    let mut handle = prepare(config)?;
    handle.join(nodes, joining);
    Ok(handle)
}

/// A fleet without any node yet.
///
/// # Errors
/// The configuration cannot be used.
pub fn prepare(config: SimConfig) -> anyhow::Result<SimHandle> {
    config.check()?;
    let mut clients = Vec::new();
    for first in 0..config.servers.len().max(1) {
        let mut servers = config.servers.clone();
        let first = first.min(servers.len());
        servers.rotate_left(first);
        clients.push(Client::trusting(&servers, Credential::Anonymous, &config.trust)?);
    }
    let fleet = Arc::new(Fleet {
        clients,
        archives: Archives::default(),
        requests: Semaphore::new(config.max_requests.max(1)),
        waiting: Semaphore::new(config.max_waiting),
        progress: Mutex::default(),
        behaviour: watch::Sender::new(config.behaviour.clone()),
        stop: CancellationToken::new(),
        config,
    });
    Ok(SimHandle { fleet, tasks: JoinSet::new(), places: Vec::new() })
}

impl SimHandle {
    /// How many of so many nodes are not there: they have not joined yet, or were removed.
    pub fn missing(&mut self, nodes: usize) -> usize {
        while self.tasks.try_join_next().is_some() {}
        let living = self.places.iter().take(nodes).filter(|task| !task.is_finished()).count();
        nodes - living
    }

    /// Has those of so many nodes join that are not there.
    pub fn join(&mut self, nodes: usize, joining: Joining) {
        let joining = Arc::new(joining);
        for place in 0..nodes {
            if self.places.get(place).is_some_and(|task| !task.is_finished()) {
                continue;
            }
            let (fleet, joining) = (Arc::clone(&self.fleet), Arc::clone(&joining));
            self.fleet.anew(place);
            let task = self.tasks.spawn(async move {
                tokio::select! {
                    () = fleet.stop.cancelled() => {}
                    () = node::live(&fleet, place, &joining) => {}
                }
            });
            match self.places.get_mut(place) {
                Some(known) => *known = task,
                None => self.places.push(task),
            }
        }
    }

    /// Ends the nodes behind the first so many.
    pub fn shrink(&mut self, nodes: usize) {
        for task in self.places.drain(nodes.min(self.places.len())..) {
            task.abort();
        }
        self.fleet.progress.lock().unwrap_or_else(PoisonError::into_inner).truncate(nodes);
    }

    /// Has all nodes behave like this from now on.
    pub fn behave(&self, behaviour: Behaviour) {
        self.fleet.behaviour.send_if_modified(|known| {
            let other = *known != behaviour;
            *known = behaviour;
            other
        });
    }

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
