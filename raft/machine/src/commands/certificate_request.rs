//! Adds a certificate that a certificate authority shall issue by ACME. The leader sees to it from now on.

use sentinel_model::acme::{Acme, AcmeSettings, AcmeState};
use sentinel_model::certificate::Certificate;
use sentinel_model::project::Project;
use sentinel_model::{CertificateId, ProjectId};
use serde::{Deserialize, Serialize};

use super::certificate_create::begin;
use crate::apply::{Apply, Context, Stop, Subject};
use crate::certificate;
use crate::outcome::Reply;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateRequest {
    /// Identity.
    pub certificate_id: CertificateId,
    /// The project.
    pub project_id: ProjectId,
    /// What the project calls it.
    pub slug: String,
    /// What it is for.
    pub description: String,
    /// What is asked for, and of whom.
    pub settings: AcmeSettings,
    /// Stands in the audit log for what of the settings it does not say, and for the request. It tells nothing of it.
    pub mark: String,
    /// Who makes it, in words.
    pub created_by: String,
}

impl Apply for CertificateRequest {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        self.settings.check()?;
        let made = begin(
            context,
            Certificate {
                id: self.certificate_id,
                project_id: self.project_id,
                slug: self.slug.clone(),
                description: self.description.clone(),
                versions: Vec::new(),
                acme: Some(Acme {
                    settings: self.settings.clone(),
                    revision: 1,
                    state: AcmeState::Due(context.time),
                    failure: None,
                }),
                created_by: self.created_by.clone(),
                created_at: context.time,
                updated_at: context.time,
            },
        )?;
        certificate::store(context, None, &made)?;
        let AcmeSettings { directory_url, domains, contact, external, .. } = &self.settings;
        let said = [
            ("slug", made.slug),
            ("description", made.description),
            ("domains", domains.join(", ")),
            ("directory_url", directory_url.clone()),
            ("contact", contact.clone()),
            ("external_account", external.as_ref().map(|external| external.key_id.clone()).unwrap_or_default()),
            ("mark", self.mark.clone()),
        ];
        let id = self.certificate_id.to_string();
        context.record("certificate.requested", Subject::in_project("certificate", &id, &project), said)?;
        Ok(Reply::Done)
    }
}
