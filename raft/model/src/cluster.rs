//! The cluster as a whole.

use serde::{Deserialize, Serialize};

use crate::{ClusterId, Time};

/// Written once, by the first command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// Identity of this formation.
    pub id: ClusterId,
    /// Commands above this level are refused until every voter knows them.
    pub level: u16,
    /// When it was formed.
    pub created_at: Time,
}
