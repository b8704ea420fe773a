//! A member has signed the next list of revoked certificates of a project's internal CA: the one of before lacks one, or half of its life is over.

use sentinel_model::project::Project;
use sentinel_model::{InternalCaId, ProjectId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::internal_ca::{self, SignedCrl};
use crate::outcome::Reply;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InternalCrlRenew {
    /// The project.
    pub project_id: ProjectId,
    /// The CA.
    pub ca_id: InternalCaId,
    /// The next list.
    pub crl: SignedCrl,
}

impl Apply for InternalCrlRenew {
    // It says nothing new of anything: what is in the list was revoked by somebody, which has an entry.
    const AUDITED: bool = false;

    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let mut ca = internal_ca::require(context, self.project_id, self.ca_id)?;
        internal_ca::take_crl(context, &mut ca, &self.crl)?;
        internal_ca::prune(context, &mut ca)?;
        context.store(&ca)?;
        let id = ca.id.to_string();
        let said =
            [("crl_number", ca.crl.number.to_string()), ("next_update", ca.crl.next_update.to_string())];
        let said = said.map(|(field, value)| (field.to_owned(), value)).into_iter().collect();
        context.event("internal_ca.crl_renewed", Subject::in_project("internal_ca", &id, &project), said);
        Ok(Reply::Done)
    }
}
