//! Templates of rollouts.

use sentinel_api_types::promotion::RuleRollout;
use sentinel_api_types::rollout::{RolloutCreate, TargetSelector};
use sentinel_api_types::template::{
    RolloutSettings, RolloutTemplate, RolloutTemplateBody, RolloutTemplateCreate, RolloutTemplateList,
    RolloutTemplateUpdate, TemplateRef,
};
use sentinel_api_types::timestamp;
use sentinel_machine::commands::rollout_template_delete::RolloutTemplateDelete;
use sentinel_machine::commands::{rollout_template_create, rollout_template_update};
use sentinel_machine::tables::key;
use sentinel_machine::template::{all, digest, find};
use sentinel_machine::{Read, Table, TableError};
use sentinel_model::rollout::{RolloutSpec, Target};
use sentinel_model::template::{self, OPEN};
use sentinel_model::{ProjectId, RolloutTemplateId};

use crate::access::Operation;
use crate::app::{App, written};
use crate::caller::Caller;
use crate::change::{Change, Committed};
use crate::environment::named;
use crate::error::AppError;
use crate::rollout::{keep_hidden, manner, selector, spec};
use crate::scope::InProject;

impl App {
    /// The templates of a project. There are few: all of them at once.
    pub async fn list_rollout_templates(
        &self,
        caller: &Caller,
        project: &str,
    ) -> Result<RolloutTemplateList, AppError> {
        let here = self.in_project(Operation::RolloutTemplateList, caller, project).await?;
        let read = &*here.view.tables;
        let mut templates = all(read, here.project.id)?;
        templates.sort_by(|a, b| (!a.is_default, &a.name).cmp(&(!b.is_default, &b.name)));
        let rollout_templates: Vec<_> =
            templates.into_iter().map(|template| shape(read, template)).collect::<Result<_, _>>()?;
        Ok(RolloutTemplateList { total: rollout_templates.len() as u64, rollout_templates })
    }

    /// One template.
    pub async fn show_rollout_template(
        &self,
        caller: &Caller,
        project: &str,
        id: RolloutTemplateId,
    ) -> Result<RolloutTemplateBody, AppError> {
        let here = self.in_project(Operation::RolloutTemplateShow, caller, project).await?;
        let found = find(&*here.view.tables, here.project.id, id)?;
        let found = found.ok_or_else(|| AppError::not_found("Template"))?;
        Ok(RolloutTemplateBody { rollout_template: shape(&*here.view.tables, found)? })
    }

    /// Makes a template.
    pub async fn create_rollout_template(
        &self,
        caller: &Caller,
        project: &str,
        request: RolloutTemplateCreate,
    ) -> Result<RolloutTemplateBody, AppError> {
        let here = self.in_project(Operation::RolloutTemplateCreate, caller, project).await?;
        let asked = asked(request.target_selector, request.environment, request.rollout.unwrap_or_default());
        let command = rollout_template_create::RolloutTemplateCreate {
            template_id: RolloutTemplateId(self.inner().parts.ids.id()),
            project_id: here.project.id,
            name: request.name,
            description: request.description.unwrap_or_default(),
            is_default: request.is_default.unwrap_or_default(),
            spec: spec(&*here.view.tables, here.project.id, asked, None)?,
            created_by: caller.label(),
        };
        let change = Change::making("rollout_template.created")
            .in_project(here.project.id)
            .with("name", &command.name)
            .with("description", &command.description)
            .with("is_default", command.is_default)
            .with("settings_digest", digest(&command.spec)?);
        let committed = self.commit(caller, change, command).await?;
        let id = committed.id()?;
        template_body(&committed, here.project.id, id)
    }

    /// Changes a template. Rollouts that were made from it stay as they are.
    pub async fn update_rollout_template(
        &self,
        caller: &Caller,
        project: &str,
        id: RolloutTemplateId,
        request: RolloutTemplateUpdate,
    ) -> Result<RolloutTemplateBody, AppError> {
        let here = self.in_project(Operation::RolloutTemplateUpdate, caller, project).await?;
        let read = &*here.view.tables;
        let known = find(read, here.project.id, id)?.ok_or_else(|| AppError::not_found("Template"))?;
        let RolloutTemplateUpdate { name, description, is_default, target_selector, environment, rollout } =
            request;
        let about = target_selector.is_some() || environment.is_some() || rollout.is_some();
        let based_on = about.then_some(known.updated_at);
        let spec = match about {
            true => Some(respecified(&here, known.spec, target_selector, environment, rollout)?),
            false => None,
        };
        let command = rollout_template_update::RolloutTemplateUpdate {
            project_id: here.project.id,
            template_id: id,
            name,
            description,
            is_default,
            spec,
            based_on,
        };
        command.check()?;
        let mut change = Change::to("rollout_template.updated", id)
            .in_project(here.project.id)
            .with("changed", command.changed());
        for (field, value) in [
            ("name", command.name.clone()),
            ("description", command.description.clone()),
            ("is_default", command.is_default.map(|is_default| is_default.to_string())),
            ("settings_digest", command.spec.as_ref().map(digest).transpose()?.map(|one| one.to_string())),
        ] {
            change = match value {
                Some(value) => change.with(field, value),
                None => change,
            };
        }
        let committed = self.commit(caller, change, command).await?;
        template_body(&committed, here.project.id, id)
    }

    /// Takes a template away. Rollouts that were made from it stay as they are.
    pub async fn delete_rollout_template(
        &self,
        caller: &Caller,
        project: &str,
        id: RolloutTemplateId,
    ) -> Result<(), AppError> {
        let here = self.in_project(Operation::RolloutTemplateDelete, caller, project).await?;
        let command = RolloutTemplateDelete { project_id: here.project.id, template_id: id };
        let change = Change::to("rollout_template.deleted", id).in_project(here.project.id);
        self.commit(caller, change, command).await?;
        Ok(())
    }
}

impl InProject {
    /// The template with this id or name.
    pub(crate) fn template(&self, named: &str) -> Result<template::RolloutTemplate, AppError> {
        let id = named.parse::<RolloutTemplateId>().ok();
        let all = all(&*self.view.tables, self.project.id)?;
        // The id first: another one may be called so.
        let by_id = all.iter().find(|one| Some(one.id) == id);
        let found = by_id.or_else(|| all.iter().find(|one| one.name == named)).cloned();
        found.ok_or_else(|| AppError::not_found("Template"))
    }

    /// The default template of the project.
    pub(crate) fn default_template(&self) -> Result<Option<TemplateRef>, TableError> {
        let found = all(&*self.view.tables, self.project.id)?.into_iter().find(|one| one.is_default);
        Ok(found.map(|found| reference(found.reference())))
    }

    /// Refuses to go on to nodes that a template names and that are gone: the rest would be less than what was meant.
    pub(crate) fn require_all_there(&self, template: &template::RolloutTemplate) -> Result<(), AppError> {
        let Target::Nodes(nodes) = &template.spec.target else { return Ok(()) };
        let mut gone = 0;
        for node in nodes {
            gone += usize::from(self.view.tables.get(Table::Nodes, node.as_bytes())?.is_none());
        }
        match gone {
            0 => Ok(()),
            gone => Err(AppError::Conflict(format!(
                "the template '{}' names {} nodes, and {gone} of them are gone; change it, or say where",
                template.name,
                nodes.len()
            ))),
        }
    }
}

pub(crate) fn reference(template: template::TemplateRef) -> TemplateRef {
    TemplateRef { id: template.id, name: template.name }
}

/// What a template asks for. The bundle is for whoever uses it to say.
fn asked(target: TargetSelector, environment: Option<String>, rollout: RuleRollout) -> RolloutCreate {
    RolloutCreate { environment, ..RolloutCreate::in_manner(OPEN, target, rollout) }
}

/// What a template says from now on: where, how, or both anew.
fn respecified(
    here: &InProject,
    known: RolloutSpec,
    target: Option<TargetSelector>,
    environment: Option<String>,
    rollout: Option<RuleRollout>,
) -> Result<RolloutSpec, AppError> {
    let (read, project) = (&*here.view.tables, here.project.id);
    let place = RolloutCreate { target_selector: target, environment, ..nothing() };
    let placed = spec(read, project, place, Some(&known))?;
    match rollout {
        None => Ok(placed),
        Some(rollout) => {
            let anew = asked(TargetSelector::All {}, None, rollout);
            let mut anew = spec(read, project, anew, None)?;
            keep_hidden(&mut anew.checks, &known.checks);
            Ok(RolloutSpec { target: placed.target, environment_id: placed.environment_id, ..anew })
        }
    }
}

/// A request in which nothing is said.
fn nothing() -> RolloutCreate {
    let unsaid = RolloutCreate::in_manner(OPEN, TargetSelector::All {}, RuleRollout::default());
    RolloutCreate {
        target_selector: None,
        strategy: None,
        checks: None,
        failure_domain: None,
        rollback_threshold: None,
        ..unsaid
    }
}

fn template_body(
    committed: &Committed,
    project: ProjectId,
    id: RolloutTemplateId,
) -> Result<RolloutTemplateBody, AppError> {
    let row = key(&[project.as_bytes(), id.as_bytes()]);
    let made: template::RolloutTemplate = written(&committed.view, &row, "Template")?;
    Ok(RolloutTemplateBody { rollout_template: shape(&*committed.view.tables, made)? })
}

/// Where and how a rollout goes, as the API shows it.
pub(crate) fn settings(
    read: &dyn Read,
    project: ProjectId,
    spec: RolloutSpec,
) -> Result<RolloutSettings, TableError> {
    let environment = match spec.environment_id {
        Some(id) => named(read, project, id)?,
        None => None,
    };
    let target_selector = selector(spec.target.clone(), environment.as_ref(), spec.environment_id);
    Ok(RolloutSettings { target_selector, environment, rollout: manner(spec) })
}

fn shape(read: &dyn Read, template: template::RolloutTemplate) -> Result<RolloutTemplate, TableError> {
    let RolloutSettings { target_selector, environment, rollout } =
        settings(read, template.project_id, template.spec)?;
    Ok(RolloutTemplate {
        id: template.id,
        name: template.name,
        description: template.description,
        is_default: template.is_default,
        target_selector,
        environment,
        rollout,
        created_by: template.created_by,
        inserted_at: timestamp(template.created_at),
        updated_at: timestamp(template.updated_at),
    })
}
