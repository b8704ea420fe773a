//! The clock and the source of ids: ports, so that tests decide both.

use std::sync::atomic::{AtomicI64, Ordering};

use sentinel_model::Time;
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970.
    fn now(&self) -> Time;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Time {
        Time(jiff::Timestamp::now().as_millisecond())
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
