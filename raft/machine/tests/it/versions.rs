//! Versions that a node takes. Upstream has the fields, saves null whatever is said, and never looks at them.

use sentinel_machine::Rejection;
use sentinel_machine::commands::node_update::{NodeUpdate, Pin, VersionChange};
use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_machine::commands::rollout_create::RolloutCreate;
use sentinel_model::BundleId;
use sentinel_model::rollout::{RolloutSpec, RolloutState};
use uuid::Uuid;

use crate::crew;
use crate::ids::*;
use crate::samples::{self, assign, pin, rollout, spec, update};
use crate::stage::Stage;

const LATER: BundleId = BundleId(Uuid::from_u128(0x6a));
const LATEST: BundleId = BundleId(Uuid::from_u128(0x6b));

fn stage() -> Stage {
    let mut stage = Stage::furnished();
    stage.done(samples::bundle(LATER, SHOP, "1.10.0"));
    stage.done(samples::bundle(LATEST, SHOP, "2.0.0"));
    stage
}

fn end(version: &str) -> Option<VersionChange> {
    Some(if version.is_empty() { VersionChange::Clear } else { VersionChange::To(version.into()) })
}

fn takes(number: u8, min: &str, max: &str) -> NodeUpdate {
    NodeUpdate { min_version: end(min), max_version: end(max), ..update(number) }
}

fn roll(bundle_id: BundleId) -> RolloutCreate {
    RolloutCreate { spec: RolloutSpec { bundle_id, ..spec() }, ..rollout() }
}

fn wrong(text: impl Into<String>) -> Rejection {
    Rejection::WrongState(text.into())
}

/// Defect: the constraint is never saved, and never looked at.
#[test]
fn what_is_outside_of_the_range_reaches_the_node_over_no_way() {
    let mut stage = stage();
    stage.done(takes(1, "1.4.0", "1.99.0"));
    let range = stage.node(1).versions;
    assert_eq!((range.min.as_deref(), range.max.as_deref()), (Some("1.4.0"), Some("1.99.0")));
    let words = |version: &str, advice: &str| {
        wrong(format!(
            "node 'edge-1' takes versions 1.4.0 to 1.99.0 only, and not bundle '{version}'; {advice}"
        ))
    };
    stage.refuses([
        (
            assign(LATEST, &[1]).into(),
            words("2.0.0", "assign another bundle, or change the versions that it takes"),
        ),
        (
            assign(NEW, &[1]).into(),
            words("2.0", "assign another bundle, or change the versions that it takes"),
        ),
        (roll(LATEST).into(), words("2.0.0", "plan again, or change the versions that it takes")),
    ]);
    stage.done(assign(LATER, &[1]));
    stage.done(NodeUpdate { max_version: end(""), ..update(1) });
    assert_eq!(stage.node(1).versions.to_string(), "1.4.0 or higher", "the other end stays");
    stage.done(roll(LATEST));
}

#[test]
fn a_range_and_a_pin_do_not_contradict_each_other() {
    let mut stage = stage();
    stage.done(pin(1, Pin::To(LATEST)));
    let both = |range: &str| {
        wrong(format!(
            "node 'edge-1' cannot be pinned to bundle '2.0.0' and take versions {range} only: change one of the two"
        ))
    };
    stage.refuses([(takes(1, "", "1.99.0").into(), both("1.99.0 or lower"))]);
    stage.done(pin(1, Pin::Clear));
    stage.done(takes(1, "", "1.99.0"));
    stage.refuses([(pin(1, Pin::To(LATEST)).into(), both("1.99.0 or lower"))]);
    stage.refuses_fields([
        ("min_bundle_version", takes(2, "1.4", "").into()),
        ("max_bundle_version", takes(2, "2.0.0", "1.0.0").into()),
        ("max_bundle_version", takes(2, "", &format!("1.0.0-{}", "a".repeat(100))).into()),
    ]);
}

#[test]
fn a_pin_and_a_range_may_change_together() {
    let mut stage = stage();
    stage.done(takes(1, "", "1.99.0"));
    stage.done(NodeUpdate { pin: Some(Pin::To(LATEST)), ..takes(1, "", "") });
    stage.done(NodeUpdate { pin: Some(Pin::Clear), ..takes(1, "", "1.99.0") });
    assert_eq!(stage.node(1).pinned_bundle_id, None);
}

#[test]
fn a_node_that_a_rollout_moves_keeps_its_range_meanwhile() {
    let mut stage = stage();
    stage.done(roll(LATER));
    let owned =
        format!("node 'edge-1' belongs to the rollout {ROLLOUT}; wait for it to end, or cancel it first");
    stage.refuses([(takes(1, "", "1.0.0").into(), wrong(owned))]);
}

#[test]
fn a_rollout_that_waited_finds_the_range_of_its_beginning() {
    let mut stage = stage();
    let at = Some(stage.now.plus_ms(crew::HOUR));
    stage.done(RolloutCreate { scheduled_at: at, ..roll(LATEST) });
    stage.done(takes(2, "", "1.99.0"));
    stage.now = stage.now.plus_ms(crew::HOUR);
    stage.decide(Transition::Begin);
    let RolloutState::Failed { reason } = stage.rollout().state else {
        panic!("{:?}", stage.rollout().state)
    };
    assert!(reason.contains("node 'edge-2' takes versions 1.99.0 or lower only"), "{reason}");
}

#[test]
fn a_late_joiner_is_not_given_a_baseline_that_it_does_not_take() {
    let mut stage = stage();
    stage.done(roll(LATEST));
    for number in [5, 6] {
        stage.done(samples::node(number));
    }
    stage.done(takes(5, "", "1.99.0"));
    stage.complete_step(&[1, 2]);
    stage.complete_step(&[3, 4]);
    assert_eq!(stage.node(5).assignment, None);
    assert_eq!(stage.node(6).assignment.unwrap().bundle_id, LATEST);
}

/// A lowest version above what the nodes run is how one makes sure that nothing older comes; the way back leads there all the same.
#[test]
fn the_way_back_leads_to_what_the_node_ran_whatever_it_takes() {
    let mut stage = stage();
    stage.done(assign(LATER, &[1, 2]));
    for number in [1, 2] {
        stage.prove(number);
        stage.done(takes(number, "2.0.0", ""));
    }
    stage.done(RolloutCreate { steps: vec![vec![edge(1)], vec![edge(2)]], ..roll(LATEST) });
    stage.complete_step(&[1]);
    stage.decide(Transition::StartStep);
    stage.decide(Transition::FailStep { reason: "edge-2 failed".into(), step: None });
    stage.decide(Transition::RestoreNodes { node_ids: vec![edge(1), edge(2)] });
    for number in [1, 2] {
        assert_eq!(stage.node(number).assignment.unwrap().bundle_id, LATER, "edge-{number}");
    }
}
