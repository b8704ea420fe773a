//! Embedded storage: everything that one member keeps below its data directory.
//!
//! ```text
//! raft-log/      the write-ahead log (wal): entries and the vote, synced before anybody is told
//! state.redb     the replicated state, rebuilt from snapshot and log after an unclean stop (tables)
//! snapshots/     the newest snapshot (snapshots)
//! blobs/         bundle archives, named by their digest (blobs)
//! history/       events that may be lost (history)
//! ```
//!
//! What it must not do: decide anything. It keeps bytes, and says so when it cannot.
//!
//! [`backup`] is the same in one encrypted file, [`restore`] makes a data directory of that, and [`recover`] one member's cluster of
//! what is left of another.
//!
//! Where to start reading: [`store::Store`] opens it all; [`wal`] says what a crash can and cannot do.

pub mod backup;
pub mod blobs;
pub mod disk;
pub mod history;
pub mod log_store;
pub mod recover;
pub mod restore;
pub mod snapshots;
pub mod state_machine;
pub mod store;
pub mod tables;
pub mod wal;

pub use history::History;
pub use log_store::LogStore;
pub use state_machine::{EventSink, StateMachine, Witness};
pub use store::{OpenError, Store};
