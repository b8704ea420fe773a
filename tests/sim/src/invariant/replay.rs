//! The log once more, entry by entry, over an empty state: what rollouts and nodes were like before and after each.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use sentinel_machine::commands::rollout_advance::{RolloutAdvance, Transition};
use sentinel_machine::memory::MemoryTables;
use sentinel_machine::{Command, Scan, Table, TableError, apply, query, tables};
use sentinel_model::node::{AssignmentCause, Node};
use sentinel_model::rollout::{Rollout, RolloutNode, Step};
use sentinel_model::{Generation, NodeId, RolloutId, Time};

use crate::agent::Node as Simulated;
use crate::fleet::Fleet;
use crate::invariant::{
    i16_waves, i17_in_flight, i18_gates, i21_abort, i22_way_back, i23_one_owner, i25_steps,
};
use crate::world::World;

/// One rollout.
#[derive(Clone, Debug)]
pub struct Picture {
    /// It.
    pub rollout: Rollout,
    /// Its steps.
    pub steps: Vec<Step>,
    /// Its nodes.
    pub members: Vec<RolloutNode>,
}

/// All rollouts and nodes.
#[derive(Clone, Debug, Default)]
pub struct Pictures {
    /// Rollouts.
    pub rollouts: BTreeMap<RolloutId, Picture>,
    /// Nodes.
    pub nodes: BTreeMap<NodeId, Node>,
}

/// One entry that took effect.
pub struct Moment<'a> {
    /// Its place.
    pub index: u64,
    /// When it was first applied anywhere.
    pub at_ms: u64,
    /// When it was proposed, by the clock of who did.
    pub proposed: Time,
    /// What it carries.
    pub command: &'a Command,
    /// Before.
    pub before: &'a Pictures,
    /// Behind.
    pub after: &'a Pictures,
}

impl Moment<'_> {
    /// The decision of the scheduler, if this is one.
    pub fn decision(&self) -> Option<(&RolloutAdvance, &Transition)> {
        match self.command {
            Command::RolloutAdvance(advance) => Some((advance, &advance.transition)),
            _ => None,
        }
    }
}

impl Pictures {
    fn take(state: &MemoryTables) -> Result<Self, TableError> {
        let mut pictures = Self::default();
        for node in tables::rows::<Node>(state, Scan::all(Table::Nodes, &[]))? {
            pictures.nodes.insert(node.id, node);
        }
        for rollout in tables::rows::<Rollout>(state, Scan::all(Table::Rollouts, &[]))? {
            let steps = query::rollout_steps(state, rollout.id)?;
            let members = query::rollout_nodes(state, rollout.id)?;
            pictures.rollouts.insert(rollout.id, Picture { rollout, steps, members });
        }
        Ok(pictures)
    }
}

/// The assignment that a rollout gave the node, if that is its newest.
pub fn given_by(node: &Node, rollout: RolloutId) -> Option<Generation> {
    let assignment = node.assignment.as_ref()?;
    (assignment.cause == AssignmentCause::Rollout(rollout)).then_some(assignment.generation)
}

/// The node has proven this generation.
pub fn proven(node: &Node, generation: Generation) -> bool {
    node.effective.is_some_and(|fact| fact.generation == generation)
}

/// How often it is looked what has come, in milliseconds.
const LOOK_MS: u64 = 1_000;

/// Goes along with the log.
pub struct Replay {
    world: World,
    nodes: Vec<Simulated>,
    state: MemoryTables,
    before: Pictures,
    ways: i22_way_back::Ways,
    seen: u64,
}

impl Replay {
    /// At the beginning of the log.
    pub fn new(world: &World, fleet: &Fleet) -> Self {
        Self {
            world: world.clone(),
            nodes: fleet.nodes.clone(),
            state: MemoryTables::default(),
            before: Pictures::default(),
            ways: i22_way_back::Ways::default(),
            seen: 0,
        }
    }

    /// Looks at what comes as long as it is let.
    pub async fn go_along(mut self) {
        loop {
            tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
            if let Err(error) = self.look() {
                self.world.ledger.violated("I7", format!("the log cannot be applied: {error}"));
                return;
            }
        }
    }

    /// Looks at every entry that has come; what all of them together make.
    pub fn look(&mut self) -> anyhow::Result<&Pictures> {
        for (index, entry) in self.world.ledger.behind(self.seen) {
            self.seen = index;
            let Some(envelope) = entry.envelope.as_ref().map(Arc::clone) else { continue };
            let step = apply(&mut self.state, index, &envelope)?;
            if step.index != index || step.outcome.is_err() {
                continue;
            }
            let after = Pictures::take(&self.state)?;
            let (at_ms, proposed) = (entry.at_ms, envelope.time);
            let before = &self.before;
            let moment = Moment { index, at_ms, proposed, command: &envelope.command, before, after: &after };
            i16_waves::check(&self.world, &moment);
            i17_in_flight::check(&self.world, &moment);
            i18_gates::check(&self.world, &self.nodes, &moment);
            i21_abort::check(&self.world, &moment);
            self.ways.check(&self.world, &moment);
            i23_one_owner::check(&self.world, &moment);
            i25_steps::check(&self.world, &moment);
            self.before = after;
        }
        Ok(&self.before)
    }
}
