//! Starts a rollout with the plan that its proposer made. The plan is checked here against state as it is now, and every
//! node in it belongs to this rollout from this step on.

use std::collections::BTreeSet;

use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::node::Node;
use sentinel_model::project::Project;
use sentinel_model::rollout::{
    Rollout, RolloutNode, RolloutNodeState, RolloutSpec, RolloutState, Step, StepState,
};
use sentinel_model::{InvalidValue, NodeId, ProjectId, RolloutId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop};
use crate::commands::node_update::require_not_pinned_away;
use crate::outcome::{Rejection, Reply};
use crate::rollout;
use crate::tables::{Table, key};

/// Most nodes in one rollout.
pub const NODES_MAX: usize = 20_000;

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RolloutCreate {
    /// Identity.
    pub rollout_id: RolloutId,
    /// The project.
    pub project_id: ProjectId,
    /// What was asked for.
    pub spec: RolloutSpec,
    /// The nodes of each step, in order. Every node once.
    pub steps: Vec<Vec<NodeId>>,
    /// Who asks, in words.
    pub created_by: String,
}

impl Apply for RolloutCreate {
    fn level_of_content(&self) -> u16 {
        let gates = &self.spec.gates;
        let usage = gates.max_cpu_percent.is_some() || gates.max_memory_percent.is_some();
        if self.spec.canary.is_some() || usage { 4 } else { 1 }
    }

    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        self.spec.check()?;
        context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let bundle = context.require::<Bundle>(self.spec.bundle_id.as_bytes(), "Bundle")?;
        if bundle.project_id != self.project_id {
            return Err(Rejection::not_found("Bundle").into());
        }
        if bundle.state != BundleState::Compiled {
            return Err(Rejection::WrongState(
                "Bundle must be compiled before rollout; this one is revoked".into(),
            )
            .into());
        }
        context.require_new::<Rollout>(self.rollout_id.as_bytes(), "rollout")?;
        let nodes = self.take_nodes(context)?;
        let now = context.time;
        for (index, node_ids) in self.steps.iter().enumerate() {
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            context.store(&Step {
                rollout_id: self.rollout_id,
                index,
                node_ids: node_ids.clone(),
                state: StepState::Pending,
                ran_ms: 0,
                started_at: None,
                ended_at: None,
            })?;
            for node_id in node_ids {
                context.store(&RolloutNode {
                    rollout_id: self.rollout_id,
                    node_id: *node_id,
                    step: index,
                    previous: None,
                    fallback: None,
                    state: RolloutNodeState::Pending,
                })?;
            }
        }
        let made = Rollout {
            id: self.rollout_id,
            project_id: self.project_id,
            spec: self.spec.clone(),
            state: RolloutState::Running,
            steps: u32::try_from(self.steps.len()).unwrap_or(u32::MAX),
            nodes,
            current_step: 0,
            hold: None,
            revision: 1,
            created_by: self.created_by.clone(),
            created_at: now,
            updated_at: now,
            ended_at: None,
        };
        context.store(&made)?;
        let write = context.write();
        write.put(Table::RolloutsActive, self.rollout_id.as_bytes(), b"")?;
        write.put(
            Table::RolloutsByProject,
            &key(&[self.project_id.as_bytes(), self.rollout_id.as_bytes()]),
            b"",
        )?;
        let id = self.rollout_id.to_string();
        let subject = rollout::subject(context, &made, &id)?;
        context.record(
            "rollout.created",
            subject,
            [("bundle", bundle.version), ("nodes", nodes.to_string()), ("steps", made.steps.to_string())],
        )?;
        Ok(Reply::Done)
    }
}

impl RolloutCreate {
    fn take_nodes(&self, context: &mut Context<'_>) -> Result<u32, Stop> {
        let mut seen = BTreeSet::new();
        let count: usize = self.steps.iter().map(Vec::len).sum();
        if count == 0 || count > NODES_MAX || self.steps.iter().any(Vec::is_empty) {
            let message = format!("selects {count} nodes; a rollout moves 1 to {NODES_MAX}");
            return Err(InvalidValue::new("target_selector", message).into());
        }
        for node_id in self.steps.iter().flatten() {
            let mut node = context.require::<Node>(node_id.as_bytes(), "Node")?;
            if node.project_id != self.project_id {
                return Err(Rejection::not_found("Node").into());
            }
            if !seen.insert(*node_id) {
                let message = format!("names node '{}' twice", node.name);
                return Err(InvalidValue::new("target_selector", message).into());
            }
            if let Some(owner) = node.owner {
                let message = format!(
                    "node '{}' belongs to the rollout {owner}; wait for it to end, or cancel it first",
                    node.name
                );
                return Err(Rejection::WrongState(message).into());
            }
            require_not_pinned_away(context, &node, self.spec.bundle_id, "plan again, or unpin the node first")?;
            node.owner = Some(self.rollout_id);
            context.store(&node)?;
        }
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }
}
