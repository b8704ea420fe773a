//! What a leader looks at and asks of the other deciders: the pure part of its round.
//!
//! Whoever leads calls these: the scheduler of a member on its clock and its nodes, [`crate::rehearsal`] on simulated ones, and the
//! property tests. So a course that was rehearsed is decided by what decides it in life. What a leader knows beside the state it
//! tells through [`Ears`], and what it remembers between two looks are [`Notes`] and a [`SilenceQueue`]; the loop around it, with its
//! pace, is its own.

use std::collections::HashMap;

use sentinel_machine::commands::nodes_report::{NodeReport, REPORTS_MAX};
use sentinel_machine::commands::rollout_check::RolloutCheck;
use sentinel_machine::commands::rollout_observe::RolloutObserve;
use sentinel_machine::{Command, Read, TableError, freeze, query, tables, waiting};
use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::canary::Analysis;
use sentinel_model::check::{CheckResult, Checks, HttpCheck};
use sentinel_model::health::NodeSample;
use sentinel_model::node::{Node, NodeStatus};
use sentinel_model::project::Project;
use sentinel_model::rollout::{Rollout, RolloutState, Step, StepState};
use sentinel_model::{NodeId, RolloutId, Time};

use crate::canary::{Tally, observe};
use crate::nodes::{Candidate, Listening, SilenceQueue, decide_status};
use crate::rollout::{RolloutView, decide};
use crate::split::Split;

/// A decision can make the next one possible at once; the bound keeps one round finite.
pub const MOVES_MAX: usize = 16;
/// Of what is due at a time, at most so much is looked at in a round; the rest follows with the next one.
pub const DUE_MAX: usize = 64;
/// Results of checks are told again after this time when nothing but their numbers has changed, in milliseconds.
const RETELL_MS: u64 = 30_000;

/// What a leader hears, all of it timed by the clock that it decides by.
pub trait Ears {
    /// The newest heartbeat of a node.
    fn sample(&self, node: NodeId) -> Option<NodeSample>;
    /// Has the checks of a step made from now on, and tells what came of them so far, unless that is from before `from`.
    fn observe(&self, at: Observed<'_>, private: bool, from: Time) -> Checks;
    /// The time.
    fn now(&self) -> Time;
}

/// A step that is observed, and what is asked meanwhile.
#[derive(Clone, Copy, Debug)]
pub struct Observed<'a> {
    /// The rollout.
    pub rollout_id: RolloutId,
    /// The step.
    pub step: u32,
    /// Its checks.
    pub asked: &'a [HttpCheck],
}

/// What a leader remembers of a rollout that is under way.
#[derive(Debug, Default)]
pub struct Notes {
    /// What its canary has gathered.
    tally: Tally,
    /// What its nodes had counted when traffic was shifted.
    split: Split,
}

/// Rollouts that may have something to do. One that is held by an operator has not; of those that have not begun only those are
/// read whose time has come.
pub fn under_way(read: &(impl Read + ?Sized), now: Time) -> Result<Vec<RolloutId>, TableError> {
    let begun = query::active_rollouts(read)?.into_iter();
    let going = begun.filter(|rollout| !matches!(rollout.state, RolloutState::Paused { .. }));
    let mut under_way: Vec<RolloutId> = going.map(|rollout| rollout.id).collect();
    under_way.extend(waiting::due(read, now, DUE_MAX)?);
    Ok(under_way)
}

/// What is to be reported of nodes that may have fallen silent; no other is looked at.
pub fn judge_silence(
    read: &(impl Read + ?Sized),
    ears: &dyn Ears,
    silence: &mut SilenceQueue,
    listening: Listening,
    now: Time,
) -> Result<Vec<NodeReport>, TableError> {
    let mut silent = Vec::new();
    for id in silence.due(now, listening.offline_after_ms, REPORTS_MAX) {
        let Some(node) = tables::load::<Node>(read, id.as_bytes())? else {
            silence.forget(id);
            continue;
        };
        let sample = ears.sample(id);
        let candidate = Candidate { node: &node, sample: sample.as_ref() };
        let reports = decide_status([candidate], listening, now);
        // A node that was heard in between, or is known to be silent, is looked at again one span later.
        let looked = if node.status == NodeStatus::Online { listening.look_again(candidate) } else { now };
        if reports.is_empty() {
            silence.heard(id, looked);
        }
        silent.extend(reports);
    }
    Ok(silent)
}

/// What a rollout does next, if it is time for anything: one look at everything that this is decided on, read from one state. Reads
/// every node of it. `now` is the time of the look; the decision is made in that of the ears, which may be a little later.
pub fn look(
    read: &(impl Read + ?Sized),
    rollout: RolloutId,
    ears: &dyn Ears,
    listening: Listening,
    now: Time,
    notes: &mut Notes,
) -> Result<Option<Command>, TableError> {
    let Some(rollout) = tables::load::<Rollout>(read, rollout.as_bytes())? else { return Ok(None) };
    // The time of the log: that is what the state machine holds against a freeze.
    let frozen = freeze::holding(read, &rollout, now)?;
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
        if let Some(sample) = ears.sample(member.node_id) {
            samples.insert(member.node_id, sample);
        }
    }
    let running = rollout.state == RolloutState::Running;
    if running && rollout.spec.blue_green.is_some() {
        notes.split.since_shift(&steps, &members, &mut samples);
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
            Some(ears.observe(at, private, began.max(listening.leader_since)))
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
    let now = ears.now();
    if let Some(seen) = seen.as_ref() {
        let known: Option<Checks> = tables::load(read, rollout.id.as_bytes())?;
        if is_news(known.as_ref(), seen, &rollout.spec.checks) {
            return Ok(Some(RolloutCheck { checks: seen.clone() }.into()));
        }
    }
    if let Some(canary) = rollout.spec.canary.as_ref().filter(|_| running)
        && let Some(block) = notes.tally.take_in(&view, now)
    {
        let analysis = observe(&rollout, canary, analysis.as_ref(), &block, now);
        return Ok(Some(RolloutObserve { analysis }.into()));
    }
    Ok(decide(&view, now).map(Command::from))
}

/// The step that the checks are about, and when it began: the current one, or the one before as long as that has not begun.
fn checked_step(rollout: &Rollout, steps: &[Step]) -> Option<(u32, Time)> {
    let at = |index: u32| steps.iter().find(|step| step.index == index);
    let current = at(rollout.current_step)?;
    let step = if current.state == StepState::Pending { at(current.index.checked_sub(1)?)? } else { current };
    Some((step.index, step.started_at?))
}

/// Whether what is seen of checks is worth telling to all members, who know this of it.
pub fn is_news(known: Option<&Checks>, seen: &Checks, asked: &[HttpCheck]) -> bool {
    let Some(known) = known.filter(|known| known.step == seen.step) else {
        return seen.results.iter().any(|result| result.last.is_some());
    };
    let newest =
        |checks: &Checks| checks.results.iter().filter_map(|result| Some(result.last.as_ref()?.at)).max();
    let late = newest(seen).zip(newest(known)).is_some_and(|(seen, known)| seen.since(known) > RETELL_MS);
    let state = |checks: &Checks| -> Vec<_> {
        let of = |(result, asked): (&CheckResult, &HttpCheck)| {
            let last = result.last.as_ref().map(|last| (last.status, last.error.clone()));
            (last, result.passes.min(asked.passes), result.failures.min(asked.failures))
        };
        checks.results.iter().zip(asked).map(of).collect()
    };
    late || state(known) != state(seen)
}
