//! Objects in an S3-compatible store. Who may, and where it is, comes from the environment, as everywhere: `AWS_ACCESS_KEY_ID`,
//! `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, and for a store that is not Amazon's `AWS_ENDPOINT_URL` (and `AWS_ALLOW_HTTP=true` for one
//! without TLS).

use std::fmt;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, ensure};
use futures::{StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart};

/// What URLs of objects begin with.
pub const SCHEME: &str = "s3://";
/// Bytes sent in one part.
const PART: usize = 8 * 1024 * 1024;
/// Parts on their way at a time.
const AT_A_TIME: usize = 4;

/// An object, or a prefix of some.
#[derive(Clone)]
pub struct Object {
    store: Arc<dyn ObjectStore>,
    bucket: String,
    key: Key,
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}/{}", self.bucket, self.key)
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Object({self})")
    }
}

impl Object {
    /// Reads `s3://BUCKET/KEY`.
    pub fn parse(url: &str) -> anyhow::Result<Self> {
        let rest = url.strip_prefix(SCHEME).with_context(|| format!("{url} does not begin with {SCHEME}"))?;
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        ensure!(!bucket.is_empty(), "{url} names no bucket: use {SCHEME}BUCKET/KEY");
        let key = Key::parse(key.trim_end_matches('/'))
            .with_context(|| format!("{url} is no name of an object"))?;
        let store = AmazonS3Builder::from_env().with_bucket_name(bucket).build();
        let store = store
            .with_context(|| format!("{url} cannot be reached; are AWS_ACCESS_KEY_ID and AWS_REGION set?"))?;
        Ok(Self { store: Arc::new(store), bucket: bucket.to_owned(), key })
    }

    /// The object with this name below it.
    pub fn below(&self, name: &str) -> Self {
        Self { key: self.key.clone().join(name), ..self.clone() }
    }

    /// Whether it is there.
    pub async fn exists(&self) -> anyhow::Result<bool> {
        match self.store.head(&self.key).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error).with_context(|| format!("cannot look at {self}")),
        }
    }

    /// Puts a file there: whole, or not at all.
    pub async fn upload(&self, from: &Path) -> anyhow::Result<()> {
        let cannot = || format!("cannot write {self}");
        let mut file = File::open(from).with_context(|| format!("cannot read {}", from.display()))?;
        let upload = self.store.put_multipart(&self.key).await.with_context(cannot)?;
        let mut parts = WriteMultipart::new_with_chunk_size(upload, PART);
        loop {
            let read = tokio::task::spawn_blocking(move || {
                let mut part = Vec::new();
                let read = (&mut file).take(PART as u64).read_to_end(&mut part);
                read.map(|_| (file, part))
            });
            let (rest, part) = read.await??;
            file = rest;
            if part.is_empty() {
                break;
            }
            if let Err(error) = parts.wait_for_capacity(AT_A_TIME).await {
                parts.abort().await.ok();
                return Err(error).with_context(cannot);
            }
            parts.put(part.into());
        }
        parts.finish().await.map(|_| ()).with_context(cannot)
    }

    /// Writes it to a file.
    pub async fn download(&self, to: &mut File) -> anyhow::Result<()> {
        let cannot = || format!("cannot read {self}");
        let mut bytes = self.store.get(&self.key).await.with_context(cannot)?.into_stream();
        while let Some(chunk) = bytes.next().await {
            to.write_all(&chunk.with_context(cannot)?)?;
        }
        Ok(())
    }

    /// Names of what is directly below it.
    pub async fn names(&self) -> anyhow::Result<Vec<String>> {
        let listed = self.store.list(Some(&self.key));
        let listed = listed.map_ok(|found| found.location.filename().map(str::to_owned));
        let found: Vec<Option<String>> =
            listed.try_collect().await.with_context(|| format!("cannot look through {self}"))?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Removes it.
    pub async fn remove(&self) -> anyhow::Result<()> {
        self.store.delete(&self.key).await.with_context(|| format!("cannot remove {self}"))
    }
}
