//! Plans of projects without groups.

use sentinel_engine::plan::{Fleet, Plan, PlanError, plan_rollout};
use sentinel_model::node::Node;
use sentinel_model::rollout::RolloutSpec;

/// A plan over these nodes; of a bundle that every node takes.
pub fn plan_over(spec: &RolloutSpec, nodes: &[Node]) -> Result<Plan, PlanError> {
    plan_rollout(spec, Fleet { nodes, groups: &[], version: "2.0.0" })
}
