//! Real handshakes over loopback: who is let in, who is not, and what each end knows about the other.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "handshakes/cluster.rs"]
mod cluster;
#[path = "handshakes/joining.rs"]
mod joining;
#[path = "handshakes/rotation.rs"]
mod rotation;
#[path = "handshakes/server.rs"]
mod server;
#[path = "handshakes/serving.rs"]
mod serving;
#[path = "handshakes/shake.rs"]
mod shake;
#[path = "handshakes/time.rs"]
mod time;
#[path = "handshakes/trust.rs"]
mod trust;
