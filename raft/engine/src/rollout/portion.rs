//! The nodes of one step, sorted by how far each has come.

use sentinel_model::Generation;
use sentinel_model::node::{Node, NodeStatus};
use sentinel_model::rollout::{RolloutNode, RolloutNodeState};

use super::{RolloutView, words};

/// The step's nodes, each in exactly one place, by name. Deleted ones are in none.
#[derive(Debug, Default)]
pub(super) struct Portion<'a> {
    /// Proven to run the new generation, and online.
    pub done: Vec<(&'a Node, Generation)>,
    /// Failed, with the cause in words.
    pub failed: Vec<String>,
    /// Not heard of.
    pub unavailable: Vec<&'a Node>,
    /// On their way.
    pub in_flight: Vec<&'a Node>,
}

enum Standing {
    Done,
    Failed(String),
    Unavailable,
    InFlight,
}

impl<'a> Portion<'a> {
    /// Sorts the nodes of one step. `proven`: all were done or tolerated once, so one that runs an older generation by now
    /// has gone back.
    pub fn of(view: &RolloutView<'a>, step: u32, proven: bool) -> Self {
        let members = view.members.iter().filter(|member| member.step == step);
        let mut present: Vec<(&RolloutNode, &Node)> =
            members.filter_map(|member| view.nodes.get(&member.node_id).map(|node| (member, node))).collect();
        present.sort_by(|(_, a), (_, b)| (&a.name, a.id).cmp(&(&b.name, b.id)));
        let mut portion = Portion::default();
        for (member, node) in present {
            let generation = given(member);
            match standing(node, generation, proven) {
                Standing::Done => portion.done.push((node, generation)),
                Standing::Failed(why) => portion.failed.push(why),
                Standing::Unavailable => portion.unavailable.push(node),
                Standing::InFlight => portion.in_flight.push(node),
            }
        }
        portion
    }

    /// Nodes that are not deleted.
    pub fn present(&self) -> usize {
        self.done.len() + self.failed.len() + self.unavailable.len() + self.in_flight.len()
    }

    /// Those that have not proven it, by name.
    pub fn missing(&self) -> Vec<String> {
        let unavailable =
            self.unavailable.iter().map(|node| format!("{} ({})", node.name, node.status.as_str()));
        let in_flight = self.in_flight.iter().map(|node| node.name.clone());
        self.failed.iter().cloned().chain(unavailable).chain(in_flight).collect()
    }
}

/// The generation that the rollout gave to the node; zero, which no node ever proves, when it gave none.
fn given(member: &RolloutNode) -> Generation {
    match member.state {
        RolloutNodeState::Assigned { generation } | RolloutNodeState::Completed { generation } => generation,
        RolloutNodeState::Pending
        | RolloutNodeState::Restoring { .. }
        | RolloutNodeState::NothingToRestore => Generation::default(),
    }
}

fn standing(node: &Node, generation: Generation, proven: bool) -> Standing {
    let Some(assignment) = node.assignment.as_ref().filter(|assignment| assignment.generation == generation)
    else {
        return Standing::Failed(format!("{} was assigned something else", node.name));
    };
    // A failure outlives a proof only when it came after it: the state machine drops it with every proof.
    if node.failed_current() {
        return Standing::Failed(words::failure(node));
    }
    // A node that was merely late may report its earlier generation after it was given the new one; it reports again. Once
    // the step was proven, the same words mean that it went back.
    let back = node.effective.is_some_and(|fact| fact.generation < generation && fact.at > assignment.at);
    if proven && back {
        return Standing::Failed(format!("{} went back to what it ran before", node.name));
    }
    match node.status {
        NodeStatus::Offline | NodeStatus::Unknown => Standing::Unavailable,
        NodeStatus::Online if node.effective.is_some_and(|fact| fact.generation == generation) => {
            Standing::Done
        }
        NodeStatus::Online => Standing::InFlight,
    }
}
