//! The audit log.

use std::collections::HashMap;

use sentinel_api_types::audit::{ActorType, AuditActor, AuditEntry, AuditList, AuditQuery};
use sentinel_api_types::timestamp;
use sentinel_machine::{Order, Read, Table, TableError, View, tables};
use sentinel_model::api_key::ApiKey;
use sentinel_model::audit::{self, Actor};
use sentinel_model::node::Node;
use sentinel_model::user::User;

use crate::access::{Operation, Place};
use crate::app::App;
use crate::caller::Caller;
use crate::cursor::Binding;
use crate::error::AppError;
use crate::page::{Walk, walk};

/// Longest filter, in characters.
const FILTER_MAX: usize = 100;

impl App {
    /// Changes in an org, newest first.
    pub async fn list_org_audit(
        &self,
        caller: &Caller,
        org: &str,
        query: &AuditQuery,
    ) -> Result<AuditList, AppError> {
        let here = self.in_org(Operation::OrgAuditList, caller, org).await?;
        self.audit(&here.view, Table::AuditByOrg, here.org.id.as_bytes(), query)
    }

    /// Changes in a project, newest first.
    pub async fn list_project_audit(
        &self,
        caller: &Caller,
        project: &str,
        query: &AuditQuery,
    ) -> Result<AuditList, AppError> {
        let here = self.in_project(Operation::ProjectAuditList, caller, project).await?;
        self.audit(&here.view, Table::AuditByProject, here.project.id.as_bytes(), query)
    }

    /// Changes that are in no org, newest first: those of the cluster, and what people did with their own accounts.
    pub async fn list_cluster_audit(
        &self,
        caller: &Caller,
        query: &AuditQuery,
    ) -> Result<AuditList, AppError> {
        let view = self.read(caller).await?;
        self.authorize(Operation::ClusterAuditList, caller, Place::Cluster, &view)?;
        self.audit(&view, Table::Audit, &[], query)
    }

    /// The newest changes in a project.
    pub(crate) fn recent_changes(
        &self,
        view: &View,
        project: sentinel_model::ProjectId,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, AppError> {
        let query = AuditQuery { limit: Some(limit), ..AuditQuery::default() };
        Ok(self.audit(view, Table::AuditByProject, project.as_bytes(), &query)?.entries)
    }

    fn audit(&self, view: &View, table: Table, of: &[u8], query: &AuditQuery) -> Result<AuditList, AppError> {
        let action = query.action.as_deref().unwrap_or_default();
        let actor = query.actor.as_deref().unwrap_or_default();
        for (field, text) in [("action", action), ("actor", actor)] {
            if text.chars().count() > FILTER_MAX {
                return Err(AppError::invalid(field, format!("must have at most {FILTER_MAX} characters")));
            }
        }
        let read = &*view.tables;
        let binding = Binding::new(table.name(), &[&hex::encode(of), action, actor]);
        let part = Walk {
            table,
            prefix: of,
            order: Order::Descending,
            binding: &binding,
            limit: query.limit,
            cursor: query.cursor.as_deref(),
        };
        let mut names = Names { read, known: HashMap::new() };
        let page = walk(read, self.keyring(), part, |(key, _)| {
            let entry: Option<audit::AuditEntry> = tables::load(read, &key[key.len().saturating_sub(8)..])?;
            // The table of all entries is read for those that are in no other one.
            let here = |entry: &audit::AuditEntry| table != Table::Audit || entry.org_id.is_none();
            let entry =
                entry.filter(|entry| here(entry) && by_action(entry, action) && by_actor(entry, actor));
            entry.map(|entry| names.shape(entry)).transpose()
        })?;
        Ok(AuditList { total: page.total(), entries: page.items, next_cursor: page.next_cursor })
    }
}

/// `rollout.created` selects itself, `rollout` selects everything about rollouts.
fn by_action(entry: &audit::AuditEntry, action: &str) -> bool {
    action.is_empty()
        || entry.action == action
        || entry.action.strip_prefix(action).is_some_and(|rest| rest.starts_with('.'))
}

fn by_actor(entry: &audit::AuditEntry, actor: &str) -> bool {
    actor.is_empty() || entry.actor.id() == actor || entry.actor.kind() == actor
}

/// Names of actors, each looked up once.
struct Names<'a> {
    read: &'a dyn Read,
    known: HashMap<Actor, String>,
}

impl Names<'_> {
    fn shape(&mut self, entry: audit::AuditEntry) -> Result<AuditEntry, TableError> {
        Ok(AuditEntry {
            seq: entry.seq,
            at: timestamp(entry.at),
            actor: AuditActor {
                kind: match entry.actor {
                    Actor::User(_) => ActorType::User,
                    Actor::ApiKey(_) => ActorType::ApiKey,
                    Actor::Node(_) => ActorType::Node,
                    Actor::Member(_) => ActorType::System,
                    Actor::Anonymous => ActorType::Anonymous,
                },
                id: entry.actor.id(),
                name: self.name(entry.actor)?,
            },
            action: entry.action,
            resource_type: entry.resource_type,
            resource_id: entry.resource_id,
            project_id: entry.project_id,
            changes: entry.changes,
            request_id: entry.request_id,
            log_index: entry.log_index,
        })
    }

    fn name(&mut self, actor: Actor) -> Result<String, TableError> {
        if let Some(name) = self.known.get(&actor) {
            return Ok(name.clone());
        }
        let found = match actor {
            Actor::User(id) => tables::load::<User>(self.read, id.as_bytes())?.map(|user| user.email),
            Actor::ApiKey(id) => tables::load::<ApiKey>(self.read, id.as_bytes())?.map(|key| key.name),
            Actor::Node(id) => tables::load::<Node>(self.read, id.as_bytes())?.map(|node| node.name),
            Actor::Member(id) => Some(format!("member-{id}")),
            Actor::Anonymous => Some("anonymous".to_owned()),
        };
        let name = found.unwrap_or_else(|| actor.id());
        self.known.insert(actor, name.clone());
        Ok(name)
    }
}
