//! What the tests with real processes share: a cluster of members, agents beside real proxies, upstreams that say their
//! version, a client that never stops.
//!
//! Every process is started on loopback, ended by id, and leaves its log in a directory that is kept when a test fails.
//! Start reading at [`cluster::Cluster`].

pub mod agent;
pub mod api;
pub mod authority;
mod certificate;
pub mod cluster;
pub mod echo;
pub mod haproxy;
pub mod history;
pub mod liar;
pub mod links;
pub mod pebble;
pub mod ports;
pub mod process;
pub mod s3;
pub mod tls_echo;
pub mod traffic;
pub mod upstream;
pub mod volume;
pub mod wait;
pub mod workdir;
pub mod zentinel;

pub use agent::Agent;
pub use api::Api;
pub use authority::Authority;
pub use certificate::Certificate;
pub use cluster::{ADMIN_EMAIL, Cluster};
pub use echo::Echo;
pub use haproxy::Haproxy;
pub use history::History;
pub use liar::Liar;
pub use links::{Links, Weather};
pub use pebble::{Front, Pebble};
pub use process::Process;
pub use s3::S3;
pub use tls_echo::TlsEcho;
pub use traffic::Traffic;
pub use upstream::Upstream;
pub use volume::Volume;
pub use wait::{until, until_ok};
pub use workdir::WorkDir;
