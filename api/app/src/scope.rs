//! From what a request names to what it means: orgs, projects, and the objects in them. Whatever is not the caller's is not there.

use sentinel_machine::tables::Row;
use sentinel_machine::{View, query, tables};
use sentinel_model::bundle::Bundle;
use sentinel_model::node::Node;
use sentinel_model::org::Org;
use sentinel_model::project::Project;
use sentinel_model::rollout::Rollout;
use sentinel_model::{BundleId, NodeId, OrgId, ProjectId, RolloutId};

use crate::access::{self, Operation, Place};
use crate::app::App;
use crate::caller::{Caller, Identity};
use crate::error::AppError;

/// A project that the caller may do the operation in, and the state that this was found in.
pub(crate) struct InProject {
    pub(crate) view: View,
    pub(crate) project: Project,
}

/// An org that the caller may do the operation in, and the state that this was found in.
pub(crate) struct InOrg {
    pub(crate) view: View,
    pub(crate) org: Org,
}

impl App {
    /// The project with this slug, if the caller may do `operation` in it.
    pub(crate) async fn in_project(
        &self,
        operation: Operation,
        caller: &Caller,
        slug: &str,
    ) -> Result<InProject, AppError> {
        access::require_known(operation, caller)?;
        let view = self.read(caller).await?;
        let project = query::project_by_slug(&*view.tables, slug)?;
        let project = project.ok_or_else(|| AppError::not_found("Project"))?;
        self.authorize(operation, caller, Place::Project(project.org_id, project.id), &view)?;
        Ok(InProject { view, project })
    }

    /// The org with this slug, if the caller may do `operation` in it.
    pub(crate) async fn in_org(
        &self,
        operation: Operation,
        caller: &Caller,
        slug: &str,
    ) -> Result<InOrg, AppError> {
        access::require_known(operation, caller)?;
        let view = self.read(caller).await?;
        let org = query::org_by_slug(&*view.tables, slug)?.ok_or_else(|| AppError::not_found("Org"))?;
        self.authorize(operation, caller, Place::Org(org.id), &view)?;
        Ok(InOrg { view, org })
    }

    /// The orgs that the caller belongs to: a person's memberships, or the one org of an API key.
    pub(crate) fn orgs_of(&self, caller: &Caller, view: &View) -> Result<Vec<OrgId>, AppError> {
        Ok(match &caller.identity {
            Identity::User(signed_in) => {
                let memberships = query::memberships_of(&*view.tables, signed_in.user.id)?;
                memberships.into_iter().map(|membership| membership.org_id).collect()
            }
            Identity::ApiKey(key) => vec![key.org_id],
            Identity::Anonymous | Identity::Node { .. } | Identity::Member(_) => Vec::new(),
        })
    }
}

/// Objects that lie in a project.
pub(crate) trait OfProject: Row {
    /// Kind in words.
    const KIND: &'static str;
    /// Kind of its id.
    type Id;
    /// Bytes of the id.
    fn id_bytes(id: &Self::Id) -> &[u8; 16];
    /// The project that it lies in.
    fn project_id(&self) -> ProjectId;
}

macro_rules! of_project {
    ($($row:ty, $id:ty, $kind:literal;)*) => {$(
        impl OfProject for $row {
            const KIND: &'static str = $kind;
            type Id = $id;
            fn id_bytes(id: &$id) -> &[u8; 16] {
                id.as_bytes()
            }
            fn project_id(&self) -> ProjectId {
                self.project_id
            }
        }
    )*};
}

of_project! {
    Bundle, BundleId, "Bundle";
    Node, NodeId, "Node";
    Rollout, RolloutId, "Rollout";
    sentinel_model::enrolment::EnrolmentToken, sentinel_model::EnrolmentTokenId, "Enrolment token";
}

impl InProject {
    /// The object with this id, if it lies in the project.
    pub(crate) fn object<R: OfProject>(&self, id: &R::Id) -> Result<R, AppError> {
        let object: Option<R> = tables::load(&*self.view.tables, R::id_bytes(id))?;
        object
            .filter(|object| object.project_id() == self.project.id)
            .ok_or_else(|| AppError::not_found(R::KIND))
    }
}
