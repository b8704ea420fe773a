#![allow(clippy::unwrap_used)]

use sentinel_machine::commands::rollout_advance::{EXCEPTIONS_MAX, Transition};
use sentinel_model::node::{Assignment, AssignmentCause, Node};
use sentinel_model::rollout::{RolloutNodeState, RolloutState};
use sentinel_model::{Generation, NodeId};

use crate::fixture::{NEW, OLD, ROLLOUT, Scene, id};

const BACK: Generation = Generation(3);

/// Two completed steps of two nodes, and a failing one of one node.
fn scene() -> Scene {
    let mut scene = Scene::running(&["a1", "a2"]);
    for (name, step) in [("b1", 1), ("b2", 1), ("c1", 2)] {
        scene.given(name, step);
    }
    scene.rollout.current_step = 2;
    scene.rollout.state = RolloutState::RollingBack { reason: "it broke".into(), since: scene.now };
    scene
}

/// The state machine gives the node its earlier bundle again.
fn restore(scene: &mut Scene, name: &str) {
    let at = scene.now;
    let node = scene.node(name);
    node.generation = BACK;
    let cause = AssignmentCause::Rollback(ROLLOUT);
    node.assignment =
        Some(Assignment { bundle_id: OLD, generation: BACK, at, cause, reasserts: None, asserts: None });
    scene.member(name).state = RolloutNodeState::Restoring { generation: BACK };
}

fn wave(scene: &Scene) -> Vec<NodeId> {
    match scene.decide() {
        Some(Transition::RestoreNodes { node_ids }) => node_ids,
        other => panic!("{other:?}"),
    }
}

fn finished(scene: &Scene) -> Vec<String> {
    match scene.decide() {
        Some(Transition::FinishRollback { exceptions }) => exceptions,
        other => panic!("{other:?}"),
    }
}

fn all_restored(scene: &mut Scene) {
    for name in ["a1", "a2", "b1", "b2", "c1"] {
        restore(scene, name);
        scene.prove(name);
    }
}

#[test]
fn the_failing_step_goes_first_then_earlier_steps_in_waves_newest_first() {
    let mut scene = scene();
    for names in [&["c1"][..], &["b1", "b2"], &["a1", "a2"]] {
        let ids: Vec<NodeId> = names.iter().map(|name| id(name)).collect();
        assert_eq!(wave(&scene), ids);
        for name in names {
            restore(&mut scene, name);
        }
        assert_eq!(scene.decide(), None, "the wave is on its way");
        for name in names {
            scene.prove(name);
        }
    }
    assert_eq!(finished(&scene), Vec::<String>::new());
}

#[test]
fn a_wave_waits_for_its_last_node_that_can_still_come_back() {
    let mut scene = scene();
    for name in ["c1", "b1", "b2"] {
        restore(&mut scene, name);
    }
    scene.prove("c1");
    scene.fail("b1", "no");
    assert_eq!(scene.decide(), None);
    scene.offline("b2");
    assert_eq!(wave(&scene), [id("a1"), id("a2")]);
}

#[test]
fn a_wave_ends_at_its_deadline_and_names_who_is_missing() {
    let mut scene = scene();
    all_restored(&mut scene);
    let effective = scene.node("a2").effective;
    restore(&mut scene, "a1");
    scene.node("a1").effective = effective.map(|fact| sentinel_model::node::Fact {
        bundle_id: NEW,
        generation: Generation(2),
        ..fact
    });
    scene.pass_s(600, &[]);
    assert_eq!(scene.decide(), None, "exactly the deadline");
    scene.pass_s(1, &[]);
    assert_eq!(finished(&scene), ["a1 has not proven its earlier bundle within 601 s"]);
    scene.leader_since = scene.now;
    assert_eq!(scene.decide(), None, "a new leader listens first");
}

#[test]
fn nodes_that_cannot_come_back_are_exceptions_in_words() {
    let mut scene = scene();
    all_restored(&mut scene);
    scene.member("a1").state = RolloutNodeState::NothingToRestore;
    scene.member("a1").previous = None;
    scene.member("a2").state = RolloutNodeState::NothingToRestore;
    restore(&mut scene, "b1");
    scene.node("b1").effective = None;
    scene.fail("b1", "port taken");
    restore(&mut scene, "b2");
    scene.node("b2").effective = None;
    scene.offline("b2");
    scene.member("c1").state = RolloutNodeState::NothingToRestore;
    scene.node("c1").pinned_bundle_id = Some(NEW);
    assert_eq!(
        finished(&scene),
        [
            "c1 was pinned to another bundle than its earlier one",
            "b1 failed at test: port taken",
            "b2 is offline; it goes back when it returns",
            "a1 had no earlier bundle",
            "a2: its earlier bundle was revoked",
        ]
    );
}

#[test]
fn an_offline_node_that_was_back_before_is_no_exception() {
    let mut scene = scene();
    all_restored(&mut scene);
    scene.offline("a1");
    assert_eq!(finished(&scene), Vec::<String>::new());
}

#[test]
fn untouched_and_deleted_nodes_are_left_alone() {
    let mut scene = scene();
    for name in ["a1", "a2", "b1", "b2"] {
        scene.member(name).state = RolloutNodeState::Pending;
    }
    scene.delete("c1");
    assert_eq!(finished(&scene), Vec::<String>::new());
}

#[test]
fn a_node_that_was_assigned_something_else_since_is_not_taken_back() {
    let mut scene = scene();
    all_restored(&mut scene);
    scene.member("a1").state = RolloutNodeState::Completed { generation: Generation(2) };
    scene.node("a1").assignment.as_mut().unwrap().cause = AssignmentCause::Direct;
    scene.node("a2").assignment.as_mut().unwrap().generation = Generation(4);
    let expected = ["a1 was assigned something else since", "a2 was assigned something else since"];
    assert_eq!(finished(&scene), expected);
}

#[test]
fn exceptions_are_bounded_and_none_is_lost_from_the_count() {
    let names: Vec<String> = (0..EXCEPTIONS_MAX + 7).map(|number| format!("n{number:05}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut scene = Scene::running(&names);
    scene.rollout.state = RolloutState::RollingBack { reason: "it broke".into(), since: scene.now };
    for name in &names {
        let member = scene.member(name);
        (member.state, member.previous) = (RolloutNodeState::NothingToRestore, None);
    }
    let exceptions = finished(&scene);
    assert_eq!(exceptions.len(), EXCEPTIONS_MAX);
    assert_eq!(exceptions.last().unwrap(), "and 8 more nodes");
}

#[test]
fn a_rollout_that_moved_nothing_is_back_at_once() {
    let mut scene = Scene::running(&["a1"]);
    scene.rollout.state = RolloutState::RollingBack { reason: "asked".into(), since: scene.now };
    scene.member("a1").state = RolloutNodeState::Pending;
    let node: &Node = &scene.nodes[&id("a1")];
    assert!(node.owner.is_some());
    assert_eq!(finished(&scene), Vec::<String>::new());
}
