//! The event stream.

use std::collections::BTreeMap;

use sentinel_model::{OrgId, ProjectId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Timestamp;

/// One thing that changed: the `data` of a server-sent event. Its `id` is `<index>-<place>`, its `event` is `kind`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Place in the stream, as `Last-Event-ID` takes it.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Whose object changed.
    #[schema(value_type = Option<Uuid>)]
    pub org_id: Option<OrgId>,
    /// In which project it lies.
    #[schema(value_type = Option<Uuid>)]
    pub project_id: Option<ProjectId>,
    /// What happened, as `noun.verb_in_the_past`.
    pub kind: String,
    /// Id of the object.
    pub resource_id: String,
    /// Details, by field.
    pub data: BTreeMap<String, String>,
}

/// The `data` of an event `compacted`: some events are not there any more, so read what you show anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Compacted {
    /// The stream goes on behind this place.
    pub resumes_after: String,
}

/// Which events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// Slug of the project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Where to go on, for clients that cannot set `Last-Event-ID`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_event_id: Option<String>,
}
