//! Blue-green: how traffic moves from one slot to the other.

use sentinel_model::node;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One of the two halves of a fleet between which traffic moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// One.
    Blue,
    /// The other.
    Green,
}

impl From<node::Slot> for Slot {
    fn from(slot: node::Slot) -> Self {
        match slot {
            node::Slot::Blue => Slot::Blue,
            node::Slot::Green => Slot::Green,
        }
    }
}

impl From<Slot> for node::Slot {
    fn from(slot: Slot) -> Self {
        match slot {
            Slot::Blue => node::Slot::Blue,
            Slot::Green => node::Slot::Green,
        }
    }
}

/// How the traffic moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BlueGreenConfig {
    /// Share of the traffic that the slot with the new bundle gets in each step, in percent: growing, the last one 100.
    #[schema(example = json!([10, 50, 100]))]
    pub traffic_steps: Vec<u8>,
    /// How long each share is observed, in seconds.
    pub bake_seconds: u32,
}

impl Default for BlueGreenConfig {
    fn default() -> Self {
        Self { traffic_steps: vec![10, 50, 100], bake_seconds: 60 }
    }
}
