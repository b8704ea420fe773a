//! What the rollout commands share: rows of one rollout, ownership of nodes, the common end.

use std::collections::BTreeMap;

use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::canary::{Analysis, Verdict};
use sentinel_model::node::{Assignment, AssignmentCause, Node, NodeStatus};
use sentinel_model::project::Project;
use sentinel_model::rollout::{
    Deed, NodeOutcome, Rollout, RolloutNode, RolloutNodeState, RolloutState, Step, StepState, life,
};
use sentinel_model::{BundleId, NodeId, RolloutId};

use crate::apply::{Context, Stop, Subject};
use crate::commands::node_register::{assign, withdraw};
use crate::level;
use crate::outcome::Rejection;
use crate::planted::planted;
use crate::query;
use crate::queue;
use crate::tables::{TableError, key};
use crate::waiting;

/// Longest reason kept, in characters.
pub(crate) const REASON_MAX: usize = 1_000;

/// The text, cut to what is kept of a reason.
pub(crate) fn clip(text: &str) -> String {
    text.chars().take(REASON_MAX).collect()
}

/// The rollout, or the rejection that says it is not there.
pub(crate) fn require(context: &Context<'_>, id: RolloutId) -> Result<Rollout, Stop> {
    context.require::<Rollout>(id.as_bytes(), "Rollout")
}

/// Refuses what is not possible in the rollout's state, in the words of the API.
pub(crate) fn refuse(rollout: &Rollout, verb: &str) -> Stop {
    let state = rollout.state.as_str();
    Rejection::WrongState(format!("Rollout cannot be {verb} in current state ({state})")).into()
}

/// Puts the rollout into another state, if the table of its life knows this way. Its caller writes it.
pub(crate) fn enter(rollout: &mut Rollout, deed: Deed, state: RolloutState) -> Result<(), Stop> {
    if !life::leads(Some(rollout.state.phase()), deed, state.phase()) {
        return Err(refuse(rollout, deed.participle()));
    }
    rollout.state = state;
    Ok(())
}

/// The step that is under way or next.
pub(crate) fn current_step(context: &Context<'_>, rollout: &Rollout) -> Result<Step, Stop> {
    step(context, rollout, rollout.current_step)
}

/// The step at `index`.
pub(crate) fn step(context: &Context<'_>, rollout: &Rollout, index: u32) -> Result<Step, Stop> {
    context.require::<Step>(&key(&[rollout.id.as_bytes(), &index.to_be_bytes()]), "Step")
}

/// Refuses to hand out a revoked bundle, however recently it was revoked.
pub(crate) fn require_compiled(context: &Context<'_>, rollout: &Rollout) -> Result<(), Stop> {
    let bundle = context.require::<Bundle>(rollout.spec.bundle_id.as_bytes(), "Bundle")?;
    match bundle.state {
        BundleState::Compiled => Ok(()),
        BundleState::Revoked => {
            Err(Rejection::WrongState(format!("bundle '{}' has been revoked", bundle.version)).into())
        }
    }
}

/// Refuses to go on from a step of which more nodes are behind than the rollout tolerates, in one failure domain where these are told
/// apart, or of which none that is there has proven anything. One whose nodes were all deleted is not refused here. Returns how many have
/// proven it. The scheduler has looked before; state as it is now has the last word.
pub(crate) fn require_proven(context: &Context<'_>, rollout: &Rollout, step: &Step) -> Result<u32, Stop> {
    let (mut present, mut ahead) = (0u32, 0u32);
    let mut behind: BTreeMap<Option<String>, u32> = BTreeMap::new();
    for node_id in &step.node_ids {
        let member = member(context, rollout, *node_id)?;
        let Some(node) = context.load::<Node>(node_id.as_bytes())? else { continue };
        present += 1;
        if member.proven_by(&node) && !node.failed_current() && node.status == NodeStatus::Online {
            ahead += 1;
        } else {
            *behind.entry(rollout.spec.domain_of(&node).map(str::to_owned)).or_default() += 1;
        }
    }
    let too_many = behind.values().any(|behind| *behind > rollout.spec.max_unavailable);
    if too_many || (present > 0 && ahead == 0) {
        let message = format!("only {ahead} of {present} nodes of step {} run the bundle", step.index);
        return Err(Rejection::WrongState(message).into());
    }
    Ok(ahead)
}

/// Refuses to go on from a step of a canary without a verdict on that very step. The last one has no other nodes to be compared
/// with.
pub(crate) fn require_fair(context: &Context<'_>, rollout: &Rollout) -> Result<(), Stop> {
    if rollout.spec.canary.is_none() || rollout.current_step + 1 >= rollout.steps {
        return Ok(());
    }
    let analysis = context.load::<Analysis>(rollout.id.as_bytes())?;
    let verdict = analysis.filter(|analysis| analysis.step == rollout.current_step).map(|one| one.verdict);
    if verdict == Some(Verdict::Fair) {
        return Ok(());
    }
    let word = verdict.map_or("missing", Verdict::as_str);
    let message = format!("the canary's verdict on step {} is {word}", rollout.current_step);
    Err(Rejection::WrongState(message).into())
}

/// The node's row in the rollout.
pub(crate) fn member(context: &Context<'_>, rollout: &Rollout, node_id: NodeId) -> Result<RolloutNode, Stop> {
    context.require::<RolloutNode>(&key(&[rollout.id.as_bytes(), node_id.as_bytes()]), "Node")
}

/// Ends a step that has begun, because the rollout leaves it for good. Call it before the rollout's state changes.
pub(crate) fn abandon_step(context: &mut Context<'_>, rollout: &Rollout, reason: &str) -> Result<(), Stop> {
    let mut step = current_step(context, rollout)?;
    if !matches!(step.state, StepState::Running { .. } | StepState::Verifying { .. }) {
        return Ok(());
    }
    // A pause has stopped the clock already.
    if rollout.state == RolloutState::Running {
        stop_clock(context, &mut step);
    }
    step.state = StepState::Failed { reason: clip(reason) };
    step.ended_at = Some(context.time);
    context.store(&step)?;
    Ok(())
}

/// Time that counts against the step's deadline, in milliseconds, up to now.
pub(crate) fn stop_clock(context: &Context<'_>, step: &mut Step) {
    if let StepState::Running { since } | StepState::Verifying { since } = step.state {
        step.ran_ms += context.time.since(since);
    }
}

/// Writes the rollout with its next revision.
pub(crate) fn save(context: &mut Context<'_>, rollout: &mut Rollout) -> Result<(), Stop> {
    rollout.revision += 1;
    rollout.updated_at = context.time;
    context.store(rollout)?;
    waiting::index(context, rollout)?;
    Ok(())
}

/// The level from which on a rollout keeps what it came to.
const OUTCOME_LEVEL: u16 = 4;

/// Writes the rollout in a final state: its nodes are free again, and their rows say what it came to on them.
pub(crate) fn end(
    context: &mut Context<'_>,
    rollout: &mut Rollout,
    deed: Deed,
    state: RolloutState,
) -> Result<(), Stop> {
    let begun = !rollout.state.phase().is_waiting();
    enter(rollout, deed, state)?;
    rollout.hold = None;
    rollout.ended_at = Some(context.time);
    let keeps = begun && level::of_cluster(context.tables())? >= OUTCOME_LEVEL;
    let members = query::rollout_nodes(context.tables(), rollout.id)?;
    queue::leave(context, rollout, members.iter().map(|member| member.node_id))?;
    for member in members {
        let Some(mut node) = context.load::<Node>(member.node_id.as_bytes())? else {
            // What it came to when the rollout ended for the first time is not what it came to now.
            if member.outcome.is_some() {
                context.store(&RolloutNode { outcome: None, ..member })?;
            }
            continue;
        };
        if node.owner == Some(rollout.id) {
            node.owner = None;
            context.store(&node)?;
        }
        if keeps {
            let domain = rollout.spec.domain_of(&node).map(str::to_owned);
            let outcome = Some(NodeOutcome::of(&member, &node, domain));
            context.store(&RolloutNode { outcome, ..member })?;
        }
    }
    save(context, rollout)?;
    queue::call(context, rollout)
}

/// Takes what a node tells of the assignment that a rollout gave it into what that rollout came to, where it has ended before: nodes that
/// it has tolerated, or given their earlier bundle with its last word, are late.
pub(crate) fn settle(context: &mut Context<'_>, node: &Node) -> Result<(), TableError> {
    let cause = node.assignment.as_ref().map(|assignment| assignment.cause);
    let Some(AssignmentCause::Rollout(id) | AssignmentCause::Rollback(id)) = cause else { return Ok(()) };
    let member: Option<RolloutNode> = context.load(&key(&[id.as_bytes(), node.id.as_bytes()]))?;
    let Some(member) =
        member.filter(|one| one.state.generation().is_some_and(|given| node.still_given(given)))
    else {
        return Ok(());
    };
    let Some(ended) = member.outcome.as_ref().filter(|outcome| !outcome.proven) else { return Ok(()) };
    let outcome = Some(NodeOutcome::of(&member, node, ended.failure_domain.clone()));
    context.store(&RolloutNode { outcome, ..member })
}

/// True when the node's assignment is the one that the rollout gave it going forward.
pub(crate) fn holds_ours(node: &Node, rollout: &Rollout) -> bool {
    let ours = |assignment: &Assignment| assignment.cause == AssignmentCause::Rollout(rollout.id);
    node.assignment.as_ref().is_some_and(ours)
}

/// Gives nodes that the rollout moved their earlier bundle again. Nodes that were assigned something else since are left as
/// they are. A node without an earlier bundle that may be handed out, or given to it since it was pinned, keeps what it has proven; what it has not proven is
/// withdrawn, so that it does not move later.
pub(crate) fn restore(
    context: &mut Context<'_>,
    rollout: &Rollout,
    mut members: Vec<RolloutNode>,
) -> Result<u64, Stop> {
    let mut restored = 0;
    for member in &mut members {
        let Some(mut node) = context.load::<Node>(member.node_id.as_bytes())? else { continue };
        if !holds_ours(&node, rollout) {
            continue;
        }
        member.state = match to_restore(context, &node, member)? {
            Some(earlier) => {
                assign(context, &mut node, earlier, AssignmentCause::Rollback(rollout.id))?;
                restored += 1;
                RolloutNodeState::Restoring { generation: node.generation }
            }
            None => {
                // A pin keeps the bundle that it names, proven or not.
                let ours = node.assignment.as_ref().map(|assignment| assignment.bundle_id);
                let kept = ours.is_some() && ours == node.pinned_bundle_id;
                if !kept && !member.proven_by(&node) {
                    withdraw(context, &mut node)?;
                }
                RolloutNodeState::NothingToRestore
            }
        };
        context.store(member)?;
    }
    Ok(restored)
}

/// Takes back what the rollout gave and nobody has proven, in completed steps too: a node that was tolerated there would
/// else move when it comes back, after the rollout has ended. Returns how many nodes were given their earlier bundle.
pub(crate) fn take_back_unproven(context: &mut Context<'_>, rollout: &Rollout) -> Result<u64, Stop> {
    let mut unproven = Vec::new();
    if planted!(LeftBehind) {
        return Ok(0);
    }
    for member in query::rollout_nodes(context.tables(), rollout.id)? {
        if !member.state.moved() {
            continue;
        }
        let node = context.load::<Node>(member.node_id.as_bytes())?;
        if node.is_some_and(|node| !member.proven_by(&node)) {
            unproven.push(member);
        }
    }
    restore(context, rollout, unproven)
}

/// The first of the member's two earlier bundles that may be handed out.
fn to_restore(
    context: &Context<'_>,
    node: &Node,
    member: &RolloutNode,
) -> Result<Option<BundleId>, TableError> {
    for earlier in [member.previous, member.fallback].into_iter().flatten() {
        if node.pinned_away_from(earlier) {
            continue;
        }
        // Whatever versions it takes by now: it has run this one, and a way back that some setting closes is none.
        if bundle_of(context, node, earlier)?.is_some_and(|bundle| bundle.state == BundleState::Compiled) {
            return Ok(Some(earlier));
        }
    }
    Ok(None)
}

/// What the audit log and the events call the rollout.
pub(crate) fn subject<'a>(
    context: &Context<'_>,
    rollout: &Rollout,
    id: &'a str,
) -> Result<Subject<'a>, Stop> {
    let project = context.require::<Project>(rollout.project_id.as_bytes(), "Project")?;
    Ok(Subject::in_project("rollout", id, &project))
}

/// The bundles that a node would go back to, the first one first. That is what it was told to run: a node that is late is to
/// end up with what the fleet has, not with what it happens to run still. Only if it has failed that, what it runs comes
/// first. What a node reports is believed only as far as its project has such a bundle; else it could have another tenant's
/// bundle given to it.
///
/// What a superseded rollout left half done on a node, nobody has judged: the node goes back to what it ran before that one.
pub(crate) fn earlier_of(context: &Context<'_>, node: &Node) -> Result<Vec<BundleId>, TableError> {
    let assigned = node.assignment.as_ref().map(|assignment| assignment.bundle_id);
    let effective = node.effective.map(|fact| fact.bundle_id);
    let order = if node.failed_current() { [effective, assigned] } else { [assigned, effective] };
    let before = half_done(context, node)?;
    let before = before.iter().flat_map(|member| [member.previous, member.fallback]);
    let mut earlier = Vec::new();
    for candidate in before.chain(order).flatten() {
        if !earlier.contains(&candidate) && bundle_of(context, node, candidate)?.is_some() {
            earlier.push(candidate);
        }
    }
    Ok(earlier)
}

/// The node's row in the superseded rollout that it still has its assignment from, if the step there never completed with it.
fn half_done(context: &Context<'_>, node: &Node) -> Result<Option<RolloutNode>, TableError> {
    let Some(AssignmentCause::Rollout(id)) = node.assignment.as_ref().map(|assignment| assignment.cause)
    else {
        return Ok(None);
    };
    let left: Option<Rollout> = context.load(id.as_bytes())?;
    if left.is_none_or(|left| left.superseded_by.is_none()) {
        return Ok(None);
    }
    let member: Option<RolloutNode> = context.load(&key(&[id.as_bytes(), node.id.as_bytes()]))?;
    Ok(member.filter(|member| matches!(member.state, RolloutNodeState::Assigned { .. })))
}

/// The bundle, when it belongs to the node's project.
fn bundle_of(context: &Context<'_>, node: &Node, bundle: BundleId) -> Result<Option<Bundle>, TableError> {
    let bundle = context.load::<Bundle>(bundle.as_bytes())?;
    Ok(bundle.filter(|bundle| bundle.project_id == node.project_id))
}
