//! Rust client of the public API, for the command line, the agent and the simulator.
//!
//! It speaks HTTP and JSON and knows the shapes of `sentinel-api-types`; it holds no rule of the product. What it adds to plain
//! HTTP: it knows several members and goes on with the next one when one is away, it repeats a write only with the same
//! `Idempotency-Key`, and every wait and every body has a limit. Over `https://` it takes whom a [`Trust`] says.
//!
//! Where to start reading: [`Client`], then `call` for what happens to a request. There is one file per noun with one method
//! per endpoint; `agent` is the node protocol.

mod agent;
mod api_key;
mod archive;
mod audit;
mod backup;
mod bundle;
mod calendar;
mod call;
mod certificate;
mod client;
mod cluster;
mod config;
mod credential;
mod drift;
mod enrolment;
mod environment;
mod error;
mod event;
mod freeze;
mod group;
mod internal_ca;
mod member;
mod members;
mod node;
mod org;
mod overview;
mod project;
mod project_secret;
mod promotion;
mod rollout;
mod service_template;
mod session;
mod simulator;
mod template;
mod tls;
mod tried;
mod trust;

pub use archive::{Archive, Resume};
pub use client::Client;
pub use credential::Credential;
pub use error::{ApiError, ClientError};
pub use event::{EventStream, StreamItem};
pub use tls::TlsTrouble;
pub use trust::Trust;
