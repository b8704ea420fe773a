//! I18: no wave starts, and none is done, without fresh evidence of the nodes themselves. The evidence is not taken from the members:
//! nodes keep a journal of what they said.

use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_model::rollout::RolloutNodeState;

use crate::agent::Node;
use crate::invariant::replay::{Moment, Picture};
use crate::world::World;

/// A heartbeat that is older when something is decided is no evidence, in milliseconds: what the members take for fresh, and a little
/// for its way to the one that decides.
const FRESH_MS: u64 = 8_000 + 1_500;
/// When clocks were wrong nobody knows when it was decided: then a write that had to wait counts as well.
const WAITED_MS: u64 = 10_000;

/// Looks at each start and each end of a wave.
pub fn check(world: &World, nodes: &[Node], moment: &Moment<'_>) {
    let Some((advance, transition)) = moment.decision() else { return };
    let Some(old) = moment.before.rollouts.get(&advance.rollout_id) else { return };
    let waves = match transition {
        Transition::StartStep => old.rollout.current_step,
        Transition::CompleteStep => old.rollout.current_step + 1,
        _ => return,
    };
    for step in 0..waves {
        let lacking = lacking(world, nodes, moment, old, step);
        if lacking.len() > old.rollout.spec.max_unavailable as usize {
            let text = format!(
                "entry {} at {} ms: {transition:?}, but of step {step} there is no fresh evidence of {}",
                moment.index,
                moment.at_ms,
                lacking.join(", ")
            );
            world.ledger.violated("I18", text);
        }
    }
}

fn lacking(world: &World, nodes: &[Node], moment: &Moment<'_>, old: &Picture, step: u32) -> Vec<String> {
    let mut lacking = Vec::new();
    let (decided, fresh_ms) = if world.clocks_were_wrong() {
        (moment.at_ms, FRESH_MS + WAITED_MS)
    } else {
        (crate::time::since_begin_ms(moment.proposed), FRESH_MS)
    };
    for member in old.members.iter().filter(|member| member.step == step) {
        let Some(node) = moment.before.nodes.get(&member.node_id) else { continue };
        let (RolloutNodeState::Assigned { generation } | RolloutNodeState::Completed { generation }) =
            member.state
        else {
            lacking.push(node.name.clone());
            continue;
        };
        let Some(simulated) = nodes.iter().find(|simulated| simulated.id == node.id) else { continue };
        let said = simulated.journal().healthy;
        let fresh = said
            .iter()
            .any(|(at, what)| *what == generation && *at <= moment.at_ms && *at + fresh_ms >= decided);
        if !fresh {
            lacking.push(node.name.clone());
        }
    }
    lacking
}
