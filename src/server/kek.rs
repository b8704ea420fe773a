//! The key-encryption key: in a file, in the environment, or what a command prints. Below it may stand those of before it, one in each line, which
//! open what they have sealed: so the cluster gets another key while it runs.

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

/// A key in clear.
pub type Kek = Zeroizing<[u8; 32]>;

/// Most keys of before.
const FORMER_MAX: usize = 4;

/// The key in clear, with those of before it.
#[derive(Clone)]
pub struct Keks {
    /// Seals.
    pub first: Kek,
    /// Only open.
    pub former: Vec<Kek>,
}

impl std::fmt::Debug for Keks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keks({:?})", self.keyring())
    }
}

impl Keks {
    /// As a member uses them.
    pub fn keyring(&self) -> Keyring {
        Keyring::with_former(&self.first, self.former.iter().map(|key| &**key))
    }

    /// All of them, the one that seals first.
    pub fn all(&self) -> Vec<Kek> {
        std::iter::once(&self.first).chain(&self.former).cloned().collect()
    }

    /// From their bytes, one after the other.
    pub fn from_bytes(bytes: &[u8]) -> anyhow::Result<Self> {
        let (keys, rest) = bytes.as_chunks::<32>();
        ensure!(rest.is_empty(), "keys of 32 bytes each, not {} bytes", bytes.len());
        Self::of(keys.iter().map(|key| Zeroizing::new(*key)).collect())
    }

    fn of(mut keys: Vec<Kek>) -> anyhow::Result<Self> {
        ensure!(
            (1..=1 + FORMER_MAX).contains(&keys.len()),
            "1 key, and at most {FORMER_MAX} of before, not {}",
            keys.len()
        );
        let first = keys.remove(0);
        Ok(Self { first, former: keys })
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let key = |digits: &str| {
            let mut key = Zeroizing::new([0; 32]);
            hex::decode_to_slice(digits, &mut key[..]).map(|()| key)
        };
        let keys: Result<Vec<Kek>, _> = text.split_whitespace().map(key).collect();
        Self::of(keys.context("a key has 64 hexadecimal digits")?)
    }

    fn text(&self) -> Zeroizing<String> {
        let lines: Vec<_> = self.all().iter().map(|key| Zeroizing::new(hex::encode(&key[..]))).collect();
        let mut text = Zeroizing::new(String::new());
        for (number, line) in lines.iter().enumerate() {
            if number > 0 {
                text.push('\n');
            }
            text.push_str(line);
        }
        text
    }
}

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
    /// The key, and those of before it.
    pub fn load(&self) -> anyhow::Result<Keks> {
        let text = match self {
            Source::File(path) => read(path)?,
            Source::Env(variable) => Zeroizing::new(
                std::env::var(variable).map_err(|_| anyhow::anyhow!("{self} is not set, or is no text"))?,
            ),
            Source::Command(command) => run(command).with_context(|| self.to_string())?,
        };
        Keks::parse(&text).with_context(|| format!("{self} does not hold 64 hexadecimal digits"))
    }

    /// The key of a new cluster: the one that is there, or a fresh one in a new file.
    pub fn load_or_create(&self) -> anyhow::Result<Keks> {
        match self {
            Source::File(path) if !path.exists() => {
                let keys = Keks { first: Zeroizing::new(rand::random()), former: Vec::new() };
                write(path, &keys)?;
                Ok(keys)
            }
            _ => self.load(),
        }
    }

    /// Takes the cluster's keys in that a new member was handed: into the file, or they must be among those that are there.
    pub fn take_in(&self, keys: &Keks) -> anyhow::Result<()> {
        if let Source::File(path) = self
            && !path.exists()
        {
            return write(path, keys);
        }
        let known = self.load()?.all();
        ensure!(
            keys.all().iter().all(|key| known.contains(key)),
            "{self} holds another key than the cluster's; take it away, or copy the key from a member that runs"
        );
        Ok(())
    }
}

fn write(path: &Path, keys: &Keks) -> anyhow::Result<()> {
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        durable::private_dir(parent).with_context(|| format!("cannot create {}", parent.display()))?;
    }
    durable::replace(path, keys.text().as_bytes(), 0o600)
        .with_context(|| format!("cannot write {}", path.display()))
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
        assert_eq!(file(&dir).load_or_create().unwrap().all(), first.all());
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
        assert_eq!(command("printf '%064d' 1").unwrap().first[31], 1);
        let absent = Source::Env("SENTINEL_CP_NO_SUCH_KEY".into()).load().unwrap_err();
        assert!(absent.to_string().contains("SENTINEL_CP_NO_SUCH_KEY"));
    }

    #[test]
    fn a_key_that_is_handed_over_must_be_the_one_that_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let keys = Keks::from_bytes(&[[7; 32], [6; 32]].concat()).unwrap();
        file(&dir).take_in(&keys).unwrap();
        file(&dir).take_in(&keys).unwrap();
        assert_eq!(file(&dir).load().unwrap().all(), keys.all());
        let only = |byte: u8| Keks::from_bytes(&[byte; 32]).unwrap();
        file(&dir).take_in(&only(6)).unwrap();
        assert!(file(&dir).take_in(&only(8)).is_err());
    }

    #[test]
    fn keys_of_before_stand_below_in_lines_of_their_own() {
        let text = format!("{}\n{}\n", "07".repeat(32), "06".repeat(32));
        let keys = Keks::parse(&text).unwrap();
        assert_eq!((keys.first[0], keys.former.len(), keys.former[0][0]), (7, 1, 6));
        assert_eq!(*keys.text(), text.trim_end());
        for wrong in ["", "07", &format!("{text}x"), &format!("{text}{text}{text}")] {
            assert!(Keks::parse(wrong).is_err(), "{wrong:?}");
        }
        assert!(Keks::from_bytes(&[7; 33]).is_err());
    }
}
