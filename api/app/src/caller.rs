//! Who calls, and how fresh the answer must be.

use std::sync::{Arc, Mutex, PoisonError};

use sentinel_machine::Consistency;
use sentinel_model::api_key::ApiKey;
use sentinel_model::audit::Actor;
use sentinel_model::user::User;
use sentinel_model::{MemberId, NodeId, RequestId, Sha256Digest, Time};

use crate::error::AppError;

/// One request: who makes it, under which id, and how fresh its reads must be.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub identity: Identity,
    /// Doubles as the idempotency key of the write that the request makes.
    pub request_id: RequestId,
    /// The client chose the request id, so that it can repeat the request.
    pub repeatable: bool,
    /// How fresh reads must be.
    pub consistency: Consistency,
    /// Filled in by the first read of the request.
    pub freshness: Freshness,
    /// Filled in by the write that the request makes.
    pub written: Written,
}

/// Whose credential came with the request.
#[derive(Clone, Debug)]
pub enum Identity {
    /// None.
    Anonymous,
    /// A person's session.
    User(Box<SignedIn>),
    /// An API key.
    ApiKey(Box<ApiKey>),
    /// A node's key or token.
    Node {
        /// The node.
        node_id: NodeId,
    },
    /// This process itself.
    Member(MemberId),
}

/// A person and the session that speaks for them.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The person.
    pub user: User,
    /// Digest of the session's token.
    pub token_digest: Sha256Digest,
    /// When the session ends.
    pub expires_at: Time,
}

/// How old the state was that a request read.
#[derive(Clone, Debug, Default)]
pub struct Freshness(Arc<Mutex<Option<u64>>>);

impl Freshness {
    /// Milliseconds behind; `None` before the first read.
    pub fn age_ms(&self) -> Option<u64> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn note(&self, age_ms: u64) {
        let mut oldest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *oldest = Some(oldest.map_or(age_ms, |known| known.max(age_ms)));
    }
}

/// Where in the log the write of a request stands.
#[derive(Clone, Debug, Default)]
pub struct Written(Arc<Mutex<Option<u64>>>);

impl Written {
    /// Its log index; `None` when nothing was written.
    pub fn index(&self) -> Option<u64> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn note(&self, index: u64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(index);
    }
}

impl Caller {
    /// A request of `identity` with linearizable reads.
    pub fn new(identity: Identity, request_id: RequestId) -> Self {
        Self {
            identity,
            request_id,
            repeatable: false,
            consistency: Consistency::Linearizable,
            freshness: Freshness::default(),
            written: Written::default(),
        }
    }

    /// As the audit log knows the caller.
    pub fn actor(&self) -> Actor {
        match &self.identity {
            Identity::Anonymous => Actor::Anonymous,
            Identity::User(signed_in) => Actor::User(signed_in.user.id),
            Identity::ApiKey(key) => Actor::ApiKey(key.id),
            Identity::Node { node_id, .. } => Actor::Node(*node_id),
            Identity::Member(member) => Actor::Member(*member),
        }
    }

    /// The caller in words, as objects name who made them.
    pub fn label(&self) -> String {
        match &self.identity {
            Identity::Anonymous => "anonymous".to_owned(),
            Identity::User(signed_in) => signed_in.user.email.clone(),
            Identity::ApiKey(key) => format!("API key {}", key.name),
            Identity::Node { node_id, .. } => format!("node {node_id}"),
            Identity::Member(member) => format!("member-{member}"),
        }
    }

    /// The person behind the request, or the refusal of everybody else.
    pub fn person(&self) -> Result<&SignedIn, AppError> {
        match &self.identity {
            Identity::User(signed_in) => Ok(signed_in),
            Identity::Anonymous => Err(AppError::Unauthenticated("sign in first".into())),
            _ => Err(AppError::Forbidden("only a signed-in person may do this".into())),
        }
    }
}
