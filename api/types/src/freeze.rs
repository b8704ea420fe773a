//! Freeze windows: times in which no rollout of a project goes forward.

use sentinel_model::FreezeWindowId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;

/// A time in which no rollout of a project goes forward. The way back is always open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FreezeWindow {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: FreezeWindowId,
    /// Display name.
    pub name: String,
    /// Why nothing moves.
    pub reason: String,
    /// From this moment on.
    pub from: Timestamp,
    /// Up to this one.
    pub until: Timestamp,
    /// It holds now.
    pub active: bool,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub inserted_at: Timestamp,
}

/// A new freeze window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FreezeWindowCreate {
    /// Display name, 1 to 100 characters.
    pub name: String,
    /// Why nothing moves, at most 1,000 characters; whoever is held by it reads this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// From this moment on; from now on when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Up to this one.
    pub until: Timestamp,
}

/// One freeze window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FreezeWindowBody {
    /// The window.
    pub freeze_window: FreezeWindow,
}

/// The freeze windows of a project, all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FreezeWindowList {
    /// By their beginning, the latest first.
    pub freeze_windows: Vec<FreezeWindow>,
    /// How many.
    pub total: u64,
}
