//! The Rust client of the public API.
//!
//! [`Client`] carries requests to whichever member answers; [`NodeClient`] speaks the node protocol on top of it.
//!
//! What it must not do: repeat a write that may have happened under another request id, or hide what the server said.

mod error;
mod node;
mod requests;

pub use error::ClientError;
pub use node::NodeClient;
pub use requests::{Client, Credential};
