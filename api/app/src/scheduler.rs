//! The leader's duty: looks at what changed, asks the engine, proposes what it decides.
//!
//! The engine is pure; this file gives it a view and a time. Losing leadership at any point is safe: every decision carries
//! the revision it was made on, so a late one is refused by the state machine.
//!
//! A look at a rollout reads every node of it, on a blocking thread. So however much nodes have to tell, the rounds come at a
//! fixed pace, and slower where looking takes long; only what an operator commands is looked at at once.

mod drift;
mod heard;
mod rules;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use sentinel_engine::lead::{self, DUE_MAX, MOVES_MAX, Notes};
use sentinel_engine::nodes::{Listening, SilenceQueue};
use sentinel_machine::commands::baseline_catch_up::BaselineCatchUp;
use sentinel_machine::commands::nodes_report::NodesReport;
use sentinel_machine::{Consistency, Read, Rejection, View, baseline, query, tables};
use sentinel_model::{NodeId, RolloutId, Time};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::app::{App, Settings};
use crate::error::AppError;
use crate::events::{EventBus, Subscription, Watched};
use crate::log_clock::{LogClock, Moment};
use crate::work::elsewhere;
use heard::Heard;

/// While a rollout is under way, it is looked at this often.
const BUSY: Duration = Duration::from_millis(500);
/// With nothing under way, only silence of nodes is looked at.
const IDLE: Duration = Duration::from_secs(2);
/// Looking takes at most one part in so many of the time, so that a large fleet leaves the leader time for everything else.
const SHARE: u32 = 4;
/// The longest pause that this makes.
const SLOWEST: Duration = Duration::from_secs(5);
/// What operators do that the scheduler shall act on at once; and that a rollout is over for which another one waited.
const COMMANDS: [&str; 9] = [
    "rollout.created",
    "rollout.approved",
    "rollout.resumed",
    "rollout.cancelled",
    "rollout.rollback_started",
    "rollout.called",
    "rollout.freeze_overridden",
    "freeze_window.deleted",
    "bundle.revoked",
];

/// How the leader judges nodes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Silence after which a node is offline.
    pub offline_after: Duration,
    /// Age up to which a heartbeat counts as fresh for a gate.
    pub fresh: Duration,
}

impl Limits {
    /// As they follow from what an operator has set.
    pub fn of(settings: &Settings) -> Self {
        let Settings { heartbeat_interval, offline_after, .. } = *settings;
        Self {
            offline_after,
            fresh: (heartbeat_interval * 3 + Duration::from_secs(2)).min(offline_after / 2),
        }
    }
}

/// Runs while the process does; works only while this member leads.
pub async fn run(app: App, bus: EventBus, mut leads: watch::Receiver<bool>, limits: Limits) {
    while leads.wait_for(|leads| *leads).await.is_ok() {
        tracing::info!("this member leads: scheduling begins");
        tokio::select! {
            biased;
            () = lead(&app, &bus, limits) => return,
            _ = leads.wait_for(|leads| !*leads) => tracing::info!("another member leads: scheduling ends"),
        }
    }
}

/// One round of a member that has begun to lead, for tests.
#[cfg(any(test, feature = "testing"))]
pub(crate) async fn once(app: &App, limits: Limits) {
    Duty::new(app.clone(), limits).round().await;
}

async fn lead(app: &App, bus: &EventBus, limits: Limits) {
    let mut watching = bus.subscribe(None);
    let mut duty = Duty::new(app.clone(), limits);
    if let Err(error) = duty.take_over().await {
        tracing::error!(%error, "the nodes could not be read");
    }
    loop {
        let due = duty.round().await;
        if !duty.listen(&mut watching, due).await {
            return;
        }
    }
}

struct Duty {
    app: App,
    listening: Listening,
    clock: LogClock,
    silence: SilenceQueue,
    /// What is remembered of the rollouts under way.
    notes: HashMap<RolloutId, Arc<Mutex<Notes>>>,
    /// Where to go on with drift that is due.
    drift: drift::Turn,
    /// What the looks of this round took.
    looking: Duration,
}

impl Duty {
    fn new(app: App, limits: Limits) -> Self {
        let now = app.now();
        let listening = Listening {
            leader_since: now,
            offline_after_ms: limits.offline_after.as_millis() as u64,
            fresh_ms: limits.fresh.as_millis() as u64,
            unheard_within_ms: 0,
        };
        let clock = LogClock::new(now, Instant::now());
        Self {
            app,
            listening,
            clock,
            silence: SilenceQueue::default(),
            notes: HashMap::new(),
            drift: drift::Turn::default(),
            looking: Duration::ZERO,
        }
    }

    /// The time to decide in. When it has leapt, that is to the nodes as if this member led from now on.
    fn moment(&mut self, read: &dyn Read) -> Result<Moment, AppError> {
        let moment = self.clock.look(query::log_time(read)?, self.app.now(), Instant::now());
        if moment.leapt {
            tracing::warn!(
                ahead_ms = moment.ahead_ms,
                "the time of the cluster has leapt, with some member's clock; no node is blamed for not being heard meanwhile"
            );
            self.listening.leader_since = moment.now;
        }
        // A clock that was ahead is right again: what it timed has not been yet, and no silence would count until then.
        if moment.now < self.listening.leader_since {
            self.listening.leader_since = moment.now;
            self.silence.not_after(moment.now);
        }
        Ok(moment)
    }

    /// Every node gets the whole span of silence from now on, so that a change of leader never makes a node offline.
    async fn take_over(&mut self) -> Result<(), AppError> {
        let view = self.app.replica().read(Consistency::Stale).await?;
        let now = self.moment(&*view.tables)?.now;
        self.listening.leader_since = self.listening.leader_since.max(now);
        let every = tables::Scan::all(tables::Table::Nodes, &[]);
        self.keep_pace(&view)?;
        for (id, _) in view.tables.scan(every)? {
            if let Some(id) = query::id_at_end(&id) {
                self.silence.heard(NodeId(id), now);
            }
        }
        Ok(())
    }

    /// Takes note of what nodes are told now: those that this leader has not heard yet were told much the same.
    fn keep_pace(&mut self, view: &View) -> Result<(), AppError> {
        self.listening.unheard_within_ms = self.app.pace(self.app.standing(view)?.nodes).within_ms();
        Ok(())
    }

    /// Takes in what happens until the next round is due, or until an operator has commanded something. False when there is
    /// nothing to listen to any more.
    async fn listen(&mut self, watching: &mut Subscription, due: Instant) -> bool {
        while Instant::now() < due {
            match tokio::time::timeout_at(due, watching.next()).await {
                Ok(Some(watched)) => {
                    if self.note(watched).await {
                        // What came together is looked at together.
                        while let Some(Some(next)) = watching.next().now_or_never() {
                            self.note(next).await;
                        }
                        return true;
                    }
                }
                Ok(None) => return false,
                Err(_) => return true,
            }
        }
        true
    }

    /// Takes in what happened: nodes that are new or back are watched for silence from now on. True for an operator's command.
    async fn note(&mut self, watched: Watched) -> bool {
        match watched {
            Watched::Event(event) => {
                if (event.kind == "node.registered" || event.kind == "node.online")
                    && let Ok(node) = event.resource_id.parse()
                {
                    self.silence.heard(node, event.at.max(self.app.now()));
                }
                COMMANDS.contains(&event.kind.as_str())
            }
            Watched::Compacted(_) => {
                if let Err(error) = self.take_over().await {
                    tracing::error!(%error, "the nodes could not be read");
                }
                true
            }
        }
    }

    /// One round over what is under way; returns when the next one is due. What fails is told and tried again with the next
    /// one, and holds up nothing else.
    async fn round(&mut self) -> Instant {
        let begun = Instant::now();
        self.looking = Duration::ZERO;
        let view = match self.app.replica().read(Consistency::Stale).await {
            Ok(view) => view,
            Err(error) => {
                tracing::warn!(%error, "the state could not be read; the next round follows");
                return begun + BUSY;
            }
        };
        if let Err(error) = self.judge_silence(&view).await {
            tracing::warn!(%error, "the silence of nodes could not be judged; the next round follows");
        }
        if let Err(error) = self.catch_up(&view).await {
            tracing::warn!(%error, "the baseline could not be given to nodes that joined; the next round follows");
        }
        if let Err(error) = self.carry_out_rules(&view).await {
            tracing::warn!(%error, "the promotion rules could not be read; the next round follows");
        }
        let under_way = self.under_way(&view);
        if let Ok(rollouts) = &under_way {
            // What is held or over gathers nothing: what passes meanwhile is of no block.
            self.notes.retain(|rollout, _| rollouts.contains(rollout));
        }
        let pause = match under_way {
            Ok(rollouts) if rollouts.is_empty() => IDLE,
            Ok(rollouts) => {
                for rollout in rollouts {
                    if let Err(error) = self.carry_on(rollout).await {
                        tracing::warn!(%rollout, %error, "a rollout could not be carried on; the next round follows");
                    }
                }
                BUSY.max(self.looking.saturating_mul(SHARE).min(SLOWEST))
            }
            Err(error) => {
                tracing::warn!(%error, "the rollouts could not be read; the next round follows");
                BUSY
            }
        };
        // Behind the rollouts: nothing that is done about drift may hold up one that has to go back.
        if let Err(error) = self.tend_drift(&view).await {
            tracing::warn!(%error, "drift could not be looked at; the next round follows");
        }
        begun + pause
    }

    /// Rollouts that may have something to do. One that is held by an operator has not; of those that have not begun only those are
    /// read whose time has come.
    fn under_way(&mut self, view: &View) -> Result<Vec<RolloutId>, AppError> {
        self.keep_pace(view)?;
        let now = self.moment(&*view.tables)?.now;
        Ok(lead::under_way(&*view.tables, now)?)
    }

    /// Gives the baseline to nodes that joined, where the freeze is over that kept it from them.
    async fn catch_up(&mut self, view: &View) -> Result<(), AppError> {
        let now = self.moment(&*view.tables)?.now;
        for project_id in baseline::due(&*view.tables, now, DUE_MAX)? {
            self.give_baseline(now, BaselineCatchUp { project_id, environment_id: None }).await?;
        }
        for (project_id, environment) in baseline::environments_due(&*view.tables, now, DUE_MAX)? {
            self.give_baseline(now, BaselineCatchUp { project_id, environment_id: Some(environment) })
                .await?;
        }
        Ok(())
    }

    async fn give_baseline(&self, now: Time, command: BaselineCatchUp) -> Result<(), AppError> {
        let project_id = command.project_id;
        if let Err(rejection) = self.app.propose_at(now, command).await? {
            tracing::warn!(%project_id, %rejection, "the baseline was not given to nodes that joined");
        }
        Ok(())
    }

    /// Moves a rollout as far as it can go now.
    async fn carry_on(&mut self, rollout: RolloutId) -> Result<(), AppError> {
        for _ in 0..MOVES_MAX {
            let view = self.app.replica().read(Consistency::Stale).await?;
            let moment = self.moment(&*view.tables)?;
            let (app, listening) = (self.app.clone(), self.listening);
            let notes = self.notes.entry(rollout).or_default().clone();
            let begun = Instant::now();
            let look = move || {
                let heard = Heard { app: &app, ahead_ms: moment.ahead_ms };
                let mut notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
                lead::look(&*view.tables, rollout, &heard, listening, moment.now, &mut notes)
            };
            let decision = elsewhere(look).await?;
            self.looking += begun.elapsed();
            let Some(decision) = decision? else { return Ok(()) };
            tracing::debug!(%rollout, decision = decision.name(), "the scheduler moves a rollout");
            match self.app.propose_at(moment.now, decision).await? {
                // Moved, or somebody was faster; the next look sees it.
                Ok(_) | Err(Rejection::Stale { .. }) => {}
                Err(rejection) => {
                    tracing::warn!(%rollout, %rejection, "a decision was refused");
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Looks at the nodes that may have fallen silent, and at no other.
    async fn judge_silence(&mut self, view: &View) -> Result<(), AppError> {
        let Moment { now, ahead_ms, .. } = self.moment(&*view.tables)?;
        let heard = Heard { app: &self.app, ahead_ms };
        let silent = lead::judge_silence(&*view.tables, &heard, &mut self.silence, self.listening, now)?;
        if !silent.is_empty() {
            tracing::warn!(nodes = silent.len(), "nodes fell silent");
            if let Err(rejection) = self.app.propose_at(now, NodesReport { reports: silent }).await? {
                tracing::warn!(%rejection, "the silence of nodes was not taken note of");
            }
        }
        Ok(())
    }
}
