//! Gates judged once more, in the plainest way, to check the engine against.

use sentinel_model::health::NodeSample;
use sentinel_model::node::{Node, NodeStatus};
use sentinel_model::rollout::Gates;
use sentinel_model::{Generation, Time};

use crate::world::FRESH_MS;

/// True when there is evidence, fresh and after the switch, for everything that the gates ask.
pub fn passes(gates: &Gates, node: &Node, given: Generation, sample: Option<&NodeSample>, now: Time) -> bool {
    let proven = node.effective.filter(|fact| fact.generation == given);
    let Some(proven) = proven else { return false };
    if node.status != NodeStatus::Online || now.since(proven.at) < u64::from(gates.observe_s) * 1_000 {
        return false;
    }
    let asks_traffic = gates.max_error_percent.is_some() || gates.max_latency_ms.is_some();
    if !gates.heartbeat && !asks_traffic {
        return true;
    }
    let Some(sample) = sample.filter(|sample| now.0 - sample.heard_at.0 <= FRESH_MS as i64) else {
        return false;
    };
    if gates.heartbeat && !(sample.healthy && sample.effective == given) {
        return false;
    }
    if !asks_traffic {
        return true;
    }
    let Some(traffic) = sample.traffic else { return false };
    let enough = traffic.requests >= 1
        && traffic.requests >= u64::from(gates.min_requests)
        && traffic.window_ms >= u64::from(gates.observe_s) * 1_000;
    let percent = traffic.errors as f64 / traffic.requests as f64 * 100.0;
    traffic.generation == given
        && enough
        && gates.max_error_percent.is_none_or(|limit| percent <= limit + 1e-9)
        && gates.max_latency_ms.is_none_or(|limit| (0.0..=limit).contains(&traffic.p99_ms))
}
