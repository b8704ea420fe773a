//! The engine and the state machine together, over simulated nodes: what must hold whatever nodes, people and leaders do.

#![allow(clippy::unwrap_used)]

mod agent;
mod invariants;
mod known_defects;
mod leaders;
mod ledger;
mod operator;
mod oracle;
mod scenario;
mod silence;
mod world;
