#![allow(clippy::unwrap_used)]

use sentinel_model::health::TrafficSample;

use super::*;
use crate::fixture::{BEFORE, GIVEN, NEW, Scene, id};

/// `edge-1` has the bundle, `edge-2` and `edge-3` have not; the step is being verified.
fn scene() -> Scene {
    let mut scene = Scene::verifying(&["edge-1"]);
    for name in ["edge-2", "edge-3"] {
        scene.waiting(name);
    }
    scene
}

fn says(scene: &mut Scene, name: &str, generation: Generation, requests: u64, errors: u64) {
    let sample = scene.samples.get_mut(&id(name)).unwrap();
    sample.effective = generation;
    sample.traffic = Some(TrafficSample {
        generation,
        window_ms: 1,
        requests,
        errors,
        p50_ms: 1.0,
        p95_ms: 1.0,
        p99_ms: 1.0,
    });
    let bar = |up_to_ms, requests| LatencyCount { up_to_ms, requests };
    sample.latency = vec![bar(Some(10.0), requests - errors), bar(None, requests)];
}

fn look(tally: &mut Tally, scene: &Scene) -> Option<Block> {
    scene.with_view(|view| tally.take_in(view, scene.now))
}

#[test]
fn a_block_has_what_both_groups_counted_since_they_were_heard_before() {
    let (mut scene, mut tally) = (scene(), Tally::default());
    says(&mut scene, "edge-1", GIVEN, 1_000, 900);
    says(&mut scene, "edge-2", BEFORE, 5_000, 4_000);
    says(&mut scene, "edge-3", BEFORE, 7_000, 0);
    assert_eq!(look(&mut tally, &scene), None, "what was before says nothing");
    says(&mut scene, "edge-1", GIVEN, 1_100, 901);
    says(&mut scene, "edge-2", BEFORE, 5_300, 4_002);
    says(&mut scene, "edge-3", BEFORE, 7_010, 3);
    scene.now = scene.now.plus_ms(BLOCK_MS - 1);
    assert_eq!(look(&mut tally, &scene), None, "too early");
    scene.now = scene.now.plus_ms(1);
    let block = look(&mut tally, &scene).unwrap();
    assert_eq!((block.canary.requests, block.canary.errors), (100, 1));
    assert_eq!((block.control.requests, block.control.errors), (310, 5));
    assert_eq!((block.canary.slower_than(10.0), block.control.slower_than(10.0)), ((100, 1), (310, 5)));
    assert_eq!(block.control.slower_than(20.0), (0, 0), "no such bound");
    scene.now = scene.now.plus_ms(BLOCK_MS);
    assert_eq!(look(&mut tally, &scene), None, "nothing is counted twice");
}

#[test]
fn counters_of_another_generation_and_counters_that_began_anew_are_not_compared() {
    let (mut scene, mut tally) = (scene(), Tally::default());
    says(&mut scene, "edge-1", GIVEN, 1_000, 0);
    says(&mut scene, "edge-2", BEFORE, 1_000, 0);
    look(&mut tally, &scene);
    says(&mut scene, "edge-1", GIVEN, 10, 10);
    says(&mut scene, "edge-2", GIVEN, 2_000, 2_000);
    scene.now = scene.now.plus_ms(BLOCK_MS);
    assert_eq!(look(&mut tally, &scene), None);
    says(&mut scene, "edge-1", GIVEN, 20, 11);
    says(&mut scene, "edge-2", GIVEN, 3_000, 3_000);
    assert_eq!(look(&mut tally, &scene), None, "edge-2 reports what it does not run");
    scene.node("edge-2").effective.as_mut().unwrap().generation = GIVEN;
    says(&mut scene, "edge-2", GIVEN, 3_100, 3_000);
    assert_eq!(look(&mut tally, &scene).unwrap().control.requests, 100);
}

#[test]
fn nodes_on_their_way_are_in_neither_group() {
    let (mut scene, mut tally) = (scene(), Tally::default());
    for round in 1..=2 {
        says(&mut scene, "edge-1", BEFORE, round * 100, 0);
        says(&mut scene, "edge-2", BEFORE, round * 100, 0);
        scene.node("edge-1").effective.as_mut().unwrap().generation = BEFORE;
        look(&mut tally, &scene);
    }
    scene.now = scene.now.plus_ms(BLOCK_MS);
    assert_eq!(look(&mut tally, &scene), None, "edge-1 has not proven the bundle");
}

#[test]
fn a_group_without_traffic_makes_no_block_and_what_the_other_had_does_not_wait_for_ever() {
    let (mut scene, mut tally) = (scene(), Tally::default());
    says(&mut scene, "edge-1", GIVEN, 0, 0);
    says(&mut scene, "edge-2", BEFORE, 0, 0);
    look(&mut tally, &scene);
    says(&mut scene, "edge-2", BEFORE, 500, 500);
    look(&mut tally, &scene);
    scene.now = scene.now.plus_ms(BLOCK_MAX_MS);
    assert_eq!(look(&mut tally, &scene), None);
    says(&mut scene, "edge-1", GIVEN, 50, 0);
    says(&mut scene, "edge-2", BEFORE, 550, 500);
    scene.now = scene.now.plus_ms(BLOCK_MS);
    let block = look(&mut tally, &scene).unwrap();
    assert_eq!((block.canary.requests, block.control.requests, block.control.errors), (50, 50, 0));
}

#[test]
fn a_block_lasts_several_reports_of_every_node() {
    let (mut scene, mut tally) = (scene(), Tally::default());
    for name in ["edge-1", "edge-2"] {
        scene.samples.get_mut(&id(name)).unwrap().next_within_ms = 10_000;
    }
    says(&mut scene, "edge-1", GIVEN, 0, 0);
    says(&mut scene, "edge-2", BEFORE, 0, 0);
    look(&mut tally, &scene);
    for report in 1..=2 {
        scene.now = scene.now.plus_ms(10_000);
        for (name, generation) in [("edge-1", GIVEN), ("edge-2", BEFORE)] {
            says(&mut scene, name, generation, report * 100, 0);
            let now = scene.now;
            scene.samples.get_mut(&id(name)).unwrap().heard_at = now;
        }
        let block = look(&mut tally, &scene);
        assert_eq!(block.is_some(), report == 2, "{report}");
        if let Some(block) = block {
            assert_eq!((block.canary.requests, block.control.requests, block.ms), (200, 200, 20_000));
        }
    }
}

#[test]
fn what_a_node_counted_while_nobody_heard_it_is_left_out() {
    let (mut scene, mut tally) = (scene(), Tally::default());
    says(&mut scene, "edge-1", GIVEN, 0, 0);
    says(&mut scene, "edge-2", BEFORE, 0, 0);
    look(&mut tally, &scene);
    scene.now = scene.now.plus_ms(3 * BLOCK_MS + 1);
    let now = scene.now;
    scene.samples.get_mut(&id("edge-1")).unwrap().heard_at = now;
    says(&mut scene, "edge-1", GIVEN, 1_000, 1_000);
    says(&mut scene, "edge-2", BEFORE, 1_000, 0);
    assert_eq!(look(&mut tally, &scene), None, "the canary has nothing of this time");
    says(&mut scene, "edge-1", GIVEN, 1_010, 1_000);
    assert_eq!(look(&mut tally, &scene).unwrap().canary.requests, 10);
}

#[test]
fn a_window_that_began_anew_and_a_node_that_runs_the_bundle_already_are_left_out() {
    let (mut scene, mut tally) = (scene(), Tally::default());
    for (requests, window_ms) in [(10, 60_000), (500, 1_000)] {
        says(&mut scene, "edge-1", GIVEN, requests, 0);
        scene.samples.get_mut(&id("edge-1")).unwrap().traffic.as_mut().unwrap().window_ms = window_ms;
        says(&mut scene, "edge-2", BEFORE, requests, 0);
        look(&mut tally, &scene);
    }
    scene.now = scene.now.plus_ms(BLOCK_MS);
    assert_eq!(look(&mut tally, &scene), None, "its window is shorter than before");
    says(&mut scene, "edge-1", GIVEN, 600, 0);
    scene.samples.get_mut(&id("edge-1")).unwrap().traffic.as_mut().unwrap().window_ms = 2_000;
    scene.node("edge-3").effective.as_mut().unwrap().bundle_id = NEW;
    for requests in [0, 900] {
        says(&mut scene, "edge-3", BEFORE, requests, 900.min(requests));
        if let Some(block) = look(&mut tally, &scene) {
            assert_eq!((block.canary.requests, block.control.requests), (100, 490));
        }
    }
    assert_eq!((tally.control.requests, tally.control.errors), (0, 0));
}
