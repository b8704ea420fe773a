//! What the rollout commands share: rows of one rollout, ownership of nodes, the common end.

use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::node::{Assignment, AssignmentCause, Node, NodeStatus};
use sentinel_model::project::Project;
use sentinel_model::rollout::{Rollout, RolloutNode, RolloutNodeState, RolloutState, Step, StepState};
use sentinel_model::{BundleId, NodeId, RolloutId};

use crate::apply::{Context, Stop, Subject};
use crate::commands::node_register::{assign, withdraw};
use crate::outcome::Rejection;
use crate::query;
use crate::tables::{Table, TableError, key};

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

/// Refuses to go on from a step of which more nodes are behind than the rollout tolerates, or of which none is there to
/// prove anything. The scheduler has looked before; state as it is now has the last word.
pub(crate) fn require_proven(context: &Context<'_>, rollout: &Rollout, step: &Step) -> Result<(), Stop> {
    let (mut present, mut ahead) = (0u32, 0u32);
    for node_id in &step.node_ids {
        let member = member(context, rollout, *node_id)?;
        let Some(node) = context.load::<Node>(node_id.as_bytes())? else { continue };
        present += 1;
        if proven(&node, &member) && !node.failed_current() && node.status == NodeStatus::Online {
            ahead += 1;
        }
    }
    if present - ahead > rollout.spec.max_unavailable || (present > 0 && ahead == 0) {
        let message = format!("only {ahead} of {present} nodes of step {} run the bundle", step.index);
        return Err(Rejection::WrongState(message).into());
    }
    Ok(())
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
    Ok(())
}

/// Writes the rollout in a final state: its nodes are free again.
pub(crate) fn end(context: &mut Context<'_>, rollout: &mut Rollout, state: RolloutState) -> Result<(), Stop> {
    rollout.state = state;
    rollout.hold = None;
    rollout.ended_at = Some(context.time);
    context.write().delete(Table::RolloutsActive, rollout.id.as_bytes())?;
    for member in query::rollout_nodes(context.tables(), rollout.id)? {
        let Some(mut node) = context.load::<Node>(member.node_id.as_bytes())? else { continue };
        if node.owner == Some(rollout.id) {
            node.owner = None;
            context.store(&node)?;
        }
    }
    save(context, rollout)
}

/// True when the node has proven to run what it was given.
pub(crate) fn proven(node: &Node, member: &RolloutNode) -> bool {
    match member.state {
        RolloutNodeState::Assigned { generation }
        | RolloutNodeState::Completed { generation }
        | RolloutNodeState::Restoring { generation } => {
            node.effective.is_some_and(|fact| fact.generation == generation)
        }
        RolloutNodeState::Pending | RolloutNodeState::NothingToRestore => false,
    }
}

/// True when the node's assignment is the one that the rollout gave it going forward.
pub(crate) fn holds_ours(node: &Node, rollout: &Rollout) -> bool {
    let ours = |assignment: &Assignment| assignment.cause == AssignmentCause::Rollout(rollout.id);
    node.assignment.as_ref().is_some_and(ours)
}

/// Gives nodes that the rollout moved their previous bundle again. Nodes that were assigned something else since are left
/// as they are. A node without an earlier bundle that may be handed out keeps what it has proven; what it has not proven is
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
        let previous = match member.previous {
            Some(previous) => {
                bundle_of(context, &node, previous)?.filter(|bundle| bundle.state == BundleState::Compiled)
            }
            None => None,
        };
        member.state = match previous {
            Some(previous) => {
                assign(context, &mut node, previous.id, AssignmentCause::Rollback(rollout.id))?;
                restored += 1;
                RolloutNodeState::Restoring { generation: node.generation }
            }
            None => {
                if !proven(&node, member) {
                    withdraw(context, &mut node)?;
                }
                RolloutNodeState::NothingToRestore
            }
        };
        context.store(member)?;
    }
    Ok(restored)
}

/// What the audit log and the events call the rollout.
pub(crate) fn subject<'a>(
    context: &Context<'_>,
    rollout: &Rollout,
    id: &'a str,
) -> Result<Subject<'a>, Stop> {
    let project = context.require::<Project>(rollout.project_id.as_bytes(), "Project")?;
    Ok(Subject {
        resource_type: "rollout",
        resource_id: id,
        org_id: Some(project.org_id),
        project_id: Some(project.id),
    })
}

/// The bundle that a node would go back to: what it has proven to run, else what it was told to run. What a node reports
/// is believed only as far as its project has such a bundle; else it could have another tenant's bundle given to it.
pub(crate) fn previous_of(context: &Context<'_>, node: &Node) -> Result<Option<BundleId>, TableError> {
    let effective = node.effective.map(|fact| fact.bundle_id);
    let assigned = node.assignment.as_ref().map(|assignment| assignment.bundle_id);
    for candidate in [effective, assigned].into_iter().flatten() {
        if bundle_of(context, node, candidate)?.is_some() {
            return Ok(Some(candidate));
        }
    }
    Ok(None)
}

/// The bundle, when it belongs to the node's project.
fn bundle_of(context: &Context<'_>, node: &Node, bundle: BundleId) -> Result<Option<Bundle>, TableError> {
    let bundle = context.load::<Bundle>(bundle.as_bytes())?;
    Ok(bundle.filter(|bundle| bundle.project_id == node.project_id))
}
