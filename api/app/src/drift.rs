//! Drift: events, and what becomes of them.

mod export;
mod runtime_config;
mod shape;

use sentinel_api_types::drift::{
    DriftEventBody, DriftEventList, DriftFilter, DriftQuery, DriftResolve, DriftResolveAll, DriftResolvedAll,
    DriftStats,
};
use sentinel_api_types::time::model_time;
use sentinel_machine::commands::drift_resolve::{self, RESOLVED_AT_ONCE, Seen, until_text};
use sentinel_machine::{Order, Read, Reply, Scan, Table, TableError, View, drift, query, tables};
use sentinel_model::drift::{DriftEvent, DriftNode, DriftState, check_reason};
use sentinel_model::node::{Node, NodeStatus};
use sentinel_model::{DriftEventId, ProjectId, Time};

pub(crate) use shape::of_node;
use shape::{Shaping, status};

use crate::access::Operation;
use crate::app::App;
use crate::caller::{Caller, Identity};
use crate::change::Change;
use crate::cursor::Binding;
use crate::error::AppError;
use crate::page::{Walk, walk};
use crate::scope::InProject;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// Rows read at a time.
const CHUNK: usize = 1_000;

impl App {
    /// Drift of a project's nodes, newest first.
    pub async fn list_drift(
        &self,
        caller: &Caller,
        project: &str,
        query: &DriftQuery,
    ) -> Result<DriftEventList, AppError> {
        let here = self.in_project(Operation::DriftList, caller, project).await?;
        let (query, app) = (query.clone(), self.clone());
        self.long_read(move || {
            let read = &*here.view.tables;
            let told = |value: &dyn std::fmt::Debug| format!("{value:?}");
            let filters = [told(&query.status), told(&query.severity), told(&query.node_id)];
            let project = here.project.id.to_string();
            let binding = Binding::new("drift", &[&project, &filters[0], &filters[1], &filters[2]]);
            let part = Walk {
                table: Table::DriftEvents,
                prefix: here.project.id.as_bytes(),
                order: Order::Descending,
                binding: &binding,
                limit: query.limit,
                cursor: query.cursor.as_deref(),
            };
            let mut shaping = Shaping::new(read, app.now());
            let page = walk(read, app.keyring(), part, |(_, row)| {
                let event: DriftEvent = tables::decode(Table::DriftEvents, row)?;
                let wanted = query.status.is_none_or(|status| shows(status, event.state))
                    && query.severity.is_none_or(|severity| event.found.severity == severity.into())
                    && query.node_id.is_none_or(|node| event.node_id == node);
                wanted.then(|| shaping.event(event)).transpose()
            })?;
            Ok(DriftEventList {
                total: page.total(),
                drift_events: page.items,
                next_cursor: page.next_cursor,
            })
        })
        .await
    }

    /// Drift of a project's nodes in numbers.
    pub async fn drift_stats(&self, caller: &Caller, project: &str) -> Result<DriftStats, AppError> {
        let here = self.in_project(Operation::DriftStats, caller, project).await?;
        let now = self.now();
        self.long_read(move || count(&*here.view.tables, here.project.id, now)).await
    }

    /// One event.
    pub async fn show_drift(
        &self,
        caller: &Caller,
        project: &str,
        id: DriftEventId,
    ) -> Result<DriftEventBody, AppError> {
        let here = self.in_project(Operation::DriftShow, caller, project).await?;
        self.drift_body(&here.view, here.project.id, id)
    }

    /// Closes an event; the node stays as it is.
    pub async fn resolve_drift(
        &self,
        caller: &Caller,
        project: &str,
        id: DriftEventId,
        request: DriftResolve,
    ) -> Result<DriftEventBody, AppError> {
        let here = self.in_project(Operation::DriftResolve, caller, project).await?;
        let change = Change::to("drift.resolved", id).in_project(here.project.id);
        let command = resolution(&here, caller, Some(id), request)?;
        let change = change.with("reason", &command.reason);
        let committed = self.commit(caller, change, command).await?;
        self.drift_body(&committed.view, here.project.id, id)
    }

    /// Closes the events that last and that somebody has looked at, some at once.
    pub async fn resolve_all_drift(
        &self,
        caller: &Caller,
        project: &str,
        request: DriftResolveAll,
    ) -> Result<DriftResolvedAll, AppError> {
        let here = self.in_project(Operation::DriftResolve, caller, project).await?;
        let until = model_time(request.seen_until);
        let change = Change::to("drift.bulk_resolved", here.project.id).with("seen_until", until_text(until));
        let mut command = resolution(&here, caller, None, DriftResolve { reason: request.reason })?;
        let change = change.with("reason", &command.reason);
        let seen = drift::open(&*here.view.tables, here.project.id)?.into_iter();
        let seen = seen.filter(|event| event.updated_at <= until).take(RESOLVED_AT_ONCE);
        command.seen = seen.map(|event| Seen { event_id: event.id, revision: event.revision }).collect();
        command.seen_until = Some(until);
        let committed = self.commit(caller, change, command).await?;
        let Reply::Count(resolved_count) = committed.reply else {
            return Err(AppError::internal("it is not told how many events were resolved"));
        };
        let last = drift::open(&*committed.view.tables, here.project.id)?;
        let left = last.iter().filter(|event| event.updated_at <= until).count() as u64;
        Ok(DriftResolvedAll { resolved_count, left, later: last.len() as u64 - left })
    }

    /// Events that last, and those of them with an alarm, in what the caller belongs to: of others nobody learns how they are.
    pub(crate) fn drift_seen_by(&self, caller: &Caller, view: &View) -> Result<(u64, u64), AppError> {
        let read = &*view.tables;
        if matches!(&caller.identity, Identity::User(signed_in) if signed_in.user.cluster_admin) {
            return Ok(drift::counts_of_all(read)?);
        }
        let (mut open, mut alarms) = (0, 0);
        for org in self.orgs_of(caller, view)? {
            for (key, _) in read.scan(Scan::all(Table::ProjectsByOrg, org.as_bytes()))? {
                let Some(project) = query::id_at_end(&key) else { continue };
                let counts = drift::counts(read, ProjectId(project))?;
                (open, alarms) = (open + counts.open, alarms + counts.alarms);
            }
        }
        Ok((open, alarms))
    }

    fn drift_body(
        &self,
        view: &View,
        project: ProjectId,
        id: DriftEventId,
    ) -> Result<DriftEventBody, AppError> {
        let read = &*view.tables;
        let event = drift::event(read, project, id)?.ok_or_else(|| AppError::not_found("Drift event"))?;
        Ok(DriftEventBody { drift_event: Shaping::new(read, self.now()).event(event)? })
    }
}

fn resolution(
    here: &InProject,
    caller: &Caller,
    event_id: Option<DriftEventId>,
    request: DriftResolve,
) -> Result<drift_resolve::DriftResolve, AppError> {
    check_reason(&request.reason)?;
    Ok(drift_resolve::DriftResolve {
        project_id: here.project.id,
        event_id,
        seen: Vec::new(),
        seen_until: None,
        by: caller.label(),
        reason: request.reason,
    })
}

/// Whether an event is among those that are asked for.
fn shows(status: DriftFilter, state: DriftState) -> bool {
    match status {
        DriftFilter::Active => state != DriftState::Resolved,
        DriftFilter::Alarm => state == DriftState::Alarm,
        DriftFilter::Resolved => state == DriftState::Resolved,
    }
}

/// Every node of a project that shall run something, once each; and what became of events today.
fn count(read: &dyn Read, project: ProjectId, now: Time) -> Result<DriftStats, AppError> {
    use sentinel_api_types::drift::DriftStatus::{Drifted, InSync, NotMeasured};
    let mut stats = DriftStats::default();
    let mut after: Option<Vec<u8>> = None;
    loop {
        let nodes =
            Scan { after: after.as_deref(), limit: CHUNK, ..Scan::all(Table::NodeNames, project.as_bytes()) };
        let pairs = read.scan(nodes)?;
        let last = pairs.len() < CHUNK;
        after = pairs.last().map(|(key, _)| key.clone());
        for (_, id) in pairs {
            let Some(node) = tables::load::<Node>(read, &id)?.filter(|node| node.assignment.is_some()) else {
                continue;
            };
            stats.total_managed += 1;
            if node.status != NodeStatus::Online {
                stats.offline += 1;
                continue;
            }
            match status(&node, tables::load::<DriftNode>(read, &id)?.as_ref()) {
                Drifted => stats.drifted += 1,
                InSync => stats.in_sync += 1,
                NotMeasured => stats.not_measured += 1,
            }
        }
        if last {
            break;
        }
    }
    let counts = drift::counts(read, project)?;
    (stats.active_events, stats.alarms) = (counts.open, counts.alarms);
    stats.resolved_today = resolved_since(read, project, Time(now.0 - now.0.rem_euclid(DAY_MS)))?;
    Ok(stats)
}

/// Events that ended since a moment, newest first in the index: so this costs what it counts.
fn resolved_since(read: &dyn Read, project: ProjectId, since: Time) -> Result<u64, TableError> {
    let newest = Scan { order: Order::Descending, ..Scan::all(Table::DriftResolved, project.as_bytes()) };
    let mut count = 0;
    for (place, _) in read.scan(newest)? {
        let key = [project.as_bytes().as_slice(), place.get(24..).unwrap_or_default()].concat();
        let event: Option<DriftEvent> = tables::load(read, &key)?;
        if event.is_none_or(|event| event.resolved_at < Some(since)) {
            break;
        }
        count += 1;
    }
    Ok(count)
}
