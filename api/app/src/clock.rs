//! The clock and the source of ids: ports, so that tests decide both.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use sentinel_model::Time;
use tokio::time::Instant;
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970.
    fn now(&self) -> Time;
}

/// The machine's clock, made steady: it never runs backwards, whatever is done to the machine's.
///
/// Ages are differences of its times. Were it set back with the machine's clock, what was heard before would stay fresh for that
/// long, and what is heard from then on would seem older. So from one look to the next it goes on by the time that has passed. It
/// follows a machine's clock that is ahead at once, and waits for one that was set back: until that one has caught up, it goes
/// slower by a tenth, too little to matter to any limit.
pub struct SystemClock {
    last: Mutex<Option<Look>>,
    machine: Box<dyn Fn() -> i64 + Send + Sync>,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::over(|| jiff::Timestamp::now().as_microsecond())
    }
}

impl SystemClock {
    /// Over another machine's clock, in microseconds since 1970.
    pub fn over(machine: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self { last: Mutex::default(), machine: Box::new(machine) }
    }
}

/// A time that was told, and when that was.
#[derive(Clone, Copy, Debug)]
struct Look {
    /// Microseconds since 1970.
    told: i64,
    at: Instant,
    /// It waits for the machine's clock, and the log says so.
    waits: bool,
}

/// A clock that waits loses one part in so many.
const SLOWER: i64 = 10;
/// Ahead of the machine's clock by more than this is worth a line in the log, in microseconds.
const WORTH_A_LINE: i64 = 2_000_000;

impl Look {
    fn next(self, machine: i64, at: Instant) -> Self {
        let passed = at.saturating_duration_since(self.at).as_micros();
        let passed = i64::try_from(passed).unwrap_or(i64::MAX);
        let slower = self.told.saturating_add(passed - passed / SLOWER);
        let told = if machine >= self.told.saturating_add(passed) { machine } else { machine.max(slower) };
        let ahead = told.saturating_sub(machine);
        if ahead > WORTH_A_LINE && !self.waits {
            tracing::warn!(
                by_ms = ahead / 1_000,
                "the machine's clock was set back; this process goes on counting and waits for it"
            );
        }
        // Until it has caught up altogether: one line for one wait.
        Self { told, at, waits: ahead > WORTH_A_LINE || (self.waits && ahead > 0) }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Time {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let (machine, at) = ((self.machine)(), Instant::now());
        let look = last.map_or(Look { told: machine, at, waits: false }, |look: Look| look.next(machine, at));
        *last = Some(look);
        Time(look.told / 1_000)
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Stands at `now`.
    pub fn at(now: Time) -> Self {
        Self(AtomicI64::new(now.0))
    }

    /// Moves on by so many milliseconds.
    pub fn advance_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Time {
        Time(self.0.load(Ordering::SeqCst))
    }
}

/// Mints what nobody may guess or repeat.
pub trait Ids: Send + Sync {
    /// A new id that sorts behind those made earlier.
    fn id(&self) -> Uuid;
    /// 256 random bits.
    fn secret(&self) -> [u8; 32];
}

/// Ids from time and the operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    fn id(&self) -> Uuid {
        Uuid::now_v7()
    }

    fn secret(&self) -> [u8; 32] {
        rand::random()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const SECOND: i64 = 1_000_000;

    /// What is told while the machine's clock says these seconds, one second after the other.
    fn told(machine: &[i64]) -> Vec<i64> {
        let start = Instant::now();
        let mut look = Look { told: machine[0] * SECOND, at: start, waits: false };
        let mut told = vec![look.told];
        for (second, machine) in machine.iter().enumerate().skip(1) {
            look = look.next(machine * SECOND, start + Duration::from_secs(second as u64));
            told.push(look.told);
        }
        told.iter().map(|told| told * 10 / SECOND).collect()
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_take_the_process_with_it() {
        // Tenths of seconds. Set back by an hour: goes on, a little slower.
        assert_eq!(told(&[5_000, 5_001, 1_402, 1_403]), [50_000, 50_010, 50_019, 50_028]);
        // Until it has caught up; then together again.
        let mut machine: Vec<i64> = vec![5_000];
        machine.extend(4_999..5_030);
        let told = told(&machine);
        assert!(told.windows(2).all(|two| two[0] < two[1]), "{told:?}");
        assert_eq!(told.last(), Some(&50_290));
    }

    #[test]
    fn a_clock_that_is_set_forward_is_followed() {
        assert_eq!(told(&[5_000, 9_000, 9_001]), [50_000, 90_000, 90_010]);
    }

    #[test]
    fn the_process_clock_agrees_with_the_machines() {
        let clock = SystemClock::default();
        let machine = jiff::Timestamp::now().as_millisecond();
        let (first, second) = (clock.now(), clock.now());
        assert!(first.0 >= machine && second >= first && second.0 - machine < 10_000);
    }
}
