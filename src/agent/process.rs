//! The proxy as a process that outlives its agent.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

/// Longest time for the proxy's own test of a file.
const TEST_WITHIN: Duration = Duration::from_secs(20);
/// Most of the proxy's words kept for a message, in bytes.
const WORDS_MAX: usize = 1_500;
/// A log longer than this is cut before the next start.
const LOG_MAX: u64 = 16 * 1024 * 1024;

/// A process that was started, recognisable after the agent started anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// Its id.
    pub pid: i32,
    /// When it started, in the kernel's ticks: ids are used again, times are not.
    pub started: u64,
    /// Where its operations listener is.
    pub ops_addr: SocketAddr,
    /// Where its metrics are.
    pub metrics_addr: SocketAddr,
}

impl Running {
    /// True while this very process runs.
    pub fn alive(&self) -> bool {
        stat(self.pid).is_some_and(|(state, started)| state != 'Z' && started == self.started)
    }

    /// Sends a signal; a process that is gone takes none.
    pub fn signal(&self, signal: Signal) {
        if self.alive() {
            let _ = kill(Pid::from_raw(self.pid), signal);
        }
    }
}

/// State letter and start time of a process.
fn stat(pid: i32) -> Option<(char, u64)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name may hold anything; the fields begin behind the last bracket.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    Some((fields.first()?.chars().next()?, fields.get(19)?.parse().ok()?))
}

/// The proxy's binary and its log.
#[derive(Clone, Debug)]
pub struct Zentinel {
    binary: PathBuf,
    log: PathBuf,
}

impl Zentinel {
    /// With its log below the agent's data directory.
    pub fn new(binary: &Path, data_dir: &Path) -> Self {
        Self { binary: binary.to_owned(), log: data_dir.join("proxy.log") }
    }

    /// The proxy's own test of a file; its words when it refuses.
    pub async fn test(&self, config: &Path) -> anyhow::Result<()> {
        let mut test = tokio::process::Command::new(&self.binary);
        test.arg("test")
            .arg("-c")
            .arg(config)
            .env("NO_COLOR", "1")
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null());
        let output = tokio::time::timeout(TEST_WITHIN, test.kill_on_drop(true).output()).await;
        let output = output.context("the proxy's test took too long")?;
        let output = output.with_context(|| format!("cannot run {}", self.binary.display()))?;
        if output.status.success() {
            return Ok(());
        }
        let words = [output.stderr, output.stdout].concat();
        bail!("the proxy refuses the configuration: {}", tail(&String::from_utf8_lossy(&words)));
    }

    /// Starts the proxy. With `take_over` it asks the running one for its sockets.
    pub fn start(&self, config: &Path, ports: Ports, take_over: bool) -> anyhow::Result<Running> {
        anyhow::ensure!(config.exists(), "{} is missing", config.display());
        if fs::metadata(&self.log).is_ok_and(|log| log.len() > LOG_MAX) {
            fs::rename(&self.log, self.log.with_extension("log.1"))?;
        }
        let log = || File::options().create(true).append(true).open(&self.log);
        let mut start = Command::new(&self.binary);
        if take_over {
            start.arg("-u");
        }
        start
            .arg("-c")
            .arg(config)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(log()?)
            .stderr(log()?)
            // A group of its own: a signal to the agent's group is not meant for the proxy.
            .process_group(0);
        let mut child = start.spawn().with_context(|| format!("cannot start {}", self.binary.display()))?;
        let pid = i32::try_from(child.id()).context("a process id out of range")?;
        let started = stat(pid).map(|(_, started)| started).context("the proxy ended at once")?;
        // Somebody must take note of its end, or it would stay in the process table.
        std::thread::Builder::new().name("proxy-wait".into()).spawn(move || child.wait())?;
        Ok(Running { pid, started, ops_addr: ports.ops, metrics_addr: ports.metrics })
    }

    /// How long the log is now.
    pub fn log_length(&self) -> u64 {
        fs::metadata(&self.log).map_or(0, |log| log.len())
    }

    /// Lines that tell of an error, written behind `from`.
    pub fn errors_since(&self, from: u64) -> String {
        let read = || -> io::Result<String> {
            let mut log = File::open(&self.log)?;
            log.seek(SeekFrom::Start(from))?;
            let mut bytes = Vec::new();
            log.take(256 * 1024).read_to_end(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        let text = read().unwrap_or_default();
        let telling =
            |line: &&str| line.contains("ERROR") || line.contains("panicked") || line.starts_with("Error");
        let lines: Vec<&str> = text.lines().filter(telling).collect();
        tail(&lines.join("\n"))
    }
}

/// Ports of one process, chosen by the agent: listeners cannot move while a process lives.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    /// Operations listener.
    pub ops: SocketAddr,
    /// Metrics.
    pub metrics: SocketAddr,
}

impl Ports {
    /// Two ports on loopback that nobody listens on.
    pub fn free() -> io::Result<Self> {
        let (ops, metrics) = (TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?);
        Ok(Self { ops: ops.local_addr()?, metrics: metrics.local_addr()? })
    }
}

/// The version that the binary says it has.
pub async fn version(binary: &Path) -> anyhow::Result<String> {
    let output = tokio::process::Command::new(binary).arg("--version").stdin(Stdio::null()).output().await?;
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text.split_whitespace().nth(1).context("no version in the proxy's answer")?;
    Ok(version.to_owned())
}

fn tail(text: &str) -> String {
    let text = text.trim();
    let mut from = text.len().saturating_sub(WORDS_MAX);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    text[from..].to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_process_is_recognised_by_its_start_and_not_by_its_id_alone() {
        let pid = i32::try_from(std::process::id()).unwrap();
        let (_, started) = stat(pid).unwrap();
        let ports = Ports::free().unwrap();
        let me = Running { pid, started, ops_addr: ports.ops, metrics_addr: ports.metrics };
        assert!(me.alive());
        assert!(!Running { started: started + 1, ..me }.alive());
    }

    #[tokio::test]
    async fn a_refusal_carries_the_proxys_own_words() {
        let dir = tempfile::tempdir().unwrap();
        let fake = dir.path().join("zentinel");
        fs::write(&fake, "#!/bin/sh\necho 'line 3: no such upstream' >&2\nexit 1\n").unwrap();
        let mut mode = fs::metadata(&fake).unwrap().permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o755);
        fs::set_permissions(&fake, mode).unwrap();
        let refused = Zentinel::new(&fake, dir.path()).test(Path::new("x.kdl")).await.unwrap_err();
        assert!(refused.to_string().contains("no such upstream"), "{refused}");
    }
}
