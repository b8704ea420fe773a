//! Revokes an enrolment token. Nodes that used it stay.

use sentinel_model::EnrolmentTokenId;
use sentinel_model::enrolment::EnrolmentToken;
use sentinel_model::project::Project;
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::{Rejection, Reply};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolmentTokenRevoke {
    /// The token.
    pub token_id: EnrolmentTokenId,
}

impl Apply for EnrolmentTokenRevoke {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let mut token = context.require::<EnrolmentToken>(self.token_id.as_bytes(), "Enrolment token")?;
        if token.revoked_at.is_some() {
            return Err(Rejection::WrongState("the enrolment token is revoked already".into()).into());
        }
        let project = context.require::<Project>(token.project_id.as_bytes(), "Project")?;
        token.revoked_at = Some(context.time);
        context.store(&token)?;
        let id = self.token_id.to_string();
        let subject = Subject::in_project("enrolment_token", &id, &project);
        context.record("enrolment_token.revoked", subject, [("name", token.name)])?;
        Ok(Reply::Done)
    }
}
