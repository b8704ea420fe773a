//! Adds a certificate to a project. Whether key and chain belong together is looked at before it comes here, and the key is sealed.

use sentinel_model::certificate::{CERTIFICATES_MAX, Certificate};
use sentinel_model::project::Project;
use sentinel_model::{CertificateId, ProjectId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::certificate::{self, Content};
use crate::outcome::{Rejection, Reply};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateCreate {
    /// Identity.
    pub certificate_id: CertificateId,
    /// The project.
    pub project_id: ProjectId,
    /// What the project calls it.
    pub slug: String,
    /// What it is for.
    pub description: String,
    /// Chain and key, sealed for version 1.
    pub content: Content,
    /// Who makes it, in words.
    pub created_by: String,
}

impl Apply for CertificateCreate {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let mut made = begin(
            context,
            Certificate {
                id: self.certificate_id,
                project_id: self.project_id,
                slug: self.slug.clone(),
                description: self.description.clone(),
                versions: Vec::new(),
                acme: None,
                created_by: self.created_by.clone(),
                created_at: context.time,
                updated_at: context.time,
            },
        )?;
        certificate::keep(context, None, &mut made, &self.created_by, &self.content)?;
        let said = [("slug", made.slug), ("description", made.description)];
        let id = self.certificate_id.to_string();
        let subject = Subject::in_project("certificate", &id, &project);
        context.record("certificate.created", subject, said.into_iter().chain(certificate::said(&self.content)))?;
        Ok(Reply::Done)
    }
}

/// Checks a certificate that is to be: its fields, that its slug is free, and that there is room for it.
pub(crate) fn begin(context: &Context<'_>, made: Certificate) -> Result<Certificate, Stop> {
    made.check()?;
    let all = certificate::all(context.tables(), made.project_id)?;
    if all.iter().any(|other| other.slug == made.slug) {
        return Err(Rejection::taken("slug", "is taken by another certificate of this project").into());
    }
    if all.iter().any(|other| other.id == made.id) {
        return Err(Rejection::taken("id", "this certificate exists already").into());
    }
    if all.len() >= CERTIFICATES_MAX {
        let message =
            format!("a project has at most {CERTIFICATES_MAX} certificates; delete one that nobody needs");
        return Err(Rejection::Limit(message).into());
    }
    Ok(made)
}
