//! Freeze windows: times in which no rollout of a project goes forward.

use sentinel_model::FreezeWindowId;
use sentinel_model::freeze::recurrence;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::environment::EnvironmentRef;

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
    /// It holds again and again between both ends, and not all the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrence: Option<Recurrence>,
    /// The freeze that it makes now, or the next one; null when it is over.
    #[schema(required = true)]
    pub next: Option<Span>,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub inserted_at: Timestamp,
    /// It holds only what has nodes in this environment; null: everything.
    #[serde(default)]
    pub environment: Option<EnvironmentRef>,
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
    /// Up to this one; a year later at most.
    pub until: Timestamp,
    /// Hold again and again between both ends, and not all the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrence: Option<Recurrence>,
    /// Id or slug of an environment: hold only what has nodes in it; everything when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
}

/// The days of the week on which a freeze begins, and from when to when it lasts, by the clock of a time zone. What that comes to is worked
/// out when the window is made: later changes of the zone's rules do not change it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Recurrence {
    /// On which days it begins.
    pub weekdays: Vec<Weekday>,
    /// At what time, such as `16:00`.
    pub starts: String,
    /// Until what time, such as `08:00`.
    pub ends: String,
    /// How many days later it ends, at most 7; when absent, the same day, or the next one when `ends` lies before `starts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u8>,
    /// Whose clock that is: a name of the IANA time zone database, such as `Europe/Berlin`.
    pub time_zone: String,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl From<Weekday> for recurrence::Weekday {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Mon => recurrence::Weekday::Mon,
            Weekday::Tue => recurrence::Weekday::Tue,
            Weekday::Wed => recurrence::Weekday::Wed,
            Weekday::Thu => recurrence::Weekday::Thu,
            Weekday::Fri => recurrence::Weekday::Fri,
            Weekday::Sat => recurrence::Weekday::Sat,
            Weekday::Sun => recurrence::Weekday::Sun,
        }
    }
}

impl From<recurrence::Weekday> for Weekday {
    fn from(day: recurrence::Weekday) -> Self {
        match day {
            recurrence::Weekday::Mon => Weekday::Mon,
            recurrence::Weekday::Tue => Weekday::Tue,
            recurrence::Weekday::Wed => Weekday::Wed,
            recurrence::Weekday::Thu => Weekday::Thu,
            recurrence::Weekday::Fri => Weekday::Fri,
            recurrence::Weekday::Sat => Weekday::Sat,
            recurrence::Weekday::Sun => Weekday::Sun,
        }
    }
}

/// From one moment to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Span {
    /// From this moment on.
    pub from: Timestamp,
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
