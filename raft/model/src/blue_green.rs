//! Blue-green: the slot without traffic gets the bundle, and then the traffic, share by share; the other one keeps what it runs.

use serde::{Deserialize, Serialize};

use crate::node::{Slot, WEIGHT_FULL};
use crate::{BundleId, Generation, InvalidValue};

/// Most steps of traffic.
pub const STEPS_MAX: usize = 20;
/// Longest bake time, in seconds: a week.
pub const BAKE_MAX_S: u32 = 604_800;

/// How the traffic moves. Checked by [`BlueGreen::check`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlueGreen {
    /// Share of the traffic that the slot with the new bundle gets in each step, in percent: growing, the last one 100.
    pub traffic_steps: Vec<u8>,
    /// How long each share is observed, in seconds.
    pub bake_s: u32,
}

impl Default for BlueGreen {
    fn default() -> Self {
        Self { traffic_steps: vec![10, 50, 100], bake_s: 60 }
    }
}

impl BlueGreen {
    /// Checks every field; the first refusal names it.
    pub fn check(&self) -> Result<(), InvalidValue> {
        let grows = self.traffic_steps.windows(2).all(|pair| pair[0] < pair[1]);
        let first = self.traffic_steps.first().is_some_and(|first| *first > 0);
        if self.traffic_steps.len() > STEPS_MAX || !first || !grows || self.traffic_steps.last() != Some(&100)
        {
            return Err(InvalidValue::new(
                "blue_green_config.traffic_steps",
                format!(
                    "are the shares of the traffic that the new bundle gets, one after the other: 1 to {STEPS_MAX} growing numbers, the last one 100, as in 10, 50, 100"
                ),
            ));
        }
        if self.bake_s > BAKE_MAX_S {
            return Err(InvalidValue::new(
                "blue_green_config.bake_seconds",
                format!("must be at most {BAKE_MAX_S}"),
            ));
        }
        Ok(())
    }
}

/// The weight of each node, standby and live, at which the standby slot has `share` percent of the traffic: as near to it as whole
/// percents allow, when a load balancer takes all nodes for equals. Nobody is drained by rounding.
pub fn weights(share: u8, standby: usize, live: usize) -> (u8, u8) {
    if share == 0 || standby == 0 {
        return (0, WEIGHT_FULL);
    }
    if share >= WEIGHT_FULL || live == 0 {
        return (WEIGHT_FULL, 0);
    }
    // The larger slot's nodes get less each.
    let least = standby.min(live);
    let each = |percent: u8, nodes: usize| {
        let rounded = (usize::from(percent) * least * 2 + nodes) / (nodes * 2);
        u8::try_from(rounded.max(1)).unwrap_or(WEIGHT_FULL)
    };
    (each(share, standby), each(WEIGHT_FULL - share, live))
}

/// How far a blue-green rollout has come between the slots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    /// The slot that gets the bundle, and then the traffic.
    pub standby: Slot,
    /// Its share of the traffic in percent, as the newest step has it; 0 before the first, and when the traffic is back.
    pub share: u8,
    /// What nodes that join were given until it completed, when it changed that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced: Option<Replaced>,
}

impl Shift {
    /// The slot that has the traffic; both have, until the standby slot has all.
    pub fn serving(&self) -> Slot {
        if self.share >= WEIGHT_FULL { self.standby } else { self.standby.other() }
    }

    /// In words: "green 10 %, blue 90 %".
    pub fn words(&self) -> String {
        let (standby, live) = (self.standby.as_str(), self.standby.other().as_str());
        format!("{standby} {} %, {live} {} %", self.share, WEIGHT_FULL.saturating_sub(self.share))
    }
}

/// The baseline that a rollout has replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    /// The bundle, if there was one.
    pub bundle_id: Option<BundleId>,
}

/// What a node was like before traffic was shifted: what the way back restores, and what an instant return asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// Its weight.
    pub weight: u8,
    /// Its newest generation.
    pub generation: Generation,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_of_one_size_get_the_shares_themselves() {
        for share in [10, 50, 90] {
            assert_eq!(weights(share, 2, 2), (share, 100 - share));
        }
        assert_eq!(weights(100, 2, 5), (100, 0));
        assert_eq!(weights(0, 2, 5), (0, 100));
    }

    #[test]
    fn the_larger_slot_does_not_get_more_because_it_is_larger() {
        for share in [5, 10, 25, 50, 75, 95] {
            for standby in 1..=8 {
                for live in 1..=8 {
                    let (new, old) = weights(share, standby, live);
                    assert!((1..=100).contains(&new) && (1..=100).contains(&old));
                    let (new, old) = (usize::from(new) * standby, usize::from(old) * live);
                    let got = new as f64 * 100.0 / (new + old) as f64;
                    assert!((got - f64::from(share)).abs() <= 5.0, "{share} % of {standby}+{live}: {got}");
                }
            }
        }
    }

    #[test]
    fn when_one_slot_is_gone_the_other_has_the_traffic() {
        assert_eq!(weights(10, 2, 0), (100, 0));
        assert_eq!(weights(10, 0, 2), (0, 100));
    }

    #[test]
    fn shares_grow_to_all_of_it() {
        let with =
            |traffic_steps: &[u8]| BlueGreen { traffic_steps: traffic_steps.to_vec(), bake_s: 0 }.check();
        for good in [&[100][..], &[1, 100], &[10, 50, 100]] {
            assert_eq!(with(good), Ok(()), "{good:?}");
        }
        for bad in [&[][..], &[0, 100], &[50], &[50, 50, 100], &[60, 50, 100], &[10, 100, 101]] {
            assert!(with(bad).is_err(), "{bad:?}");
        }
        let long = BlueGreen { bake_s: BAKE_MAX_S + 1, ..BlueGreen::default() };
        assert!(long.check().is_err());
    }
}
