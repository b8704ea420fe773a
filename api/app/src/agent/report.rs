//! What a heartbeat tells, and what of it is news.

use sentinel_api_types::agent::HeartbeatRequest;
use sentinel_api_types::drift::{DriftSeverity, Measured};
use sentinel_api_types::node::LatencyCount;
use sentinel_engine::nodes::Pace;
use sentinel_machine::commands::nodes_report::{NodeFact, VERSION_TEXT_MAX};
use sentinel_model::drift::{DIFFERENCES_MAX, Difference, Measurement, PATH_TEXT_MAX};
use sentinel_model::health::{self, NodeSample, TrafficSample, UsageSample};
use sentinel_model::node::{FAILURE_TEXT_MAX, Node, NodeStatus};
use sentinel_model::{Epoch, Generation, NodeId, Time, name};

use crate::error::AppError;

/// Most numbers in `metrics`.
const METRICS_MAX: usize = 64;

/// Refuses what cannot be.
pub(super) fn check(request: &HeartbeatRequest) -> Result<(), AppError> {
    let paired = [
        ("effective_generation", request.effective_generation, "active_bundle_id", request.active_bundle_id),
        ("accepted_generation", request.accepted_generation, "staged_bundle_id", request.staged_bundle_id),
    ];
    for (number, generation, id, bundle) in paired {
        if generation.is_some() && bundle.is_none() {
            return Err(AppError::invalid(id, format!("is needed beside {number}")));
        }
        if bundle.is_some() && generation.is_none() {
            return Err(AppError::invalid(number, format!("is needed beside {id}")));
        }
    }
    if let Some(traffic) = &request.traffic {
        let latencies = [traffic.p50_ms, traffic.p95_ms, traffic.p99_ms];
        if traffic.errors > traffic.requests {
            return Err(AppError::invalid("traffic.errors", "cannot be more than the requests"));
        }
        if latencies.iter().any(|ms| !ms.is_finite() || *ms < 0.0) {
            return Err(AppError::invalid("traffic", "latencies must not be negative"));
        }
        check_latency(&traffic.latency)?;
    }
    let used = request.usage.iter().flat_map(|usage| [usage.cpu_percent, usage.memory_percent]).flatten();
    if used.into_iter().any(|percent| !percent.is_finite() || percent < 0.0) {
        return Err(AppError::invalid("usage", "percentages must not be negative"));
    }
    if let Some(measured) = &request.measured {
        check_measured(measured)?;
    }
    if request.metrics.as_ref().is_some_and(|metrics| metrics.len() > METRICS_MAX) {
        return Err(AppError::invalid("metrics", format!("at most {METRICS_MAX} numbers")));
    }
    for (field, text) in [
        ("version", &request.version),
        ("proxy_version", &request.proxy_version),
        ("ip", &request.ip),
        ("hostname", &request.hostname),
    ] {
        if let Some(text) = text {
            name::check_text(field, text)?;
        }
    }
    Ok(())
}

/// What differs has a name, and what does not has none.
fn check_measured(measured: &Measured) -> Result<(), AppError> {
    let differs = measured.expected_hash != measured.actual_hash;
    if (measured.severity.is_some(), !measured.differences.is_empty()) != (differs, differs) {
        let message = "severity and differences are there exactly when the hashes differ";
        return Err(AppError::invalid("measured", message));
    }
    if measured.differences.len() > DIFFERENCES_MAX {
        return Err(AppError::invalid("measured.differences", format!("at most {DIFFERENCES_MAX}")));
    }
    for difference in &measured.differences {
        if difference.path.is_empty() || difference.path.chars().count() > PATH_TEXT_MAX {
            let message = format!("a path has 1 to {PATH_TEXT_MAX} characters");
            return Err(AppError::invalid("measured.differences", message));
        }
        name::check_text("measured.differences.words", &difference.words)?;
    }
    Ok(name::check_text("measured.summary", &measured.summary)?)
}

/// What an agent has measured, as the state machine takes it.
pub(super) fn measurement(measured: &Measured) -> Measurement {
    Measurement {
        generation: measured.generation,
        expected: measured.expected_hash,
        actual: measured.actual_hash,
        config: measured.config_hash,
        severity: measured.severity.unwrap_or(DriftSeverity::Low).into(),
        summary: measured.summary.clone(),
        differences: measured
            .differences
            .iter()
            .map(|one| Difference { path: one.path.clone(), kind: one.kind.into(), words: one.words.clone() })
            .collect(),
        more: measured.more,
    }
    .clipped()
}

/// A cumulative histogram: bounds and counts rise, and the last bar has all answers.
fn check_latency(counts: &[LatencyCount]) -> Result<(), AppError> {
    let bound = |count: &LatencyCount| count.up_to_ms.unwrap_or(f64::INFINITY);
    let rises = counts
        .windows(2)
        .all(|pair| bound(&pair[0]) < bound(&pair[1]) && pair[0].requests <= pair[1].requests);
    let numbers = counts.iter().all(|count| bound(count) >= 0.0);
    let ends = counts.last().is_none_or(|last| last.up_to_ms.is_none());
    if counts.len() > health::LATENCY_BOUNDS_MAX || !rises || !numbers || !ends {
        let message = format!(
            "must hold at most {} rising bounds with rising numbers, the last one null",
            health::LATENCY_BOUNDS_MAX
        );
        return Err(AppError::invalid("traffic.latency", message));
    }
    Ok(())
}

/// The heartbeat without what it tells of another epoch than the cluster's: those numbers may have been given again since.
pub(super) fn of_epoch(request: HeartbeatRequest, epoch: Epoch) -> HeartbeatRequest {
    let failure = request.failure.clone().filter(|failure| failure.epoch == epoch);
    if request.epoch == epoch {
        return HeartbeatRequest { failure, ..request };
    }
    HeartbeatRequest {
        active_bundle_id: None,
        effective_generation: None,
        staged_bundle_id: None,
        accepted_generation: None,
        failure: None,
        traffic: None,
        usage: None,
        measured: None,
        ..request
    }
}

/// What liveness remembers of a heartbeat that is answered with this pace.
pub(super) fn sample(node_id: NodeId, request: &HeartbeatRequest, now: Time, pace: Pace) -> NodeSample {
    NodeSample {
        node_id,
        heard_at: now,
        healthy: request.health.as_ref().is_some_and(|health| health.status == "healthy"),
        effective: request.effective_generation.unwrap_or_default(),
        traffic: request.traffic.as_ref().map(|traffic| TrafficSample {
            generation: traffic.generation,
            window_ms: traffic.window_ms,
            requests: traffic.requests,
            errors: traffic.errors,
            p50_ms: traffic.p50_ms,
            p95_ms: traffic.p95_ms,
            p99_ms: traffic.p99_ms,
        }),
        usage: request.usage.as_ref().map(|usage| UsageSample {
            generation: usage.generation,
            window_ms: usage.window_ms,
            cpu_percent: usage.cpu_percent,
            memory_percent: usage.memory_percent,
        }),
        latency: request.traffic.as_ref().map(|traffic| counts(&traffic.latency)).unwrap_or_default(),
        next_within_ms: pace.within_ms(),
    }
}

fn counts(told: &[LatencyCount]) -> Vec<health::LatencyCount> {
    let count = |one: &LatencyCount| health::LatencyCount { up_to_ms: one.up_to_ms, requests: one.requests };
    told.iter().map(count).collect()
}

/// What a heartbeat tells that this member's state does not say yet. What the state machine would not believe is no news either:
/// it is told again with every heartbeat, and would be proposed each time.
pub(super) fn news(node: &Node, request: &HeartbeatRequest) -> Vec<NodeFact> {
    let mut told = vec![NodeFact::Status(NodeStatus::Online)];
    let version = |text: &Option<String>, known: &String| -> String {
        text.as_ref().unwrap_or(known).chars().take(VERSION_TEXT_MAX).collect()
    };
    told.push(NodeFact::Versions {
        agent: version(&request.version, &node.agent_version),
        proxy: version(&request.proxy_version, &node.proxy_version),
    });
    if let Some((generation, bundle_id)) = request.accepted_generation.zip(request.staged_bundle_id) {
        told.push(NodeFact::Accepted { bundle_id, generation });
    }
    let effective = request.effective_generation.zip(request.active_bundle_id);
    if let Some((generation, bundle_id)) = effective {
        told.push(NodeFact::Effective { bundle_id, generation });
    }
    if let Some(failure) = &request.failure {
        // Repeated in every heartbeat: it is news only while nothing newer was assigned or became effective.
        let proven = effective.map_or_else(Generation::default, |(generation, _)| generation);
        let assigned =
            node.assignment.as_ref().map_or_else(Generation::default, |assigned| assigned.generation);
        if failure.generation > proven && failure.generation >= assigned {
            told.push(NodeFact::Failed {
                bundle_id: failure.bundle_id,
                generation: failure.generation,
                stage: failure.stage.into(),
                message: failure.message.chars().take(FAILURE_TEXT_MAX).collect(),
            });
        }
    }
    told.retain(|fact| fact.is_news(node));
    told
}
