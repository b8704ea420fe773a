#![allow(clippy::unwrap_used)]

use super::*;
use sentinel_model::health::UsageSample;

use crate::fixture::{BEFORE, FRESH_MS, GIVEN, Scene, id};

/// A node that switched a minute ago and is heard of now.
fn scene() -> Scene {
    let mut scene = Scene::verifying(&["edge-1"]);
    scene.pass_s(60, &["edge-1"]);
    scene
}

fn gates() -> Gates {
    Gates { max_error_percent: Some(5.0), max_latency_ms: Some(100.0), min_requests: 100, ..Gates::default() }
}

fn verdict(scene: &Scene, gates: &Gates) -> Verdict {
    let node = &scene.nodes[&id("edge-1")];
    let sample = scene.samples.get(&node.id);
    judge(gates, Evidence { node, generation: GIVEN, sample, now: scene.now, fresh_ms: FRESH_MS })
}

fn undecided(scene: &Scene, gates: &Gates) -> &'static str {
    match verdict(scene, gates) {
        Verdict::Undecided(finding) => {
            assert!(finding.detail.starts_with("edge-1"), "{finding:?}");
            finding.kind
        }
        other => panic!("{other:?}"),
    }
}

fn broken(scene: &Scene, gates: &Gates) -> String {
    match verdict(scene, gates) {
        Verdict::Broken(finding) => format!("{}: {}", finding.kind, finding.detail),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_fresh_healthy_heartbeat_about_the_new_generation_passes() {
    assert_eq!(verdict(&scene(), &Gates::default()), Verdict::Pass);
}

#[test]
fn no_heartbeat_never_passes() {
    let mut scene = scene();
    scene.samples.clear();
    assert_eq!(undecided(&scene, &Gates::default()), "no fresh heartbeat");
}

#[test]
fn a_stale_heartbeat_never_passes() {
    let mut scene = scene();
    scene.pass_s(30, &[]);
    assert_eq!(verdict(&scene, &Gates::default()), Verdict::Pass);
    scene.now = scene.now.plus_ms(1);
    assert_eq!(undecided(&scene, &Gates::default()), "no fresh heartbeat");
}

#[test]
fn a_heartbeat_from_before_the_switch_never_passes() {
    let mut scene = scene();
    scene.samples.get_mut(&id("edge-1")).unwrap().effective = Generation(1);
    assert_eq!(undecided(&scene, &Gates::default()), "heartbeat is not about the new bundle");
}

#[test]
fn an_unhealthy_heartbeat_breaks() {
    let mut scene = scene();
    scene.heartbeat("edge-1", false);
    assert_eq!(broken(&scene, &Gates::default()), "heartbeat says unhealthy: edge-1");
}

#[test]
fn an_unhealthy_heartbeat_from_before_the_switch_breaks_nothing() {
    let mut scene = scene();
    scene.heartbeat("edge-1", false);
    scene.samples.get_mut(&id("edge-1")).unwrap().effective = Generation(1);
    assert_eq!(undecided(&scene, &Gates::default()), "heartbeat is not about the new bundle");
}

#[test]
fn good_traffic_passes() {
    let mut scene = scene();
    scene.traffic("edge-1");
    assert_eq!(verdict(&scene, &gates()), Verdict::Pass);
}

#[test]
fn missing_measurements_never_pass() {
    assert_eq!(undecided(&scene(), &gates()), "no traffic is measured");
}

#[test]
fn traffic_of_another_generation_never_passes() {
    for generation in [Generation(1), Generation(3)] {
        let mut scene = scene();
        scene.traffic("edge-1").generation = generation;
        assert_eq!(undecided(&scene, &gates()), "traffic was measured before the switch");
    }
}

#[test]
fn stale_traffic_never_passes_even_without_the_heartbeat_gate() {
    let mut scene = scene();
    scene.traffic("edge-1");
    scene.pass_s(31, &[]);
    let gates = Gates { heartbeat: false, ..gates() };
    assert_eq!(undecided(&scene, &gates), "no fresh heartbeat");
}

#[test]
fn too_few_requests_never_pass_and_never_break() {
    let mut scene = scene();
    let traffic = scene.traffic("edge-1");
    (traffic.requests, traffic.errors) = (99, 99);
    assert_eq!(undecided(&scene, &gates()), "too few requests so far");
}

#[test]
fn no_requests_never_pass_even_when_none_are_asked_for() {
    let mut scene = scene();
    scene.traffic("edge-1").requests = 0;
    let gates = Gates { min_requests: 0, ..gates() };
    assert_eq!(undecided(&scene, &gates), "too few requests so far");
}

#[test]
fn an_error_rate_above_the_limit_breaks_with_the_numbers() {
    let mut scene = scene();
    scene.traffic("edge-1").errors = 50;
    assert_eq!(verdict(&scene, &gates()), Verdict::Pass, "exactly the limit");
    scene.traffic("edge-1").errors = 120;
    assert_eq!(broken(&scene, &gates()), "error rate above the limit: edge-1 12.0 % (limit 5 %)");
}

#[test]
fn a_latency_above_the_limit_breaks_with_the_numbers() {
    let mut scene = scene();
    scene.traffic("edge-1").p99_ms = 100.0;
    assert_eq!(verdict(&scene, &gates()), Verdict::Pass, "exactly the limit");
    scene.traffic("edge-1").p99_ms = 250.5;
    let reason = "99th percentile of latency above the limit: edge-1 250.5 ms (limit 100 ms)";
    assert_eq!(broken(&scene, &gates()), reason);
}

#[test]
fn a_latency_that_is_no_number_never_passes() {
    for nonsense in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0] {
        let mut scene = scene();
        scene.traffic("edge-1").p99_ms = nonsense;
        assert_eq!(undecided(&scene, &gates()), "latency is not a number", "{nonsense}");
    }
}

#[test]
fn more_errors_than_requests_break() {
    let mut scene = scene();
    scene.traffic("edge-1").errors = 5_000;
    let gates = Gates { max_error_percent: Some(100.0), ..gates() };
    assert!(broken(&scene, &gates).starts_with("error rate"));
}

#[test]
fn passing_needs_the_whole_time_of_observation_on_the_node_and_in_the_window() {
    let gates = Gates { observe_s: 90, ..gates() };
    let mut scene = scene();
    scene.traffic("edge-1");
    assert_eq!(undecided(&scene, &gates), "is being observed");
    scene.pass_s(30, &["edge-1"]);
    assert_eq!(undecided(&scene, &gates), "traffic is being observed");
    scene.traffic("edge-1").window_ms = 90_000;
    assert_eq!(verdict(&scene, &gates), Verdict::Pass);
}

#[test]
fn observation_counts_from_the_proof_even_without_any_other_gate() {
    let gates = Gates { heartbeat: false, observe_s: 61, ..Gates::default() };
    let mut scene = scene();
    assert_eq!(undecided(&scene, &gates), "is being observed");
    scene.pass_s(1, &[]);
    assert_eq!(verdict(&scene, &gates), Verdict::Pass);
}

#[test]
fn bad_traffic_breaks_before_the_observation_is_over() {
    let mut scene = scene();
    scene.traffic("edge-1").errors = 900;
    assert!(broken(&scene, &Gates { observe_s: 600, ..gates() }).starts_with("error rate"));
}

#[test]
fn the_worst_gate_wins() {
    let mut scene = scene();
    scene.heartbeat("edge-1", false);
    let verdict = verdict(&scene, &gates());
    assert!(
        matches!(&verdict, Verdict::Broken(finding) if finding.kind == "heartbeat says unhealthy"),
        "{verdict:?}"
    );
}

#[test]
fn verdicts_on_several_nodes_tell_of_the_worst_and_of_all_that_share_it() {
    let verdicts = [
        Verdict::Pass,
        Verdict::undecided("no fresh heartbeat", "a".into()),
        Verdict::broken("heartbeat says unhealthy", "b".into()),
        Verdict::broken("error rate above the limit", "c 9 %".into()),
        Verdict::broken("heartbeat says unhealthy", "d".into()),
    ];
    assert_eq!(worst(&verdicts), Combined::Broken("heartbeat says unhealthy: b, d".into()));
    assert_eq!(worst(&verdicts[..2]), Combined::Undecided("no fresh heartbeat: a".into()));
    assert_eq!(worst(&verdicts[..1]), Combined::Pass);
}

fn uses(scene: &mut Scene, generation: Generation, cpu_percent: Option<f64>, memory_percent: Option<f64>) {
    let sample = scene.samples.get_mut(&id("edge-1")).unwrap();
    sample.usage = Some(UsageSample { generation, window_ms: 30_000, cpu_percent, memory_percent });
}

#[test]
fn what_the_proxy_uses_passes_only_when_it_was_measured_after_the_switch_for_long_enough() {
    let gates = Gates {
        max_cpu_percent: Some(80.0),
        max_memory_percent: Some(50.0),
        observe_s: 20,
        ..Gates::default()
    };
    let mut scene = scene();
    assert_eq!(undecided(&scene, &gates), "processor time and memory are not measured");
    uses(&mut scene, BEFORE, Some(1.0), Some(1.0));
    assert_eq!(undecided(&scene, &gates), "what the proxy uses was measured before the switch");
    for (cpu, memory) in
        [(None, Some(1.0)), (Some(1.0), None), (Some(f64::NAN), Some(1.0)), (Some(-1.0), Some(1.0))]
    {
        uses(&mut scene, GIVEN, cpu, memory);
        assert_eq!(
            undecided(&scene, &gates),
            "processor time and memory are not measured",
            "{cpu:?} {memory:?}"
        );
    }
    uses(&mut scene, GIVEN, Some(80.0), Some(50.0));
    assert_eq!(verdict(&scene, &gates), Verdict::Pass);
    assert_eq!(undecided(&scene, &Gates { observe_s: 40, ..gates }), "what the proxy uses is being observed");
    uses(&mut scene, GIVEN, Some(143.2), Some(50.0));
    assert_eq!(broken(&scene, &gates), "processor time above the limit: edge-1 143.2 % (limit 80 %)");
    uses(&mut scene, GIVEN, Some(1.0), Some(50.1));
    assert_eq!(broken(&scene, &gates), "memory above the limit: edge-1 50.1 % (limit 50 %)");
    scene.pass_s(600, &[]);
    assert_eq!(undecided(&scene, &gates), "no fresh heartbeat");
}
