//! What operators declare: services and everything that they name. A project has one [`Document`]; a bundle is compiled from it.
//!
//! These types are also the shape of the public API and of the files that `config apply` reads and `config export` writes: what
//! a person writes is what is kept. So fields that say nothing new are left out, unknown ones are refused, and objects name each other by
//! their slugs, which never change and mean the same in another project.
//!
//! Where to start reading: [`document`], then [`service`]. [`check`] has what the checks of all of them share.

pub mod check;
mod distinct;
pub mod document;
pub mod kind;
pub mod listener;
pub mod middleware;
pub mod policy;
pub mod reference;
pub mod secrets;
pub mod service;
pub mod settings;
pub mod trust_store;
pub mod upstream_group;

pub use document::Document;
pub use kind::{Kind, Spec};
pub use listener::Listener;
pub use middleware::Middleware;
pub use reference::Reference;
pub use service::Service;
pub use settings::Settings;
pub use trust_store::TrustStore;
pub use upstream_group::UpstreamGroup;

/// What a flag is that nobody has given and that is usually on.
pub(crate) fn yes() -> bool {
    true
}

/// Whether a flag is as it usually is.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
pub(crate) fn is_yes(flag: &bool) -> bool {
    *flag
}
