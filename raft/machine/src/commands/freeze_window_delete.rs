//! Ends a freeze, or takes a planned or past one away. Administrators only, in person: it lets every rollout through.

use sentinel_model::freeze::FreezeWindow;
use sentinel_model::project::{CatchUp, Project};
use sentinel_model::user::Role;
use sentinel_model::{FreezeWindowId, ProjectId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::governance;
use crate::outcome::Reply;
use crate::tables::{Table, key};
use crate::{baseline, promotion_rule, rollout, waiting};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreezeWindowDelete {
    /// The project.
    pub project_id: ProjectId,
    /// The window.
    pub window_id: FreezeWindowId,
}

impl Apply for FreezeWindowDelete {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        governance::require_person(context, &project, Role::Admin)?;
        let row = key(&[self.project_id.as_bytes(), self.window_id.as_bytes()]);
        let window = context.require::<FreezeWindow>(&row, "Freeze window")?;
        context.write().delete(Table::FreezeWindows, &row)?;
        look_again(context, project.id)?;
        let id = self.window_id.to_string();
        let subject = Subject::in_project("freeze_window", &id, &project);
        context.record(
            "freeze_window.deleted",
            subject,
            [
                ("name", window.name),
                ("from", window.from.to_string()),
                ("until", window.until.to_string()),
            ],
        )?;
        Ok(Reply::Done)
    }
}

/// What waited for the end of a freeze is looked at now. If another window holds it, that is told then.
fn look_again(context: &mut Context<'_>, project: ProjectId) -> Result<(), Stop> {
    for mut waiting in waiting::of_project(context.tables(), project)? {
        if waiting.governance.frozen_until.take().is_some() {
            waiting.hold = None;
            rollout::save(context, &mut waiting)?;
        }
    }
    for mut rule in promotion_rule::all(context.tables(), project)? {
        if rule.look_at.is_some_and(|at| at > context.time) && rule.waits() {
            rule.look_at = Some(context.time);
            promotion_rule::save(context, &rule)?;
        }
    }
    let project = context.require::<Project>(project.as_bytes(), "Project")?;
    for mut ground in baseline::owing(context.tables(), project)? {
        let owed = ground.owed().map(|owed| CatchUp { not_before: context.time, ..owed.clone() });
        baseline::owe(context, &mut ground, owed)?;
    }
    Ok(())
}
