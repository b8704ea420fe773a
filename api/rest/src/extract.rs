//! How arguments are read: wrappers around axum's extractors whose refusals have our shape.

mod body;
mod caller;
mod fields;
mod path;
mod query;
mod seen;
mod without;

pub use body::{JsonBody, ObjectBody, OptionalBody};
pub use caller::{Calling, Unknown};
pub use path::PathArgs;
pub use query::QueryArgs;
pub use seen::Seen;
