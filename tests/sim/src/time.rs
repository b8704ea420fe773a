//! Simulated time, and clocks that are wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use sentinel_app::Ids;
use sentinel_model::Time;
use tokio::time::Instant;
use uuid::Uuid;

use crate::dice::Dice;

/// When every simulation begins, in milliseconds since 1970.
const BEGIN_MS: i64 = 1_800_000_000_000;

/// Milliseconds of the run at which a clock that is right says this.
pub fn since_begin_ms(time: Time) -> u64 {
    u64::try_from(time.0 - BEGIN_MS).unwrap_or(0)
}

/// The true time of a run.
#[derive(Clone, Copy, Debug)]
pub struct TrueTime(Instant);

impl TrueTime {
    /// Begins now.
    pub fn begin() -> Self {
        Self(Instant::now())
    }

    /// Milliseconds since the run began.
    pub fn ms(self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn us(self) -> i64 {
        i64::try_from(self.0.elapsed().as_micros()).unwrap_or(i64::MAX)
    }
}

/// A machine's clock: the true time and how wrong it is.
#[derive(Clone, Debug)]
pub struct MachineClock {
    truth: TrueTime,
    wrong_by_ms: Arc<AtomicI64>,
}

impl MachineClock {
    /// A clock that is right.
    pub fn new(truth: TrueTime) -> Self {
        Self { truth, wrong_by_ms: Arc::default() }
    }

    /// Sets it: from now on it is wrong by so much.
    pub fn set_wrong_by_ms(&self, ms: i64) {
        self.wrong_by_ms.store(ms, Ordering::SeqCst);
    }

    /// What it says, in microseconds since 1970.
    pub fn us(&self) -> i64 {
        (BEGIN_MS + self.wrong_by_ms.load(Ordering::SeqCst)) * 1_000 + self.truth.us()
    }

    /// What it says.
    pub fn now(&self) -> Time {
        Time(self.us() / 1_000)
    }
}

/// Ids and secrets from the seed.
pub struct SeededIds(pub Dice);

impl Ids for SeededIds {
    fn id(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.0.bytes()).into_uuid()
    }

    fn secret(&self) -> [u8; 32] {
        self.0.bytes()
    }
}
