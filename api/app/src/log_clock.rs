//! The time that the leader decides in.
//!
//! Steps and facts carry the log's time, which never runs backwards. A leader whose clock was far ahead takes the log with it;
//! when that clock is set right, or another member leads, the members' clocks stand behind the log's, and by them nothing would
//! come due until they have caught up. So the time of decisions is never behind the log's newest plus what has passed since that
//! was seen. And when time leaps, nobody is blamed for the silence in it.

use std::time::Duration;

use sentinel_model::Time;
use tokio::time::Instant;

/// Time that goes on by so much more than has passed has leapt. Shorter than any silence that somebody is blamed for.
const LEAP: Duration = Duration::from_secs(2);

/// See the module.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LogClock {
    /// A time of the log, and when it was seen.
    log: (Time, Instant),
    /// The time that was told last, and when.
    told: (Time, Instant),
}

/// A time to decide in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// The time.
    pub now: Time,
    /// It is ahead of this member's clock by so many milliseconds; what that clock has timed is moved by as much.
    pub ahead_ms: u64,
    /// Since the moment before, more time went by than has passed.
    pub leapt: bool,
}

impl LogClock {
    /// Begins with the time of this member's clock.
    pub fn new(member: Time, at: Instant) -> Self {
        Self { log: (member, at), told: (member, at) }
    }

    /// The moment, given the newest time in the log and that of this member's clock.
    pub fn look(&mut self, log: Time, member: Time, at: Instant) -> Moment {
        let floor = later(self.log, at);
        if log > floor {
            self.log = (log, at);
        }
        let now = member.max(floor).max(log);
        let leapt = now.since(later(self.told, at)) > LEAP.as_millis() as u64;
        self.told = (now, at);
        Moment { now, ahead_ms: now.since(member), leapt }
    }
}

fn later((time, then): (Time, Instant), at: Instant) -> Time {
    time.plus_ms(u64::try_from(at.saturating_duration_since(then).as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    /// Looks once a second at the log and this member's clock.
    fn looks(times: &[(i64, i64)]) -> Vec<(i64, bool)> {
        let start = Instant::now();
        let mut clock = LogClock::new(Time(times[0].1), start);
        let look = |(second, (log, member)): (usize, &(i64, i64))| {
            let moment = clock.look(Time(*log), Time(*member), start + Duration::from_secs(second as u64));
            assert_eq!(Time(*member).plus_ms(moment.ahead_ms), moment.now);
            (moment.now.0, moment.leapt)
        };
        times.iter().enumerate().map(look).collect()
    }

    #[test]
    fn a_clock_behind_the_log_does_not_hold_time_up() {
        // The log stands still, because this member's clock is an hour behind; time goes on all the same.
        let told = looks(&[(HOUR, 0), (HOUR, 1_000), (HOUR, 2_000), (HOUR + 2_000, 3_000)]);
        assert_eq!(told, [(HOUR, true), (HOUR + 1_000, false), (HOUR + 2_000, false), (HOUR + 3_000, false)]);
    }

    #[test]
    fn a_clock_that_agrees_with_the_log_is_the_time() {
        // Other members' clocks, from which the log has its times, may be ahead a little.
        let told = looks(&[(0, 500), (1_400, 1_500), (2_600, 2_500), (2_600, 3_500)]);
        assert_eq!(told, [(500, false), (1_500, false), (2_600, false), (3_600, false)]);
    }

    #[test]
    fn time_that_leaps_is_said_to_have_leapt_once() {
        let told = looks(&[(0, 0), (0, HOUR + 1_000), (HOUR + 1_000, HOUR + 2_000), (HOUR, HOUR + 3_000)]);
        let leapt: Vec<bool> = told.iter().map(|(_, leapt)| *leapt).collect();
        assert_eq!(leapt, [false, true, false, false]);
        let told = looks(&[(0, 0), (2 * HOUR, 1_000), (2 * HOUR, 2_000)]);
        assert_eq!(told, [(0, false), (2 * HOUR, true), (2 * HOUR + 1_000, false)]);
    }
}
