//! How often nodes are to be heard, from how many there are.
//!
//! Every heartbeat costs a member something, however little it tells. So the more nodes there are, the longer each waits; and as
//! long as a node was told to wait, so much longer may it be silent.

/// Heartbeats that a member takes in a second, news aside, also when it is the only one that is left.
pub const RATE: u64 = 1_000;
/// The longest interval that the size of a fleet makes, in milliseconds. A longer one that an operator asks for is kept.
pub const INTERVAL_MAX_MS: u64 = 120_000;
/// Part of the interval that is added at random, one in so many, so that a fleet does not move in step.
const JITTER_SHARE: u64 = 10;

/// What a node is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Shortest time between two heartbeats, in milliseconds: whole seconds.
    pub interval_ms: u64,
    /// How much each node adds to it at most, at random each time, in milliseconds.
    pub jitter_ms: u64,
    /// Within how long the nodes come back when they have lost contact, spread at random, in milliseconds.
    pub return_within_ms: u64,
}

impl Pace {
    /// For so many nodes, where an operator wants at least so much between two heartbeats.
    pub fn of(nodes: u64, least_ms: u64) -> Self {
        let needed = nodes.saturating_mul(1_000).div_ceil(RATE);
        let interval = least_ms.max(needed.min(INTERVAL_MAX_MS)).max(1);
        let interval_ms = interval.div_ceil(1_000).saturating_mul(1_000);
        Self {
            interval_ms,
            jitter_ms: interval_ms / JITTER_SHARE,
            return_within_ms: needed.min(INTERVAL_MAX_MS),
        }
    }

    /// Within how long a node that is well speaks again.
    pub fn within_ms(self) -> u64 {
        self.interval_ms.saturating_add(self.jitter_ms)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sentinel_model::health::{fresh_for_ms, silent_after_ms};

    use super::*;

    #[test]
    fn a_small_fleet_has_the_interval_that_was_asked_for_and_a_large_one_a_longer_one() {
        let of = |nodes| Pace::of(nodes, 10_000);
        assert_eq!(of(12), Pace { interval_ms: 10_000, jitter_ms: 1_000, return_within_ms: 12 });
        assert_eq!(of(10_000).interval_ms, 10_000);
        assert_eq!(of(10_001).interval_ms, 11_000, "whole seconds");
        assert_eq!(of(50_000), Pace { interval_ms: 50_000, jitter_ms: 5_000, return_within_ms: 50_000 });
        assert_eq!(of(u64::MAX).interval_ms, INTERVAL_MAX_MS);
        assert_eq!(Pace::of(5, 300_000).interval_ms, 300_000, "an operator may want less than that");
        assert_eq!(Pace::of(0, 0).interval_ms, 1_000);
    }

    proptest! {
        #[test]
        fn for_every_fleet_the_rate_is_kept_and_silence_is_judged_by_what_was_told(
            nodes in prop_oneof![0u64..200_000, any::<u64>()],
            least_s in 1u64..=120,
            offline_after_ms in 1_000u64..400_000,
        ) {
            let pace = Pace::of(nodes, least_s * 1_000);
            prop_assert!(pace.interval_ms >= least_s * 1_000);
            prop_assert!(pace.interval_ms <= INTERVAL_MAX_MS);
            prop_assert!(pace.jitter_ms <= pace.interval_ms);
            prop_assert!(pace.return_within_ms <= INTERVAL_MAX_MS);
            if nodes <= RATE * INTERVAL_MAX_MS / 1_000 {
                prop_assert!(nodes * 1_000 <= RATE * pace.interval_ms, "{nodes} every {} ms", pace.interval_ms);
                prop_assert!(nodes * 1_000 <= RATE * pace.return_within_ms);
            }
            let silent_after = silent_after_ms(pace.within_ms(), offline_after_ms);
            prop_assert!(silent_after >= 3 * pace.interval_ms && silent_after >= offline_after_ms);
            // One that is well is never seen as stale between two heartbeats, and one that is stale is not offline yet.
            let fresh_for = fresh_for_ms(pace.within_ms(), offline_after_ms / 2);
            prop_assert!(fresh_for > pace.within_ms() && fresh_for < silent_after);
        }

        #[test]
        fn more_nodes_never_mean_a_shorter_interval(few in any::<u64>(), more in any::<u64>(), least in 0u64..600_000) {
            let (few, many) = (few.min(more), few.max(more));
            prop_assert!(Pace::of(few, least).interval_ms <= Pace::of(many, least).interval_ms);
        }
    }
}
