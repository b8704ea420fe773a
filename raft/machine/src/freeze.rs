//! Freezes: whether anything in a project, or in an environment of it, may go forward at a moment, and until when it may not.

use std::collections::BTreeSet;

use sentinel_model::freeze::FreezeWindow;
use sentinel_model::rollout::Rollout;
use sentinel_model::{EnvironmentId, ProjectId, Time};

use crate::apply::{Context, Stop};
use crate::environment;
use crate::outcome::Rejection;
use crate::query;
use crate::rollout;
use crate::tables::{Read, Scan, Table, TableError, rows};

/// Nothing goes forward.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frozen {
    /// Until then, as far as is known now.
    pub until: Time,
    /// Until when, by which window, and why.
    pub words: String,
    /// The same as a sentence: what is frozen, and until when.
    pub sentence: String,
}

/// Every window of a project, by id: the oldest first.
pub fn windows(read: &(impl Read + ?Sized), project: ProjectId) -> Result<Vec<FreezeWindow>, TableError> {
    rows(read, Scan::all(Table::FreezeWindows, project.as_bytes()))
}

/// The freeze of a whole project at a moment. Where windows overlap, the one that ends last is named.
pub fn at(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    moment: Time,
) -> Result<Option<Frozen>, TableError> {
    over(read, project, || Ok(BTreeSet::new()), moment)
}

/// The freeze that holds what has nodes in these environments of a project. They are asked for only where it depends on them.
pub fn over(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    touched: impl FnOnce() -> Result<BTreeSet<EnvironmentId>, TableError>,
    moment: Time,
) -> Result<Option<Frozen>, TableError> {
    let windows = windows(read, project)?;
    let mut holding: Vec<(Time, &FreezeWindow)> =
        windows.iter().filter_map(|window| Some((window.holds_until(moment)?, window))).collect();
    if holding.iter().any(|(_, window)| window.environment_id.is_some()) {
        let touched = touched()?;
        holding.retain(|(_, window)| window.environment_id.is_none_or(|id| touched.contains(&id)));
    }
    let last = holding.into_iter().max_by_key(|(until, window)| (*until, std::cmp::Reverse(window.id)));
    let Some((until, window)) = last else { return Ok(None) };
    let environment = match window.environment_id {
        Some(id) => Some(environment::name_of(read, project, id)?),
        None => None,
    };
    let part = environment.as_deref().map(|name| format!(" for the environment '{name}'"));
    let what =
        environment.map_or_else(|| "the project".to_owned(), |name| format!("the environment '{name}'"));
    let words = words(until, window, &part.unwrap_or_default());
    let sentence = format!("{what} is {}", self::words(until, window, ""));
    Ok(Some(Frozen { until, words, sentence }))
}

/// The freeze that holds a rollout at a moment: none for one that somebody broke the glass for.
pub fn holding(
    read: &(impl Read + ?Sized),
    rollout: &Rollout,
    moment: Time,
) -> Result<Option<Frozen>, TableError> {
    match rollout.governance.break_glass {
        Some(_) => Ok(None),
        None => over(read, rollout.project_id, || touched(read, rollout), moment),
    }
}

/// The environments that a rollout has nodes in.
fn touched(read: &(impl Read + ?Sized), rollout: &Rollout) -> Result<BTreeSet<EnvironmentId>, TableError> {
    let members = query::rollout_nodes(read, rollout.id)?;
    environment::touched(read, rollout.project_id, members.iter().map(|member| &member.node_id))
}

/// Refuses what goes forward while the rollout's project is frozen.
pub(crate) fn require_thawed(context: &Context<'_>, rollout: &Rollout) -> Result<(), Stop> {
    holding(context.tables(), rollout, context.time)?.map_or(Ok(()), |frozen| Err(refusal(&frozen)))
}

/// Refuses what goes forward in these environments while the project, or one of them, is frozen.
pub(crate) fn require_thawed_over(
    context: &Context<'_>,
    project: ProjectId,
    touched: &BTreeSet<EnvironmentId>,
) -> Result<(), Stop> {
    let frozen = over(context.tables(), project, || Ok(touched.clone()), context.time)?;
    frozen.map_or(Ok(()), |frozen| Err(refusal(&frozen)))
}

fn refusal(frozen: &Frozen) -> Stop {
    Rejection::WrongState(frozen.sentence.clone()).into()
}

fn words(until: Time, window: &FreezeWindow, part: &str) -> String {
    let reason = if window.reason.is_empty() { String::new() } else { format!(": {}", window.reason) };
    // As it is kept: what is told and what is kept would else never be the same, and be told for ever.
    rollout::clip(&format!("frozen until {until} by window '{}'{part}{reason}", window.name))
}
