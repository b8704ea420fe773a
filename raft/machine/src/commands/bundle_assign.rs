//! Assigns a bundle to nodes directly, past any rollout. Nodes that a rollout owns are refused, and nodes that are pinned to another
//! bundle. So is what a rollout could not do either: nothing moves in a freeze, no environment is skipped, and a bundle that
//! people must agree to needs a rollout that they can agree to.

use std::collections::BTreeSet;

use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::node::{AssignmentCause, Node};
use sentinel_model::project::Project;
use sentinel_model::rollout::TARGET_NODES_MAX;
use sentinel_model::{BundleId, InvalidValue, NodeId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::commands::node_register::assign;
use crate::commands::node_update::require_admitted;
use crate::environment;
use crate::freeze;
use crate::governance;
use crate::outcome::{Rejection, Reply};
use crate::planted::planted;
use crate::risk;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleAssign {
    /// The bundle.
    pub bundle_id: BundleId,
    /// The nodes, all of the bundle's project. One named twice is assigned once.
    pub node_ids: Vec<NodeId>,
}

impl Apply for BundleAssign {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        if self.node_ids.is_empty() || self.node_ids.len() > TARGET_NODES_MAX {
            return Err(
                InvalidValue::new("node_ids", format!("must name 1 to {TARGET_NODES_MAX} nodes")).into()
            );
        }
        let bundle = context.require::<Bundle>(self.bundle_id.as_bytes(), "Bundle")?;
        if bundle.state != BundleState::Compiled {
            return Err(Rejection::WrongState("Bundle has been revoked".into()).into());
        }
        let project = context.require::<Project>(bundle.project_id.as_bytes(), "Project")?;
        let node_ids: BTreeSet<&NodeId> = self.node_ids.iter().collect();
        let touched = environment::touched(context.tables(), project.id, node_ids.iter().copied())?;
        freeze::require_thawed_over(context, project.id, &touched)?;
        environment::require_order(context, &bundle, &touched)?;
        let (needed, judged) = governance::needed(context, &project, &bundle, node_ids.iter().copied())?;
        if needed > 0 {
            let risk = judged.map(|judged| risk::words(&judged.risk)).unwrap_or_default();
            let message = format!(
                "bundle '{}' (risk {risk}) needs {needed} approvals in this project: start a rollout instead",
                bundle.version
            );
            return Err(Rejection::WrongState(message).into());
        }
        for node_id in &node_ids {
            let mut node = context.require::<Node>(node_id.as_bytes(), "Node")?;
            if node.project_id != bundle.project_id {
                return Err(Rejection::not_found("Node").into());
            }
            if let Some(owner) = node.owner.filter(|_| !planted!(AssignedPastOwner)) {
                let message =
                    format!("node '{}' belongs to the rollout {owner}; cancel that first", node.name);
                return Err(Rejection::WrongState(message).into());
            }
            require_admitted(context, &node, &bundle, "assign another bundle")?;
            assign(context, &mut node, self.bundle_id, AssignmentCause::Direct)?;
        }
        let id = self.bundle_id.to_string();
        let subject = Subject::in_project("bundle", &id, &project);
        let count = node_ids.len() as u64;
        context.record(
            "bundle.assigned",
            subject,
            [("version", bundle.version), ("nodes", count.to_string())],
        )?;
        Ok(Reply::Count(count))
    }
}
