//! Consensus: how members agree on one log, and how any of them serves writes and linearizable reads.
//!
//! [`Member`] is one member's part in the cluster. It implements the ports [`sentinel_machine::Replica`] and
//! [`sentinel_machine::ClusterInfo`]; [`ClusterBlobs`] implements [`sentinel_machine::Blobs`]. Members speak gRPC with each other
//! ([`PeerServer`]); who is no member yet asks to be one ([`join`], [`Admission`]).
//!
//! What it must not do: know what a command means, or how state is stored. Storage implements openraft's traits and
//! [`StateSource`], [`LogDisk`] and [`LocalBlobs`].
//!
//! Where to start reading: [`types`] for what the log carries, [`member`] for writes and reads.

pub mod admission;
pub mod blobs;
pub mod blocking;
pub mod carried;
pub mod codec;
pub mod config;
pub mod digest;
mod disk;
mod facts;
mod forward;
mod level;
mod link;
pub mod member;
pub mod network;
mod newcomer;
pub mod past;
mod peers;
mod receive;
pub mod runtime;
pub mod service;
pub mod types;

mod cluster_info;
mod membership;
mod propose;
mod reach;
mod read;
mod stamp;
pub mod transport;
mod upkeep;

/// The protocol between members, as generated.
#[allow(missing_docs, clippy::all, rust_2018_idioms)]
pub(crate) mod proto {
    tonic::include_proto!("sentinel.peer.v1");
}

pub use admission::{Admission, AdmissionError, Admitted, Joiner, join};
pub use blobs::{ClusterBlobs, LocalBlobs};
pub use carried::{Answer, Call, Carried, Carrier, Lost};
pub use config::MemberConfig;
pub use digest::DigestSource;
pub use disk::NoRoom;
pub use member::{Member, StartError};
pub use membership::{MembershipError, Progress};
pub use newcomer::{forget as forget_newcomer, lost as mark_newcomer};
pub use past::Mark;
pub use peers::Peers;
pub use sentinel_pki::Clock;
pub use service::{PeerServer, ServeError};
pub use transport::Transport;
pub use types::{EntryBytes, LogDisk, MemberNode, Response, SnapshotFile, StateSource, TypeConfig};
