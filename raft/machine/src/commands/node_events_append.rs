//! Events that an agent sends, kept in a ring per node.

use std::collections::BTreeMap;

use sentinel_model::node::{EVENTS_KEPT, EVENTS_PER_REQUEST_MAX, Node, NodeEvent};
use sentinel_model::project::Project;
use sentinel_model::{InvalidValue, NodeId, name};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::Reply;
use crate::tables::{Scan, Table, TableError, decode, encode, key};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeEventsAppend {
    /// The node.
    pub node_id: NodeId,
    /// In order.
    pub events: Vec<NodeEvent>,
}

impl NodeEventsAppend {
    /// Forgets the oldest events beyond those that are kept. Costs what was added, not what is there.
    fn trim(&self, context: &mut Context<'_>) -> Result<(), TableError> {
        let node = self.node_id.as_bytes();
        let counted = context.tables().get(Table::NodeEventCounts, node)?;
        let there = match counted {
            Some(bytes) => decode::<usize>(Table::NodeEventCounts, &bytes)? + self.events.len(),
            None => context.tables().scan(Scan::all(Table::NodeEvents, node))?.len(),
        };
        let limit = there.saturating_sub(EVENTS_KEPT);
        if limit > 0 {
            for (old, _) in context.tables().scan(Scan { limit, ..Scan::all(Table::NodeEvents, node) })? {
                context.write().delete(Table::NodeEvents, &old)?;
            }
        }
        let kept = encode(Table::NodeEventCounts, &(there - limit))?;
        context.write().put(Table::NodeEventCounts, node, &kept)
    }
}

impl Apply for NodeEventsAppend {
    const AUDITED: bool = false;

    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        if self.events.is_empty() || self.events.len() > EVENTS_PER_REQUEST_MAX {
            return Err(InvalidValue::new(
                "events",
                format!("must hold 1 to {EVENTS_PER_REQUEST_MAX} events"),
            )
            .into());
        }
        for (place, event) in self.events.iter().enumerate() {
            name::check_text(&format!("events[{place}].message"), &event.message)?;
        }
        let node = context.require::<Node>(self.node_id.as_bytes(), "Node")?;
        let project = context.require::<Project>(node.project_id.as_bytes(), "Project")?;
        for (place, event) in self.events.iter().enumerate() {
            let place = u32::try_from(place).unwrap_or(u32::MAX);
            let at = key(&[self.node_id.as_bytes(), &context.index.to_be_bytes(), &place.to_be_bytes()]);
            let row = encode(Table::NodeEvents, &NodeEvent { at: context.time, ..event.clone() })?;
            context.write().put(Table::NodeEvents, &at, &row)?;
        }
        self.trim(context)?;
        let id = self.node_id.to_string();
        let subject = Subject::in_project("node", &id, &project);
        let count = BTreeMap::from([("count".to_owned(), self.events.len().to_string())]);
        context.event("node.events_added", subject, count);
        Ok(Reply::Count(self.events.len() as u64))
    }
}
