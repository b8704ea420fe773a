//! Blue-green: the slot without traffic gets the bundle, and then the traffic, share by share; the other one keeps what it runs.

use serde::{Deserialize, Serialize};

use crate::node::{Slot, WEIGHT_FULL};
use crate::{BundleId, Generation, InvalidValue};

/// Most steps of traffic.
pub const STEPS_MAX: usize = 20;
/// What a deadline leaves beside the bake time at least, in seconds. A share is observed from the first heartbeat after it was shifted
/// to the last one of the bake time, and heartbeats may be half a minute apart.
pub const BAKE_ROOM_S: u32 = 60;
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

/// What each node weighs at a share of the traffic, in percent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weights {
    /// Each node of the standby slot.
    pub standby: u8,
    /// The nodes of the live slot, in the order in which they were given.
    pub live: Vec<u8>,
}

/// The weights at which the standby slot has `share` percent of the traffic: as near to it as whole percents allow, when a load
/// balancer takes all nodes for equals. `live` is what the nodes of the live slot had before: one that was throttled stays so against
/// the others, and none gets more than it had. Nobody is drained by rounding.
pub fn weights(share: u8, standby: usize, live: &[u8]) -> Weights {
    let full = usize::from(WEIGHT_FULL);
    let (all, had) = (standby * full, live.iter().copied().map(usize::from).sum::<usize>());
    if share == 0 || standby == 0 {
        return Weights { standby: 0, live: live.to_vec() };
    }
    if share >= WEIGHT_FULL || had == 0 {
        return Weights { standby: WEIGHT_FULL, live: vec![0; live.len()] };
    }
    // The larger slot's nodes get less each.
    let least = all.min(had);
    let each = |percent: u8, of: usize, before: u8| {
        let (part, whole) = (usize::from(percent) * least * usize::from(before), full * of);
        let rounded = (part * 2 + whole) / (whole * 2);
        u8::try_from(rounded.max(1)).map_or(before, |weight| weight.min(before))
    };
    Weights {
        standby: each(share, all, WEIGHT_FULL),
        live: live.iter().map(|before| each(WEIGHT_FULL - share, had, *before)).collect(),
    }
}

/// Furthest that what comes of weights may be from the share that is asked for, in percent of the traffic.
pub const SHARE_OFF_MAX: u8 = 5;

impl Weights {
    /// The share of the traffic that `standby` nodes get at these weights, in percent; 0 when nobody has any.
    pub fn share(&self, standby: usize) -> u8 {
        let new = usize::from(self.standby) * standby;
        let all = new + self.live.iter().copied().map(usize::from).sum::<usize>();
        match all {
            0 => 0,
            _ => u8::try_from((new * 200 + all) / (all * 2)).unwrap_or(WEIGHT_FULL),
        }
    }
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
    /// The weight that the newest share gave it: another one since the end is somebody's own doing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(standby: u8, live: &[u8]) -> Weights {
        Weights { standby, live: live.to_vec() }
    }

    #[test]
    fn slots_of_one_size_get_the_shares_themselves() {
        for share in [10, 50, 90] {
            assert_eq!(weights(share, 2, &[100; 2]), of(share, &[100 - share; 2]));
        }
        assert_eq!(weights(100, 2, &[100; 3]), of(100, &[0; 3]));
        assert_eq!(weights(0, 2, &[100, 80]), of(0, &[100, 80]));
    }

    #[test]
    fn the_larger_slot_does_not_get_more_because_it_is_larger() {
        for share in [5, 10, 25, 50, 75, 95] {
            for standby in 1..=8 {
                for live in 1..=8 {
                    let weights = weights(share, standby, &vec![100; live]);
                    assert!([weights.standby, weights.live[0]].iter().all(|one| (1..=100).contains(one)));
                    let got = weights.share(standby);
                    assert!(got.abs_diff(share) <= SHARE_OFF_MAX, "{share} % of {standby}+{live}: {got}");
                }
            }
        }
    }

    #[test]
    fn when_one_slot_is_gone_the_other_has_the_traffic() {
        assert_eq!(weights(10, 2, &[]), of(100, &[]));
        assert_eq!(weights(10, 0, &[100; 2]), of(0, &[100; 2]));
    }

    /// Defect: at a tenth for the other slot, a node at 80 % gets 90 %, and so does one that was throttled to 10 %.
    #[test]
    fn live_nodes_keep_their_weights_against_each_other_and_none_gets_more_than_it_had() {
        let shifted = weights(10, 2, &[100, 80, 10, 1]);
        assert_eq!(shifted, of(10, &[90, 72, 9, 1]));
        assert_eq!(shifted.share(2), 10);
        assert_eq!(weights(99, 2, &[100, 10]).live, [1, 1], "nobody is drained by rounding");
    }

    /// Defect: one percent of the traffic is half of it.
    #[test]
    fn what_comes_of_whole_percents_is_known() {
        assert_eq!(weights(1, 100, &[100]), of(1, &[99]));
        assert_eq!(weights(1, 100, &[100]).share(100), 50);
        assert_eq!(of(0, &[]).share(3), 0);
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
