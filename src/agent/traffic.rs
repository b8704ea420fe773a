//! Traffic through the proxy since its newest switch.
//!
//! The proxy counts what upstreams answered in `zentinel_requests_total` and what it answered itself in
//! `zentinel_blocked_requests_total`; errors are the 5xx of the first and the `proxy_error_50x` of the second.

use std::time::Instant;

use sentinel_api_types::node::Traffic;
use sentinel_model::Generation;

use super::prometheus;

/// Counters of a process at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counters {
    requests: f64,
    errors: f64,
    /// Cumulative counts by upper bound in seconds, ascending; the last bound is infinite.
    buckets: Vec<(f64, f64)>,
}

impl Counters {
    /// Reads them out of the proxy's metrics.
    pub fn read(text: &str) -> Self {
        let mut counters = Self::default();
        for sample in prometheus::samples(text) {
            let label = |name: &str| sample.labels.get(name).map(String::as_str).unwrap_or_default();
            match sample.name {
                "zentinel_requests_total" => {
                    counters.requests += sample.value;
                    if label("status").starts_with('5') {
                        counters.errors += sample.value;
                    }
                }
                "zentinel_blocked_requests_total" => match label("reason") {
                    "proxy_error_500" | "proxy_error_502" | "proxy_error_503" | "proxy_error_504" => {
                        counters.requests += sample.value;
                        counters.errors += sample.value;
                    }
                    "proxy_error_404" => counters.requests += sample.value,
                    _ => {}
                },
                "zentinel_request_duration_seconds_bucket" => {
                    let bound = match label("le") {
                        "+Inf" => Some(f64::INFINITY),
                        other => other.parse().ok(),
                    };
                    if let Some(bound) = bound {
                        counters.add_bucket(bound, sample.value);
                    }
                }
                _ => {}
            }
        }
        counters.buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
        counters
    }

    fn add_bucket(&mut self, bound: f64, count: f64) {
        match self.buckets.iter_mut().find(|(known, _)| *known == bound) {
            Some((_, sum)) => *sum += count,
            None => self.buckets.push((bound, count)),
        }
    }

    /// What was counted since `earlier`. `None` when the counters went backwards: another process counts.
    fn since(&self, earlier: &Counters) -> Option<Counters> {
        let buckets = self.buckets.iter().map(|(bound, count)| {
            let before =
                earlier.buckets.iter().find(|(known, _)| known == bound).map_or(0.0, |(_, count)| *count);
            (*bound, count - before)
        });
        let difference = Counters {
            requests: self.requests - earlier.requests,
            errors: self.errors - earlier.errors,
            buckets: buckets.collect(),
        };
        let backwards = difference.requests < 0.0 || difference.errors < 0.0;
        (!backwards && difference.buckets.iter().all(|(_, count)| *count >= 0.0)).then_some(difference)
    }

    /// The quantile in milliseconds, interpolated inside its bucket; 0 without any request.
    fn quantile_ms(&self, q: f64) -> f64 {
        let total = self.buckets.last().map_or(0.0, |(_, count)| *count);
        if total <= 0.0 {
            return 0.0;
        }
        let rank = q * total;
        let (mut lower, mut below) = (0.0, 0.0);
        for (bound, count) in &self.buckets {
            if *count >= rank {
                // Beyond the last finite bound nothing is known but the bound.
                let upper = if bound.is_finite() { *bound } else { return lower * 1_000.0 };
                let share = if *count > below { (rank - below) / (count - below) } else { 1.0 };
                return (lower + (upper - lower) * share) * 1_000.0;
            }
            (lower, below) = (*bound, *count);
        }
        lower * 1_000.0
    }
}

/// What is measured for one generation.
#[derive(Clone, Debug)]
pub struct Meter {
    generation: Generation,
    began: Instant,
    baseline: Counters,
}

impl Meter {
    /// Begins with the counters right after the switch.
    pub fn begin(generation: Generation, baseline: Counters) -> Self {
        Self { generation, began: Instant::now(), baseline }
    }

    /// Traffic until now; `None` when it cannot be told.
    pub fn traffic(&self, now: &Counters) -> Option<Traffic> {
        let seen = now.since(&self.baseline)?;
        Some(Traffic {
            generation: self.generation,
            window_ms: u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX),
            requests: seen.requests as u64,
            errors: seen.errors as u64,
            p50_ms: seen.quantile_ms(0.50),
            p95_ms: seen.quantile_ms(0.95),
            p99_ms: seen.quantile_ms(0.99),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn text(good: u32, bad: u32, blocked: u32) -> String {
        let total = good + bad;
        format!(
            "zentinel_requests_total{{route=\"a\",status=\"200\"}} {good}\n\
             zentinel_requests_total{{route=\"a\",status=\"502\"}} {bad}\n\
             zentinel_blocked_requests_total{{reason=\"proxy_error_503\"}} {blocked}\n\
             zentinel_blocked_requests_total{{reason=\"rate_limited\"}} 7\n\
             zentinel_request_duration_seconds_bucket{{route=\"a\",le=\"0.01\"}} {good}\n\
             zentinel_request_duration_seconds_bucket{{route=\"a\",le=\"0.1\"}} {total}\n\
             zentinel_request_duration_seconds_bucket{{route=\"a\",le=\"+Inf\"}} {total}\n"
        )
    }

    #[test]
    fn only_what_came_after_the_switch_counts() {
        let meter = Meter::begin(Generation(3), Counters::read(&text(100, 50, 20)));
        let traffic = meter.traffic(&Counters::read(&text(190, 60, 25))).unwrap();
        assert_eq!((traffic.requests, traffic.errors), (105, 15));
        assert_eq!(traffic.generation, Generation(3));
        assert!(traffic.p50_ms < 10.0 && traffic.p99_ms > 10.0 && traffic.p99_ms <= 100.0, "{traffic:?}");
    }

    #[test]
    fn counters_that_went_backwards_tell_nothing() {
        let meter = Meter::begin(Generation(3), Counters::read(&text(100, 50, 20)));
        assert_eq!(meter.traffic(&Counters::read(&text(10, 0, 0))), None);
    }

    #[test]
    fn no_request_is_no_latency_and_no_error() {
        let meter = Meter::begin(Generation(1), Counters::default());
        let traffic = meter.traffic(&Counters::read("")).unwrap();
        assert_eq!((traffic.requests, traffic.errors, traffic.p99_ms), (0, 0, 0.0));
    }
}
