//! Freeze windows: times in which no rollout of a project goes forward.

pub mod recurrence;

use serde::{Deserialize, Serialize};

pub use recurrence::{Recurrence, Span, Weekday};

use crate::name::{check_name, check_text};
use crate::{EnvironmentId, FreezeWindowId, InvalidValue, ProjectId, Time};

/// Most windows of one project, past ones among them.
pub const WINDOWS_MAX: usize = 200;
/// Longest span of one window, in milliseconds: a year.
pub const SPAN_MAX_MS: u64 = 366 * 24 * 3_600_000;

/// A time in which no rollout of a project goes forward. The way back is always open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreezeWindow {
    /// Identity.
    pub id: FreezeWindowId,
    /// The project.
    pub project_id: ProjectId,
    /// Display name.
    pub name: String,
    /// Why nothing moves.
    pub reason: String,
    /// From the first of these moments on.
    pub from: Time,
    /// Up to this one, which is not frozen any more.
    pub until: Time,
    /// Who made it, as the audit log names them.
    pub created_by: String,
    /// When it was made.
    pub created_at: Time,
    /// It holds again and again between both ends, and not all the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrence: Option<Recurrence>,
    /// It holds only what has nodes in this environment; `None`: everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment_id: Option<EnvironmentId>,
}

impl FreezeWindow {
    /// Checks every field; the first refusal names it.
    pub fn check(&self) -> Result<(), InvalidValue> {
        check_name("name", &self.name)?;
        check_text("reason", &self.reason)?;
        if self.until <= self.from {
            return Err(InvalidValue::new("until", "must lie behind `from`"));
        }
        if self.until.since(self.from) > SPAN_MAX_MS {
            return Err(InvalidValue::new("until", "a freeze lasts a year at most; make it anew then"));
        }
        match &self.recurrence {
            Some(recurrence) => recurrence.check(self.whole()),
            None => Ok(()),
        }
    }

    /// The end of the freeze that it makes at this moment; `None` when it makes none.
    pub fn holds_until(&self, at: Time) -> Option<Time> {
        #[cfg(feature = "planted")]
        if crate::planted::has(crate::planted::Bug::WeeklyIgnored) && self.recurrence.is_some() {
            return None;
        }
        match &self.recurrence {
            Some(recurrence) => recurrence.holds_until(at),
            None => self.whole().holds(at).then_some(self.until),
        }
    }

    /// The freeze that it makes at this moment, or the next one.
    pub fn next(&self, at: Time) -> Option<Span> {
        match &self.recurrence {
            Some(recurrence) => recurrence.next(at),
            None => Some(self.whole()).filter(|span| at < span.until),
        }
    }

    fn whole(&self) -> Span {
        Span { from: self.from, until: self.until }
    }
}
