//! The vocabulary of the product: ids, entities, the states they pass through, and what makes a value valid.
//!
//! What it must not do: no I/O, no clock, no randomness, no tokio. A value is built from its arguments alone, so the state
//! machine that stores these types stays deterministic.
//!
//! Where to start reading: [`node`] for the four facts, [`rollout`] for the state machine of a rollout, [`ids`] for identity.

pub mod acme;
pub mod api_key;
pub mod audit;
pub mod blue_green;
pub mod bundle;
pub mod canary;
pub mod certificate;
pub mod check;
pub mod cluster;
pub mod config;
pub mod config_object;
pub mod dice;
pub mod digest;
pub mod drift;
pub mod enrolment;
pub mod environment;
pub mod epoch;
pub mod freeze;
pub mod governance;
pub mod group;
pub mod health;
pub mod ids;
pub mod internal_ca;
pub mod join;
pub mod name;
pub mod node;
pub mod org;
#[cfg(feature = "planted")]
pub mod planted;
pub mod project;
pub mod project_secret;
pub mod promotion;
pub mod risk;
pub mod rollout;
pub mod secret;
pub mod session;
pub mod simulator;
pub mod template;
pub mod time;
pub mod user;
pub mod version;

pub use digest::Sha256Digest;
pub use epoch::{Epoch, Ordinal};
pub use ids::*;
pub use name::InvalidValue;
pub use time::Time;
