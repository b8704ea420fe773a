//! Whole canaries: nodes that report now and then, each at moments of its own, as real ones do.

#![allow(clippy::unwrap_used)]

use sentinel_model::Generation;
use sentinel_model::canary::{Analysis, Canary, Verdict};
use sentinel_model::health::TrafficSample;

use super::{Tally, observe};
use crate::fixture::{BEFORE, Dice, GIVEN, Scene, id};

/// How often a node reports, in milliseconds.
const REPORT_MS: u64 = 10_000;
/// Pause between two looks of the leader.
const LOOK_MS: u64 = 500;
/// Requests of a node between two looks: twenty a second.
const REQUESTS: u64 = 10;

/// Ten minutes of one node with the bundle and nine without it. `ratio`: the share of errors, by the time in milliseconds and
/// whether it is the canary. When it was found to be worse, if it was.
fn play(seed: u64, ratio: impl Fn(u64, bool) -> f64) -> Option<u64> {
    let names: Vec<String> = (0..10).map(|number| format!("edge-{number}")).collect();
    let mut scene = Scene::verifying(&["edge-0"]);
    names[1..].iter().for_each(|name| scene.waiting(name));
    let canary = Canary { slow_margin: None, ..Canary::default() };
    let (begun, mut dice) = (scene.now, Dice(seed));
    let (mut tally, mut analysis) = (Tally::default(), None::<Analysis>);
    let mut counted = vec![(0, 0); names.len()];
    for at in (0..600_000).step_by(LOOK_MS as usize) {
        scene.now = begun.plus_ms(at);
        for (place, name) in names.iter().enumerate() {
            counted[place].0 += REQUESTS;
            counted[place].1 += dice.hits(REQUESTS, ratio(at, place == 0));
            let turn = place as u64 * REPORT_MS / names.len() as u64;
            if at % REPORT_MS == turn {
                report(&mut scene, name, if place == 0 { GIVEN } else { BEFORE }, at, counted[place]);
            }
        }
        let Some(block) = scene.with_view(|view| tally.take_in(view, scene.now)) else { continue };
        let after = observe(&scene.rollout, &canary, analysis.as_ref(), &block, scene.now);
        if after.verdict == Verdict::Worse {
            return Some(at);
        }
        analysis = Some(after);
    }
    assert!(analysis.is_some_and(|analysis| analysis.errors.looks >= 7), "it was hardly looked at");
    None
}

fn report(scene: &mut Scene, name: &str, generation: Generation, at: u64, (requests, errors): (u64, u64)) {
    scene.heartbeat(name, true);
    let sample = scene.samples.get_mut(&id(name)).unwrap();
    sample.next_within_ms = REPORT_MS;
    sample.traffic = Some(TrafficSample {
        generation,
        window_ms: at,
        requests,
        errors,
        p50_ms: 1.0,
        p95_ms: 1.0,
        p99_ms: 1.0,
    });
}

#[test]
fn an_outage_that_hits_all_nodes_alike_takes_no_bundle_back_whenever_it_comes() {
    // Five seconds of nothing but errors, and twenty with one in five, at every place between the reports and the blocks.
    for run in 0..40 {
        let from = 200_000 + run * 1_500;
        let short = |at, _| if (from..from + 5_000).contains(&at) { 1.0 } else { 0.001 };
        assert_eq!(play(run, short), None, "from {from}");
        let long = |at, _| if (from..from + 20_000).contains(&at) { 0.2 } else { 0.001 };
        assert_eq!(play(1_000 + run, long), None, "from {from}");
    }
}

#[test]
fn a_canary_that_is_worse_is_found_although_nodes_report_only_now_and_then() {
    for run in 0..20 {
        let found = play(run, |_, canary| if canary { 0.03 } else { 0.001 });
        assert!(found.is_some_and(|at| at <= 300_000), "run {run}: {found:?}");
    }
}
