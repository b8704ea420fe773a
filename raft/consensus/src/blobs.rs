//! Blobs of the cluster: written on a majority before anybody is told, fetched from a peer when this member lacks one.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::FuturesUnordered;
use futures::{StreamExt, stream};
use sentinel_machine::ports::BLOB_MAX;
use sentinel_machine::{BlobError, Blobs};
use sentinel_model::Sha256Digest;
use sha2::{Digest, Sha256};
use tonic::Status;

use crate::blocking;
use crate::codec::{CHUNK, chunk, unchunk};
use crate::peers::Peers;
use crate::proto::GetBlobRequest;

/// Longest time that a transfer may take.
const WITHIN: Duration = Duration::from_secs(30);

/// Blobs on this member's disk. Calls block.
pub trait LocalBlobs: Send + Sync + 'static {
    /// Returns when the bytes are durable. Putting the same bytes again is fine.
    fn put(&self, digest: Sha256Digest, bytes: &[u8]) -> io::Result<()>;
    /// The bytes, checked against the digest; `None` when they are not here, or are damaged and were set aside.
    fn get(&self, digest: Sha256Digest) -> io::Result<Option<Vec<u8>>>;
}

/// See the module. Clones share.
#[derive(Clone)]
pub struct ClusterBlobs {
    local: Arc<dyn LocalBlobs>,
    peers: Peers,
}

impl ClusterBlobs {
    /// Over this member's disk and its peers.
    pub fn new(local: Arc<dyn LocalBlobs>, peers: Peers) -> Self {
        Self { local, peers }
    }

    async fn put_local(&self, digest: Sha256Digest, bytes: Bytes) -> Result<(), String> {
        let local = Arc::clone(&self.local);
        let written = blocking::run(move || local.put(digest, &bytes)).await.flatten();
        written.map_err(|error| format!("this member: {error}"))
    }

    async fn get_local(&self, digest: Sha256Digest) -> io::Result<Option<Vec<u8>>> {
        let local = Arc::clone(&self.local);
        blocking::run(move || local.get(digest)).await?
    }
}

#[async_trait]
impl Blobs for ClusterBlobs {
    async fn put(&self, bytes: Bytes) -> Result<Sha256Digest, BlobError> {
        if bytes.len() > BLOB_MAX {
            return Err(BlobError::TooLarge(bytes.len()));
        }
        let copy = bytes.clone();
        let digest = blocking::run(move || Sha256Digest(Sha256::digest(&copy).into())).await?;
        #[cfg(feature = "planted")]
        if sentinel_model::planted::has(sentinel_model::planted::Bug::BlobNamedTooEarly) {
            drop(self.put_local(digest, bytes).await);
            return Ok(digest);
        }
        // Each member gets a copy; what counts is a majority of those who vote.
        let voters = self.peers.voters();
        let needed = voters.len() / 2 + 1;
        let me = self.peers.me();
        // Each member is served by a task of its own, so that those beyond the majority get their copy too.
        let mut writes = FuturesUnordered::new();
        let (blobs, copy) = (self.clone(), bytes.clone());
        writes.push(tokio::spawn(async move { blobs.put_local(digest, copy).await.map(|()| me) }));
        for id in self.peers.others() {
            let (peers, copy) = (self.peers.clone(), bytes.clone());
            writes.push(tokio::spawn(async move {
                let sent = tokio::time::timeout(WITHIN, send(&peers, id, copy, digest)).await;
                let sent = sent.unwrap_or_else(|_| Err(Status::deadline_exceeded("timed out")));
                sent.map(|()| id).map_err(|status| {
                    peers.failed(id, &status);
                    format!("member {id}: {}", status.message())
                })
            }));
        }
        let (mut stored, mut reasons) = (0, Vec::new());
        while let Some(written) = writes.next().await {
            match written.unwrap_or_else(|error| Err(error.to_string())) {
                Ok(id) if voters.contains(&id) => stored += 1,
                Ok(_) => {}
                Err(reason) => reasons.push(reason),
            }
            if stored >= needed {
                return Ok(digest);
            }
        }
        Err(BlobError::NoMajority { stored, needed, reason: reasons.join("; ") })
    }

    async fn get(&self, digest: Sha256Digest) -> Result<Bytes, BlobError> {
        if let Some(bytes) = self.get_local(digest).await? {
            return Ok(bytes.into());
        }
        let mut bytes = Vec::new();
        for id in self.peers.others() {
            let fetched = tokio::time::timeout(WITHIN, fetch(&self.peers, id, digest, &mut bytes)).await;
            let fetched = fetched.unwrap_or_else(|_| Err(Status::deadline_exceeded("timed out")));
            if let Err(status) = fetched {
                // The next one goes on where this one stopped.
                self.peers.failed(id, &status);
                tracing::debug!(member = id, %digest, %status, had = bytes.len(), "a blob was not fetched");
                continue;
            }
            let hashed = blocking::run(move || (Sha256::digest(&bytes)[..] == digest.0, bytes));
            let (good, found) = hashed.await?;
            if !good {
                tracing::error!(member = id, %digest, "a blob arrived damaged");
                bytes = Vec::new();
                continue;
            }
            let bytes = Bytes::from(found);
            if let Err(reason) = self.put_local(digest, bytes.clone()).await {
                tracing::warn!(%digest, reason, "a blob fetched from a peer could not be kept");
            }
            return Ok(bytes);
        }
        Err(BlobError::NotFound(digest))
    }
}

async fn send(peers: &Peers, id: u64, bytes: Bytes, digest: Sha256Digest) -> Result<(), Status> {
    let mut client = peers.client(id).await?;
    let parts = stream::iter((0..bytes.len()).step_by(CHUNK));
    let parts = parts.map(move |at| chunk(bytes.slice(at..bytes.len().min(at + CHUNK)).to_vec()));
    let stored = client.put_blob(parts).await?.into_inner();
    if stored.digest == digest.0 { Ok(()) } else { Err(Status::data_loss("the blob changed on its way")) }
}

/// Adds to `bytes` what they lack of the blob.
async fn fetch(peers: &Peers, id: u64, digest: Sha256Digest, bytes: &mut Vec<u8>) -> Result<(), Status> {
    let mut client = peers.client(id).await?;
    let request = GetBlobRequest { digest: digest.0.to_vec(), offset: bytes.len() as u64 };
    let mut stream = client.get_blob(request).await?.into_inner();
    while let Some(part) = stream.message().await? {
        bytes.extend(unchunk(part)?);
        if bytes.len() > BLOB_MAX {
            bytes.clear();
            return Err(Status::out_of_range("the blob is too large"));
        }
    }
    Ok(())
}
