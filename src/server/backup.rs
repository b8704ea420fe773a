//! Makes backups of what this member has: its state at one moment, and the archives that this state names, from here or from a peer.

use std::io::{self, Write};
use std::sync::Arc;

use bytes::Bytes;
use sentinel_app::{AppError, BackupStream, Backups};
use sentinel_consensus::ClusterBlobs;
use sentinel_machine::Blobs;
use sentinel_model::Time;
use sentinel_store::backup::{self, BackupError, Source};
use sentinel_store::tables::StateTables;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;

use super::kek::Keks;

/// Bytes handed on at a time, at least.
const CHUNK: usize = 64 * 1024;
/// Chunks that may wait for a reader.
const WAITING: usize = 8;

/// See the module.
pub struct Backup {
    tables: Arc<StateTables>,
    blobs: ClusterBlobs,
    keys: Arc<Keks>,
    turn: Arc<Semaphore>,
}

impl Backup {
    /// Of this member.
    pub fn new(tables: Arc<StateTables>, blobs: ClusterBlobs, keys: Keks) -> Self {
        Self { tables, blobs, keys: Arc::new(keys), turn: Arc::new(Semaphore::new(1)) }
    }
}

impl Backups for Backup {
    fn begin(&self, now: Time) -> Result<BackupStream, AppError> {
        let turn = Arc::clone(&self.turn).try_acquire_owned();
        let turn = turn.map_err(|_| AppError::Busy("backups at this member"))?;
        let reader = self.tables.reader().map_err(AppError::internal)?;
        let description = backup::describe(&reader, now).map_err(|error| match error {
            BackupError::Unformed => AppError::Conflict(error.to_string()),
            other => AppError::internal(other),
        })?;
        let index = description.index;
        let (sender, receiver) = mpsc::channel(WAITING);
        let (blobs, keys, runtime) = (self.blobs.clone(), Arc::clone(&self.keys), Handle::current());
        tokio::task::spawn_blocking(move || {
            let mut blob = |digest| {
                let got = runtime.block_on(blobs.get(digest));
                got.map(|bytes| bytes.to_vec())
                    .map_err(|error| BackupError::MissingBlob { digest, reason: error.to_string() })
            };
            let source = Source { state: &*reader, description, blob: &mut blob };
            let mut out = Chunks { sender, chunk: Vec::with_capacity(2 * CHUNK), _turn: turn };
            let made = backup::write(&mut out, &keys.first, rand::random(), source);
            match made.map_err(io::Error::other).and_then(|manifest| out.hand_on().map(|()| manifest)) {
                Ok(manifest) => tracing::info!(
                    index,
                    state_bytes = manifest.state_bytes,
                    archives = manifest.blobs.len(),
                    "a backup is made"
                ),
                Err(error) => {
                    tracing::error!(index, %error, "a backup was not made");
                    // Whoever reads must not take what came so far for all of it.
                    let _ = out.sender.blocking_send(Err(error));
                }
            }
        });
        Ok(BackupStream { taken_at: now, index, bytes: Box::pin(ReceiverStream::new(receiver)) })
    }
}

/// Bytes on their way to an asynchronous reader.
struct Chunks {
    sender: mpsc::Sender<io::Result<Bytes>>,
    chunk: Vec<u8>,
    _turn: OwnedSemaphorePermit,
}

impl Chunks {
    fn hand_on(&mut self) -> io::Result<()> {
        let chunk = std::mem::replace(&mut self.chunk, Vec::with_capacity(2 * CHUNK));
        let gone = |_| io::Error::new(io::ErrorKind::BrokenPipe, "nobody reads it any more");
        self.sender.blocking_send(Ok(chunk.into())).map_err(gone)
    }
}

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.chunk.extend_from_slice(bytes);
        if self.chunk.len() >= CHUNK {
            self.hand_on()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
