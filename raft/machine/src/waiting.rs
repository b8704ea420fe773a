//! Rollouts that have not begun, in the order in which somebody has to look at them: so that a round of the scheduler costs what is due,
//! however many wait.

use sentinel_model::rollout::{Rollout, RolloutState};
use sentinel_model::{ProjectId, RolloutId, Time};

use crate::apply::Context;
use crate::query;
use crate::tables::{Pair, Read, Scan, Table, TableError, key};

/// When somebody has to look at it; nothing for one that has begun.
pub fn look_at(rollout: &Rollout) -> Option<Time> {
    let governance = &rollout.governance;
    match rollout.state {
        RolloutState::PendingApproval => {
            Some(governance.approval.as_ref().map_or(rollout.created_at, |approval| approval.expires_at))
        }
        RolloutState::Scheduled => {
            let begins = governance.scheduled_at.unwrap_or(rollout.created_at);
            Some(governance.frozen_until.map_or(begins, |thaw| thaw.max(begins)))
        }
        // Nobody has to, until the rollout that it waits for is over.
        RolloutState::Pending => {
            let called = rollout.queued.is_none_or(|queued| queued.behind.is_none());
            let at = governance.frozen_until.map_or(rollout.created_at, |thaw| thaw.max(rollout.created_at));
            Some(if called { at } else { Time(i64::MAX) })
        }
        _ => None,
    }
}

/// Keeps both lists in step with the rollout: those that wait, and those that are under way. Call it whenever its row has changed.
pub(crate) fn index(context: &mut Context<'_>, rollout: &Rollout) -> Result<(), TableError> {
    let id = rollout.id.as_bytes();
    let row = key(&[rollout.project_id.as_bytes(), id]);
    let known = context.tables().get(Table::RolloutsWaiting, &row)?;
    let wanted = look_at(rollout).map(|at| at.0.to_be_bytes().to_vec());
    if known != wanted {
        if let Some(at) = known {
            context.write().delete(Table::RolloutsDue, &key(&[&at, id]))?;
        }
        match wanted {
            Some(at) => {
                context.write().put(Table::RolloutsDue, &key(&[&at, id]), b"")?;
                context.write().put(Table::RolloutsWaiting, &row, &at)?;
            }
            None => context.write().delete(Table::RolloutsWaiting, &row)?,
        }
    }
    let under_way = !rollout.state.is_final() && !rollout.state.phase().is_waiting();
    let listed = context.tables().get(Table::RolloutsActive, id)?.is_some();
    match (listed, under_way) {
        (false, true) => context.write().put(Table::RolloutsActive, id, b""),
        (true, false) => context.write().delete(Table::RolloutsActive, id),
        _ => Ok(()),
    }
}

/// Rollouts that wait and whose time to be looked at has come, the earliest first, at most so many.
pub fn due(read: &(impl Read + ?Sized), now: Time, most: usize) -> Result<Vec<RolloutId>, TableError> {
    Ok(due_in(read, Table::RolloutsDue, now, most)?.into_iter().map(RolloutId).collect())
}

/// The ids in a table whose keys are a time and an id, up to this time.
pub(crate) fn due_in(
    read: &(impl Read + ?Sized),
    table: Table,
    now: Time,
    most: usize,
) -> Result<Vec<uuid::Uuid>, TableError> {
    Ok(due_pairs(read, table, now, most)?.iter().filter_map(|(key, _)| query::id_at_end(key)).collect())
}

/// The rows of a table whose keys begin with a time, up to this time.
pub(crate) fn due_pairs(
    read: &(impl Read + ?Sized),
    table: Table,
    now: Time,
    most: usize,
) -> Result<Vec<Pair>, TableError> {
    let first = Scan { limit: most, ..Scan::all(table, &[]) };
    let pairs = read.scan(first)?.into_iter();
    let due = pairs.take_while(|(key, _)| key.get(..8).is_some_and(|at| at <= &now.0.to_be_bytes()[..]));
    Ok(due.collect())
}

/// Rollouts of a project that wait.
pub fn of_project(read: &(impl Read + ?Sized), project: ProjectId) -> Result<Vec<Rollout>, TableError> {
    query::behind_key(read, &read.scan(Scan::all(Table::RolloutsWaiting, project.as_bytes()))?)
}

/// All that wait, in all projects.
pub fn all(read: &(impl Read + ?Sized)) -> Result<Vec<Rollout>, TableError> {
    query::behind_key(read, &read.scan(Scan::all(Table::RolloutsWaiting, &[]))?)
}
