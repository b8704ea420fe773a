//! Of sandboxes and their simulators.

use std::collections::BTreeMap;

use sentinel_machine::Command;
use sentinel_machine::commands::simulator_set::SimulatorSet;
use sentinel_machine::commands::simulator_stop::SimulatorStop;

use crate::ids::*;

/// Twenty nodes for an hour.
pub fn simulator() -> SimulatorSet {
    SimulatorSet { nodes: Some(20), lasts_min: Some(60), ..SimulatorSet::of(SHOP, "ada@example.com".into()) }
}

pub fn stop(done: bool) -> SimulatorStop {
    SimulatorStop { project_id: SHOP, done, reason: "ada@example.com".into(), expired: None }
}

/// Every command, in the order of their kinds.
pub fn all() -> Vec<Vec<Command>> {
    let everything = SimulatorSet {
        seed: Some(7),
        labels: Some(BTreeMap::from([("zone".into(), vec!["a".into(), "b".into()])])),
        failure_percent: Some(30),
        slow_percent: Some(20),
        flap_percent: Some(10),
        error_permille: Some(50),
        latency_ms: Some(300),
        requests_per_second: Some(40),
        only_version: Some("2.0".into()),
        ..simulator()
    };
    vec![vec![simulator().into(), everything.into()], [false, true].map(|done| stop(done).into()).to_vec()]
}
