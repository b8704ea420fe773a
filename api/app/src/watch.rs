//! Watching what happens: the event stream of a project, or of everything that the caller belongs to.

use std::collections::HashSet;
use std::time::Duration;

use sentinel_api_types::event::{Compacted, Event, EventsQuery};
use sentinel_api_types::timestamp;
use sentinel_machine::{Cursor, Scan, Table, query};
use sentinel_model::api_key::Scope;
use sentinel_model::{Epoch, OrgId, ProjectId};

use crate::access::{Operation, Place};
use crate::app::App;
use crate::caller::{Caller, Identity};
use crate::error::AppError;
use crate::events::{Subscription, Watched};

/// How often a quiet stream says that it is alive, and asks again whether the caller may watch.
const BEAT: Duration = Duration::from_secs(15);

/// What a watcher is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Something happened.
    Event(Event),
    /// Events are missing; read what you show anew.
    Compacted(Compacted),
    /// Nothing happened for a while.
    Quiet,
}

/// A watcher's stream.
pub struct Watch {
    app: App,
    caller: Caller,
    operation: Operation,
    place: Place,
    orgs: HashSet<OrgId>,
    projects: HashSet<ProjectId>,
    subscription: Subscription,
    epoch: Epoch,
    /// To tell first: the watcher comes from another epoch, whose places mean nothing in this one.
    gap: Option<Cursor>,
    checked: tokio::time::Instant,
}

impl App {
    /// Watches a project, or everything that the caller belongs to. `after` is the id of the newest event that the caller has.
    pub async fn watch(
        &self,
        caller: &Caller,
        query: &EventsQuery,
        after: Option<&str>,
    ) -> Result<Watch, AppError> {
        let after = after.or(query.last_event_id.as_deref()).map(parse_cursor).transpose()?;
        let here = self.read_stale().await?;
        let epoch = query::epoch(&*here.tables)?;
        let gap = after.is_some_and(|(of, _)| of != epoch);
        let gap = gap.then_some(Cursor { index: here.applied, place: u32::MAX });
        let after = gap.or(after.map(|(_, cursor)| cursor));
        let (operation, place, orgs, projects) = match &query.project {
            Some(slug) => {
                let here = self.in_project(Operation::EventWatch, caller, slug).await?;
                let place = Place::Project(here.project.org_id, here.project.id);
                (Operation::EventWatch, place, HashSet::new(), HashSet::from([here.project.id]))
            }
            None => {
                caller.person()?;
                let view = self.read(caller).await?;
                self.authorize(Operation::EventWatchAll, caller, Place::Cluster, &view)?;
                let orgs: HashSet<OrgId> = self.orgs_of(caller, &view)?.into_iter().collect();
                let mut projects = HashSet::new();
                for org in &orgs {
                    let pairs = view.tables.scan(Scan::all(Table::ProjectsByOrg, org.as_bytes()))?;
                    projects.extend(pairs.iter().filter_map(|(key, _)| query::id_at_end(key)).map(ProjectId));
                }
                (Operation::EventWatchAll, Place::Cluster, orgs, projects)
            }
        };
        Ok(Watch {
            app: self.clone(),
            caller: caller.clone(),
            operation,
            place,
            orgs,
            projects,
            subscription: self.events().subscribe(after),
            epoch,
            gap,
            checked: tokio::time::Instant::now(),
        })
    }
}

impl Watch {
    /// The next thing to tell; `None` when the member goes down or the caller may not watch any more.
    pub async fn next(&mut self) -> Option<Told> {
        if let Some(gap) = self.gap.take() {
            return Some(self.compacted(gap));
        }
        loop {
            let beat = self.checked + BEAT;
            if tokio::time::Instant::now() >= beat && !self.still_allowed().await {
                return None;
            }
            let beat = self.checked + BEAT;
            match tokio::time::timeout_at(beat, self.subscription.next()).await {
                Err(_) => return Some(Told::Quiet),
                Ok(None) => return None,
                Ok(Some(Watched::Compacted(cursor))) => {
                    return Some(self.compacted(cursor));
                }
                Ok(Some(Watched::Event(event))) => {
                    if event.kind == "cluster.epoch_began" {
                        let began = event.data.get("epoch").and_then(|epoch| epoch.parse().ok());
                        self.epoch = began.map_or(self.epoch, Epoch);
                    }
                    if self.concerns(&event) {
                        return Some(Told::Event(self.shape(&event)));
                    }
                }
            }
        }
    }

    async fn still_allowed(&mut self) -> bool {
        self.checked = tokio::time::Instant::now();
        let Ok(view) = self.app.read_stale().await else { return false };
        if self.app.authorize(self.operation, &self.caller, self.place, &view).is_err() {
            return false;
        }
        if self.place == Place::Cluster {
            match self.app.orgs_of(&self.caller, &view) {
                Ok(orgs) => {
                    let orgs: HashSet<OrgId> = orgs.into_iter().collect();
                    // Left an org: the client begins anew with what it still belongs to.
                    return orgs.is_superset(&self.orgs);
                }
                Err(_) => return false,
            }
        }
        true
    }

    fn compacted(&self, cursor: Cursor) -> Told {
        Told::Compacted(Compacted { resumes_after: show_cursor(self.epoch, cursor) })
    }

    fn shape(&self, event: &sentinel_machine::Event) -> Event {
        Event {
            id: show_cursor(self.epoch, event.cursor()),
            at: timestamp(event.at),
            org_id: event.org_id,
            project_id: event.project_id,
            kind: event.kind.clone(),
            resource_id: event.resource_id.clone(),
            data: event.data.clone(),
        }
    }

    fn concerns(&mut self, event: &sentinel_machine::Event) -> bool {
        // A key is told what it may read, and nothing else.
        if let Identity::ApiKey(key) = &self.caller.identity
            && !key.scopes.contains(&scope_of(&event.kind))
        {
            return false;
        }
        let mine = event.org_id.is_some_and(|org| self.orgs.contains(&org));
        if mine && event.kind == "project.created" {
            self.projects.extend(event.project_id);
        }
        mine || event.project_id.is_some_and(|project| self.projects.contains(&project))
    }
}

/// The scope of those who may read what an event is about.
fn scope_of(kind: &str) -> Scope {
    match kind.split('.').next().unwrap_or_default() {
        "project" | "node" | "node_group" | "environment" | "drift" | "simulator" => Scope::NodesRead,
        "enrolment_token" => Scope::NodesWrite,
        "bundle" => Scope::BundlesRead,
        "rollout" | "rollout_template" | "promotion_rule" | "freeze_window" | "checks" | "analysis" => {
            Scope::RolloutsRead
        }
        "config"
        | "config_settings"
        | "service"
        | "upstream_group"
        | "listener"
        | "middleware"
        | "trust_store"
        | "secret"
        | "certificate"
        | "acme_account"
        | "internal_ca"
        | "internal_certificate" => Scope::ServicesRead,
        // People, keys, the cluster, and what is not known yet.
        _ => Scope::ApiKeysAdmin,
    }
}

/// `INDEX-PLACE`, behind `EPOCH-` unless that is the first.
fn show_cursor(epoch: Epoch, cursor: Cursor) -> String {
    match epoch {
        Epoch::FIRST => format!("{}-{}", cursor.index, cursor.place),
        epoch => format!("{epoch}-{}-{}", cursor.index, cursor.place),
    }
}

fn parse_cursor(text: &str) -> Result<(Epoch, Cursor), AppError> {
    let numbers: Option<Vec<u64>> = text.split('-').map(|number| number.parse().ok()).collect();
    let (epoch, index, place) = match numbers.as_deref() {
        Some([index, place]) => (Epoch::FIRST, *index, *place),
        Some([epoch, index, place]) => (Epoch(*epoch), *index, *place),
        _ => return Err(no_cursor()),
    };
    let place = u32::try_from(place).map_err(|_| no_cursor())?;
    Ok((epoch, Cursor { index, place }))
}

fn no_cursor() -> AppError {
    AppError::invalid("last_event_id", "is not the id of an event, such as 1042-0")
}
