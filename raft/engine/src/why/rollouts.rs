//! What the rollouts that have to do with a node mean for it.

use sentinel_model::rollout::{Hold, RolloutNodeState};

use super::{
    AssignmentCause, Finding, Involved, Kind, Rollout, RolloutState, Step, StepState, Target, WhyView,
};

fn named(involved: Involved<'_>) -> String {
    format!("the rollout {} of {}", involved.rollout.id, involved.version)
}

/// Step 2 of 5, as people count.
fn place(rollout: &Rollout, index: u32) -> String {
    format!("step {} of {}", index + 1, rollout.steps)
}

/// The rollout that decides what the node runs now.
pub(super) fn owner(view: &WhyView<'_>, owner: Involved<'_>) -> Finding {
    let (rollout, name) = (owner.rollout, named(owner));
    let finding = |text: String| Finding::new(Kind::Owner, text, rollout.updated_at).of(rollout);
    let theirs = moves(owner);
    match &rollout.state {
        RolloutState::Paused { by } => finding(format!("{name} owns it and was paused by {by}; {theirs}"))
            .then("resume it, cancel it, or roll it back"),
        RolloutState::RollingBack { reason, since } => {
            let text = format!("{name} owns it and is being taken back: {reason}");
            Finding { since: Some(*since), ..finding(text) }
        }
        _ => {
            match &rollout.hold {
                Some(hold) => {
                    let kind = match hold {
                        Hold { frozen: true, .. } => "is held by a freeze",
                        Hold { broken: true, .. } => "has a broken gate",
                        _ => "waits",
                    };
                    let text = format!("{name} owns it and {kind}: {}; {theirs}", hold.reason);
                    let finding = Finding { since: Some(hold.since), ..finding(text) };
                    match hold {
                        Hold { for_person: true, .. } => finding
                            .then("let the step begin: `rollout advance`; or cancel it, or roll it back"),
                        Hold { frozen: true, .. } => finding
                            .then("wait for the end of the freeze, or have an administrator let it through"),
                        Hold { broken: true, .. } => finding
                            .then("it fails by itself if that lasts; correct the cause, or roll it back"),
                        _ if view.node.failed_current() => finding,
                        _ => finding
                            .then("see what it waits for; cancel it, or roll it back, if that does not come"),
                    }
                }
                None => finding(format!("{name} owns it and goes on; {theirs}")),
            }
        }
    }
}

/// What it does with this node.
fn moves(owner: Involved<'_>) -> String {
    let rollout = owner.rollout;
    let Some(member) = owner.member else { return "it does not move this node".to_owned() };
    if member.state == RolloutNodeState::Kept {
        return "the node keeps what it runs, and its traffic moves".to_owned();
    }
    let step = place(rollout, member.step);
    match owner.step.map(|step: &Step| &step.state) {
        Some(StepState::Pending) if member.step == rollout.current_step => {
            format!("the node's {step} is next")
        }
        Some(StepState::Pending) => {
            format!("the node is in {step}, and {} is under way", place(rollout, rollout.current_step))
        }
        Some(StepState::Running { .. }) => format!("the node's {step} is under way"),
        Some(StepState::Verifying { .. }) => format!("the gates of the node's {step} are judged"),
        Some(StepState::Completed) => format!("the node's {step} has completed"),
        Some(StepState::Failed { reason }) => format!("the node's {step} has failed: {reason}"),
        None => format!("the node is in {step}"),
    }
}

/// The rollout that gave the node what it has, and does not own it any more.
pub(super) fn origin(view: &WhyView<'_>, origin: Involved<'_>) -> Finding {
    let (rollout, name) = (origin.rollout, named(origin));
    let back = matches!(
        view.node.assignment.as_ref().map(|assignment| assignment.cause),
        Some(AssignmentCause::Rollback(_))
    );
    let finding = |text: String| Finding::new(Kind::Origin, text, rollout.ended_at).of(rollout);
    match &rollout.state {
        RolloutState::RolledBack { reason, .. } => finding(format!("{name} was taken back: {reason}"))
            .then("correct the bundle, and roll it out again"),
        RolloutState::Cancelled { by, .. } if rollout.superseded_by.is_none() => {
            let kept =
                if back { "what the node had not proven went back" } else { "the node keeps what it had" };
            finding(format!("{name} was cancelled by {by}; {kept}"))
                .then("roll a bundle out to every node, so that the fleet is on one again")
        }
        RolloutState::Cancelled { reason, .. } => finding(format!("{name} was stopped: {reason}")),
        RolloutState::Failed { reason } if back => {
            finding(format!("{name} failed: {reason}; what the node had not proven went back"))
                .then("correct the bundle, and roll it out again")
        }
        RolloutState::Failed { reason } => {
            finding(format!("{name} failed: {reason}")).then("roll it back, or roll a corrected bundle out")
        }
        RolloutState::Completed => finding(format!("{name} completed")),
        _ => finding(format!(
            "{name} gave it what it has, and is {}",
            rollout.state.as_str().replace('_', " ")
        )),
    }
}

/// A rollout that would move it, and has not begun.
pub(super) fn waiting(waiting: Involved<'_>) -> Finding {
    let (rollout, name) = (waiting.rollout, named(waiting));
    let finding = |text: String| Finding::new(Kind::Waiting, text, rollout.created_at).of(rollout);
    let hold = rollout.hold.as_ref().map(|hold| hold.reason.as_str());
    if let Some(stale) = waiting.stale {
        let text = format!("{name} would move it, and cannot any more, because its plan is stale: {stale}");
        return finding(text).then("cancel it, which would fail and move nothing, and make a new one");
    }
    match (&rollout.state, &rollout.governance.approval) {
        (RolloutState::PendingApproval, Some(approval)) => {
            let (given, needed) = (approval.given.len(), approval.needed);
            let text = format!("{name} would move it, and has {given} of {needed} approvals");
            finding(text).then("have somebody else approve it")
        }
        (RolloutState::Pending, _) => {
            let text = format!("{name} would move it, and {}", hold.unwrap_or("is next in the queue"));
            finding(text).then("wait for the other rollout to end, or cancel it")
        }
        (_, _) => match (hold, rollout.governance.scheduled_at) {
            (Some(hold), _) => finding(format!("{name} would move it, and is held: {hold}")),
            (None, Some(at)) => finding(format!("{name} would move it, and begins at {at}")),
            (None, None) => finding(format!("{name} would move it, and has not begun")),
        },
    }
}

/// A newer rollout that passes it by.
pub(super) fn left_out(view: &WhyView<'_>, left_out: Involved<'_>) -> Finding {
    let (rollout, node, name) = (left_out.rollout, view.node, named(left_out));
    let (why, next) = match &rollout.spec.target {
        _ if node.pinned_away_from(rollout.spec.bundle_id) => {
            ("it is pinned to another bundle".to_owned(), None)
        }
        _ if !node.versions.admits(left_out.version) => {
            (format!("it takes the versions {} only", node.versions), None)
        }
        _ if rollout.spec.environment_id.is_some_and(|to| node.environment_id != Some(to)) => (
            "that is to another environment, and moving a node to an environment gives it no bundle"
                .to_owned(),
            Some("start one to the environment that it is in"),
        ),
        Target::Nodes(_) => (
            "that names its nodes one by one, and not this one".to_owned(),
            Some("start one that selects it"),
        ),
        Target::Labels(labels) => {
            let lacks: Vec<String> = labels
                .iter()
                .filter(|(key, value)| node.labels.get(*key) != Some(value))
                .map(|(key, value)| match node.labels.get(key) {
                    Some(own) => format!("{key}={value}, and the node has {key}={own}"),
                    None => format!("{key}={value}, and the node has no {key}"),
                })
                .collect();
            match lacks.is_empty() {
                false => (
                    format!("that selects {}", lacks.join("; ")),
                    Some("give it the label, or start one that selects it"),
                ),
                true => joined_or_ran(view, rollout),
            }
        }
        Target::All => joined_or_ran(view, rollout),
        Target::Groups(_) if view.node.registered_at > rollout.created_at => joined_or_ran(view, rollout),
        Target::Groups(_) => (
            "it was not among the nodes of its groups when that was planned, or was left out then".to_owned(),
            Some("see whether it belongs to one of them now, and start a rollout again"),
        ),
    };
    let finding = Finding::new(Kind::LeftOut, format!("{name} does not move it: {why}"), rollout.created_at);
    let finding = finding.of(rollout);
    // Where another one moves it, or is about to, nobody has to start one.
    let moves = view.owner.is_some_and(|owner| owner.member.is_some()) || !view.waiting.is_empty();
    next.filter(|_| !moves).map_or(finding.clone(), |next| finding.then(next))
}

fn joined_or_ran(view: &WhyView<'_>, rollout: &Rollout) -> (String, Option<&'static str>) {
    if view.node.registered_at > rollout.created_at {
        return (
            "it joined after that was planned".to_owned(),
            Some(
                "wait for that to complete, which gives its bundle to late joiners, or start one that selects it",
            ),
        );
    }
    ("it ran that bundle, or was pinned or labelled otherwise, when that was planned".to_owned(), None)
}
