//! The calendar of a project: what is to come, and what was.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::Timestamp;
use crate::environment::EnvironmentRef;
use crate::rollout::RolloutState;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CalendarKind {
    /// A freeze: no rollout goes forward.
    Freeze,
    /// A rollout that is to begin, or waits.
    Scheduled,
    /// A rollout that has begun.
    Rollout,
    /// A bundle that a promotion rule takes on then.
    Promotion,
}

/// Something that has a place in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CalendarEntry {
    /// What it is.
    pub kind: CalendarKind,
    /// From when.
    pub from: Timestamp,
    /// Until when; null: it is under way, or a moment.
    pub to: Option<Timestamp>,
    /// In a few words.
    pub title: String,
    /// The rollout, the freeze window or the promotion rule.
    pub id: Uuid,
    /// The environment that it is for; null: it is for none in particular.
    pub environment: Option<EnvironmentRef>,
    /// Where a rollout is in its life; null for what is none.
    pub state: Option<RolloutState>,
    /// Why: the reason of a freeze, what a rollout waits for or what stopped it.
    pub why: Option<String>,
    /// It cannot begin then, because of a freeze.
    pub conflict: Option<CalendarConflict>,
}

/// A freeze that holds what is to begin in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CalendarConflict {
    /// When nothing holds it any more, as far as is known now.
    pub until: Timestamp,
    /// In words.
    pub reason: String,
}

/// What a project is up to in a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Calendar {
    /// From when.
    pub from: Timestamp,
    /// Until when; this moment is not part of it.
    pub to: Timestamp,
    /// In the order of their beginnings. What began before `from` and lasts longer is among them.
    pub entries: Vec<CalendarEntry>,
    /// How many.
    pub total: u64,
    /// Something is left out: it has all of what lies between `complete_from` and `complete_to` only.
    pub truncated: bool,
    /// From when on nothing is left out.
    pub complete_from: Timestamp,
    /// Until when nothing is left out.
    pub complete_to: Timestamp,
}

/// Which time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CalendarQuery {
    /// From when; now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Until when, at most 92 days later; 31 days later when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
}
