//! Plausible traffic.

use std::time::Duration;

use sentinel_api_types::node::{LatencyCount, Traffic};
use sentinel_model::Generation;

use super::dice::Dice;

/// Share of requests that fail on a good bundle, and on a bad one.
const ERRORS_GOOD: f64 = 0.001;
const ERRORS_BAD: f64 = 0.3;

/// What a node measures some time after a switch. `None` in the first second: nothing was counted yet.
pub fn traffic(dice: Dice, generation: Generation, since_switch: Duration, bad: bool) -> Option<Traffic> {
    if since_switch < Duration::from_secs(1) {
        return None;
    }
    let seconds = since_switch.as_secs_f64();
    let per_second = dice.between("requests per second", 0, 20.0, 200.0);
    let requests = (per_second * seconds).round();
    let share = if bad { ERRORS_BAD } else { ERRORS_GOOD };
    let errors = (requests * share * dice.between("errors", 0, 0.5, 1.5)).floor();
    let slowness = if bad { 25.0 } else { 1.0 };
    // The same after every switch: a good bundle is as fast as the one before.
    let p50_ms = dice.between("p50", 0, 2.0, 4.0) * slowness;
    let p95_ms = p50_ms * dice.between("p95", 0, 2.0, 3.0);
    let p99_ms = p95_ms * dice.between("p99", 0, 1.2, 1.6);
    Some(Traffic {
        generation,
        window_ms: u64::try_from(since_switch.as_millis()).unwrap_or(u64::MAX),
        requests: requests as u64,
        errors: errors.min(requests) as u64,
        p50_ms,
        p95_ms,
        p99_ms,
        latency: latency(requests, [(p50_ms, 0.5), (p95_ms, 0.95), (p99_ms, 0.99), (p99_ms * 2.0, 1.0)]),
    })
}

/// Bounds of the histogram, as the proxy has them.
const BOUNDS_MS: [f64; 11] = [1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0];

/// How many answers took at most so long, on straight lines between the percentiles.
fn latency(requests: f64, percentiles: [(f64, f64); 4]) -> Vec<LatencyCount> {
    let within = |bound: f64| {
        let mut from = (0.0, 0.0);
        for to in percentiles {
            if bound <= to.0 {
                return from.1 + (to.1 - from.1) * (bound - from.0) / (to.0 - from.0);
            }
            from = to;
        }
        1.0
    };
    let bars = BOUNDS_MS.map(|bound| (Some(bound), within(bound)));
    bars.into_iter()
        .chain([(None, 1.0)])
        .map(|(up_to_ms, share)| LatencyCount { up_to_ms, requests: (requests * share).floor() as u64 })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(seconds: u64, bad: bool) -> Option<Traffic> {
        traffic(Dice::new(1, 1), Generation(3), Duration::from_secs(seconds), bad)
    }

    #[test]
    fn traffic_grows_with_time_and_says_how_good_the_bundle_is() {
        assert_eq!(at(0, false), None);
        let (early, late) = (at(10, false).unwrap(), at(100, false).unwrap());
        assert!(late.requests > early.requests * 9);
        assert!((late.errors as f64) < late.requests as f64 * 0.01);
        assert!(late.p50_ms < late.p95_ms && late.p95_ms < late.p99_ms);
        assert!(late.latency.windows(2).all(|pair| pair[0].requests <= pair[1].requests));
        assert_eq!(late.latency.last().unwrap().requests, late.requests);
        assert!(late.latency.iter().zip(&early.latency).all(|(late, early)| late.requests >= early.requests));
        let bad = at(100, true).unwrap();
        assert!(bad.errors as f64 > bad.requests as f64 * 0.1);
        assert!(bad.p99_ms > late.p99_ms * 10.0);
    }
}
