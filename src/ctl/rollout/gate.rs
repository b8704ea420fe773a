//! What the gates say of a node, in words.

use sentinel_api_types::rollout::{GateKind, GateVerdict, NodeGate};

use crate::ctl::words::word;

/// In a few words: that all of them pass, or the worst one with its numbers.
pub fn words(gates: &[NodeGate]) -> String {
    let find = |verdict| gates.iter().find(|gate| gate.verdict == verdict);
    match find(GateVerdict::Broken).or_else(|| find(GateVerdict::Undecided)) {
        None if gates.is_empty() => String::new(),
        None => "pass".to_owned(),
        Some(gate) => one(gate),
    }
}

fn one(gate: &NodeGate) -> String {
    let unit = match gate.gate {
        GateKind::Observed => " s",
        GateKind::Latency => " ms",
        GateKind::ErrorRate | GateKind::Cpu | GateKind::Memory | GateKind::Heartbeat => " %",
    };
    let numbers = match (gate.measured, gate.limit) {
        (Some(measured), Some(limit)) => format!(" {} of {}{unit}", rounded(measured), rounded(limit)),
        _ => String::new(),
    };
    let name = word(&gate.gate).replace('_', " ");
    let why = gate.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("{name}{numbers}{why}")
}

fn rounded(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(gate: GateKind, verdict: GateVerdict, measured: Option<f64>) -> NodeGate {
        let reason = (verdict != GateVerdict::Pass).then(|| "above the limit".to_owned());
        NodeGate { gate, verdict, reason, measured, limit: measured.map(|_| 5.0) }
    }

    #[test]
    fn what_is_broken_is_told_before_what_is_undecided() {
        let passes = gate(GateKind::Heartbeat, GateVerdict::Pass, None);
        assert_eq!(words(&[]), "");
        assert_eq!(words(std::slice::from_ref(&passes)), "pass");
        let waits = gate(GateKind::Observed, GateVerdict::Undecided, Some(3.0));
        let broken = gate(GateKind::ErrorRate, GateVerdict::Broken, Some(12.04));
        assert_eq!(words(&[passes.clone(), waits.clone()]), "observed 3 of 5 s: above the limit");
        assert_eq!(words(&[passes, waits, broken]), "error rate 12 of 5 %: above the limit");
    }
}
