//! Downloads archives, in as many pieces as it takes.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use sentinel_client::{Archive, ClientError, Resume};
use tokio::fs::OpenOptions;
use tokio::io::AsyncWriteExt;
use tokio::time::{sleep, timeout};

use super::activation::FetchError;
use super::backoff::Backoff;
use super::link::Link;
use super::release::Release;
use super::shelf::make_dir;

/// Largest archive that a node takes.
const SIZE_MAX: u64 = 64 << 20;
/// Longest silence in the middle of an archive.
const SILENCE_MAX: Duration = Duration::from_secs(15);
/// Attempts that bring nothing new before giving up for now.
const FRUITLESS_MAX: u32 = 6;

/// The whole archive of a release.
///
/// # Errors
/// [`FetchError`].
pub async fn fetch(link: &Link, dir: &Path, release: &Release, size: u64) -> Result<Vec<u8>, FetchError> {
    if size == 0 || size > SIZE_MAX {
        let message = format!("the archive is said to have {size} bytes; at most {SIZE_MAX} are taken");
        return Err(FetchError { message, passing: false });
    }
    let disk = |error: io::Error| FetchError { message: format!("cannot be stored: {error}"), passing: true };
    make_dir(dir).map_err(disk)?;
    remove_others(dir, release).map_err(disk)?;
    let path = part(dir, release);
    let mut backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(5));
    let mut fruitless = 0;
    loop {
        let have = length(&path).map_err(disk)?;
        if have == size {
            return fs::read(&path).map_err(disk);
        }
        if have > size {
            discard(dir, release);
            continue;
        }
        let error = match piece(link, release, &path, have, size).await {
            Ok(()) => continue,
            Err(Stop::Disk(error)) => return Err(disk(error)),
            Err(Stop::TooMuch) => {
                discard(dir, release);
                let message = format!("more than the announced {size} bytes arrive");
                return Err(FetchError { message, passing: false });
            }
            Err(Stop::Client(error)) => error,
        };
        // A revoked bundle stays revoked; what is not there may come.
        if error.status() == Some(409) {
            return Err(FetchError { message: error.to_string(), passing: false });
        }
        let more = length(&path).map_err(disk)? > have;
        fruitless = if more { 0 } else { fruitless + 1 };
        if fruitless >= FRUITLESS_MAX {
            return Err(FetchError { message: error.to_string(), passing: true });
        }
        tracing::warn!(generation = release.generation.0, stage = "download", %error, have, "goes on later");
        sleep(backoff.next()).await;
    }
}

/// Forgets what there is of an archive.
pub fn discard(dir: &Path, release: &Release) {
    if let Err(error) = crate::durable::remove(&part(dir, release)) {
        tracing::warn!(%error, "a downloaded archive cannot be removed");
    }
}

enum Stop {
    Client(ClientError),
    Disk(io::Error),
    TooMuch,
}

/// Appends what comes until the connection ends.
async fn piece(link: &Link, release: &Release, path: &Path, have: u64, size: u64) -> Result<(), Stop> {
    let resume = (have > 0).then_some(Resume { from: have, checksum: release.checksum });
    let open = |client: sentinel_client::Client| async move {
        client.node_archive(link.node, release.bundle_id, resume).await
    };
    let mut archive: Archive = link.ask(open).await.map_err(Stop::Client)?;
    let mut options = OpenOptions::new();
    options.create(true).write(true).mode(0o600);
    let (mut file, mut at) = match archive.from {
        from if from == have && have > 0 => {
            (options.append(true).open(path).await.map_err(Stop::Disk)?, have)
        }
        0 => (options.truncate(true).open(path).await.map_err(Stop::Disk)?, 0),
        from => {
            let reason = format!("bytes from {from} on, asked for was {have}");
            return Err(Stop::Client(ClientError::Unreadable { member: "a member".to_owned(), reason }));
        }
    };
    loop {
        let chunk = match timeout(SILENCE_MAX, archive.chunk()).await {
            Ok(Ok(Some(chunk))) => chunk,
            Ok(Ok(None)) => break,
            Ok(Err(error)) => {
                file.flush().await.map_err(Stop::Disk)?;
                return Err(Stop::Client(error));
            }
            Err(_) => {
                file.flush().await.map_err(Stop::Disk)?;
                let reason = format!("no byte for {} s", SILENCE_MAX.as_secs());
                return Err(Stop::Client(ClientError::Unreachable(reason)));
            }
        };
        at += chunk.len() as u64;
        if at > size {
            return Err(Stop::TooMuch);
        }
        file.write_all(&chunk).await.map_err(Stop::Disk)?;
    }
    file.flush().await.map_err(Stop::Disk)?;
    if at < size {
        let reason = format!("it ends after {at} of {size} bytes");
        return Err(Stop::Client(ClientError::Unreachable(reason)));
    }
    Ok(())
}

fn part(dir: &Path, release: &Release) -> PathBuf {
    dir.join(format!("{}.part", release.checksum))
}

/// One archive at a time is on its way; what is left of others goes.
fn remove_others(dir: &Path, release: &Release) -> io::Result<()> {
    let own = part(dir, release);
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path != own {
            crate::durable::remove(&path)?;
        }
    }
    Ok(())
}

fn length(path: &Path) -> io::Result<u64> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
