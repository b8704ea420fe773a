//! Environments.

use std::collections::BTreeMap;

use sentinel_api_types::approval::ApprovalRule;
use sentinel_api_types::environment::{
    Completion, Environment, EnvironmentBody, EnvironmentBundle, EnvironmentCreate, EnvironmentList,
    EnvironmentRef, EnvironmentUpdate,
};
use sentinel_api_types::timestamp;
use sentinel_machine::commands::environment_delete::EnvironmentDelete;
use sentinel_machine::commands::project_update::words;
use sentinel_machine::commands::{environment_create, environment_defaults, environment_update};
use sentinel_machine::{Read, TableError, environment as machine, freeze, promotion};
use sentinel_model::environment::{COLOR_DEFAULT, DEFAULTS, SLUG_MAX};
use sentinel_model::name::slug_of;
use sentinel_model::{EnvironmentId, ProjectId, Time, environment, governance};

use crate::access::Operation;
use crate::app::App;
use crate::caller::Caller;
use crate::change::{Change, Committed};
use crate::error::AppError;
use crate::node::Versions;
use crate::scope::InProject;
use crate::stats::FleetStats;

/// Completions that are shown of each.
const COMPLETED_SHOWN: usize = 10;

impl InProject {
    /// The environment with this id or slug.
    pub(crate) fn environment(&self, named: &str) -> Result<environment::Environment, AppError> {
        find(&*self.view.tables, self.project.id, named)
    }
}

/// The environment of a project with this id or slug.
pub(crate) fn find(
    read: &dyn Read,
    project: ProjectId,
    named: &str,
) -> Result<environment::Environment, AppError> {
    let id = named.parse::<EnvironmentId>().ok();
    let all = machine::all(read, project)?.into_iter();
    let mut found = all.filter(|one| one.slug == named || Some(one.id) == id);
    found.next().ok_or_else(|| AppError::not_found("Environment"))
}

/// An environment, as other objects name it; nothing when it is gone.
pub(crate) fn named(
    read: &dyn Read,
    project: ProjectId,
    id: EnvironmentId,
) -> Result<Option<EnvironmentRef>, TableError> {
    Ok(machine::find(read, project, id)?.map(reference))
}

pub(crate) fn reference(environment: environment::Environment) -> EnvironmentRef {
    EnvironmentRef {
        id: environment.id,
        slug: environment.slug,
        name: environment.name,
        color: environment.color,
    }
}

impl App {
    /// The environments of a project, in their order. There are few: all of them at once.
    pub async fn list_environments(
        &self,
        caller: &Caller,
        project: &str,
    ) -> Result<EnvironmentList, AppError> {
        let here = self.in_project(Operation::EnvironmentList, caller, project).await?;
        let all = machine::all(&*here.view.tables, here.project.id)?;
        let environments = self.shaped(&here, all).await?;
        Ok(EnvironmentList { total: environments.len() as u64, environments })
    }

    /// One environment, by id or slug.
    pub async fn show_environment(
        &self,
        caller: &Caller,
        project: &str,
        environment: &str,
    ) -> Result<EnvironmentBody, AppError> {
        let here = self.in_project(Operation::EnvironmentShow, caller, project).await?;
        let found = here.environment(environment)?;
        self.body(&here, found).await
    }

    /// Adds an environment behind those that are there.
    pub async fn create_environment(
        &self,
        caller: &Caller,
        project: &str,
        request: EnvironmentCreate,
    ) -> Result<EnvironmentBody, AppError> {
        let here = self.in_project(Operation::EnvironmentCreate, caller, project).await?;
        let slug = match request.slug {
            Some(slug) => slug,
            None => slug_for(&request.name)?,
        };
        let command = environment_create::EnvironmentCreate {
            environment_id: EnvironmentId(self.inner().parts.ids.id()),
            project_id: here.project.id,
            name: request.name,
            slug,
            description: request.description.unwrap_or_default(),
            color: request.color.unwrap_or_else(|| COLOR_DEFAULT.to_owned()),
            approval_rules: rules(request.approval_rules.unwrap_or_default()),
            created_by: caller.label(),
        };
        let change = Change::making("environment.created")
            .in_project(here.project.id)
            .with("name", &command.name)
            .with("slug", &command.slug)
            .with("description", &command.description)
            .with("color", command.color.to_lowercase())
            .with("approval_rules", words(&command.approval_rules));
        let committed = self.commit(caller, change, command).await?;
        let id: EnvironmentId = committed.id()?;
        let (here, made) = self.written(&committed, here, id)?;
        self.body(&here, made).await
    }

    /// Adds development, staging and production.
    pub async fn create_default_environments(
        &self,
        caller: &Caller,
        project: &str,
    ) -> Result<EnvironmentList, AppError> {
        let here = self.in_project(Operation::EnvironmentDefaults, caller, project).await?;
        let command = environment_defaults::EnvironmentDefaults {
            project_id: here.project.id,
            environment_ids: DEFAULTS.map(|_| EnvironmentId(self.inner().parts.ids.id())).into(),
            created_by: caller.label(),
        };
        let change = Change::to("project.environments_created", here.project.id);
        let committed = self.commit(caller, change, command).await?;
        let here = InProject { view: committed.view, project: here.project };
        let all = machine::all(&*here.view.tables, here.project.id)?;
        let environments = self.shaped(&here, all).await?;
        Ok(EnvironmentList { total: environments.len() as u64, environments })
    }

    /// Changes an environment: name, description, colour, place, rules. Its slug stays.
    pub async fn update_environment(
        &self,
        caller: &Caller,
        project: &str,
        environment: &str,
        request: EnvironmentUpdate,
    ) -> Result<EnvironmentBody, AppError> {
        let here = self.in_project(Operation::EnvironmentUpdate, caller, project).await?;
        let id = here.environment(environment)?.id;
        let command = environment_update::EnvironmentUpdate {
            project_id: here.project.id,
            environment_id: id,
            name: request.name,
            description: request.description,
            color: request.color,
            place: request.place,
            approval_rules: request.approval_rules.map(rules),
        };
        let mut change = Change::to("environment.updated", id)
            .in_project(here.project.id)
            .with("changed", command.changed());
        for (field, value) in [
            ("name", command.name.clone()),
            ("description", command.description.clone()),
            ("color", command.color.as_ref().map(|color| color.to_lowercase())),
            ("place", command.place.map(|place| place.to_string())),
            ("approval_rules", command.approval_rules.as_deref().map(words)),
        ] {
            change = match value {
                Some(value) => change.with(field, value),
                None => change,
            };
        }
        let committed = self.commit(caller, change, command).await?;
        let (here, made) = self.written(&committed, here, id)?;
        self.body(&here, made).await
    }

    /// Removes an environment that nothing refers to.
    pub async fn delete_environment(
        &self,
        caller: &Caller,
        project: &str,
        environment: &str,
    ) -> Result<(), AppError> {
        let here = self.in_project(Operation::EnvironmentDelete, caller, project).await?;
        let id = match here.environment(environment) {
            Ok(found) => found.id,
            Err(gone) => {
                // A request that comes again finds that it has been deleted.
                let change = match environment.parse::<EnvironmentId>() {
                    Ok(id) => Change::to("environment.deleted", id),
                    Err(_) => Change::making("environment.deleted").with("slug", environment),
                };
                let done = self.repeated(&here.view, caller, &change.in_project(here.project.id))?;
                return done.map(|_| ()).ok_or(gone);
            }
        };
        let command = EnvironmentDelete { project_id: here.project.id, environment_id: id };
        let change = Change::to("environment.deleted", id).in_project(here.project.id);
        self.commit(caller, change, command).await?;
        Ok(())
    }

    /// What a change has made of it, and the state in which that is so.
    fn written(
        &self,
        committed: &Committed,
        here: InProject,
        id: EnvironmentId,
    ) -> Result<(InProject, environment::Environment), AppError> {
        let here = InProject { view: committed.view.clone(), project: here.project };
        let made = machine::find(&*here.view.tables, here.project.id, id)?;
        Ok((here, made.ok_or_else(|| AppError::not_found("Environment"))?))
    }

    async fn body(
        &self,
        here: &InProject,
        environment: environment::Environment,
    ) -> Result<EnvironmentBody, AppError> {
        let mut shaped = self.shaped(here, vec![environment]).await?;
        let environment = shaped.pop().ok_or_else(|| AppError::not_found("Environment"))?;
        Ok(EnvironmentBody { environment })
    }

    async fn shaped(
        &self,
        here: &InProject,
        environments: Vec<environment::Environment>,
    ) -> Result<Vec<Environment>, AppError> {
        let stats = self.fleet_stats(here).await?;
        let (read, now) = (&*here.view.tables, self.now());
        let mut versions = Versions::new(read);
        let shape = |environment| shape(read, &mut versions, &stats, environment, now);
        Ok(environments.into_iter().map(shape).collect::<Result<_, _>>()?)
    }
}

/// The slug of a name, as long as one of an environment may be.
fn slug_for(name: &str) -> Result<String, AppError> {
    let mut slug = slug_of(name);
    slug.truncate(SLUG_MAX);
    let slug = slug.trim_end_matches('-').to_owned();
    if slug.is_empty() {
        return Err(AppError::invalid("slug", "nothing of the name is left for it; give one"));
    }
    Ok(slug)
}

fn rules(rules: Vec<ApprovalRule>) -> Vec<governance::ApprovalRule> {
    let rule = |rule: ApprovalRule| governance::ApprovalRule {
        risk_at_least: rule.risk_at_least.map(Into::into),
        approvals: rule.approvals,
    };
    rules.into_iter().map(rule).collect()
}

fn shape(
    read: &dyn Read,
    versions: &mut Versions<'_>,
    stats: &FleetStats,
    environment: environment::Environment,
    now: Time,
) -> Result<Environment, TableError> {
    let counted = stats.by_environment.get(&environment.id).cloned().unwrap_or_default();
    let mut bundles = Vec::with_capacity(counted.by_bundle.len());
    for (bundle_id, nodes) in BTreeMap::from_iter(counted.by_bundle) {
        bundles.push(EnvironmentBundle { bundle_id, version: versions.of(bundle_id)?, nodes });
    }
    bundles.sort_by_key(|bundle| (std::cmp::Reverse(bundle.nodes), std::cmp::Reverse(bundle.bundle_id)));
    let mut completed = Vec::new();
    for promotion in promotion::newest(read, environment.id, COMPLETED_SHOWN)? {
        completed.push(Completion {
            bundle_id: promotion.bundle_id,
            version: versions.of(promotion.bundle_id)?,
            rollout_id: promotion.rollout_id,
            at: timestamp(promotion.at),
            by: promotion.by,
        });
    }
    let frozen = freeze::over(read, environment.project_id, || Ok([environment.id].into()), now)?;
    let rule = |rule: &governance::ApprovalRule| ApprovalRule {
        risk_at_least: rule.risk_at_least.map(Into::into),
        approvals: rule.approvals,
    };
    Ok(Environment {
        id: environment.id,
        slug: environment.slug,
        name: environment.name,
        description: environment.description,
        color: environment.color,
        place: environment.ordinal + 1,
        approval_rules: environment.approval_rules.iter().map(rule).collect(),
        nodes: counted.nodes,
        online: counted.online,
        bundles,
        completed,
        frozen: frozen.map(|frozen| frozen.words),
        created_by: environment.created_by,
        inserted_at: timestamp(environment.created_at),
    })
}
