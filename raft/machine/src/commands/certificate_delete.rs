//! Takes a certificate away, with all of its versions.

use sentinel_model::project::Project;
use sentinel_model::{CertificateId, ProjectId};
use serde::{Deserialize, Serialize};

use super::certificate_change::require;
use crate::apply::{Apply, Context, Stop, Subject};
use crate::certificate;
use crate::outcome::{Rejection, Reply};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateDelete {
    /// The project.
    pub project_id: ProjectId,
    /// Its slug.
    pub slug: String,
    /// The certificate: another one of the same slug is left alone.
    pub certificate_id: CertificateId,
}

impl Apply for CertificateDelete {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let gone = require(context, self.project_id, &self.slug, self.certificate_id)?;
        if let Some(words) = certificate::needed(context.tables(), &gone)? {
            let message = format!("the certificate {} is in use: {words}", gone.slug);
            return Err(Rejection::WrongState(message).into());
        }
        certificate::forget(context, &gone)?;
        let id = self.certificate_id.to_string();
        let subject = Subject::in_project("certificate", &id, &project);
        context.record("certificate.deleted", subject, [("slug", gone.slug)])?;
        Ok(Reply::Done)
    }
}
