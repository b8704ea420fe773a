//! How long the disk takes: the last write of the log, and the longest of the last minute.

use std::time::{Duration, Instant};

/// What is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// Of the last write and its sync.
    pub last: Duration,
    /// The longest of the last minute.
    pub max: Duration,
}

/// Time is cut into pieces of so many seconds,
const PIECE: u64 = 10;
/// and so many of them are remembered.
const PIECES: usize = 6;

/// Takes the times.
#[derive(Debug)]
pub(super) struct Meter {
    began: Instant,
    last: Duration,
    /// The number of a piece, and the longest time in it.
    longest: [(u64, Duration); PIECES],
}

impl Default for Meter {
    fn default() -> Self {
        Self { began: Instant::now(), last: Duration::ZERO, longest: [(0, Duration::ZERO); PIECES] }
    }
}

impl Meter {
    /// A write that ends now took so long.
    pub(super) fn note(&mut self, took: Duration) {
        self.note_at(self.began.elapsed().as_secs(), took);
    }

    /// What is known now.
    pub(super) fn read(&self) -> Latency {
        self.read_at(self.began.elapsed().as_secs())
    }

    fn note_at(&mut self, second: u64, took: Duration) {
        let piece = second / PIECE;
        self.last = took;
        let kept = &mut self.longest[usize::try_from(piece).unwrap_or(0) % PIECES];
        let before = if kept.0 == piece { kept.1 } else { Duration::ZERO };
        *kept = (piece, before.max(took));
    }

    fn read_at(&self, second: u64) -> Latency {
        let piece = second / PIECE;
        let known = self.longest.iter().filter(|(kept, _)| kept + PIECES as u64 > piece);
        Latency { last: self.last, max: known.map(|(_, took)| *took).max().unwrap_or_default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_write_is_remembered_for_a_minute_and_the_last_for_ever() {
        let ms = Duration::from_millis;
        let mut meter = Meter::default();
        assert_eq!(meter.read_at(0), Latency::default());
        meter.note_at(3, ms(800));
        meter.note_at(4, ms(2));
        meter.note_at(31, ms(30));
        assert_eq!(meter.read_at(31), Latency { last: ms(30), max: ms(800) });
        assert_eq!(meter.read_at(59), Latency { last: ms(30), max: ms(800) });
        assert_eq!(meter.read_at(61), Latency { last: ms(30), max: ms(30) });
        assert_eq!(meter.read_at(500), Latency { last: ms(30), max: ms(0) });
        // The piece that is written over is not mixed with what was there a minute before.
        meter.note_at(65, ms(1));
        assert_eq!(meter.read_at(65), Latency { last: ms(1), max: ms(30) });
    }
}
