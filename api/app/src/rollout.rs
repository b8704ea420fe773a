//! Rollouts.

mod approval;
mod blue_green;
mod canary;
mod check;
mod conflict;
mod gate;
mod rehearsal;
mod request;
mod shape;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use sentinel_api_types::rollout::{
    ExcludedNode, NodeRef, PlannedDomain, PlannedEnvironment, RolloutBody, RolloutCreate, RolloutDetail,
    RolloutList, RolloutPlan, RolloutRelease, RolloutRollback, RolloutsQuery,
};
use sentinel_engine::plan::{Fleet, Plan, PlanError, Reason, Share, plan_rollout};
use sentinel_machine::commands::rollout_cancel::RolloutCancel;
use sentinel_machine::commands::rollout_pause::RolloutPause;
use sentinel_machine::commands::rollout_release;
use sentinel_machine::commands::rollout_resume::RolloutResume;
use sentinel_machine::commands::{rollout_create, rollout_rollback};
use sentinel_machine::{Command, Order, Table, environment, freeze, governance, group, query, risk, tables};
use sentinel_model::bundle::Bundle;
use sentinel_model::node::Node;
use sentinel_model::risk::Judged;
use sentinel_model::rollout::{OnConflict, Rollout, RolloutSpec, Target};
use sentinel_model::{EnvironmentId, NodeId, RolloutId};

pub(crate) use check::keep_hidden;
use gate::Heard;
pub(crate) use rehearsal::Rehearsals;
pub(crate) use request::spec;
use request::{Asked, asked};
pub(crate) use shape::{manner, selector, shape, state};

use crate::access::Operation;
use crate::app::{App, written};
use crate::bundle;
use crate::caller::Caller;
use crate::change::{Change, Committed};
use crate::cursor::Binding;
use crate::environment::reference;
use crate::error::AppError;
use crate::node::Versions;
use crate::page::{Walk, walk};
use crate::scope::InProject;
use crate::template;

impl App {
    /// What a rollout would do if it were started now.
    pub async fn plan_rollout(
        &self,
        caller: &Caller,
        project: &str,
        request: RolloutCreate,
    ) -> Result<RolloutPlan, AppError> {
        let here = Arc::new(self.in_project(Operation::RolloutPlan, caller, project).await?);
        let (scheduled, skips) = (request.scheduled_at.is_some(), request.skip_order_reason.is_some());
        let template = request.template.as_deref().map(|named| here.template(named)).transpose()?;
        let (spec, bundle) = asked(&here, request, template.as_ref())?;
        let shown = spec.clone();
        let Planned { plan, nodes, risk, approvals_needed, touched } =
            self.planned(here.clone(), spec, bundle.clone(), scheduled).await?;
        let read = &*here.view.tables;
        let frozen =
            freeze::over(read, here.project.id, || Ok(touched.keys().copied().collect()), self.now())?;
        let places = touched.keys().copied().collect();
        let out_of_order = environment::out_of_order(read, here.project.id, shown.bundle_id, &places)?;
        let out_of_order = out_of_order.filter(|_| !skips).map(|order| format!("the bundle {order}"));
        let first = plan.steps.iter().flatten().next();
        let slot = nodes.iter().find(|node| Some(&node.id) == first).and_then(|node| node.slot);
        let slot = slot.filter(|_| shown.blue_green.is_some()).map(Into::into);
        let mut versions = Versions::new(&*here.view.tables);
        let conflicts = match plan.conflicts.is_empty() {
            true => Vec::new(),
            false => {
                let planned: BTreeSet<NodeId> =
                    plan.steps.iter().flatten().chain(&plan.live).copied().collect();
                conflict::met(&*here.view.tables, &mut versions, planned)?
            }
        };
        let constrained = nodes.iter().filter(|node| !node.versions.is_open());
        let ranges: HashMap<NodeId, String> =
            constrained.map(|node| (node.id, node.versions.to_string())).collect();
        let names: HashMap<NodeId, String> = nodes.into_iter().map(|node| (node.id, node.name)).collect();
        let name = |id: NodeId| NodeRef { id, name: names.get(&id).cloned().unwrap_or_default() };
        let mut steps = blue_green::planned(&shown, &plan.steps, slot, name);
        for (step, shares) in steps.iter_mut().zip(&plan.domains) {
            step.domains = shares.iter().map(domain).collect();
        }
        let kept = plan.live.iter().map(|id| name(*id)).collect();
        let mut excluded = Vec::with_capacity(plan.excluded.len());
        for left_out in plan.excluded {
            let reason = match left_out.reason {
                Reason::RunsAlready => "runs this bundle already".to_owned(),
                Reason::PinnedTo(pinned) => {
                    let version = versions.of(pinned)?;
                    format!("is pinned to {}", version.as_deref().unwrap_or("a bundle that is gone"))
                }
                Reason::OtherVersions => {
                    let range = ranges.get(&left_out.node_id).map(String::as_str);
                    format!("takes versions {} only", range.unwrap_or("of its own"))
                }
            };
            excluded.push(ExcludedNode { id: left_out.node_id, name: Some(left_out.name), reason });
        }
        let bundle = bundle::shape(bundle);
        let risk = shape::risk(&mut versions, risk)?;
        let frozen = frozen.map(|frozen| frozen.words);
        let mut environments = Vec::with_capacity(touched.len());
        for environment in environment::all(read, here.project.id)? {
            if let Some(nodes) = touched.get(&environment.id) {
                environments.push(PlannedEnvironment { environment: reference(environment), nodes: *nodes });
            }
        }
        Ok(RolloutPlan {
            steps,
            kept,
            excluded,
            conflicts,
            bundle,
            risk,
            approvals_needed,
            frozen,
            environments,
            out_of_order,
            default_template: match template {
                Some(_) => None,
                None => here.default_template()?,
            },
            template: template.map(|one| template::reference(one.reference())),
            settings: Some(template::settings(read, here.project.id, shown)?),
        })
    }

    /// Starts a rollout.
    pub async fn create_rollout(
        &self,
        caller: &Caller,
        project: &str,
        request: RolloutCreate,
    ) -> Result<RolloutBody, AppError> {
        let here = Arc::new(self.in_project(Operation::RolloutCreate, caller, project).await?);
        let change = Change::making("rollout.created").in_project(here.project.id);
        if let Some(done) = self.repeated(&here.view, caller, &change)? {
            let made: Rollout = written(&done.view, done.id::<RolloutId>()?.as_bytes(), "Rollout")?;
            return self.created(&done, &Asked::again(&here, &request, &made)?);
        }
        let template = request.template.as_deref().map(|named| here.template(named)).transpose()?;
        let wanted = Asked::of(&here, &request, template.as_ref().map(|one| (one.id, &one.spec)))?;
        let (spec, bundle) = asked(&here, request, template.as_ref())?;
        let scheduled = wanted.scheduled_at.is_some();
        let Planned { plan, .. } = self.planned(here.clone(), spec.clone(), bundle, scheduled).await?;
        let command = rollout_create::RolloutCreate {
            rollout_id: RolloutId(self.inner().parts.ids.id()),
            project_id: here.project.id,
            spec: spec.clone(),
            steps: plan.steps,
            live: plan.live,
            created_by: caller.label(),
            scheduled_at: wanted.scheduled_at,
            override_freeze_reason: wanted.override_freeze_reason.clone(),
            skip_order_reason: wanted.skip_order_reason.clone(),
            rule: None,
            template_id: wanted.template_id,
        };
        let committed = self.commit(caller, change, command).await?;
        self.created(&committed, &wanted)
    }

    /// The rollout that a request made, if it is the one that was asked for.
    fn created(&self, committed: &Committed, wanted: &Asked) -> Result<RolloutBody, AppError> {
        let id: RolloutId = committed.id()?;
        let made: Rollout = written(&committed.view, id.as_bytes(), "Rollout")?;
        // Whoever broke the glass later has not changed what was asked for.
        let broken = made.governance.break_glass.filter(|broken| broken.at == made.created_at);
        committed.only_if(
            made.spec == wanted.spec
                && made.template.map(|one| one.id) == wanted.template_id
                && made.governance.scheduled_at == wanted.scheduled_at
                && broken.map(|broken| broken.reason) == wanted.override_freeze_reason
                && made.governance.skip_order.map(|skipped| skipped.reason) == wanted.skip_order_reason,
        )?;
        self.rollout_body(&committed.view, id)
    }

    /// Rollouts of a project, newest first.
    pub async fn list_rollouts(
        &self,
        caller: &Caller,
        project: &str,
        query: &RolloutsQuery,
    ) -> Result<RolloutList, AppError> {
        let here = self.in_project(Operation::RolloutList, caller, project).await?;
        let read = &*here.view.tables;
        let state = query.state.map(|state| format!("{state:?}")).unwrap_or_default();
        let binding = Binding::new("rollouts", &[&here.project.id.to_string(), &state]);
        let part = Walk {
            table: Table::RolloutsByProject,
            prefix: here.project.id.as_bytes(),
            order: Order::Descending,
            binding: &binding,
            limit: query.limit,
            cursor: query.cursor.as_deref(),
        };
        let mut versions = Versions::new(read);
        let page = walk(read, self.keyring(), part, |(key, _)| {
            let found: Option<Rollout> = tables::load(read, &key[key.len().saturating_sub(16)..])?;
            let wanted =
                |rollout: &Rollout| query.state.is_none_or(|state| shape::state(&rollout.state) == state);
            found.filter(wanted).map(|rollout| shape(&mut versions, rollout)).transpose()
        })?;
        Ok(RolloutList { total: page.total(), rollouts: page.items, next_cursor: page.next_cursor })
    }

    /// A rollout with its steps and nodes.
    pub async fn show_rollout(
        &self,
        caller: &Caller,
        project: &str,
        id: RolloutId,
    ) -> Result<RolloutDetail, AppError> {
        let here = self.in_project(Operation::RolloutShow, caller, project).await?;
        let rollout: Rollout = here.object(&id)?;
        let app = self.clone();
        self.long_read(move || {
            let heard = Heard::by(&app);
            Ok(shape::detail(&*here.view.tables, &heard, rollout)?)
        })
        .await
    }

    /// Holds a rollout.
    pub async fn pause_rollout(
        &self,
        caller: &Caller,
        project: &str,
        id: RolloutId,
    ) -> Result<RolloutBody, AppError> {
        let command = RolloutPause { rollout_id: id, by: caller.label() };
        self.steer(Operation::RolloutPause, caller, project, id, "rollout.paused", command).await
    }

    /// Lets a held rollout go on.
    pub async fn resume_rollout(
        &self,
        caller: &Caller,
        project: &str,
        id: RolloutId,
    ) -> Result<RolloutBody, AppError> {
        let command = RolloutResume { rollout_id: id, by: caller.label() };
        self.steer(Operation::RolloutResume, caller, project, id, "rollout.resumed", command).await
    }

    /// Lets the next step of a rollout begin.
    pub async fn advance_rollout(
        &self,
        caller: &Caller,
        project: &str,
        id: RolloutId,
        request: RolloutRelease,
    ) -> Result<RolloutBody, AppError> {
        let step = request.step_index;
        let command = rollout_release::RolloutRelease { rollout_id: id, by: caller.label(), step };
        let change = Change::to("rollout.step_released", id).with("step", step.saturating_add(1));
        self.steer_as(Operation::RolloutRelease, caller, project, id, change, command).await
    }

    /// Stops a rollout where it is.
    pub async fn cancel_rollout(
        &self,
        caller: &Caller,
        project: &str,
        id: RolloutId,
    ) -> Result<RolloutBody, AppError> {
        let command = RolloutCancel { rollout_id: id, by: caller.label() };
        self.steer(Operation::RolloutCancel, caller, project, id, "rollout.cancelled", command).await
    }

    /// Takes a rollout back.
    pub async fn rollback_rollout(
        &self,
        caller: &Caller,
        project: &str,
        id: RolloutId,
        request: RolloutRollback,
    ) -> Result<RolloutBody, AppError> {
        let reason = request.reason.unwrap_or_default();
        let command = rollout_rollback::RolloutRollback { rollout_id: id, by: caller.label(), reason };
        self.steer(Operation::RolloutRollback, caller, project, id, "rollout.rollback_started", command).await
    }

    async fn steer(
        &self,
        operation: Operation,
        caller: &Caller,
        project: &str,
        id: RolloutId,
        action: &'static str,
        command: impl Into<Command>,
    ) -> Result<RolloutBody, AppError> {
        self.steer_as(operation, caller, project, id, Change::to(action, id), command).await
    }

    /// The same, where the audit log says more of the change than its name.
    async fn steer_as(
        &self,
        operation: Operation,
        caller: &Caller,
        project: &str,
        id: RolloutId,
        change: Change,
        command: impl Into<Command>,
    ) -> Result<RolloutBody, AppError> {
        let here = self.in_project(operation, caller, project).await?;
        here.object::<Rollout>(&id)?;
        let committed = self.commit(caller, change, command).await?;
        self.rollout_body(&committed.view, id)
    }

    fn rollout_body(&self, view: &sentinel_machine::View, id: RolloutId) -> Result<RolloutBody, AppError> {
        let rollout: Rollout = written(view, id.as_bytes(), "Rollout")?;
        Ok(RolloutBody { rollout: shape(&mut Versions::new(&*view.tables), rollout)? })
    }

    /// Plans over the nodes of the project as they are now. One that waits takes its nodes when it begins: that others have them
    /// now is no reason to refuse it.
    pub(crate) async fn planned(
        &self,
        here: Arc<InProject>,
        spec: RolloutSpec,
        bundle: Bundle,
        scheduled: bool,
    ) -> Result<Planned, AppError> {
        self.long_read(move || {
            let read = &*here.view.tables;
            let mut nodes = query::nodes_of(read, here.project.id)?;
            let groups = match &spec.target {
                Target::Groups(_) => group::groups(read, here.project.id)?,
                _ => Vec::new(),
            };
            let plan_over = |nodes: &[Node]| {
                plan_rollout(&spec, Fleet { nodes, groups: &groups, version: &bundle.version })
            };
            let takes = spec.on_conflict != OnConflict::Refuse;
            if takes {
                conflict::reserve(read, here.project.id, &mut nodes)?;
            }
            let mut plan = if takes {
                plan_over(&nodes).map_err(refusal)?
            } else {
                // Whether it waits for approvals goes by the nodes of its plan, whoever has them.
                let free: Vec<Node> = nodes.iter().map(|node| Node { owner: None, ..node.clone() }).collect();
                match plan_over(&free) {
                    Ok(plan) => plan,
                    // That others have them may be the better reason.
                    Err(error) if scheduled => return Err(refusal(error)),
                    Err(_) => plan_over(&nodes).map_err(refusal)?,
                }
            };
            let moved: HashSet<NodeId> = plan.steps.iter().flatten().chain(&plan.live).copied().collect();
            if let Some(label) = &spec.failure_domain
                && !nodes.iter().any(|node| moved.contains(&node.id) && node.labels.contains_key(label))
            {
                let message =
                    format!("none of its nodes has the label '{label}': there is nothing to spread over");
                return Err(AppError::invalid("failure_domain", message));
            }
            let risk = risk::judge(read, &bundle, nodes.iter().filter(|node| moved.contains(&node.id)))?;
            let mut touched = BTreeMap::new();
            for node in nodes.iter().filter(|node| moved.contains(&node.id)) {
                if let Some(id) = node.environment_id {
                    *touched.entry(id).or_default() += 1;
                }
            }
            let places = touched.keys().copied().collect();
            let environments = environment::all(read, here.project.id)?;
            let approvals_needed =
                governance::approvals(&here.project, &environments, &places, risk.risk.level);
            if !takes && !scheduled && approvals_needed == 0 {
                plan = plan_over(&nodes).map_err(refusal)?;
            }
            Ok(Planned { plan, nodes, risk, approvals_needed, touched })
        })
        .await
    }
}

/// A plan, and what it would take.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    /// All nodes of the project.
    nodes: Vec<Node>,
    risk: Judged,
    approvals_needed: u8,
    /// How many nodes of which environment are in the plan.
    touched: BTreeMap<EnvironmentId, u64>,
}

fn refusal(error: PlanError) -> AppError {
    match error {
        PlanError::UnknownNodes(_) => AppError::not_found("Node"),
        PlanError::UnknownGroups(_) => AppError::not_found("Group"),
        PlanError::Conflict(_) => AppError::Conflict(error.to_string()),
        PlanError::NothingToMove(_)
        | PlanError::Elsewhere(_)
        | PlanError::AllExcluded(_)
        | PlanError::TooMany(_) => AppError::invalid("target_selector", error.to_string()),
        PlanError::NothingToCompare(_) | PlanError::Slots(_) => {
            AppError::invalid("strategy", error.to_string())
        }
    }
}

fn domain(share: &Share) -> PlannedDomain {
    PlannedDomain { value: share.domain.clone(), nodes: share.nodes as u64, of: share.of as u64 }
}
