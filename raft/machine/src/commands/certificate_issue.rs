//! The certificate authority has issued what was ordered: the next version of the certificate.

use sentinel_model::Time;
use sentinel_model::acme::AcmeState;
use sentinel_model::project::Project;
use serde::{Deserialize, Serialize};

use crate::acme::{self, Decided};
use crate::apply::{Apply, Context, Stop, Subject};
use crate::certificate::{self, Content};
use crate::outcome::{Rejection, Reply};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateIssue {
    /// Of which certificate.
    pub on: Decided,
    /// Chain and key; the key is the one of the order.
    pub content: Content,
    /// When it is renewed.
    pub renew_at: Time,
    /// Who issued it, in words.
    pub by: String,
}

impl Apply for CertificateIssue {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.on.project_id.as_bytes(), "Project")?;
        let before = acme::decided(context, &self.on)?;
        let order = acme::of(&before)?.order().cloned();
        if order.as_ref().is_none_or(|order| order.sealed != self.content.sealed) {
            return Err(Rejection::WrongState("no order of this key is under way".into()).into());
        }
        acme::forget(context, order.as_ref())?;
        let mut after = before.clone();
        let was = acme::of_mut(&mut after)?;
        was.turn(AcmeState::Due(self.renew_at));
        was.failure = None;
        let version = certificate::keep(context, Some(&before), &mut after, &self.by, &self.content)?;
        let id = before.id.to_string();
        let subject = Subject::in_project("certificate", &id, &project);
        let said = [
            ("slug", before.slug),
            ("version", version.to_string()),
            ("renew_at", self.renew_at.to_string()),
        ];
        let said = said.into_iter().chain(certificate::said(&self.content));
        context.record("certificate.issued", subject, said)?;
        Ok(Reply::Done)
    }
}
