//! Freeze windows.

mod recurrence;

use sentinel_api_types::freeze::{
    FreezeWindow, FreezeWindowBody, FreezeWindowCreate, FreezeWindowList, Recurrence, Span,
};
use sentinel_api_types::{time::model_time, timestamp};
use sentinel_machine::commands::freeze_window_create;
use sentinel_machine::commands::freeze_window_delete::FreezeWindowDelete;
use sentinel_machine::freeze::windows;
use sentinel_machine::tables::key;
use sentinel_machine::{Read, TableError};
use sentinel_model::freeze::SPAN_MAX_MS;
use sentinel_model::{FreezeWindowId, InvalidValue, Time, freeze};

use crate::access::Operation;
use crate::app::{App, written};
use crate::caller::Caller;
use crate::change::Change;
use crate::environment::named;
use crate::error::AppError;

impl App {
    /// The freeze windows of a project. There are few: all of them at once.
    pub async fn list_freeze_windows(
        &self,
        caller: &Caller,
        project: &str,
    ) -> Result<FreezeWindowList, AppError> {
        let here = self.in_project(Operation::FreezeWindowList, caller, project).await?;
        let mut windows = windows(&*here.view.tables, here.project.id)?;
        windows.sort_by_key(|window| (std::cmp::Reverse(window.from), window.id));
        let now = self.now();
        Ok(FreezeWindowList {
            total: windows.len() as u64,
            freeze_windows: windows
                .into_iter()
                .map(|window| shape(&*here.view.tables, window, now))
                .collect::<Result<_, _>>()?,
        })
    }

    /// Freezes a project for a time.
    pub async fn create_freeze_window(
        &self,
        caller: &Caller,
        project: &str,
        request: FreezeWindowCreate,
    ) -> Result<FreezeWindowBody, AppError> {
        let here = self.in_project(Operation::FreezeWindowCreate, caller, project).await?;
        let from = request.from.map_or_else(|| self.now(), model_time);
        let until = model_time(request.until);
        let recurrence = match &request.recurrence {
            Some(_) if until <= from => {
                return Err(InvalidValue::new("until", "must lie behind `from`").into());
            }
            Some(_) if until.since(from) > SPAN_MAX_MS => {
                return Err(
                    InvalidValue::new("until", "a freeze lasts a year at most; make it anew then").into()
                );
            }
            Some(asked) => Some(recurrence::expand(asked, from, until)?),
            None => None,
        };
        let environment = request.environment.as_deref().map(|named| here.environment(named)).transpose()?;
        let environment_id = environment.map(|environment| environment.id);
        let command = freeze_window_create::FreezeWindowCreate {
            window_id: FreezeWindowId(self.inner().parts.ids.id()),
            project_id: here.project.id,
            name: request.name,
            reason: request.reason.unwrap_or_default(),
            from,
            until,
            created_by: caller.label(),
            recurrence,
            environment_id,
        };
        let change = Change::making("freeze_window.created")
            .in_project(here.project.id)
            .with("name", &command.name)
            .with("reason", &command.reason)
            .with("until", command.until);
        let committed = self.commit(caller, change, command).await?;
        let id: FreezeWindowId = committed.id()?;
        let row = key(&[here.project.id.as_bytes(), id.as_bytes()]);
        let made: freeze::FreezeWindow = written(&committed.view, &row, "Freeze window")?;
        // A repeated request that said nothing of the beginning means the one of the first time.
        committed.only_if(
            request.from.is_none_or(|from| model_time(from) == made.from)
                && made.environment_id == environment_id,
        )?;
        Ok(FreezeWindowBody { freeze_window: shape(&*committed.view.tables, made, self.now())? })
    }

    /// Takes a freeze away.
    pub async fn delete_freeze_window(
        &self,
        caller: &Caller,
        project: &str,
        id: FreezeWindowId,
    ) -> Result<(), AppError> {
        let here = self.in_project(Operation::FreezeWindowDelete, caller, project).await?;
        let command = FreezeWindowDelete { project_id: here.project.id, window_id: id };
        self.commit(caller, Change::to("freeze_window.deleted", id), command).await?;
        Ok(())
    }
}

fn shape(read: &dyn Read, window: freeze::FreezeWindow, now: Time) -> Result<FreezeWindow, TableError> {
    let environment = match window.environment_id {
        Some(id) => named(read, window.project_id, id)?,
        None => None,
    };
    Ok(FreezeWindow {
        environment,
        id: window.id,
        active: window.holds_until(now).is_some(),
        next: window.next(now).map(|span| Span { from: timestamp(span.from), until: timestamp(span.until) }),
        recurrence: window.recurrence.as_ref().map(|known| Recurrence {
            weekdays: known.weekdays.iter().map(|day| (*day).into()).collect(),
            starts: known.starts.clone(),
            ends: known.ends.clone(),
            days: Some(known.days),
            time_zone: known.time_zone.clone(),
        }),
        name: window.name,
        reason: window.reason,
        from: timestamp(window.from),
        until: timestamp(window.until),
        created_by: window.created_by,
        inserted_at: timestamp(window.created_at),
    })
}
