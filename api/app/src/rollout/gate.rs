//! What the gates say of each node, by what this member has heard of it.

use sentinel_api_types::rollout::{GateKind, GateVerdict, NodeGate};
use sentinel_engine::rollout::gates::{self, Evidence, Finding, Gate, Verdict};
use sentinel_model::Time;
use sentinel_model::health::NodeSample;
use sentinel_model::node::Node;
use sentinel_model::rollout::{Gates, Rollout, RolloutNode, RolloutState};

use crate::app::App;
use crate::liveness::Liveness;
use crate::scheduler::Limits;

/// What nodes said, and how old it may be.
pub(super) struct Heard<'a> {
    pub liveness: &'a Liveness,
    pub now: Time,
    fresh_ms: u64,
}

impl<'a> Heard<'a> {
    /// What this member has heard until now.
    pub(super) fn by(app: &'a App) -> Self {
        let fresh = Limits::of(app.settings()).fresh;
        let fresh_ms = u64::try_from(fresh.as_millis()).unwrap_or(u64::MAX);
        Self { liveness: app.liveness(), now: app.now(), fresh_ms }
    }

    /// What each gate says of a node that has the bundle, while the rollout goes forward.
    pub(super) fn gates(&self, rollout: &Rollout, member: &RolloutNode, node: &Node) -> Vec<NodeGate> {
        let forward = matches!(rollout.state, RolloutState::Running | RolloutState::Paused { .. });
        let Some(generation) = member.state.generation().filter(|_| forward && member.state.moved()) else {
            return Vec::new();
        };
        let asked = gates::without_traffic(&rollout.spec);
        let sample = self.liveness.get(node.id);
        let evidence =
            Evidence { node, generation, sample: sample.as_ref(), now: self.now, fresh_ms: self.fresh_ms };
        let proven = node.effective.filter(|fact| fact.generation == generation);
        let observed_s = proven.map(|fact| (self.now.since(fact.at) / 1_000) as f64);
        let of_this = sample.as_ref().filter(|sample| sample.effective == generation);
        let shape = |(gate, verdict): (Gate, Verdict)| {
            let (verdict, reason) = match verdict {
                Verdict::Pass => (GateVerdict::Pass, None),
                Verdict::Undecided(Finding { kind, .. }) => (GateVerdict::Undecided, Some(kind.to_owned())),
                Verdict::Broken(Finding { kind, .. }) => (GateVerdict::Broken, Some(kind.to_owned())),
            };
            let (kind, measured, limit) = numbers(gate, &asked, of_this);
            let measured = if gate == Gate::Observed { observed_s } else { measured };
            NodeGate { gate: kind, verdict, reason, measured: measured.filter(|one| one.is_finite()), limit }
        };
        gates::each(&asked, evidence).map(shape).collect()
    }
}

/// What a gate is called, what was measured of the generation that is judged, and its limit.
fn numbers(gate: Gate, asked: &Gates, sample: Option<&NodeSample>) -> (GateKind, Option<f64>, Option<f64>) {
    let traffic = sample.and_then(|sample| sample.traffic.filter(|one| one.generation == sample.effective));
    let usage = sample.and_then(|sample| sample.usage.filter(|one| one.generation == sample.effective));
    match gate {
        Gate::Observed => (GateKind::Observed, None, Some(f64::from(asked.observe_s))),
        Gate::Heartbeat => (GateKind::Heartbeat, None, None),
        Gate::Errors => {
            (GateKind::ErrorRate, traffic.and_then(|one| one.error_percent()), asked.max_error_percent)
        }
        Gate::Latency => (GateKind::Latency, traffic.map(|one| one.p99_ms), asked.max_latency_ms),
        Gate::Cpu => (GateKind::Cpu, usage.and_then(|one| one.cpu_percent), asked.max_cpu_percent),
        Gate::Memory => {
            (GateKind::Memory, usage.and_then(|one| one.memory_percent), asked.max_memory_percent)
        }
    }
}
