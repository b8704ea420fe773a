//! An order has failed, or none could be made. The next one follows after a pause.

use sentinel_model::Time;
use sentinel_model::project::Project;
use serde::{Deserialize, Serialize};

use crate::acme::{self, Decided};
use crate::apply::{Apply, Context, Stop, Subject};
use crate::certificate;
use crate::outcome::Reply;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateFail {
    /// Of which certificate.
    pub on: Decided,
    /// Why, in words.
    pub reason: String,
    /// The certificate authority wants no other order before then.
    pub not_before: Option<Time>,
}

impl Apply for CertificateFail {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.on.project_id.as_bytes(), "Project")?;
        let before = acme::decided(context, &self.on)?;
        let mut after = before.clone();
        let was = acme::of_mut(&mut after)?;
        acme::forget(context, was.order())?;
        was.fail(&self.reason, context.time, self.not_before);
        let (next, failure) = (was.due(), was.failure.clone());
        certificate::store(context, Some(&before), &after)?;
        let id = before.id.to_string();
        let subject = Subject::in_project("certificate", &id, &project);
        let said = [
            ("slug", before.slug),
            ("reason", failure.map(|failure| failure.reason).unwrap_or_default()),
            ("next_attempt_at", next.to_string()),
        ];
        context.record("certificate.failed", subject, said)?;
        Ok(Reply::Done)
    }
}
