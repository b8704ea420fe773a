//! The real proxy, started by this agent.
//!
//! A process is started in a group of its own, with its output in a file and nothing tied to the agent, so that it goes on when
//! the agent dies. What is needed to find it again is on disk before it starts.

mod hand_over;
mod log;
mod process;
mod record;
mod version;

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use nix::sys::signal::Signal;
use sentinel_api_types::Timestamp;
use tokio::process::Command;
use tokio::time::{Instant, sleep, timeout};

pub use version::version;

use super::free_port;
use log::ProxyLog;
use process::{Draining, LOOK_EVERY, Running, end_now, ended, kill_now, reap, signal, wait_for_end};
use record::Record;

use super::local_http::LocalHttp;
use super::meter::{Source, Vitals};
use super::probes::Probes;
use super::procfs;
use super::prove::prove;
use super::proxy::Proxy;
use super::render::{Addresses, Target};
use super::shelf::EARLIER_CONFIG;
use super::untold::Untold;

/// Longest time for the proxy's own test of a file.
const TEST_WITHIN: Duration = Duration::from_secs(20);
/// Longest time until a fresh process answers on its operations listener.
const UP_WITHIN: Duration = Duration::from_secs(15);
/// How much longer proving may take while a replaced process still holds the sockets.
const WHILE_DRAINING: Duration = Duration::from_secs(10);
/// How long a process that has handed its sockets over goes on taking connections: five seconds, and a margin.
const SHARES_FOR: Duration = Duration::from_secs(6);
/// Most replaced processes that may go on finishing requests.
const DRAINING_MAX: usize = 6;
/// Longest message about a refused file.
const WORDS_MAX: usize = 1_500;
/// How long the proxy may take to complain about a configuration that is live already.
const SETTLE: Duration = Duration::from_millis(100);
/// How much it says in its log. What is looked for there is no error.
const SAYS: &str = "info";

/// What the real proxy needs to be told.
#[derive(Clone, Debug)]
pub struct Options {
    /// The binary.
    pub binary: PathBuf,
    /// Where the record and the log are kept.
    pub data_dir: PathBuf,
    /// The file that it reads.
    pub config: PathBuf,
    /// Addresses for its processes; port 0 means a free one.
    pub addresses: Addresses,
    /// How long a replaced process may finish its requests.
    pub drain_timeout: Duration,
    /// Within which time a configuration must be proven.
    pub prove_timeout: Duration,
    /// Held while sockets are handed over.
    pub upgrade_lock: PathBuf,
}

/// See the module.
pub struct Zentinel {
    options: Options,
    http: LocalHttp,
    log: ProxyLog,
    running: Option<Running>,
    draining: Vec<Draining>,
    /// When the process before handed its sockets over.
    handed_over: Option<Instant>,
    /// It was told to read its configuration, and has not proven it so far.
    loading: bool,
    /// The process that runs was told to read it again, and has not said so far that it did.
    reloading: bool,
}

impl Zentinel {
    /// A proxy that does not run yet, or one that an earlier agent left running.
    ///
    /// # Errors
    /// Its files cannot be opened.
    pub fn new(options: Options, http: LocalHttp) -> anyhow::Result<Self> {
        let log = ProxyLog::open(&options.data_dir).context("cannot open the proxy's log")?;
        let mut proxy = Self {
            options,
            http,
            log,
            running: None,
            draining: Vec::new(),
            handed_over: None,
            loading: false,
            reloading: false,
        };
        proxy.adopt();
        Ok(proxy)
    }

    /// Takes over the process that the record names. Others that read the same configuration were being replaced. One that an earlier agent
    /// has started is taken over as well: beside it none could have its sockets.
    fn adopt(&mut self) {
        let earlier = self.options.config.with_file_name(EARLIER_CONFIG);
        let mut found = procfs::with_config(&[&self.options.config, &earlier]);
        let known = Record::load(&self.options.data_dir).and_then(|record| record.among(&found));
        if let Some((place, record)) = known {
            let process = found.remove(place);
            tracing::info!(pid = process.pid, "the proxy runs already; it is adopted");
            self.running = Some(Running {
                record,
                pid: process.pid,
                started: process.started,
                child: None,
                probes: Probes::default(),
                source: None,
                earlier: procfs::mentions(process.pid, &earlier),
            });
        }
        for process in found {
            tracing::warn!(pid = process.pid, "a replaced proxy process still runs; it is told to end");
            signal(process.pid, process.started, Signal::SIGQUIT);
            let until = Instant::now() + self.options.drain_timeout;
            self.draining.push(Draining { pid: process.pid, started: process.started, child: None, until });
        }
    }

    /// Starts a process. The record is on disk first.
    async fn spawn(
        &mut self,
        target: &Target,
        addresses: Addresses,
        takes_over: bool,
    ) -> Result<Running, String> {
        let words = |error: io::Error| format!("cannot start {}: {error}", self.options.binary.display());
        let replaces = self.running.as_ref().map(|running| running.record.clone());
        let mut record = Record::new(addresses, takes_over, replaces);
        record.save(&self.options.data_dir).map_err(words)?;
        let output = self.log.for_process().map_err(words)?;
        let errors = output.try_clone().map_err(words)?;
        let mut command = Command::new(&self.options.binary);
        if takes_over {
            command.arg("-u");
        }
        command
            .arg("-c")
            .arg(&self.options.config)
            .env("NO_COLOR", "1")
            .env("RUST_LOG", SAYS)
            .env_remove("RUST_BACKTRACE")
            .current_dir(&self.options.data_dir)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            // Signals for the agent's group, from a terminal for instance, are not for the proxy.
            .process_group(0)
            .kill_on_drop(false);
        let child = command.spawn().map_err(words)?;
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).ok_or("the proxy ended at once")?;
        let started = procfs::process(pid).map(|process| process.started).ok_or("the proxy ended at once")?;
        record.process = Some((pid, started));
        let mut running = Running {
            record,
            pid,
            started,
            child: Some(child),
            probes: Probes::default(),
            source: source(target, takes_over, self.fresh_metrics()),
            earlier: false,
        };
        if let Err(error) = running.record.save(&self.options.data_dir) {
            end_now(&mut running).await;
            return Err(words(error));
        }
        tracing::info!(pid, takes_over, ops = %addresses.ops, "the proxy is started");
        Ok(running)
    }

    /// Waits until a fresh process answers on its operations listener.
    async fn wait_until_up(&self, running: &mut Running, target: &Target) -> Result<(), String> {
        let deadline = Instant::now() + UP_WITHIN;
        loop {
            if let Some(words) = ended(running) {
                return Err(self.with_last_words(&words));
            }
            // While a process that is ending still holds the sockets, having to wait for them is no failure.
            if (running.record.takes_over || self.draining.is_empty())
                && let Some(words) = self.log.stuck_since_mark()
            {
                return Err(format!("the proxy does not come up: {words}"));
            }
            let mut count = running.probes.lock().await;
            let answer = self.http.get(target.ops, &target.status_path, None, 64 << 10).await;
            match answer {
                Ok(answer) if answer.status == 200 => {
                    *count += 1;
                    return Ok(());
                }
                _ if Instant::now() >= deadline => {
                    let seconds = UP_WITHIN.as_secs();
                    return Err(
                        self.with_last_words(&format!("the proxy does not answer within {seconds} s"))
                    );
                }
                _ => {
                    drop(count);
                    sleep(LOOK_EVERY).await;
                }
            }
        }
    }

    /// A message with what the proxy logged as errors since it was last told something.
    fn with_last_words(&self, message: &str) -> String {
        let words = self.log.errors_since_mark();
        if words.is_empty() { message.to_owned() } else { format!("{message}; the proxy says: {words}") }
    }

    /// Each process gets a metrics address of its own.
    fn fresh_metrics(&self) -> bool {
        self.options.addresses.metrics.port() == 0
    }

    /// Waits until the process says that it has read its configuration and the certificates: where these alone have changed, it proves the same before and
    /// after. One that says nothing of being told so, because somebody has made it quiet, is taken at its proof.
    async fn read_it_all(&mut self) -> Result<(), String> {
        let deadline = Instant::now() + self.options.prove_timeout;
        while !self.log.read_since_mark() {
            if let Some(words) = self.log.refusal_since_mark() {
                return Err(format!("the proxy applied only a part: {words}"));
            }
            if Instant::now() >= deadline {
                let heard = self.log.told_since_mark();
                let words = "the proxy was told to read its configuration, and does not say that it did";
                return if heard { Err(self.with_last_words(words)) } else { Ok(()) };
            }
            sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    fn retire(&mut self, running: Running) {
        let until = Instant::now() + self.options.drain_timeout;
        let Running { pid, started, child, .. } = running;
        self.draining.push(Draining { pid, started, child, until });
    }
}

#[async_trait]
impl Proxy for Zentinel {
    fn running(&mut self) -> Option<Addresses> {
        let running = self.running.as_mut()?;
        if ended(running).is_some() {
            self.running = None;
            return None;
        }
        Some(running.record.addresses)
    }

    fn fresh_addresses(&mut self) -> io::Result<Addresses> {
        free_port::fill(self.options.addresses)
    }

    fn bound(&self) -> Option<&'static str> {
        None
    }

    fn reads_earlier(&mut self) -> bool {
        self.running.as_ref().is_some_and(|running| running.earlier)
    }

    async fn test(&mut self, config: &Path) -> Result<(), String> {
        test(&self.options.binary, config, self.log.untold()).await
    }

    async fn start(&mut self, target: &Target, addresses: Addresses) -> Result<(), String> {
        if !self.options.config.is_file() {
            // The proxy would make itself a configuration that serves on every address.
            return Err(format!("{} does not exist", self.options.config.display()));
        }
        self.log.mark();
        (self.loading, self.reloading) = (true, false);
        let mut running = self.spawn(target, addresses, false).await?;
        match self.wait_until_up(&mut running, target).await {
            Ok(()) => {
                self.running = Some(running);
                Ok(())
            }
            Err(words) => {
                end_now(&mut running).await;
                Err(words)
            }
        }
    }

    async fn reload(&mut self) -> Result<(), String> {
        self.log.mark();
        self.loading = true;
        let running = self.running.as_ref().ok_or("the proxy does not run")?;
        if running.earlier {
            return Err("the proxy reads the file of an earlier agent, so it has to be replaced".to_owned());
        }
        if signal(running.pid, running.started, Signal::SIGHUP) {
            self.reloading = true;
            Ok(())
        } else {
            Err("the proxy has ended".into())
        }
    }

    async fn upgrade(&mut self, target: &Target, addresses: Addresses) -> Result<(), String> {
        (self.loading, self.reloading) = (true, false);
        self.hand_over(target, addresses).await
    }

    async fn alone(&mut self) {
        while let (Some(since), Some(old)) = (self.handed_over, self.draining.last_mut()) {
            reap(&mut old.child);
            if since.elapsed() >= SHARES_FOR || !procfs::runs(old.pid, old.started) {
                return;
            }
            sleep(LOOK_EVERY).await;
        }
    }

    async fn stop(&mut self) {
        if let Some(mut running) = self.running.take() {
            end_now(&mut running).await;
        }
        // What was being replaced holds the sockets that the next process wants.
        for process in std::mem::take(&mut self.draining) {
            kill_now(process).await;
        }
    }

    async fn drain(&mut self) {
        let Some(mut running) = self.running.take() else { return };
        signal(running.pid, running.started, Signal::SIGQUIT);
        let deadline = Instant::now() + self.options.drain_timeout;
        while ended(&mut running).is_none() && Instant::now() < deadline {
            sleep(LOOK_EVERY).await;
        }
        end_now(&mut running).await;
    }

    async fn prove(&mut self, target: &Target) -> Result<(), String> {
        let fresh = self.fresh_metrics();
        let running = self.running.as_mut().ok_or("the proxy does not run")?;
        // For an adopted process this was not known until now.
        running.source = source(target, running.record.takes_over, fresh);
        // Started while a process that is ending still held the sockets: they come free in a few seconds.
        let waits = !running.record.takes_over && !self.draining.is_empty();
        let within = self.options.prove_timeout + if waits { WHILE_DRAINING } else { Duration::ZERO };
        let probes = running.probes.clone();
        let proven = tokio::select! {
            proven = prove(&self.http, target, &probes, within) => proven,
            words = wait_for_end(running) => Err(words),
        };
        proven.map_err(|words| self.with_last_words(&words))?;
        if std::mem::take(&mut self.reloading) {
            self.read_it_all().await?;
        }
        // The proxy tells of parts that it left out a moment after the rest is live.
        sleep(SETTLE).await;
        if let Some(words) = self.log.refusal_since_mark() {
            return Err(format!("the proxy applied only a part: {words}"));
        }
        if std::mem::take(&mut self.loading) {
            self.log.forget_reloads();
        }
        Ok(())
    }

    async fn ended(&mut self) -> String {
        let words = match self.running.as_mut() {
            Some(running) => wait_for_end(running).await,
            None => std::future::pending().await,
        };
        self.running = None;
        let last = self.log.tail(3);
        if last.is_empty() { words } else { format!("{words}; last in its log: {last}") }
    }

    async fn tend(&mut self) {
        let now = Instant::now();
        // Oldest first: of too many, these have had the longest time.
        let surplus = self.draining.len().saturating_sub(DRAINING_MAX);
        self.draining.iter_mut().take(surplus).for_each(|process| process.until = now);
        for mut process in std::mem::take(&mut self.draining) {
            reap(&mut process.child);
            if !procfs::runs(process.pid, process.started) {
                tracing::info!(pid = process.pid, "a replaced proxy process has ended");
            } else if now >= process.until {
                tracing::info!(pid = process.pid, "a replaced proxy process took too long and is ended");
                kill_now(process).await;
            } else {
                self.draining.push(process);
            }
        }
        if let Err(error) = self.log.rotate() {
            tracing::warn!(%error, "the proxy's log cannot be rotated");
        }
    }

    fn read_again(&mut self) -> Option<Timestamp> {
        self.log.reload()
    }

    fn keep_to_itself(&mut self, untold: Untold) {
        self.log.keep_to_itself(untold);
    }

    fn vitals(&self) -> Option<Vitals> {
        self.running.as_ref().map(|running| Vitals {
            pid: running.pid,
            source: running.source.clone(),
            probes: running.probes.clone(),
        })
    }
}

/// Lets the proxy test a file, as its command line does. What it says is told without these values.
///
/// # Errors
/// Its words.
pub async fn test(binary: &Path, config: &Path, untold: &Untold) -> Result<(), String> {
    let mut command = Command::new(binary);
    command.args(["test", "-c"]).arg(config).env("NO_COLOR", "1").env_remove("RUST_BACKTRACE");
    command.env("RUST_LOG", "warn").stdin(Stdio::null()).kill_on_drop(true);
    let output = match timeout(TEST_WITHIN, command.output()).await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) => return Err(format!("cannot run {}: {error}", binary.display())),
        Err(_) => return Err(format!("the test did not end within {} s", TEST_WITHIN.as_secs())),
    };
    if output.status.success() {
        return Ok(());
    }
    let words = [output.stdout, output.stderr].concat();
    Err(log::end_of(&untold.hide_in(&String::from_utf8_lossy(&words)), WORDS_MAX))
}

/// Where a process shows its metrics. One that took over from a process that holds a fixed metrics address never gets that
/// address, and asking there would measure the wrong process.
fn source(target: &Target, took_over: bool, fresh: bool) -> Option<Source> {
    let server = target.metrics.as_ref().filter(|server| !took_over || (server.own && fresh));
    match (server, &target.ops_metrics_path) {
        (Some(server), _) => {
            Some(Source { address: server.address, path: server.path.clone(), counted: false })
        }
        (None, Some(path)) => Some(Source { address: target.ops, path: path.clone(), counted: true }),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests;
