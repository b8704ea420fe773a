//! Use cases over the memory replica.
#![allow(clippy::unwrap_used)]

mod access_matrix;
mod acme;
mod agents;
mod api_keys;
mod blue_green;
mod bundles;
mod calendar;
mod certificates;
mod cluster;
mod config;
mod conflicts;
pub(crate) mod drift;
mod environments;
mod facts;
mod groups;
mod imports;
mod internal_ca;
mod node_secrets;
mod node_settings;
mod other_requests;
mod passwords;
mod rehearsals;
mod repeats;
mod rollouts;
mod secrets;
mod sessions;
mod simulators;
mod templates;
mod tenants;
mod watching;
mod why;
