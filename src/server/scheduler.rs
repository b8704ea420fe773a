//! The leader's duty: looks at what changed, asks the engine, proposes what it decides.
//!
//! The engine is pure; this file gives it a view and a time. Losing leadership at any point is safe: every decision carries
//! the revision it was made on, so a late one is refused by the state machine.

use std::collections::HashMap;
use std::time::Duration;

use futures::FutureExt;
use sentinel_app::{App, EventBus, Watched};
use sentinel_engine::nodes::{Candidate, Listening, SilenceQueue, decide_status};
use sentinel_engine::rollout::{RolloutView, decide};
use sentinel_machine::commands::nodes_report::{NodesReport, REPORTS_MAX};
use sentinel_machine::commands::rollout_advance::RolloutAdvance;
use sentinel_machine::{Command, Consistency, Read, Rejection, TableError, query, tables};
use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::node::{Node, NodeStatus};
use sentinel_model::rollout::Rollout;
use sentinel_model::{NodeId, Time};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// While a rollout is under way, gates and deadlines are looked at this often, besides at every change.
const BUSY: Duration = Duration::from_millis(500);
/// With nothing under way, only silence of nodes is looked at.
const IDLE: Duration = Duration::from_secs(2);

/// How the leader judges nodes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Silence after which a node is offline.
    pub offline_after: Duration,
    /// Age up to which a heartbeat counts as fresh for a gate.
    pub fresh: Duration,
}

/// Runs while the process does; works only while this member leads.
pub async fn run(
    app: App,
    bus: EventBus,
    mut leads: watch::Receiver<bool>,
    limits: Limits,
    stop: CancellationToken,
) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            changed = leads.wait_for(|leads| *leads) => if changed.is_err() { return },
        }
        tracing::info!("this member leads: scheduling begins");
        tokio::select! {
            () = stop.cancelled() => return,
            () = lead(&app, &bus, limits) => {}
            _ = leads.wait_for(|leads| !*leads) => tracing::info!("another member leads: scheduling ends"),
        }
    }
}

async fn lead(app: &App, bus: &EventBus, limits: Limits) {
    let mut watching = bus.subscribe(None);
    let listening = Listening {
        leader_since: app.now(),
        offline_after_ms: limits.offline_after.as_millis() as u64,
        fresh_ms: limits.fresh.as_millis() as u64,
    };
    let mut duty = Duty { app: app.clone(), listening, silence: SilenceQueue::default() };
    if let Err(error) = duty.take_over().await {
        tracing::error!(%error, "the nodes could not be read");
    }
    loop {
        let busy = match duty.tick().await {
            Ok(busy) => busy,
            Err(error) => {
                tracing::warn!(%error, "a scheduling round failed; the next one follows");
                true
            }
        };
        // Bursts of events become one round.
        match tokio::time::timeout(if busy { BUSY } else { IDLE }, watching.next()).await {
            Ok(Some(first)) => {
                duty.note(first).await;
                while let Some(Some(next)) = watching.next().now_or_never() {
                    duty.note(next).await;
                }
            }
            Ok(None) => return,
            Err(_) => {}
        }
    }
}

struct Duty {
    app: App,
    listening: Listening,
    silence: SilenceQueue,
}

impl Duty {
    /// Every node gets the whole span of silence from now on, so that a change of leader never makes a node offline.
    async fn take_over(&mut self) -> anyhow::Result<()> {
        let now = self.app.now();
        let view = self.app.replica().read(Consistency::Stale).await?;
        let every = tables::Scan::all(tables::Table::Nodes, &[]);
        for (id, _) in view.tables.scan(every)? {
            if let Some(id) = query::id_at_end(&id) {
                self.silence.heard(NodeId(id), now);
            }
        }
        Ok(())
    }

    /// Takes in what happened: nodes that are new or back are watched for silence from now on.
    async fn note(&mut self, watched: Watched) {
        match watched {
            Watched::Event(event) if event.kind == "node.registered" || event.kind == "node.online" => {
                if let Ok(node) = event.resource_id.parse() {
                    self.silence.heard(node, self.app.now());
                }
            }
            Watched::Event(_) => {}
            Watched::Compacted(_) => {
                if let Err(error) = self.take_over().await {
                    tracing::error!(%error, "the nodes could not be read");
                }
            }
        }
    }

    /// One round over what is under way. True when a rollout is.
    async fn tick(&mut self) -> anyhow::Result<bool> {
        self.judge_silence().await?;
        let mut busy = false;
        // A decision can make the next one possible at once; the bound keeps one round finite.
        for _ in 0..16 {
            let view = self.app.replica().read(Consistency::Stale).await?;
            let rollouts = query::active_rollouts(&*view.tables)?;
            busy = !rollouts.is_empty();
            let mut moved = false;
            for rollout in &rollouts {
                moved |= self.move_rollout(&*view.tables, rollout).await?;
            }
            if !moved {
                break;
            }
        }
        Ok(busy)
    }

    async fn move_rollout(
        &self,
        tables: &(dyn Read + Send + Sync),
        rollout: &Rollout,
    ) -> anyhow::Result<bool> {
        let now = self.app.now();
        let Some(decision) = self.decide(tables, rollout, now)? else { return Ok(false) };
        tracing::debug!(rollout = %rollout.id, transition = ?decision.transition, "the scheduler moves a rollout");
        match self.app.propose_as_member(Command::from(decision)).await? {
            Ok(_) => Ok(true),
            // Somebody was faster; the next look sees it.
            Err(Rejection::Stale { .. }) => Ok(true),
            Err(rejection) => {
                tracing::warn!(rollout = %rollout.id, %rejection, "a decision was refused");
                Ok(false)
            }
        }
    }

    fn decide(
        &self,
        read: &(dyn Read + Send + Sync),
        rollout: &Rollout,
        now: Time,
    ) -> Result<Option<RolloutAdvance>, TableError> {
        let steps = query::rollout_steps(read, rollout.id)?;
        let members = query::rollout_nodes(read, rollout.id)?;
        let mut nodes: HashMap<NodeId, Node> = HashMap::new();
        let mut samples = HashMap::new();
        for member in &members {
            if let Some(node) = tables::load::<Node>(read, member.node_id.as_bytes())? {
                nodes.insert(node.id, node);
            }
            if let Some(sample) = self.app.liveness().get(member.node_id) {
                samples.insert(member.node_id, sample);
            }
        }
        let bundle: Option<Bundle> = tables::load(read, rollout.spec.bundle_id.as_bytes())?;
        let view = RolloutView {
            rollout,
            steps: &steps,
            members: &members,
            nodes: &nodes,
            samples: &samples,
            bundle_revoked: bundle.is_none_or(|bundle| bundle.state == BundleState::Revoked),
            fresh_ms: self.listening.fresh_ms,
            leader_since: self.listening.leader_since,
        };
        Ok(decide(&view, now))
    }

    /// Looks at the nodes that may have fallen silent, and at no other.
    async fn judge_silence(&mut self) -> anyhow::Result<()> {
        let now = self.app.now();
        let due = self.silence.due(now, self.listening.offline_after_ms, REPORTS_MAX);
        if due.is_empty() {
            return Ok(());
        }
        let view = self.app.replica().read(Consistency::Stale).await?;
        let mut silent = Vec::new();
        for id in due {
            let Some(node) = tables::load::<Node>(&*view.tables, id.as_bytes())? else {
                self.silence.forget(id);
                continue;
            };
            let sample = self.app.liveness().get(id);
            let candidate = Candidate { node: &node, sample: sample.as_ref() };
            let reports = decide_status([candidate], self.listening, now);
            // A node that was heard in between, or is known to be silent, is looked at again one span later.
            let looked =
                if node.status == NodeStatus::Online { self.listening.last_heard(candidate) } else { now };
            if reports.is_empty() {
                self.silence.heard(id, looked);
            }
            silent.extend(reports);
        }
        if !silent.is_empty() {
            tracing::warn!(nodes = silent.len(), "nodes fell silent");
            if let Err(rejection) = self.app.propose_as_member(NodesReport { reports: silent }).await? {
                tracing::warn!(%rejection, "the silence of nodes was not taken note of");
            }
        }
        Ok(())
    }
}
