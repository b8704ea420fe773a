//! From the proxy's counters to what a gate judges: requests, errors and latencies since a switch.
//!
//! The proxy counts answers of upstreams and answers of its own in different places, and its own status pages as errors. What is
//! put together from where is in [`Counters::read`]; the agent's own requests for status pages are subtracted.

use sentinel_api_types::node::{LatencyCount, Traffic};
use sentinel_model::Generation;
use sentinel_model::health::LATENCY_BOUNDS_MAX;

use super::prometheus::{Sample, samples};

/// Everything that is counted, summed over routes and methods.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counters {
    /// Answers that came from an upstream.
    upstream: f64,
    /// Of these, 5xx.
    upstream_errors: f64,
    /// Answers of the proxy itself with an error status.
    local: f64,
    /// Of these, 500, 502, 503 and 504.
    local_errors: f64,
    /// Latency in seconds: upper bound and number of answers up to it, by bound; the last bound is infinite.
    buckets: Vec<(f64, f64)>,
}

impl Counters {
    /// Reads a scrape; `None` when it is not one of this proxy.
    pub fn read(text: &str) -> Option<Self> {
        let mut counters = Self::default();
        let mut ours = false;
        for sample in samples(text) {
            ours |= sample.name.starts_with("zentinel_");
            if sample.value.is_finite() && sample.value >= 0.0 {
                counters.add(&sample);
            }
        }
        counters.buckets.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        ours.then_some(counters)
    }

    fn add(&mut self, sample: &Sample<'_>) {
        match sample.name {
            "zentinel_requests_total" => {
                self.upstream += sample.value;
                if sample.label("status").is_some_and(|status| status.starts_with('5')) {
                    self.upstream_errors += sample.value;
                }
            }
            "zentinel_blocked_requests_total" => {
                let reason = sample.label("reason").unwrap_or_default();
                // `proxy_error_ReadTimedout` and the like count the same request a second time.
                let Some(status) = reason.strip_prefix("proxy_error_") else { return };
                if !status.is_empty() && status.bytes().all(|byte| byte.is_ascii_digit()) {
                    self.local += sample.value;
                    if matches!(status, "500" | "502" | "503" | "504") {
                        self.local_errors += sample.value;
                    }
                }
            }
            "zentinel_request_duration_seconds_bucket" => {
                let bound = sample.label("le").and_then(|bound| bound.parse::<f64>().ok());
                let Some(bound) = bound.filter(|bound| !bound.is_nan()) else { return };
                match self.buckets.iter_mut().find(|(known, _)| *known == bound) {
                    Some((_, count)) => *count += sample.value,
                    None => self.buckets.push((bound, sample.value)),
                }
            }
            _ => {}
        }
    }

    /// What came since an earlier scrape. A counter that went down was reset by a new process: everything it has came since.
    fn since(&self, before: &Counters) -> Counters {
        let reset = self.upstream < before.upstream || self.local < before.local;
        if reset {
            return self.clone();
        }
        let earlier = |bound: f64| {
            before.buckets.iter().find(|(known, _)| *known == bound).map_or(0.0, |(_, count)| *count)
        };
        Counters {
            upstream: self.upstream - before.upstream,
            upstream_errors: (self.upstream_errors - before.upstream_errors).max(0.0),
            local: self.local - before.local,
            local_errors: (self.local_errors - before.local_errors).max(0.0),
            buckets: self
                .buckets
                .iter()
                .map(|(bound, count)| (*bound, (count - earlier(*bound)).max(0.0)))
                .collect(),
        }
    }

    /// The latency in milliseconds below which a share of the answers lies, interpolated inside its bucket; `None` without answers.
    fn quantile_ms(&self, share: f64) -> Option<f64> {
        let total = self.buckets.last().map(|(_, count)| *count).filter(|count| *count > 0.0)?;
        let rank = share * total;
        let (mut lower, mut below) = (0.0, 0.0);
        for (bound, count) in &self.buckets {
            if *count >= rank && *count > below {
                // Beyond the last finite bound nothing is known but that.
                let upper = if bound.is_finite() { *bound } else { lower };
                let inside = ((rank - below) / (count - below)).clamp(0.0, 1.0);
                return Some((lower + (upper - lower) * inside) * 1_000.0);
            }
            if bound.is_finite() {
                lower = *bound;
            }
            below = *count;
        }
        None
    }

    /// The histogram as it is told: rising bounds in milliseconds, not more than may be, the last bar with all answers.
    fn latency(&self) -> Vec<LatencyCount> {
        let Some((_, all)) = self.buckets.last() else { return Vec::new() };
        let finite = self.buckets.iter().filter(|(bound, _)| bound.is_finite());
        let every = finite.clone().count().div_ceil(LATENCY_BOUNDS_MAX - 1).max(1);
        let mut told: Vec<LatencyCount> = finite
            .step_by(every)
            .map(|(bound, count)| LatencyCount { up_to_ms: Some(bound * 1_000.0), requests: whole(*count) })
            .collect();
        told.push(LatencyCount { up_to_ms: None, requests: whole(*all) });
        // The scrape is no snapshot: a bar may have missed an answer that the one before it has.
        let mut least = 0;
        for count in &mut told {
            least = count.requests.max(least);
            count.requests = least;
        }
        told
    }

    /// The largest latency that the histogram can tell, in milliseconds.
    fn worst_ms(&self) -> f64 {
        let finite = self.buckets.iter().map(|(bound, _)| *bound).filter(|bound| bound.is_finite());
        finite.fold(10.0, f64::max) * 1_000.0
    }
}

/// What happened between two scrapes, without `probes` requests of the agent's own.
///
/// `None` when nothing did that says something: no requests, or only requests that no route wanted. When every answer was an error
/// of the proxy itself there is no latency to measure; the largest that the histogram can tell is reported, so that no gate on
/// latency takes silence for speed.
pub fn between(
    generation: Generation,
    window_ms: u64,
    before: &Counters,
    after: &Counters,
    probes: u64,
) -> Option<Traffic> {
    let delta = after.since(before);
    let own = probes as f64;
    let requests = whole(delta.upstream + delta.local - own);
    let errors = whole(delta.upstream_errors + (delta.local_errors - own).max(0.0)).min(requests);
    if requests == 0 {
        return None;
    }
    let quantiles = [0.5, 0.95, 0.99].map(|share| delta.quantile_ms(share));
    let [p50_ms, p95_ms, p99_ms] = match quantiles {
        [Some(p50), Some(p95), Some(p99)] => [p50, p95, p99],
        _ if errors > 0 => [delta.worst_ms(); 3],
        _ => return None,
    };
    let latency = delta.latency();
    Some(Traffic { generation, window_ms, requests, errors, p50_ms, p95_ms, p99_ms, latency })
}

fn whole(count: f64) -> u64 {
    // The counters are finite and not negative; casts saturate.
    count.round().max(0.0) as u64
}

#[cfg(test)]
mod tests;
