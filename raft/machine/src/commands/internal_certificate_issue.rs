//! Takes a certificate that a member has signed with the key of a project's internal CA, as long as that CA is still there and holds.

use sentinel_model::internal_ca::{ISSUED_MAX, InternalCertificate};
use sentinel_model::project::Project;
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::internal_ca;
use crate::outcome::{Rejection, Reply};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InternalCertificateIssue {
    /// The certificate. When it was issued is what the log says; it is not revoked yet.
    pub certificate: InternalCertificate,
    /// The life that was asked for, in days.
    pub validity_days: u32,
}

impl Apply for InternalCertificateIssue {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let made = InternalCertificate {
            issued_at: context.time,
            revocation: None,
            ..self.certificate.clone()
        };
        let project = context.require::<Project>(made.project_id.as_bytes(), "Project")?;
        let mut ca = internal_ca::require(context, made.project_id, made.ca_id)?;
        if ca.not_after <= context.time {
            return Err(Rejection::WrongState("the internal CA has ended".into()).into());
        }
        made.check()?;
        if made.not_after > ca.not_after {
            return Err(Rejection::WrongState("the certificate would end after the internal CA".into()).into());
        }
        context.require_new::<InternalCertificate>(&internal_ca::row(made.project_id, made.serial), "certificate")?;
        internal_ca::prune(context, &mut ca)?;
        if ca.kept >= ISSUED_MAX {
            let message = format!(
                "at most {ISSUED_MAX} certificates of an internal CA are kept; those that ended go after 90 days"
            );
            return Err(Rejection::Limit(message).into());
        }
        internal_ca::add(context, &mut ca, &made)?;
        context.store(&ca)?;
        let id = made.serial.to_string();
        let said = [
            ("name", made.name),
            ("subject_cn", made.subject_cn),
            ("subject_ou", made.subject_ou.unwrap_or_default()),
            ("sans", made.sans.join(", ")),
            ("validity_days", self.validity_days.to_string()),
            ("fingerprint", made.fingerprint.to_string()),
            ("not_after", made.not_after.to_string()),
        ];
        let subject = Subject::in_project("internal_certificate", &id, &project);
        context.record("internal_certificate.issued", subject, said)?;
        Ok(Reply::Done)
    }
}
