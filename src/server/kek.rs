//! The key-encryption key in its file.

use std::convert::Infallible;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use sentinel_app::Keyring;
use sentinel_consensus::StateSource;
use sentinel_store::Store;
use zeroize::Zeroizing;

/// Reads the key. When the file is missing, one is made, but never beside data: those were sealed with another one.
pub fn load(path: &Path, data_dir: &Path) -> anyhow::Result<Zeroizing<[u8; 32]>> {
    ensure!(
        path.exists() || !Store::holds_data(data_dir),
        "the key file {} is missing, and the data in {} are sealed with its key: put it back, or copy it from another member",
        path.display(),
        data_dir.display()
    );
    load_or_create(path)
}

/// Of two members that start at once, one makes it.
fn load_or_create(path: &Path) -> anyhow::Result<Zeroizing<[u8; 32]>> {
    let fresh = Zeroizing::new(rand::random::<[u8; 32]>());
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
    }
    // Written whole under another name and then linked, so that nobody ever reads half a key.
    let temporary = path.with_extension(format!("new-{}-{}", std::process::id(), hex::encode(&fresh[..4])));
    if !path.exists() {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
        file.write_all(Zeroizing::new(hex::encode(&fresh[..])).as_bytes())?;
        file.sync_all()?;
        let linked = fs::hard_link(&temporary, path);
        fs::remove_file(&temporary)?;
        match linked {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(error).with_context(|| format!("cannot create {}", path.display()));
            }
            _ => {}
        }
    }
    read(path)
}

fn read(path: &Path) -> anyhow::Result<Zeroizing<[u8; 32]>> {
    let mode = fs::metadata(path).with_context(|| format!("{}", path.display()))?.permissions().mode();
    ensure!(
        mode & 0o077 == 0,
        "{} is readable by others (mode {:o}): run chmod 600 {}",
        path.display(),
        mode & 0o777,
        path.display()
    );
    let text = Zeroizing::new(fs::read_to_string(path)?);
    let mut key = Zeroizing::new([0u8; 32]);
    hex::decode_to_slice(text.trim(), &mut key[..])
        .with_context(|| format!("{} does not hold 64 hexadecimal digits", path.display()))?;
    Ok(key)
}

/// How often a member looks whether it knows of secrets by now.
const LOOK: Duration = Duration::from_millis(200);

/// Refuses a key that does not open what this member's state holds. False when it holds no secret yet.
pub fn check(key: &Keyring, path: &Path, state: &dyn StateSource) -> anyhow::Result<bool> {
    let (tables, _) = state.view()?;
    match key.opens(&*tables)? {
        Some(Err(error)) => {
            bail!(
                "{} holds another key than the cluster's: {error}. Copy the file from a member that runs",
                path.display()
            )
        }
        Some(Ok(())) => Ok(true),
        None => Ok(false),
    }
}

/// Ends with an error when the key is another one than the cluster's, as soon as a new member can tell. It must not go on then:
/// what it sealed, nobody else could open.
pub async fn watch(key: Keyring, path: PathBuf, state: Arc<dyn StateSource>) -> anyhow::Result<Infallible> {
    while !check(&key, &path, &*state)? {
        tokio::time::sleep(LOOK).await;
    }
    std::future::pending().await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_key_is_made_once_and_read_ever_after() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("kek");
        let first = load_or_create(&path).unwrap();
        assert_eq!(*load_or_create(&path).unwrap(), *first);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("kek");
        load_or_create(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(load_or_create(&path).unwrap_err().to_string().contains("chmod 600"));
    }
}
