//! The state machine from outside: bytes, tables, and every command with each of its refusals.

#![allow(clippy::unwrap_used)]

mod advance;
mod applying;
mod approvals;
mod baseline;
mod blue_green;
mod bundles;
mod canary;
mod crew;
mod draft;
mod drift;
mod envelope;
mod epochs;
mod facts;
mod freezes;
mod golden;
mod identity;
mod ids;
mod integrity;
mod levels;
mod members;
mod node_settings;
mod nodes;
mod queue;
mod risk;
mod rollouts;
mod samples;
mod schedules;
mod snapshot;
mod stage;
mod way_back;
