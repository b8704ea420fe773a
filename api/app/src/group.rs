//! Groups of nodes.

use sentinel_api_types::group::{
    NodeGroup, NodeGroupBody, NodeGroupCreate, NodeGroupDetail, NodeGroupList, NodeGroupUpdate,
};
use sentinel_api_types::rollout::NodeRef;
use sentinel_api_types::timestamp;
use sentinel_machine::commands::node_group_delete::NodeGroupDelete;
use sentinel_machine::commands::node_update::labels_text;
use sentinel_machine::commands::{node_group_create, node_group_update};
use sentinel_machine::group::{find, groups, nodes_text};
use sentinel_machine::query;
use sentinel_machine::tables::key;
use sentinel_model::node::{Node, NodeStatus};
use sentinel_model::{NodeGroupId, group};

use crate::access::Operation;
use crate::app::{App, written};
use crate::caller::Caller;
use crate::change::{Change, Committed};
use crate::error::AppError;
use crate::scope::InProject;

/// Most nodes that a rule selects and that are named in an answer.
const SELECTED_MAX: usize = 1_000;

impl InProject {
    /// The group with this id or name.
    pub(crate) fn group(&self, named: &str) -> Result<group::NodeGroup, AppError> {
        let id = named.parse::<NodeGroupId>().ok();
        let mut all = groups(&*self.view.tables, self.project.id)?.into_iter();
        let found = all.find(|group| group.name == named || Some(group.id) == id);
        found.ok_or_else(|| AppError::not_found("Group"))
    }
}

impl App {
    /// The groups of a project. There are few: all of them at once.
    pub async fn list_node_groups(&self, caller: &Caller, project: &str) -> Result<NodeGroupList, AppError> {
        let here = self.in_project(Operation::NodeGroupList, caller, project).await?;
        self.long_read(move || {
            let read = &*here.view.tables;
            let mut groups = groups(read, here.project.id)?;
            let nodes = match groups.is_empty() {
                true => Vec::new(),
                false => query::nodes_of(read, here.project.id)?,
            };
            groups.sort_by(|a, b| a.name.cmp(&b.name));
            Ok(NodeGroupList {
                total: groups.len() as u64,
                node_groups: groups.into_iter().map(|group| shape(group, &nodes)).collect(),
            })
        })
        .await
    }

    /// A group with its nodes.
    pub async fn show_node_group(
        &self,
        caller: &Caller,
        project: &str,
        id: NodeGroupId,
    ) -> Result<NodeGroupDetail, AppError> {
        let here = self.in_project(Operation::NodeGroupShow, caller, project).await?;
        self.long_read(move || {
            let read = &*here.view.tables;
            let group = find(read, here.project.id, id)?.ok_or_else(|| AppError::not_found("Group"))?;
            let mut nodes = query::nodes_of(read, here.project.id)?;
            nodes.sort_by(|a, b| a.name.cmp(&b.name));
            let named = |node: &&Node| group.nodes.contains(&node.id);
            let selected = nodes.iter().filter(|node| !named(node) && group.selects(node));
            Ok(NodeGroupDetail {
                named: nodes.iter().filter(named).map(reference).collect(),
                selected: selected.take(SELECTED_MAX).map(reference).collect(),
                node_group: shape(group.clone(), &nodes),
            })
        })
        .await
    }

    /// Makes a group.
    pub async fn create_node_group(
        &self,
        caller: &Caller,
        project: &str,
        request: NodeGroupCreate,
    ) -> Result<NodeGroupBody, AppError> {
        let here = self.in_project(Operation::NodeGroupCreate, caller, project).await?;
        let command = node_group_create::NodeGroupCreate {
            group_id: NodeGroupId(self.inner().parts.ids.id()),
            project_id: here.project.id,
            name: request.name,
            description: request.description.unwrap_or_default(),
            labels: request.labels,
            nodes: request.node_ids.into_iter().collect(),
        };
        let change = Change::making("node_group.created")
            .in_project(here.project.id)
            .with("name", &command.name)
            .with("description", &command.description)
            .with("labels", labels_text(&command.labels))
            .with("nodes", nodes_text(&command.nodes));
        let committed = self.commit(caller, change, command).await?;
        let id: NodeGroupId = committed.id()?;
        let row = key(&[here.project.id.as_bytes(), id.as_bytes()]);
        let made: group::NodeGroup = written(&committed.view, &row, "Group")?;
        self.counted(committed, made).await
    }

    /// Changes a group. Rollouts that are planned already keep their nodes.
    pub async fn update_node_group(
        &self,
        caller: &Caller,
        project: &str,
        id: NodeGroupId,
        request: NodeGroupUpdate,
    ) -> Result<NodeGroupBody, AppError> {
        let here = self.in_project(Operation::NodeGroupUpdate, caller, project).await?;
        let command = node_group_update::NodeGroupUpdate {
            project_id: here.project.id,
            group_id: id,
            name: request.name,
            description: request.description,
            labels: request.labels,
            add: request.add_node_ids.into_iter().collect(),
            remove: request.remove_node_ids.into_iter().collect(),
        };
        command.check()?;
        // Everything that was asked for, so that the same key with something else is another request.
        let mut change = Change::to("node_group.updated", id)
            .in_project(here.project.id)
            .with("changed", command.changed());
        if let Some(name) = &command.name {
            change = change.with("name", name);
        }
        if let Some(description) = &command.description {
            change = change.with("description", description);
        }
        if let Some(labels) = &command.labels {
            change = change.with("labels", labels_text(labels));
        }
        if !command.add.is_empty() || !command.remove.is_empty() {
            change =
                change.with("added", nodes_text(&command.add)).with("removed", nodes_text(&command.remove));
        }
        let committed = self.commit(caller, change, command).await?;
        let row = key(&[here.project.id.as_bytes(), id.as_bytes()]);
        let group: group::NodeGroup = written(&committed.view, &row, "Group")?;
        self.counted(committed, group).await
    }

    /// A group that was written, with the nodes of its project counted.
    async fn counted(
        &self,
        committed: Committed,
        group: group::NodeGroup,
    ) -> Result<NodeGroupBody, AppError> {
        self.long_read(move || {
            let nodes = query::nodes_of(&*committed.view.tables, group.project_id)?;
            Ok(NodeGroupBody { node_group: shape(group, &nodes) })
        })
        .await
    }

    /// Takes a group away. Its nodes stay what they are.
    pub async fn delete_node_group(
        &self,
        caller: &Caller,
        project: &str,
        id: NodeGroupId,
    ) -> Result<(), AppError> {
        let here = self.in_project(Operation::NodeGroupDelete, caller, project).await?;
        let command = NodeGroupDelete { project_id: here.project.id, group_id: id };
        self.commit(caller, Change::to("node_group.deleted", id), command).await?;
        Ok(())
    }
}

fn reference(node: &Node) -> NodeRef {
    NodeRef { id: node.id, name: node.name.clone() }
}

/// A group as the API shows it, counted over the nodes of its project.
fn shape(group: group::NodeGroup, nodes: &[Node]) -> NodeGroup {
    let (mut count, mut online) = (0, 0);
    for node in nodes.iter().filter(|node| group.holds(node)) {
        count += 1;
        online += u64::from(node.status == NodeStatus::Online);
    }
    NodeGroup {
        id: group.id,
        name: group.name,
        description: group.description,
        labels: group.labels,
        named: group.nodes.len() as u64,
        nodes: count,
        online,
        inserted_at: timestamp(group.created_at),
    }
}
