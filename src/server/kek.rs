//! The key-encryption key: in a file, in the environment, or what a command prints.

use std::convert::Infallible;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use clap::Args;
use sentinel_app::Keyring;
use sentinel_consensus::StateSource;
use zeroize::Zeroizing;

use crate::durable;

/// Name of the file in the data directory when nobody says otherwise.
pub const FILE: &str = "kek";

/// The key in clear.
pub type Kek = Zeroizing<[u8; 32]>;

/// Where the key-encryption key is. It seals every secret in the cluster's state, so without it a data directory is of no use.
#[derive(Args, Clone, Debug, Default)]
#[group(multiple = false)]
#[command(next_help_heading = "Key-encryption key, the same on every member")]
pub struct KekArgs {
    /// In this file, readable by its owner only; `kek` in the data directory when nothing is said
    #[arg(long, env = "SENTINEL_CP_KEK_FILE", value_name = "FILE")]
    pub kek_file: Option<PathBuf>,
    /// In this environment variable, as 64 hexadecimal digits
    #[arg(long, value_name = "VARIABLE")]
    pub kek_env: Option<String>,
    /// Printed by this command (run by sh -c), as 64 hexadecimal digits: for a key that is kept elsewhere
    #[arg(long, env = "SENTINEL_CP_KEK_COMMAND", value_name = "COMMAND")]
    pub kek_command: Option<String>,
}

/// Where the key is.
#[derive(Clone, Debug)]
pub enum Source {
    /// In a file.
    File(PathBuf),
    /// In an environment variable.
    Env(String),
    /// Printed by a command.
    Command(String),
}

impl KekArgs {
    /// Where the key is.
    pub fn source(&self, data_dir: &Path) -> Source {
        match (&self.kek_env, &self.kek_command) {
            (Some(variable), _) => Source::Env(variable.clone()),
            (None, Some(command)) => Source::Command(command.clone()),
            (None, None) => Source::File(self.kek_file.clone().unwrap_or_else(|| data_dir.join(FILE))),
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Source::File(path) => write!(f, "the key file {}", path.display()),
            Source::Env(variable) => write!(f, "the environment variable {variable}"),
            Source::Command(command) => write!(f, "the command `{command}`"),
        }
    }
}

impl Source {
    /// The key.
    pub fn load(&self) -> anyhow::Result<Kek> {
        let text = match self {
            Source::File(path) => read(path)?,
            Source::Env(variable) => Zeroizing::new(
                std::env::var(variable).map_err(|_| anyhow::anyhow!("{self} is not set, or is no text"))?,
            ),
            Source::Command(command) => run(command).with_context(|| self.to_string())?,
        };
        let mut key = Zeroizing::new([0u8; 32]);
        hex::decode_to_slice(text.trim(), &mut key[..])
            .with_context(|| format!("{self} does not hold 64 hexadecimal digits"))?;
        Ok(key)
    }

    /// The key of a new cluster: the one that is there, or a fresh one in a new file.
    pub fn load_or_create(&self) -> anyhow::Result<Kek> {
        match self {
            Source::File(path) if !path.exists() => {
                let key = Zeroizing::new(rand::random::<[u8; 32]>());
                write(path, &key)?;
                Ok(key)
            }
            _ => self.load(),
        }
    }

    /// Takes the cluster's key in that a new member was handed: into the file, or it must be the one that is there.
    pub fn take_in(&self, key: &Kek) -> anyhow::Result<()> {
        if let Source::File(path) = self
            && !path.exists()
        {
            return write(path, key);
        }
        ensure!(
            **key == *self.load()?,
            "{self} holds another key than the cluster's; take it away, or copy the key from a member that runs"
        );
        Ok(())
    }
}

fn write(path: &Path, key: &Kek) -> anyhow::Result<()> {
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        durable::private_dir(parent).with_context(|| format!("cannot create {}", parent.display()))?;
    }
    let text = Zeroizing::new(hex::encode(&key[..]));
    durable::replace(path, text.as_bytes(), 0o600).with_context(|| format!("cannot write {}", path.display()))
}

fn read(path: &Path) -> anyhow::Result<Zeroizing<String>> {
    let missing = || {
        format!(
            "cannot read the key file {}; what is in the data directory is sealed with its key: put it back, or copy it from another \
             member",
            path.display()
        )
    };
    let mode = fs::metadata(path).with_context(missing)?.permissions().mode();
    ensure!(
        mode & 0o077 == 0,
        "{} is readable by others (mode {:o}): run chmod 600 {}",
        path.display(),
        mode & 0o777,
        path.display()
    );
    Ok(Zeroizing::new(fs::read_to_string(path).with_context(missing)?))
}

fn run(command: &str) -> anyhow::Result<Zeroizing<String>> {
    let output = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cannot be run")?;
    let printed = Zeroizing::new(output.stdout);
    ensure!(output.status.success(), "it failed ({})", output.status);
    Ok(Zeroizing::new(std::str::from_utf8(&printed).context("it printed no text")?.to_owned()))
}

/// How often a member looks whether it knows of secrets by now.
const LOOK: Duration = Duration::from_millis(200);

/// Refuses a key that does not open what this member's state holds. False when it holds no secret yet.
pub fn check(key: &Keyring, source: &Source, state: &dyn StateSource) -> anyhow::Result<bool> {
    let (tables, _) = state.view()?;
    match key.opens(&*tables)? {
        Some(Err(error)) => {
            bail!("{source} holds another key than the cluster's: {error}. Copy it from a member that runs")
        }
        Some(Ok(())) => Ok(true),
        None => Ok(false),
    }
}

/// Ends with an error when the key is another one than the cluster's, as soon as a new member can tell. It must not go on then:
/// what it sealed, nobody else could open.
pub async fn watch(key: Keyring, source: Source, state: Arc<dyn StateSource>) -> anyhow::Result<Infallible> {
    while !check(&key, &source, &*state)? {
        tokio::time::sleep(LOOK).await;
    }
    std::future::pending().await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn file(dir: &tempfile::TempDir) -> Source {
        Source::File(dir.path().join("kek"))
    }

    #[test]
    fn a_key_is_made_once_and_read_ever_after() {
        let dir = tempfile::tempdir().unwrap();
        let first = file(&dir).load_or_create().unwrap();
        assert_eq!(*file(&dir).load_or_create().unwrap(), *first);
        let mode = fs::metadata(dir.path().join("kek")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        file(&dir).load_or_create().unwrap();
        fs::set_permissions(dir.path().join("kek"), fs::Permissions::from_mode(0o644)).unwrap();
        assert!(file(&dir).load().unwrap_err().to_string().contains("chmod 600"));
    }

    #[test]
    fn what_is_no_key_is_refused_with_where_it_came_from() {
        let dir = tempfile::tempdir().unwrap();
        assert!(file(&dir).load().unwrap_err().to_string().contains("copy it from another member"));
        let command = |text: &str| Source::Command(text.into()).load();
        for wrong in ["echo abc", "exit 3", "printf '%064d' 1 | tr 0 x"] {
            assert!(format!("{:#}", command(wrong).unwrap_err()).contains(wrong), "{wrong}");
        }
        assert_eq!(command("printf '%064d' 1").unwrap()[31], 1);
        let absent = Source::Env("SENTINEL_CP_NO_SUCH_KEY".into()).load().unwrap_err();
        assert!(absent.to_string().contains("SENTINEL_CP_NO_SUCH_KEY"));
    }

    #[test]
    fn a_key_that_is_handed_over_must_be_the_one_that_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let key = Zeroizing::new([7; 32]);
        file(&dir).take_in(&key).unwrap();
        file(&dir).take_in(&key).unwrap();
        assert_eq!(*file(&dir).load().unwrap(), *key);
        assert!(file(&dir).take_in(&Zeroizing::new([8; 32])).is_err());
    }
}
