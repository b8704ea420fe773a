//! Use cases: authorize, validate, propose, view. One file per noun; every transport calls these and nothing else.
//!
//! Every use case takes the [`Caller`] first, asks the one table in [`access`], checks what can be checked early, proposes at most
//! one command and answers with a shape of `sentinel-api-types`.
//!
//! What it must not do: know a transport (no HTTP, no gRPC), touch a disk or a socket, or change state other than through
//! [`Replica::propose`](sentinel_machine::Replica::propose). It reaches the world through the ports in [`AppParts`].
//!
//! Where to start reading: [`access`] for who may do what, [`app`] for how a change is committed, then any noun.

pub mod access;
pub mod agent;
mod api_key;
pub mod app;
mod archives;
mod audit;
pub mod authenticate;
pub mod backup;
mod bundle;
mod calendar;
pub mod caller;
mod certificate;
mod change;
mod checks;
pub mod clock;
pub mod cluster;
mod concerns;
mod config;
pub mod cursor;
mod drift;
mod enrolment;
mod environment;
pub mod error;
pub mod events;
pub mod facts;
mod freeze;
mod gate;
mod group;
mod internal_ca;
pub mod keyring;
pub mod liveness;
mod log_clock;
mod member;
mod node;
pub mod node_token;
mod org;
mod overview;
mod page;
pub mod password;
mod project;
mod promotion;
mod reseal;
mod rollout;
pub mod scheduler;
mod scope;
mod secret;
mod service_template;
mod session;
mod simulator;
mod stats;
mod template;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
pub mod throttle;
mod user;
pub mod watch;
mod work;

pub use access::Operation;
pub use app::{App, AppParts, Settings};
pub use authenticate::Credential;
pub use backup::{BackupStream, Backups};
pub use caller::{Caller, Freshness, Identity, SignedIn, Written};
pub use certificate::acme::{AcmeDue, AcmeWork, WorkOrder};
pub use checks::{CheckBook, Due};
pub use clock::{Clock, Ids, ManualClock, RandomIds, SystemClock};
pub use cluster::Initialize;
pub use concerns::Concerns;
pub use error::AppError;
pub use events::{EventBus, Subscription, Watched};
pub use keyring::{Keyring, KeyringError};
pub use liveness::Liveness;
pub use reseal::Resealing;
pub use sentinel_api_types::Secret;
pub use simulator::{Played, Remembered};
pub use watch::{Told, Watch};
pub use work::stay_on_this_thread;
