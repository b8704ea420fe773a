//! A new process takes over the sockets of the running one, without a request being lost.
//!
//! The new process waits at a socket whose path is the same for every proxy of a host, a few seconds long; the old one sends its
//! sockets there when it gets SIGQUIT. Two hand-overs at a time would mix up whose sockets go where, so a lock is held.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use nix::sys::signal::Signal;
use nix::unistd::geteuid;
use tokio::time::{Instant, sleep};

use super::Zentinel;
use super::process::{LOOK_EVERY, end_now, ended, signal};
use crate::agent::render::{Addresses, Target};

/// Where proxies hand over their sockets.
const SOCKET: &str = "/tmp/pingora_upgrade.sock";
/// Longest wait for another hand-over on this host.
const LOCKED_WITHIN: Duration = Duration::from_secs(60);
/// Longest time until a new process waits at the socket.
const WAITING_WITHIN: Duration = Duration::from_secs(15);

impl Zentinel {
    /// See the module. When this fails before the old process was told anything, that one goes on.
    pub(super) async fn hand_over(&mut self, target: &Target, addresses: Addresses) -> Result<(), String> {
        let Some(old) = self.running.as_ref().map(|running| (running.pid, running.started)) else {
            return Err("the proxy does not run".to_owned());
        };
        let _lock = lock(&self.options.upgrade_lock).await?;
        self.log.mark();
        let (socket, user) = (Path::new(SOCKET), geteuid().as_raw());
        let before = identity(socket, user);
        let mut fresh = self.spawn(target, addresses, true).await?;
        let deadline = Instant::now() + WAITING_WITHIN;
        while identity(socket, user).is_none_or(|now| Some(now) == before) {
            let words = match ended(&mut fresh) {
                Some(words) => words,
                None if Instant::now() < deadline => {
                    sleep(LOOK_EVERY).await;
                    continue;
                }
                None if identity(socket, user).is_none() && socket.symlink_metadata().is_ok() => {
                    format!("{SOCKET}, where proxies hand over, is not a socket of this user")
                }
                None => "the new proxy does not get ready to take over".to_owned(),
            };
            end_now(&mut fresh).await;
            if let Some(record) = self.running.as_ref().map(|running| &running.record) {
                // The record names the process that failed; the old one is still the one to find.
                record.save(&self.options.data_dir).map_err(|error| format!("{words}; {error}"))?;
            }
            return Err(self.with_last_words(&words));
        }
        signal(old.0, old.1, Signal::SIGQUIT);
        self.handed_over = Some(Instant::now());
        if let Some(running) = self.running.take() {
            self.retire(running);
        }
        if let Err(words) = self.wait_until_up(&mut fresh, target).await {
            end_now(&mut fresh).await;
            return Err(words);
        }
        fresh.record.replaces = None;
        if let Err(error) = fresh.record.save(&self.options.data_dir) {
            tracing::warn!(%error, "the record of the proxy's process still names the one before");
        }
        self.running = Some(fresh);
        Ok(())
    }
}

/// Which socket of this user lies there now. Everybody may put something into `/tmp`: the old proxy would send its listening sockets
/// to whoever waits there, so it has to be the new one, which runs as the same user as its agent.
fn identity(path: &Path, uid: u32) -> Option<(u64, i64, i64)> {
    let metadata = std::fs::symlink_metadata(path).ok()?;
    if !metadata.file_type().is_socket() || metadata.uid() != uid {
        return None;
    }
    Some((metadata.ino(), metadata.ctime(), metadata.ctime_nsec()))
}

/// Waits for the lock of this host. It is given back when the file is closed, also by the agent's death.
async fn lock(path: &Path) -> Result<File, String> {
    let words = |error: io::Error| format!("cannot lock {}: {error}", path.display());
    let file = open(path).map_err(words)?;
    let deadline = Instant::now() + LOCKED_WITHIN;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => sleep(LOOK_EVERY).await,
            Err(TryLockError::WouldBlock) => {
                let seconds = LOCKED_WITHIN.as_secs();
                return Err(format!(
                    "another proxy of this host has been handing over its sockets for {seconds} s ({} is locked)",
                    path.display()
                ));
            }
            Err(TryLockError::Error(error)) => return Err(words(error)),
        }
    }
}

/// Opens the lock file of whichever user made it first: a lock needs no right to write.
fn open(path: &Path) -> io::Result<File> {
    let existing = || OpenOptions::new().read(true).custom_flags(nix::libc::O_NOFOLLOW).open(path);
    match existing() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            match OpenOptions::new().write(true).create_new(true).mode(0o644).open(path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => existing(),
                result => result,
            }
        }
        result => result,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_a_socket_of_the_proxys_own_user_is_one_that_a_new_process_waits_at() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("socket");
        let me = geteuid().as_raw();
        assert_eq!(identity(&path, me), None);
        std::fs::write(&path, b"").unwrap();
        assert_eq!(identity(&path, me), None, "a file");
        std::fs::remove_file(&path).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
        assert!(identity(&path, me).is_some());
        assert_eq!(identity(&path, me + 1), None, "of somebody else");
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert_eq!(identity(&link, me), None, "a link to it");
    }

    #[tokio::test]
    async fn only_one_holds_the_lock_and_a_link_in_its_place_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let held = lock(&path).await.unwrap();
        assert!(matches!(open(&path).unwrap().try_lock(), Err(TryLockError::WouldBlock)));
        drop(held);
        drop(lock(&path).await.unwrap());
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(lock(&link).await.is_err());
    }
}
