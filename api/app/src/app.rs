//! The application: what a member offers, whatever the transport.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sentinel_machine::{
    Blobs, ClusterInfo, Command, Consistency, Envelope, Outcome, ProposeError, Rejection, Replica,
    TableError, View, level, query, tables,
};
use sentinel_model::audit::Actor;
use sentinel_model::{Epoch, RequestId, Sha256Digest, Time};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::access::{self, Operation, Place};
use crate::agent::EventBudget;
use crate::archives::Archives;
use crate::backup::Backups;
use crate::caller::Caller;
use crate::checks::CheckBook;
use crate::clock::{Clock, Ids};
use crate::concerns::Concerns;
use crate::error::AppError;
use crate::events::EventBus;
use crate::facts::FactQueue;
use crate::keyring::Keyring;
use crate::liveness::Liveness;
use crate::log_clock::LogClock;
use crate::node_token;
use crate::password::Passwords;
use crate::rollout::Rehearsals;
use crate::stats::StatsCache;
use crate::throttle::Throttle;
use crate::work::WorkLimits;

/// What an application is made of.
pub struct AppParts {
    /// Writes and reads the replicated state.
    pub replica: Arc<dyn Replica>,
    /// Archives.
    pub blobs: Arc<dyn Blobs>,
    /// Events, as the state machine publishes them.
    pub events: EventBus,
    /// The cluster as this member sees it.
    pub cluster: Arc<dyn ClusterInfo>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ids and secrets.
    pub ids: Arc<dyn Ids>,
    /// Seals secrets.
    pub keyring: Keyring,
    /// What nodes said last.
    pub liveness: Liveness,
    /// Makes backups.
    pub backups: Arc<dyn Backups>,
    /// Numbers.
    pub settings: Settings,
}

/// Longest wait for an entry that a reader asks for.
const REACH_WITHIN: Duration = Duration::from_secs(5);

/// Strangers for whom the others are asked about a token at a time.
const ACME_TURNS: usize = 16;

/// Numbers that an operator can set.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How often agents send heartbeats.
    pub heartbeat_interval: Duration,
    /// How often agents poll when they do not wait.
    pub poll_interval: Duration,
    /// After how much silence a node counts as offline, as the scheduler judges it.
    pub offline_after: Duration,
    /// Life of a session.
    pub session_life: Duration,
    /// Bytes that the archives of a project's bundles may have, revoked ones left out.
    pub project_bundle_bytes: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            heartbeat_interval: Duration::from_secs(10),
            poll_interval: Duration::from_secs(30),
            offline_after: Duration::from_secs(120),
            session_life: Duration::from_secs(12 * 60 * 60),
            project_bundle_bytes: 1 << 30,
        }
    }
}

/// The application of one member. Cheap to clone: clones share.
#[derive(Clone)]
pub struct App(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) parts: AppParts,
    pub(crate) passwords: Passwords,
    pub(crate) throttle: Throttle,
    pub(crate) facts: FactQueue,
    pub(crate) archives: Archives,
    pub(crate) event_budget: EventBudget,
    pub(crate) work: WorkLimits,
    pub(crate) rehearsals: Rehearsals,
    pub(crate) stats: StatsCache,
    pub(crate) concerns: Concerns,
    pub(crate) checks: CheckBook,
    /// Strangers for whom this member asks the others about a token.
    pub(crate) acme_turns: Semaphore,
    /// The time in which certificates are due.
    pub(crate) acme_clock: Mutex<LogClock>,
    /// What was asked last, and at which log index.
    standing: Mutex<Option<(u64, Standing)>>,
}

/// See [`App::standing`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    /// The epoch of the cluster.
    pub(crate) epoch: Epoch,
    /// The level of the cluster.
    pub(crate) level: u16,
    /// How many nodes there are.
    pub(crate) nodes: u64,
}

impl App {
    /// Puts the parts together. Fails when this build cannot sign or seal.
    pub fn new(parts: AppParts) -> Result<Self, AppError> {
        node_token::self_test()?;
        let sealed = parts.keyring.seal("self-test", b"sealed", [parts.ids.secret(), parts.ids.secret()]);
        let opened = parts.keyring.unseal("self-test", &sealed.map_err(AppError::internal)?);
        if opened.map_err(AppError::internal)?.as_slice() != b"sealed" {
            return Err(AppError::internal("a sealed value does not open to what was sealed"));
        }
        let acme_clock = Mutex::new(LogClock::new(parts.clock.now(), Instant::now()));
        Ok(Self(Arc::new(Inner {
            parts,
            passwords: Passwords::default(),
            throttle: Throttle::default(),
            facts: FactQueue::default(),
            archives: Archives::default(),
            event_budget: EventBudget::default(),
            work: WorkLimits::default(),
            rehearsals: Rehearsals::default(),
            stats: StatsCache::default(),
            concerns: Concerns::default(),
            checks: CheckBook::default(),
            acme_turns: Semaphore::new(ACME_TURNS),
            acme_clock,
            standing: Mutex::default(),
        })))
    }

    /// The time.
    pub fn now(&self) -> Time {
        self.0.parts.clock.now()
    }

    /// The replicated state.
    pub fn replica(&self) -> &Arc<dyn Replica> {
        &self.0.parts.replica
    }

    /// What this member asks for its rollouts while it leads.
    pub fn checks(&self) -> &CheckBook {
        &self.0.checks
    }

    /// What nodes said last.
    pub fn liveness(&self) -> &Liveness {
        &self.0.parts.liveness
    }

    /// The event bus.
    pub fn events(&self) -> &EventBus {
        &self.0.parts.events
    }

    /// What parts of this member want looked at.
    pub fn concerns(&self) -> &Concerns {
        &self.0.concerns
    }

    /// The numbers.
    pub fn settings(&self) -> &Settings {
        &self.0.parts.settings
    }

    /// A fresh request id, for requests that come without one.
    pub fn new_request_id(&self) -> RequestId {
        RequestId(self.0.parts.ids.id())
    }

    /// Proposes a command in the name of this member: the scheduler, the first administrator, facts about nodes.
    pub async fn propose_as_member(
        &self,
        command: impl Into<Command> + Send,
    ) -> Result<Outcome, ProposeError> {
        self.propose_at(self.now(), command).await
    }

    /// [`App::propose_as_member`] with a decision of another time than this member's clock tells.
    pub(crate) async fn propose_at(
        &self,
        time: Time,
        command: impl Into<Command> + Send,
    ) -> Result<Outcome, ProposeError> {
        let envelope = Envelope {
            time,
            actor: Actor::Member(self.0.parts.cluster.status().member_id),
            request_id: self.new_request_id(),
            command: command.into(),
        };
        Ok(self.replica().propose(envelope).await?.outcome)
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    pub(crate) fn facts(&self) -> &FactQueue {
        &self.0.facts
    }

    pub(crate) fn keyring(&self) -> &Keyring {
        &self.0.parts.keyring
    }

    pub(crate) fn blobs(&self) -> &Arc<dyn Blobs> {
        &self.0.parts.blobs
    }

    /// Waits until this member has applied the entry at `index`: what somebody wrote anywhere, they read here from then on.
    pub async fn reach(&self, index: u64) -> Result<(), AppError> {
        Ok(self.replica().reach(index, REACH_WITHIN).await?)
    }

    /// State as fresh as the caller asked for.
    pub(crate) async fn read(&self, caller: &Caller) -> Result<View, AppError> {
        let view = self.replica().read(caller.consistency).await?;
        caller.freshness.note(view.age_ms.unwrap_or(0));
        Ok(view)
    }

    /// What this member has, at once.
    pub(crate) async fn read_stale(&self) -> Result<View, AppError> {
        Ok(self.replica().read(Consistency::Stale).await?)
    }

    /// What every heartbeat asks of a state. The row that has the epoch is a large one.
    pub(crate) fn standing(&self, view: &View) -> Result<Standing, TableError> {
        let mut known = self.0.standing.lock().unwrap_or_else(PoisonError::into_inner);
        match *known {
            Some((applied, standing)) if applied == view.applied => Ok(standing),
            _ => {
                let read = &*view.tables;
                let standing = Standing {
                    epoch: query::epoch(read)?,
                    level: level::of_cluster(read)?,
                    nodes: query::node_count(read)?,
                };
                *known = Some((view.applied, standing));
                Ok(standing)
            }
        }
    }

    /// Asks the one table.
    pub(crate) fn authorize(
        &self,
        operation: Operation,
        caller: &Caller,
        place: Place,
        view: &View,
    ) -> Result<(), AppError> {
        access::authorize(operation, caller, place, &*view.tables, self.now())
    }

    /// A secret for a new credential. When the client chose the request id, the same request gives the same secret again, so a
    /// retry after a lost answer is not left without it. Nobody can compute it without the key-encryption key and `proof`.
    pub(crate) fn credential(&self, caller: &Caller, kind: &str, proof: &[&[u8]]) -> [u8; 32] {
        if !caller.repeatable {
            return self.0.parts.ids.secret();
        }
        let mut message = Vec::new();
        let (request, actor) = (caller.request_id.0, caller.actor());
        let parts = [kind.as_bytes(), request.as_bytes(), actor.kind().as_bytes(), actor.id().as_bytes()]
            .map(<[u8]>::to_vec);
        for part in parts.iter().map(Vec::as_slice).chain(proof.iter().copied()) {
            message.extend_from_slice(&(part.len() as u64).to_be_bytes());
            message.extend_from_slice(part);
        }
        self.keyring().tag("repeatable-credential", &message)
    }
}

/// SHA-256 of a credential's text: all that is stored of it.
pub(crate) fn digest_of(text: &str) -> Sha256Digest {
    Sha256Digest(Sha256::digest(text.as_bytes()).into())
}

/// The row that must be there because it was just written.
pub(crate) fn written<R: tables::Row>(view: &View, key: &[u8], kind: &str) -> Result<R, AppError> {
    tables::load(&*view.tables, key)?.ok_or_else(|| AppError::from(Rejection::not_found(kind)))
}
