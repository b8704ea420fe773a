//! A simulated node: what its agent reports, tick by tick.

use sentinel_machine::commands::nodes_report::NodeFact;
use sentinel_model::health::{LatencyCount, NodeSample, TrafficSample};
use sentinel_model::node::{ActivationStage, Node};
use sentinel_model::{BundleId, Generation, NodeId, Time};

/// The answers of a node that is well take at most so long.
pub const QUICK_MS: f64 = 5.0;

/// What happens when the node is given the rollout's bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnNew {
    /// Runs it after so many ticks, and is well.
    Good(u8),
    /// Reports a failure and goes on with what it has.
    Fails,
    /// Says nothing any more.
    Silent,
    /// Stays online and never gets done.
    Never,
    /// Runs it, and goes back after so many ticks without a word but its heartbeats.
    GoesBack(u8),
    /// Runs it, goes back after so many ticks, and says why.
    Breaks(u8),
    /// Runs it, and is unhealthy after so many ticks.
    Sickens(u8),
    /// Runs it and is unhealthy.
    Unhealthy,
    /// Runs it, and is well and ill by turns of so many ticks.
    Flaps(u8),
    /// Runs it and answers with errors.
    Errors,
    /// Runs it and is slow.
    SlowAnswers,
    /// Runs it and measures nothing.
    NoTraffic,
    /// Runs it and still tells of the traffic before.
    OldTraffic,
    /// Runs it and measures what is no number.
    NotANumber,
}

/// What happens when the node is given its earlier bundle again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnBack {
    /// Runs it after so many ticks.
    Good(u8),
    /// Reports a failure.
    Fails,
    /// Says nothing any more.
    Silent,
    /// Stays online and never gets done.
    Never,
}

/// The node's memory.
#[derive(Clone, Debug)]
pub struct Agent {
    pub id: NodeId,
    pub on_new: OnNew,
    pub on_back: OnBack,
    /// Does not speak; set by its own behaviour or by the scenario.
    pub silent: bool,
    /// What the proxy runs, and since when.
    running: Option<(BundleId, Generation, Time)>,
    before: Option<(BundleId, Generation, Time)>,
    /// The assignment that it works on, since when.
    working: Option<(BundleId, Generation, Time)>,
    done_with: Generation,
}

impl Agent {
    pub fn new(id: NodeId, on_new: OnNew, on_back: OnBack) -> Self {
        Self {
            id,
            on_new,
            on_back,
            silent: false,
            running: None,
            before: None,
            working: None,
            done_with: Generation(0),
        }
    }

    /// What the proxy really runs.
    pub fn running(&self) -> Option<BundleId> {
        self.running.map(|(bundle, _, _)| bundle)
    }

    /// One tick: reads the assignment, works on it, says what is new.
    pub fn tick(&mut self, node: &Node, new: BundleId, now: Time) -> Vec<NodeFact> {
        if self.silent {
            return Vec::new();
        }
        let mut facts = Vec::new();
        // Work that has begun goes on even if the assignment changed meanwhile: the agent may hear of that too late.
        if let Some((bundle_id, generation, since)) = self.working {
            let ticks = now.since(since) / 5_000;
            facts.extend(self.work(bundle_id, generation, ticks, new, now));
        } else if let Some(assignment) = &node.assignment
            && assignment.generation > self.done_with
        {
            self.working = Some((assignment.bundle_id, assignment.generation, now));
            facts.push(NodeFact::Offered {
                bundle_id: assignment.bundle_id,
                generation: assignment.generation,
            });
        }
        facts.extend(self.go_back(new, now));
        if let Some((bundle_id, generation, _)) = self.running
            && node.effective.is_none_or(|fact| fact.generation != generation)
        {
            facts.push(NodeFact::Effective { bundle_id, generation });
        }
        facts
    }

    fn work(
        &mut self,
        bundle_id: BundleId,
        generation: Generation,
        ticks: u64,
        new: BundleId,
        now: Time,
    ) -> Option<NodeFact> {
        let (after, fails) = match (bundle_id == new, self.on_new, self.on_back) {
            (true, OnNew::Silent, _) | (false, _, OnBack::Silent) => {
                self.silent = true;
                return None;
            }
            (true, OnNew::Never, _) | (false, _, OnBack::Never) => return self.give_up(ticks),
            (true, OnNew::Fails, _) | (false, _, OnBack::Fails) => (1, true),
            (true, OnNew::Good(delay), _) | (false, _, OnBack::Good(delay)) => (u64::from(delay), false),
            (true, _, _) => (1, false),
        };
        if ticks < after {
            return None;
        }
        self.working = None;
        self.done_with = generation;
        if fails {
            let message = "the proxy refuses it".into();
            return Some(NodeFact::Failed { bundle_id, generation, stage: ActivationStage::Test, message });
        }
        self.before = self.running;
        self.running = Some((bundle_id, generation, now));
        None
    }

    /// Even an agent that hangs comes to its senses some time, and looks at its assignment again.
    fn give_up(&mut self, ticks: u64) -> Option<NodeFact> {
        if ticks > 10
            && let Some((_, generation, _)) = self.working.take()
        {
            self.done_with = generation;
        }
        None
    }

    fn go_back(&mut self, new: BundleId, now: Time) -> Option<NodeFact> {
        let (OnNew::GoesBack(after) | OnNew::Breaks(after)) = self.on_new else { return None };
        let (bundle_id, failed, _) =
            self.running.filter(|(bundle, _, since)| *bundle == new && is_over(after, *since, now))?;
        let (earlier, generation, _) = self.before?;
        self.running = Some((earlier, generation, now));
        let (stage, message) = (ActivationStage::Prove, "it does not answer any more".into());
        matches!(self.on_new, OnNew::Breaks(_)).then_some(NodeFact::Failed {
            bundle_id,
            generation: failed,
            stage,
            message,
        })
    }

    /// The heartbeat, if it speaks at all.
    pub fn heartbeat(&self, new: BundleId, now: Time) -> Option<NodeSample> {
        if self.silent {
            return None;
        }
        let (bundle, generation, since) = match self.running {
            Some((bundle, generation, since)) => (Some(bundle), generation, since),
            None => (None, Generation(0), now),
        };
        let bad = |behaviour| bundle == Some(new) && self.on_new == behaviour;
        let sick =
            matches!(self.on_new, OnNew::Sickens(after) if bundle == Some(new) && is_over(after, since, now));
        let measured = if bad(OnNew::OldTraffic) { Generation(generation.0 - 1) } else { generation };
        let window_ms = now.since(since);
        let requests = window_ms / 100;
        let ill_ms = match self.on_new {
            OnNew::Flaps(ticks) if bundle == Some(new) => ill_ms(ticks, window_ms),
            _ => 0,
        };
        let ill_now = ill_ms > 0 && matches!(self.on_new, OnNew::Flaps(ticks) if is_ill(ticks, window_ms));
        let traffic = TrafficSample {
            generation: measured,
            window_ms,
            requests,
            errors: if bad(OnNew::Errors) { requests / 2 } else { ill_ms / 200 },
            p50_ms: 1.0,
            p95_ms: 2.0,
            p99_ms: match () {
                () if bad(OnNew::SlowAnswers) => 2_500.0,
                () if bad(OnNew::NotANumber) => f64::NAN,
                () => 3.0,
            },
        };
        Some(NodeSample {
            node_id: self.id,
            heard_at: now,
            healthy: !bad(OnNew::Unhealthy) && !sick && !ill_now,
            effective: generation,
            traffic: (!bad(OnNew::NoTraffic)).then_some(traffic),
            latency: if bad(OnNew::NotANumber) {
                Vec::new()
            } else {
                latency(requests, bad(OnNew::SlowAnswers))
            },
            usage: None,
            next_within_ms: 0,
        })
    }
}

/// All answers within [`QUICK_MS`], or none of them.
fn latency(requests: u64, slow: bool) -> Vec<LatencyCount> {
    let quick = if slow { 0 } else { requests };
    let bars = [(Some(QUICK_MS), quick), (Some(5_000.0), requests), (None, requests)];
    bars.map(|(up_to_ms, requests)| LatencyCount { up_to_ms, requests }).to_vec()
}

fn is_ill(ticks: u8, window_ms: u64) -> bool {
    (window_ms / (u64::from(ticks.max(1)) * 5_000)) % 2 == 1
}

/// How much of the time it was ill, of turns that begin with a good one.
fn ill_ms(ticks: u8, window_ms: u64) -> u64 {
    let turn = u64::from(ticks.max(1)) * 5_000;
    let (turns, rest) = (window_ms / turn, window_ms % turn);
    turns / 2 * turn + if turns % 2 == 1 { rest } else { 0 }
}

fn is_over(ticks: u8, since: Time, now: Time) -> bool {
    now.since(since) >= u64::from(ticks) * 5_000
}
