//! Drift as the API shows it.

use sentinel_api_types::drift::{Difference, DriftEvent, DriftStatus, NodeDrift};
use sentinel_api_types::timestamp;
use sentinel_machine::{Read, TableError, tables};
use sentinel_model::Time;
use sentinel_model::drift::{self, DriftNode, DriftState, Measurement};
use sentinel_model::node::Node;

use crate::node::Versions;

/// Makes what is shown of events, looking up each bundle once.
pub(super) struct Shaping<'a> {
    read: &'a dyn Read,
    versions: Versions<'a>,
    now: Time,
}

impl<'a> Shaping<'a> {
    pub(super) fn new(read: &'a dyn Read, now: Time) -> Self {
        Self { read, versions: Versions::new(read), now }
    }

    pub(super) fn event(&mut self, event: drift::DriftEvent) -> Result<DriftEvent, TableError> {
        let node: Option<Node> = tables::load(self.read, event.node_id.as_bytes())?;
        let found = event.found;
        let said = |text: String| (!text.is_empty()).then_some(text);
        Ok(DriftEvent {
            id: event.id,
            project_id: event.project_id,
            node_id: event.node_id,
            node_hostname: node.as_ref().map(|node| node.hostname.clone()),
            node_status: node.as_ref().map(|node| node.status.into()),
            node_name: event.node_name,
            expected_bundle_id: event.bundle_id,
            expected_version: self.versions.of(event.bundle_id)?,
            actual_bundle_id: (!found.not_at_work()).then_some(event.bundle_id),
            generation: found.generation,
            expected_hash: found.expected,
            actual_hash: found.actual,
            config_hash: found.config,
            severity: found.severity.into(),
            summary: found.summary,
            differences: found
                .differences
                .into_iter()
                .map(|one| Difference { path: one.path, kind: one.kind.into(), words: one.words })
                .collect(),
            more_differences: found.more,
            state: event.state.into(),
            // Of one that is over it is of no use any more.
            alarm: event.alarm.filter(|_| event.state == DriftState::Alarm),
            tries: event.tries,
            next_try_at: event.next_try_at.map(timestamp),
            detected_at: timestamp(event.detected_at),
            resolved_at: event.resolved_at.map(timestamp),
            resolution: event.resolution.map(Into::into),
            resolved_by: said(event.resolved_by),
            reason: said(event.reason),
            duration_seconds: event.resolved_at.unwrap_or(self.now).since(event.detected_at) / 1_000,
            inserted_at: timestamp(event.detected_at),
            updated_at: timestamp(event.updated_at),
        })
    }
}

/// What was measured of what the node shall run now; of what it ran before nothing counts.
pub(super) fn current<'k>(node: &Node, known: Option<&'k DriftNode>) -> Option<&'k Measurement> {
    let effective = node.effective.map(|fact| fact.generation);
    let settled = node.converged() || node.failed_current();
    known?.measured.as_ref().filter(|measured| settled && Some(measured.generation) == effective)
}

/// Whether a node runs what it shall run.
pub(super) fn status(node: &Node, known: Option<&DriftNode>) -> DriftStatus {
    match current(node, known) {
        None => DriftStatus::NotMeasured,
        Some(measured) if measured.in_sync() => DriftStatus::InSync,
        Some(_) => DriftStatus::Drifted,
    }
}

/// What is shown of a node's drift beside the rest of it.
pub(crate) fn of_node(read: &dyn Read, node: &Node) -> Result<NodeDrift, TableError> {
    let known: Option<DriftNode> = tables::load(read, node.id.as_bytes())?;
    let status = status(node, known.as_ref());
    let differs = current(node, known.as_ref()).filter(|_| status == DriftStatus::Drifted);
    Ok(NodeDrift {
        status,
        severity: differs.map(|measured| measured.severity.into()),
        summary: differs.map(|measured| measured.summary.clone()).unwrap_or_default(),
        measured_at: known
            .as_ref()
            .filter(|_| status != DriftStatus::NotMeasured)
            .map(|known| timestamp(known.measured_at)),
        event_id: known.and_then(|known| known.open),
    })
}
