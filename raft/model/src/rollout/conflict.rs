//! Two rollouts that want the same nodes: what the later one asks for, and where it stands in the queue.

use serde::{Deserialize, Serialize};

use crate::RolloutId;

/// What a rollout does when nodes that it wants belong to another one, or are waited for by another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnConflict {
    /// It does not begin.
    #[default]
    Refuse,
    /// It waits until every node is free, first come, first served.
    Queue,
    /// It stops the others where they are and takes their nodes.
    Supersede,
}

impl OnConflict {
    /// As it is when nothing is said.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            OnConflict::Refuse => "refuse",
            OnConflict::Queue => "queue",
            OnConflict::Supersede => "supersede",
        }
    }
}

/// The place of a rollout that waits for its nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queued {
    /// The entry of the log at which it joined: who has the smaller one is served first.
    pub place: u64,
    /// The rollout that it waits for; `None`: that has ended, and it is looked at next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<RolloutId>,
}
