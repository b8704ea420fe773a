//! The one way from a log entry to state.

use std::collections::BTreeMap;

use sentinel_model::audit::{Actor, AuditEntry};
use sentinel_model::project::Project;
use sentinel_model::{InvalidValue, OrgId, ProjectId, RequestId, Time};
use serde::{Deserialize, Serialize};

use crate::commands::Command;
use crate::draft::Draft;
use crate::envelope::Envelope;
use crate::event::Event;
use crate::outcome::{Outcome, Rejection, Reply};
use crate::tables::{self, Read, Row, Scan, Table, TableError, Write, decode, encode};

/// How long a retry of a write finds its first outcome, in milliseconds of log time.
pub const REQUEST_MEMORY_MS: u64 = 15 * 60 * 1_000;
/// Most outcomes remembered.
pub const REQUEST_MEMORY_MAX: u64 = 100_000;

/// What applying one entry did.
#[derive(Debug)]
pub struct Step {
    /// Log index at which the command took effect: an earlier one when this was a retry.
    pub index: u64,
    /// It had taken effect before: this was a retry.
    pub repeated: bool,
    /// What came of it.
    pub outcome: Outcome,
    /// What to tell those who watch. Empty when it was rejected.
    pub events: Vec<Event>,
}

/// Applies the entry at `index`. An `Err` means that this member can no longer follow the log.
pub fn apply(state: &mut dyn Write, index: u64, envelope: &Envelope) -> Result<Step, TableError> {
    #[cfg(feature = "planted")]
    let remembers = !sentinel_model::planted::has(sentinel_model::planted::Bug::AppliedTwice);
    #[cfg(not(feature = "planted"))]
    let remembers = true;
    if let Some(known) = remembered(state, envelope.request_id)?.filter(|_| remembers) {
        return Ok(Step { index: known.index, repeated: true, outcome: known.outcome, events: Vec::new() });
    }
    // Log time never runs backwards, whatever the proposers' clocks do.
    let time = envelope.time.max(Time(counter(state, "time")?));
    let draft = Draft::new(&*state);
    let mut context = Context {
        draft,
        index,
        time,
        actor: envelope.actor,
        request_id: envelope.request_id,
        events: Vec::new(),
        audits: 0,
    };
    let (outcome, events) = match envelope.command.run(&mut context) {
        Ok(reply) => {
            let (wrote, owed) = (context.audits, u32::from(envelope.command.audited()));
            if wrote != owed {
                let message =
                    format!("{} wrote {wrote} audit entries instead of {owed}", envelope.command.name());
                return Err(TableError::new(Table::Audit, message));
            }
            let events = std::mem::take(&mut context.events);
            let writes = context.draft.into_writes();
            writes.commit(state)?;
            (Ok(reply), events)
        }
        Err(Stop::Rejected(rejection)) => (Err(rejection), Vec::new()),
        Err(Stop::Fatal(error)) => return Err(error),
    };
    put_counter(state, "time", time.0)?;
    remember(state, envelope.request_id, Remembered { index, time, outcome: outcome.clone() })?;
    Ok(Step { index, repeated: false, outcome, events })
}

/// Why a command did not go through.
#[derive(Debug)]
pub enum Stop {
    /// Refused; the refusal is the outcome.
    Rejected(Rejection),
    /// This member cannot go on.
    Fatal(TableError),
}

impl From<Rejection> for Stop {
    fn from(rejection: Rejection) -> Self {
        Stop::Rejected(rejection)
    }
}

impl From<InvalidValue> for Stop {
    fn from(invalid: InvalidValue) -> Self {
        Stop::Rejected(invalid.into())
    }
}

impl From<TableError> for Stop {
    fn from(error: TableError) -> Self {
        Stop::Fatal(error)
    }
}

/// A command that can be applied. One file each, below [`crate::commands`].
pub trait Apply {
    /// Somebody decided on this change, a person, a program or the scheduler: it has exactly one audit entry. Otherwise it is
    /// what nodes report, which is state that comes all the time and nobody's deed: it has none.
    const AUDITED: bool = true;

    /// The cluster level that what it says takes: that of the newest field in use that came after its kind.
    fn level_of_content(&self) -> u16 {
        1
    }

    /// Checks the preconditions, makes the change, writes the audit entry.
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop>;
}

/// What a command sees while it is applied.
pub struct Context<'a> {
    draft: Draft<'a>,
    /// Log index of the entry.
    pub index: u64,
    /// Log time of the entry.
    pub time: Time,
    /// Who acts.
    pub actor: Actor,
    /// The request.
    pub request_id: RequestId,
    events: Vec<Event>,
    audits: u32,
}

/// What the audit entry and the event of a change name.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Kind of the object.
    pub resource_type: &'a str,
    /// Its id.
    pub resource_id: &'a str,
    /// Whose it is.
    pub org_id: Option<OrgId>,
    /// In which project it lies.
    pub project_id: Option<ProjectId>,
}

impl<'a> Subject<'a> {
    /// An object that belongs to no org: the cluster's, or a person's own.
    pub fn of_cluster(resource_type: &'a str, resource_id: &'a str) -> Self {
        Self { resource_type, resource_id, org_id: None, project_id: None }
    }

    /// An org, or an object of one outside its projects.
    pub fn in_org(resource_type: &'a str, resource_id: &'a str, org_id: OrgId) -> Self {
        Self { org_id: Some(org_id), ..Self::of_cluster(resource_type, resource_id) }
    }

    /// A project, or an object in it.
    pub fn in_project(resource_type: &'a str, resource_id: &'a str, project: &Project) -> Self {
        Self { project_id: Some(project.id), ..Self::in_org(resource_type, resource_id, project.org_id) }
    }
}

impl Context<'_> {
    /// State with this command's writes so far.
    pub fn tables(&self) -> &dyn Read {
        &self.draft
    }

    /// For writes that are not a row: indexes.
    pub fn write(&mut self) -> &mut dyn Write {
        &mut self.draft
    }

    /// The row under `key`.
    pub fn load<R: Row>(&self, key: &[u8]) -> Result<Option<R>, TableError> {
        tables::load(&self.draft, key)
    }

    /// The row under `key`, or the rejection that says it is not there.
    pub fn require<R: Row>(&self, key: &[u8], kind: &str) -> Result<R, Stop> {
        self.load(key)?.ok_or_else(|| Rejection::not_found(kind).into())
    }

    /// Refuses an id that something has already: a create that comes again, after its first outcome was forgotten, must not
    /// bring back what was revoked or ended since.
    pub fn require_new<R: Row>(&self, key: &[u8], kind: &str) -> Result<(), Stop> {
        match self.tables().get(R::TABLE, key)? {
            None => Ok(()),
            Some(_) => Err(Rejection::taken("id", format!("this {kind} exists already")).into()),
        }
    }

    /// Writes a row.
    pub fn store<R: Row>(&mut self, row: &R) -> Result<(), TableError> {
        tables::store(&mut self.draft, row)
    }

    /// Writes the audit entry of this change and the event of the same name. Exactly once per command that is
    /// [audited](Apply::AUDITED).
    pub fn record<'c>(
        &mut self,
        action: &str,
        subject: Subject<'_>,
        changes: impl IntoIterator<Item = (&'c str, String)>,
    ) -> Result<(), TableError> {
        self.audits += 1;
        self.record_beside(action, subject, changes)
    }

    /// The same for a further object that this command changes with what somebody decided: whoever looks at the history of that
    /// object finds it there. It does not stand in for the entry of the command itself, which is the last one at its index: call this
    /// before [`Context::record`].
    pub fn record_beside<'c>(
        &mut self,
        action: &str,
        subject: Subject<'_>,
        changes: impl IntoIterator<Item = (&'c str, String)>,
    ) -> Result<(), TableError> {
        let changes: BTreeMap<String, String> =
            changes.into_iter().map(|(field, value)| (field.to_owned(), value)).collect();
        self.event(action, subject, changes.clone());
        let seq = counter(&self.draft, "audit_seq")? + 1;
        put_counter(&mut self.draft, "audit_seq", seq)?;
        let seq = seq.unsigned_abs();
        let entry = AuditEntry {
            seq,
            log_index: self.index,
            at: self.time,
            request_id: self.request_id,
            actor: self.actor,
            action: action.to_owned(),
            resource_type: subject.resource_type.to_owned(),
            resource_id: subject.resource_id.to_owned(),
            org_id: subject.org_id,
            project_id: subject.project_id,
            changes,
        };
        #[cfg(feature = "planted")]
        if sentinel_model::planted::has(sentinel_model::planted::Bug::NoAudit) && self.index.is_multiple_of(7)
        {
            return Ok(());
        }
        self.store(&entry)?;
        if let Some(org) = subject.org_id {
            self.draft.put(Table::AuditByOrg, &tables::key(&[org.as_bytes(), &seq.to_be_bytes()]), b"")?;
        }
        if let Some(project) = subject.project_id {
            self.draft.put(
                Table::AuditByProject,
                &tables::key(&[project.as_bytes(), &seq.to_be_bytes()]),
                b"",
            )?;
        }
        Ok(())
    }

    /// One more event beside the one of [`Context::record`].
    pub fn event(&mut self, kind: &str, subject: Subject<'_>, data: BTreeMap<String, String>) {
        let place = u32::try_from(self.events.len()).unwrap_or(u32::MAX);
        self.events.push(Event {
            index: self.index,
            place,
            at: self.time,
            org_id: subject.org_id,
            project_id: subject.project_id,
            kind: kind.to_owned(),
            resource_id: subject.resource_id.to_owned(),
            data,
        });
    }
}

#[derive(Serialize, Deserialize)]
struct Remembered {
    index: u64,
    time: Time,
    outcome: Outcome,
}

/// Where and with what outcome this request was applied, as long as that is remembered: lets a proposer answer a retry without
/// checking preconditions that the first attempt itself has changed.
pub fn outcome_of(read: &dyn Read, request: RequestId) -> Result<Option<(u64, Outcome)>, TableError> {
    Ok(remembered(read, request)?.map(|known| (known.index, known.outcome)))
}

fn remembered(read: &dyn Read, request: RequestId) -> Result<Option<Remembered>, TableError> {
    let bytes = read.get(Table::Requests, request.as_bytes())?;
    bytes.map(|bytes| decode(Table::Requests, &bytes)).transpose()
}

/// Keeps the outcome for retries, and forgets the two oldest that are past their time, so that the memory stays bounded
/// while each entry does a bounded amount of work.
fn remember(state: &mut dyn Write, request: RequestId, known: Remembered) -> Result<(), TableError> {
    state.put(Table::Requests, request.as_bytes(), &encode(Table::Requests, &known)?)?;
    let place = tables::key(&[request.as_bytes(), &known.time.0.to_be_bytes()]);
    state.put(Table::RequestsByIndex, &known.index.to_be_bytes(), &place)?;
    let oldest = Scan { limit: 2, ..Scan::all(Table::RequestsByIndex, &[]) };
    for (key, place) in state.scan(oldest)? {
        let (request, time) = place_of(state, &place)?;
        let index = u64::from_be_bytes(key.as_slice().try_into().map_err(|_| misplaced())?);
        let too_old = known.time.since(time) > REQUEST_MEMORY_MS;
        let too_many = known.index.saturating_sub(index) > REQUEST_MEMORY_MAX;
        if too_old || too_many {
            state.delete(Table::Requests, request)?;
            state.delete(Table::RequestsByIndex, &key)?;
        }
    }
    Ok(())
}

/// The request that is remembered at a place, and its log time. Places of old versions have no time; their requests have.
fn place_of<'a>(read: &dyn Read, place: &'a [u8]) -> Result<(&'a [u8], Time), TableError> {
    let (request, time) = place.split_at_checked(16).ok_or_else(misplaced)?;
    if let Ok(time) = time.try_into() {
        return Ok((request, Time(i64::from_be_bytes(time))));
    }
    let old = read.get(Table::Requests, request)?;
    let old: Option<Remembered> = old.map(|old| decode(Table::Requests, &old)).transpose()?;
    Ok((request, old.map_or(Time(0), |old| old.time)))
}

fn misplaced() -> TableError {
    TableError::new(Table::RequestsByIndex, "a remembered request is not where it should be")
}

fn counter(read: &dyn Read, name: &str) -> Result<i64, TableError> {
    let bytes = read.get(Table::Machine, name.as_bytes())?;
    bytes.map_or(Ok(0), |bytes| decode(Table::Machine, &bytes))
}

fn put_counter(write: &mut dyn Write, name: &str, value: i64) -> Result<(), TableError> {
    let bytes = encode(Table::Machine, &value)?;
    write.put(Table::Machine, name.as_bytes(), &bytes)
}

impl Command {
    /// Name in logs.
    pub fn name(&self) -> &'static str {
        self.variant_name()
    }
}
