//! A rollout in the middle of a step, to be bent by each test.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, HashMap};

use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_model::canary::Analysis;
use sentinel_model::check::Checks;
use sentinel_model::check::{HttpCheck, Method};
use sentinel_model::drift::{DriftEvent, DriftSeverity, DriftState, Measurement};
use sentinel_model::health::{NodeSample, TrafficSample};
use sentinel_model::node::{
    ActivationFailure, ActivationStage, Assignment, AssignmentCause, Fact, Node, NodeStatus, WEIGHT_FULL,
};
use sentinel_model::rollout::{
    Batch, Gates, Hold, OnConflict, Rollout, RolloutNode, RolloutNodeState, RolloutSpec, RolloutState, Step,
    StepState, Target,
};
use sentinel_model::version::VersionRange;
use sentinel_model::{BundleId, DriftEventId, Generation, NodeId, ProjectId, RolloutId, Sha256Digest, Time};
use uuid::Uuid;

use crate::rollout::{RolloutView, decide};

/// When the step began.
pub const START: Time = Time(1_000_000);
/// What the nodes ran before.
pub const OLD: BundleId = BundleId(Uuid::from_u128(0xa1));
/// What the rollout brings.
pub const NEW: BundleId = BundleId(Uuid::from_u128(0xa2));
/// The rollout.
pub const ROLLOUT: RolloutId = RolloutId(Uuid::from_u128(0xb1));
/// What the nodes prove before and after.
pub const BEFORE: Generation = Generation(1);
/// What the rollout gave them.
pub const GIVEN: Generation = Generation(2);
/// Age of a fresh heartbeat.
pub const FRESH_MS: u64 = 30_000;

pub fn id(name: &str) -> NodeId {
    let number = name.bytes().fold(7u128, |sum, byte| sum.wrapping_mul(31).wrapping_add(u128::from(byte)));
    NodeId(Uuid::from_u128(number))
}

/// A node that is online and has proven what it ran before the rollout.
pub fn node(name: &str) -> Node {
    Node {
        id: id(name),
        project_id: ProjectId(Uuid::from_u128(0xc1)),
        name: name.to_owned(),
        labels: BTreeMap::new(),
        capabilities: Vec::new(),
        agent_version: String::new(),
        proxy_version: String::new(),
        hostname: String::new(),
        ip: String::new(),
        key_digest: Sha256Digest([0; 32]),
        registered_at: Time(0),
        status: NodeStatus::Online,
        status_since: Time(0),
        generation: BEFORE,
        assignment: Some(Assignment {
            bundle_id: OLD,
            generation: BEFORE,
            at: Time(0),
            cause: AssignmentCause::Direct,
            reasserts: None,
            asserts: None,
        }),
        offered: None,
        accepted: None,
        effective: Some(Fact { bundle_id: OLD, generation: BEFORE, at: Time(10) }),
        failure: None,
        owner: None,
        weight: WEIGHT_FULL,
        weight_revision: 0,
        pinned_bundle_id: None,
        slot: None,
        versions: VersionRange::default(),
        environment_id: None,
        simulated: false,
        given: Vec::new(),
    }
}

pub fn spec() -> RolloutSpec {
    RolloutSpec {
        bundle_id: NEW,
        target: Target::All,
        batch: Batch::Size(1),
        max_unavailable: 0,
        step_deadline_s: 600,
        gates: Gates::default(),
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

pub fn rollout() -> Rollout {
    Rollout {
        id: ROLLOUT,
        project_id: ProjectId(Uuid::from_u128(0xc1)),
        spec: spec(),
        state: RolloutState::Running,
        steps: 2,
        nodes: 2,
        current_step: 0,
        hold: None,
        revision: 5,
        created_by: "ada@example.com".into(),
        created_at: START,
        updated_at: START,
        ended_at: None,
        governance: Default::default(),
        shift: None,
        queued: None,
        superseded_by: None,
        released: 0,
        template: None,
    }
}

/// A step under way, and what is known of its nodes.
#[derive(Clone)]
pub struct Scene {
    pub rollout: Rollout,
    pub step: Step,
    /// Other steps, where a decision looks at them.
    pub others: Vec<Step>,
    pub members: Vec<RolloutNode>,
    pub nodes: HashMap<NodeId, Node>,
    pub samples: HashMap<NodeId, NodeSample>,
    pub analysis: Option<Analysis>,
    pub checks: Option<Checks>,
    pub bundle_revoked: bool,
    pub frozen: Option<String>,
    pub leader_since: Time,
    pub now: Time,
}

/// Passes after three times, and is broken after two.
pub fn check() -> HttpCheck {
    HttpCheck {
        name: "checkout".into(),
        url: "https://shop.example.com/".into(),
        method: Method::Get,
        status: [200, 299],
        body_contains: None,
        headers: BTreeMap::new(),
        timeout_ms: 1_000,
        interval_s: 10,
        passes: 3,
        failures: 2,
    }
}

/// What differs on a node from what it was given.
pub fn drift_event(node: &Node) -> DriftEvent {
    DriftEvent {
        id: DriftEventId(Uuid::from_u128(7)),
        project_id: node.project_id,
        node_id: node.id,
        node_name: node.name.clone(),
        bundle_id: OLD,
        found: Measurement {
            generation: BEFORE,
            expected: Sha256Digest([1; 32]),
            actual: Sha256Digest([2; 32]),
            config: None,
            severity: DriftSeverity::Low,
            summary: "zentinel.kdl changed".into(),
            differences: Vec::new(),
            more: 0,
        },
        detected_at: Time(0),
        updated_at: Time(0),
        state: DriftState::Open,
        alarm: None,
        tries: 0,
        own_tries: 0,
        next_try_at: Some(Time(0)),
        resolved_at: None,
        resolved_index: 0,
        resolution: None,
        resolved_by: String::new(),
        reason: String::new(),
        revision: 4,
    }
}

impl Scene {
    /// The first step began with these nodes, ten seconds ago.
    pub fn running(names: &[&str]) -> Self {
        let step = Step {
            rollout_id: ROLLOUT,
            index: 0,
            node_ids: names.iter().map(|name| id(name)).collect(),
            traffic: None,
            state: StepState::Running { since: START },
            ran_ms: 0,
            started_at: Some(START),
            ended_at: None,
        };
        let mut scene = Scene {
            rollout: rollout(),
            step,
            others: Vec::new(),
            members: Vec::new(),
            nodes: HashMap::new(),
            samples: HashMap::new(),
            analysis: None,
            checks: None,
            bundle_revoked: false,
            frozen: None,
            leader_since: Time(0),
            now: START.plus_ms(10_000),
        };
        for name in names {
            scene.given(name, 0);
        }
        scene
    }

    /// The same, and every node has proven the bundle.
    pub fn verifying(names: &[&str]) -> Self {
        let mut scene = Self::running(names);
        scene.step.state = StepState::Verifying { since: START };
        for name in names {
            scene.prove(name);
        }
        scene
    }

    /// Adds a node that step `step` has given the bundle to.
    pub fn given(&mut self, name: &str, step: u32) {
        let mut node = node(name);
        node.generation = GIVEN;
        node.owner = Some(ROLLOUT);
        node.assignment = Some(Assignment {
            bundle_id: NEW,
            generation: GIVEN,
            at: START,
            cause: AssignmentCause::Rollout(ROLLOUT),
            reasserts: None,
            asserts: None,
        });
        self.nodes.insert(node.id, node);
        self.members.push(RolloutNode {
            rollout_id: ROLLOUT,
            node_id: id(name),
            step,
            previous: Some(OLD),
            fallback: None,
            before: None,
            outcome: None,
            state: RolloutNodeState::Assigned { generation: GIVEN },
        });
    }

    /// Adds a node whose step has not begun, and that has said so.
    pub fn waiting(&mut self, name: &str) {
        self.nodes.insert(id(name), node(name));
        self.members.push(RolloutNode {
            rollout_id: ROLLOUT,
            node_id: id(name),
            step: 1,
            previous: None,
            fallback: None,
            before: None,
            outcome: None,
            state: RolloutNodeState::Pending,
        });
        self.heartbeat(name, true);
    }

    pub fn node(&mut self, name: &str) -> &mut Node {
        self.nodes.get_mut(&id(name)).unwrap()
    }

    pub fn member(&mut self, name: &str) -> &mut RolloutNode {
        self.members.iter_mut().find(|member| member.node_id == id(name)).unwrap()
    }

    /// The node proves what it was given, and says that it is healthy.
    pub fn prove(&mut self, name: &str) {
        let at = self.now;
        let node = self.node(name);
        let assignment = node.assignment.clone().unwrap();
        node.failure = None;
        node.effective =
            Some(Fact { bundle_id: assignment.bundle_id, generation: assignment.generation, at });
        self.heartbeat(name, true);
    }

    pub fn heartbeat(&mut self, name: &str, healthy: bool) {
        let effective = self.node(name).effective.map_or(Generation(0), |fact| fact.generation);
        let sample = NodeSample {
            node_id: id(name),
            heard_at: self.now,
            healthy,
            effective,
            traffic: None,
            latency: Vec::new(),
            usage: None,
            next_within_ms: 0,
        };
        self.samples.insert(id(name), sample);
    }

    pub fn traffic(&mut self, name: &str) -> &mut TrafficSample {
        let sample = self.samples.get_mut(&id(name)).unwrap();
        let generation = sample.effective;
        sample.traffic.get_or_insert(TrafficSample {
            generation,
            window_ms: 60_000,
            requests: 1_000,
            errors: 0,
            p50_ms: 1.0,
            p95_ms: 2.0,
            p99_ms: 3.0,
        })
    }

    pub fn fail(&mut self, name: &str, message: &str) {
        let at = self.now;
        let node = self.node(name);
        let generation = node.generation;
        node.failure = Some(ActivationFailure {
            bundle_id: NEW,
            generation,
            stage: ActivationStage::Test,
            message: message.into(),
            at,
        });
    }

    pub fn offline(&mut self, name: &str) {
        let now = self.now;
        let node = self.node(name);
        node.status = NodeStatus::Offline;
        node.status_since = now;
    }

    pub fn delete(&mut self, name: &str) {
        self.nodes.remove(&id(name));
    }

    /// Time passes; the nodes named are heard of at the end of it, as healthy as before.
    pub fn pass_s(&mut self, seconds: u64, heard: &[&str]) {
        self.now = self.now.plus_ms(seconds * 1_000);
        for name in heard {
            let sample = self.samples.get_mut(&id(name)).unwrap();
            sample.heard_at = self.now;
        }
    }

    pub fn hold(&mut self, reason: &str, broken: bool, since: Time) {
        self.rollout.hold = Some(Hold {
            reason: reason.into(),
            broken,
            frozen: false,
            for_person: false,
            since,
            waits_since: None,
        });
        self.rollout.updated_at = since;
    }

    pub fn with_view<T>(&self, look: impl FnOnce(&RolloutView<'_>) -> T) -> T {
        let mut steps = self.others.clone();
        steps.push(self.step.clone());
        let view = RolloutView {
            rollout: &self.rollout,
            steps: &steps,
            members: &self.members,
            nodes: &self.nodes,
            samples: &self.samples,
            analysis: self.analysis.as_ref(),
            checks: self.checks.as_ref(),
            bundle_revoked: self.bundle_revoked,
            frozen: self.frozen.as_deref(),
            fresh_ms: FRESH_MS,
            leader_since: self.leader_since,
        };
        look(&view)
    }

    pub fn decide(&self) -> Option<Transition> {
        let decision = self.with_view(|view| decide(view, self.now))?;
        assert_eq!((decision.rollout_id, decision.revision), (self.rollout.id, self.rollout.revision));
        Some(decision.transition)
    }

    /// The reason of the failure that is decided.
    pub fn failure(&self) -> String {
        match self.decide() {
            Some(Transition::FailStep { reason, .. }) => reason,
            other => panic!("decided {other:?} instead of a failure"),
        }
    }

    /// The hold that is decided.
    pub fn held(&self) -> (String, bool) {
        match self.decide() {
            Some(Transition::Hold { reason: Some(reason), broken }) => (reason, broken),
            other => panic!("decided {other:?} instead of a hold"),
        }
    }
}

/// SplitMix64.
pub struct Dice(pub u64);

impl Dice {
    pub fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn hits(&mut self, trials: u64, ratio: f64) -> u64 {
        (0..trials).filter(|_| self.share() < ratio).count() as u64
    }
}
