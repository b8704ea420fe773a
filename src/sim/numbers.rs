//! Plausible traffic.

use std::time::Duration;

use sentinel_api_types::node::{LatencyCount, Traffic};
use sentinel_model::Generation;
use sentinel_model::dice::Dice;

use super::config::Behaviour;

/// Share of requests that fail on a good bundle, and on a bad one.
const ERRORS_GOOD: f64 = 0.001;
const ERRORS_BAD: f64 = 0.3;
/// How much slower a bad bundle answers.
const SLOWER: f64 = 25.0;
/// Bounds of the histogram, as the proxy has them.
const BOUNDS_MS: [f64; 11] = [1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0];

/// What a node has at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    per_second: f64,
    errors: f64,
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
}

impl Load {
    /// Of a node that runs a bundle. It is the same after every switch: a good bundle is as fast as the one before.
    pub fn of(behaviour: &Behaviour, dice: Dice, version: &str) -> Self {
        let strikes = behaviour.strikes(version);
        let bad = behaviour.bad_bundle.as_deref() == Some(version);
        let usual = if bad { ERRORS_BAD } else { ERRORS_GOOD } * dice.between("errors", 0, 0.5, 1.5);
        let slowness = if bad { SLOWER } else { 1.0 };
        let added_ms = if strikes { behaviour.latency.as_secs_f64() * 1_000.0 } else { 0.0 };
        let p50_ms = dice.between("p50", 0, 2.0, 4.0) * slowness;
        let p95_ms = p50_ms * dice.between("p95", 0, 2.0, 3.0);
        let p99_ms = p95_ms * dice.between("p99", 0, 1.2, 1.6);
        Self {
            per_second: behaviour
                .requests_per_second
                .unwrap_or_else(|| dice.between("requests per second", 0, 20.0, 200.0)),
            errors: behaviour.error_rate.filter(|_| strikes).unwrap_or(usual),
            p50_ms: p50_ms + added_ms,
            p95_ms: p95_ms + added_ms,
            p99_ms: p99_ms + added_ms,
        }
    }

    /// How many of so many answers took at most so long, on straight lines between the percentiles.
    fn within(self, bound: f64) -> f64 {
        let mut from = (0.0, 0.0);
        let last = (self.p99_ms * 2.0, 1.0);
        for to in [(self.p50_ms, 0.5), (self.p95_ms, 0.95), (self.p99_ms, 0.99), last] {
            if bound <= to.0 {
                return from.1 + (to.1 - from.1) * (bound - from.0) / (to.0 - from.0);
            }
            from = to;
        }
        1.0
    }
}

/// What a proxy has counted since its newest switch: it only grows, whatever the load is meanwhile.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    counted: Duration,
    requests: f64,
    errors: f64,
    latency: [f64; BOUNDS_MS.len()],
}

impl Meter {
    /// Counts on, up to so long after the switch.
    pub fn run(&mut self, since_switch: Duration, load: Load) {
        let requests = load.per_second * since_switch.saturating_sub(self.counted).as_secs_f64();
        self.counted = self.counted.max(since_switch);
        self.requests += requests;
        self.errors += requests * load.errors;
        for (bar, bound) in self.latency.iter_mut().zip(BOUNDS_MS) {
            *bar += requests * load.within(bound);
        }
    }

    /// What the node tells of it. `None` in the first second: nothing was counted yet.
    pub fn traffic(&self, generation: Generation, load: Load) -> Option<Traffic> {
        if self.counted < Duration::from_secs(1) {
            return None;
        }
        let bars = self.latency.iter().zip(BOUNDS_MS).map(|(bar, bound)| (Some(bound), bar.floor()));
        let bars = bars.chain([(None, self.requests.floor())]);
        Some(Traffic {
            generation,
            window_ms: u64::try_from(self.counted.as_millis()).unwrap_or(u64::MAX),
            requests: self.requests.floor() as u64,
            errors: self.errors.min(self.requests).floor() as u64,
            p50_ms: load.p50_ms,
            p95_ms: load.p95_ms,
            p99_ms: load.p99_ms,
            latency: bars
                .map(|(up_to_ms, answers)| LatencyCount { up_to_ms, requests: answers as u64 })
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn load(bad: bool) -> Load {
        let behaviour = Behaviour { bad_bundle: bad.then(|| "2.0".into()), ..Behaviour::default() };
        Load::of(&behaviour, Dice::new(1, 1), "2.0")
    }

    fn at(seconds: u64, load: Load) -> Option<Traffic> {
        let mut meter = Meter::default();
        meter.run(Duration::from_secs(seconds), load);
        meter.traffic(Generation(3), load)
    }

    #[test]
    fn traffic_grows_with_time_and_says_how_good_the_bundle_is() {
        assert_eq!(at(0, load(false)), None);
        let (early, late) = (at(10, load(false)).unwrap(), at(100, load(false)).unwrap());
        assert!(late.requests > early.requests * 9);
        assert!((late.errors as f64) < late.requests as f64 * 0.01);
        assert!(late.p50_ms < late.p95_ms && late.p95_ms < late.p99_ms);
        assert!(late.latency.windows(2).all(|pair| pair[0].requests <= pair[1].requests));
        assert_eq!(late.latency.last().unwrap().requests, late.requests);
        assert!(late.latency.iter().zip(&early.latency).all(|(late, early)| late.requests >= early.requests));
        let bad = at(100, load(true)).unwrap();
        assert!(bad.errors as f64 > bad.requests as f64 * 0.1);
        assert!(bad.p99_ms > late.p99_ms * 10.0);
    }

    #[test]
    fn what_changes_meanwhile_counts_from_then_on_and_takes_nothing_back() {
        let asked = Behaviour {
            error_rate: Some(0.5),
            latency: Duration::from_millis(300),
            requests_per_second: Some(10.0),
            only_version: Some("2.0".into()),
            ..Behaviour::default()
        };
        let of = |version| Load::of(&asked, Dice::new(1, 1), version);
        let mut meter = Meter::default();
        meter.run(Duration::from_secs(100), of("1.0"));
        let before = meter.traffic(Generation(3), of("1.0")).unwrap();
        assert_eq!((before.requests, before.errors), (1_000, before.errors.min(2)));
        meter.run(Duration::from_secs(120), of("2.0"));
        let after = meter.traffic(Generation(3), of("2.0")).unwrap();
        assert_eq!((after.requests, after.window_ms), (1_200, 120_000));
        assert!((99..=102).contains(&(after.errors - before.errors)), "{after:?}");
        assert!(after.p50_ms > before.p50_ms + 299.0);
        assert!(
            after
                .latency
                .iter()
                .zip(&before.latency)
                .all(|(after, before)| after.requests >= before.requests)
        );
    }
}
