//! One node in full: the four facts, and why they differ.

use sentinel_api_types::node::{Desired, Fact, Node};
use sentinel_model::version::VersionRange;

use crate::ctl::output::Table;
use crate::ctl::words::{at, labels, word};

/// Everything about a node.
pub fn facts(node: &Node) -> Table {
    let mut table = Table::facts();
    table.fact("Name", node.name.clone());
    table.fact("Id", node.id.to_string());
    table.fact("Status", format!("{} since {}", word(&node.status), at(node.status_since)));
    table.fact(
        "Proxy",
        node.healthy.map(|healthy| if healthy { "healthy".into() } else { "NOT healthy".into() }),
    );
    table.fact("Last seen", node.last_seen_at.map(at));
    table.fact("Labels", labels(&node.labels));
    table.fact("Simulated", node.simulated.then(|| "yes: the simulator of the project plays it".to_owned()));
    table.fact("Environment", node.environment.as_ref().map(|environment| environment.name.clone()));
    let groups: Vec<&str> = node.groups.iter().map(|group| group.name.as_str()).collect();
    table.fact("Groups", (!groups.is_empty()).then(|| groups.join(", ")));
    table.fact("Slot", node.slot.as_ref().map(word));
    table.fact("Weight", format!("{} %", node.weight));
    let versions =
        VersionRange { min: node.min_bundle_version.clone(), max: node.max_bundle_version.clone() };
    let pinned = node.pinned_version.as_deref().unwrap_or("a bundle that is gone");
    table.fact("Pinned to", node.pinned_bundle_id.map(|_| pinned.to_owned()));
    table.fact("Takes versions", (!versions.is_open()).then(|| versions.to_string()));
    table.fact("Host", node.hostname.clone());
    table.fact("Address", node.ip.clone());
    table.fact("Agent", node.agent_version.clone());
    table.fact("Proxy version", node.proxy_version.clone());
    table.fact("Registered", at(node.registered_at));
    table.fact("Desired", Some(node.desired.as_ref().map_or_else(|| "nothing".to_owned(), desired)));
    for (name, found) in
        [("Offered", &node.offered), ("Accepted", &node.accepted), ("Effective", &node.effective)]
    {
        table.fact(name, Some(found.as_ref().map_or_else(|| "nothing".to_owned(), fact)));
    }
    table.fact("Converged", (if node.converged { "yes" } else { "no" }).to_owned());
    if let Some(failure) = &node.failure {
        let version = failure.version.as_deref().unwrap_or("a bundle that is gone");
        let text = format!(
            "{version} (generation {}) at {}: {}",
            failure.generation,
            word(&failure.stage),
            failure.message
        );
        table.fact("Failed", text);
    }
    table.fact("Owned by rollout", node.owner_rollout_id.map(|id| id.to_string()));
    if let Some(traffic) = &node.traffic {
        let text = format!(
            "{} requests, {} errors, p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms in {:.0} s (generation {})",
            traffic.requests,
            traffic.errors,
            traffic.p50_ms,
            traffic.p95_ms,
            traffic.p99_ms,
            traffic.window_ms as f64 / 1_000.0,
            traffic.generation
        );
        table.fact("Traffic", text);
    }
    table
}

fn desired(desired: &Desired) -> String {
    let version = desired.version.as_deref().unwrap_or("a bundle that is gone");
    let cause = match desired.cause.rollout_id {
        Some(id) => format!("{} {id}", word(&desired.cause.kind)),
        None => word(&desired.cause.kind),
    };
    format!("{version} (generation {}, {}, by {cause})", desired.generation, at(desired.at))
}

fn fact(fact: &Fact) -> String {
    let version = fact.version.as_deref().unwrap_or("a bundle that is gone");
    format!("{version} (generation {}, {})", fact.generation, at(fact.at))
}
