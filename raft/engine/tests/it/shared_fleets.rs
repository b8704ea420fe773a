//! Defects of canaries, and of several rollouts over one fleet, that other systems are known for; each as a regression test of ours.

use sentinel_machine::query;
use sentinel_model::canary::Canary;
use sentinel_model::rollout::{RolloutSpec, RolloutState};

use crate::agent::{OnBack, OnNew};
use crate::plan::plan_over;
use crate::realm::{Ask, Deed, Realm, Story};
use crate::scenario::spec;
use crate::world::PROJECT;

fn story(on_new: OnNew, deeds: Vec<(usize, Deed)>) -> Story {
    Story { nodes: vec![(on_new, OnBack::Good(0), true); 4], slots: false, rules: Vec::new(), deeds }
}

fn ask(bundle: u8, target: u8, spec: RolloutSpec) -> Deed {
    Deed::Ask(1, Box::new(Ask { bundle, target, spec, in_ticks: None, through: false }))
}

fn canary(min_requests: u32) -> RolloutSpec {
    let canary =
        Canary { steps: vec![25, 100], slow_margin: None, min_requests, bake_s: 5, ..Canary::default() };
    RolloutSpec { canary: Some(canary), ..spec() }
}

fn states(realm: &Realm) -> Vec<RolloutState> {
    (0..realm.asked()).filter_map(|place| realm.rollout(place)).map(|rollout| rollout.state).collect()
}

/// Defect: with little traffic a canary waits for ever, and no deadline applies.
#[test]
fn a_canary_that_nobody_asks_anything_fails_at_its_deadline() {
    let realm = story(OnNew::NoTraffic, vec![(0, ask(0, 0, canary(10)))]).play();
    let [RolloutState::RolledBack { reason, .. }] = &states(&realm)[..] else {
        panic!("{:?}", states(&realm))
    };
    assert!(reason.contains("deadline"), "{reason}");
}

#[test]
fn a_canary_that_answers_with_errors_goes_back_and_one_that_does_not_goes_on() {
    let worse = story(OnNew::Errors, vec![(0, ask(0, 0, canary(10)))]).play();
    assert!(matches!(states(&worse)[..], [RolloutState::RolledBack { .. }]), "{:?}", states(&worse));
    let fair = story(OnNew::Good(1), vec![(0, ask(0, 0, canary(10)))]).play();
    assert_eq!(states(&fair), [RolloutState::Completed]);
}

/// Defect: percentages are taken as increments of the whole fleet, so that the last step has a fifth of it and not a half.
#[test]
fn the_shares_of_a_canary_count_what_has_gone_before() {
    let mut realm = Realm::founded();
    for number in 1..=100 {
        realm.enrol(number, OnNew::Good(0), false);
    }
    let nodes = query::nodes_of(&realm.tables, PROJECT).unwrap();
    let steps = plan_over(&RolloutSpec { canary: Some(Canary::default()), ..spec() }, &nodes).unwrap().steps;
    assert_eq!(steps.iter().map(Vec::len).collect::<Vec<_>>(), [5, 20, 25, 50]);
}

/// Defect: any number of rollouts run on the same nodes at the same time.
#[test]
fn a_second_rollout_over_the_same_nodes_is_refused_and_one_beside_it_is_not() {
    let all_but_one = ask(0, 0b0111, spec());
    let realm = story(OnNew::Good(3), vec![(0, all_but_one.clone()), (1, ask(1, 0b0110, spec()))]).play();
    assert_eq!(states(&realm), [RolloutState::Completed]);
    let realm = story(OnNew::Good(3), vec![(0, all_but_one), (1, ask(1, 0b1000, spec()))]).play();
    assert_eq!(states(&realm), [RolloutState::Completed, RolloutState::Completed]);
}
