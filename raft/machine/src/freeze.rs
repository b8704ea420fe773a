//! Freezes: whether anything in a project may go forward at a moment, and until when it may not.

use sentinel_model::freeze::FreezeWindow;
use sentinel_model::rollout::Rollout;
use sentinel_model::{ProjectId, Time};

use crate::apply::{Context, Stop};
use crate::outcome::Rejection;
use crate::rollout;
use crate::tables::{Read, Scan, Table, TableError, rows};

/// Nothing goes forward.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frozen {
    /// Until then, as far as is known now.
    pub until: Time,
    /// Until when, by which window, and why.
    pub words: String,
}

/// Every window of a project, by id: the oldest first.
pub fn windows(read: &(impl Read + ?Sized), project: ProjectId) -> Result<Vec<FreezeWindow>, TableError> {
    rows(read, Scan::all(Table::FreezeWindows, project.as_bytes()))
}

/// The freeze of a project at a moment. Where windows overlap, the one that ends last is named.
pub fn at(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    moment: Time,
) -> Result<Option<Frozen>, TableError> {
    let windows = windows(read, project)?;
    let holding = windows.iter().filter_map(|window| Some((window.holds_until(moment)?, window)));
    let last = holding.max_by_key(|(until, window)| (*until, std::cmp::Reverse(window.id)));
    Ok(last.map(|(until, window)| Frozen { until, words: words(until, window) }))
}

/// The freeze that holds a rollout at a moment: none for one that somebody broke the glass for.
pub fn holding(
    read: &(impl Read + ?Sized),
    rollout: &Rollout,
    moment: Time,
) -> Result<Option<Frozen>, TableError> {
    match rollout.governance.break_glass {
        Some(_) => Ok(None),
        None => at(read, rollout.project_id, moment),
    }
}

/// Refuses what goes forward while the rollout's project is frozen.
pub(crate) fn require_thawed(context: &Context<'_>, rollout: &Rollout) -> Result<(), Stop> {
    holding(context.tables(), rollout, context.time)?.map_or(Ok(()), |frozen| Err(refusal(&frozen)))
}

/// Refuses what goes forward while the project is frozen.
pub(crate) fn require_thawed_project(context: &Context<'_>, project: ProjectId) -> Result<(), Stop> {
    at(context.tables(), project, context.time)?.map_or(Ok(()), |frozen| Err(refusal(&frozen)))
}

fn refusal(frozen: &Frozen) -> Stop {
    Rejection::WrongState(format!("the project is {}", frozen.words)).into()
}

fn words(until: Time, window: &FreezeWindow) -> String {
    let reason = if window.reason.is_empty() { String::new() } else { format!(": {}", window.reason) };
    // As it is kept: what is told and what is kept would else never be the same, and be told for ever.
    rollout::clip(&format!("frozen until {until} by window '{}'{reason}", window.name))
}
