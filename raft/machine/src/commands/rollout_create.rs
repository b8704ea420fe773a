//! Starts a rollout with the plan that its proposer made. The plan is checked here against state as it is now, and every
//! node in it belongs to this rollout from this step on.
//!
//! One that must wait, for approvals or for its time, owns nothing meanwhile: for a week in which nobody has agreed to it, it would
//! keep out those that people have agreed to. Its plan is kept as it was looked at, and checked again when it begins.

use std::collections::BTreeSet;

use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::governance::{Approval, Governance, SCHEDULE_MAX_MS};
use sentinel_model::node::Node;
use sentinel_model::project::Project;
use sentinel_model::rollout::{
    Deed, Rollout, RolloutNode, RolloutNodeState, RolloutSpec, RolloutState, Step, StepState, life,
};
use sentinel_model::{InvalidValue, NodeId, ProjectId, RolloutId, Time};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop};
use crate::commands::node_update::require_not_pinned_away;
use crate::freeze;
use crate::governance;
use crate::outcome::{Rejection, Reply};
use crate::risk;
use crate::rollout;
use crate::tables::{Table, key};
use crate::waiting;

/// Most nodes in one rollout.
pub const NODES_MAX: usize = 20_000;
/// Most rollouts of a project that wait for approvals or for their time.
pub const WAITING_MAX: usize = 100;

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
    /// When it shall begin; `None`: as soon as it may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_at: Option<Time>,
    /// Let it through every freeze, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_freeze_reason: Option<String>,
}

impl Apply for RolloutCreate {
    fn level_of_content(&self) -> u16 {
        let gates = &self.spec.gates;
        let usage = gates.max_cpu_percent.is_some() || gates.max_memory_percent.is_some();
        let governed = self.scheduled_at.is_some() || self.override_freeze_reason.is_some();
        if self.spec.canary.is_some() || usage || governed { 4 } else { 1 }
    }

    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        self.spec.check()?;
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
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
        let (state, governance) = self.govern(context, &project, &bundle)?;
        let nodes = self.take_nodes(context, state == RolloutState::Running)?;
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
            state,
            steps: u32::try_from(self.steps.len()).unwrap_or(u32::MAX),
            nodes,
            current_step: 0,
            hold: None,
            revision: 1,
            created_by: self.created_by.clone(),
            created_at: now,
            updated_at: now,
            ended_at: None,
            governance,
        };
        context.store(&made)?;
        waiting::index(context, &made)?;
        let write = context.write();
        write.put(
            Table::RolloutsByProject,
            &key(&[self.project_id.as_bytes(), self.rollout_id.as_bytes()]),
            b"",
        )?;
        let id = self.rollout_id.to_string();
        let subject = rollout::subject(context, &made, &id)?;
        let plain =
            [("bundle", bundle.version), ("nodes", nodes.to_string()), ("steps", made.steps.to_string())];
        match governed(&made) {
            None => context.record("rollout.created", subject, plain)?,
            Some([state, risk, approvals, digest, scheduled_at, override_freeze_reason]) => {
                let [bundle, nodes, steps] = plain;
                context.record(
                    "rollout.created",
                    subject,
                    [bundle, nodes, steps, state, risk, approvals, digest, scheduled_at, override_freeze_reason],
                )?;
            }
        }
        Ok(Reply::Done)
    }
}

/// What the audit log says of a rollout that does not simply start; nothing for one that does.
fn governed(made: &Rollout) -> Option<[(&'static str, String); 6]> {
    let governance = &made.governance;
    let approval = governance.approval.as_ref();
    (!governance.is_empty()).then(|| {
        [
            ("state", made.state.as_str().to_owned()),
            ("risk", governance.risk.as_ref().map(|judged| risk::words(&judged.risk)).unwrap_or_default()),
            ("approvals_needed", approval.map_or(0, |approval| approval.needed).to_string()),
            ("digest", approval.map(|approval| approval.digest.to_string()).unwrap_or_default()),
            ("scheduled_at", governance.scheduled_at.map(|at| at.to_string()).unwrap_or_default()),
            (
                "override_freeze_reason",
                governance.break_glass.as_ref().map(|broken| broken.reason.clone()).unwrap_or_default(),
            ),
        ]
    })
}

impl RolloutCreate {
    /// What it is bound to, and where its life begins.
    fn govern(
        &self,
        context: &Context<'_>,
        project: &Project,
        bundle: &Bundle,
    ) -> Result<(RolloutState, Governance), Stop> {
        let (needed, risk) = governance::needed(context, project, bundle, self.steps.iter().flatten())?;
        let glass = |reason: &String| governance::break_glass(context, project, &self.created_by, reason);
        let break_glass = self.override_freeze_reason.as_ref().map(glass).transpose()?;
        if let Some(at) = self.scheduled_at {
            if at <= context.time {
                return Err(InvalidValue::new("scheduled_at", "must lie in the future").into());
            }
            if at.since(context.time) > SCHEDULE_MAX_MS {
                return Err(InvalidValue::new("scheduled_at", "must lie within a year").into());
            }
        }
        let state = match (needed, self.scheduled_at) {
            (0, None) => RolloutState::Running,
            (0, Some(_)) => RolloutState::Scheduled,
            _ => RolloutState::PendingApproval,
        };
        if !life::leads(None, Deed::Create, state.phase()) {
            return Err(Rejection::WrongState("no rollout begins like this".into()).into());
        }
        if state == RolloutState::Running {
            if break_glass.is_none() {
                freeze::require_thawed_project(context, project.id)?;
            }
            return Ok((state, Governance { break_glass, risk, ..Governance::default() }));
        }
        if waiting::of_project(context.tables(), project.id)?.len() >= WAITING_MAX {
            let message = format!("{WAITING_MAX} rollouts of this project wait already; cancel what is not needed");
            return Err(Rejection::Limit(message).into());
        }
        let approval = if needed == 0 {
            None
        } else {
            Some(Approval {
                digest: governance::digest(self.rollout_id, self.scheduled_at, bundle, &self.steps, &self.spec)?,
                needed,
                expires_at: governance::expiry(context, project),
                given: Vec::new(),
            })
        };
        let author = governance::author(context)?;
        let scheduled_at = self.scheduled_at;
        let governance =
            Governance { author, scheduled_at, approval, risk, break_glass, ..Governance::default() };
        Ok((state, governance))
    }

    fn take_nodes(&self, context: &mut Context<'_>, own: bool) -> Result<u32, Stop> {
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
            if !own {
                continue;
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
