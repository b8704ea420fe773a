//! The bundle artefact: validate, compile, archive, sign, verify, compare.
//!
//! A bundle is a configuration of the proxy as one immutable, signed file. This crate turns a configuration text
//! into a bundle and reads bundles that come from elsewhere. It is used by the control plane, by the agent of a
//! node, and by the offline check of a downloaded file.
//!
//! It is pure: no tokio, clock, randomness, network or file system, and the same input gives the same bytes on
//! every machine. The one exception is a thread: parsers that recurse run on threads with a large stack (see
//! `parser_thread`), so [`validate::validate`], [`compile::compile`] and [`proxy_config::parse`] block the caller
//! and must not be called on an asynchronous worker.
//!
//! Where to start reading:
//! - a text comes in: [`syntax`] (strict, never recurses) → `schema` (the table of everything the proxy reads, and
//!   what is known about it) → `walk` (the text by that table) → `rules` (checks of more than one setting) →
//!   [`proxy_config`] (the proxy's own crate), put together in [`validate`];
//! - a bundle is made: [`compile`], with the marker route that proves which revision is live, [`manifest`],
//!   `sbom`, [`archive`], [`sign`]; [`service_template`] has services to begin with, and [`openapi`] makes them of a description of an API;
//! - a bundle is used: [`archive::open`], [`archive::OpenBundle::verify`] or [`signature::Detached`],
//!   [`node_vars::render`], [`secrets::fill`], [`change::classify`];
//! - bundles are compared: [`diff`] (lines), [`semantic`] (objects), [`risk`]; and with what a node runs instead: [`drift`].

pub mod archive;
pub mod assignment;
pub mod capability;
pub mod certificates;
pub mod change;
pub mod compile;
pub mod diff;
pub mod drift;
pub mod emit;
mod findings;
pub mod limits;
pub mod manifest;
mod marker;
pub mod node_vars;
pub mod openapi;
mod parser_thread;
mod problem;
pub mod proxy_config;
pub mod risk;
mod rules;
mod sbom;
mod schema;
pub mod secrets;
pub mod semantic;
pub mod service_template;
pub mod sign;
pub mod signature;
pub mod syntax;
pub mod trust_stores;
pub mod validate;
mod walk;
mod words;

pub use problem::Problem;
pub use sbom::SbomError;
pub use schema::PROXY_VERSION;
/// The configuration of the proxy as its own crate parses it.
pub use zentinel_config::Config;
