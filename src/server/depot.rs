//! Where scheduled backups go: a directory, which may be a mount of something else, or an S3-compatible store.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use sentinel_model::{ClusterId, Time};
use sentinel_store::backup::EXTENSION;

use crate::bucket::{self, Object};
use crate::durable;

/// See the module.
#[derive(Clone, Debug)]
pub enum Depot {
    /// Files below it.
    Directory(PathBuf),
    /// Objects below it.
    Bucket(Object),
}

impl std::fmt::Display for Depot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Depot::Directory(path) => write!(f, "file://{}", path.display()),
            Depot::Bucket(prefix) => prefix.fmt(f),
        }
    }
}

/// A backup that is being made, in a file.
pub struct Partial {
    /// Where it is written to.
    pub path: PathBuf,
    /// A directory of its own, which goes with it; none where it is written beside its name.
    scratch: Option<tempfile::TempDir>,
}

/// Name of a backup: those of one cluster sort by their time.
pub fn name(cluster: ClusterId, taken_at: Time, index: u64) -> String {
    format!("{}{:015}-{index}.{EXTENSION}", prefix(cluster), taken_at.0)
}

fn prefix(cluster: ClusterId) -> String {
    format!("sentinel-{cluster}-")
}

impl Depot {
    /// Reads `file:///DIRECTORY` or `s3://BUCKET/PREFIX`.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        if text.starts_with(bucket::SCHEME) {
            return Ok(Self::Bucket(Object::parse(text)?));
        }
        let path = text.strip_prefix("file://").unwrap_or(text);
        ensure!(
            !path.contains("://") && Path::new(path).is_absolute(),
            "'{text}' is no place for backups: use file:///DIRECTORY or {}BUCKET/PREFIX",
            bucket::SCHEME
        );
        Ok(Self::Directory(path.into()))
    }

    /// A file for a backup that is being made, with nothing in it. One that was left by an earlier attempt is gone.
    pub fn begin(&self, name: &str) -> anyhow::Result<(File, Partial)> {
        let partial = match self {
            Depot::Directory(dir) => {
                fs::create_dir_all(dir).with_context(|| format!("cannot create {}", dir.display()))?;
                Partial { path: dir.join(format!(".{name}.partial")), scratch: None }
            }
            Depot::Bucket(_) => {
                let scratch =
                    tempfile::tempdir().context("no scratch directory; set TMPDIR to one with room")?;
                Partial { path: scratch.path().join(name), scratch: Some(scratch) }
            }
        };
        let cannot = || format!("cannot write {}", partial.path.display());
        durable::remove(&partial.path).with_context(cannot)?;
        let mut options = File::options();
        std::os::unix::fs::OpenOptionsExt::mode(options.write(true).create_new(true), 0o600);
        let file = options.open(&partial.path).with_context(cannot)?;
        Ok((file, partial))
    }

    /// Gives a whole file its name.
    pub async fn finish(&self, partial: Partial, name: &str) -> anyhow::Result<()> {
        match self {
            Depot::Directory(dir) => {
                let path = dir.join(name);
                fs::rename(&partial.path, &path)
                    .with_context(|| format!("cannot write {}", path.display()))?;
                durable::sync_dir(dir).with_context(|| format!("cannot write to {}", dir.display()))?;
            }
            Depot::Bucket(prefix) => prefix.below(name).upload(&partial.path).await?,
        }
        drop(partial.scratch);
        Ok(())
    }

    /// Removes the oldest backups of this cluster beyond the newest `keep`, and says how many. What another cluster or somebody
    /// else has put there stays.
    pub async fn retain(&self, cluster: ClusterId, keep: usize) -> anyhow::Result<usize> {
        let ours = self.names_of(cluster).await?;
        let surplus = ours.len().saturating_sub(keep);
        for name in &ours[..surplus] {
            match self {
                Depot::Directory(dir) => durable::remove(&dir.join(name))
                    .with_context(|| format!("cannot remove {}", dir.join(name).display()))?,
                Depot::Bucket(prefix) => prefix.below(name).remove().await?,
            }
        }
        Ok(surplus)
    }

    /// When the newest backup of this cluster that is here was taken.
    pub async fn newest(&self, cluster: ClusterId) -> anyhow::Result<Option<Time>> {
        let names = self.names_of(cluster).await?;
        let taken_at = |name: &String| {
            let (taken_at, _) = name.strip_prefix(&prefix(cluster))?.split_once('-')?;
            taken_at.parse().ok().map(Time)
        };
        Ok(names.iter().filter_map(taken_at).max())
    }

    /// Names of this cluster's backups, the oldest first.
    async fn names_of(&self, cluster: ClusterId) -> anyhow::Result<Vec<String>> {
        let (prefix, ending) = (prefix(cluster), format!(".{EXTENSION}"));
        let mut ours = self.names().await?;
        ours.retain(|name| name.starts_with(&prefix) && name.ends_with(&ending));
        ours.sort();
        Ok(ours)
    }

    async fn names(&self) -> anyhow::Result<Vec<String>> {
        let dir = match self {
            Depot::Bucket(prefix) => return prefix.names().await,
            Depot::Directory(dir) => dir,
        };
        let cannot = || format!("cannot look through {}", dir.display());
        let mut names = Vec::new();
        // Before the first backup it need not be there.
        let entries = match fs::read_dir(dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(names),
            entries => entries.with_context(cannot)?,
        };
        for entry in entries {
            names.extend(entry.with_context(cannot)?.file_name().to_str().map(str::to_owned));
        }
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use uuid::Uuid;

    use super::*;

    #[tokio::test]
    async fn only_the_oldest_of_ones_own_backups_go() {
        let dir = tempfile::tempdir().unwrap();
        let depot = Depot::parse(&format!("file://{}", dir.path().display())).unwrap();
        let (ours, theirs) = (ClusterId(Uuid::from_u128(1)), ClusterId(Uuid::from_u128(2)));
        for (cluster, at) in [(ours, 9), (ours, 10), (ours, 100), (theirs, 1)] {
            let name = name(cluster, Time(at), 7);
            let (_, partial) = depot.begin(&name).unwrap();
            depot.finish(partial, &name).await.unwrap();
        }
        fs::write(dir.path().join("notes.txt"), b"mine").unwrap();
        assert_eq!(depot.newest(ours).await.unwrap(), Some(Time(100)));
        assert_eq!(depot.newest(ClusterId(Uuid::from_u128(3))).await.unwrap(), None);
        assert_eq!(depot.retain(ours, 2).await.unwrap(), 1);
        assert_eq!(depot.retain(ours, 2).await.unwrap(), 0);
        let left = |cluster, at| dir.path().join(name(cluster, Time(at), 7)).exists();
        assert_eq!(
            [left(ours, 9), left(ours, 10), left(ours, 100), left(theirs, 1)],
            [false, true, true, true]
        );
        assert!(dir.path().join("notes.txt").exists());
    }

    #[test]
    fn places_that_are_none_are_refused() {
        assert_eq!(Depot::parse("/backups").unwrap().to_string(), "file:///backups");
        for wrong in ["backups", "ftp://a/b", "", "s3://"] {
            assert!(Depot::parse(wrong).is_err(), "{wrong}");
        }
    }
}
