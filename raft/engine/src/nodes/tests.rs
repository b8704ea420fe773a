#![allow(clippy::unwrap_used)]

use sentinel_model::Generation;

use super::*;
use crate::fixture::node;

const LISTENING: Listening = Listening {
    leader_since: Time(0),
    offline_after_ms: 120_000,
    fresh_ms: 30_000,
    unheard_within_ms: 11_000,
};

fn with_status(status: NodeStatus, since: i64) -> Node {
    let mut node = node("edge-1");
    (node.status, node.status_since) = (status, Time(since));
    node
}

fn heard(at: i64) -> NodeSample {
    let node_id = node("edge-1").id;
    NodeSample {
        node_id,
        heard_at: Time(at),
        healthy: true,
        effective: Generation(1),
        traffic: None,
        latency: Vec::new(),
        usage: None,
        next_within_ms: 0,
    }
}

fn decided(node: &Node, sample: Option<&NodeSample>, listening: Listening, now: i64) -> Option<NodeStatus> {
    let reports = decide_status([Candidate { node, sample }], listening, Time(now));
    assert!(reports.len() <= 1);
    reports.into_iter().next().map(|report| {
        assert_eq!(report.node_id, node.id);
        match report.fact {
            NodeFact::Status(status) => status,
            other => panic!("{other:?}"),
        }
    })
}

#[test]
fn a_node_is_offline_after_the_whole_span_of_silence_and_not_before() {
    let online = with_status(NodeStatus::Online, 0);
    let sample = heard(1_000_000);
    assert_eq!(decided(&online, Some(&sample), LISTENING, 1_119_999), None);
    assert_eq!(decided(&online, Some(&sample), LISTENING, 1_120_000), Some(NodeStatus::Offline));
}

#[test]
fn a_node_that_was_told_to_wait_longer_may_be_silent_for_longer() {
    let online = with_status(NodeStatus::Online, 0);
    let sample = NodeSample { next_within_ms: 66_000, ..heard(1_000_000) };
    assert_eq!(decided(&online, Some(&sample), LISTENING, 1_197_999), None);
    assert_eq!(decided(&online, Some(&sample), LISTENING, 1_198_000), Some(NodeStatus::Offline));
    // Not before that is it looked at again.
    let again = LISTENING.look_again(Candidate { node: &online, sample: Some(&sample) });
    let mut queue = SilenceQueue::default();
    queue.heard(online.id, again);
    assert_eq!(queue.due(Time(1_197_999), LISTENING.offline_after_ms, 1), []);
    assert_eq!(queue.due(Time(1_198_000), LISTENING.offline_after_ms, 1), [online.id]);
    // Of one that this leader has not heard, nobody knows what it was told: what is told now counts.
    let large = Listening { unheard_within_ms: 100_000, ..LISTENING };
    assert_eq!(decided(&online, None, large, 299_999), None);
    assert_eq!(decided(&online, None, large, 300_000), Some(NodeStatus::Offline));
    let offline = with_status(NodeStatus::Offline, 0);
    assert_eq!(decided(&offline, Some(&sample), LISTENING, 1_098_999), Some(NodeStatus::Online));
    assert_eq!(decided(&offline, Some(&sample), LISTENING, 1_099_000), None);
}

#[test]
fn a_new_leader_makes_no_node_offline_that_it_has_not_had_the_time_to_hear() {
    let online = with_status(NodeStatus::Online, 0);
    let new = Listening { leader_since: Time(5_000_000), ..LISTENING };
    assert_eq!(decided(&online, None, new, 5_000_001), None);
    assert_eq!(decided(&online, Some(&heard(1_000)), new, 5_119_999), None);
    assert_eq!(decided(&online, Some(&heard(1_000)), new, 5_120_000), Some(NodeStatus::Offline));
}

#[test]
fn coming_online_counts_as_a_word() {
    let online = with_status(NodeStatus::Online, 900_000);
    assert_eq!(decided(&online, None, LISTENING, 1_000_000), None);
    assert_eq!(decided(&online, None, LISTENING, 1_020_000), Some(NodeStatus::Offline));
}

#[test]
fn a_fresh_heartbeat_brings_a_node_online() {
    for status in [NodeStatus::Offline, NodeStatus::Unknown] {
        let node = with_status(status, 500_000);
        assert_eq!(decided(&node, Some(&heard(1_000_000)), LISTENING, 1_029_999), Some(NodeStatus::Online));
        assert_eq!(decided(&node, Some(&heard(1_000_000)), LISTENING, 1_030_000), None);
        assert_eq!(decided(&node, None, LISTENING, 1_030_000), None);
    }
}

#[test]
fn a_node_that_was_never_heard_of_stays_unknown() {
    assert_eq!(decided(&with_status(NodeStatus::Unknown, 0), None, LISTENING, 9_000_000), None);
}

#[test]
fn a_heartbeat_from_a_clock_ahead_counts_as_now() {
    let node = with_status(NodeStatus::Offline, 0);
    assert_eq!(decided(&node, Some(&heard(2_000_000)), LISTENING, 1_000_000), Some(NodeStatus::Online));
}

#[test]
fn no_status_flaps_between_two_ticks_without_news() {
    let offline = with_status(NodeStatus::Offline, 1_120_000);
    let sample = heard(1_000_000);
    let careless = Listening { fresh_ms: u64::MAX, ..LISTENING };
    for now in (1_120_000..1_400_000).step_by(5_000) {
        assert_eq!(decided(&offline, Some(&sample), careless, now), None, "at {now}");
    }
}

#[test]
fn one_call_reports_a_bounded_number_and_nothing_that_is_known_already() {
    let silent = with_status(NodeStatus::Online, 0);
    let fine = with_status(NodeStatus::Online, 9_999_999);
    let candidates = std::iter::repeat_n(&fine, 10).chain(std::iter::repeat_n(&silent, REPORTS_MAX + 50));
    let candidates = candidates.map(|node| Candidate { node, sample: None });
    let reports = decide_status(candidates, LISTENING, Time(10_000_000));
    assert_eq!(reports.len(), REPORTS_MAX);
}
