//! Measures the traffic through the proxy since its newest switch.

use std::net::SocketAddr;
use std::time::Duration;

use sentinel_api_types::node::{Traffic, Usage};
use sentinel_model::Generation;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

use super::local_http::LocalHttp;
use super::probes::Probes;
use super::procfs;
use super::traffic::{Counters, between};

/// Largest scrape.
const SCRAPE_MAX: usize = 32 << 20;
/// Attempts to get a baseline right after a switch.
const BASELINE_ATTEMPTS: u32 = 10;
/// Pause between them.
const PAUSE: Duration = Duration::from_millis(100);

/// Where one proxy process is measured.
#[derive(Clone, Debug)]
pub struct Vitals {
    /// Its process id.
    pub pid: i32,
    /// Where its metrics are, if anywhere.
    pub source: Option<Source>,
    /// What the agent asked it itself.
    pub probes: Probes,
}

/// An endpoint with metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where to connect.
    pub address: SocketAddr,
    /// What to ask for.
    pub path: String,
    /// The proxy counts being asked there as an error of its own.
    pub counted: bool,
}

/// What a look at the metrics gave.
#[derive(Debug, PartialEq)]
pub enum Measured {
    /// Nothing runs, or it has no metrics.
    Nothing,
    /// Numbers, or none worth telling.
    Answered(Option<Traffic>),
    /// It does not answer, in words.
    Silent(String),
}

/// See the module.
#[derive(Debug)]
pub struct Meter {
    http: LocalHttp,
    window: Mutex<Option<Window>>,
}

#[derive(Debug)]
struct Window {
    generation: Generation,
    vitals: Vitals,
    /// The first scrape of the window: when, what, and how many probes were in it.
    baseline: Option<(Instant, Counters, u64)>,
    /// What the process had used when the window began.
    used: Option<(Instant, procfs::Process)>,
}

impl Meter {
    /// Measures nothing so far.
    pub fn new(http: LocalHttp) -> Self {
        Self { http, window: Mutex::new(None) }
    }

    /// A generation became effective in this process: from now on only what happens from now on counts.
    pub async fn begin(&self, generation: Generation, vitals: Vitals) {
        let used = procfs::process(vitals.pid).map(|process| (Instant::now(), process));
        let mut window = Window { generation, vitals, baseline: None, used };
        for _ in 0..BASELINE_ATTEMPTS {
            match self.scrape(&window.vitals).await {
                Some(Ok((counters, probes))) => {
                    window.baseline = Some((Instant::now(), counters, probes));
                    break;
                }
                Some(Err(_)) => sleep(PAUSE).await,
                None => break,
            }
        }
        *self.window.lock().await = Some(window);
    }

    /// Nothing runs any more.
    pub async fn end(&self) {
        *self.window.lock().await = None;
    }

    /// The process that is measured.
    pub async fn pid(&self) -> Option<i32> {
        self.window.lock().await.as_ref().map(|window| window.vitals.pid)
    }

    /// What the proxy uses since the window began; `None` when nothing runs, or another process than then.
    pub async fn usage(&self) -> Option<Usage> {
        let slot = self.window.lock().await;
        let window = slot.as_ref()?;
        let (since, before) = window.used?;
        let process = procfs::process(window.vitals.pid)?;
        if process.started != before.started || process.ended {
            return None;
        }
        let elapsed = since.elapsed();
        let cpu_seconds = (process.cpu_seconds - before.cpu_seconds).max(0.0);
        let cpu_percent = (elapsed > Duration::ZERO).then(|| cpu_seconds * 100.0 / elapsed.as_secs_f64());
        let memory = procfs::memory_bytes(process.pid).zip(procfs::memory_total_bytes());
        Some(Usage {
            generation: window.generation,
            window_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
            cpu_percent,
            memory_percent: memory.map(|(used, total)| used * 100.0 / total),
        })
    }

    /// Looks at the metrics once.
    pub async fn measure(&self) -> Measured {
        let mut slot = self.window.lock().await;
        let Some(window) = slot.as_mut() else { return Measured::Nothing };
        let (counters, probes) = match self.scrape(&window.vitals).await {
            None => return Measured::Nothing,
            Some(Err(reason)) => return Measured::Silent(reason),
            Some(Ok(scrape)) => scrape,
        };
        let Some((since, before, probes_before)) = &window.baseline else {
            // The first answer after the switch: the window begins here, and says nothing yet.
            window.baseline = Some((Instant::now(), counters, probes));
            return Measured::Answered(None);
        };
        let window_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
        let own = probes.saturating_sub(*probes_before);
        Measured::Answered(between(window.generation, window_ms, before, &counters, own))
    }

    /// The counters and the number of probes that are in them; `None` when there are no metrics to ask for.
    async fn scrape(&self, vitals: &Vitals) -> Option<Result<(Counters, u64), String>> {
        let source = vitals.source.as_ref()?;
        let mut probes = vitals.probes.lock().await;
        let answer = match self.http.get(source.address, &source.path, None, SCRAPE_MAX).await {
            Ok(answer) => answer,
            Err(reason) => return Some(Err(format!("the metrics endpoint ({}) {reason}", source.address))),
        };
        let seen = *probes;
        if source.counted {
            *probes += 1;
        }
        let text = String::from_utf8_lossy(&answer.body);
        let counters = Counters::read(&text);
        Some(counters.map(|counters| (counters, seen)).ok_or_else(|| {
            format!(
                "the metrics endpoint ({}) answers {} without this proxy's metrics",
                source.address, answer.status
            )
        }))
    }
}

#[cfg(test)]
mod tests;
