//! Blue-green, between the API and the model.

use sentinel_api_types::blue_green::{BlueGreenConfig, Slot};
use sentinel_api_types::rollout::{NodeRef, PlannedStep};
use sentinel_model::NodeId;
use sentinel_model::blue_green::BlueGreen;
use sentinel_model::rollout::RolloutSpec;

/// What was asked for.
pub(super) fn asked(config: BlueGreenConfig) -> BlueGreen {
    BlueGreen { traffic_steps: config.traffic_steps, bake_s: config.bake_seconds }
}

/// The same, as the API shows it.
pub(super) fn config(asked: BlueGreen) -> BlueGreenConfig {
    BlueGreenConfig { traffic_steps: asked.traffic_steps, bake_seconds: asked.bake_s }
}

/// How many steps of traffic have passed, of a rollout with so many steps in all, at this one.
pub(super) fn passed(asked: &BlueGreen, steps: u32, current: u32, completed: bool) -> u32 {
    let shares = u32::try_from(asked.traffic_steps.len()).unwrap_or(u32::MAX);
    let giving = steps.saturating_sub(shares);
    if completed { shares } else { current.saturating_sub(giving) }
}

/// The steps of a plan that give nodes the bundle, and those that give them traffic.
pub(super) fn planned(
    spec: &RolloutSpec,
    giving: &[Vec<NodeId>],
    slot: Option<Slot>,
    name: impl Fn(NodeId) -> NodeRef,
) -> Vec<PlannedStep> {
    let shares = spec.blue_green.iter().flat_map(|asked| &asked.traffic_steps);
    let all: Vec<NodeId> = giving.iter().flatten().copied().collect();
    let steps = giving.iter().map(|step| (step, 0)).chain(shares.map(|share| (&all, *share)));
    let shown = |((step, share), index): ((&Vec<NodeId>, u8), u32)| PlannedStep {
        domains: Vec::new(),
        index,
        nodes: step.iter().map(|id| name(*id)).collect(),
        deployment_slot: slot,
        traffic_weight: slot.map(|_| share),
    };
    steps.zip(0u32..).map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_counted_once_the_bundle_is_everywhere() {
        let asked = BlueGreen::default();
        for (current, completed, expected) in
            [(0, false, 0), (2, false, 0), (3, false, 1), (4, false, 2), (4, true, 3)]
        {
            assert_eq!(passed(&asked, 5, current, completed), expected, "{current}");
        }
    }
}
