//! Why a node runs what it runs, and what would have to happen for it to run something else: everything that is known of it, the most
//! decisive first, each with what to do about it.
//!
//! Pure, like the deciders: whoever asks reads one state, and the answer is made of that alone.

use sentinel_model::drift::DriftEvent;
use sentinel_model::node::{AssignmentCause, Fact, Node, NodeStatus};
use sentinel_model::rollout::{Rollout, RolloutNode, RolloutState, Step, StepState, Target};
use sentinel_model::{BundleId, Generation, RolloutId, Time};

mod rollouts;
#[cfg(test)]
mod tests;

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// It runs what it shall run.
    Runs,
    /// Nothing is assigned to it.
    Unassigned,
    /// The generation that was asked about, where it is not the newest one.
    Generation,
    /// Its newest assignment failed.
    Failed,
    /// Nobody hears of it.
    Silent,
    /// It is on its way.
    OnItsWay,
    /// The rollout that owns it.
    Owner,
    /// A rollout that has not begun and wants it.
    Waiting,
    /// The rollout that gave it what it has, and went on otherwise.
    Origin,
    /// It may be given one bundle only, or bundles of some versions only.
    Pinned,
    /// A newer rollout that does not move it.
    LeftOut,
    /// Nothing goes forward in its project.
    Frozen,
    /// What is there differs from what it was given.
    Drifted,
    /// What it runs was revoked.
    Revoked,
}

impl Kind {
    /// Name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Runs => "runs",
            Kind::Unassigned => "unassigned",
            Kind::Generation => "generation",
            Kind::Failed => "failed",
            Kind::Silent => "silent",
            Kind::OnItsWay => "on_its_way",
            Kind::Owner => "owner",
            Kind::Waiting => "waiting",
            Kind::Origin => "origin",
            Kind::Pinned => "pinned",
            Kind::LeftOut => "left_out",
            Kind::Frozen => "frozen",
            Kind::Drifted => "drifted",
            Kind::Revoked => "revoked",
        }
    }
}

/// One thing that has to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub kind: Kind,
    /// In words.
    pub text: String,
    /// Since when, or when.
    pub since: Option<Time>,
    /// The rollout that it is about.
    pub rollout_id: Option<RolloutId>,
    /// What to do, where there is something to do.
    pub next: Option<String>,
}

/// A rollout that has something to do with the node.
#[derive(Clone, Copy, Debug)]
pub struct Involved<'a> {
    /// The rollout.
    pub rollout: &'a Rollout,
    /// Version of its bundle.
    pub version: &'a str,
    /// The node's row in it; `None` when it does not move the node.
    pub member: Option<&'a RolloutNode>,
    /// The step that moves the node.
    pub step: Option<&'a Step>,
    /// Why it cannot be carried out any more as it was planned, where it waits.
    pub stale: Option<&'a str>,
}

/// Everything that the answer is made of.
#[derive(Clone, Copy, Debug)]
pub struct WhyView<'a> {
    /// The node.
    pub node: &'a Node,
    /// Names a bundle.
    pub versions: &'a dyn Versions,
    /// The generation that is asked about; `None`: the newest one.
    pub generation: Option<Generation>,
    /// The rollout that owns it.
    pub owner: Option<Involved<'a>>,
    /// The rollout that its assignment comes from, if another one.
    pub origin: Option<Involved<'a>>,
    /// Rollouts that have not begun and have it in their plan.
    pub waiting: &'a [Involved<'a>],
    /// The newest rollout that began after its assignment and does not move it.
    pub left_out: Option<Involved<'a>>,
    /// What differs on it from what it was given, while that lasts.
    pub drift: Option<&'a DriftEvent>,
    /// The freeze of its project, in words.
    pub frozen: Option<&'a str>,
    /// Now.
    pub now: Time,
}

/// Names bundles.
pub trait Versions: std::fmt::Debug {
    /// The version of a bundle, or what stands for one that is gone.
    fn version(&self, bundle: BundleId) -> String;

    /// Whether it was revoked, or is gone.
    fn revoked(&self, bundle: BundleId) -> bool;
}

/// What is known, the most decisive first: never nothing.
pub fn why(view: &WhyView<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(generation(view));
    findings.extend(state(view));
    findings.extend(view.drift.map(drifted));
    findings.extend(revoked(view));
    findings.extend(silent(view));
    findings.extend(view.owner.map(|owner| rollouts::owner(view, owner)));
    findings.extend(view.origin.map(|origin| rollouts::origin(view, origin)));
    findings.extend(pinned(view));
    findings.extend(view.waiting.iter().map(|waiting| rollouts::waiting(*waiting)));
    findings.extend(view.left_out.map(|left_out| rollouts::left_out(view, left_out)));
    findings.extend(frozen(view));
    findings
}

impl Finding {
    fn new(kind: Kind, text: impl Into<String>, since: impl Into<Option<Time>>) -> Self {
        Self { kind, text: text.into(), since: since.into(), rollout_id: None, next: None }
    }

    fn of(self, rollout: &Rollout) -> Self {
        Self { rollout_id: Some(rollout.id), ..self }
    }

    fn then(self, next: impl Into<String>) -> Self {
        Self { next: Some(next.into()), ..self }
    }
}

/// What really runs is another thing than what it has proven.
fn drifted(event: &DriftEvent) -> Finding {
    let alarm = event.alarm.as_ref().map(|alarm| format!("; {alarm}")).unwrap_or_default();
    let text = format!("what is there differs from what it was given: {}{alarm}", event.found.summary);
    let next = format!("see what differs: `drift show {}`", event.id);
    Finding::new(Kind::Drifted, text, event.detected_at).then(next)
}

/// Nobody else is given it any more.
fn revoked(view: &WhyView<'_>) -> Option<Finding> {
    let runs = view.node.effective.filter(|fact| view.versions.revoked(fact.bundle_id))?;
    let text = format!("the bundle that it runs, {}, was revoked", view.versions.version(runs.bundle_id));
    Some(Finding::new(Kind::Revoked, text, None).then("roll out another bundle to it"))
}

/// What became of a generation that is not the newest one.
fn generation(view: &WhyView<'_>) -> Option<Finding> {
    let (asked, node) = (view.generation?, view.node);
    let newest = node.assignment.as_ref().map_or(node.generation, |assignment| assignment.generation);
    if asked == newest && node.assignment.is_some() {
        return None;
    }
    let text = if asked > node.generation {
        format!("generation {asked} was never given to it; the newest one is {}", node.generation)
    } else if let Some(fact) = node.effective.filter(|fact| fact.generation == asked) {
        let version = view.versions.version(fact.bundle_id);
        format!("it still runs generation {asked} ({version}), and shall run generation {newest}")
    } else {
        format!("generation {asked} was followed by generation {}", node.generation)
    };
    Some(Finding::new(Kind::Generation, text, None))
}

/// Where it stands with its newest assignment.
fn state(view: &WhyView<'_>) -> Option<Finding> {
    let node = view.node;
    let Some(assignment) = &node.assignment else {
        let (text, since) = match node.effective {
            Some(fact) => {
                let version = view.versions.version(fact.bundle_id);
                let text = format!(
                    "nothing is assigned to it, and it still runs generation {} ({version}), which was taken from it again: it had \
                     run nothing before",
                    fact.generation
                );
                (text, Some(fact.at))
            }
            None => ("nothing is assigned to it".to_owned(), None),
        };
        let finding = Finding::new(Kind::Unassigned, text, since);
        let idle = view.owner.is_none() && view.waiting.is_empty();
        return Some(if idle {
            finding.then("start a rollout that selects it, or assign a bundle to it")
        } else {
            finding
        });
    };
    let version = view.versions.version(assignment.bundle_id);
    let what = format!("generation {} ({version})", assignment.generation);
    let given = given_by(assignment.cause);
    if let Some(failure) = node.failure.as_ref().filter(|_| node.failed_current()) {
        let runs = match node.effective {
            Some(fact) => format!("it went back and runs {}", view.versions.version(fact.bundle_id)),
            None => "it has proven nothing since".to_owned(),
        };
        let text = format!(
            "{what}, {given}, failed on it at the stage '{}': {}; {runs}",
            failure.stage.as_str(),
            failure.message
        );
        let next = "see what the proxy said; correct the bundle, or the node, and roll out again";
        return Some(Finding::new(Kind::Failed, text, failure.at).then(next));
    }
    if let Some(fact) = node.effective.filter(|fact| fact.generation == assignment.generation) {
        return Some(Finding::new(
            Kind::Runs,
            format!("it runs {what}, {given}, and has proven it"),
            fact.at,
        ));
    }
    let reached = |fact: Option<Fact>| fact.filter(|fact| fact.generation >= assignment.generation);
    let (how_far, since) = if let Some(accepted) = reached(node.accepted) {
        ("it has verified and staged it, and has not proven to run it", accepted.at)
    } else if let Some(offered) = reached(node.offered) {
        ("it was offered to it, and it has not said that it has verified it", offered.at)
    } else {
        ("it has not asked for it since", assignment.at)
    };
    let finding = Finding::new(Kind::OnItsWay, format!("it shall run {what}, {given}: {how_far}"), since);
    let slow = view.now.since(since) > SLOW_MS && node.status == NodeStatus::Online;
    let host = if node.hostname.is_empty() { "the node" } else { &node.hostname };
    Some(if slow { finding.then(format!("look at the agent's log on {host}")) } else { finding })
}

/// A node that hears from its member asks at once, and proves within moments.
const SLOW_MS: u64 = 60_000;

fn given_by(cause: AssignmentCause) -> String {
    match cause {
        AssignmentCause::Direct => "assigned directly".to_owned(),
        AssignmentCause::Baseline => "the baseline of its project".to_owned(),
        AssignmentCause::Rollout(id) => format!("given by the rollout {id}"),
        AssignmentCause::Rollback(id) => format!("given back by the rollout {id}"),
    }
}

fn silent(view: &WhyView<'_>) -> Option<Finding> {
    let node = view.node;
    let (text, next) = match node.status {
        NodeStatus::Online => return None,
        NodeStatus::Offline => (
            "it is offline: no heartbeat arrives, so it hears of nothing new; its proxy may serve all the same",
            "see whether the agent runs and reaches a member",
        ),
        NodeStatus::Unknown => ("it has enrolled, and nobody has heard of it since", "start its agent"),
    };
    Some(Finding::new(Kind::Silent, text, node.status_since).then(next))
}

fn pinned(view: &WhyView<'_>) -> Option<Finding> {
    let Some(pinned) = view.node.pinned_bundle_id else { return versions(view) };
    let version = view.versions.version(pinned);
    let finding =
        Finding::new(Kind::Pinned, format!("it is pinned to {version}: nobody gives it anything else"), None);
    Some(finding.then("take the pin away to have it follow rollouts again"))
}

fn versions(view: &WhyView<'_>) -> Option<Finding> {
    let range = &view.node.versions;
    if range.is_open() {
        return None;
    }
    let finding = Finding::new(
        Kind::Pinned,
        format!("it takes bundles of the versions {range} only: nobody gives it others"),
        None,
    );
    Some(finding.then("change the versions that it takes to have it follow other rollouts"))
}

/// It is on its way to what it ran before, or its rollout is about to send it there.
fn goes_back(view: &WhyView<'_>) -> bool {
    let back = |owner: Involved<'_>| matches!(owner.rollout.state, RolloutState::RollingBack { .. });
    let given = view.node.assignment.as_ref().map(|assignment| assignment.cause);
    let returns = matches!(given, Some(AssignmentCause::Rollback(_))) && !view.node.converged();
    view.owner.is_some_and(back) || returns
}

fn frozen(view: &WhyView<'_>) -> Option<Finding> {
    let words = view.frozen?;
    let finding = Finding::new(Kind::Frozen, format!("nothing goes forward there: {words}"), None);
    if goes_back(view) {
        let text = format!("{}; what goes back is not held by that", finding.text);
        return Some(Finding { text, ..finding });
    }
    Some(finding.then("wait for the end of the freeze; an administrator can let one rollout through"))
}
