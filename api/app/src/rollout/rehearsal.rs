//! Rehearsals of rollouts: the engine plays them on a copy; here is who may ask, what is taken for granted, and how long it may take.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sentinel_api_types::rehearsal::{
    BadBundle, Rehearsal, RehearsalAssumed, RehearsalAssumptions, RehearsalOutcome, RehearsedComparison,
    RehearsedDecision, RehearsedGroup, RehearsedPeak, RehearsedStep, RehearsedVerdict, RehearsedWait,
    RehearsedWaitKind, RolloutRehearse,
};
use sentinel_api_types::rollout::{self, NodeRef};
use sentinel_api_types::timestamp;
use sentinel_engine::rehearsal::{
    self, Assumptions, Behaviour, Bounds, Comparison, CopyError, Course, Deed, End, Halt, Judging, Play,
    ROLLOUT, Wait, WaitKind, copy_of, rehearse,
};
use sentinel_machine::commands::rollout_create;
use sentinel_model::canary::Verdict;
use sentinel_model::node::Node;
use sentinel_model::rollout::{RolloutState, StepState};
use sentinel_model::{NodeId, Time};

use super::{Asked, Planned, asked, shape};
use crate::access::Operation;
use crate::app::App;
use crate::caller::Caller;
use crate::error::AppError;
use crate::gate::Gate;
use crate::scheduler::Limits;

/// Rehearsals at the same time.
const AT_ONCE: usize = 1;
/// So many more may wait.
const WAITING_MAX: usize = 2;
/// Longest time that one takes. Well below that for an answer, of which waiting is a part.
const WITHIN: Duration = Duration::from_secs(15);
/// What is assumed where nothing is said and nothing is known.
const ACTIVATION_MS: (u32, u32) = (2_000, 8_000);
const REQUESTS_PER_SECOND: f64 = 10.0;
const LATENCY_MS: f64 = 50.0;
const SEED: u32 = 1;
/// What is wrong with a bundle that is bad.
const BAD_ERRORS_PERCENT: f64 = 20.0;
const BAD_SLOWER: f64 = 10.0;
/// The longest that can be assumed of an activation, and the most requests.
const ACTIVATION_MAX_MS: u32 = 3_600_000;
const REQUESTS_MAX: f64 = 1_000_000.0;
const LATENCY_MAX_MS: f64 = 600_000.0;
/// Nodes and groups that an answer names.
const FAILED_MAX: usize = 100;
const GROUPS_MAX: usize = 50;

/// Places for rehearsals.
#[derive(Debug)]
pub(crate) struct Rehearsals(Gate);

impl Default for Rehearsals {
    fn default() -> Self {
        Self(Gate::new(AT_ONCE, WAITING_MAX))
    }
}

/// Tells the thread that plays when nobody waits for it any more.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl App {
    /// The course that a rollout would take. Nothing is written.
    pub async fn rehearse_rollout(
        &self,
        caller: &Caller,
        project: &str,
        request: RolloutRehearse,
    ) -> Result<Rehearsal, AppError> {
        let here = Arc::new(self.in_project(Operation::RolloutRehearse, caller, project).await?);
        let RolloutRehearse { rollout: request, assumptions } = request;
        check(&assumptions)?;
        let template = request.template.as_deref().map(|named| here.template(named)).transpose()?;
        let wanted = Asked::of(&here, &request, template.as_ref().map(|one| (one.id, &one.spec)))?;
        let (spec, bundle) = asked(&here, request, template.as_ref())?;
        let scheduled = wanted.scheduled_at.is_some();
        let Planned { plan, approvals_needed, .. } =
            self.planned(here.clone(), spec.clone(), bundle, scheduled).await?;
        let create = rollout_create::RolloutCreate {
            rollout_id: ROLLOUT,
            project_id: here.project.id,
            spec,
            steps: plan.steps,
            live: plan.live,
            created_by: caller.label(),
            scheduled_at: wanted.scheduled_at,
            override_freeze_reason: wanted.override_freeze_reason,
            skip_order_reason: wanted.skip_order_reason,
            rule: None,
            // What it says is in the spec by now, and the copy has no templates.
            template_id: None,
        };
        let (actor, begins) = (caller.actor(), self.now());
        let heartbeat_ms = self.pace(self.standing(&here.view)?.nodes).within_ms();
        let limits = Limits::of(self.settings());
        let left = Arc::new(AtomicBool::new(false));
        let _waiting = Waiting(left.clone());
        let job = move || {
            let copied = copy_of(&*here.view.tables, create.project_id, create.spec.bundle_id, actor);
            let copied = copied.map_err(|error| match error {
                CopyError::TooManyNodes => AppError::invalid("target_selector", error.to_string()),
                CopyError::Table(error) => error.into(),
            })?;
            let assumed = assume(&assumptions, &copied.nodes, heartbeat_ms, &create);
            let play = Play {
                applied: here.view.applied,
                judging: Judging {
                    offline_after_ms: limits.offline_after.as_millis() as u64,
                    fresh_ms: limits.fresh.as_millis() as u64,
                },
                bounds: Bounds::default(),
                assumed: taken(&assumed),
                create,
                actor,
                begins,
            };
            let begun = Instant::now();
            let mut halt = || match left.load(Ordering::Relaxed) {
                true => Some(Halt::Left),
                false => (begun.elapsed() > WITHIN).then_some(Halt::TimeOut),
            };
            let course = rehearse(copied.tables, &play, &mut halt)?;
            Ok(shaped(&play, course, &copied.nodes, approvals_needed, assumed))
        };
        self.inner().rehearsals.0.run("rehearsals", job).await
    }
}

/// Refuses what cannot be.
fn check(asked: &RehearsalAssumptions) -> Result<(), AppError> {
    let refuse = |field: &str, why: &str| Err(AppError::invalid(format!("assumptions.{field}"), why));
    let shares = [
        ("failing_percent", asked.failing_percent),
        ("silent_percent", asked.silent_percent),
        ("old_error_rate", asked.old_error_rate),
        ("new_error_rate", asked.new_error_rate),
    ];
    for (field, share) in shares {
        if share.is_some_and(|share| !(0.0..=100.0).contains(&share)) {
            return refuse(field, "is a percentage: between 0 and 100");
        }
    }
    let times = [("old_latency_ms", asked.old_latency_ms), ("new_latency_ms", asked.new_latency_ms)];
    for (field, ms) in times {
        if ms.is_some_and(|ms| !(ms > 0.0 && ms <= LATENCY_MAX_MS)) {
            return refuse(field, "must be more than 0, and at most 600000");
        }
    }
    let times =
        [("activation_from_ms", asked.activation_from_ms), ("activation_to_ms", asked.activation_to_ms)];
    for (field, ms) in times {
        if ms.is_some_and(|ms| ms > ACTIVATION_MAX_MS) {
            return refuse(field, "must be at most 3600000, an hour");
        }
    }
    if asked.activation_from_ms.zip(asked.activation_to_ms).is_some_and(|(from, to)| from > to) {
        return refuse("activation_to_ms", "must not be less than activation_from_ms");
    }
    if asked.requests_per_second.is_some_and(|rate| !(0.0..=REQUESTS_MAX).contains(&rate)) {
        return refuse("requests_per_second", "must lie between 0 and 1000000");
    }
    if asked.heartbeat_interval_seconds.is_some_and(|seconds| !(1..=600).contains(&seconds)) {
        return refuse("heartbeat_interval_seconds", "must lie between 1 and 600");
    }
    Ok(())
}

/// All that is taken for granted.
fn assume(
    asked: &RehearsalAssumptions,
    nodes: &[Node],
    heartbeat_ms: u64,
    create: &rollout_create::RolloutCreate,
) -> RehearsalAssumed {
    let measured = rehearsal::activation_times(nodes)
        .map(|(from, to)| (u32::try_from(from).unwrap_or(u32::MAX), u32::try_from(to).unwrap_or(u32::MAX)));
    let (from, to) = measured.unwrap_or(ACTIVATION_MS);
    let (from, to) = match (asked.activation_from_ms, asked.activation_to_ms) {
        (None, None) => (from, to),
        (Some(from), None) => (from, from.max(to)),
        (None, Some(to)) => (from.min(to), to),
        (Some(from), Some(to)) => (from, to),
    };
    let given = asked.activation_from_ms.or(asked.activation_to_ms).is_some();
    let bad = |kind: BadBundle| asked.bad == Some(kind);
    let old_error_rate = asked.old_error_rate.unwrap_or(0.0);
    let old_latency_ms = asked.old_latency_ms.unwrap_or(LATENCY_MS);
    let errors = if bad(BadBundle::Errors) { old_error_rate.max(BAD_ERRORS_PERCENT) } else { old_error_rate };
    let latency = if bad(BadBundle::Slow) { old_latency_ms * BAD_SLOWER } else { old_latency_ms };
    let mut besides = vec![
        "whoever must approve does so at once".to_owned(),
        "nodes that are offline stay so, nodes that are online stay so, and nobody does anything meanwhile"
            .to_owned(),
        "errors and slow answers come evenly, so no step is lost or won by chance".to_owned(),
        "processor time and memory of proxies are within every limit".to_owned(),
        "promotion rules and drift are not played".to_owned(),
    ];
    if !create.spec.checks.is_empty() {
        besides.push("checks over HTTP pass, each time".to_owned());
    }
    RehearsalAssumed {
        bad: asked.bad,
        activation_from_ms: from,
        activation_to_ms: to,
        activation_measured: measured.is_some() && !given,
        heartbeat_interval_seconds: asked
            .heartbeat_interval_seconds
            .map_or(heartbeat_ms as f64 / 1_000.0, f64::from),
        failing_percent: asked.failing_percent.unwrap_or(if bad(BadBundle::Fails) { 100.0 } else { 0.0 }),
        silent_percent: asked.silent_percent.unwrap_or(0.0),
        requests_per_second: asked.requests_per_second.unwrap_or(REQUESTS_PER_SECOND),
        old_error_rate,
        new_error_rate: asked.new_error_rate.unwrap_or(errors),
        old_latency_ms,
        new_latency_ms: asked.new_latency_ms.unwrap_or(latency),
        seed: asked.seed.unwrap_or(SEED),
        besides,
    }
}

/// The same for the engine.
fn taken(assumed: &RehearsalAssumed) -> Assumptions {
    Assumptions {
        activation_ms: (assumed.activation_from_ms.into(), assumed.activation_to_ms.into()),
        heartbeat_ms: (assumed.heartbeat_interval_seconds * 1_000.0).round() as u64,
        failing_percent: assumed.failing_percent,
        silent_percent: assumed.silent_percent,
        requests_per_second: assumed.requests_per_second,
        old: Behaviour { error_percent: assumed.old_error_rate, p99_ms: assumed.old_latency_ms },
        new: Behaviour { error_percent: assumed.new_error_rate, p99_ms: assumed.new_latency_ms },
        seed: assumed.seed.into(),
    }
}

fn shaped(
    play: &Play,
    course: Course,
    nodes: &[Node],
    approvals_needed: u8,
    assumptions: RehearsalAssumed,
) -> Rehearsal {
    let warnings = rehearsal::advise(play, &course);
    let comparisons = rehearsal::comparisons(play, &course);
    let deadline_s = play.create.spec.step_deadline_s;
    let names: HashMap<NodeId, &str> = nodes.iter().map(|node| (node.id, node.name.as_str())).collect();
    let begins = course.begins;
    let (outcome, reason) = ended(&course);
    let failed_total = course.failed.len() as u64;
    let named =
        |id: NodeId| NodeRef { id, name: names.get(&id).map(|name| (*name).to_owned()).unwrap_or_default() };
    let mut groups = course.peak.groups;
    let groups_total = groups.len() as u32;
    groups.sort_by_key(|group| std::cmp::Reverse((group.away, group.switching)));
    groups.truncate(GROUPS_MAX);
    groups.sort_by(|a, b| (a.step, &a.domain).cmp(&(b.step, &b.domain)));
    let group = |group: rehearsal::Group| RehearsedGroup {
        step: group.step,
        failure_domain: group.domain,
        of: group.of,
        away: group.away,
        switching: group.switching,
    };
    Rehearsal {
        outcome,
        state: course.rollout.as_ref().map(|rollout| shape::state(&rollout.state)),
        reason,
        begins_at: timestamp(begins),
        total_ms: course.ends.since(begins),
        nodes: play.create.steps.iter().map(|step| step.len() as u64).sum(),
        steps: course.steps.into_iter().map(|step| played(step, begins)).collect(),
        waits: course.waits.into_iter().map(|one| wait(one, begins)).collect(),
        failed: course.failed.into_iter().take(FAILED_MAX).map(named).collect(),
        failed_total,
        peak: RehearsedPeak {
            away: course.peak.away,
            switching: course.peak.switching,
            max_unavailable: play.create.spec.max_unavailable,
            groups: groups.into_iter().map(group).collect(),
            groups_total,
        },
        comparisons: comparisons.into_iter().map(|one| comparison(one, deadline_s)).collect(),
        timeline: course.timeline.into_iter().map(|deed| decision(deed, begins)).collect(),
        timeline_more: course.more,
        stopped_by: course.stopped.map(|deed| decision(deed, begins)),
        approvals_needed,
        warnings,
        assumptions,
        looks: course.looks,
        copied_nodes: nodes.len() as u64,
    }
}

/// How it ended, and why so.
fn ended(course: &Course) -> (RehearsalOutcome, Option<String>) {
    match (&course.end, course.rollout.as_ref().map(|rollout| &rollout.state)) {
        (End::Refused(why), _) => (RehearsalOutcome::Refused, Some(why.clone())),
        (End::Unfinished(why), _) => (RehearsalOutcome::Unfinished, Some(why.clone())),
        (End::Ended, Some(RolloutState::Completed)) => (RehearsalOutcome::Completed, None),
        (End::Ended, Some(RolloutState::RolledBack { reason, exceptions })) => {
            let left = match exceptions.len() {
                0 => reason.clone(),
                count => {
                    format!("{reason}; {count} did not come back: {}", exceptions[..count.min(5)].join("; "))
                }
            };
            (RehearsalOutcome::RolledBack, Some(left))
        }
        (End::Ended, Some(RolloutState::Failed { reason })) => {
            (RehearsalOutcome::Failed, Some(reason.clone()))
        }
        (End::Ended, Some(RolloutState::Cancelled { reason, .. })) => {
            (RehearsalOutcome::Cancelled, Some(reason.clone()).filter(|reason| !reason.is_empty()))
        }
        (End::Ended, _) => (RehearsalOutcome::Unfinished, None),
    }
}

fn played(played: rehearsal::PlayedStep, begins: Time) -> RehearsedStep {
    let ms = |at: Option<Time>| at.map(|at| at.since(begins));
    let step = played.step;
    let error = match &step.state {
        StepState::Failed { reason } => Some(reason.clone()),
        _ => None,
    };
    RehearsedStep {
        index: step.index,
        nodes: step.node_ids.len() as u64,
        traffic_weight: step.traffic,
        state: state(&step.state),
        started_ms: ms(step.started_at),
        verified_ms: ms(played.verified_at),
        ended_ms: ms(step.ended_at),
        error,
        waits: played.waits.into_iter().map(|one| wait(one, begins)).collect(),
    }
}

fn state(state: &StepState) -> rollout::StepState {
    match state {
        StepState::Pending => rollout::StepState::Pending,
        StepState::Running { .. } => rollout::StepState::Running,
        StepState::Verifying { .. } => rollout::StepState::Verifying,
        StepState::Completed => rollout::StepState::Completed,
        StepState::Failed { .. } => rollout::StepState::Failed,
    }
}

fn wait(wait: Wait, begins: Time) -> RehearsedWait {
    let kind = match wait.kind {
        WaitKind::Schedule => RehearsedWaitKind::Schedule,
        WaitKind::Queue => RehearsedWaitKind::Queue,
        WaitKind::Freeze => RehearsedWaitKind::Freeze,
        WaitKind::Switching => RehearsedWaitKind::Switching,
        WaitKind::Observing => RehearsedWaitKind::Observing,
        WaitKind::Gate => RehearsedWaitKind::Gate,
        WaitKind::WayBack => RehearsedWaitKind::WayBack,
    };
    RehearsedWait {
        kind,
        from_ms: wait.from.since(begins),
        to_ms: wait.to.since(begins),
        reason: wait.reason,
    }
}

fn comparison(one: Comparison, deadline_seconds: u32) -> RehearsedComparison {
    RehearsedComparison {
        step: one.step,
        canary_nodes: one.canary_nodes,
        control_nodes: one.control_nodes,
        canary_requests_per_second: one.canary_rate,
        control_requests_per_second: one.control_rate,
        requests: one.requests,
        min_requests: one.min_requests,
        compared_seconds: one.compared_ms as f64 / 1_000.0,
        verdict: one.verdict.map(|verdict| match verdict {
            Verdict::Gathering => RehearsedVerdict::Gathering,
            Verdict::Fair => RehearsedVerdict::Fair,
            Verdict::Worse => RehearsedVerdict::Worse,
        }),
        needs_seconds: one.needs_ms.map(|ms| ms as f64 / 1_000.0),
        deadline_seconds,
    }
}

fn decision(deed: Deed, begins: Time) -> RehearsedDecision {
    RehearsedDecision {
        at_ms: deed.at.since(begins),
        action: deed.action,
        step: deed.step,
        detail: deed.detail,
        rollout_id: Some(deed.rollout).filter(|id| *id != ROLLOUT),
    }
}
