//! Real member processes: what is acknowledged stays, and every member tells the same.
#![allow(missing_docs, clippy::unwrap_used)]

mod acme;
mod archives;
mod backup;
mod compile;
mod crash;
mod disk;
mod doctor;
mod formation;
mod key;
mod linear;
mod members;
mod membership;
mod network;
mod own_writes;
mod process;
mod recover;
mod registers;
mod schedule;
mod simulator;
mod time;
mod tls;
mod upgrade;

/// The binary under test.
const BINARY: &str = env!("CARGO_BIN_EXE_sentinel-cp");
