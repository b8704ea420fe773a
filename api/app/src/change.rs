//! A change on its way into the log, and what a repeated request must stand for.
//!
//! The outcome of a request is remembered under its id, and whoever asks again with this id gets that outcome. So before an
//! outcome is told, it is compared with what was asked for: the same key on another object must never be acknowledged.

use std::collections::BTreeMap;
use std::fmt::Display;

use sentinel_machine::apply::outcome_of;
use sentinel_machine::{Command, Envelope, Order, Read, Reply, Scan, Table, TableError, View, tables};
use sentinel_model::audit::AuditEntry;
use sentinel_model::{OrgId, ProjectId, Time};

use crate::app::App;
use crate::caller::Caller;
use crate::error::AppError;

/// A change as the audit log names it.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    action: &'static str,
    /// The object that is changed; `None` for one that is only being made.
    resource_id: Option<String>,
    org_id: Option<OrgId>,
    project_id: Option<ProjectId>,
    details: Vec<(&'static str, String)>,
    /// The same, where the entry says it at all: members of earlier versions have left it out.
    details_if_said: Vec<(&'static str, String)>,
}

impl Change {
    /// A change to an object that is there already.
    pub(crate) fn to(action: &'static str, id: impl Display) -> Self {
        Self { resource_id: Some(id.to_string()), ..Self::making(action) }
    }

    /// A new object. Say with the other functions by what it is recognised.
    pub(crate) fn making(action: &'static str) -> Self {
        Self {
            action,
            resource_id: None,
            org_id: None,
            project_id: None,
            details: Vec::new(),
            details_if_said: Vec::new(),
        }
    }

    /// It lies in this org.
    pub(crate) fn in_org(self, org: OrgId) -> Self {
        Self { org_id: Some(org), ..self }
    }

    /// It lies in this project.
    pub(crate) fn in_project(self, project: ProjectId) -> Self {
        Self { project_id: Some(project), ..self }
    }

    /// The audit log says this of it.
    pub(crate) fn with(mut self, field: &'static str, value: impl Display) -> Self {
        self.details.push((field, value.to_string()));
        self
    }

    /// The audit log says this of it, unless the entry is of a version that said nothing of that kind.
    pub(crate) fn with_if_said(mut self, field: &'static str, value: impl Display) -> Self {
        self.details_if_said.push((field, value.to_string()));
        self
    }

    /// Refuses an entry that is about something else, or about a request of somebody else.
    fn check(&self, entry: &AuditEntry, caller: &Caller) -> Result<(), AppError> {
        let same = entry.request_id == caller.request_id
            && entry.actor == caller.actor()
            && entry.action == self.action
            && self.resource_id.as_ref().is_none_or(|id| *id == entry.resource_id)
            && self.org_id.is_none_or(|org| entry.org_id == Some(org))
            && self.project_id.is_none_or(|project| entry.project_id == Some(project))
            && self.details.iter().all(|(field, value)| entry.changes.get(*field) == Some(value))
            && self
                .details_if_said
                .iter()
                .all(|(field, value)| entry.changes.get(*field).is_none_or(|said| said == value));
        if same { Ok(()) } else { Err(used_for_another()) }
    }
}

/// The refusal of a key that stood for another request.
pub(crate) fn used_for_another() -> AppError {
    AppError::Conflict("this Idempotency-Key was used for another request; choose a new one".into())
}

/// A command that went through the log and was not refused.
#[derive(Clone, Debug)]
pub(crate) struct Proposed {
    /// Its place in the log.
    pub(crate) index: u64,
    /// The request id was used before, for this or for something else.
    pub(crate) repeated: bool,
    /// What the command answered.
    pub(crate) reply: Reply,
}

/// A change that went through.
#[derive(Clone, Debug)]
pub(crate) struct Committed {
    /// What the command answered.
    pub(crate) reply: Reply,
    /// The object that it changed or made, as the audit log names it.
    pub(crate) resource_id: String,
    /// What the audit log says of it.
    pub(crate) changes: BTreeMap<String, String>,
    /// Log time of the change.
    pub(crate) at: Time,
    /// State with the change in it.
    pub(crate) view: View,
}

impl Committed {
    /// The id of the object.
    pub(crate) fn id<T: std::str::FromStr>(&self) -> Result<T, AppError> {
        let wrong = || AppError::internal(format!("'{}' is not the id of an object", self.resource_id));
        self.resource_id.parse().map_err(|_| wrong())
    }

    /// Goes on only if what the request made is what was asked for.
    pub(crate) fn only_if(&self, same: bool) -> Result<(), AppError> {
        if same { Ok(()) } else { Err(used_for_another()) }
    }
}

impl App {
    /// Proposes the caller's one command. A repeated request id that stood for anything but `change` is refused.
    pub(crate) async fn commit(
        &self,
        caller: &Caller,
        change: Change,
        command: impl Into<Command>,
    ) -> Result<Committed, AppError> {
        let Proposed { index, reply, .. } = self.propose(caller, command).await?;
        committed(caller, &change, self.read_stale().await?, index, reply)
    }

    /// Proposes the caller's command. For a repeated request id the answer is that of the first time; whoever calls this must
    /// compare it with what was asked for.
    pub(crate) async fn propose(
        &self,
        caller: &Caller,
        command: impl Into<Command>,
    ) -> Result<Proposed, AppError> {
        let envelope = Envelope {
            time: self.now(),
            actor: caller.actor(),
            request_id: caller.request_id,
            command: command.into(),
        };
        let applied = self.replica().propose(envelope).await?;
        caller.written.note(applied.index);
        Ok(Proposed { index: applied.index, repeated: applied.repeated, reply: applied.outcome? })
    }

    /// The outcome of this very request, if it was made before: so that a retry is not held up by preconditions that the first
    /// attempt itself has changed.
    pub(crate) fn repeated(
        &self,
        view: &View,
        caller: &Caller,
        change: &Change,
    ) -> Result<Option<Committed>, AppError> {
        let Some((index, outcome)) = outcome_of(&*view.tables, caller.request_id)? else { return Ok(None) };
        caller.written.note(index);
        committed(caller, change, view.clone(), index, outcome?).map(Some)
    }
}

fn committed(
    caller: &Caller,
    change: &Change,
    view: View,
    index: u64,
    reply: Reply,
) -> Result<Committed, AppError> {
    // Only what nodes tell leaves no entry; a key that was used for that is used.
    let entry = entry_at(&*view.tables, index)?.ok_or_else(used_for_another)?;
    change.check(&entry, caller)?;
    Ok(Committed { reply, resource_id: entry.resource_id, changes: entry.changes, at: entry.at, view })
}

/// The audit entry of the change at a log index: the last one there, behind those of other objects that it changed. Entries are dense
/// and their log indexes grow, so this is a binary search.
fn entry_at(read: &dyn Read, index: u64) -> Result<Option<AuditEntry>, TableError> {
    let newest = Scan { order: Order::Descending, limit: 1, ..Scan::all(Table::Audit, &[]) };
    let Some(newest) = tables::rows::<AuditEntry>(read, newest)?.pop() else { return Ok(None) };
    let (mut low, mut high) = (1, newest.seq);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        match tables::load::<AuditEntry>(read, &middle.to_be_bytes())? {
            Some(entry) if entry.log_index > index => high = middle - 1,
            _ => low = middle,
        }
    }
    Ok(tables::load::<AuditEntry>(read, &low.to_be_bytes())?.filter(|entry| entry.log_index == index))
}
