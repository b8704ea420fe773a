//! How arguments are read: wrappers around axum's extractors whose refusals have our shape.

mod body;
mod caller;
mod fields;
mod path;
mod query;

pub use body::{JsonBody, OptionalBody};
pub use caller::{Calling, Unknown};
pub use path::PathArgs;
pub use query::QueryArgs;
