//! What happens to requests and answers on the way. A service has these itself, or by a middleware.

pub mod access_control;
pub mod cache;
pub mod compression;
pub mod cors;
pub mod headers;
pub mod path_rewrite;
pub mod rate_limit;
pub mod retry;
pub mod security;
pub mod transform;

pub use access_control::AccessControl;
pub use cache::Cache;
pub use compression::Compression;
pub use cors::Cors;
pub use headers::Headers;
pub use path_rewrite::PathRewrite;
pub use rate_limit::RateLimit;
pub use retry::Retry;
pub use security::SecurityHeaders;
pub use transform::Transform;
