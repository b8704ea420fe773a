//! Watches every applied command of a rollout, and stops the test when something happens that must never happen.

use std::collections::{BTreeMap, HashMap};

use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_machine::memory::MemoryTables;
use sentinel_machine::{Command, query, tables};
use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::health::NodeSample;
use sentinel_model::node::{AssignmentCause, Node, NodeStatus};
use sentinel_model::rollout::{Rollout, RolloutNode, RolloutNodeState, RolloutState, Step, StepState};
use sentinel_model::{BundleId, Generation, NodeId, Time};

use crate::oracle;
use crate::world::{PROJECT, ROLLOUT};

/// What the ledger remembers by itself, apart from what the state machine keeps.
#[derive(Debug, Default)]
pub struct Ledger {
    /// What each node was told to run when its step began, and what it ran.
    before: BTreeMap<NodeId, Vec<BundleId>>,
    started: Vec<u32>,
    completed: Vec<u32>,
}

struct Picture {
    rollout: Rollout,
    steps: Vec<Step>,
    members: Vec<RolloutNode>,
    nodes: BTreeMap<NodeId, Node>,
}

fn picture(tables: &MemoryTables) -> Option<Picture> {
    let nodes = query::nodes_of(tables, PROJECT).unwrap();
    Some(Picture {
        rollout: tables::load(tables, ROLLOUT.as_bytes()).unwrap()?,
        steps: query::rollout_steps(tables, ROLLOUT).unwrap(),
        members: query::rollout_nodes(tables, ROLLOUT).unwrap(),
        nodes: nodes.into_iter().map(|node| (node.id, node)).collect(),
    })
}

fn ours(node: &Node) -> Option<Generation> {
    let assignment = node.assignment.as_ref()?;
    (assignment.cause == AssignmentCause::Rollout(ROLLOUT)).then_some(assignment.generation)
}

fn proven(node: &Node, generation: Generation) -> bool {
    node.effective.is_some_and(|fact| fact.generation == generation)
}

impl Ledger {
    /// Compares the state before and after an applied command.
    pub fn check(
        &mut self,
        before: &MemoryTables,
        after: &MemoryTables,
        command: &Command,
        samples: &HashMap<NodeId, NodeSample>,
        now: Time,
    ) {
        let Some(new) = picture(after) else { return };
        let Some(old) = picture(before) else { return };
        if let Command::RolloutAdvance(advance) = command {
            match advance.transition {
                Transition::StartStep => self.step_started(&old, &new, samples, now),
                Transition::CompleteStep => self.step_completed(&old, samples, now),
                _ => {}
            }
        }
        only_the_current_step_is_given_the_bundle(&old, &new, command);
        nobody_is_given_a_revoked_bundle(after, &old, &new);
        steps_go_forward(&old, &new);
        the_rollout_owns_its_nodes_exactly_while_it_lives(&new);
        in_flight_stays_within_one_step(&new);
        if new.rollout.revision != old.rollout.revision {
            assert_eq!(new.rollout.revision, old.rollout.revision + 1);
        }
        match &new.rollout.state {
            RolloutState::Cancelled { .. } | RolloutState::Failed { .. } => {
                nothing_is_left_that_could_still_move(&new);
            }
            RolloutState::RolledBack { exceptions, .. } if !old.rollout.state.is_final() => {
                self.everyone_is_back_or_named(&new, exceptions);
            }
            _ => {}
        }
        if old.rollout.state.is_final() && !new.rollout.state.is_final() {
            assert!(
                matches!(old.rollout.state, RolloutState::Failed { .. }),
                "only a failure can be taken back"
            );
        }
    }

    /// I18: the gates of every step before hold when a step starts. I25: steps start once each, in order.
    fn step_started(
        &mut self,
        old: &Picture,
        new: &Picture,
        samples: &HashMap<NodeId, NodeSample>,
        now: Time,
    ) {
        let index = old.rollout.current_step;
        assert_eq!(self.started.len(), index as usize, "step {index} after {:?}", self.started);
        assert_eq!(self.completed, self.started, "step {index} starts before the last one completed");
        self.started.push(index);
        if let Some(last) = index.checked_sub(1) {
            gates_hold(old, last, samples, now);
        }
        for member in old.members.iter().filter(|member| member.step == index) {
            let Some(node) = old.nodes.get(&member.node_id) else { continue };
            let ran = node.effective.map(|fact| fact.bundle_id);
            let told = node.assignment.as_ref().map(|assignment| assignment.bundle_id);
            self.before.insert(node.id, told.into_iter().chain(ran).collect());
            assert!(ours(&new.nodes[&node.id]).is_some(), "{} was not given the bundle", node.name);
        }
    }

    fn step_completed(&mut self, old: &Picture, samples: &HashMap<NodeId, NodeSample>, now: Time) {
        let index = old.rollout.current_step;
        self.completed.push(index);
        assert_eq!(self.completed, self.started, "steps complete once each, in order");
        gates_hold(old, index, samples, now);
        let of_it = |member: &&RolloutNode| member.step == index && old.nodes.contains_key(&member.node_id);
        let present = old.members.iter().filter(of_it).count();
        // Deleted before its turn, they are nothing against the bundle, as long as others have proven it.
        let mut own = old.members.iter().filter(|member| member.step == index);
        let others = old.members.iter().any(|member| {
            member.step < index && old.nodes.get(&member.node_id).is_some_and(|node| member.proven_by(node))
        });
        let passed_by = others && own.all(|member| member.state == RolloutNodeState::Pending);
        assert!(present > 0 || passed_by, "step {index} has proven nothing: all of its nodes were deleted");
    }

    /// I22: back on what it had before, proven, or named.
    fn everyone_is_back_or_named(&self, new: &Picture, exceptions: &[String]) {
        for (id, before) in &self.before {
            let Some(node) = new.nodes.get(id) else { continue };
            let back = match (&node.assignment, node.effective) {
                (Some(assignment), Some(effective)) => {
                    assignment.cause == AssignmentCause::Rollback(ROLLOUT)
                        && before.contains(&assignment.bundle_id)
                        && effective.bundle_id == assignment.bundle_id
                        && effective.generation == assignment.generation
                }
                _ => false,
            };
            let named = exceptions
                .iter()
                .any(|exception| exception.split([' ', ':']).next() == Some(node.name.as_str()));
            assert!(back || named, "{} is neither back nor named: {node:?} {exceptions:?}", node.name);
        }
    }
}

/// I18, I17: every node of the steps up to this one that counts passes on evidence; the rest is within what is tolerated.
fn gates_hold(picture: &Picture, last: u32, samples: &HashMap<NodeId, NodeSample>, now: Time) {
    for step in 0..=last {
        let (present, passing) = passing(picture, step, samples, now);
        let spec = &picture.rollout.spec;
        assert!(
            present - passing <= spec.max_unavailable,
            "{passing} of {present} nodes of step {step} pass"
        );
        assert!(present == 0 || passing > 0 || step < last, "nothing has proven the bundle");
    }
}

/// How many nodes of a step are there, and how many of them pass the gates.
fn passing(picture: &Picture, step: u32, samples: &HashMap<NodeId, NodeSample>, now: Time) -> (u32, u32) {
    let spec = &picture.rollout.spec;
    let (mut present, mut passing) = (0, 0);
    for member in picture.members.iter().filter(|member| member.step == step) {
        let Some(node) = picture.nodes.get(&member.node_id) else { continue };
        present += 1;
        let (RolloutNodeState::Assigned { generation } | RolloutNodeState::Completed { generation }) =
            member.state
        else {
            panic!("{} of a step under way is {:?}", node.name, member.state);
        };
        if oracle::passes(&spec.gates, node, generation, samples.get(&node.id), now) && !node.failed_current()
        {
            passing += 1;
        } else {
            let excused =
                node.failed_current() || node.status != NodeStatus::Online || !proven(node, generation);
            assert!(excused, "{} runs the bundle without passing the gates", node.name);
        }
    }
    (present, passing)
}

/// I16, I21: a node gets the bundle only in the instant in which its step starts.
fn only_the_current_step_is_given_the_bundle(old: &Picture, new: &Picture, command: &Command) {
    for (id, node) in &new.nodes {
        let was = old.nodes.get(id).and_then(|node| node.assignment.clone());
        if ours(node).is_none() || was == node.assignment {
            continue;
        }
        let member = new.members.iter().find(|member| member.node_id == *id);
        assert_eq!(member.map(|member| member.step), Some(old.rollout.current_step), "{}", node.name);
        assert_eq!(old.rollout.state, RolloutState::Running);
        let Command::RolloutAdvance(advance) = command else {
            panic!("{} moved {}", command.name(), node.name)
        };
        assert_eq!(advance.transition, Transition::StartStep);
    }
}

/// I14.
fn nobody_is_given_a_revoked_bundle(after: &MemoryTables, old: &Picture, new: &Picture) {
    for (id, node) in &new.nodes {
        let was = old.nodes.get(id).and_then(|node| node.assignment.clone());
        let Some(assignment) = node.assignment.as_ref().filter(|now| was.as_ref() != Some(now)) else {
            continue;
        };
        let bundle: Bundle = tables::load(after, assignment.bundle_id.as_bytes()).unwrap().unwrap();
        assert_eq!(bundle.state, BundleState::Compiled, "{} was given a revoked bundle", node.name);
    }
}

/// I25.
fn steps_go_forward(old: &Picture, new: &Picture) {
    let rank = |state: &StepState| match state {
        StepState::Pending => 0,
        StepState::Running { .. } => 1,
        StepState::Verifying { .. } => 2,
        StepState::Completed | StepState::Failed { .. } => 3,
    };
    for (old, new) in old.steps.iter().zip(&new.steps) {
        let (from, to) = (rank(&old.state), rank(&new.state));
        assert!(to >= from && (from < 3 || old.state == new.state), "{:?} became {:?}", old.state, new.state);
    }
    let (from, to) = (old.rollout.current_step, new.rollout.current_step);
    assert!(to == from || to == from + 1);
    assert!(to == from || new.steps[from as usize].state == StepState::Completed);
    if new.rollout.state.is_final() || matches!(new.rollout.state, RolloutState::RollingBack { .. }) {
        let under_way = new.steps.iter().any(|step| (1..3).contains(&rank(&step.state)));
        assert!(!under_way, "no step goes on when the rollout does not");
    }
}

/// I23.
fn the_rollout_owns_its_nodes_exactly_while_it_lives(new: &Picture) {
    for node in new.nodes.values() {
        let member = new.members.iter().find(|member| member.node_id == node.id);
        match (new.rollout.state.is_final(), member) {
            (true, _) | (false, None) => assert_eq!(node.owner, None, "{}", node.name),
            (false, Some(_)) if ours(node).is_some() || new.rollout.state == RolloutState::Running => {
                assert_eq!(node.owner, Some(ROLLOUT), "{}", node.name);
            }
            (false, Some(_)) => assert!(node.owner.is_none_or(|owner| owner == ROLLOUT)),
        }
    }
}

/// I17: nodes that work on the bundle belong to the current step, or were tolerated in an earlier one.
fn in_flight_stays_within_one_step(new: &Picture) {
    if new.rollout.state != RolloutState::Running {
        return;
    }
    for member in &new.members {
        let Some(node) = new.nodes.get(&member.node_id) else { continue };
        if member.step > new.rollout.current_step {
            assert_eq!(member.state, RolloutNodeState::Pending);
            assert_eq!(ours(node), None, "{} is ahead of its step", node.name);
        }
    }
    let unproven = |step: u32| {
        let members = new.members.iter().filter(|member| member.step == step);
        members
            .filter(|member| matches!(member.state, RolloutNodeState::Assigned { .. }))
            .filter(|member| new.nodes.contains_key(&member.node_id))
            .count()
    };
    for step in 0..new.rollout.current_step {
        assert!(
            unproven(step) <= new.rollout.spec.max_unavailable as usize,
            "step {step} left too many behind"
        );
    }
}

/// I21: what a cancelled or failed rollout gave and nobody has proven is taken back or withdrawn.
fn nothing_is_left_that_could_still_move(new: &Picture) {
    for node in new.nodes.values() {
        if let Some(generation) = ours(node) {
            let was_proven = proven(node, generation)
                || node.effective.is_some_and(|fact| fact.at >= new.rollout.ended_at.unwrap());
            assert!(was_proven, "{} could still move after the end", node.name);
        }
    }
}
