//! Samples of what is measured, and of what is done about it.

use sentinel_machine::Command;
use sentinel_machine::commands::drift_advance::{DriftAdvance, DriftDeed};
use sentinel_machine::commands::drift_resolve::{DriftResolve, Seen};
use sentinel_machine::commands::node_runtime_config_keep::NodeRuntimeConfigKeep;
use sentinel_machine::commands::nodes_report::{NodeFact, NodeReport, NodesReport};
use sentinel_model::drift::{Difference, DifferenceKind, DriftSeverity, Measurement};
use sentinel_model::{Generation, Time};

use crate::ids::*;

/// What a node measures: so much of it is not as it should be.
pub fn measurement(generation: u64, differs: u8) -> Measurement {
    let changed = Difference {
        path: "zentinel.kdl".into(),
        kind: DifferenceKind::Changed,
        words: "routes: 1 changed".into(),
    };
    Measurement {
        generation: Generation(generation),
        expected: digest(0xe0),
        actual: digest(0xe0 + differs),
        config: Some(digest(0xd0 + differs)),
        severity: if differs > 0 { DriftSeverity::Medium } else { DriftSeverity::Low },
        summary: if differs > 0 { "routes: 1 changed".into() } else { String::new() },
        differences: if differs > 0 { vec![changed] } else { Vec::new() },
        more: 0,
    }
}

pub fn runtime_config(number: u8, text: &str) -> NodeRuntimeConfigKeep {
    NodeRuntimeConfigKeep {
        node_id: edge(number),
        generation: Generation(1),
        digest: digest(0xd1),
        text: text.into(),
        expected: "system { }".into(),
        cut: false,
    }
}

pub fn measured() -> NodesReport {
    let fact = NodeFact::Measured { event_id: DRIFT, found: Box::new(measurement(1, 1)) };
    NodesReport { reports: vec![NodeReport { node_id: edge(1), fact }] }
}

pub fn advances() -> Vec<Command> {
    [DriftDeed::Reassert, DriftDeed::Alarm { reason: "three tries".into() }, DriftDeed::Reschedule]
        .map(|deed| DriftAdvance { project_id: SHOP, event_id: DRIFT, decided_on: 2, deed }.into())
        .to_vec()
}

pub fn resolutions() -> Vec<Command> {
    [Some(DRIFT), None]
        .map(|event_id| {
            let reason = "planned work".into();
            let (seen, seen_until) = match event_id {
                Some(_) => (Vec::new(), None),
                None => (vec![Seen { event_id: DRIFT, revision: 2 }], Some(Time(9_000))),
            };
            let by = "ada@example.com".into();
            DriftResolve { project_id: SHOP, event_id, seen, seen_until, by, reason }.into()
        })
        .to_vec()
}
