//! I16: a node gets the bundle of a rollout only in the instant in which its wave starts.

use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_model::node::AssignmentCause;
use sentinel_model::rollout::RolloutState;

use crate::invariant::replay::Moment;
use crate::world::World;

/// Looks at every node that was given something here.
pub fn check(world: &World, moment: &Moment<'_>) {
    for (id, node) in &moment.after.nodes {
        let was = moment.before.nodes.get(id).and_then(|node| node.assignment.clone());
        let Some(assignment) = node.assignment.as_ref().filter(|now| was.as_ref() != Some(now)) else {
            continue;
        };
        let AssignmentCause::Rollout(rollout) = assignment.cause else { continue };
        let starts = moment.decision().is_some_and(|(advance, transition)| {
            advance.rollout_id == rollout && *transition == Transition::StartStep
        });
        let in_wave = moment.before.rollouts.get(&rollout).is_some_and(|old| {
            let step = old.members.iter().find(|member| member.node_id == *id).map(|member| member.step);
            old.rollout.state == RolloutState::Running && step == Some(old.rollout.current_step)
        });
        if !starts || !in_wave {
            let text = format!("entry {}: {} was given a bundle outside its wave", moment.index, node.name);
            world.ledger.violated("I16", text);
        }
    }
}
