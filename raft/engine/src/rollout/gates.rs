//! Gates: what must hold on a node before its step passes. Missing data, old data, data from before the switch and numbers
//! that are none never pass.

use sentinel_model::health::{NodeSample, TrafficSample, UsageSample, fresh_for_ms};
use sentinel_model::node::Node;
use sentinel_model::rollout::{Gates, RolloutSpec};
use sentinel_model::{Generation, Time};

use super::words;

/// What the gates say of one node, or of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every gate holds, on evidence.
    Pass,
    /// The evidence is missing so far.
    Undecided(Finding),
    /// The evidence says no.
    Broken(Finding),
}

/// Why a gate does not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong; the same words for every node and every number.
    pub kind: &'static str,
    /// On which node, with the numbers.
    pub detail: String,
}

impl Verdict {
    pub(super) fn undecided(kind: &'static str, detail: String) -> Self {
        Verdict::Undecided(Finding { kind, detail })
    }

    pub(super) fn broken(kind: &'static str, detail: String) -> Self {
        Verdict::Broken(Finding { kind, detail })
    }

    fn badness(&self) -> u8 {
        match self {
            Verdict::Pass => 0,
            Verdict::Undecided(_) => 1,
            Verdict::Broken(_) => 2,
        }
    }

    /// The worse of two; the first of equals.
    #[must_use]
    pub fn and(self, other: Verdict) -> Verdict {
        if other.badness() > self.badness() { other } else { self }
    }
}

/// What a node is judged on.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The node. Its effective fact tells since when it runs the generation.
    pub node: &'a Node,
    /// The generation that is judged.
    pub generation: Generation,
    /// Its newest heartbeat.
    pub sample: Option<&'a NodeSample>,
    /// Now.
    pub now: Time,
    /// Age up to which a heartbeat counts, in milliseconds.
    pub fresh_ms: u64,
}

/// One gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// The node runs the bundle for as long as it is to be observed.
    Observed,
    /// A fresh heartbeat says healthy.
    Heartbeat,
    /// Share of 5xx answers.
    Errors,
    /// 99th percentile of latency.
    Latency,
    /// Processor time of the proxy.
    Cpu,
    /// Memory of the proxy.
    Memory,
}

/// What each of the gates that were asked for says of one node.
pub fn each(gates: &Gates, evidence: Evidence<'_>) -> impl Iterator<Item = (Gate, Verdict)> {
    let traffic = |of: fn(&Gates, &str, TrafficSample) -> Verdict| match measured_traffic(gates, evidence) {
        Ok((traffic, window)) => window.and(of(gates, &evidence.node.name, traffic)),
        Err(missing) => missing,
    };
    let usage = |kind, limit, of: fn(UsageSample) -> Option<f64>| match measured_usage(gates, evidence) {
        Ok((usage, window)) => window.and(at_most(kind, &evidence.node.name, limit, of(usage))),
        Err(missing) => missing,
    };
    let (cpu, memory) = (gates.max_cpu_percent, gates.max_memory_percent);
    [
        Some((Gate::Observed, observed(gates, evidence))),
        gates.heartbeat.then(|| (Gate::Heartbeat, heartbeat(evidence))),
        gates.max_error_percent.map(|_| (Gate::Errors, traffic(errors))),
        gates.max_latency_ms.map(|_| (Gate::Latency, traffic(latency))),
        cpu.map(|_| (Gate::Cpu, usage("processor time above the limit", cpu, |usage| usage.cpu_percent))),
        memory.map(|_| (Gate::Memory, usage("memory above the limit", memory, |usage| usage.memory_percent))),
    ]
    .into_iter()
    .flatten()
}

/// The gates that nodes are judged by which have no traffic yet: a slot without traffic has none to be judged by.
pub fn without_traffic(spec: &RolloutSpec) -> Gates {
    match &spec.blue_green {
        None => spec.gates,
        Some(_) => Gates { max_error_percent: None, max_latency_ms: None, ..spec.gates },
    }
}

/// Judges every gate on one node; the worst wins.
pub fn judge(gates: &Gates, evidence: Evidence<'_>) -> Verdict {
    each(gates, evidence).fold(Verdict::Pass, |worst, (_, verdict)| worst.and(verdict))
}

/// Puts the verdicts on several nodes into one: the worst wins, and tells of every node that has the same finding.
pub(super) fn worst(verdicts: &[Verdict]) -> Combined {
    let findings = |badness: u8| -> Vec<&Finding> {
        verdicts
            .iter()
            .filter_map(|verdict| match verdict {
                Verdict::Undecided(finding) | Verdict::Broken(finding) if verdict.badness() == badness => {
                    Some(finding)
                }
                _ => None,
            })
            .collect()
    };
    let tell = |findings: &[&Finding]| {
        let kind = findings.first().map_or("", |finding| finding.kind);
        let same = findings.iter().filter(|finding| finding.kind == kind);
        words::reason(kind, &same.map(|finding| finding.detail.clone()).collect::<Vec<_>>())
    };
    let (broken, undecided) = (findings(2), findings(1));
    if !broken.is_empty() {
        Combined::Broken(tell(&broken))
    } else if !undecided.is_empty() {
        Combined::Undecided(tell(&undecided))
    } else {
        Combined::Pass
    }
}

/// The verdict on a whole step, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Combined {
    Pass,
    Undecided(String),
    Broken(String),
}

fn observed(gates: &Gates, evidence: Evidence<'_>) -> Verdict {
    let name = &evidence.node.name;
    let Some(fact) = evidence.node.effective.filter(|fact| fact.generation == evidence.generation) else {
        return Verdict::undecided("has not proven the bundle", name.clone());
    };
    let observed_ms = evidence.now.since(fact.at);
    if observed_ms < observe_ms(gates) {
        let detail = format!("{name} {} s of {} s", observed_ms / 1_000, gates.observe_s);
        return Verdict::undecided("is being observed", detail);
    }
    Verdict::Pass
}

fn heartbeat(evidence: Evidence<'_>) -> Verdict {
    #[cfg(feature = "planted")]
    if sentinel_model::planted::has(sentinel_model::planted::Bug::GateWithoutData) {
        return match evidence.sample {
            Some(sample) if !sample.healthy && sample.effective == evidence.generation => {
                Verdict::broken("heartbeat says unhealthy", evidence.node.name.clone())
            }
            _ => Verdict::Pass,
        };
    }
    let sample = match fresh(evidence) {
        Ok(sample) => sample,
        Err(silent) => return silent,
    };
    let name = &evidence.node.name;
    if sample.effective != evidence.generation {
        let detail =
            format!("{name} reports generation {} instead of {}", sample.effective, evidence.generation);
        return Verdict::undecided("heartbeat is not about the new bundle", detail);
    }
    if !sample.healthy {
        return Verdict::broken("heartbeat says unhealthy", name.clone());
    }
    Verdict::Pass
}

/// Traffic to judge, and whether the whole window has been seen: a limit that is exceeded breaks the gate as soon as there are enough
/// requests; only passing needs the window.
fn measured_traffic(gates: &Gates, evidence: Evidence<'_>) -> Result<(TrafficSample, Verdict), Verdict> {
    let sample = fresh(evidence)?;
    let name = &evidence.node.name;
    let Some(traffic) = sample.traffic else {
        return Err(Verdict::undecided("no traffic is measured", name.clone()));
    };
    if traffic.generation != evidence.generation {
        let detail =
            format!("{name} measured generation {} instead of {}", traffic.generation, evidence.generation);
        return Err(Verdict::undecided("traffic was measured before the switch", detail));
    }
    let needed = u64::from(gates.min_requests.max(1));
    if traffic.requests < needed {
        let detail = format!("{name} {} of {needed}", traffic.requests);
        return Err(Verdict::undecided("too few requests so far", detail));
    }
    let window = if traffic.window_ms < observe_ms(gates) {
        let detail = format!("{name} {} s of {} s", traffic.window_ms / 1_000, gates.observe_s);
        Verdict::undecided("traffic is being observed", detail)
    } else {
        Verdict::Pass
    };
    Ok((traffic, window))
}

fn errors(gates: &Gates, name: &str, traffic: TrafficSample) -> Verdict {
    match (gates.max_error_percent, traffic.error_percent()) {
        (None, _) => Verdict::Pass,
        (Some(_), None) => Verdict::undecided("too few requests so far", format!("{name} 0")),
        (Some(limit), Some(percent)) if percent <= limit => Verdict::Pass,
        (Some(limit), Some(percent)) => {
            Verdict::broken("error rate above the limit", format!("{name} {percent:.1} % (limit {limit} %)"))
        }
    }
}

fn latency(gates: &Gates, name: &str, traffic: TrafficSample) -> Verdict {
    match gates.max_latency_ms {
        None => Verdict::Pass,
        Some(_) if !traffic.p99_ms.is_finite() || traffic.p99_ms < 0.0 => {
            Verdict::undecided("latency is not a number", name.to_owned())
        }
        Some(limit) if traffic.p99_ms <= limit => Verdict::Pass,
        Some(limit) => {
            let detail = format!("{name} {:.1} ms (limit {limit} ms)", traffic.p99_ms);
            Verdict::broken("99th percentile of latency above the limit", detail)
        }
    }
}

/// What the proxy uses, over the same window.
fn measured_usage(gates: &Gates, evidence: Evidence<'_>) -> Result<(UsageSample, Verdict), Verdict> {
    let sample = fresh(evidence)?;
    let name = &evidence.node.name;
    let Some(usage) = sample.usage else {
        return Err(Verdict::undecided("processor time and memory are not measured", name.clone()));
    };
    if usage.generation != evidence.generation {
        let detail =
            format!("{name} measured generation {} instead of {}", usage.generation, evidence.generation);
        return Err(Verdict::undecided("what the proxy uses was measured before the switch", detail));
    }
    let window = if usage.window_ms < observe_ms(gates) {
        let detail = format!("{name} {} s of {} s", usage.window_ms / 1_000, gates.observe_s);
        Verdict::undecided("what the proxy uses is being observed", detail)
    } else {
        Verdict::Pass
    };
    Ok((usage, window))
}

fn at_most(kind: &'static str, name: &str, limit: Option<f64>, measured: Option<f64>) -> Verdict {
    match (limit, measured.filter(|percent| percent.is_finite() && *percent >= 0.0)) {
        (None, _) => Verdict::Pass,
        (Some(_), None) => Verdict::undecided("processor time and memory are not measured", name.to_owned()),
        (Some(limit), Some(percent)) if percent <= limit => Verdict::Pass,
        (Some(limit), Some(percent)) => {
            Verdict::broken(kind, format!("{name} {percent:.1} % (limit {limit} %)"))
        }
    }
}

/// Heartbeats from further in the future than this were stamped by another clock than today's.
pub(super) const AHEAD_MS: u64 = 2_000;

fn fresh(evidence: Evidence<'_>) -> Result<&NodeSample, Verdict> {
    let name = &evidence.node.name;
    let kind = "no fresh heartbeat";
    let Some(sample) = evidence.sample else {
        return Err(Verdict::undecided(kind, name.clone()));
    };
    let ahead_ms = sample.heard_at.since(evidence.now);
    if ahead_ms > AHEAD_MS {
        // A clock was put back: how old it is, nobody knows.
        return Err(Verdict::undecided(
            kind,
            format!("{name}, whose last one is {} s ahead", ahead_ms / 1_000),
        ));
    }
    let age_ms = evidence.now.since(sample.heard_at);
    if age_ms > fresh_for_ms(sample.next_within_ms, evidence.fresh_ms) {
        return Err(Verdict::undecided(kind, format!("{name} for {} s", age_ms / 1_000)));
    }
    Ok(sample)
}

fn observe_ms(gates: &Gates) -> u64 {
    u64::from(gates.observe_s) * 1_000
}

#[cfg(test)]
mod tests;
