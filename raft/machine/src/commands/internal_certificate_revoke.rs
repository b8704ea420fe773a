//! Revokes a certificate of a project's internal CA. The list that has it is signed afterwards: whoever asks is answered when that is done, and a leader
//! makes up for it.

use sentinel_model::internal_ca::{InternalCertificate, Reason, Revocation, Serial};
use sentinel_model::project::Project;
use sentinel_model::{InternalCaId, ProjectId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::internal_ca;
use crate::outcome::{Rejection, Reply};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InternalCertificateRevoke {
    /// The project.
    pub project_id: ProjectId,
    /// The CA.
    pub ca_id: InternalCaId,
    /// The certificate.
    pub serial: Serial,
    /// Why.
    pub reason: Reason,
    /// By whom, in words.
    pub by: String,
}

impl Apply for InternalCertificateRevoke {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let mut ca = internal_ca::require(context, self.project_id, self.ca_id)?;
        let row = internal_ca::row(self.project_id, self.serial);
        let mut known = context.require::<InternalCertificate>(&row, "Certificate")?;
        if let Some(before) = &known.revocation {
            let message = format!("the certificate is revoked already: {}", before.reason.as_str());
            return Err(Rejection::WrongState(message).into());
        }
        known.revocation = Some(Revocation { reason: self.reason, at: context.time, by: self.by.clone() });
        ca.revocations += 1;
        context.store(&known)?;
        context.store(&ca)?;
        let id = self.serial.to_string();
        let said = [
            ("name", known.name),
            ("subject_cn", known.subject_cn),
            ("reason", self.reason.as_str().to_owned()),
        ];
        let subject = Subject::in_project("internal_certificate", &id, &project);
        context.record("internal_certificate.revoked", subject, said)?;
        Ok(Reply::Done)
    }
}
