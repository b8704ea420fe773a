//! Nodes as operators see them.

mod shape;
mod why;

use sentinel_api_types::node::{
    NodeBody, NodeEvent, NodeEventList, NodeList, NodeStats, NodeStatus, NodeUpdate, NodesQuery,
};
use sentinel_api_types::timestamp;
use sentinel_machine::commands::node_update::{EnvironmentChange, Pin, SlotChange, VersionChange};
use sentinel_machine::commands::{node_delete, node_update};
use sentinel_machine::{Order, Scan, Table, tables};
use sentinel_model::bundle::Bundle;
use sentinel_model::node::{EVENTS_KEPT, Node, NodeEvent as ModelEvent};
use sentinel_model::{NodeId, name};

pub(crate) use shape::{Versions, failure, traffic, usage};

use crate::access::Operation;
use crate::app::{App, written};
use crate::caller::Caller;
use crate::change::Change;
use crate::cursor::Binding;
use crate::error::AppError;
use crate::page::{Walk, walk};

/// Longest text to search for, in characters.
const SEARCH_MAX: usize = 100;

impl App {
    /// Nodes of a project, by name.
    pub async fn list_nodes(
        &self,
        caller: &Caller,
        project: &str,
        query: &NodesQuery,
    ) -> Result<NodeList, AppError> {
        let here = self.in_project(Operation::NodeList, caller, project).await?;
        name::check_labels("labels", &query.labels)?;
        let search = query.q.as_deref().unwrap_or_default().to_lowercase();
        if search.chars().count() > SEARCH_MAX {
            return Err(AppError::invalid("q", format!("must have at most {SEARCH_MAX} characters")));
        }
        let mut query = query.clone();
        let environment = query.environment.take().map(|named| here.environment(&named)).transpose()?;
        let environment = environment.map(|environment| environment.id);
        let group = query.group.take().map(|named| here.group(&named)).transpose()?;
        let app = self.clone();
        self.long_read(move || {
            let read = &*here.view.tables;
            let status = query.status.map(|status| format!("{status:?}")).unwrap_or_default();
            let labels = serde_json::to_string(&query.labels).map_err(AppError::internal)?;
            let slot = query.slot.map(|slot| format!("{slot:?}")).unwrap_or_default();
            let project = here.project.id.to_string();
            let place = environment.map(|id| id.to_string()).unwrap_or_default();
            let within = group.as_ref().map(|group| group.id.to_string()).unwrap_or_default();
            let binding =
                Binding::new("nodes", &[&project, &status, &slot, &search, &labels, &place, &within]);
            let part = Walk {
                table: Table::NodeNames,
                prefix: here.project.id.as_bytes(),
                order: Order::Ascending,
                binding: &binding,
                limit: query.limit,
                cursor: query.cursor.as_deref(),
            };
            let mut versions = Versions::new(read);
            let page = walk(read, app.keyring(), part, |(_, id)| {
                let node: Option<Node> = tables::load(read, id)?;
                let Some(node) = node.filter(|node| {
                    environment.is_none_or(|id| node.environment_id == Some(id))
                        && group.as_ref().is_none_or(|group| group.holds(node))
                        && matches(node, &query, &search)
                }) else {
                    return Ok(None);
                };
                let sample = app.liveness().get(node.id);
                Ok(Some(versions.node(node, sample)?))
            })?;
            Ok(NodeList { total: page.total(), nodes: page.items, next_cursor: page.next_cursor })
        })
        .await
    }

    /// Nodes of a project in numbers.
    pub async fn node_stats(&self, caller: &Caller, project: &str) -> Result<NodeStats, AppError> {
        let here = self.in_project(Operation::NodeStats, caller, project).await?;
        Ok(self.fleet_stats(&here).await?.nodes.clone())
    }

    /// One node.
    pub async fn show_node(&self, caller: &Caller, project: &str, id: NodeId) -> Result<NodeBody, AppError> {
        let here = self.in_project(Operation::NodeShow, caller, project).await?;
        let node = here.object::<Node>(&id)?;
        let sample = self.liveness().get(id);
        Ok(NodeBody { node: Versions::new(&*here.view.tables).node(node, sample)? })
    }

    /// Changes what operators set of a node: labels, weight, pin, slot, versions, environment. Moves nothing.
    pub async fn update_node(
        &self,
        caller: &Caller,
        project: &str,
        id: NodeId,
        request: NodeUpdate,
    ) -> Result<NodeBody, AppError> {
        let here = self.in_project(Operation::NodeUpdate, caller, project).await?;
        let pin = request.pinned_bundle_id.map(|pinned| pinned.map_or(Pin::Clear, Pin::To));
        let slot =
            request.slot.map(|slot| slot.map_or(SlotChange::Clear, |slot| SlotChange::To(slot.into())));
        let end =
            |end: Option<Option<String>>| end.map(|end| end.map_or(VersionChange::Clear, VersionChange::To));
        let environment = match request.environment {
            Some(Some(named)) => Some(EnvironmentChange::To(here.environment(&named)?.id)),
            Some(None) => Some(EnvironmentChange::Clear),
            None => None,
        };
        let command = node_update::NodeUpdate {
            node_id: id,
            labels: request.labels,
            weight: request.weight,
            pin,
            slot,
            min_version: end(request.min_bundle_version),
            max_version: end(request.max_bundle_version),
            environment,
        };
        command.check()?;
        // Everything that was asked for, so that the same key with more, less or something else is another request.
        let mut change =
            Change::to("node.updated", id).in_project(here.project.id).with("changed", command.changed());
        if let Some(labels) = &command.labels {
            change = change.with("labels", node_update::labels_text(labels));
        }
        if let Some(weight) = command.weight {
            change = change.with("weight", weight);
        }
        if let Some(pin) = command.pin {
            change = change.with("pinned_bundle_id", pin);
        }
        if let Some(slot) = command.slot {
            change = change.with("slot", slot);
        }
        for (name, end) in
            [("min_bundle_version", &command.min_version), ("max_bundle_version", &command.max_version)]
        {
            if let Some(end) = end {
                change = change.with(name, end);
            }
        }
        if let Some(environment) = command.environment {
            change = change.with("environment_id", environment);
        }
        if self.repeated(&here.view, caller, &change)?.is_none() {
            here.object::<Node>(&id)?;
            if let Some(Pin::To(bundle)) = command.pin {
                here.object::<Bundle>(&bundle)?;
            }
        }
        let committed = self.commit(caller, change, command).await?;
        let node: Node = written(&committed.view, id.as_bytes(), "Node")?;
        let sample = self.liveness().get(id);
        Ok(NodeBody { node: Versions::new(&*committed.view.tables).node(node, sample)? })
    }

    /// Removes a node. Its agent is refused from then on; its proxy keeps serving what it has.
    pub async fn delete_node(&self, caller: &Caller, project: &str, id: NodeId) -> Result<(), AppError> {
        let here = self.in_project(Operation::NodeDelete, caller, project).await?;
        let change = Change::to("node.deleted", id).in_project(here.project.id);
        if self.repeated(&here.view, caller, &change)?.is_none() {
            here.object::<Node>(&id)?;
        }
        self.commit(caller, change, node_delete::NodeDelete { node_id: id }).await?;
        self.liveness().forget(id);
        Ok(())
    }

    /// What a node's agent told, newest first.
    pub async fn list_node_events(
        &self,
        caller: &Caller,
        project: &str,
        id: NodeId,
    ) -> Result<NodeEventList, AppError> {
        let here = self.in_project(Operation::NodeEventList, caller, project).await?;
        here.object::<Node>(&id)?;
        let newest = Scan {
            order: Order::Descending,
            limit: EVENTS_KEPT,
            ..Scan::all(Table::NodeEvents, id.as_bytes())
        };
        let mut events = Vec::new();
        for (_, value) in here.view.tables.scan(newest)? {
            let event: ModelEvent = tables::decode(Table::NodeEvents, &value)?;
            events.push(NodeEvent {
                event_type: event.event_type.into(),
                severity: event.severity.into(),
                message: event.message,
                at: timestamp(event.at),
            });
        }
        Ok(NodeEventList { total: events.len() as u64, events })
    }
}

fn matches(node: &Node, query: &NodesQuery, search: &str) -> bool {
    query.status.is_none_or(|status| NodeStatus::from(node.status) == status)
        && query.slot.is_none_or(|slot| node.slot == Some(slot.into()))
        && query.labels.iter().all(|(key, value)| node.labels.get(key) == Some(value))
        && (search.is_empty()
            || node.name.to_lowercase().contains(search)
            || node.hostname.to_lowercase().contains(search))
}
