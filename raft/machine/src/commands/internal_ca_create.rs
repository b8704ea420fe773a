//! Gives a project an internal CA. A member has made its key, which is sealed, and has signed its certificate and an empty list of revoked ones.

use sentinel_model::internal_ca::{InternalCa, InternalCaKey, KeyAlgorithm, SEALED_MAX};
use sentinel_model::project::Project;
use sentinel_model::secret::Sealed;
use sentinel_model::{InternalCaId, ProjectId, Sha256Digest, Time};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::internal_ca::{self, SignedCrl};
use crate::outcome::{Rejection, Reply};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InternalCaCreate {
    /// Identity.
    pub ca_id: InternalCaId,
    /// The project.
    pub project_id: ProjectId,
    /// Common name of its subject.
    pub subject_cn: String,
    /// The kind of its key.
    pub key_algorithm: KeyAlgorithm,
    /// Its certificate in PEM.
    pub certificate: String,
    /// SHA-256 of its DER.
    pub fingerprint: Sha256Digest,
    /// From when it holds.
    pub not_before: Time,
    /// Until when it holds.
    pub not_after: Time,
    /// The life that was asked for, in days.
    pub validity_days: u32,
    /// Its key, sealed.
    pub sealed: Sealed,
    /// The first list of revoked certificates.
    pub crl: SignedCrl,
    /// Who makes it, in words.
    pub created_by: String,
}

impl Apply for InternalCaCreate {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        if context.load::<InternalCa>(self.project_id.as_bytes())?.is_some() {
            let message = "the project has an internal CA already";
            return Err(Rejection::WrongState(message.into()).into());
        }
        if self.sealed.0.is_empty() || self.sealed.0.len() > SEALED_MAX {
            return Err(Rejection::Limit(format!("a sealed key has 1 to {SEALED_MAX} bytes")).into());
        }
        let mut made = InternalCa {
            id: self.ca_id,
            project_id: self.project_id,
            subject_cn: self.subject_cn.clone(),
            key_algorithm: self.key_algorithm,
            certificate: self.certificate.clone(),
            fingerprint: self.fingerprint,
            not_before: self.not_before,
            not_after: self.not_after,
            revocations: 0,
            crl: self.crl.facts,
            kept: 0,
            created_by: self.created_by.clone(),
            created_at: context.time,
        };
        made.check()?;
        internal_ca::keep_crl(context, &mut made, &self.crl)?;
        let (project_id, ca_id, sealed) = (self.project_id, self.ca_id, self.sealed.clone());
        context.store(&InternalCaKey { project_id, ca_id, sealed })?;
        context.store(&made)?;
        let id = self.ca_id.to_string();
        let algorithm = match self.key_algorithm {
            KeyAlgorithm::EcP384 => "ec_p384",
            KeyAlgorithm::EcP256 => "ec_p256",
        };
        let said = [
            ("subject_cn", made.subject_cn),
            ("key_algorithm", algorithm.to_owned()),
            ("validity_days", self.validity_days.to_string()),
            ("fingerprint", made.fingerprint.to_string()),
            ("not_after", made.not_after.to_string()),
        ];
        context.record("internal_ca.created", Subject::in_project("internal_ca", &id, &project), said)?;
        Ok(Reply::Done)
    }
}
