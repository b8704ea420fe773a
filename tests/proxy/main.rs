//! The main job on the real proxy: members, agents and proxies as processes, an upstream that says its version, a client
//! that never stops.
#![allow(missing_docs, clippy::unwrap_used)]

mod autonomy;
mod blue_green;
mod canary;
mod certificates;
mod checks;
mod confirm;
mod drift;
mod edge;
mod failover;
mod features;
mod fleet;
mod forms;
mod refusal;
mod rollout;
mod secrets;
mod strategies;
mod trust_stores;
mod weight;

/// The binary under test.
const BINARY: &str = env!("CARGO_BIN_EXE_sentinel-cp");
