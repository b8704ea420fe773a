//! Who asks.

use reqwest::RequestBuilder;
use sentinel_api_types::Secret;

/// Header of the node key.
const NODE_KEY: &str = "X-Zentinel-Node-Key";

/// What a client proves itself with.
#[derive(Clone, Debug, Default)]
pub enum Credential {
    /// Nothing: signing in, enrolling.
    #[default]
    Anonymous,
    /// A session token, an API key, or a node's token.
    Bearer(Secret),
    /// The key that a node got when it enrolled.
    NodeKey(Secret),
}

impl Credential {
    pub(crate) fn put(&self, request: RequestBuilder) -> RequestBuilder {
        match self {
            Credential::Anonymous => request,
            Credential::Bearer(token) => request.bearer_auth(token.expose()),
            Credential::NodeKey(key) => request.header(NODE_KEY, key.expose()),
        }
    }
}
