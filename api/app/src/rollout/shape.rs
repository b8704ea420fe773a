//! Rollouts, their steps and their nodes as the API shows them.

use sentinel_api_types::approval::{BreakGlass, GivenApproval, RolloutApproval};
use sentinel_api_types::environment::EnvironmentRef;
use sentinel_api_types::promotion::RuleRollout;
use sentinel_api_types::rollout::{
    HealthGates, Hold, Risk, RiskBase, Rollout, RolloutDetail, RolloutError, RolloutNode, RolloutNodeState,
    RolloutProgress, RolloutState, RolloutStep, StepState, Strategy, TargetSelector,
};
use sentinel_api_types::timestamp;
use sentinel_machine::{Read, TableError, freeze, query, tables};
use sentinel_model::EnvironmentId;
use sentinel_model::canary::Analysis;
use sentinel_model::governance;
use sentinel_model::node::{Node, Slot};
use sentinel_model::risk::Judged;
use sentinel_model::rollout::{self, Batch, NodeOutcome, Target};

use super::gate::Heard;
use super::{blue_green, canary, check, conflict};
use crate::liveness::Liveness;
use crate::node::{Versions, failure, traffic, usage};
use crate::template;

/// Where a rollout is in its life, in a word.
pub(crate) fn state(state: &rollout::RolloutState) -> RolloutState {
    match state {
        rollout::RolloutState::PendingApproval => RolloutState::PendingApproval,
        rollout::RolloutState::Scheduled => RolloutState::Scheduled,
        rollout::RolloutState::Pending => RolloutState::Pending,
        rollout::RolloutState::Running => RolloutState::Running,
        rollout::RolloutState::Paused { .. } => RolloutState::Paused,
        rollout::RolloutState::RollingBack { .. } => RolloutState::RollingBack,
        rollout::RolloutState::Completed => RolloutState::Completed,
        rollout::RolloutState::Failed { .. } => RolloutState::Failed,
        rollout::RolloutState::Cancelled { .. } => RolloutState::Cancelled,
        rollout::RolloutState::RolledBack { .. } => RolloutState::RolledBack,
    }
}

/// Its strategy, and in which portions.
pub(super) fn portions(spec: &rollout::RolloutSpec) -> (Strategy, Option<u32>, Option<u8>) {
    match spec.batch {
        _ if spec.canary.is_some() => (Strategy::Canary, None, None),
        batch if spec.blue_green.is_some() => match batch {
            Batch::Percent(percent) => (Strategy::BlueGreen, None, Some(percent)),
            Batch::Size(size) => (Strategy::BlueGreen, Some(size), None),
        },
        Batch::Percent(100) => (Strategy::AllAtOnce, None, None),
        Batch::Percent(percent) => (Strategy::Rolling, None, Some(percent)),
        Batch::Size(size) => (Strategy::Rolling, Some(size), None),
    }
}

fn gates(gates: &rollout::Gates) -> HealthGates {
    HealthGates {
        heartbeat_healthy: gates.heartbeat,
        max_error_rate: gates.max_error_percent,
        max_latency_ms: gates.max_latency_ms,
        max_cpu_percent: gates.max_cpu_percent,
        max_memory_percent: gates.max_memory_percent,
        min_requests: gates.min_requests,
        observe_seconds: gates.observe_s,
        fail_after_seconds: gates.fail_after_s,
    }
}

/// Where a rollout goes: to all of an environment, which may be gone, is a selector of its own.
pub(crate) fn selector(
    target: Target,
    environment: Option<&EnvironmentRef>,
    id: Option<EnvironmentId>,
) -> TargetSelector {
    match target {
        Target::All => match (environment, id) {
            (Some(environment), _) => TargetSelector::Environment { environment: environment.slug.clone() },
            (None, Some(gone)) => TargetSelector::Environment { environment: gone.to_string() },
            (None, None) => TargetSelector::All {},
        },
        Target::Labels(labels) => TargetSelector::Labels { labels },
        Target::Nodes(node_ids) => TargetSelector::NodeIds { node_ids },
        Target::Groups(group_ids) => TargetSelector::Groups { group_ids },
    }
}

/// In which manner a rule rolls out.
pub(crate) fn manner(spec: rollout::RolloutSpec) -> RuleRollout {
    let (strategy, batch_size, batch_percentage) = portions(&spec);
    RuleRollout {
        strategy,
        batch_size,
        batch_percentage: batch_percentage.filter(|share| strategy != Strategy::BlueGreen || *share != 100),
        canary_analysis_config: spec.canary.map(canary::config),
        blue_green_config: spec.blue_green.map(blue_green::config),
        max_unavailable: Some(spec.max_unavailable),
        progress_deadline_seconds: Some(spec.step_deadline_s),
        health_gates: Some(gates(&spec.gates)),
        auto_rollback: Some(spec.auto_rollback),
        auto_advance: Some(!spec.by_hand),
        failure_domain: spec.failure_domain,
        rollback_threshold: spec.rollback_threshold,
        checks: spec.checks.into_iter().map(check::shape).collect(),
        on_conflict: Some(conflict::policy(spec.on_conflict)),
    }
}

/// A rollout as the API shows it.
pub(crate) fn shape(versions: &mut Versions<'_>, rollout: rollout::Rollout) -> Result<Rollout, TableError> {
    let spec = rollout.spec;
    let (strategy, batch_size, batch_percentage) = portions(&spec);
    let environment = versions.environment(rollout.project_id, spec.environment_id)?;
    let reason = |reason: &String| RolloutError { reason: reason.clone(), exceptions: Vec::new() };
    let (by, error) = match &rollout.state {
        rollout::RolloutState::PendingApproval
        | rollout::RolloutState::Scheduled
        | rollout::RolloutState::Pending
        | rollout::RolloutState::Running
        | rollout::RolloutState::Completed => (None, None),
        rollout::RolloutState::Paused { by } => (Some(by.clone()), None),
        rollout::RolloutState::Cancelled { by, reason: why } => {
            (Some(by.clone()), (!why.is_empty()).then(|| reason(why)))
        }
        rollout::RolloutState::RollingBack { reason: why, .. }
        | rollout::RolloutState::Failed { reason: why } => (None, Some(reason(why))),
        rollout::RolloutState::RolledBack { reason, exceptions } => {
            (None, Some(RolloutError { reason: reason.clone(), exceptions: exceptions.clone() }))
        }
    };
    let begun = match (rollout.state.phase(), rollout.governance.begun_at) {
        (phase, _) if phase.is_waiting() => false,
        (phase, None) if phase.is_final() => versions.step_began(rollout.id)?,
        _ => true,
    };
    let target_groups = match &spec.target {
        Target::Groups(ids) => versions.groups(rollout.project_id, |group| ids.contains(&group.id))?,
        _ => Vec::new(),
    };
    Ok(Rollout {
        target_groups,
        id: rollout.id,
        project_id: rollout.project_id,
        bundle_id: spec.bundle_id,
        bundle_version: versions.of(spec.bundle_id)?.unwrap_or_default(),
        target_selector: selector(spec.target, environment.as_ref(), spec.environment_id),
        strategy,
        batch_size,
        batch_percentage,
        max_unavailable: spec.max_unavailable,
        progress_deadline_seconds: spec.step_deadline_s,
        health_gates: gates(&spec.gates),
        auto_rollback: spec.auto_rollback,
        auto_advance: !spec.by_hand,
        failure_domain: spec.failure_domain,
        rollback_threshold: spec.rollback_threshold,
        checks: spec.checks.into_iter().map(check::shape).collect(),
        on_conflict: conflict::policy(spec.on_conflict),
        canary_analysis_config: spec.canary.map(canary::config),
        traffic_step_index: spec.blue_green.as_ref().map(|asked| {
            let completed = rollout.state == rollout::RolloutState::Completed;
            blue_green::passed(asked, rollout.steps, rollout.current_step, completed)
        }),
        blue_green_config: spec.blue_green.map(blue_green::config),
        deployment_slot: rollout.shift.as_ref().map(|shift| shift.serving().into()),
        standby_slot: rollout.shift.as_ref().map(|shift| shift.standby.into()),
        traffic_weight: rollout.shift.as_ref().map(|shift| shift.share),
        state: state(&rollout.state),
        by,
        steps: rollout.steps,
        nodes: rollout.nodes,
        current_step: rollout.current_step,
        hold: rollout.hold.map(|hold| Hold {
            reason: hold.reason,
            broken: hold.broken,
            frozen: hold.frozen,
            for_person: hold.for_person,
            since: timestamp(hold.since),
        }),
        error,
        approval: rollout.governance.approval.map(approval),
        risk: rollout.governance.risk.map(|judged| risk(versions, judged)).transpose()?,
        scheduled_at: rollout.governance.scheduled_at.map(timestamp),
        break_glass: rollout.governance.break_glass.map(break_glass),
        environment,
        skip_order: rollout.governance.skip_order.map(break_glass),
        promotion_rule_id: rollout.governance.rule_id,
        template: rollout.template.map(template::reference),
        waits_for: rollout.queued.and_then(|queued| queued.behind),
        superseded_by: rollout.superseded_by,
        created_by: rollout.created_by,
        revision: rollout.revision,
        started_at: timestamp(rollout.governance.begun_at.unwrap_or(rollout.created_at)),
        begun,
        completed_at: rollout.ended_at.map(timestamp),
        inserted_at: timestamp(rollout.created_at),
        updated_at: timestamp(rollout.updated_at),
    })
}

/// How dangerous a rollout is.
pub(super) fn risk(versions: &mut Versions<'_>, judged: Judged) -> Result<Risk, TableError> {
    let Judged { risk, against } = judged;
    let against = against
        .into_iter()
        .map(|bundle_id| Ok(RiskBase { bundle_id, version: versions.of(bundle_id)? }))
        .collect::<Result<_, TableError>>()?;
    Ok(Risk { level: risk.level.into(), reasons: risk.reasons, against })
}

fn approval(approval: governance::Approval) -> RolloutApproval {
    let given = |given: governance::GivenApproval| GivenApproval { by: given.by, at: timestamp(given.at) };
    RolloutApproval {
        digest: approval.digest,
        needed: approval.needed,
        given: approval.given.into_iter().map(given).collect(),
        expires_at: timestamp(approval.expires_at),
    }
}

fn break_glass(broken: governance::BreakGlass) -> BreakGlass {
    BreakGlass { by: broken.by, reason: broken.reason, at: timestamp(broken.at) }
}

/// A rollout with its steps and nodes.
pub(super) fn detail(
    read: &dyn Read,
    heard: &Heard<'_>,
    rollout: rollout::Rollout,
) -> Result<RolloutDetail, TableError> {
    let mut versions = Versions::new(read);
    let id = rollout.id;
    let slot = rollout.shift.as_ref().map(|shift| shift.standby);
    let steps = query::rollout_steps(read, id)?.into_iter().map(|one| step(one, slot)).collect();
    let mut progress = RolloutProgress::default();
    let mut nodes = Vec::new();
    for member in query::rollout_nodes(read, id)? {
        let node: Option<Node> = tables::load(read, member.node_id.as_bytes())?;
        let kept = member.state == rollout::RolloutNodeState::Kept;
        progress.total += u64::from(!kept);
        let given = member.state.generation();
        // What it came to is what it was at its end, whatever its nodes run since.
        let outcome = member.outcome.clone().filter(|_| rollout.state.is_final());
        let outcome = outcome.or_else(|| {
            let node = node.as_ref()?;
            let domain = rollout.spec.domain_of(node).map(str::to_owned);
            Some(NodeOutcome::of(&member, node, domain))
        });
        let proven = outcome.as_ref().is_some_and(|outcome| outcome.proven);
        let failure = outcome.as_ref().and_then(|outcome| outcome.failure.as_ref());
        if proven && member.state.moved() {
            progress.active += 1;
        } else if proven {
            progress.restored += 1;
        } else if given.is_some() && failure.map(|failure| failure.generation) == given {
            progress.failed += 1;
        } else {
            progress.pending += u64::from(!kept);
        }
        let gates = node.as_ref().map(|node| heard.gates(&rollout, &member, node)).unwrap_or_default();
        let shaped = member_shape(&mut versions, heard.liveness, &member, node, outcome)?;
        nodes.push(RolloutNode { gates, ..shaped });
    }
    nodes.sort_by(|a, b| (a.step, &a.name, a.node_id).cmp(&(b.step, &b.name, b.node_id)));
    let analysis: Option<Analysis> = tables::load(read, id.as_bytes())?;
    let compared = rollout.spec.canary.as_ref().zip(analysis);
    let canary_analysis_results = compared.map(|(canary, analysis)| canary::analysis(canary, analysis));
    // A rollout that is held by a person or waits for people says nothing of a freeze; it would meet it when it goes on.
    let frozen = match rollout.state.is_final() {
        true => None,
        false => freeze::holding(read, &rollout, heard.now)?.map(|frozen| frozen.words),
    };
    let check_results = check::results(&rollout.spec.checks, tables::load(read, id.as_bytes())?);
    let rollout = shape(&mut versions, rollout)?;
    Ok(RolloutDetail { rollout, steps, nodes, progress, canary_analysis_results, check_results, frozen })
}

fn step(step: rollout::Step, slot: Option<Slot>) -> RolloutStep {
    let (state, running_since, error) = match step.state {
        rollout::StepState::Pending => (StepState::Pending, None, None),
        rollout::StepState::Running { since } => (StepState::Running, Some(since), None),
        rollout::StepState::Verifying { since } => (StepState::Verifying, Some(since), None),
        rollout::StepState::Completed => (StepState::Completed, None, None),
        rollout::StepState::Failed { reason } => {
            (StepState::Failed, None, Some(RolloutError { reason, exceptions: Vec::new() }))
        }
    };
    RolloutStep {
        step_index: step.index,
        node_ids: step.node_ids,
        deployment_slot: slot.map(Into::into),
        traffic_weight: slot.map(|_| step.traffic.unwrap_or_default()),
        state,
        ran_ms: step.ran_ms,
        running_since: running_since.map(timestamp),
        started_at: step.started_at.map(timestamp),
        completed_at: step.ended_at.map(timestamp),
        error,
    }
}

fn member_shape(
    versions: &mut Versions<'_>,
    liveness: &Liveness,
    member: &rollout::RolloutNode,
    node: Option<Node>,
    outcome: Option<NodeOutcome>,
) -> Result<RolloutNode, TableError> {
    let effective = outcome.as_ref().and_then(|outcome| outcome.effective);
    let failed = outcome.as_ref().and_then(|outcome| outcome.failure.clone());
    // What the proxy does now says something as long as it still runs what is spoken of.
    let same = node.as_ref().is_some_and(|node| node.effective == effective);
    let sample = liveness.get(member.node_id).filter(|_| same);
    Ok(RolloutNode {
        node_id: member.node_id,
        step: member.step,
        failure_domain: outcome.as_ref().and_then(|outcome| outcome.failure_domain.clone()),
        state: match member.state {
            rollout::RolloutNodeState::Pending => RolloutNodeState::Pending,
            rollout::RolloutNodeState::Assigned { .. } => RolloutNodeState::Assigned,
            rollout::RolloutNodeState::Completed { .. } => RolloutNodeState::Completed,
            rollout::RolloutNodeState::Restoring { .. } => RolloutNodeState::Restoring,
            rollout::RolloutNodeState::NothingToRestore => RolloutNodeState::NothingToRestore,
            rollout::RolloutNodeState::Kept => RolloutNodeState::Kept,
        },
        previous_bundle_id: member.previous,
        previous_version: member.previous.map_or(Ok(None), |bundle| versions.of(bundle))?,
        generation: member.state.generation(),
        effective_generation: effective.map(|fact| fact.generation),
        effective_bundle_id: effective.map(|fact| fact.bundle_id),
        status: outcome.as_ref().filter(|_| node.is_some()).map(|outcome| outcome.status.into()),
        healthy: sample.as_ref().map(|sample| sample.healthy),
        converged: outcome.as_ref().is_some_and(|outcome| outcome.converged),
        failure: failed.map(|failed| failure(versions, failed)).transpose()?,
        usage: sample.as_ref().and_then(|sample| sample.usage).map(usage),
        traffic: sample.and_then(|sample| sample.traffic).map(traffic),
        slot: node.as_ref().and_then(|node| node.slot).map(Into::into),
        weight: node.as_ref().map(|node| node.weight),
        gates: Vec::new(),
        name: outcome.map(|outcome| outcome.name),
    })
}
