#![allow(clippy::unwrap_used)]

use sentinel_model::rollout::StepState;

use super::*;
use crate::fixture::{GIVEN, ROLLOUT, id};

const SHIFTED: Time = Time(1_000_000);

/// Two shares of traffic; so many have begun, each ten minutes after the one before.
fn steps(begun: u32) -> Vec<Step> {
    let step = |index: u32| Step {
        rollout_id: ROLLOUT,
        index,
        node_ids: vec![id("g")],
        traffic: (index > 0).then_some(50),
        state: StepState::Completed,
        ran_ms: 0,
        started_at: (index <= begun).then(|| SHIFTED.plus_ms(600_000 * u64::from(index.saturating_sub(1)))),
        ended_at: None,
    };
    (0..3).map(step).collect()
}

fn member(state: RolloutNodeState) -> RolloutNode {
    let (rollout_id, node_id) = (ROLLOUT, id("g"));
    RolloutNode {
        rollout_id,
        node_id,
        step: 0,
        previous: None,
        fallback: None,
        before: None,
        outcome: None,
        state,
    }
}

/// What the node reports at a time: requests, errors and slow answers since its switch.
fn report(ms: u64, counted: Option<(u64, u64, u64)>) -> NodeSample {
    let traffic = counted.map(|(requests, errors, _)| TrafficSample {
        generation: GIVEN,
        window_ms: 99_000_000,
        requests,
        errors,
        p50_ms: 1.0,
        p95_ms: 1.0,
        p99_ms: 1.0,
    });
    let bars = |(requests, _, slow): (u64, u64, u64)| {
        let bar = |up_to_ms: Option<f64>, requests: u64| LatencyCount { up_to_ms, requests };
        vec![bar(Some(10.0), requests - slow), bar(Some(500.0), requests), bar(None, requests)]
    };
    NodeSample {
        node_id: id("g"),
        heard_at: SHIFTED.plus_ms(ms),
        healthy: true,
        effective: GIVEN,
        traffic,
        latency: counted.map(bars).unwrap_or_default(),
        usage: None,
        next_within_ms: 0,
    }
}

struct Leader {
    split: Split,
    begun: u32,
}

impl Leader {
    fn new(begun: u32) -> Self {
        Self { split: Split::default(), begun }
    }

    fn hears(&mut self, report: NodeSample) -> Option<TrafficSample> {
        self.takes_in(report).traffic
    }

    fn uses(&mut self, report: NodeSample) -> Option<UsageSample> {
        self.takes_in(report).usage
    }

    fn takes_in(&mut self, report: NodeSample) -> NodeSample {
        let mut samples = HashMap::from([(id("g"), report)]);
        let members = [member(RolloutNodeState::Completed { generation: GIVEN })];
        self.split.since_shift(&steps(self.begun), &members, &mut samples);
        samples.remove(&id("g")).unwrap()
    }
}

#[test]
fn only_what_came_after_the_traffic_was_shifted_counts() {
    let mut leader = Leader::new(2);
    let early = 600_000;
    assert_eq!(leader.hears(report(early, Some((9_000, 9, 9)))), None, "from before the second share");
    assert_eq!(leader.hears(report(early + 1_000, Some((10_000, 10, 10)))), None, "here it begins");
    let since = leader.hears(report(early + 6_000, Some((10_100, 60, 110)))).unwrap();
    assert_eq!((since.requests, since.errors, since.window_ms), (100, 50, 5_000));
    assert!(since.p99_ms > 10.0 && since.p50_ms > 10.0, "all of these were slow: {since:?}");
}

fn used(ms: u64, window_s: u64, cpu_percent: Option<f64>) -> NodeSample {
    let usage = UsageSample {
        generation: GIVEN,
        window_ms: window_s * 1_000,
        cpu_percent,
        memory_percent: Some(7.0),
    };
    NodeSample { usage: Some(usage), ..report(ms, None) }
}

/// Defect: an hour of idling before it had traffic hides that the traffic takes all of the processor.
#[test]
fn processor_time_counts_since_the_shift() {
    let mut leader = Leader::new(1);
    let mut hears = |report: NodeSample| {
        let usage = leader.uses(report).unwrap();
        assert_eq!(usage.memory_percent, Some(7.0), "memory is what it is now");
        (usage.window_ms, usage.cpu_percent)
    };
    assert_eq!(hears(used(0, 3_600, Some(1.0))), (0, None), "from before the share");
    assert_eq!(hears(used(1_000, 3_600, Some(1.0))), (0, None), "here it begins");
    assert_eq!(hears(used(1_000, 3_600, Some(1.0))), (0, None), "the same report once more");
    let (window_ms, cpu) = hears(used(61_000, 3_660, Some(2.5)));
    assert_eq!(window_ms, 60_000);
    assert!((cpu.unwrap() - 92.5).abs() < 0.001, "{cpu:?}");
    assert_eq!(hears(used(62_000, 3_661, None)), (61_000, None), "not measured is not known");
    assert_eq!(hears(used(70_000, 5, Some(50.0))), (0, None), "the proxy was started again");
    assert_eq!(hears(used(80_000, 15, Some(30.0))), (10_000, Some(20.0)));
    let mut without = Leader::new(1);
    without.uses(used(1_000, 10, None));
    assert_eq!(
        without.uses(used(11_000, 20, None)).unwrap().window_ms,
        10_000,
        "memory alone is judged as well"
    );
    let mut second = Leader::new(2);
    second.uses(used(601_000, 700, Some(10.0)));
    second.begun = 1;
    assert_eq!(second.uses(used(602_000, 701, Some(10.0))).unwrap().window_ms, 0, "each share anew");
}

#[test]
fn each_share_is_counted_anew() {
    let mut leader = Leader::new(1);
    assert_eq!(leader.hears(report(1_000, Some((10, 0, 0)))), None);
    assert_eq!(leader.hears(report(2_000, Some((30, 0, 0)))).unwrap().requests, 20);
    leader.begun = 2;
    assert_eq!(leader.hears(report(601_000, Some((40, 0, 0)))), None);
    assert_eq!(leader.hears(report(602_000, Some((45, 0, 0)))).unwrap().requests, 5);
}

#[test]
fn silence_is_no_traffic_only_where_there_was_none_before() {
    let mut first = Leader::new(1);
    assert_eq!(first.hears(report(1_000, None)), None);
    let since = first.hears(report(2_000, Some((40, 4, 0)))).unwrap();
    assert_eq!((since.requests, since.errors, since.window_ms), (40, 4, 1_000));
    assert!(since.p99_ms < 10.0, "its latency is known from the first answer on");
    let mut second = Leader::new(2);
    assert_eq!(second.hears(report(601_000, None)), None);
    assert_eq!(second.hears(report(602_000, Some((40, 4, 0)))), None, "some of it may be older");
}

#[test]
fn a_proxy_that_was_started_again_and_another_generation_begin_anew() {
    let mut leader = Leader::new(1);
    leader.hears(report(1_000, Some((100, 0, 0))));
    assert_eq!(leader.hears(report(2_000, Some((3, 0, 0)))), None);
    assert_eq!(leader.hears(report(3_000, Some((5, 0, 0)))).unwrap().requests, 2);
    let mut other = report(4_000, Some((50, 0, 0)));
    other.traffic.as_mut().unwrap().generation = GIVEN.next();
    assert_eq!(leader.hears(other), None);
}

#[test]
fn before_the_first_shift_and_for_nodes_that_keep_theirs_reports_stay_as_they_are() {
    let report = report(1_000, Some((100, 0, 0)));
    for (begun, state) in
        [(0, RolloutNodeState::Completed { generation: GIVEN }), (1, RolloutNodeState::Kept)]
    {
        let mut samples = HashMap::from([(id("g"), report.clone())]);
        Split::default().since_shift(&steps(begun), &[member(state)], &mut samples);
        assert_eq!(samples[&id("g")], report);
    }
}
