//! Applies log entries to the state tables.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, StreamExt};
use openraft::EntryPayload;
use openraft::entry::RaftEntry;
use openraft::storage::{EntryResponder, RaftSnapshotBuilder, RaftStateMachine};
use sentinel_consensus::types::{LogId, Snapshot, SnapshotMeta, StoredMembership};
use sentinel_consensus::{Response, SnapshotFile, TypeConfig, blocking};
use sentinel_machine::apply::Step;
use sentinel_machine::{Envelope, Event, TableError, Write, apply};
use tokio::time::Instant;

use crate::history::History;
use crate::snapshots::{Newest, Snapshots};
use crate::tables::StateTables;

/// Where the events of an applied entry go, after its changes can be read.
pub type EventSink = Arc<dyn Fn(Vec<Event>) + Send + Sync>;

/// Who sees entries when they are applied, before their changes can be read: index and term of each, its bytes if it carries a
/// command, and the answer. For simulations.
pub type Witness = Arc<dyn Fn((u64, u64), Option<&[u8]>, &Response) + Send + Sync>;

/// Most entries in one transaction.
const BATCH: usize = 512;
/// State is made durable when this much time has passed since the last time.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(5);

/// See the module.
pub struct StateMachine {
    tables: Arc<StateTables>,
    snapshots: Arc<Snapshots>,
    history: Arc<History>,
    sink: EventSink,
    witness: Option<Witness>,
    checkpointed: Instant,
    /// Newest entry applied by this process; looked up in the tables when unknown.
    applied: Option<u64>,
}

impl StateMachine {
    pub(crate) fn new(
        tables: Arc<StateTables>,
        snapshots: Arc<Snapshots>,
        history: Arc<History>,
        sink: EventSink,
    ) -> Self {
        Self { tables, snapshots, history, sink, witness: None, checkpointed: Instant::now(), applied: None }
    }

    /// Lets somebody see each entry and what came of it.
    pub fn witnessed(self, witness: Witness) -> Self {
        Self { witness: Some(witness), ..self }
    }

    /// Applies entries in one transaction, then answers and publishes.
    async fn apply_batch(&mut self, batch: Vec<EntryResponder<TypeConfig>>) -> io::Result<()> {
        let (entries, responders): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let Some(last) = entries.last().map(|entry| entry.log_id) else { return Ok(()) };
        self.check_order(&entries)?;
        let checkpoint = self.checkpointed.elapsed() >= CHECKPOINT_EVERY;
        if checkpoint {
            self.checkpointed = Instant::now();
        }
        let (tables, witness) = (Arc::clone(&self.tables), self.witness.clone());
        let applied = blocking::run(move || {
            let membership = newest_membership(&entries);
            let applied = tables.write(last, membership.as_ref(), |state| {
                let step = |entry| {
                    let (response, events) = apply_entry(state, entry)?;
                    if let Some(witness) = &witness {
                        let place = (entry.log_id.index, entry.log_id.leader_id.term);
                        witness(place, command_of(entry), &response);
                    }
                    Ok((response, events))
                };
                entries.iter().map(step).collect::<Result<Vec<_>, TableError>>()
            })?;
            if checkpoint {
                tables.checkpoint()?;
            }
            Ok::<_, TableError>(applied)
        });
        let applied = applied.await?.map_err(io::Error::other)?;
        let (responses, events): (Vec<_>, Vec<_>) = applied.into_iter().unzip();
        let events: Vec<Event> = events.into_iter().flatten().collect();
        if !events.is_empty() {
            (self.sink)(events);
        }
        for (response, responder) in responses.into_iter().zip(responders) {
            if let Some(responder) = responder {
                responder.send(response);
            }
        }
        self.applied = Some(last.index);
        Ok(())
    }

    /// No entry is applied twice: that would make this state differ from the others' without a trace. (That none is left out
    /// is for the log to see to, which gives a range without holes or an error.)
    fn check_order(&self, entries: &[Entry]) -> io::Result<()> {
        let applied = match self.applied {
            Some(applied) => Some(applied),
            None => self.tables.applied().map_err(io::Error::other)?.0.map(|id| id.index),
        };
        let mut before = applied;
        for entry in entries {
            let index = entry.log_id.index;
            if before.is_some_and(|before| before >= index) {
                let text = format!("entry {index} was to be applied behind entry {before:?}");
                return Err(io::Error::new(io::ErrorKind::InvalidData, text));
            }
            before = Some(index);
        }
        Ok(())
    }
}

type Entry = openraft::alias::EntryOf<TypeConfig>;

fn newest_membership(entries: &[Entry]) -> Option<StoredMembership> {
    entries.iter().rev().find_map(|entry| match &entry.payload {
        EntryPayload::Membership(membership) => {
            Some(StoredMembership::new(Some(entry.log_id), membership.clone()))
        }
        _ => None,
    })
}

fn command_of(entry: &Entry) -> Option<&[u8]> {
    match &entry.payload {
        EntryPayload::Normal(bytes) => Some(&bytes.0),
        EntryPayload::Blank | EntryPayload::Membership(_) => None,
    }
}

/// An entry that does not decode halts this member: skipping it would make its state differ from the others'.
pub(crate) fn apply_entry(
    state: &mut dyn Write,
    entry: &Entry,
) -> Result<(Response, Vec<Event>), TableError> {
    let index = entry.log_id().index;
    match &entry.payload {
        EntryPayload::Blank | EntryPayload::Membership(_) => {
            Ok((Response { index, repeated: false, outcome: None }, Vec::new()))
        }
        EntryPayload::Normal(bytes) => {
            let envelope = Envelope::decode(&bytes.0)
                .map_err(|error| TableError { table: "log", message: format!("entry {index}: {error}") })?;
            let Step { index, repeated, outcome, events } = apply(state, index, &envelope)?;
            Ok((Response { index, repeated, outcome: Some(outcome) }, events))
        }
    }
}

impl RaftStateMachine<TypeConfig> for StateMachine {
    type SnapshotData = SnapshotFile;
    type SnapshotBuilder = SnapshotBuilder;

    async fn applied_state(&mut self) -> io::Result<(Option<LogId>, StoredMembership)> {
        self.tables.applied().map_err(io::Error::other)
    }

    async fn apply<Strm>(&mut self, mut entries: Strm) -> io::Result<()>
    where
        Strm: Stream<Item = io::Result<EntryResponder<TypeConfig>>> + Unpin + Send,
    {
        let mut batch = Vec::new();
        while let Some(entry) = entries.next().await {
            batch.push(entry?);
            if batch.len() >= BATCH {
                self.apply_batch(std::mem::take(&mut batch)).await?;
            }
        }
        self.apply_batch(batch).await
    }

    async fn get_snapshot_builder(&mut self) -> SnapshotBuilder {
        SnapshotBuilder { tables: Arc::clone(&self.tables), snapshots: Arc::clone(&self.snapshots) }
    }

    async fn install_snapshot(&mut self, meta: &SnapshotMeta, snapshot: SnapshotFile) -> io::Result<()> {
        let (tables, snapshots, meta) = (Arc::clone(&self.tables), Arc::clone(&self.snapshots), meta.clone());
        let history = Arc::clone(&self.history);
        let install = move || {
            let found = snapshots.restore(&snapshot, &tables)?;
            if found.last_log_id != meta.last_log_id {
                let text = "the snapshot covers something else than its sender said";
                return Err(io::Error::new(io::ErrorKind::InvalidData, text));
            }
            snapshots.adopt(&snapshot.path, &meta)?;
            history.skip_to(meta.last_log_id.map_or(0, |id| id.index));
            Ok(())
        };
        self.applied = None;
        blocking::run(install).await?
    }

    async fn get_current_snapshot(&mut self) -> io::Result<Option<Snapshot>> {
        let (tables, snapshots) = (Arc::clone(&self.tables), Arc::clone(&self.snapshots));
        let newest = move || match snapshots.newest()? {
            Newest::None => Ok(None),
            Newest::Good(meta, snapshot) => Ok(Some(Snapshot { meta, snapshot })),
            // The state is good without it, and a follower that needs one shall not wait for the next.
            Newest::Damaged => build(&tables, &snapshots).map(Some),
        };
        blocking::run(newest).await?
    }
}

/// Builds a snapshot from a state that later entries do not change.
pub struct SnapshotBuilder {
    tables: Arc<StateTables>,
    snapshots: Arc<Snapshots>,
}

impl RaftSnapshotBuilder<TypeConfig> for SnapshotBuilder {
    type SnapshotData = SnapshotFile;

    async fn build_snapshot(&mut self) -> io::Result<Snapshot> {
        let (tables, snapshots) = (Arc::clone(&self.tables), Arc::clone(&self.snapshots));
        blocking::run(move || build(&tables, &snapshots)).await?
    }
}

pub(crate) fn build(tables: &StateTables, snapshots: &Snapshots) -> io::Result<Snapshot> {
    let began = Instant::now();
    let reader = tables.reader().map_err(io::Error::other)?;
    let (last_log_id, last_membership) = reader.applied().map_err(io::Error::other)?;
    #[cfg(feature = "planted")]
    let last_membership =
        if sentinel_model::planted::has(sentinel_model::planted::Bug::SnapshotWithoutMembers) {
            sentinel_consensus::types::StoredMembership::default()
        } else {
            last_membership
        };
    let meta = SnapshotMeta { last_log_id, last_membership };
    let Some(snapshot) = snapshots.build(&meta, &*reader)? else {
        tracing::info!(covers = %meta, "a snapshot is given up: a newer one was received while it was made");
        return match snapshots.newest()? {
            Newest::Good(meta, snapshot) => Ok(Snapshot { meta, snapshot }),
            Newest::None | Newest::Damaged => Err(io::Error::other("the newer snapshot is gone")),
        };
    };
    // The log behind a snapshot may be given up, so state must not fall back behind it.
    tables.checkpoint().map_err(io::Error::other)?;
    tracing::info!(covers = %meta, ms = began.elapsed().as_millis(), "a snapshot is made");
    Ok(Snapshot { meta, snapshot })
}
