#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use sentinel_model::OrgId;
use sentinel_model::drift::DriftPolicy;
use sentinel_model::governance::ApprovalPolicy;
use sentinel_model::node::{ActivationFailure, ActivationStage, Fact, Node, NodeStatus};
use sentinel_model::secret::Sealed;
use uuid::Uuid;

use super::*;
use crate::fixture::{self, BEFORE, NEW, OLD, ROLLOUT};

const NOW: Time = Time(5_000_000);

fn project() -> Project {
    let id = fixture::node("a").project_id;
    Project {
        id,
        org_id: OrgId(Uuid::from_u128(1)),
        name: "Shop".into(),
        slug: "shop".into(),
        description: String::new(),
        sealed_marker_key: Sealed(Vec::new()),
        baseline: None,
        created_at: Time(0),
        catch_up: None,
        approval: ApprovalPolicy::default(),
        drift: DriftPolicy { remediation: Remediation::Reassert, delay_s: 60 },
        checks_private: false,
        sandbox: false,
        simulated_in: Default::default(),
    }
}

fn drifting() -> (DriftEvent, Node) {
    let mut node = fixture::node("a");
    node.effective = Some(Fact { bundle_id: OLD, generation: BEFORE, at: Time(0) });
    let event = fixture::drift_event(&node);
    (event, node)
}

const FLEET: Fleet = Fleet { nodes: 40, drifting: 1, under_way: 0 };

fn asked(event: &DriftEvent, node: Option<&Node>, change: impl Fn(&mut DriftView<'_>)) -> Option<DriftDeed> {
    let project = project();
    let mut view = DriftView {
        event,
        node,
        project: &project,
        compiled: true,
        version: "1.0.0",
        frozen: false,
        fleet: FLEET,
    };
    change(&mut view);
    let decided = decide(&view, NOW)?;
    assert_eq!((decided.event_id, decided.decided_on), (event.id, event.revision), "it is fenced");
    Some(decided.deed)
}

fn alarmed(deed: Option<DriftDeed>) -> String {
    match deed {
        Some(DriftDeed::Alarm { reason }) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_node_whose_time_has_come_is_given_its_assignment_again() {
    let (event, node) = drifting();
    assert_eq!(asked(&event, Some(&node), |_| {}), Some(DriftDeed::Reassert));
    let early = DriftEvent { next_try_at: Some(NOW.plus_ms(1)), ..event.clone() };
    assert_eq!(asked(&early, Some(&node), |_| {}), None);
    let off = DriftEvent { next_try_at: None, ..event.clone() };
    assert_eq!(asked(&off, Some(&node), |_| {}), None);
    assert_eq!(asked(&event, None, |_| {}), None);
    for state in [DriftState::Alarm, DriftState::Resolved] {
        assert_eq!(asked(&DriftEvent { state, ..event.clone() }, Some(&node), |_| {}), None);
    }
    let mut quiet = project();
    quiet.drift.remediation = Remediation::Off;
    let view = DriftView {
        event: &event,
        node: Some(&node),
        project: &quiet,
        compiled: true,
        version: "1.0.0",
        frozen: false,
        fleet: FLEET,
    };
    assert_eq!(decide(&view, NOW), None);
}

/// Defect: remediation that fails begins anew for ever.
#[test]
fn after_three_tries_somebody_has_to_look() {
    let (mut event, node) = drifting();
    for tries in 0..TRIES_MAX {
        event.tries = tries;
        assert_eq!(asked(&event, Some(&node), |_| {}), Some(DriftDeed::Reassert), "{tries}");
    }
    event.tries = TRIES_MAX;
    assert!(alarmed(asked(&event, Some(&node), |_| {})).contains("3 times"));
}

/// The range was made narrower since: what it runs it goes on running, and nothing outside it is given to it.
#[test]
fn a_version_that_the_node_does_not_take_is_an_alarm() {
    let (event, mut node) = drifting();
    node.versions.min = Some("2.0.0".into());
    assert!(alarmed(asked(&event, Some(&node), |_| {})).contains("and was assigned 1.0.0"));
    assert_eq!(asked(&event, Some(&node), |view| view.version = "2.0.0"), Some(DriftDeed::Reassert));
}

#[test]
fn what_is_away_or_on_its_way_is_waited_for_and_costs_no_try() {
    let (event, node) = drifting();
    let offline = Node { status: NodeStatus::Offline, ..node.clone() };
    assert_eq!(asked(&event, Some(&offline), |_| {}), None);
    let mut switching = node.clone();
    switching.generation = BEFORE.next();
    switching.assignment.as_mut().unwrap().generation = BEFORE.next();
    assert_eq!(asked(&event, Some(&switching), |_| {}), None);
    assert_eq!(asked(&event, Some(&node), |view| view.frozen = true), None);
    let full = Fleet { under_way: 2, ..FLEET };
    assert_eq!(asked(&event, Some(&node), |view| view.fleet = full), None);
    let room = Fleet { under_way: 1, ..FLEET };
    assert_eq!(asked(&event, Some(&node), |view| view.fleet = room), Some(DriftDeed::Reassert));
}

#[test]
fn what_can_be_of_no_use_is_an_alarm_at_once_also_in_a_freeze() {
    let (event, node) = drifting();
    let revoked = asked(&event, Some(&node), |view| (view.compiled, view.frozen) = (false, true));
    assert!(alarmed(revoked).contains("revoked"));
    let pinned = Node { pinned_bundle_id: Some(NEW), ..node.clone() };
    assert!(alarmed(asked(&event, Some(&pinned), |_| {})).contains("pin"));
    let many = Fleet { drifting: 9, ..FLEET };
    assert!(alarmed(asked(&event, Some(&node), |view| view.fleet = many)).contains("9 of 40 nodes"));
    let few = Fleet { nodes: 3, drifting: 3, under_way: 0 };
    assert_eq!(asked(&event, Some(&node), |view| view.fleet = few), Some(DriftDeed::Reassert));
}

proptest! {
    /// I27, whatever else is true: a node that a rollout owns is left alone, nothing is done in a freeze, and no fourth time.
    #[test]
    fn a_node_that_a_rollout_owns_is_never_touched(
        (owned, online, settled, failed) in any::<(bool, bool, bool, bool)>(),
        (compiled, frozen) in any::<(bool, bool)>(),
        tries in 0u8..6,
        (nodes, at_once, under_way) in (1u64..100, 0u64..100, 0u64..10),
    ) {
        let (mut event, mut node) = drifting();
        event.tries = tries;
        node.owner = owned.then_some(ROLLOUT);
        node.status = if online { NodeStatus::Online } else { NodeStatus::Offline };
        if !settled {
            let next = node.generation.next();
            node.assignment.as_mut().unwrap().generation = next;
            if failed {
                node.failure = Some(ActivationFailure {
                    bundle_id: OLD,
                    generation: next,
                    stage: ActivationStage::Prove,
                    message: String::new(),
                    at: Time(0),
                });
            }
        }
        let fleet = Fleet { nodes, drifting: at_once, under_way };
        let decided = asked(&event, Some(&node), |view| {
            (view.compiled, view.frozen, view.fleet) = (compiled, frozen, fleet);
        });
        if owned || !online || !(settled || failed) {
            prop_assert_eq!(&decided, &None);
        }
        if decided == Some(DriftDeed::Reassert) {
            prop_assert!(!frozen && compiled && tries < TRIES_MAX && fleet.has_room() && !fleet.too_many());
        }
    }
}
