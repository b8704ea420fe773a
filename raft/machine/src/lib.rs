//! The replicated state machine: what a log entry means.
//!
//! An entry is an [`Envelope`]: a [`Command`] with the time, the actor and the request that made it. [`apply()`] turns it into
//! table writes, events and one audit entry (none for what nodes report: that is state, and nobody's deed), or into a
//! [`Rejection`], which is data like any other outcome.
//!
//! What it must not do: read a clock, mint an id, do I/O of its own, or depend on anything that differs between members.
//! An `Err` from [`apply()`] means that this member can no longer follow the log; it must stop.
//!
//! Where to start reading: [`commands`] lists every command, [`apply()`] is the one way in, [`tables`] is what state looks like.

pub mod acme;
pub mod apply;
pub mod baseline;
mod blue_green;
pub mod bundle_bytes;
pub mod certificate;
pub mod commands;
pub mod config;
pub mod draft;
pub mod drift;
pub mod envelope;
pub mod environment;
pub mod event;
pub mod freeze;
pub mod governance;
pub mod group;
pub mod internal_ca;
pub mod level;
pub mod memory;
pub mod node_secret;
pub mod outcome;
mod planted;
pub mod ports;
pub mod promotion;
pub mod promotion_rule;
pub mod query;
pub mod queue;
pub mod replica;
pub mod risk;
mod rollout;
pub mod sealed;
pub mod secret;
pub mod simulator;
pub mod snapshot;
pub mod tables;
pub mod template;
pub mod waiting;

pub use apply::{Step, apply};
pub use commands::Command;
pub use envelope::{Envelope, EnvelopeError};
pub use event::Event;
pub use outcome::{Outcome, Rejection, Reply};
pub use ports::{
    ArchiveFacts, BlobError, Blobs, Build, ClusterInfo, ClusterStatus, Concern, Cursor, DiskStatus,
    EventHistory, Gap, MemberFacts, MemberStatus,
};
pub use replica::{Applied, Consistency, ProposeError, ReadError, Replica, View};
pub use tables::{Order, Read, Row, Scan, Table, TableError, Write};
