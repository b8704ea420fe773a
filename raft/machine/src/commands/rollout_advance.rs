//! The scheduler moves a rollout. Each decision carries the revision it was made on; a decision of an older leader is refused.

use std::collections::BTreeSet;

use sentinel_model::node::{AssignmentCause, Node};
use sentinel_model::rollout::{
    Deed, Hold, Rollout, RolloutNode, RolloutNodeState, RolloutState, Step, StepState,
};
use sentinel_model::bundle::Bundle;
use sentinel_model::governance::Approval;
use sentinel_model::project::Project;
use sentinel_model::{InvalidValue, NodeId, RolloutId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop};
use crate::baseline::{self, Joined};
use crate::blue_green;
use crate::commands::node_register::assign;
use crate::freeze;
use crate::level;
use crate::governance;
use crate::outcome::{Rejection, Reply};
use crate::planted::planted;
use crate::promotion;
use crate::query;
use crate::queue;
use crate::rollout;

/// Most exceptions that a rollback names one by one.
pub const EXCEPTIONS_MAX: usize = 1_000;

/// The level from which on a hold says since when something or other holds the rollout.
const WAITS_LEVEL: u16 = 4;

/// The level from which on audit entries name the step that something was decided about, counted from one.
const COUNT_LEVEL: u16 = 4;

/// The level from which on a step that never began has not failed.
const BLAME_LEVEL: u16 = 4;

/// The level from which on a step does not pass whose nodes were all deleted.
const SOMEBODY_LEVEL: u16 = 4;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutAdvance {
    /// The rollout.
    pub rollout_id: RolloutId,
    /// The revision that the decision was made on.
    pub revision: u64,
    /// The decision.
    pub transition: Transition,
}

/// What the scheduler can decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transition {
    /// Give the current step's nodes the new bundle.
    StartStep,
    /// All its nodes have proven it: judge the gates.
    VerifyStep,
    /// Gates passed: on to the next step, or to the end.
    CompleteStep,
    /// The step waits, and why; `None`: it no longer does.
    Hold {
        /// In words.
        reason: Option<String>,
        /// A gate is broken, not merely undecided.
        broken: bool,
    },
    /// A step failed: take everything back, or stop there and take back only what nobody has proven.
    FailStep {
        /// Why.
        reason: String,
        /// Where the current step has not begun: the one before whose nodes are to blame. `None`: none of them is. Below level 4 nobody
        /// looks at it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<u32>,
    },
    /// Give these nodes their previous bundle: one wave of the way back.
    RestoreNodes {
        /// The wave.
        node_ids: Vec<NodeId>,
    },
    /// The way back is done.
    FinishRollback {
        /// Nodes that did not come back, with the cause in words.
        exceptions: Vec<String>,
    },
    /// A person must let the next step begin: no clock runs.
    AwaitPerson {
        /// In words.
        reason: String,
    },
    /// A freeze holds it: no step starts, and no clock runs.
    Frozen {
        /// Until when, by which window, and why.
        reason: String,
    },
    /// The time of a scheduled rollout has come, or the turn of one that waits for its nodes.
    Begin,
    /// Nobody has decided about it in time.
    Expire,
}

impl Apply for RolloutAdvance {
    fn level_of_content(&self) -> u16 {
        match self.transition {
            Transition::Frozen { .. }
            | Transition::Begin
            | Transition::Expire
            | Transition::AwaitPerson { .. } => 4,
            _ => 1,
        }
    }

    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let mut moved = rollout::require(context, self.rollout_id)?;
        if moved.revision != self.revision && !planted!(UnfencedDecision) {
            return Err(Rejection::Stale { decided_on: self.revision, current: moved.revision }.into());
        }
        if !self.transition.fits(&moved.state) {
            return Err(rollout::refuse(&moved, "advanced"));
        }
        let step = self.about(context, &moved)?;
        let (action, detail) = self.transition.carry_out(context, &mut moved)?;
        let id = self.rollout_id.to_string();
        let subject = rollout::subject(context, &moved, &id)?;
        context.record(
            action,
            subject,
            [
                ("step", step.unwrap_or(moved.current_step).to_string()),
                ("state", moved.state.as_str().into()),
                ("detail", detail),
            ],
        )?;
        Ok(Reply::Done)
    }
}

impl RolloutAdvance {
    /// The step that it is about, as people count; `None` below level 4, where the audit entry names the step that follows, from zero.
    fn about(&self, context: &Context<'_>, moved: &Rollout) -> Result<Option<u32>, Stop> {
        let counted = level::of_cluster(context.tables())? >= COUNT_LEVEL;
        let step = match self.transition {
            Transition::FailStep { step, .. } => match rollout::current_step(context, moved)?.state {
                StepState::Pending => step.unwrap_or(moved.current_step),
                _ => moved.current_step,
            },
            _ => moved.current_step,
        };
        Ok(counted.then(|| step.saturating_add(1)))
    }
}

impl Transition {
    fn fits(&self, state: &RolloutState) -> bool {
        match self {
            Transition::RestoreNodes { .. } | Transition::FinishRollback { .. } => {
                matches!(state, RolloutState::RollingBack { .. })
            }
            Transition::Frozen { .. } => {
                matches!(state, RolloutState::Running | RolloutState::Scheduled | RolloutState::Pending)
            }
            Transition::Begin => matches!(state, RolloutState::Scheduled | RolloutState::Pending),
            Transition::Expire => *state == RolloutState::PendingApproval,
            _ => *state == RolloutState::Running,
        }
    }

    fn carry_out(
        &self,
        context: &mut Context<'_>,
        moved: &mut Rollout,
    ) -> Result<(&'static str, String), Stop> {
        match self {
            Transition::StartStep => start_step(context, moved),
            Transition::VerifyStep => verify_step(context, moved),
            Transition::CompleteStep => complete_step(context, moved),
            Transition::Hold { reason, broken } => {
                let cause = if *broken { Cause::Broken } else { Cause::Undecided };
                hold(context, moved, reason.as_deref(), cause)
            }
            Transition::AwaitPerson { reason } => hold(context, moved, Some(reason), Cause::Person),
            Transition::FailStep { reason, step } => fail_step(context, moved, reason, *step),
            Transition::RestoreNodes { node_ids } => restore_nodes(context, moved, node_ids),
            Transition::FinishRollback { exceptions } => {
                let RolloutState::RollingBack { reason, .. } = moved.state.clone() else {
                    return Err(rollout::refuse(moved, "rolled back"));
                };
                if exceptions.len() > EXCEPTIONS_MAX {
                    let message = format!("at most {EXCEPTIONS_MAX} exceptions");
                    return Err(InvalidValue::new("exceptions", message).into());
                }
                // Whoever is back may be the one who can take the traffic.
                let traffic = blue_green::give_back(context, moved)?;
                let mut exceptions: Vec<String> =
                    exceptions.iter().map(|text| rollout::clip(text)).collect();
                exceptions.extend(blue_green::stays(moved, traffic.as_deref()).map(str::to_owned));
                let detail = rollout::clip(&exceptions.join("; "));
                let state = RolloutState::RolledBack { reason, exceptions };
                rollout::end(context, moved, Deed::FinishRollback, state)?;
                Ok(("rollout.rolled_back", detail))
            }
            Transition::Frozen { reason } => {
                if moved.state.phase().is_waiting() {
                    let frozen = freeze::holding(context.tables(), moved, context.time)?;
                    moved.governance.frozen_until = frozen.map(|frozen| frozen.until);
                }
                hold(context, moved, Some(reason), Cause::Freeze)
            }
            Transition::Begin => begin(context, moved),
            Transition::Expire => expire(context, moved),
        }
    }
}

type Moved = Result<(&'static str, String), Stop>;

fn start_step(context: &mut Context<'_>, moved: &mut Rollout) -> Moved {
    let mut step = rollout::current_step(context, moved)?;
    if step.state != StepState::Pending {
        return Err(Rejection::WrongState(format!("step {} has begun already", step.index)).into());
    }
    if moved.waits_for_person(step.index) {
        let message = format!("step {} waits for a person to let it begin", step.index + 1);
        return Err(Rejection::WrongState(message).into());
    }
    freeze::require_thawed(context, moved)?;
    rollout::require_compiled(context, moved)?;
    if let Some(before) = step.index.checked_sub(1) {
        let before = rollout::step(context, moved, before)?;
        rollout::require_proven(context, moved, &before)?;
    }
    let detail = match step.traffic {
        Some(share) => {
            rollout::require_proven(context, moved, &step)?;
            blue_green::shift(context, moved, share)?
        }
        None => give(context, moved, &step)?,
    };
    step.state = StepState::Running { since: context.time };
    step.started_at = Some(context.time);
    context.store(&step)?;
    moved.hold = None;
    rollout::save(context, moved)?;
    Ok(("rollout.step_started", detail))
}

/// Gives the step's nodes the bundle.
fn give(context: &mut Context<'_>, moved: &Rollout, step: &Step) -> Result<String, Stop> {
    let mut node_ids = step.node_ids.clone();
    if planted!(WaveTooWide) && step.index + 1 < moved.steps {
        let next = rollout::step(context, moved, step.index + 1)?;
        node_ids.extend(next.node_ids.into_iter().filter(|_| next.traffic.is_none()));
    }
    for node_id in &node_ids {
        let mut member = rollout::member(context, moved, *node_id)?;
        let Some(mut node) = context.load::<Node>(node_id.as_bytes())? else { continue };
        let mut earlier = rollout::earlier_of(context, &node)?.into_iter();
        (member.previous, member.fallback) = (earlier.next(), earlier.next());
        assign(context, &mut node, moved.spec.bundle_id, AssignmentCause::Rollout(moved.id))?;
        member.state = RolloutNodeState::Assigned { generation: node.generation };
        context.store(&member)?;
    }
    Ok(format!("{} nodes", step.node_ids.len()))
}

/// Refuses to let a step pass of which no node is left that has proven the bundle, be it because all were deleted.
fn require_proven(context: &Context<'_>, moved: &Rollout, step: &Step) -> Result<(), Stop> {
    if planted!(StepSkipped) {
        return Ok(());
    }
    let proven = rollout::require_proven(context, moved, step)?;
    if proven == 0 && passed_by(context, moved, step)? {
        return Ok(());
    }
    if proven == 0 && level::of_cluster(context.tables())? >= SOMEBODY_LEVEL && !planted!(NobodyLeft) {
        let message = format!("no node of step {} is left that has proven the bundle", step.index + 1);
        return Err(Rejection::WrongState(message).into());
    }
    Ok(())
}

/// The step's nodes were all deleted before any of them was given the bundle, and one of an earlier step is left that has proven it.
fn passed_by(context: &Context<'_>, moved: &Rollout, step: &Step) -> Result<bool, Stop> {
    for node_id in &step.node_ids {
        if rollout::member(context, moved, *node_id)?.state != RolloutNodeState::Pending {
            return Ok(false);
        }
    }
    for index in (0..step.index).rev().filter(|_| moved.spec.canary.is_none()) {
        let before = rollout::step(context, moved, index)?;
        if rollout::require_proven(context, moved, &before)? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

fn verify_step(context: &mut Context<'_>, moved: &mut Rollout) -> Moved {
    let mut step = rollout::current_step(context, moved)?;
    let StepState::Running { since } = step.state else {
        return Err(Rejection::WrongState(format!("step {} is not running", step.index)).into());
    };
    require_proven(context, moved, &step)?;
    step.state = StepState::Verifying { since };
    context.store(&step)?;
    moved.hold = None;
    rollout::save(context, moved)?;
    Ok(("rollout.step_verifying", String::new()))
}

fn complete_step(context: &mut Context<'_>, moved: &mut Rollout) -> Moved {
    let mut step = rollout::current_step(context, moved)?;
    if !matches!(step.state, StepState::Verifying { .. }) {
        return Err(Rejection::WrongState(format!("step {} is not being verified", step.index)).into());
    }
    // Without this, a bundle revoked at the last moment could become what late joiners are given.
    rollout::require_compiled(context, moved)?;
    require_proven(context, moved, &step)?;
    if !planted!(StepSkipped) {
        rollout::require_fair(context, moved)?;
    }
    end_step(context, &mut step, StepState::Completed)?;
    for node_id in &step.node_ids {
        let mut member = rollout::member(context, moved, *node_id)?;
        let node = context.load::<Node>(node_id.as_bytes())?;
        // A node that was merely tolerated has not completed anything; a cancellation must still find it.
        let proven = node.is_some_and(|node| member.proven_by(&node));
        if let (RolloutNodeState::Assigned { generation }, true) = (member.state, proven) {
            member.state = RolloutNodeState::Completed { generation };
            context.store(&member)?;
        }
    }
    if moved.current_step + 1 < moved.steps {
        moved.current_step += 1;
        moved.hold = None;
        rollout::save(context, moved)?;
        return Ok(("rollout.step_completed", format!("step {} of {}", step.index + 1, moved.steps)));
    }
    if moved.spec.to_whole_project() {
        blue_green::note_baseline(context, moved)?;
    }
    let (done, short) = promotion::complete(context, moved)?;
    let Joined { given, wait } = baseline::completed(context, moved, &done)?;
    rollout::end(context, moved, Deed::CompleteStep, RolloutState::Completed)?;
    let mut detail = format!("{} nodes", moved.nodes);
    if given > 0 {
        detail.push_str(&format!(", {given} that joined meanwhile"));
    }
    if wait > 0 {
        detail.push_str(&format!("; {wait} that joined meanwhile follow when the freeze is over"));
    }
    detail.push_str(&promotion::words(&done, &short));
    Ok(("rollout.completed", detail))
}

/// What holds a rollout.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    Undecided,
    Broken,
    Freeze,
    Person,
}

impl Cause {
    fn of(hold: &Hold) -> Self {
        match hold {
            Hold { frozen: true, .. } => Cause::Freeze,
            Hold { for_person: true, .. } => Cause::Person,
            Hold { broken: true, .. } => Cause::Broken,
            _ => Cause::Undecided,
        }
    }
}

fn hold(context: &mut Context<'_>, moved: &mut Rollout, reason: Option<&str>, cause: Cause) -> Moved {
    let since = match &moved.hold {
        Some(before) if Cause::of(before) == cause => before.since,
        _ => context.time,
    };
    let counts = matches!(cause, Cause::Undecided | Cause::Broken);
    // A cause that comes and goes in turns with another one would else hold a step that has not begun for ever.
    let told = level::of_cluster(context.tables())? >= WAITS_LEVEL;
    let before = moved.hold.as_ref().filter(|before| told && before.counts() && counts);
    let waits_since = before.map(|before| before.waits_since.unwrap_or(before.since));
    let waits_since = waits_since.filter(|earlier| *earlier != since);
    let held = |reason| Hold {
        reason: rollout::clip(reason),
        broken: cause == Cause::Broken,
        frozen: cause == Cause::Freeze,
        for_person: cause == Cause::Person,
        since,
        waits_since,
    };
    moved.hold = reason.map(held);
    rollout::save(context, moved)?;
    match &moved.hold {
        Some(hold) => Ok(("rollout.held", hold.reason.clone())),
        None => Ok(("rollout.hold_ended", String::new())),
    }
}

fn fail_step(context: &mut Context<'_>, moved: &mut Rollout, reason: &str, blamed: Option<u32>) -> Moved {
    let reason = rollout::clip(reason);
    if let Some(mut step) = failed_step(context, moved, blamed)? {
        end_step(context, &mut step, StepState::Failed { reason: reason.clone() })?;
    }
    let traffic = blue_green::give_back(context, moved)?;
    if moved.spec.auto_rollback {
        let state = RolloutState::RollingBack { reason: reason.clone(), since: context.time };
        rollout::enter(moved, Deed::FailStep, state)?;
        moved.hold = None;
        rollout::save(context, moved)?;
    } else {
        rollout::take_back_unproven(context, moved)?;
        let reason = match blue_green::stays(moved, traffic.as_deref()) {
            Some(stays) => rollout::clip(&format!("{stays}; {reason}")),
            None => reason.clone(),
        };
        rollout::end(context, moved, Deed::FailStep, RolloutState::Failed { reason })?;
    }
    let detail = traffic.map_or_else(|| reason.clone(), |traffic| format!("{reason}; {traffic}"));
    Ok(("rollout.step_failed", detail))
}

/// The step that has failed: the current one if it has begun, else the one that is to blame, if one is.
fn failed_step(
    context: &Context<'_>,
    moved: &Rollout,
    blamed: Option<u32>,
) -> Result<Option<Step>, Stop> {
    let current = rollout::current_step(context, moved)?;
    if current.state != StepState::Pending || level::of_cluster(context.tables())? < BLAME_LEVEL {
        return Ok(Some(current));
    }
    let before = blamed.filter(|blamed| *blamed < current.index);
    before.map(|blamed| rollout::step(context, moved, blamed)).transpose()
}

/// The count of approvals is taken once more: between the last one and the start may lie a year.
fn begin(context: &mut Context<'_>, moved: &mut Rollout) -> Moved {
    if let Some(at) = moved.governance.scheduled_at.filter(|at| *at > context.time) {
        return Err(Rejection::WrongState(format!("it is scheduled for {at}")).into());
    }
    freeze::require_thawed(context, moved)?;
    let project = context.require::<Project>(moved.project_id.as_bytes(), "Project")?;
    let bundle = context.require::<Bundle>(moved.spec.bundle_id.as_bytes(), "Bundle")?;
    let planned = blue_green::plan(context.tables(), moved)?;
    let (needed, judged) = governance::needed(context, &project, &bundle, planned.iter().flatten())?;
    moved.governance.risk = judged.or(moved.governance.risk.take());
    let mut approval = match moved.governance.approval.take() {
        Some(approval) => Some(approval),
        // A rule that came since, or nodes that run something else by now.
        None if needed > 0 => Some(Approval {
            digest: governance::digest(moved.id, moved.governance.scheduled_at, &bundle, &planned, &moved.spec)?,
            needed,
            expires_at: context.time,
            given: Vec::new(),
        }),
        None => None,
    };
    let enough = match &mut approval {
        Some(approval) => governance::count(context, &project, moved, approval)?,
        None => true,
    };
    moved.governance.frozen_until = None;
    if !enough {
        moved.governance.approval =
            approval.map(|approval| Approval { expires_at: governance::expiry(context, &project), ..approval });
        rollout::enter(moved, Deed::Begin, RolloutState::PendingApproval)?;
        moved.hold = None;
        // One that nobody has agreed to keeps no place.
        let members = query::rollout_nodes(context.tables(), moved.id)?;
        queue::leave(context, moved, members.iter().map(|member| member.node_id))?;
        rollout::save(context, moved)?;
        // Whoever waited behind its place does not any more.
        queue::call(context, moved)?;
        let detail = "who approved it may not any more, a rule came since, or it is more dangerous by now";
        return Ok(("rollout.approval_missing", detail.into()));
    }
    moved.governance.approval = approval;
    let became = governance::begin(context, moved, Deed::Begin)?;
    Ok(("rollout.begun", became))
}

fn expire(context: &mut Context<'_>, moved: &mut Rollout) -> Moved {
    let expires_at = moved.governance.approval.as_ref().map(|approval| approval.expires_at);
    if expires_at.is_some_and(|at| at > context.time) {
        return Err(Rejection::WrongState("there is time left to approve it".into()).into());
    }
    let reason = "approval expired".to_owned();
    let state = RolloutState::Cancelled { by: "the scheduler".into(), reason: reason.clone() };
    rollout::end(context, moved, Deed::Expire, state)?;
    Ok(("rollout.approval_expired", reason))
}

fn restore_nodes(context: &mut Context<'_>, moved: &mut Rollout, node_ids: &[NodeId]) -> Moved {
    let wave: BTreeSet<&NodeId> = node_ids.iter().collect();
    let members: Vec<RolloutNode> = query::rollout_nodes(context.tables(), moved.id)?
        .into_iter()
        .filter(|member| member.state.moved() && wave.contains(&member.node_id))
        .collect();
    let restored = rollout::restore(context, moved, members)?;
    rollout::save(context, moved)?;
    Ok(("rollout.restoring", format!("{restored} nodes")))
}

fn end_step(context: &mut Context<'_>, step: &mut Step, state: StepState) -> Result<(), Stop> {
    rollout::stop_clock(context, step);
    step.state = state;
    step.ended_at = Some(context.time);
    context.store(step)?;
    Ok(())
}
