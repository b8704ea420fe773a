//! Somebody wants a certificate of ACME issued anew, now. An order that is under way is left behind, and the pause after a failure is over.

use sentinel_model::acme::AcmeState;
use sentinel_model::project::Project;
use sentinel_model::{CertificateId, ProjectId};
use serde::{Deserialize, Serialize};

use super::certificate_change::require;
use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::Reply;
use crate::{acme, certificate};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateRenew {
    /// The project.
    pub project_id: ProjectId,
    /// Its slug.
    pub slug: String,
    /// The certificate: another one of the same slug is left alone.
    pub certificate_id: CertificateId,
}

impl Apply for CertificateRenew {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let before = require(context, self.project_id, &self.slug, self.certificate_id)?;
        acme::forget(context, acme::of(&before)?.order())?;
        let mut after = before.clone();
        acme::of_mut(&mut after)?.turn(AcmeState::Due(context.time));
        certificate::store(context, Some(&before), &after)?;
        let id = self.certificate_id.to_string();
        let subject = Subject::in_project("certificate", &id, &project);
        context.record("certificate.renewal_asked", subject, [("slug", self.slug.clone())])?;
        Ok(Reply::Done)
    }
}
