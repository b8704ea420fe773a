//! Freezes a project, or one of its environments, for a time: no rollout in it goes forward. Administrators only, in person.

use sentinel_model::freeze::{FreezeWindow, Recurrence, WINDOWS_MAX};
use sentinel_model::project::Project;
use sentinel_model::user::Role;
use sentinel_model::{EnvironmentId, FreezeWindowId, InvalidValue, ProjectId, Time};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::environment;
use crate::freeze;
use crate::governance;
use crate::outcome::{Rejection, Reply};
use crate::tables::key;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreezeWindowCreate {
    /// Identity.
    pub window_id: FreezeWindowId,
    /// The project.
    pub project_id: ProjectId,
    /// Display name.
    pub name: String,
    /// Why nothing moves.
    pub reason: String,
    /// From this moment on.
    pub from: Time,
    /// Up to this one.
    pub until: Time,
    /// Who makes it, in words.
    pub created_by: String,
    /// It holds again and again between both, at times that the proposer has worked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrence: Option<Recurrence>,
    /// Hold only what has nodes in this environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment_id: Option<EnvironmentId>,
}

impl Apply for FreezeWindowCreate {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        governance::require_person(context, &project, Role::Admin)?;
        let window = FreezeWindow {
            id: self.window_id,
            project_id: self.project_id,
            name: self.name.clone(),
            reason: self.reason.clone(),
            from: self.from,
            until: self.until,
            created_by: self.created_by.clone(),
            created_at: context.time,
            recurrence: self.recurrence.clone(),
            environment_id: self.environment_id,
        };
        window.check()?;
        let environment = match self.environment_id {
            Some(id) => Some(environment::require(context, self.project_id, id)?),
            None => None,
        };
        if window.next(context.time).is_none() {
            return Err(InvalidValue::new("until", "lies in the past: it would freeze nothing").into());
        }
        let row = key(&[self.project_id.as_bytes(), self.window_id.as_bytes()]);
        context.require_new::<FreezeWindow>(&row, "freeze window")?;
        if freeze::windows(context.tables(), self.project_id)?.len() >= WINDOWS_MAX {
            let message = format!("a project has at most {WINDOWS_MAX} freeze windows; delete past ones");
            return Err(Rejection::Limit(message).into());
        }
        context.store(&window)?;
        let id = self.window_id.to_string();
        let subject = Subject::in_project("freeze_window", &id, &project);
        let again = window.recurrence.as_ref().map(|recurrence| ("recurrence", words(recurrence)));
        let changes = [
            ("name", window.name),
            ("reason", window.reason),
            ("from", window.from.to_string()),
            ("until", window.until.to_string()),
        ];
        let environment = environment.map(|environment| ("environment", environment.slug));
        context.record("freeze_window.created", subject, changes.into_iter().chain(again).chain(environment))?;
        Ok(Reply::Done)
    }
}

/// As the audit entry has it.
fn words(recurrence: &Recurrence) -> String {
    let Recurrence { weekdays, starts, ends, days, time_zone, occurrences } = recurrence;
    let days_later = if *days == 0 { String::new() } else { format!(" {days} days later") };
    let weekdays: Vec<String> = weekdays.iter().map(|day| format!("{day:?}").to_lowercase()).collect();
    let (weekdays, times) = (weekdays.join(","), occurrences.len());
    format!("{weekdays} {starts} to {ends}{days_later} {time_zone}, {times} times")
}
