//! The state machine from outside: bytes, tables, and every command with each of its refusals.

#![allow(clippy::unwrap_used)]

mod acme;
mod advance;
mod applying;
mod approvals;
mod baseline;
mod blue_green;
mod bundles;
mod by_hand;
mod canary;
mod certificates;
mod checks;
mod config;
mod crew;
mod draft;
mod drift;
mod envelope;
mod environment_bounds;
mod environments;
mod epochs;
mod facts;
mod freezes;
mod golden;
mod groups;
mod identity;
mod ids;
mod integrity;
mod levels;
mod members;
mod node_settings;
mod nodes;
mod outcomes;
mod promotion_rules;
mod queue;
mod risk;
mod rollouts;
mod samples;
mod sandboxes;
mod schedules;
mod secrets;
mod snapshot;
mod stage;
mod templates;
mod versions;
mod way_back;
