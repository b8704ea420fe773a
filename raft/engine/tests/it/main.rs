//! The engine and the state machine together, over simulated nodes: what must hold whatever nodes, people and leaders do.

#![allow(clippy::unwrap_used)]

mod agent;
mod fleet;
mod invariants;
mod known_defects;
mod leaders;
mod ledger;
mod operator;
mod oracle;
mod plan;
// Built with the workspace, as all tests are: `planted` is a feature that the simulation asks for.
#[cfg(feature = "planted")]
mod planted;
mod promises;
mod realm;
mod rehearsal;
mod scenario;
mod shared_fleets;
mod silence;
mod watch;
mod world;
