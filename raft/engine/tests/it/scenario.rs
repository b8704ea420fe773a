//! Rollouts as random as they come, and as a test writes them.

use proptest::prelude::*;
use sentinel_machine::commands::node_update::{NodeUpdate, Pin};
use sentinel_machine::commands::rollout_create::RolloutCreate;
use sentinel_machine::query;
use sentinel_model::rollout::{Batch, Gates, OnConflict, RolloutSpec, Target};

use crate::agent::{Agent, OnBack, OnNew};
use crate::operator::Incident;
use crate::plan::plan_over;
use crate::world::{NEW, OLD, PROJECT, ROLLOUT, World, node_id};

/// A fleet, what is asked for, and what happens at which tick.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub nodes: Vec<(OnNew, OnBack, bool)>,
    pub spec: RolloutSpec,
    pub incidents: Vec<(usize, Incident)>,
    /// Nodes that are pinned to the old bundle, by number.
    pub pinned: Vec<u8>,
}

/// A minute for each step, so that deadlines matter.
pub fn spec() -> RolloutSpec {
    RolloutSpec {
        bundle_id: NEW,
        target: Target::All,
        batch: Batch::Size(1),
        max_unavailable: 0,
        step_deadline_s: 60,
        gates: Gates { fail_after_s: 10, ..Gates::default() },
        auto_rollback: true,
        canary: None,
        blue_green: None,
        on_conflict: OnConflict::Refuse,
        failure_domain: None,
        rollback_threshold: None,
        checks: Vec::new(),
        environment_id: None,
        by_hand: false,
    }
}

/// Limits on errors and latency.
pub fn traffic_gates() -> Gates {
    Gates { max_error_percent: Some(5.0), max_latency_ms: Some(100.0), min_requests: 10, ..spec().gates }
}

impl Scenario {
    /// Nodes that all do the same when given the bundle.
    pub fn uniform(count: usize, on_new: OnNew) -> Self {
        Self {
            nodes: vec![(on_new, OnBack::Good(1), true); count],
            spec: spec(),
            incidents: vec![],
            pinned: vec![],
        }
    }

    /// The fleet runs the old bundle, and the rollout is made.
    pub fn begin(&self) -> World {
        let mut world = World::new();
        for (place, (on_new, on_back, runs_old)) in self.nodes.iter().enumerate() {
            let number = u8::try_from(place).unwrap() + 1;
            world.enrol(number, Agent::new(node_id(number), *on_new, OnBack::Good(0)), *runs_old);
            for _ in 0..3 {
                world.tick();
            }
            world.agents.get_mut(&node_id(number)).unwrap().on_back = *on_back;
        }
        for number in &self.pinned {
            let (node_id, pin) = (node_id(*number), Some(Pin::To(OLD)));
            world.must(NodeUpdate { pin, ..NodeUpdate::of(node_id) });
        }
        let nodes = query::nodes_of(&world.tables, PROJECT).unwrap();
        let plan = plan_over(&self.spec, &nodes).unwrap();
        world.must(RolloutCreate {
            scheduled_at: None,
            override_freeze_reason: None,
            skip_order_reason: None,
            rule: None,
            template_id: None,
            rollout_id: ROLLOUT,
            project_id: PROJECT,
            spec: self.spec.clone(),
            steps: plan.steps,
            live: plan.live,
            created_by: "ada@example.com".into(),
        });
        world
    }
}

pub fn on_new() -> impl Strategy<Value = OnNew> {
    prop_oneof![
        6 => (0u8..6).prop_map(OnNew::Good),
        1 => Just(OnNew::Fails),
        1 => Just(OnNew::Silent),
        1 => Just(OnNew::Never),
        1 => (0u8..12).prop_map(OnNew::GoesBack),
        1 => (0u8..12).prop_map(OnNew::Breaks),
        1 => (0u8..12).prop_map(OnNew::Sickens),
        1 => Just(OnNew::Unhealthy),
        1 => (0u8..4).prop_map(OnNew::Flaps),
        1 => Just(OnNew::Errors),
        1 => Just(OnNew::SlowAnswers),
        1 => Just(OnNew::NoTraffic),
        1 => Just(OnNew::OldTraffic),
        1 => Just(OnNew::NotANumber),
    ]
}

pub fn on_back() -> impl Strategy<Value = OnBack> {
    prop_oneof![
        5 => (0u8..6).prop_map(OnBack::Good),
        1 => Just(OnBack::Fails),
        1 => Just(OnBack::Silent),
        1 => Just(OnBack::Never),
    ]
}

fn incident() -> impl Strategy<Value = Incident> {
    prop_oneof![
        2 => Just(Incident::Pause),
        4 => Just(Incident::Resume),
        1 => Just(Incident::Cancel),
        1 => Just(Incident::Rollback),
        1 => Just(Incident::RevokeNew),
        1 => Just(Incident::RevokeOld),
        1 => (1u8..8).prop_map(Incident::Delete),
        1 => (0u8..4).prop_map(Incident::DeleteStep),
        3 => (1u8..8).prop_map(Incident::Hush),
        4 => (1u8..8).prop_map(Incident::Return),
        1 => (1u8..8).prop_map(Incident::Join),
        3 => Just(Incident::ChangeLeader),
    ]
}

pub fn gates() -> impl Strategy<Value = Gates> {
    (any::<bool>(), any::<bool>(), any::<bool>(), 0u32..20, 0u32..30, 0u32..20).prop_map(
        |(heartbeat, errors, latency, min_requests, observe_s, fail_after_s)| Gates {
            heartbeat,
            max_error_percent: errors.then_some(5.0),
            max_latency_ms: latency.then_some(100.0),
            min_requests,
            observe_s,
            fail_after_s,
            max_cpu_percent: None,
            max_memory_percent: None,
        },
    )
}

/// Any scenario.
pub fn any_scenario() -> impl Strategy<Value = Scenario> {
    let nodes = proptest::collection::vec((on_new(), on_back(), proptest::bool::weighted(0.9)), 1..7);
    let batch = prop_oneof![(1u32..4).prop_map(Batch::Size), (10u8..=100).prop_map(Batch::Percent)];
    let incidents = proptest::collection::vec((0usize..60, incident()), 0..7);
    (nodes, batch, 0u32..3, gates(), any::<bool>(), incidents).prop_map(
        |(nodes, batch, max_unavailable, gates, auto_rollback, mut incidents)| {
            incidents.sort_by_key(|(tick, _)| *tick);
            let spec = RolloutSpec { batch, max_unavailable, gates, auto_rollback, ..spec() };
            Scenario { nodes, spec, incidents, pinned: vec![] }
        },
    )
}
