//! The calendar of a project: freezes, rollouts that are to begin or have begun, and promotions that are due.

use std::collections::BTreeSet;
use std::ops::Range;

use sentinel_api_types::calendar::{Calendar, CalendarConflict, CalendarEntry, CalendarKind, CalendarQuery};
use sentinel_api_types::environment::EnvironmentRef;
use sentinel_api_types::time::model_time;
use sentinel_api_types::timestamp;
use sentinel_machine::{
    Order, Read, Scan, Table, TableError, environment, freeze, governance, promotion, promotion_rule, query,
    tables, waiting,
};
use sentinel_model::freeze::{FreezeWindow, Span};
use sentinel_model::promotion::Outcome;
use sentinel_model::rollout::{Rollout, RolloutState};
use sentinel_model::{EnvironmentId, ProjectId, Time};

use crate::access::Operation;
use crate::app::App;
use crate::caller::Caller;
use crate::environment::named;
use crate::error::AppError;
use crate::node::Versions;
use crate::rollout::state;

/// The longest time that is shown at once, in milliseconds.
const SPAN_MAX_MS: u64 = 92 * DAY_MS;
/// What is shown when nobody says until when, in milliseconds.
const SPAN_DEFAULT_MS: u64 = 31 * DAY_MS;
const DAY_MS: u64 = 24 * 3_600_000;
/// Most entries of an answer.
const ENTRIES_MAX: usize = 1_000;
/// Rollouts that are looked at, the newest first.
const LOOKED_AT_MAX: usize = 2_000;
/// Rollouts looked at that were asked for before the time that is shown, and may have lasted into it. Those under way are found anyway.
const BEFORE_MAX: usize = 200;
/// Rows taken from the index at a time.
const CHUNK: usize = 256;
/// Freezes that follow on each other without a break, looked at for the end of them.
const CHAIN_MAX: usize = 50;

impl App {
    /// What a project is up to in a time.
    pub async fn calendar(
        &self,
        caller: &Caller,
        project: &str,
        query: &CalendarQuery,
    ) -> Result<Calendar, AppError> {
        let here = self.in_project(Operation::CalendarShow, caller, project).await?;
        let now = self.now();
        let from = query.from.map_or(now, model_time);
        let to = query.to.map_or_else(|| from.plus_ms(SPAN_DEFAULT_MS), model_time);
        if to <= from {
            return Err(AppError::invalid("to", "must lie behind `from`"));
        }
        if to.since(from) > SPAN_MAX_MS {
            return Err(AppError::invalid("to", "must lie within 92 days of `from`"));
        }
        self.long_read(move || {
            let read = &*here.view.tables;
            Ok(Page {
                read,
                versions: Versions::new(read),
                project: here.project.id,
                windows: freeze::windows(read, here.project.id)?,
                shown: from..to,
                now,
            }
            .whole()?)
        })
        .await
    }
}

/// The freeze that holds what is to begin at a moment and has nodes in these environments, which are asked for only where it depends on
/// them. It lasts until the end of the last of those that follow on each other.
fn held(
    windows: &[FreezeWindow],
    at: Time,
    touched: impl FnOnce() -> Result<BTreeSet<EnvironmentId>, TableError>,
) -> Result<Option<CalendarConflict>, TableError> {
    if windows.iter().all(|window| window.holds_until(at).is_none()) {
        return Ok(None);
    }
    let everywhere = windows.iter().all(|window| window.environment_id.is_none());
    let touched = if everywhere { BTreeSet::new() } else { touched()? };
    let holds = |window: &&FreezeWindow| window.environment_id.is_none_or(|id| touched.contains(&id));
    let windows: Vec<&FreezeWindow> = windows.iter().filter(holds).collect();
    let last = |at: Time| {
        let holding = windows.iter().filter_map(|window| Some((window.holds_until(at)?, *window)));
        holding.max_by_key(|(until, window)| (*until, std::cmp::Reverse(window.id)))
    };
    let Some((mut until, first)) = last(at) else { return Ok(None) };
    for _ in 0..CHAIN_MAX {
        match last(until) {
            Some((next, _)) => until = next,
            None => break,
        }
    }
    let reason = if first.reason.is_empty() { String::new() } else { format!(": {}", first.reason) };
    let reason = format!("frozen by window '{}'{reason}", first.name);
    Ok(Some(CalendarConflict { until: timestamp(until), reason }))
}

/// A page of the calendar in the making.
struct Page<'r> {
    read: &'r dyn Read,
    versions: Versions<'r>,
    project: ProjectId,
    windows: Vec<FreezeWindow>,
    shown: Range<Time>,
    now: Time,
}

impl Page<'_> {
    fn whole(mut self) -> Result<Calendar, TableError> {
        let mut entries = self.freezes()?;
        let mut complete = self.shown.clone();
        for rollout in waiting::of_project(self.read, self.project)? {
            entries.extend(self.waits(rollout)?);
        }
        entries.extend(self.begun(&mut complete.start)?);
        entries.extend(self.promotions()?);
        entries.sort_by_key(|one| (one.from, one.kind, one.id));
        if entries.len() > ENTRIES_MAX {
            // All that begin at one moment are left out together: nobody can tell how many there are.
            let cut = entries[ENTRIES_MAX].from;
            entries.retain(|entry| entry.from < cut);
            complete.end = model_time(cut).clamp(self.shown.start, self.shown.end);
        }
        Ok(Calendar {
            from: timestamp(self.shown.start),
            to: timestamp(self.shown.end),
            total: entries.len() as u64,
            entries,
            truncated: complete != self.shown,
            complete_from: timestamp(complete.start),
            complete_to: timestamp(complete.end),
        })
    }

    /// Whether something lies in the time that is shown; without an end it is a moment.
    fn shows(&self, from: Time, to: Option<Time>) -> bool {
        from < self.shown.end && to.map_or(from >= self.shown.start, |to| to > self.shown.start)
    }

    fn named(&self, id: Option<EnvironmentId>) -> Result<Option<EnvironmentRef>, TableError> {
        id.map_or(Ok(None), |id| named(self.read, self.project, id))
    }

    /// Each time that each window holds.
    fn freezes(&self) -> Result<Vec<CalendarEntry>, TableError> {
        let mut entries = Vec::new();
        for window in &self.windows {
            let once = [Span { from: window.from, until: window.until }];
            let spans = window.recurrence.as_ref().map_or(&once[..], |again| &again.occurrences);
            for span in spans.iter().filter(|span| self.shows(span.from, Some(span.until))) {
                entries.push(CalendarEntry {
                    kind: CalendarKind::Freeze,
                    from: timestamp(span.from),
                    to: Some(timestamp(span.until)),
                    title: window.name.clone(),
                    id: window.id.0,
                    environment: self.named(window.environment_id)?,
                    state: None,
                    why: Some(window.reason.clone()).filter(|reason| !reason.is_empty()),
                    conflict: None,
                });
            }
        }
        Ok(entries)
    }

    /// A rollout that has not begun: at its time, or from when it began to wait.
    fn waits(&mut self, rollout: Rollout) -> Result<Option<CalendarEntry>, TableError> {
        let at = rollout.governance.scheduled_at.unwrap_or(rollout.created_at);
        // What is overdue waits until now, and longer.
        let until = (at <= self.now).then_some(self.now.max(at.plus_ms(1)));
        if !self.shows(at, until) {
            return Ok(None);
        }
        let conflict = match rollout.governance.break_glass {
            Some(_) => None,
            None => held(&self.windows, at.max(self.now), || {
                let members = query::rollout_nodes(self.read, rollout.id)?;
                let nodes = members.iter().map(|member| &member.node_id);
                environment::touched(self.read, self.project, nodes)
            })?,
        };
        let why = match &rollout.state {
            RolloutState::PendingApproval => {
                let approval = rollout.governance.approval.as_ref();
                let (given, needed) = approval.map_or((0, 0), |one| (one.given.len(), one.needed));
                Some(format!("waits for approvals: {given} of {needed}"))
            }
            RolloutState::Pending => Some("waits for nodes that another rollout has".to_owned()),
            _ => None,
        };
        let stale = governance::stale(self.read, &rollout)?;
        let stale = stale.map(|stale| {
            format!("its plan is stale: {stale}; it will fail and move nothing, make a new one")
        });
        let why = stale.into_iter().chain(why).reduce(|stale, why| format!("{stale}; {why}"));
        self.entry(CalendarKind::Scheduled, rollout, at, None, why, conflict).map(Some)
    }

    /// Rollouts that have begun, the newest first as they were asked for. `complete`: from when on nothing is left out.
    fn begun(&mut self, complete: &mut Time) -> Result<Vec<CalendarEntry>, TableError> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for rollout in query::active_rollouts(self.read)? {
            if rollout.project_id == self.project && seen.insert(rollout.id) {
                found.push(rollout);
            }
        }
        let prefix = self.project.as_bytes();
        let (mut after, mut looked_at, mut before): (Option<Vec<u8>>, _, _) = (None, 0, 0);
        'newest: loop {
            let scan = Scan {
                table: Table::RolloutsByProject,
                prefix,
                after: after.as_deref(),
                order: Order::Descending,
                limit: CHUNK,
            };
            let pairs = self.read.scan(scan)?;
            let last = pairs.len() < CHUNK;
            for (key, _) in pairs {
                let known: Option<Rollout> = tables::load(self.read, &key[key.len().saturating_sub(16)..])?;
                after = Some(key);
                let Some(rollout) = known else { continue };
                if looked_at == LOOKED_AT_MAX {
                    *complete = rollout.created_at.clamp(self.shown.start, self.shown.end);
                    break 'newest;
                }
                looked_at += 1;
                before += usize::from(rollout.created_at < self.shown.start);
                if before > BEFORE_MAX {
                    break 'newest;
                }
                if !rollout.state.phase().is_waiting() && seen.insert(rollout.id) {
                    found.push(rollout);
                }
            }
            if last {
                break;
            }
        }
        let mut entries = Vec::new();
        for rollout in found {
            let from = rollout.governance.begun_at.unwrap_or(rollout.created_at);
            // One that is under way lasts until now, and longer.
            let lasts = rollout.ended_at.unwrap_or_else(|| self.now.max(from.plus_ms(1)));
            if self.shows(from, Some(lasts.max(from.plus_ms(1)))) {
                let why = match &rollout.state {
                    RolloutState::RollingBack { reason, .. }
                    | RolloutState::Failed { reason }
                    | RolloutState::RolledBack { reason, .. } => Some(reason.clone()),
                    RolloutState::Cancelled { reason, .. } => Some(reason.clone()),
                    _ => rollout.hold.as_ref().map(|hold| hold.reason.clone()),
                };
                let why = why.filter(|why| !why.is_empty());
                let to = rollout.ended_at;
                entries.push(self.entry(CalendarKind::Rollout, rollout, from, to, why, None)?);
            }
        }
        Ok(entries)
    }

    fn entry(
        &mut self,
        kind: CalendarKind,
        rollout: Rollout,
        from: Time,
        to: Option<Time>,
        why: Option<String>,
        conflict: Option<CalendarConflict>,
    ) -> Result<CalendarEntry, TableError> {
        let version = self.versions.of(rollout.spec.bundle_id)?;
        let nodes = rollout.nodes;
        let plural = if nodes == 1 { "node" } else { "nodes" };
        Ok(CalendarEntry {
            kind,
            from: timestamp(from),
            to: to.map(timestamp),
            title: format!("{} to {nodes} {plural}", version.as_deref().unwrap_or("a bundle that is gone")),
            id: rollout.id.0,
            environment: self.named(rollout.spec.environment_id)?,
            state: Some(state(&rollout.state)),
            why,
            conflict,
        })
    }

    /// What promotion rules look at next.
    fn promotions(&mut self) -> Result<Vec<CalendarEntry>, TableError> {
        let mut entries = Vec::new();
        for rule in promotion_rule::all(self.read, self.project)? {
            // What is overdue is looked at again in a moment.
            let Some(at) = rule.look_at.filter(|at| self.shows(*at, None)) else { continue };
            let Some(newest) = promotion::newest(self.read, rule.source_id, 1)?.pop() else { continue };
            let version = self.versions.of(newest.bundle_id)?;
            let name = |id| environment::name_of(self.read, self.project, id);
            let conflict = held(&self.windows, at, || Ok(BTreeSet::from([rule.target_id])))?;
            entries.push(CalendarEntry {
                kind: CalendarKind::Promotion,
                from: timestamp(at),
                to: None,
                title: format!(
                    "{} from {} to {}",
                    version.as_deref().unwrap_or("a bundle that is gone"),
                    name(rule.source_id)?,
                    name(rule.target_id)?
                ),
                id: rule.id.0,
                environment: self.named(Some(rule.target_id))?,
                state: None,
                why: rule.last.and_then(|last| match last.outcome {
                    Outcome::Waits(reason) if last.bundle_id == newest.bundle_id => Some(reason),
                    _ => None,
                }),
                conflict,
            });
        }
        Ok(entries)
    }
}
