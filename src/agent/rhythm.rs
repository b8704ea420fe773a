//! When the agent speaks: as members say, which know how many nodes there are.

use std::time::Duration;

use sentinel_api_types::agent::HeartbeatResponse;

use super::backoff::spread;

/// Bounds of what a member can ask for.
const INTERVAL_MIN: Duration = Duration::from_secs(1);
const INTERVAL_MAX: Duration = Duration::from_secs(600);
/// Pause after a heartbeat that nobody took, when the fleet is small.
const AGAIN: Duration = Duration::from_secs(5);

/// What a member asked for last.
#[derive(Clone, Copy, Debug)]
pub struct Rhythm {
    interval: Duration,
    /// `None`: that is left to the agent.
    jitter: Option<Duration>,
    return_within: Duration,
}

impl Rhythm {
    /// Before the first answer.
    pub fn new(interval: Duration) -> Self {
        Self { interval, jitter: None, return_within: Duration::ZERO }
    }

    /// A member has answered.
    pub fn told(&mut self, answer: &HeartbeatResponse) {
        let interval = Duration::from_secs(answer.heartbeat_interval_s);
        self.interval = interval.clamp(INTERVAL_MIN, INTERVAL_MAX);
        self.jitter = answer.heartbeat_jitter_ms.map(|ms| Duration::from_millis(ms).min(self.interval));
        self.return_within = Duration::from_millis(answer.return_within_ms).min(INTERVAL_MAX);
    }

    /// Pause after a heartbeat that was taken.
    pub fn pause(&self) -> Duration {
        match self.jitter {
            Some(jitter) => self.interval + jitter.mul_f64(rand::random_range(0.0..=1.0)),
            None => spread(self.interval),
        }
    }

    /// Pause after one that nobody took.
    pub fn after_loss(&self) -> Duration {
        spread(self.interval.min(AGAIN)).max(part_of(self.return_within))
    }

    /// Within how long to come back when nobody answers.
    pub fn return_within(&self) -> Duration {
        self.return_within
    }
}

/// A random part of a time, from none to all of it.
pub fn part_of(time: Duration) -> Duration {
    time.mul_f64(rand::random_range(0.0..=1.0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn answer(more: serde_json::Value) -> HeartbeatResponse {
        let mut answer = json!({"status": "ok", "node_id": uuid::Uuid::nil(), "last_seen_at": "2026-11-24T12:00:00Z",
            "heartbeat_interval_s": 60, "members": []});
        answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(answer).unwrap()
    }

    fn within(pause: impl Fn() -> Duration, least: f64, most: f64) {
        let pauses: Vec<f64> = (0..500).map(|_| pause().as_secs_f64()).collect();
        let (low, high) =
            pauses.iter().fold((f64::MAX, 0.0f64), |(low, high), pause| (low.min(*pause), high.max(*pause)));
        assert!(low >= least && high <= most, "{low} to {high}");
        assert!(high - low > (most - least) / 2.0, "they are spread: {low} to {high}");
    }

    #[test]
    fn the_interval_and_what_is_added_to_it_are_those_of_the_member() {
        let mut rhythm = Rhythm::new(Duration::from_secs(10));
        within(|| rhythm.pause(), 9.0, 11.0);
        rhythm.told(&answer(json!({"heartbeat_jitter_ms": 6_000, "return_within_ms": 50_000})));
        within(|| rhythm.pause(), 60.0, 66.0);
        rhythm.told(&answer(json!({})));
        within(|| rhythm.pause(), 54.0, 66.0);
        rhythm.told(&answer(json!({"heartbeat_jitter_ms": u64::MAX, "return_within_ms": u64::MAX})));
        within(|| rhythm.pause(), 60.0, 120.0);
        assert_eq!(rhythm.return_within(), INTERVAL_MAX);
    }

    #[test]
    fn a_fleet_that_lost_contact_comes_back_over_the_time_that_it_was_told() {
        let mut rhythm = Rhythm::new(Duration::from_secs(10));
        within(|| rhythm.after_loss(), 4.5, 5.5);
        rhythm.told(&answer(json!({"return_within_ms": 50_000})));
        within(|| rhythm.after_loss(), 4.5, 50.0);
    }
}
