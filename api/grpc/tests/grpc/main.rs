//! The services as a program calls them, on a cluster in memory.

#![allow(clippy::unwrap_used, missing_docs)]

mod attacks;
mod calls;
mod client;
mod nouns;
mod parity;
mod rollouts;
