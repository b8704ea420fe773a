//! The REST API through its router: what goes in, what comes out, byte for byte.
//!
//! Every answer that a test gets is checked against the schema that `openapi.json` promises for it.
#![allow(clippy::unwrap_used)]

mod archives;
mod attacks;
mod bad_input;
mod certificates;
mod client;
mod config;
mod coverage;
mod events;
mod requests;
mod schema;
mod secrets;
mod sessions;
mod site;
