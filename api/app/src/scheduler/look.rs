//! One look at one rollout: everything that the engine decides on, read from one state.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sentinel_engine::canary::{Tally, observe};
use sentinel_engine::nodes::Listening;
use sentinel_engine::rollout::{RolloutView, decide as engine_decides};
use sentinel_engine::split::Split;
use sentinel_machine::commands::rollout_check::RolloutCheck;
use sentinel_machine::commands::rollout_observe::RolloutObserve;
use sentinel_machine::{Command, Read, TableError, freeze, query, tables};
use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::canary::Analysis;
use sentinel_model::check::Checks;
use sentinel_model::node::Node;
use sentinel_model::project::Project;
use sentinel_model::rollout::{Rollout, RolloutState, Step, StepState};
use sentinel_model::{NodeId, RolloutId, Time};

use super::log_clock::Moment;
use crate::app::App;
use crate::checks::{Observed, is_news};

/// What the leader remembers of a rollout that is under way.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// What its canary has gathered.
    tally: Tally,
    /// What its nodes had counted when traffic was shifted.
    split: Split,
}

/// What a rollout does next, if it is time for anything. Reads every node of it.
pub(super) fn decide(
    app: &App,
    read: &(dyn Read + Send + Sync),
    rollout: RolloutId,
    listening: Listening,
    moment: Moment,
    notes: &Mutex<Notes>,
) -> Result<Option<Command>, TableError> {
    let Some(rollout) = tables::load::<Rollout>(read, rollout.as_bytes())? else { return Ok(None) };
    // The time of the log: that is what the state machine holds against a freeze.
    let frozen = freeze::holding(read, &rollout, moment.now)?;
    let steps = query::rollout_steps(read, rollout.id)?;
    // One that has not begun has given nothing to any node.
    let members = match rollout.state.phase().is_waiting() {
        true => Vec::new(),
        false => query::rollout_nodes(read, rollout.id)?,
    };
    let mut nodes: HashMap<NodeId, Node> = HashMap::with_capacity(members.len());
    let mut samples = HashMap::with_capacity(members.len());
    for member in &members {
        if let Some(node) = tables::load::<Node>(read, member.node_id.as_bytes())? {
            nodes.insert(node.id, node);
        }
        if let Some(sample) = app.liveness().get(member.node_id) {
            samples.insert(member.node_id, sample.moved(moment.ahead_ms));
        }
    }
    let running = rollout.state == RolloutState::Running;
    let noted = || -> MutexGuard<'_, Notes> { notes.lock().unwrap_or_else(PoisonError::into_inner) };
    if running && rollout.spec.blue_green.is_some() {
        noted().split.since_shift(&steps, &members, &mut samples);
    }
    let bundle: Option<Bundle> = tables::load(read, rollout.spec.bundle_id.as_bytes())?;
    let analysis: Option<Analysis> = match rollout.spec.canary {
        Some(_) => tables::load(read, rollout.id.as_bytes())?,
        None => None,
    };
    let seen = match checked_step(&rollout, &steps) {
        Some((step, began)) if running && !rollout.spec.checks.is_empty() => {
            let project: Option<Project> = tables::load(read, rollout.project_id.as_bytes())?;
            let private = project.is_some_and(|project| project.checks_private);
            let at = Observed { rollout_id: rollout.id, step, asked: &rollout.spec.checks };
            let from = Time(began.max(listening.leader_since).0.saturating_sub_unsigned(moment.ahead_ms));
            Some(app.checks().observe(at, private, from, app.now()).moved(moment.ahead_ms))
        }
        _ => None,
    };
    let view = RolloutView {
        rollout: &rollout,
        steps: &steps,
        members: &members,
        nodes: &nodes,
        samples: &samples,
        analysis: analysis.as_ref(),
        checks: seen.as_ref(),
        bundle_revoked: bundle.is_none_or(|bundle| bundle.state == BundleState::Revoked),
        frozen: frozen.as_ref().map(|frozen| frozen.words.as_str()),
        fresh_ms: listening.fresh_for(None),
        leader_since: listening.leader_since,
    };
    // The time last: nothing that was read is from the future.
    let now = app.now().plus_ms(moment.ahead_ms);
    if let Some(seen) = seen.as_ref() {
        let known: Option<Checks> = tables::load(read, rollout.id.as_bytes())?;
        if is_news(known.as_ref(), seen, &rollout.spec.checks) {
            return Ok(Some(RolloutCheck { checks: seen.clone() }.into()));
        }
    }
    if let Some(canary) = rollout.spec.canary.as_ref().filter(|_| running) {
        let block = noted().tally.take_in(&view, now);
        if let Some(block) = block {
            let analysis = observe(&rollout, canary, analysis.as_ref(), &block, now);
            return Ok(Some(RolloutObserve { analysis }.into()));
        }
    }
    Ok(engine_decides(&view, now).map(Command::from))
}

/// The step that the checks are about, and when it began: the current one, or the one before as long as that has not begun.
fn checked_step(rollout: &Rollout, steps: &[Step]) -> Option<(u32, Time)> {
    let at = |index: u32| steps.iter().find(|step| step.index == index);
    let current = at(rollout.current_step)?;
    let step = if current.state == StepState::Pending { at(current.index.checked_sub(1)?)? } else { current };
    Some((step.index, step.started_at?))
}
