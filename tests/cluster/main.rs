//! Real member processes: what is acknowledged stays, and every member tells the same.
#![allow(missing_docs, clippy::unwrap_used)]

mod archives;
mod backup;
mod compile;
mod crash;
mod formation;
mod key;
mod members;
mod recover;
mod schedule;
mod tls;

/// The binary under test.
const BINARY: &str = env!("CARGO_BIN_EXE_sentinel-cp");
