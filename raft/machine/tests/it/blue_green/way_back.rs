//! Traffic goes back: in the step in which it fails, when somebody cancels it or takes it back, and after the end.

use super::*;
use crate::drift;
use crate::samples::drift::measurement;

/// Defect: an instant roll-back leaves the weight of the steps that have passed, and only the web UI can ask for one.
#[test]
fn traffic_comes_back_in_the_very_step_in_which_it_fails_is_taken_back_or_is_cancelled() {
    let cancel = RolloutCancel { rollout_id: ROLLOUT, by: "ada".into() };
    for shares in 1..=3 {
        let stage = shifted(shares);
        let fail = stage.advance(Transition::FailStep { reason: "errors".into(), step: None });
        for command in [fail.into(), roll_back().into(), Command::from(cancel.clone())] {
            let mut stage = stage.clone();
            stage.done(command);
            assert_eq!(weights(&stage), BEFORE);
            assert_eq!(stage.rollout().shift.unwrap().share, 0);
            let entry = stage.audit().pop().unwrap();
            assert!(
                entry.changes.values().any(|value| value.ends_with("traffic is back: green 0 %, blue 100 %")),
                "{entry:?}"
            );
        }
    }
    let mut stopped = slots();
    stopped.done(RolloutCreate { spec: RolloutSpec { auto_rollback: false, ..asked() }, ..create() });
    stopped.complete_step(&[3, 4]);
    stopped.decide(Transition::StartStep);
    stopped.decide(Transition::FailStep { reason: "errors".into(), step: None });
    assert!(matches!(stopped.rollout().state, RolloutState::Failed { .. }));
    assert_eq!(weights(&stopped), BEFORE, "also when it stops where it is");
    stopped.done(roll_back());
    assert!((1..=4).all(|number| stopped.node(number).owner == Some(ROLLOUT)));
}

#[test]
fn traffic_does_not_go_to_nodes_that_are_gone() {
    let mut stage = shifted(3);
    for number in [1, 2] {
        stage.report(edge(number), NodeFact::Status(NodeStatus::Offline));
    }
    stage.decide(Transition::FailStep { reason: "errors".into(), step: None });
    assert_eq!(weights(&stage), [0, 0, 100, 100]);
    let entry = stage.audit().pop().unwrap();
    let words = "errors; traffic stays: no node of the slot blue is online to take it";
    assert_eq!(entry.changes["detail"], words);
    // One is back by the time everything else is.
    stage.report(edge(2), NodeFact::Status(NodeStatus::Online));
    stage.decide(Transition::RestoreNodes { node_ids: vec![edge(3), edge(4)] });
    stage.decide(Transition::FinishRollback { exceptions: vec![] });
    assert_eq!(weights(&stage), BEFORE);
}

/// Failed with half of the traffic or more on green, for nobody was there to take it back; by now they are.
fn stuck(shares: u32) -> Stage {
    let mut stage = slots();
    stage.done(RolloutCreate { spec: RolloutSpec { auto_rollback: false, ..asked() }, ..create() });
    stage.complete_step(&[3, 4]);
    for share in 1..=shares {
        stage.decide(Transition::StartStep);
        stage.decide(Transition::VerifyStep);
        if share < shares {
            stage.decide(Transition::CompleteStep);
        }
    }
    status(&mut stage, NodeStatus::Offline);
    stage.decide(Transition::FailStep { reason: "errors".into(), step: None });
    status(&mut stage, NodeStatus::Online);
    stage
}

/// Defect: green is drained while the nodes that shall take its traffic belong to another rollout, which nobody lets weigh them.
#[test]
fn traffic_goes_back_only_to_nodes_that_are_free_and_as_they_were() {
    let mut stage = stuck(3);
    let after = [0, 0, 100, 100];
    assert_eq!(weights(&stage), after);
    assert_eq!(stage.rollout().state, RolloutState::Failed { reason: format!("{STAYS}; errors") });
    let other = RolloutCreate {
        rollout_id: SECOND,
        spec: spec(),
        live: vec![],
        steps: vec![vec![edge(1), edge(2)]],
        ..create()
    };
    let mut owned = stage.clone();
    owned.done(other);
    let refused = wrong(format!("node 'edge-1' belongs to the rollout {SECOND} by now; cancel that first"));
    owned.refuses([(roll_back().into(), refused)]);
    let mut given = stage.clone();
    given.done(assign(NEW, &[2]));
    let words = "node 'edge-2' was given something else since; roll out the earlier bundle instead";
    given.refuses([(roll_back().into(), wrong(words))]);
    assert_eq!((weights(&owned), weights(&given)), (after, after));

    stage.done(roll_back());
    assert_eq!(weights(&stage), BEFORE);
}

/// Defect: a rollout that ends while nobody is there to take the traffic leaves it half shifted for good.
#[test]
fn traffic_that_stayed_can_be_given_back_later() {
    let wave = || Transition::RestoreNodes { node_ids: vec![edge(3), edge(4)] };
    let half = [50, 40, 45, 45];
    let gone = || {
        let mut stage = shifted(2);
        status(&mut stage, NodeStatus::Offline);
        stage
    };
    let mut cancelled = gone();
    cancelled.done(RolloutCancel { rollout_id: ROLLOUT, by: "ada".into() });
    let state = RolloutState::Cancelled { by: "ada".into(), reason: STAYS.into() };
    assert_eq!(cancelled.rollout().state, state);
    let mut back = gone();
    back.done(roll_back());
    back.decide(wave());
    back.decide(Transition::FinishRollback { exceptions: vec![] });
    let state = RolloutState::RolledBack { reason: "slow".into(), exceptions: vec![STAYS.into()] };
    assert_eq!(back.rollout().state, state);
    for mut stage in [cancelled, back, stuck(2)] {
        assert_eq!(weights(&stage), half);
        status(&mut stage, NodeStatus::Offline);
        if !matches!(stage.rollout().state, RolloutState::Failed { .. }) {
            let nobody = wrong("no node of the slot blue is online to take the traffic");
            stage.refuses([(roll_back().into(), nobody)]);
        }
        status(&mut stage, NodeStatus::Online);
        stage.done(roll_back());
        assert_eq!((weights(&stage), stage.rollout().shift.unwrap().share), (BEFORE, 0));
        stage.decide(wave());
        stage.decide(Transition::FinishRollback { exceptions: vec![] });
        assert!(matches!(stage.rollout().state, RolloutState::RolledBack { .. }));
        assert!([3, 4].iter().all(|number| stage.node(*number).assignment.unwrap().bundle_id == OLD));
        let again = wrong("Rollout cannot be rolled back in current state (rolled_back)");
        stage.refuses([(roll_back().into(), again)]);
    }
    let mut plain = deployed();
    plain.done(RolloutCancel { rollout_id: ROLLOUT, by: "ada".into() });
    let refused = wrong("Rollout cannot be rolled back in current state (cancelled)");
    plain.refuses([(roll_back().into(), refused)]);
}

/// Defect: traffic returns to nodes that serve something else by now, or to a bundle that was revoked, and over what people have set.
#[test]
fn the_way_back_after_the_end_looks_at_slots_bundles_and_weights() {
    let stage = completed();
    let with = |change: Command| {
        let mut stage = stage.clone();
        stage.done(change);
        stage
    };
    for (number, change, place) in [
        (1, SlotChange::To(Slot::Green), "blue"),
        (2, SlotChange::Clear, "blue"),
        (3, SlotChange::To(Slot::Blue), "green"),
    ] {
        let words = format!(
            "node 'edge-{number}' is not in the slot {place} any more; put it there again: \
             sentinel-cp node update edge-{number} --slot {place}"
        );
        let moved = with(NodeUpdate { slot: Some(change), ..update(number) }.into());
        moved.refuses([(roll_back().into(), wrong(words))]);
    }
    let Rejection::WrongState(words) = with(BundleRevoke { bundle_id: OLD }.into()).refused(roll_back())
    else {
        panic!()
    };
    assert!(
        words.ends_with("which the slot blue runs, has been revoked; traffic does not go back to it"),
        "{words}"
    );
    let mut weighed = with(weigh(4, 40).into());
    weighed.done(roll_back());
    assert_eq!(weights(&weighed), BEFORE);
    assert_eq!(
        weighed.audit().pop().unwrap().changes["traffic"],
        "traffic is back: green 0 %, blue 100 %; weights that were changed since are gone: edge-4 (40 %)"
    );
}

/// Defect: to swap the slots turns a label around; neither traffic nor bundles follow.
#[test]
fn a_completed_one_is_taken_back_at_once_as_long_as_its_nodes_are_as_it_left_them() {
    let mut stage = completed();
    assert_eq!(weights(&stage), [0, 0, 100, 100]);
    let baseline = |stage: &Stage| stage.get::<Project>(SHOP.as_bytes()).unwrap().baseline;
    assert_eq!(baseline(&stage), Some(NEW));
    let other = RolloutCreate {
        rollout_id: SECOND,
        spec: spec(),
        live: vec![],
        steps: vec![vec![edge(2)]],
        ..create()
    };
    for (change, why) in [
        (
            Command::from(assign(NEW, &[1])),
            "node 'edge-1' was given something else since; roll out the earlier bundle instead",
        ),
        (
            assign(OLD, &[3]).into(),
            "node 'edge-3' was given something else since; roll out the earlier bundle instead",
        ),
        (other.into(), "node 'edge-2' belongs to the rollout"),
    ] {
        let mut stage = stage.clone();
        stage.done(change);
        let Rejection::WrongState(refused) = stage.refused(roll_back()) else { panic!() };
        assert!(refused.starts_with(why), "{refused}");
    }
    let mut gone = stage.clone();
    for number in [1, 2] {
        gone.report(edge(number), NodeFact::Status(NodeStatus::Offline));
    }
    assert_eq!(gone.refused(roll_back()), wrong("no node of the slot blue is online to take the traffic"));

    stage.done(roll_back());
    assert_eq!(weights(&stage), BEFORE);
    assert!(matches!(stage.rollout().state, RolloutState::RollingBack { .. }));
    assert!((1..=4).all(|number| stage.node(number).owner == Some(ROLLOUT)));
    assert_eq!(baseline(&stage), None, "who joins is given what was given before");
    stage.decide(Transition::RestoreNodes { node_ids: vec![edge(3), edge(4)] });
    for number in [3, 4] {
        stage.prove(number);
    }
    stage.decide(Transition::FinishRollback { exceptions: vec![] });
    assert!(matches!(stage.rollout().state, RolloutState::RolledBack { .. }));
    assert!((1..=4).all(|number| stage.node(number).effective.unwrap().bundle_id == OLD));
}

#[test]
fn another_strategy_is_not_taken_back_once_it_has_completed() {
    let mut stage = Stage::rolling();
    stage.complete_step(&[1, 2]);
    stage.complete_step(&[3, 4]);
    assert_eq!(
        stage.refused(roll_back()),
        wrong("Rollout cannot be rolled back in current state (completed)")
    );
}

/// Asserting a node's assignment again gives it a new generation and nothing else.
#[test]
fn what_was_only_asserted_again_is_as_it_was_left() {
    let mut stage = completed();
    drift::remediate(&mut stage);
    for (number, event, generation) in [(1, 1, 1), (3, 2, 2)] {
        drift::tell(&mut stage, number, event, measurement(generation, 1));
        stage.now = stage.now.plus_ms(drift::MINUTE);
        for _ in 0..2 {
            let again = drift::reassert(&stage, event);
            stage.done(again);
            stage.prove(number);
            stage.now = stage.now.plus_ms(10 * drift::MINUTE);
        }
    }
    stage.done(roll_back());
    assert_eq!(weights(&stage), BEFORE);
    stage.decide(Transition::RestoreNodes { node_ids: vec![edge(3), edge(4)] });
    assert_eq!(stage.node(3).assignment.unwrap().bundle_id, OLD);
}
