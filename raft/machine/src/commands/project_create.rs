//! Adds a project to an org.

use std::collections::BTreeMap;

use sentinel_model::drift::DriftPolicy;
use sentinel_model::governance::ApprovalPolicy;
use sentinel_model::org::Org;
use sentinel_model::project::Project;
use sentinel_model::secret::Sealed;
use sentinel_model::{OrgId, ProjectId, name};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::{Rejection, Reply};
use crate::tables::{Table, key};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectCreate {
    /// Identity.
    pub project_id: ProjectId,
    /// The org.
    pub org_id: OrgId,
    /// Display name.
    pub name: String,
    /// Unique in the whole cluster.
    pub slug: String,
    /// What it is for.
    pub description: String,
    /// Key of the revision markers.
    pub sealed_marker_key: Sealed,
    /// It is a place to try things.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sandbox: bool,
}

impl Apply for ProjectCreate {
    fn level_of_content(&self) -> u16 {
        if self.sandbox { 4 } else { 1 }
    }

    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        name::check_name("name", &self.name)?;
        name::check_slug("slug", &self.slug)?;
        name::check_text("description", &self.description)?;
        context.require::<Org>(self.org_id.as_bytes(), "Org")?;
        if context.tables().get(Table::ProjectSlugs, self.slug.as_bytes())?.is_some() {
            let message =
                format!("the slug '{}' is taken; project slugs are unique in the cluster", self.slug);
            return Err(Rejection::taken("slug", message).into());
        }
        context.require_new::<Project>(self.project_id.as_bytes(), "project")?;
        let created_at = context.time;
        let project = Project {
            id: self.project_id,
            org_id: self.org_id,
            name: self.name.clone(),
            slug: self.slug.clone(),
            description: self.description.clone(),
            sealed_marker_key: self.sealed_marker_key.clone(),
            baseline: None,
            catch_up: None,
            checks_private: false,
            created_at,
            approval: ApprovalPolicy::default(),
            drift: DriftPolicy::default(),
            simulated_in: BTreeMap::new(),
            sandbox: self.sandbox,
        };
        context.store(&project)?;
        let write = context.write();
        write.put(Table::ProjectSlugs, self.slug.as_bytes(), self.project_id.as_bytes())?;
        write.put(Table::ProjectsByOrg, &key(&[self.org_id.as_bytes(), self.project_id.as_bytes()]), b"")?;
        let id = self.project_id.to_string();
        let subject = Subject::in_project("project", &id, &project);
        context.record(
            "project.created",
            subject,
            [("name", self.name.clone()), ("slug", self.slug.clone())]
                .into_iter()
                .chain(self.sandbox.then(|| ("sandbox", true.to_string()))),
        )?;
        Ok(Reply::Done)
    }
}
