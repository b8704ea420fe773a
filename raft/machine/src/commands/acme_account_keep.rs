//! The leader has made an account of a project with a certificate authority.

use sentinel_model::acme::AcmeAccount;
use sentinel_model::certificate::SEALED_MAX;
use sentinel_model::project::Project;
use serde::{Deserialize, Serialize};

use crate::acme;
use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::{Rejection, Reply};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcmeAccountKeep {
    /// The account. When it was made is what the log says.
    pub account: AcmeAccount,
}

impl Apply for AcmeAccountKeep {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let AcmeAccount { project_id, directory_url, contact, external_key_id, sealed, .. } = &self.account;
        let project = context.require::<Project>(project_id.as_bytes(), "Project")?;
        if sealed.0.is_empty() || sealed.0.len() > SEALED_MAX {
            return Err(Rejection::Limit(format!("an account has 1 to {SEALED_MAX} bytes")).into());
        }
        let row = acme::account_row(*project_id, directory_url, contact, external_key_id);
        // Orders of the first one may be under way.
        context.require_new::<AcmeAccount>(&row, "account")?;
        context.store(&AcmeAccount { created_at: context.time, ..self.account.clone() })?;
        let said = [
            ("directory_url", directory_url.clone()),
            ("contact", contact.clone()),
            ("external_account", external_key_id.clone()),
        ];
        let subject = Subject::in_project("acme_account", directory_url, &project);
        context.record("acme_account.created", subject, said)?;
        Ok(Reply::Done)
    }
}
