//! Pauses that grow while something goes wrong, and differ from node to node.

use std::time::Duration;

/// See the module.
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    most: Duration,
    next: Duration,
}

impl Backoff {
    /// Pauses from `first` to `most`, doubled each time.
    pub fn new(first: Duration, most: Duration) -> Self {
        Self { first, most, next: first }
    }

    /// The next pause: between half of its turn and all of it, so that nodes that failed together do not come back together.
    pub fn next(&mut self) -> Duration {
        let pause = self.next.mul_f64(rand::random_range(0.5..=1.0));
        self.next = (self.next * 2).min(self.most);
        pause
    }

    /// It went well.
    pub fn reset(&mut self) {
        self.next = self.first;
    }
}

/// A time with up to ten percent more or less, so that a fleet does not move in step.
pub fn spread(time: Duration) -> Duration {
    time.mul_f64(rand::random_range(0.9..=1.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_their_limit_and_start_over() {
        let (first, most) = (Duration::from_secs(1), Duration::from_secs(8));
        let mut backoff = Backoff::new(first, most);
        for turn in [1, 2, 4, 8, 8, 8] {
            let pause = backoff.next();
            let turn = Duration::from_secs(turn);
            assert!(pause >= turn / 2 && pause <= turn, "{pause:?} of {turn:?}");
        }
        backoff.reset();
        assert!(backoff.next() <= first);
        let spread = spread(Duration::from_secs(10));
        assert!((9.0..=11.0).contains(&spread.as_secs_f64()));
    }
}
