//! Starts a rollout with the plan that its proposer made. The plan is checked here against state as it is now, and every
//! node in it belongs to this rollout from this step on.
//!
//! One that must wait, for approvals or for its time, owns nothing meanwhile: for a week in which nobody has agreed to it, it would
//! keep out those that people have agreed to. Its plan is kept as it was looked at, and checked again when it begins. So does one that
//! waits for nodes that another rollout has: see [`crate::queue`].

use std::collections::BTreeSet;

use sentinel_model::audit::Actor;
use sentinel_model::blue_green::Shift;
use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::governance::{Approval, Governance, SCHEDULE_MAX_MS};
use sentinel_model::node::Node;
use sentinel_model::project::Project;
use sentinel_model::promotion::{self, Attempt, PromotionRule};
use sentinel_model::rollout::{
    Deed, Phase, Rollout, RolloutNode, RolloutNodeState, RolloutSpec, RolloutState, Step, StepState, Target,
    life,
};
use sentinel_model::template::TemplateRef;
use sentinel_model::{
    InvalidValue, NodeId, ProjectId, PromotionRuleId, RolloutId, RolloutTemplateId, Time, UserId,
};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop};
use crate::blue_green;
use crate::commands::node_update::require_admitted;
use crate::environment;
use crate::freeze;
use crate::governance;
use crate::outcome::{Rejection, Reply};
use crate::promotion_rule;
use crate::queue::{self, Claim};
use crate::risk;
use crate::rollout;
use crate::tables::{Table, TableError, key};
use crate::template;
use crate::waiting;

/// Most nodes in one rollout.
pub const NODES_MAX: usize = 20_000;
/// Most rollouts of a project that wait for approvals, for their time or for their nodes.
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
    /// The nodes of each step that gives them the bundle, in order. Every node once.
    pub steps: Vec<Vec<NodeId>>,
    /// With blue-green, the nodes that have the traffic and keep what they run. The steps that shift it follow from what was asked
    /// for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub live: Vec<NodeId>,
    /// Who asks, in words.
    pub created_by: String,
    /// When it shall begin; `None`: as soon as it may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_at: Option<Time>,
    /// Let it through every freeze, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_freeze_reason: Option<String>,
    /// Let it past the order of environments, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip_order_reason: Option<String>,
    /// The rule that asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<ByRule>,
    /// The template that it is made from. What it asks for is in `spec` in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_id: Option<RolloutTemplateId>,
}

/// A rule takes on what was completed in its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByRule {
    /// The rule.
    pub rule_id: PromotionRuleId,
    /// When the bundle had been completed there.
    pub promoted_at: Time,
}

impl Apply for RolloutCreate {
    fn level_of_content(&self) -> u16 {
        let gates = &self.spec.gates;
        let usage = gates.max_cpu_percent.is_some() || gates.max_memory_percent.is_some();
        let governed = self.scheduled_at.is_some() || self.override_freeze_reason.is_some();
        let placed = self.spec.environment_id.is_some() || self.skip_order_reason.is_some() || self.rule.is_some();
        let spec = &self.spec;
        let bounded = spec.failure_domain.is_some() || spec.rollback_threshold.is_some();
        let bounded = bounded || !spec.checks.is_empty() || spec.by_hand;
        let strategy = spec.canary.is_some() || spec.blue_green.is_some() || !self.live.is_empty();
        let grouped = matches!(spec.target, Target::Groups(_));
        let asked = strategy || !spec.on_conflict.is_default() || bounded || usage || grouped;
        let named = self.template_id.is_some();
        if asked || governed || placed || named { 4 } else { 1 }
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
        let rule = self.rule.map(|by| self.judged_by(context, by, &bundle)).transpose()?;
        let template = self.template_id.map(|id| self.made_from(context, id)).transpose()?;
        let (state, governance) = self.govern(context, &project, &bundle, rule.as_ref())?;
        let begins = state == RolloutState::Running;
        let (planned, shift) = self.planned_nodes(context, &bundle, begins)?;
        let nodes = u32::try_from(planned.len() - self.live.len()).unwrap_or(u32::MAX);
        let now = context.time;
        let steps = self.store_steps(context)?;
        let mut made = Rollout {
            id: self.rollout_id,
            project_id: self.project_id,
            spec: self.spec.clone(),
            state,
            steps,
            nodes,
            current_step: 0,
            hold: None,
            revision: 1,
            created_by: self.created_by.clone(),
            created_at: now,
            updated_at: now,
            ended_at: None,
            governance,
            shift,
            queued: None,
            superseded_by: None,
            released: 0,
            template,
        };
        if begins {
            self.claim(context, &mut made, &planned, rule.as_ref())?;
        }
        context.store(&made)?;
        waiting::index(context, &made)?;
        if let Some(mut rule) = rule {
            rule.last = self.rule.map(|by| Attempt {
                bundle_id: bundle.id,
                promoted_at: by.promoted_at,
                at: now,
                outcome: promotion::Outcome::Started(self.rollout_id),
                waits_since: None,
            });
            rule.look_at = None;
            promotion_rule::save(context, &rule)?;
        }
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
        let asked = made.spec.checks.iter().map(|check| format!("{}: {}", check.name, check.url));
        let checks = (!made.spec.checks.is_empty()).then(|| ("checks", asked.collect::<Vec<_>>().join("; ")));
        let placed = self.placed(context)?;
        let template = made.template.as_ref();
        let template =
            template.map(|named| [("template_id", named.id.to_string()), ("template", named.name.clone())]);
        let said = plain.into_iter().chain(governed(&made).into_iter().flatten()).chain(placed).chain(checks);
        context.record("rollout.created", subject, said.chain(template.into_iter().flatten()))?;
        Ok(Reply::Done)
    }
}

/// What the audit log says of a rollout that does not simply start; nothing for one that does.
fn governed(made: &Rollout) -> Option<[(&'static str, String); 6]> {
    let governance = &made.governance;
    let approval = governance.approval.as_ref();
    let plain = governance.is_empty() && made.state == RolloutState::Running;
    (!plain).then(|| {
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
        rule: Option<&PromotionRule>,
    ) -> Result<(RolloutState, Governance), Stop> {
        let all = || self.steps.iter().flatten().chain(&self.live);
        let touched = environment::touched(context.tables(), project.id, all())?;
        let skip = |reason: &String| governance::skip_order(context, project, &self.created_by, reason);
        let skip_order = self.skip_order_reason.as_ref().map(skip).transpose()?;
        if skip_order.is_none() {
            environment::require_order(context, bundle, &touched)?;
        }
        let (needed, risk) = governance::needed(context, project, bundle, all())?;
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
                freeze::require_thawed_over(context, project.id, &touched)?;
            }
            let rule_id = rule.map(|rule| rule.id);
            return Ok((state, Governance { break_glass, risk, skip_order, rule_id, ..Governance::default() }));
        }
        self.require_room_to_wait(context)?;
        let approval = if needed == 0 {
            None
        } else {
            Some(Approval {
                digest: governance::digest(
                    self.rollout_id,
                    self.scheduled_at,
                    bundle,
                    &blue_green::with_live(self.steps.clone(), self.live.clone()),
                    &self.spec,
                )?,
                needed,
                expires_at: governance::expiry(context, project),
                given: Vec::new(),
            })
        };
        let governance = Governance {
            author: self.author(context, rule)?,
            scheduled_at: self.scheduled_at,
            approval,
            risk,
            break_glass,
            skip_order,
            rule_id: rule.map(|rule| rule.id),
            ..Governance::default()
        };
        Ok((state, governance))
    }

    /// Who made the rule stands for what it asks for.
    fn author(&self, context: &Context<'_>, rule: Option<&PromotionRule>) -> Result<Option<UserId>, Stop> {
        match rule {
            Some(rule) => Ok(Some(rule.author)),
            None => governance::author(context),
        }
    }

    /// The rule, if it asks for exactly this now. Only members carry rules out: for everybody else there is the same rollout without one.
    fn judged_by(&self, context: &Context<'_>, by: ByRule, bundle: &Bundle) -> Result<PromotionRule, Stop> {
        let refuse = |why: String| Err(Stop::from(Rejection::WrongState(why)));
        let Actor::Member(_) = context.actor else {
            return Err(Rejection::Forbidden("only the scheduler carries out a promotion rule".into()).into());
        };
        let rule = promotion_rule::find(context.tables(), self.project_id, by.rule_id)?;
        let Some(rule) = rule else { return Err(Rejection::not_found("Promotion rule").into()) };
        let newest = crate::promotion::newest(context.tables(), rule.source_id, 1)?.into_iter().next();
        let current = newest.is_some_and(|newest| newest.bundle_id == bundle.id && newest.at == by.promoted_at);
        if !rule.enabled || !current || rule.due(by.promoted_at) > context.time {
            return refuse("the rule has nothing to take on".into());
        }
        if rule.is_through_with(bundle.id, by.promoted_at) {
            return refuse("the rule is through with this bundle".into());
        }
        let plain = self.scheduled_at.is_none()
            && self.override_freeze_reason.is_none()
            && self.skip_order_reason.is_none();
        if self.spec != rule.asks(bundle.id) || !plain {
            return refuse("the rule asks for another rollout".into());
        }
        if crate::promotion::find(context.tables(), rule.target_id, bundle.id)?.is_some() {
            return refuse("the bundle has been completed in the target already".into());
        }
        match promotion_rule::unmet(context.tables(), &rule, bundle)? {
            Some(unmet) => refuse(unmet.words),
            None => Ok(rule),
        }
    }

    /// The template, as it is called now.
    fn made_from(&self, context: &Context<'_>, id: RolloutTemplateId) -> Result<TemplateRef, Stop> {
        let found = template::find(context.tables(), self.project_id, id)?;
        found.map(|found| found.reference()).ok_or_else(|| Rejection::not_found("Template").into())
    }

    /// What the audit log says of where it goes, and past what.
    fn placed(&self, context: &Context<'_>) -> Result<Vec<(&'static str, String)>, TableError> {
        let mut said = Vec::new();
        if let Some(id) = self.spec.environment_id {
            let found = environment::find(context.tables(), self.project_id, id)?;
            said.push(("environment", found.map_or_else(|| id.to_string(), |found| found.slug)));
        }
        said.extend(self.skip_order_reason.clone().map(|reason| ("skip_order_reason", reason)));
        said.extend(self.rule.map(|by| ("rule_id", by.rule_id.to_string())));
        Ok(said)
    }

    /// What waits is looked at, and it is for people to keep in mind.
    fn require_room_to_wait(&self, context: &Context<'_>) -> Result<(), Stop> {
        if waiting::of_project(context.tables(), self.project_id)?.len() >= WAITING_MAX {
            let message = format!("{WAITING_MAX} rollouts of this project wait already; cancel what is not needed");
            return Err(Rejection::Limit(message).into());
        }
        Ok(())
    }

    /// Takes the nodes of a rollout that simply starts, or has it wait for them.
    fn claim(
        &self,
        context: &mut Context<'_>,
        made: &mut Rollout,
        planned: &[Node],
        rule: Option<&PromotionRule>,
    ) -> Result<(), Stop> {
        match queue::claim(context, made, planned)? {
            Claim::Taken => Ok(()),
            Claim::Refused(why) => {
                let message = format!("{why}; wait for it to end, or cancel it first");
                Err(Rejection::WrongState(message).into())
            }
            Claim::Behind(contender) => {
                self.require_room_to_wait(context)?;
                if !life::leads(None, Deed::Create, Phase::Pending) {
                    return Err(Rejection::WrongState("no rollout begins like this".into()).into());
                }
                made.state = RolloutState::Pending;
                // A rule may ask for approvals by the time that it begins.
                made.governance.author = self.author(context, rule)?;
                let nodes: Vec<NodeId> = planned.iter().map(|node| node.id).collect();
                queue::wait_behind(context, made, &nodes, &contender)
            }
        }
    }

    /// The nodes of the plan, each once and all of the project: those that get the bundle in the order of their steps, then those that
    /// keep theirs. And between which slots traffic is to move.
    fn planned_nodes(
        &self,
        context: &Context<'_>,
        bundle: &Bundle,
        begins: bool,
    ) -> Result<(Vec<Node>, Option<Shift>), Stop> {
        let mut seen = BTreeSet::new();
        let count: usize = self.steps.iter().map(Vec::len).sum();
        let all = count + self.live.len();
        if count == 0 || all > NODES_MAX || self.steps.iter().any(Vec::is_empty) {
            let message = format!("selects {all} nodes; a rollout moves 1 to {NODES_MAX}");
            return Err(InvalidValue::new("target_selector", message).into());
        }
        if self.spec.blue_green.is_none() && !self.live.is_empty() {
            let message = "only blue-green has nodes that keep what they run";
            return Err(InvalidValue::new("target_selector", message).into());
        }
        let asked = match self.spec.environment_id {
            Some(id) => Some(environment::require(context, self.project_id, id)?),
            None => None,
        };
        let mut nodes = Vec::with_capacity(all);
        for node_id in self.steps.iter().flatten().chain(&self.live) {
            let node = context.require::<Node>(node_id.as_bytes(), "Node")?;
            if node.project_id != self.project_id {
                return Err(Rejection::not_found("Node").into());
            }
            if let Some(asked) = asked.as_ref().filter(|asked| node.environment_id != Some(asked.id)) {
                let message = format!("node '{}' is not in the environment '{}'", node.name, asked.name);
                return Err(InvalidValue::new("target_selector", message).into());
            }
            if !seen.insert(*node_id) {
                let message = format!("names node '{}' twice", node.name);
                return Err(InvalidValue::new("target_selector", message).into());
            }
            if begins && nodes.len() < count {
                require_admitted(context, &node, bundle, "plan again")?;
            }
            nodes.push(node);
        }
        let shift = match self.spec.blue_green {
            None => None,
            Some(_) => {
                let (moved, live) = nodes.split_at(count);
                let standby = blue_green::standby(moved, live).map_err(Rejection::WrongState)?;
                Some(Shift { standby, share: 0, replaced: None })
            }
        };
        Ok((nodes, shift))
    }

    /// Writes the steps and their nodes; returns how many steps there are.
    fn store_steps(&self, context: &mut Context<'_>) -> Result<u32, Stop> {
        let mut index = 0u32;
        for node_ids in &self.steps {
            context.store(&self.step(index, node_ids.clone(), None))?;
            for node_id in node_ids {
                context.store(&self.member(*node_id, index, RolloutNodeState::Pending))?;
            }
            index = index.saturating_add(1);
        }
        for node_id in &self.live {
            context.store(&self.member(*node_id, index, RolloutNodeState::Kept))?;
        }
        let moved: Vec<NodeId> = self.steps.iter().flatten().copied().collect();
        for share in self.spec.blue_green.iter().flat_map(|asked| &asked.traffic_steps) {
            context.store(&self.step(index, moved.clone(), Some(*share)))?;
            index = index.saturating_add(1);
        }
        Ok(index)
    }

    fn step(&self, index: u32, node_ids: Vec<NodeId>, traffic: Option<u8>) -> Step {
        Step {
            rollout_id: self.rollout_id,
            index,
            node_ids,
            traffic,
            state: StepState::Pending,
            ran_ms: 0,
            started_at: None,
            ended_at: None,
        }
    }

    fn member(&self, node_id: NodeId, step: u32, state: RolloutNodeState) -> RolloutNode {
        RolloutNode {
            rollout_id: self.rollout_id,
            node_id,
            step,
            previous: None,
            fallback: None,
            before: None, outcome: None,
            state,
        }
    }
}
