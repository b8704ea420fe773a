//! A proxy that somebody else starts, such as an init system. The agent can only tell it to read its configuration again.
//!
//! Whoever starts it does so with `-c DATA_DIR/current/zentinel.json`. One that was started with the file of an earlier agent,
//! `current/zentinel.kdl`, goes on with what it has, and nothing new can be activated until it is started with that one.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::{Instant, sleep};

use super::local_http::LocalHttp;
use super::meter::{Source, Vitals};
use super::probes::Probes;
use super::procfs;
use super::prove::prove;
use super::proxy::Proxy;
use super::render::{Addresses, Target};
use super::shelf::EARLIER_CONFIG;
use super::untold::Untold;
use super::{free_port, zentinel};
use crate::durable;

/// Longest wait for whoever starts the proxy.
const STARTED_WITHIN: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Largest file with a process id.
const PID_FILE_MAX: usize = 64;

/// See the module.
pub struct Attached {
    /// The binary, for testing files.
    binary: PathBuf,
    pid_file: PathBuf,
    config: PathBuf,
    addresses: Addresses,
    prove_timeout: Duration,
    http: LocalHttp,
    /// The process that was seen last, by id and start time.
    seen: Option<(i32, u64)>,
    probes: Probes,
    source: Option<Source>,
    untold: Untold,
}

/// The addresses of this node's proxy: chosen the first time, the same ever after.
///
/// # Errors
/// They cannot be chosen or kept.
pub fn addresses(data_dir: &Path, wanted: Addresses) -> anyhow::Result<Addresses> {
    let path = data_dir.join("addresses.json");
    let kept = std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<Addresses>(&bytes).ok());
    let same = |wanted: SocketAddr, kept: SocketAddr| {
        wanted == kept || (wanted.port() == 0 && wanted.ip() == kept.ip())
    };
    if let Some(kept) = kept.filter(|kept| same(wanted.ops, kept.ops) && same(wanted.metrics, kept.metrics)) {
        return Ok(kept);
    }
    let chosen = free_port::fill(wanted)?;
    durable::replace(&path, &serde_json::to_vec(&chosen)?, 0o600)?;
    Ok(chosen)
}

impl Attached {
    /// The proxy whose process id is in a file. Its addresses are chosen once: whoever starts it again starts it with the same.
    pub fn new(
        binary: PathBuf,
        pid_file: PathBuf,
        config: PathBuf,
        addresses: Addresses,
        prove_timeout: Duration,
        http: LocalHttp,
    ) -> Self {
        let (seen, probes, source, untold) = (None, Probes::default(), None, Untold::default());
        Self { binary, pid_file, config, addresses, prove_timeout, http, seen, probes, source, untold }
    }

    /// The file of an earlier agent.
    fn earlier(&self) -> PathBuf {
        self.config.with_file_name(EARLIER_CONFIG)
    }

    fn started_with_earlier(&self) -> String {
        let (earlier, config) = (self.earlier(), &self.config);
        format!("the proxy was started with {}; start it with -c {}", earlier.display(), config.display())
    }

    /// Looks into the file again; another process than before was not asked anything yet.
    fn look(&mut self) -> Option<(i32, u64)> {
        let text = std::fs::read_to_string(&self.pid_file).ok().filter(|text| text.len() <= PID_FILE_MAX);
        let process = text.and_then(|text| procfs::process(text.trim().parse().ok()?));
        let found = process.filter(|process| !process.ended).map(|process| (process.pid, process.started));
        if found != self.seen {
            self.seen = found;
            self.probes = Probes::default();
        }
        found
    }
}

#[async_trait]
impl Proxy for Attached {
    fn running(&mut self) -> Option<Addresses> {
        self.look().map(|_| self.addresses)
    }

    fn fresh_addresses(&mut self) -> io::Result<Addresses> {
        Ok(self.addresses)
    }

    fn bound(&self) -> Option<&'static str> {
        Some(
            "the proxy was started by somebody else (--attach-pid-file), so the agent can reload it but not replace it",
        )
    }

    fn reads_earlier(&mut self) -> bool {
        let earlier = self.earlier();
        self.look().is_some_and(|(pid, _)| procfs::mentions(pid, &earlier))
    }

    async fn test(&mut self, config: &Path) -> Result<(), String> {
        zentinel::test(&self.binary, config, &self.untold).await
    }

    /// The file is in place now: whoever starts the proxy can do so.
    async fn start(&mut self, _target: &Target, _addresses: Addresses) -> Result<(), String> {
        let deadline = Instant::now() + STARTED_WITHIN;
        while self.look().is_none() {
            if Instant::now() >= deadline {
                return Err(format!(
                    "no proxy runs by {}; start it with -c {}",
                    self.pid_file.display(),
                    self.config.display()
                ));
            }
            sleep(LOOK_EVERY).await;
        }
        // What an earlier agent has written is still there while it is the current release.
        if self.reads_earlier() && !self.earlier().is_file() {
            return Err(self.started_with_earlier());
        }
        Ok(())
    }

    async fn reload(&mut self) -> Result<(), String> {
        let (pid, _) = self.look().ok_or_else(|| format!("no proxy runs by {}", self.pid_file.display()))?;
        if self.reads_earlier() {
            return Err(self.started_with_earlier());
        }
        kill(Pid::from_raw(pid), Signal::SIGHUP)
            .map_err(|error| format!("cannot signal process {pid}: {error}"))
    }

    async fn upgrade(&mut self, _target: &Target, _addresses: Addresses) -> Result<(), String> {
        Err(self.bound().unwrap_or_default().to_owned())
    }

    /// Not this agent's to end.
    async fn stop(&mut self) {}

    async fn drain(&mut self) {}

    async fn prove(&mut self, target: &Target) -> Result<(), String> {
        self.look();
        let server = target.metrics.as_ref();
        self.source = match (server, &target.ops_metrics_path) {
            (Some(server), _) => {
                Some(Source { address: server.address, path: server.path.clone(), counted: false })
            }
            (None, Some(path)) => Some(Source { address: target.ops, path: path.clone(), counted: true }),
            (None, None) => None,
        };
        prove(&self.http, target, &self.probes, self.prove_timeout).await
    }

    async fn ended(&mut self) -> String {
        let Some((pid, started)) = self.look() else { return std::future::pending().await };
        while procfs::runs(pid, started) {
            sleep(LOOK_EVERY).await;
        }
        self.seen = None;
        "the proxy ended".to_owned()
    }

    async fn tend(&mut self) {}

    fn keep_to_itself(&mut self, untold: Untold) {
        self.untold = untold;
    }

    fn vitals(&self) -> Option<Vitals> {
        let (pid, _) = self.seen?;
        Some(Vitals { pid, source: self.source.clone(), probes: self.probes.clone() })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::process::Command;

    use super::*;
    use crate::agent::testing::addresses;

    fn attached(dir: &Path) -> Attached {
        let http = LocalHttp::new().unwrap();
        let within = Duration::from_millis(100);
        Attached::new("zentinel".into(), dir.join("pid"), dir.join("c"), addresses(), within, http)
    }

    #[test]
    fn addresses_are_chosen_once() {
        let dir = tempfile::tempdir().unwrap();
        let any = "127.0.0.1:0".parse().unwrap();
        let chosen = addresses_of(dir.path(), any, any).unwrap();
        assert_eq!(addresses_of(dir.path(), any, any).unwrap(), chosen);
        let fixed = addresses_of(dir.path(), "127.0.0.1:9".parse().unwrap(), any).unwrap();
        assert_eq!(fixed.ops.port(), 9);
    }

    fn addresses_of(dir: &Path, ops: SocketAddr, metrics: SocketAddr) -> anyhow::Result<Addresses> {
        super::addresses(dir, Addresses { ops, metrics })
    }

    #[tokio::test]
    async fn the_process_is_the_one_in_the_file_and_is_told_to_reload() {
        let dir = tempfile::tempdir().unwrap();
        let mut proxy = attached(dir.path());
        assert_eq!(proxy.running(), None);
        assert!(proxy.reload().await.unwrap_err().contains("no proxy runs"));
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        std::fs::write(dir.path().join("pid"), format!("{}\n", child.id())).unwrap();
        assert_eq!(proxy.running(), Some(addresses()));
        assert!(proxy.bound().is_some());
        // A process that does nothing about it ends by SIGHUP.
        proxy.reload().await.unwrap();
        child.wait().unwrap();
        assert_eq!(proxy.running(), None);
    }

    #[tokio::test]
    async fn a_process_with_the_file_of_an_earlier_agent_is_not_told_to_read_another() {
        let dir = tempfile::tempdir().unwrap();
        let mut proxy = attached(dir.path());
        // A shell that ignores its arguments and waits for its input.
        let mut command = Command::new("sh");
        command.args(["-c", "read line", "-c"]).arg(dir.path().join(EARLIER_CONFIG));
        let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
        std::fs::write(dir.path().join("pid"), child.id().to_string()).unwrap();
        // The kernel shows the new command line a moment after the process exists.
        let deadline = std::time::Instant::now() + Duration::from_secs(10);
        while !proxy.reads_earlier() {
            assert!(std::time::Instant::now() < deadline);
            std::thread::yield_now();
        }
        let words = proxy.reload().await.unwrap_err();
        assert!(words.contains("zentinel.kdl; start it with -c"), "{words}");
        assert_eq!(proxy.running(), Some(addresses()), "it was not signalled");
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!proxy.reads_earlier());
    }
}
