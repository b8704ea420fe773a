//! Backups.

use bytes::Bytes;
use reqwest::Response;
use sentinel_api_types::backup::{BackupBody, BackupNote, INDEX_HEADER, TAKEN_AT_HEADER};
use sentinel_model::Time;

use crate::call::{Call, causes, member_of};
use crate::client::Client;
use crate::error::ClientError;

/// A backup on its way.
#[derive(Debug)]
pub struct BackupBytes {
    response: Response,
    /// When its state was taken.
    pub taken_at: Time,
    /// Newest log index in its state.
    pub index: u64,
}

impl BackupBytes {
    /// The next bytes; `None` at the end, which only a whole backup has.
    ///
    /// # Errors
    /// [`ClientError::Unreadable`] when it breaks off: what came so far is no backup.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, ClientError> {
        self.response.chunk().await.map_err(|error| ClientError::Unreadable {
            member: member_of(&self.response),
            reason: causes(&error),
        })
    }
}

impl Client {
    /// Has a backup made. Its body may take any time.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn create_backup(&self) -> Result<BackupBytes, ClientError> {
        let response = self.send(Call::post(&["cluster", "backups"]).within(None)).await?;
        let number = |name: &str| -> Result<i64, ClientError> {
            let text = response.headers().get(name).and_then(|value| value.to_str().ok());
            text.and_then(|text| text.parse().ok()).ok_or_else(|| ClientError::Unreadable {
                member: member_of(&response),
                reason: format!("a backup without the header {name}"),
            })
        };
        let (index, taken_at) = (number(INDEX_HEADER)?.unsigned_abs(), Time(number(TAKEN_AT_HEADER)?));
        Ok(BackupBytes { response, taken_at, index })
    }

    /// Tells the cluster of a backup that is safe.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn note_backup(&self, note: &BackupNote) -> Result<BackupBody, ClientError> {
        self.ask(Call::post(&["cluster", "backups", "notes"]).json(note)).await
    }
}
