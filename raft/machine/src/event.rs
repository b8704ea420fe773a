//! What happened, for those who watch.

use std::collections::BTreeMap;

use sentinel_model::{OrgId, ProjectId, Time};
use serde::{Deserialize, Serialize};

/// One thing that a command changed. Ordered by (`index`, `place`), the same on every member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Log index of the command.
    pub index: u64,
    /// Place among the events of that command.
    pub place: u32,
    /// When.
    pub at: Time,
    /// Whose object changed; `None` is the cluster's.
    pub org_id: Option<OrgId>,
    /// In which project it lies.
    pub project_id: Option<ProjectId>,
    /// What happened, as `noun.verb_in_the_past`.
    pub kind: String,
    /// Id of the object.
    pub resource_id: String,
    /// Details, by field. Never a secret.
    pub data: BTreeMap<String, String>,
}
