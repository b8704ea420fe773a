//! The audit log: who changed what.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ApiKeyId, MemberId, NodeId, OrgId, ProjectId, RequestId, Time, UserId};

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A person, signed in.
    User(UserId),
    /// A program with an API key.
    ApiKey(ApiKeyId),
    /// An agent.
    Node(NodeId),
    /// A member by itself: the scheduler, or the operator at its console.
    Member(MemberId),
    /// Nobody known: a sign-in, an enrolment.
    Anonymous,
}

impl Actor {
    /// Kind as the API spells it.
    pub fn kind(&self) -> &'static str {
        match self {
            Actor::User(_) => "user",
            Actor::ApiKey(_) => "api_key",
            Actor::Node(_) => "node",
            Actor::Member(_) => "system",
            Actor::Anonymous => "anonymous",
        }
    }

    /// Id as text; empty for nobody.
    pub fn id(&self) -> String {
        match self {
            Actor::User(id) => id.to_string(),
            Actor::ApiKey(id) => id.to_string(),
            Actor::Node(id) => id.to_string(),
            Actor::Member(id) => id.to_string(),
            Actor::Anonymous => String::new(),
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind();
        match self {
            Actor::User(id) => write!(f, "{kind}:{id}"),
            Actor::ApiKey(id) => write!(f, "{kind}:{id}"),
            Actor::Node(id) => write!(f, "{kind}:{id}"),
            Actor::Member(id) => write!(f, "{kind}:{id}"),
            Actor::Anonymous => f.write_str(kind),
        }
    }
}

/// One committed change, written in the step that made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Place in the log of changes; dense, from one.
    pub seq: u64,
    /// Raft log index of the change.
    pub log_index: u64,
    /// When.
    pub at: Time,
    /// The request that made it.
    pub request_id: RequestId,
    /// Who.
    pub actor: Actor,
    /// What, as `noun.verb_in_the_past`.
    pub action: String,
    /// Kind of the object.
    pub resource_type: String,
    /// Its id.
    pub resource_id: String,
    /// Whose object it is.
    pub org_id: Option<OrgId>,
    /// In which project it lies.
    pub project_id: Option<ProjectId>,
    /// What changed, by field. Never a secret.
    pub changes: BTreeMap<String, String>,
}
