//! Processes of the proxy: whether they run, and how they end.

use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::Child;
use tokio::time::{Instant, sleep};

use super::record::Record;
use crate::agent::meter::Source;
use crate::agent::probes::Probes;
use crate::agent::procfs;

/// Longest wait for the end of a process that was told to end at once.
const GONE_WITHIN: Duration = Duration::from_secs(5);
/// Pause between two looks at a process.
pub const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The process that serves.
pub struct Running {
    pub record: Record,
    pub pid: i32,
    pub started: u64,
    /// `None`: adopted from an earlier agent.
    pub child: Option<Child>,
    pub probes: Probes,
    pub source: Option<Source>,
    /// It was started with the file of an earlier agent.
    pub earlier: bool,
}

/// A process that was replaced.
pub struct Draining {
    pub pid: i32,
    pub started: u64,
    pub child: Option<Child>,
    pub until: Instant,
}

/// The last words of a process that has ended.
pub fn ended(running: &mut Running) -> Option<String> {
    if let Some(child) = &mut running.child {
        return match child.try_wait() {
            Ok(None) => None,
            Ok(Some(status)) => Some(format!("the proxy ended with {status}")),
            Err(error) => Some(format!("the proxy is lost: {error}")),
        };
    }
    (!procfs::runs(running.pid, running.started)).then(|| "the proxy ended".to_owned())
}

pub async fn wait_for_end(running: &mut Running) -> String {
    loop {
        if let Some(words) = ended(running) {
            return words;
        }
        sleep(LOOK_EVERY * 4).await;
    }
}

/// Sends a signal, unless the id belongs to another process by now. False: it is gone.
pub fn signal(pid: i32, started: u64, signal: Signal) -> bool {
    procfs::runs(pid, started) && kill(Pid::from_raw(pid), signal).is_ok()
}

pub async fn end_now(running: &mut Running) {
    for last in [Signal::SIGTERM, Signal::SIGKILL] {
        signal(running.pid, running.started, last);
        let deadline = Instant::now() + GONE_WITHIN;
        while Instant::now() < deadline {
            if ended(running).is_some() {
                return;
            }
            sleep(LOOK_EVERY).await;
        }
    }
    tracing::error!(pid = running.pid, "the proxy cannot be ended");
}

pub async fn kill_now(mut process: Draining) {
    signal(process.pid, process.started, Signal::SIGKILL);
    let deadline = Instant::now() + GONE_WITHIN;
    while procfs::runs(process.pid, process.started) && Instant::now() < deadline {
        sleep(LOOK_EVERY).await;
    }
    reap(&mut process.child);
}

/// Takes note of the end of a child, so that the kernel can forget it.
pub fn reap(child: &mut Option<Child>) {
    if let Some(process) = child
        && !matches!(process.try_wait(), Ok(None))
    {
        *child = None;
    }
}
