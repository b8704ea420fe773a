//! The simulated nodes of a rehearsal. What they have counted at a moment follows from what they have done so far, so nobody has to beat
//! ten thousand hearts in between.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sentinel_machine::commands::nodes_report::{NodeFact, NodeReport};
use sentinel_model::dice::Dice;
use sentinel_model::health::{LatencyCount, NodeSample, TrafficSample, UsageSample};
use sentinel_model::node::{ActivationStage, Node, NodeStatus, WEIGHT_FULL};
use sentinel_model::{BundleId, Generation, NodeId, Time};

use super::Assumptions;

/// How long it takes until a node has heard of a new assignment, at most, in milliseconds.
const HEARS_WITHIN_MS: f64 = 300.0;
/// Nodes are not all alike: by so much, either way, do requests differ from the average.
const SPREAD: f64 = 0.2;
/// Bounds of the histogram that agents tell, in milliseconds.
const BOUNDS_MS: [f64; 13] =
    [1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0];
/// What a proxy uses: nothing that a limit on it would mind.
const CPU_PERCENT: f64 = 10.0;
const MEMORY_PERCENT: f64 = 5.0;
/// What a node says that fails.
const FAILS: &str = "assumed: the bundle does not activate on this node";
/// With fewer activations nothing is known of how long they take.
const MEASURED_MIN: usize = 5;
/// What took longer was something else: a node that was away.
const MEASURED_MAX_MS: u64 = 600_000;

#[derive(Clone, Debug)]
struct Agent {
    dice: Dice,
    speaks: bool,
    /// Requests in a second with all of its weight.
    rate: f64,
    weight: u8,
    /// What the proxy runs, and since when.
    running: Option<(BundleId, Generation, Time)>,
    /// Answered since then, up to `counted_at`.
    counted: f64,
    counted_at: Time,
    /// Its heart beats so much after the others'.
    phase_ms: u64,
    done_with: Generation,
    working: Option<Generation>,
}

/// All nodes of the copy.
#[derive(Debug)]
pub(super) struct Fleet {
    assumed: Assumptions,
    new: BundleId,
    begins: Time,
    agents: HashMap<NodeId, Agent>,
    /// Activations that come to their end.
    due: BTreeMap<Time, BTreeSet<(NodeId, Generation)>>,
}

/// How long the newest activations of these nodes took, without the fastest and the slowest tenth, in milliseconds. Nothing when there
/// are too few to say.
pub fn activation_times(nodes: &[Node]) -> Option<(u64, u64)> {
    let took = |node: &Node| {
        let (given, proven) = (node.assignment.as_ref()?, node.effective?);
        let ms = proven.at.since(given.at);
        (given.generation == proven.generation && given.asserts.is_none() && ms > 0 && ms <= MEASURED_MAX_MS)
            .then_some(ms)
    };
    let mut times: Vec<u64> = nodes.iter().filter_map(took).collect();
    times.sort_unstable();
    if times.len() < MEASURED_MIN {
        return None;
    }
    let tenth = times.len() / 10;
    Some((times[tenth], times[times.len() - 1 - tenth]))
}

impl Fleet {
    /// The nodes as they are, and those of them that fall silent now.
    pub fn of(nodes: &[Node], new: BundleId, begins: Time, assumed: Assumptions) -> (Self, Vec<NodeReport>) {
        let mut fleet = Self { assumed, new, begins, agents: HashMap::new(), due: BTreeMap::new() };
        let mut silent = Vec::new();
        for node in nodes {
            let dice = Dice::of(assumed.seed, node.id);
            let online = node.status == NodeStatus::Online;
            let hushes = online && dice.share("silent", 0) * 100.0 < assumed.silent_percent;
            if hushes {
                silent.push(NodeReport { node_id: node.id, fact: NodeFact::Status(NodeStatus::Offline) });
            }
            let rate = assumed.requests_per_second * dice.between("rate", 0, 1.0 - SPREAD, 1.0 + SPREAD);
            let running = node.effective.map(|fact| (fact.bundle_id, fact.generation, fact.at.min(begins)));
            let since = running.map_or(begins, |(_, _, since)| since);
            let weight = node.weight;
            let full = rate * f64::from(weight) / f64::from(WEIGHT_FULL);
            fleet.agents.insert(
                node.id,
                Agent {
                    dice,
                    speaks: online && !hushes,
                    rate,
                    weight,
                    running,
                    counted: full * begins.since(since) as f64 / 1_000.0,
                    counted_at: begins,
                    phase_ms: dice.between("phase", 0, 0.0, assumed.heartbeat_ms.max(1) as f64) as u64,
                    done_with: settled(node),
                    working: None,
                },
            );
            fleet.saw(node, begins);
        }
        (fleet, silent)
    }

    /// The node's row was written: it may have a new assignment, or another weight.
    pub fn saw(&mut self, node: &Node, now: Time) {
        let assumed = self.assumed;
        let Some(agent) = self.agents.get_mut(&node.id) else { return };
        if agent.weight != node.weight {
            agent.count(now);
            agent.weight = node.weight;
        }
        let Some(given) = node.assignment.as_ref().filter(|given| given.generation > agent.done_with) else {
            return;
        };
        if !agent.speaks || agent.working == Some(given.generation) {
            return;
        }
        agent.working = Some(given.generation);
        let turn = given.generation.0;
        let hears = agent.dice.between("hears", turn, 0.0, HEARS_WITHIN_MS);
        let (least, most) = assumed.activation_ms;
        let takes = agent.dice.between("activation", turn, least as f64, most as f64);
        let at = now.plus_ms((hears + takes).round() as u64);
        self.due.entry(at).or_default().insert((node.id, given.generation));
    }

    /// When the next activation comes to its end.
    pub fn next(&self) -> Option<Time> {
        self.due.keys().next().copied()
    }

    /// Activations that have come to their end, as far as they are still wanted.
    pub fn take_due(&mut self, now: Time) -> Vec<(NodeId, Generation)> {
        let later = self.due.split_off(&now.plus_ms(1));
        let due = std::mem::replace(&mut self.due, later);
        let ended = due.into_values().flatten();
        let wanted = |(id, generation): &(NodeId, Generation)| {
            self.agents.get(id).is_some_and(|agent| agent.working == Some(*generation))
        };
        ended.filter(wanted).collect()
    }

    /// What the node reports of an activation that has come to its end.
    pub fn end(&mut self, node: &Node, generation: Generation, now: Time) -> Vec<NodeReport> {
        let Some(agent) = self.agents.get_mut(&node.id) else { return Vec::new() };
        let given = node.assignment.as_ref().filter(|given| given.generation == generation);
        let Some(given) = given else { return Vec::new() };
        let bundle_id = given.bundle_id;
        agent.working = None;
        agent.done_with = generation;
        let fails =
            bundle_id == self.new && agent.dice.share("fails", 0) * 100.0 < self.assumed.failing_percent;
        let last = if fails {
            let (stage, message) = (ActivationStage::Activate, FAILS.to_owned());
            NodeFact::Failed { bundle_id, generation, stage, message }
        } else {
            agent.count(now);
            (agent.running, agent.counted) = (Some((bundle_id, generation, now)), 0.0);
            NodeFact::Effective { bundle_id, generation }
        };
        let facts =
            [NodeFact::Offered { bundle_id, generation }, NodeFact::Accepted { bundle_id, generation }, last];
        facts.map(|fact| NodeReport { node_id: node.id, fact }).into()
    }

    /// The nodes that speak.
    pub fn speaking(&self) -> impl Iterator<Item = NodeId> {
        self.agents.iter().filter(|(_, agent)| agent.speaks).map(|(id, _)| *id)
    }

    /// Requests in a second that a node answers with all of its weight; nothing of one that is away or would fail.
    pub fn rate(&self, node: NodeId) -> f64 {
        let well = |agent: &&Agent| {
            agent.speaks && agent.dice.share("fails", 0) * 100.0 >= self.assumed.failing_percent
        };
        self.agents.get(&node).filter(well).map_or(0.0, |agent| agent.rate)
    }

    /// The newest heartbeat.
    pub fn sample(&self, node_id: NodeId, now: Time) -> Option<NodeSample> {
        let agent = self.agents.get(&node_id).filter(|agent| agent.speaks)?;
        let heard_at = agent.beat(self.begins, self.assumed.heartbeat_ms.max(1), now);
        let mut sample = NodeSample {
            node_id,
            heard_at,
            healthy: true,
            effective: Generation(0),
            traffic: None,
            latency: Vec::new(),
            usage: None,
            next_within_ms: self.assumed.heartbeat_ms,
        };
        let Some((bundle, generation, since)) = agent.running else { return Some(sample) };
        let behaviour = if bundle == self.new { self.assumed.new } else { self.assumed.old };
        let requests = agent.answered(heard_at) as u64;
        let window_ms = heard_at.since(since);
        let within = |ms: f64| quantile_of(ms, behaviour.p99_ms);
        let bars = BOUNDS_MS.map(|ms| (Some(ms), (requests as f64 * within(ms)) as u64));
        let bars = bars.into_iter().chain([(None, requests)]);
        sample.effective = generation;
        sample.traffic = Some(TrafficSample {
            generation,
            window_ms,
            requests,
            errors: (requests as f64 * behaviour.error_percent / 100.0) as u64,
            p50_ms: behaviour.p99_ms * 2f64.ln() / 100f64.ln(),
            p95_ms: behaviour.p99_ms * 20f64.ln() / 100f64.ln(),
            p99_ms: behaviour.p99_ms,
        });
        sample.latency = bars.map(|(up_to_ms, requests)| LatencyCount { up_to_ms, requests }).collect();
        sample.usage = Some(UsageSample {
            generation,
            window_ms,
            cpu_percent: Some(CPU_PERCENT),
            memory_percent: Some(MEMORY_PERCENT),
        });
        Some(sample)
    }
}

/// Share of the answers that take at most so long, where one in a hundred takes longer than `p99_ms`: they are spread exponentially.
fn quantile_of(ms: f64, p99_ms: f64) -> f64 {
    1.0 - (-ms * 100f64.ln() / p99_ms.max(0.001)).exp()
}

/// The newest generation that the node has brought to its end, one way or the other.
fn settled(node: &Node) -> Generation {
    let failed = node.failure.as_ref().map(|failure| failure.generation);
    let proven = node.effective.map(|fact| fact.generation);
    failed.max(proven).unwrap_or_default()
}

impl Agent {
    fn answered(&self, at: Time) -> f64 {
        let share = f64::from(self.weight) / f64::from(WEIGHT_FULL);
        self.counted + self.rate * share * at.since(self.counted_at) as f64 / 1_000.0
    }

    fn count(&mut self, now: Time) {
        (self.counted, self.counted_at) = (self.answered(now), now);
    }

    /// When it was heard last: its heart beats evenly, and once more with every change.
    fn beat(&self, begins: Time, interval_ms: u64, now: Time) -> Time {
        let beats = |from: u64| from / interval_ms * interval_ms;
        let regular = match now.since(begins.plus_ms(self.phase_ms)) {
            // It was heard before all this began.
            0 => Time(begins.0 - (interval_ms - self.phase_ms.min(interval_ms)) as i64),
            ms => begins.plus_ms(self.phase_ms + beats(ms)),
        };
        regular.max(self.counted_at)
    }
}
