//! The recipe, the percentiles, and everything that must not become a number.
#![allow(clippy::unwrap_used)]

use super::*;

/// A scrape: answers of upstreams by status, answers of the proxy by reason, cumulative buckets.
fn scrape(upstream: &[(&str, u64)], local: &[(&str, u64)], buckets: &[(&str, u64)]) -> Counters {
    let mut text = "zentinel_build_info{version=\"0.6.45\"} 1\n".to_owned();
    for (status, count) in upstream {
        text +=
            &format!("zentinel_requests_total{{route=\"r\",method=\"GET\",status=\"{status}\"}} {count}\n");
    }
    for (reason, count) in local {
        text += &format!("zentinel_blocked_requests_total{{reason=\"{reason}\"}} {count}\n");
    }
    for (bound, count) in buckets {
        text += &format!(
            "zentinel_request_duration_seconds_bucket{{method=\"GET\",route=\"r\",le=\"{bound}\"}} {count}\n"
        );
    }
    Counters::read(&text).unwrap()
}

fn traffic(before: &Counters, after: &Counters, probes: u64) -> Option<Traffic> {
    between(Generation(4), 1_000, before, after, probes)
}

#[test]
fn errors_come_from_upstreams_and_from_the_proxy_itself_without_the_agents_own_probes() {
    let before =
        scrape(&[("200", 100), ("502", 3)], &[("proxy_error_500", 9)], &[("0.1", 103), ("+Inf", 103)]);
    let after = scrape(
        &[("200", 180), ("404", 10), ("502", 8)],
        &[
            ("proxy_error_500", 13),
            ("proxy_error_503", 2),
            ("proxy_error_404", 5),
            ("proxy_error_ConnectTimedout", 2),
            ("rate_limited", 40),
        ],
        &[("0.1", 198), ("+Inf", 198)],
    );
    let measured = traffic(&before, &after, 4).unwrap();
    // 95 from upstreams; 4 + 2 + 5 from the proxy, of which 4 were probes.
    assert_eq!(measured.requests, 95 + 7);
    assert_eq!(measured.errors, 5 + 2);
    assert_eq!((measured.generation, measured.window_ms), (Generation(4), 1_000));
}

#[test]
fn the_histogram_is_told_with_rising_numbers_and_all_answers_at_its_end() {
    let before = scrape(&[("200", 10)], &[], &[("0.01", 8), ("0.05", 10), ("+Inf", 10)]);
    let after = scrape(&[("200", 110)], &[], &[("0.01", 58), ("0.05", 109), ("+Inf", 108)]);
    let bar = |up_to_ms, requests| LatencyCount { up_to_ms, requests };
    let told = traffic(&before, &after, 0).unwrap().latency;
    assert_eq!(told, [bar(Some(10.0), 50), bar(Some(50.0), 99), bar(None, 99)]);
    let bounds: Vec<String> = (1..=100).map(|bound| bound.to_string()).collect();
    let many: Vec<(&str, u64)> =
        bounds.iter().map(|bound| (bound.as_str(), 7)).chain([("+Inf", 9)]).collect();
    let told = traffic(&Counters::default(), &scrape(&[("200", 9)], &[], &many), 0).unwrap().latency;
    assert!(told.len() <= LATENCY_BOUNDS_MAX, "{}", told.len());
    assert_eq!((told[0], told.last()), (bar(Some(1_000.0), 7), Some(&bar(None, 9))));
}

#[test]
fn percentiles_are_interpolated_inside_their_bucket() {
    let after =
        scrape(&[("200", 100)], &[], &[("0.01", 50), ("0.05", 90), ("0.1", 99), ("1", 100), ("+Inf", 100)]);
    let measured = traffic(&Counters::default(), &after, 0).unwrap();
    assert_eq!(measured.p50_ms, 10.0);
    assert!((measured.p95_ms - (50.0 + 50.0 * 5.0 / 9.0)).abs() < 1e-9, "{}", measured.p95_ms);
    assert!((measured.p99_ms - 100.0).abs() < 1e-9, "{}", measured.p99_ms);
}

#[test]
fn several_routes_are_one_distribution() {
    let text = "zentinel_requests_total{route=\"a\",status=\"200\"} 1\nzentinel_requests_total{route=\"b\",status=\"200\"} 1\n\
        zentinel_request_duration_seconds_bucket{route=\"a\",le=\"0.001\"} 1\n\
        zentinel_request_duration_seconds_bucket{route=\"a\",le=\"1\"} 1\n\
        zentinel_request_duration_seconds_bucket{route=\"a\",le=\"+Inf\"} 1\n\
        zentinel_request_duration_seconds_bucket{route=\"b\",le=\"0.001\"} 0\n\
        zentinel_request_duration_seconds_bucket{route=\"b\",le=\"1\"} 1\n\
        zentinel_request_duration_seconds_bucket{route=\"b\",le=\"+Inf\"} 1\n";
    let measured = traffic(&Counters::default(), &Counters::read(text).unwrap(), 0).unwrap();
    assert_eq!((measured.requests, measured.p50_ms), (2, 1.0));
    assert!(measured.p99_ms > 900.0, "{}", measured.p99_ms);
}

#[test]
fn answers_beyond_the_last_bound_are_told_as_that_bound() {
    let after = scrape(&[("200", 10)], &[], &[("0.1", 1), ("10", 1), ("+Inf", 10)]);
    assert_eq!(traffic(&Counters::default(), &after, 0).unwrap().p99_ms, 10_000.0);
}

#[test]
fn no_requests_are_no_traffic_and_not_zeros() {
    let idle = scrape(&[("200", 7)], &[("proxy_error_500", 2)], &[("0.1", 7), ("+Inf", 7)]);
    assert_eq!(traffic(&idle, &idle, 0), None);
    let probed = scrape(&[("200", 7)], &[("proxy_error_500", 4)], &[("0.1", 7), ("+Inf", 7)]);
    assert_eq!(traffic(&idle, &probed, 2), None, "only the agent asked");
    assert_eq!(Counters::read(""), None);
    assert_eq!(Counters::read("go_goroutines 5\n"), None, "somebody else's metrics");
}

#[test]
fn requests_that_no_route_wanted_prove_nothing() {
    let lost = scrape(&[], &[("proxy_error_404", 50)], &[]);
    assert_eq!(traffic(&Counters::default(), &lost, 0), None);
}

#[test]
fn when_every_answer_is_the_proxys_own_error_latency_is_as_bad_as_it_can_be_told() {
    let dead = scrape(&[], &[("proxy_error_503", 50)], &[]);
    let measured = traffic(&Counters::default(), &dead, 0).unwrap();
    assert_eq!((measured.requests, measured.errors), (50, 50));
    assert_eq!((measured.p50_ms, measured.p99_ms), (10_000.0, 10_000.0));
}

#[test]
fn a_counter_that_went_down_starts_over() {
    let before = scrape(&[("200", 1_000)], &[], &[("0.1", 1_000), ("+Inf", 1_000)]);
    let after = scrape(&[("200", 10)], &[], &[("0.1", 10), ("+Inf", 10)]);
    let measured = traffic(&before, &after, 0).unwrap();
    assert_eq!((measured.requests, measured.p50_ms), (10, 50.0));
}

#[test]
fn what_is_no_number_never_reaches_a_report() {
    let text = "zentinel_requests_total{status=\"200\"} NaN\nzentinel_requests_total{status=\"201\"} 5\n\
        zentinel_requests_total{status=\"202\"} -3\n\
        zentinel_request_duration_seconds_bucket{le=\"NaN\"} 5\nzentinel_request_duration_seconds_bucket{le=\"0.1\"} NaN\n\
        zentinel_request_duration_seconds_bucket{le=\"1\"} 5\nzentinel_request_duration_seconds_bucket{le=\"+Inf\"} 5\n";
    let measured = traffic(&Counters::default(), &Counters::read(text).unwrap(), 0).unwrap();
    assert_eq!((measured.requests, measured.errors), (5, 0));
    for latency in [measured.p50_ms, measured.p95_ms, measured.p99_ms] {
        assert!(latency.is_finite() && latency >= 0.0, "{latency}");
    }
}

#[test]
fn errors_are_never_more_than_requests() {
    let odd = scrape(&[], &[("proxy_error_500", 3)], &[]);
    let measured = traffic(&Counters::default(), &odd, 1).unwrap();
    assert!(measured.errors <= measured.requests, "{measured:?}");
}
