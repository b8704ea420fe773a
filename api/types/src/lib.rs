//! Wire shapes of the public API: what a client sends and what it gets, with their OpenAPI schemas.
//!
//! What it must not do: hold a rule. A shape is refused only for what serde can see (unknown fields, wrong types); every rule
//! about values lives in the model and the application. Requests refuse unknown fields; answers may grow fields, so clients
//! ignore what they do not know.
//!
//! Where to start reading: [`error`] for what every refusal looks like, [`agent`] for the node protocol, [`rollout`].

pub mod agent;
pub mod api_key;
pub mod approval;
pub mod audit;
pub mod backup;
pub mod blue_green;
pub mod bundle;
pub mod calendar;
pub mod canary;
pub mod certificate;
pub mod check;
pub mod cluster;
pub mod config;
pub mod conflict;
pub mod drift;
pub mod enrolment;
pub mod environment;
pub mod error;
pub mod event;
pub mod finding;
pub mod freeze;
pub mod group;
pub mod internal_ca;
pub mod join_token;
pub mod member;
pub mod node;
pub mod node_secret;
pub mod org;
pub mod overview;
pub mod page;
pub mod project;
pub mod project_secret;
pub mod promotion;
pub mod rehearsal;
pub mod rollout;
pub mod secret;
pub mod service_template;
pub mod session;
pub mod simulator;
pub mod template;
pub mod time;
pub mod why;

pub use error::{ErrorBody, ErrorText, Problem};
pub use page::{PAGE_DEFAULT, PAGE_MAX, PageQuery};
pub use secret::Secret;
pub use time::{Timestamp, timestamp};
