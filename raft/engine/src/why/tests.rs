#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use sentinel_model::governance::Approval;
use sentinel_model::node::ActivationFailure;
use sentinel_model::node::ActivationStage;
use sentinel_model::rollout::{Hold, Queued, RolloutNodeState};
use sentinel_model::{NodeId, Sha256Digest};

use super::*;
use crate::fixture::{self, BEFORE, GIVEN, NEW, OLD, ROLLOUT, START};

/// `true`: every bundle was revoked.
#[derive(Debug)]
struct Names(bool);

impl Versions for Names {
    fn version(&self, bundle: BundleId) -> String {
        (if bundle == NEW { "2.0" } else { "1.0" }).to_owned()
    }

    fn revoked(&self, _: BundleId) -> bool {
        self.0
    }
}

/// A node that runs the old bundle, and what there is beside it.
struct Case {
    node: Node,
    generation: Option<Generation>,
    rollout: Rollout,
    member: Option<RolloutNode>,
    step: Option<Step>,
    owns: bool,
    origin: bool,
    waits: bool,
    stale: Option<&'static str>,
    passes: bool,
    frozen: Option<&'static str>,
    drift: Option<DriftEvent>,
    revoked: bool,
}

impl Case {
    fn new() -> Self {
        Self {
            node: fixture::node("edge-1"),
            generation: None,
            rollout: fixture::rollout(),
            member: None,
            step: None,
            owns: false,
            origin: false,
            waits: false,
            stale: None,
            passes: false,
            frozen: None,
            drift: None,
            revoked: false,
        }
    }

    /// A rollout owns it, and has it in its second step.
    fn owned() -> Self {
        let mut case = Self::new();
        case.owns = true;
        case.node.owner = Some(ROLLOUT);
        case.member = Some(RolloutNode {
            before: None,
            outcome: None,
            rollout_id: ROLLOUT,
            node_id: case.node.id,
            step: 1,
            previous: None,
            fallback: None,
            state: RolloutNodeState::Pending,
        });
        case.step = Some(step(1, case.node.id, StepState::Pending));
        case
    }

    /// The rollout has given the new bundle to it.
    fn given() -> Self {
        let mut case = Self::owned();
        case.rollout.current_step = 1;
        case.node.generation = GIVEN;
        let assignment = case.node.assignment.as_mut().unwrap();
        assignment.generation = GIVEN;
        assignment.bundle_id = NEW;
        assignment.at = START;
        assignment.cause = AssignmentCause::Rollout(ROLLOUT);
        case.step = Some(step(1, case.node.id, StepState::Running { since: START }));
        case
    }

    fn findings(&self) -> Vec<Finding> {
        let involved = Involved {
            rollout: &self.rollout,
            version: "2.0",
            member: self.member.as_ref(),
            step: self.step.as_ref(),
            stale: self.stale,
        };
        let waiting = [involved];
        why(&WhyView {
            node: &self.node,
            versions: &Names(self.revoked),
            generation: self.generation,
            owner: self.owns.then_some(involved),
            origin: self.origin.then_some(involved),
            waiting: if self.waits { &waiting } else { &[] },
            left_out: self.passes.then_some(involved),
            drift: self.drift.as_ref(),
            frozen: self.frozen,
            now: START.plus_ms(10_000),
        })
    }

    /// Kinds and words, in order.
    fn told(&self) -> Vec<(&'static str, String)> {
        let told =
            |finding: Finding| (finding.kind.as_str(), finding.text.replace(&ROLLOUT.to_string(), "R"));
        self.findings().into_iter().map(told).collect()
    }

    fn tells(&self, expected: &[(&str, &str)]) {
        let told = self.told();
        let told: Vec<(&str, &str)> = told.iter().map(|(kind, text)| (*kind, text.as_str())).collect();
        assert_eq!(told, expected);
    }
}

fn step(index: u32, node: NodeId, state: StepState) -> Step {
    Step {
        traffic: None,
        rollout_id: ROLLOUT,
        index,
        node_ids: vec![node],
        state,
        ran_ms: 0,
        started_at: None,
        ended_at: None,
    }
}

const RUNS: (&str, &str) = ("runs", "it runs generation 1 (1.0), assigned directly, and has proven it");

#[test]
fn a_node_that_runs_what_it_shall_says_so_first() {
    Case::new().tells(&[RUNS]);
    assert_eq!(Case::new().findings()[0].next, None, "there is nothing to do");
}

#[test]
fn a_node_whose_step_has_not_begun_says_which_one_is_under_way() {
    Case::owned().tells(&[
        RUNS,
        ("owner", "the rollout R of 2.0 owns it and goes on; the node is in step 2 of 2, and step 1 of 2 is under way"),
    ]);
}

#[test]
fn the_state_of_the_owner_is_told_with_what_can_be_done() {
    let mut paused = Case::owned();
    paused.rollout.state = RolloutState::Paused { by: "ada".into() };
    let told = paused.findings().pop().unwrap();
    assert!(told.text.contains("was paused by ada; the node is in step 2 of 2"), "{}", told.text);
    assert_eq!(told.next.as_deref(), Some("resume it, cancel it, or roll it back"));
    for (broken, frozen, words) in
        [(true, false, "has a broken gate"), (false, true, "is held by a freeze"), (false, false, "waits")]
    {
        let mut held = Case::owned();
        held.rollout.hold = Some(Hold {
            reason: "of errors".into(),
            broken,
            frozen,
            for_person: false,
            since: START,
            waits_since: None,
        });
        let told = held.findings().pop().unwrap();
        assert!(told.text.contains(&format!("owns it and {words}: of errors")), "{}", told.text);
        assert_eq!((told.since, told.rollout_id, told.next.is_some()), (Some(START), Some(ROLLOUT), true));
    }
    let mut back = Case::owned();
    back.rollout.state = RolloutState::RollingBack { reason: "it is slow".into(), since: START };
    assert!(back.findings().pop().unwrap().text.ends_with("is being taken back: it is slow"));
}

#[test]
fn how_far_it_has_come_is_told_by_its_facts() {
    let fact = Some(Fact { bundle_id: NEW, generation: GIVEN, at: START });
    let mut case = Case::given();
    let first = |case: &Case| case.told().remove(0);
    assert_eq!(first(&case).0, "on_its_way");
    assert!(first(&case).1.ends_with("given by the rollout R: it has not asked for it since"));
    case.node.offered = fact;
    assert!(first(&case).1.ends_with("it has not said that it has verified it"));
    case.node.accepted = fact;
    assert!(first(&case).1.ends_with("and has not proven to run it"));
    assert_eq!(case.findings()[0].next, None, "it has had ten seconds");
    case.node.effective = fact;
    assert_eq!(first(&case).1, "it runs generation 2 (2.0), given by the rollout R, and has proven it");
}

#[test]
fn a_failure_comes_first_and_says_what_runs_instead() {
    let mut case = Case::given();
    case.node.failure = Some(ActivationFailure {
        bundle_id: NEW,
        generation: GIVEN,
        stage: ActivationStage::Test,
        message: "unknown directive".into(),
        at: START,
    });
    let told = &case.findings()[0];
    assert_eq!((told.kind, told.since), (Kind::Failed, Some(START)));
    assert!(
        told.text.contains("failed on it at the stage 'test': unknown directive; it went back and runs 1.0"),
        "{}",
        told.text
    );
}

#[test]
fn silence_is_told_before_what_rollouts_do() {
    let mut case = Case::given();
    (case.node.status, case.node.status_since) = (NodeStatus::Offline, START);
    let kinds: Vec<Kind> = case.findings().iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [Kind::OnItsWay, Kind::Silent, Kind::Owner]);
}

#[test]
fn a_generation_that_is_asked_about_is_found_or_named_as_none() {
    let mut case = Case::given();
    for (asked, words) in [
        (Generation(9), "generation 9 was never given to it; the newest one is 2"),
        (BEFORE, "it still runs generation 1 (1.0), and shall run generation 2"),
        (Generation(0), "generation 0 was followed by generation 2"),
    ] {
        case.generation = Some(asked);
        assert_eq!(case.told().remove(0), ("generation", words.to_owned()));
    }
    case.generation = Some(GIVEN);
    assert_eq!(case.told().remove(0).0, "on_its_way", "the newest one is what the rest is about");
}

#[test]
fn what_waits_says_for_what() {
    let mut case = Case::new();
    case.waits = true;
    let told = |case: &Case| case.findings().pop().unwrap().text.replace(&ROLLOUT.to_string(), "R");
    case.rollout.state = RolloutState::PendingApproval;
    let (digest, expires_at) = (Sha256Digest([0; 32]), START);
    case.rollout.governance.approval = Some(Approval { digest, needed: 2, expires_at, given: Vec::new() });
    assert_eq!(told(&case), "the rollout R of 2.0 would move it, and has 0 of 2 approvals");
    case.rollout.state = RolloutState::Pending;
    case.rollout.queued = Some(Queued { place: 1, behind: None });
    case.rollout.hold = Some(Hold {
        reason: "waits for its nodes".into(),
        broken: false,
        frozen: false,
        for_person: false,
        since: START,
        waits_since: None,
    });
    assert_eq!(told(&case), "the rollout R of 2.0 would move it, and waits for its nodes");
    case.rollout.state = RolloutState::Scheduled;
    case.rollout.hold = None;
    case.rollout.governance.scheduled_at = Some(START);
    assert!(told(&case).contains("and begins at "));
}

#[test]
fn where_it_came_from_is_told_when_that_went_otherwise() {
    let reason = || "errors".to_owned();
    for (state, superseded, words) in [
        (RolloutState::RolledBack { reason: reason(), exceptions: vec![] }, false, "was taken back: errors"),
        (RolloutState::Failed { reason: reason() }, false, "failed: errors"),
        (
            RolloutState::Cancelled { by: "ada".into(), reason: String::new() },
            false,
            "was cancelled by ada; the node keeps",
        ),
        (
            RolloutState::Cancelled { by: "ada".into(), reason: "superseded".into() },
            true,
            "was stopped: superseded",
        ),
        (RolloutState::Completed, false, "completed"),
    ] {
        let mut case = Case::given();
        (case.owns, case.origin) = (false, true);
        case.rollout.state = state;
        case.rollout.superseded_by = superseded.then_some(ROLLOUT);
        let told = case.findings().pop().unwrap();
        assert!(told.kind == Kind::Origin && told.text.contains(words), "{}", told.text);
    }
}

#[test]
fn a_rollout_that_passes_it_by_says_why() {
    let mut case = Case::new();
    case.passes = true;
    let told =
        |case: &Case| case.findings().remove(1).text.split_once("does not move it: ").unwrap().1.to_owned();
    case.rollout.spec.target = Target::Nodes(vec![]);
    assert_eq!(told(&case), "that names its nodes one by one, and not this one");
    case.rollout.spec.target = Target::Labels(BTreeMap::from([("zone".into(), "fra".into())]));
    assert_eq!(told(&case), "that selects zone=fra, and the node has no zone");
    case.node.labels = BTreeMap::from([("zone".into(), "ams".into())]);
    assert_eq!(told(&case), "that selects zone=fra, and the node has zone=ams");
    case.rollout.spec.target = Target::All;
    assert!(told(&case).starts_with("it ran that bundle"));
    case.node.registered_at = START.plus_ms(1);
    assert_eq!(told(&case), "it joined after that was planned");
    case.rollout.spec.environment_id = Some(sentinel_model::EnvironmentId(uuid::Uuid::from_u128(1)));
    assert!(told(&case).starts_with("that is to another environment, and moving a node"), "{}", told(&case));
}

#[test]
fn pins_and_freezes_are_told_last() {
    let mut case = Case::new();
    case.node.pinned_bundle_id = Some(OLD);
    case.frozen = Some("frozen until tomorrow by window 'sales'");
    case.tells(&[
        RUNS,
        ("pinned", "it is pinned to 1.0: nobody gives it anything else"),
        ("frozen", "nothing goes forward there: frozen until tomorrow by window 'sales'"),
    ]);
    assert!(case.findings()[1..].iter().all(|finding| finding.next.is_some()));
}

/// Defect: `rollout why` said to start a rollout while another one was about to move the node.
#[test]
fn nobody_is_told_to_start_a_rollout_while_another_one_will_move_the_node() {
    let mut case = Case::new();
    case.passes = true;
    case.rollout.spec.target = Target::Nodes(vec![]);
    let next = |case: &Case| {
        let left_out = case.findings().into_iter().find(|finding| finding.kind == Kind::LeftOut);
        left_out.and_then(|finding| finding.next)
    };
    assert_eq!(next(&case).as_deref(), Some("start one that selects it"));
    (case.waits, case.rollout.state) = (true, RolloutState::Scheduled);
    assert_eq!(next(&case), None);
    let mut owned = Case { passes: true, ..Case::owned() };
    owned.rollout.spec.target = Target::Nodes(vec![]);
    assert_eq!(next(&owned), None);
}

/// Defect: on the way back, in a freeze, it said to wait for the end of that.
#[test]
fn nobody_is_told_to_wait_for_the_end_of_a_freeze_that_does_not_hold_the_way_back() {
    let mut case = Case::given();
    case.frozen = Some("frozen until tomorrow by window 'sales'");
    case.rollout.state = RolloutState::RollingBack { reason: "no".into(), since: START };
    let last = case.findings().pop().unwrap();
    assert_eq!((last.kind, last.next), (Kind::Frozen, None));
    assert!(last.text.ends_with("; what goes back is not held by that"), "{}", last.text);
}

/// Defect: it said to roll back a failed rollout that had given the node back already.
#[test]
fn nobody_is_told_to_roll_back_what_is_back() {
    let mut case = Case::given();
    (case.owns, case.origin) = (false, true);
    case.rollout.state = RolloutState::Failed { reason: "no".into() };
    let next = |case: &Case| {
        let origin = case.findings().into_iter().find(|finding| finding.kind == Kind::Origin);
        origin.and_then(|finding| finding.next).unwrap()
    };
    assert_eq!(next(&case), "roll it back, or roll a corrected bundle out");
    if let Some(assignment) = case.node.assignment.as_mut() {
        assignment.cause = AssignmentCause::Rollback(ROLLOUT);
    }
    assert_eq!(next(&case), "correct the bundle, and roll it out again");
}

#[test]
fn a_rollout_that_waits_says_that_its_plan_is_stale() {
    let mut case = Case::new();
    (case.waits, case.rollout.state) = (true, RolloutState::Scheduled);
    case.stale = Some("node 'edge-2' is pinned to another bundle");
    let waiting = case.findings().into_iter().find(|finding| finding.kind == Kind::Waiting).unwrap();
    let end = "cannot any more, because its plan is stale: node 'edge-2' is pinned to another bundle";
    assert!(waiting.text.ends_with(end), "{}", waiting.text);
    assert_eq!(
        waiting.next.as_deref(),
        Some("cancel it, which would fail and move nothing, and make a new one")
    );
}

#[test]
fn a_node_without_anything_says_what_to_do() {
    let mut case = Case::new();
    (case.node.assignment, case.node.effective) = (None, None);
    case.tells(&[("unassigned", "nothing is assigned to it")]);
    assert!(case.findings()[0].next.is_some());
}

/// Defect: a node that runs a revoked bundle, or something else than it has proven, says that all is well.
#[test]
fn drift_and_a_revoked_bundle_are_told_behind_what_it_runs() {
    let mut case = Case::new();
    case.drift = Some(fixture::drift_event(&case.node));
    case.revoked = true;
    let summary = case.drift.as_ref().map(|event| event.found.summary.clone()).unwrap();
    let drifted = format!("what is there differs from what it was given: {summary}");
    case.tells(&[RUNS, ("drifted", &drifted), ("revoked", "the bundle that it runs, 1.0, was revoked")]);
    assert!(case.findings()[1..].iter().all(|finding| finding.next.is_some()));
}

/// Defect: a node that serves what was taken from it says that all is well.
#[test]
fn a_node_that_still_runs_what_was_taken_from_it_says_so() {
    let mut case = Case::new();
    case.node.assignment = None;
    assert!(case.node.runs_unassigned());
    let told = &case.findings()[0].text;
    assert!(told.starts_with("nothing is assigned to it, and it still runs generation"), "{told}");
    assert!(case.findings()[0].next.is_some());
}
