//! Clients that ask again as soon as they are answered, and what they saw.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde::Serialize;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

/// One client with its own connection: one request at a time.
pub trait Client: Send + 'static {
    /// Asks once and waits for the acknowledgement. An error ends the measurement: a rate with failures in it means nothing.
    fn call(&mut self) -> impl Future<Output = Result<()>> + Send;
}

/// Times of one kind of request, over all turns.
#[derive(Default)]
pub struct Sample {
    times: Vec<Duration>,
    elapsed: Duration,
}

/// A sample in numbers.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Summary {
    /// Requests that were acknowledged.
    pub count: usize,
    /// Of these per second.
    pub per_second: f64,
    /// Median latency in milliseconds.
    pub p50_ms: f64,
    /// 99th percentile in milliseconds.
    pub p99_ms: f64,
    /// Longest in milliseconds.
    pub max_ms: f64,
}

impl Sample {
    /// Adds one turn.
    pub fn add(&mut self, other: Sample) {
        self.times.extend(other.times);
        self.elapsed += other.elapsed;
    }

    /// Adds one time that was measured alone.
    pub fn push(&mut self, time: Duration) {
        self.times.push(time);
        self.elapsed += time;
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// In numbers. Quantiles are of the sorted times themselves, without buckets.
    pub fn summary(&mut self) -> Summary {
        self.times.sort_unstable();
        let at = |share: f64| {
            // Nearest rank: the smallest time that at least this share does not exceed.
            let rank = (self.times.len() as f64 * share).ceil() as usize;
            self.times.get(rank.saturating_sub(1)).copied().unwrap_or_default().as_secs_f64() * 1_000.0
        };
        Summary {
            count: self.times.len(),
            per_second: self.times.len() as f64 / self.elapsed.as_secs_f64().max(f64::EPSILON),
            p50_ms: at(0.50),
            p99_ms: at(0.99),
            max_ms: at(1.0),
        }
    }
}

/// Runs all clients at once for `length`. Each asks twice before the clock starts, so that connections are open.
pub async fn run<C: Client>(clients: Vec<C>, length: Duration) -> Result<Sample> {
    let barrier = Arc::new(Barrier::new(clients.len()));
    let mut tasks = JoinSet::new();
    for mut client in clients {
        let barrier = Arc::clone(&barrier);
        tasks.spawn(async move {
            let warm = async {
                client.call().await?;
                client.call().await
            };
            let warmed = warm.await;
            // Waited for even when it failed: the others would wait for ever.
            barrier.wait().await;
            warmed?;
            let start = Instant::now();
            let mut times = Vec::new();
            while start.elapsed() < length {
                let begun = Instant::now();
                client.call().await?;
                times.push(begun.elapsed());
            }
            anyhow::Ok((times, start.elapsed()))
        });
    }
    let mut sample = Sample::default();
    while let Some(done) = tasks.join_next().await {
        let (times, elapsed) = done.context("a client ended")??;
        sample.times.extend(times);
        sample.elapsed = sample.elapsed.max(elapsed);
    }
    Ok(sample)
}
