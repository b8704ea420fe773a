//! Everything that is left to chance, from one seed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sha2::{Digest, Sha256};

/// See the module. Clones share, so that the order of throws is the order of what happens.
#[derive(Clone)]
pub struct Dice {
    seed: u64,
    rng: Arc<Mutex<StdRng>>,
}

impl Dice {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, rng: Arc::new(Mutex::new(StdRng::seed_from_u64(seed))) }
    }

    /// Other dice for one purpose: what one part of the simulation throws changes nothing in another.
    pub fn fork(&self, purpose: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(self.seed.to_be_bytes());
        hash.update(purpose.as_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&hash.finalize()[..8]);
        Self::new(u64::from_be_bytes(first))
    }

    fn with<T>(&self, throw: impl FnOnce(&mut StdRng) -> T) -> T {
        throw(&mut self.rng.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// From `low` up to and including `high`.
    pub fn between(&self, low: u64, high: u64) -> u64 {
        self.with(|rng| rng.random_range(low..=high))
    }

    /// A span of time in milliseconds.
    pub fn ms(&self, low: u64, high: u64) -> Duration {
        Duration::from_millis(self.between(low, high))
    }

    /// A span of time in microseconds.
    pub fn us(&self, low: u64, high: u64) -> Duration {
        Duration::from_micros(self.between(low, high))
    }

    /// True in so many of a hundred throws.
    pub fn percent(&self, chance: u64) -> bool {
        self.between(0, 99) < chance
    }

    /// One of several.
    pub fn pick<'a, T>(&self, of: &'a [T]) -> &'a T {
        let last = u64::try_from(of.len()).unwrap_or(1).saturating_sub(1);
        &of[usize::try_from(self.between(0, last)).unwrap_or(0)]
    }

    /// Any number.
    pub fn number(&self) -> u64 {
        self.with(|rng| rng.random())
    }

    /// Bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.with(|rng| rng.fill(&mut bytes[..]));
        bytes
    }
}
