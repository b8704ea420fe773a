//! The audit log.

use std::collections::BTreeMap;

use sentinel_model::{ProjectId, RequestId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Timestamp;

/// Kinds of actors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActorType {
    /// A person.
    User,
    /// A program with an API key.
    ApiKey,
    /// An agent.
    Node,
    /// A member by itself.
    System,
    /// Nobody known.
    Anonymous,
}

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditActor {
    /// Kind.
    #[serde(rename = "type")]
    pub kind: ActorType,
    /// Id; empty for nobody.
    pub id: String,
    /// Name as it is now; the id when the actor is gone.
    pub name: String,
}

/// One committed change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// Place in the log of changes; dense, from one, over the whole cluster.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: AuditActor,
    /// What, as `noun.verb_in_the_past`.
    pub action: String,
    /// Kind of the object.
    pub resource_type: String,
    /// Its id.
    pub resource_id: String,
    /// In which project it lies.
    #[schema(value_type = Option<Uuid>)]
    pub project_id: Option<ProjectId>,
    /// What changed, by field.
    pub changes: BTreeMap<String, String>,
    /// The request that made it.
    #[schema(value_type = Uuid)]
    pub request_id: RequestId,
    /// Index in the replicated log.
    pub log_index: u64,
}

/// Changes, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditList {
    /// Newest first.
    pub entries: Vec<AuditEntry>,
    /// Length of this page.
    pub total: u64,
    /// Where the next page begins; null at the end. With filters a page may be short or empty and still have a next one.
    pub next_cursor: Option<String>,
}

/// Which changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Only this action, such as `rollout.created`, or a noun, such as `rollout`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// Only by this actor: an id, or a kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Objects in the page; 50 when absent, at most 200.
    #[param(minimum = 1, maximum = 200)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
