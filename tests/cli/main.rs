//! The command line against a real member: what it prints, and the exit codes that scripts rely on.
#![allow(missing_docs, clippy::unwrap_used)]

mod attacks;
mod blue_green;
mod bundles;
mod ca;
mod certificates;
mod cli;
mod config;
mod conflicts;
mod doctor;
mod environments;
mod errors;
mod governance;
mod groups;
mod imports;
mod logins;
mod nodes;
mod rollouts;
mod secrets;
mod session;
mod strangers;
mod templates;

/// The binary under test.
const BINARY: &str = env!("CARGO_BIN_EXE_sentinel-cp");
