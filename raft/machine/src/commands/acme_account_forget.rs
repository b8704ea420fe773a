//! A certificate authority does not know an account any more: the next order makes another one.

use sentinel_model::acme::AcmeAccount;
use sentinel_model::project::Project;
use sentinel_model::secret::Sealed;
use serde::{Deserialize, Serialize};

use crate::acme::{self, Decided};
use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::{Rejection, Reply};
use crate::tables::{Table, load};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcmeAccountForget {
    /// The certificate for which it was found out.
    pub on: Decided,
    /// The account: another one is left alone.
    pub sealed: Sealed,
}

impl Apply for AcmeAccountForget {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.on.project_id.as_bytes(), "Project")?;
        let certificate = acme::decided(context, &self.on)?;
        let settings = &acme::of(&certificate)?.settings;
        let row = acme::row_of(project.id, settings);
        let known: Option<AcmeAccount> = load(context.tables(), &row)?;
        if known.is_none_or(|known| known.sealed != self.sealed) {
            return Err(Rejection::not_found("Account").into());
        }
        context.write().delete(Table::AcmeAccounts, &row)?;
        let said = [("directory_url", settings.directory_url.clone()), ("contact", settings.contact.clone())];
        let subject = Subject::in_project("acme_account", &settings.directory_url, &project);
        context.record("acme_account.deleted", subject, said)?;
        Ok(Reply::Done)
    }
}
