//! The nodes of one step, or of one failure domain, sorted by how far each has come.

use std::collections::BTreeMap;

use sentinel_model::Generation;
use sentinel_model::node::{Node, NodeStatus};
use sentinel_model::rollout::{RolloutNode, RolloutNodeState};

use super::{RolloutView, words};

/// The nodes, each in exactly one place, by name. Deleted ones are in none.
#[derive(Debug, Default)]
pub(super) struct Portion<'a> {
    /// Which failure domain it is, in words; nothing for a step.
    pub domain: Option<String>,
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
    Done(Generation),
    Failed(String),
    Unavailable,
    InFlight,
}

impl<'a> Portion<'a> {
    /// The portions of the steps up to `last`, in order. `verifying`: the last of them is being verified, so that all its nodes
    /// were done or tolerated once, and one that runs an older generation by now has gone back.
    pub fn up_to(view: &RolloutView<'a>, last: u32, verifying: bool) -> Vec<Self> {
        let mut portions: Vec<Self> = (0..=last).map(|_| Portion::default()).collect();
        for (member, node) in by_name(view).into_iter().filter(|(member, _)| member.step <= last) {
            portions[member.step as usize].put(member, node, verifying && member.step == last);
        }
        portions
    }

    /// Every node that has been given the bundle, of all steps: those are the ones that get traffic. All have proven it once, or
    /// were tolerated.
    pub fn whole(view: &RolloutView<'a>) -> Self {
        let mut portion = Portion::default();
        for (member, node) in by_name(view) {
            portion.put(member, node, true);
        }
        portion
    }

    /// The same nodes by failure domain, where these are told apart; else nothing.
    pub fn by_domain(view: &RolloutView<'a>, last: u32, verifying: bool) -> Vec<Self> {
        #[cfg(feature = "planted")]
        if sentinel_model::planted::has(sentinel_model::planted::Bug::DomainsIgnored) {
            return Vec::new();
        }
        let spec = &view.rollout.spec;
        let Some(key) = &spec.failure_domain else { return Vec::new() };
        let mut domains: BTreeMap<Option<&str>, Self> = BTreeMap::new();
        for (member, node) in by_name(view).into_iter().filter(|(member, _)| member.step <= last) {
            let value = spec.domain_of(node);
            let words = || value.map_or_else(|| format!("no {key}"), |value| format!("{key} {value}"));
            let domain = || Portion { domain: Some(words()), ..Portion::default() };
            let portion = domains.entry(value).or_insert_with(domain);
            portion.put(member, node, verifying && member.step == last);
        }
        domains.into_values().collect()
    }

    fn put(&mut self, member: &RolloutNode, node: &'a Node, verifying: bool) {
        match standing(node, member, verifying) {
            Standing::Done(generation) => self.done.push((node, generation)),
            Standing::Failed(why) => self.failed.push(why),
            Standing::Unavailable => self.unavailable.push(node),
            Standing::InFlight => self.in_flight.push(node),
        }
    }

    /// Nodes that are not deleted.
    pub fn present(&self) -> usize {
        self.done.len() + self.absent()
    }

    /// How many of them have failed, or are not heard of.
    pub fn gone(&self) -> usize {
        self.failed.len() + self.unavailable.len()
    }

    /// How many of them do not run the bundle, or not within reach.
    pub fn absent(&self) -> usize {
        self.gone() + self.in_flight.len()
    }

    /// Those that have not proven it, by name.
    pub fn missing(&self) -> Vec<String> {
        let unavailable =
            self.unavailable.iter().map(|node| format!("{} ({})", node.name, node.status.as_str()));
        let in_flight = self.in_flight.iter().map(|node| node.name.clone());
        self.failed.iter().cloned().chain(unavailable).chain(in_flight).collect()
    }
}

/// The nodes that are there and get the bundle, by name.
fn by_name<'a>(view: &RolloutView<'a>) -> Vec<(&'a RolloutNode, &'a Node)> {
    let members = view.members.iter().filter(|member| member.state != RolloutNodeState::Kept);
    let mut present: Vec<(&RolloutNode, &Node)> =
        members.filter_map(|member| view.nodes.get(&member.node_id).map(|node| (member, node))).collect();
    present.sort_by(|(_, a), (_, b)| (&a.name, a.id).cmp(&(&b.name, b.id)));
    present
}

fn standing(node: &Node, member: &RolloutNode, verifying: bool) -> Standing {
    let given = member.state.generation().filter(|_| member.state.moved());
    let held = node.assignment.as_ref().filter(|assignment| Some(assignment.generation) == given);
    let Some(assignment) = held else {
        return Standing::Failed(format!("{} was assigned something else", node.name));
    };
    // A failure outlives a proof only when it came after it: the state machine drops it with every proof.
    if node.failed_current() {
        return Standing::Failed(words::failure(node));
    }
    let older = node.effective.filter(|fact| fact.generation < assignment.generation);
    let back = match member.state {
        // It had proven the new one.
        RolloutNodeState::Completed { .. } => older.is_some(),
        // A node that was merely late may report its earlier generation after it was given the new one; it reports again. Once
        // the step was proven, the same words mean that it went back.
        _ => verifying && older.is_some_and(|fact| fact.at > assignment.at),
    };
    if back {
        return Standing::Failed(format!("{} went back to what it ran before", node.name));
    }
    match node.status {
        NodeStatus::Offline | NodeStatus::Unknown => Standing::Unavailable,
        NodeStatus::Online if member.proven_by(node) => Standing::Done(assignment.generation),
        NodeStatus::Online => Standing::InFlight,
    }
}
