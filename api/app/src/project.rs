//! Projects.

use sentinel_api_types::approval::ApprovalRule;
use sentinel_api_types::project::{Project, ProjectBody, ProjectCreate, ProjectList, ProjectUpdate};
use sentinel_api_types::{PageQuery, timestamp};
use sentinel_machine::commands::{project_create, project_update};
use sentinel_machine::{Order, Table, tables};
use sentinel_model::org::Org;
use sentinel_model::{ProjectId, governance, project};
use zeroize::Zeroizing;

use crate::access::Operation;
use crate::app::{App, written};
use crate::caller::Caller;
use crate::change::Change;
use crate::cursor::Binding;
use crate::error::AppError;
use crate::keyring::marker_key_context;
use crate::org::slug_or_made;
use crate::page::{Walk, walk};

impl App {
    /// The projects of an org. A key that is bound to one project does not get here.
    pub async fn list_projects(
        &self,
        caller: &Caller,
        org: &str,
        page: &PageQuery,
    ) -> Result<ProjectList, AppError> {
        let here = self.in_org(Operation::ProjectList, caller, org).await?;
        let read = &*here.view.tables;
        let binding = Binding::new("projects", &[&here.org.id.to_string()]);
        let part = Walk {
            table: Table::ProjectsByOrg,
            prefix: here.org.id.as_bytes(),
            order: Order::Ascending,
            binding: &binding,
            limit: page.limit,
            cursor: page.cursor.as_deref(),
        };
        let page = walk(read, self.keyring(), part, |(key, _)| {
            let project: Option<project::Project> = tables::load(read, &key[key.len().saturating_sub(16)..])?;
            Ok(project.map(|project| shape(project, &here.org.slug)))
        })?;
        Ok(ProjectList { total: page.total(), projects: page.items, next_cursor: page.next_cursor })
    }

    /// Adds a project.
    pub async fn create_project(
        &self,
        caller: &Caller,
        org: &str,
        request: ProjectCreate,
    ) -> Result<ProjectBody, AppError> {
        let here = self.in_org(Operation::ProjectCreate, caller, org).await?;
        let ids = &self.inner().parts.ids;
        let project_id = ProjectId(ids.id());
        let marker_key = Zeroizing::new(ids.secret());
        let sealed_marker_key = self
            .keyring()
            .seal(&marker_key_context(project_id), &marker_key[..], [ids.secret(), ids.secret()])
            .map_err(AppError::internal)?;
        let command = project_create::ProjectCreate {
            project_id,
            org_id: here.org.id,
            slug: slug_or_made("slug", request.slug, &request.name)?,
            name: request.name,
            description: request.description.unwrap_or_default(),
            sealed_marker_key,
            sandbox: request.sandbox,
        };
        let change = Change::making("project.created")
            .in_org(here.org.id)
            .with("name", &command.name)
            .with("slug", &command.slug);
        let (description, sandbox) = (command.description.clone(), command.sandbox);
        let committed = self.commit(caller, change, command).await?;
        let id: ProjectId = committed.id()?;
        let project: project::Project = written(&committed.view, id.as_bytes(), "Project")?;
        committed.only_if(project.description == description && project.sandbox == sandbox)?;
        Ok(ProjectBody { project: shape(project, &here.org.slug) })
    }

    /// Changes a project.
    pub async fn update_project(
        &self,
        caller: &Caller,
        slug: &str,
        request: ProjectUpdate,
    ) -> Result<ProjectBody, AppError> {
        let here = self.in_project(Operation::ProjectUpdate, caller, slug).await?;
        let id = here.project.id;
        let org: Org = written(&here.view, here.project.org_id.as_bytes(), "Org")?;
        let rule = |rule: ApprovalRule| governance::ApprovalRule {
            risk_at_least: rule.risk_at_least.map(Into::into),
            approvals: rule.approvals,
        };
        let drift =
            (request.drift_remediation.is_some() || request.drift_delay_seconds.is_some()).then(|| {
                project_update::DriftChange {
                    remediation: request.drift_remediation.map(Into::into),
                    delay_s: request.drift_delay_seconds,
                }
            });
        let command = project_update::ProjectUpdate {
            project_id: id,
            name: request.name,
            description: request.description,
            approval_rules: request.approval_rules.map(|rules| rules.into_iter().map(rule).collect()),
            approval_expires_h: request.approval_expires_hours,
            checks_private: request.checks_allow_private,
            drift,
            sandbox: request.sandbox,
        };
        let mut change = Change::to("project.updated", id);
        for (field, value) in [("name", &command.name), ("description", &command.description)] {
            change = match value {
                Some(value) => change.with(field, value),
                None => change,
            };
        }
        let (rules, hours) = (command.approval_rules.clone(), command.approval_expires_h);
        if let Some(rules) = &rules {
            change = change.with("approval_rules", project_update::words(rules));
        }
        if let Some(hours) = hours {
            change = change.with("approval_expires_hours", hours);
        }
        if let Some(private) = command.checks_private {
            change = change.with("checks_allow_private", private);
        }
        if let Some(remediation) = request.drift_remediation {
            change = change
                .with("drift_remediation", sentinel_model::drift::Remediation::from(remediation).as_str());
        }
        if let Some(delay) = request.drift_delay_seconds {
            change = change.with("drift_delay_seconds", delay);
        }
        if let Some(sandbox) = request.sandbox {
            change = change.with("sandbox", sandbox);
        }
        let committed = self.commit(caller, change, command).await?;
        let project: project::Project = written(&committed.view, id.as_bytes(), "Project")?;
        Ok(ProjectBody { project: shape(project, &org.slug) })
    }

    /// One project.
    pub async fn show_project(&self, caller: &Caller, slug: &str) -> Result<ProjectBody, AppError> {
        let here = self.in_project(Operation::ProjectShow, caller, slug).await?;
        let org: Org = written(&here.view, here.project.org_id.as_bytes(), "Org")?;
        Ok(ProjectBody { project: shape(here.project, &org.slug) })
    }

    /// The key from which a project's revision markers are derived.
    pub(crate) fn marker_key(&self, project: &project::Project) -> Result<Zeroizing<[u8; 32]>, AppError> {
        let context = marker_key_context(project.id);
        self.keyring().unseal_32(&context, &project.sealed_marker_key).map_err(AppError::internal)
    }
}

fn shape(project: project::Project, org_slug: &str) -> Project {
    let rule = |rule: &governance::ApprovalRule| ApprovalRule {
        risk_at_least: rule.risk_at_least.map(Into::into),
        approvals: rule.approvals,
    };
    Project {
        id: project.id,
        org_id: project.org_id,
        org_slug: org_slug.to_owned(),
        slug: project.slug,
        name: project.name,
        description: project.description,
        baseline_bundle_id: project.baseline,
        approval_rules: project.approval.rules.iter().map(rule).collect(),
        approval_expires_hours: project.approval.expires_h,
        checks_allow_private: project.checks_private,
        drift_remediation: project.drift.remediation.into(),
        drift_delay_seconds: project.drift.delay_s,
        sandbox: project.sandbox,
        inserted_at: timestamp(project.created_at),
    }
}
