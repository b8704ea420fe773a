//! Rollouts that want the same nodes.

use sentinel_model::RolloutId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rollout::RolloutState;

/// What a rollout does when another one has nodes that it wants, or waits for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnConflict {
    /// It does not begin.
    #[default]
    Refuse,
    /// It waits until every node is free; first come, first served.
    Queue,
    /// It stops the others where they are and takes their nodes. One that is being taken back is not stopped.
    Supersede,
}

/// Another rollout that has planned nodes, or waits for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanConflict {
    /// The other rollout.
    #[schema(value_type = Uuid)]
    pub rollout_id: RolloutId,
    /// Version of its bundle.
    pub bundle_version: String,
    /// Where it is in its life.
    pub state: RolloutState,
    /// How many of the planned nodes.
    pub nodes: u64,
}
