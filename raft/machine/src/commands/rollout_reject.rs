//! A person refuses a rollout that waits for approvals, and says why. One refusal is final.

use sentinel_model::project::Project;
use sentinel_model::rollout::{Deed, RolloutState};
use sentinel_model::user::Role;
use sentinel_model::{InvalidValue, RolloutId, name};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop};
use crate::governance;
use crate::outcome::Reply;
use crate::rollout;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutReject {
    /// The rollout.
    pub rollout_id: RolloutId,
    /// Who rejects it, in words.
    pub by: String,
    /// Why.
    pub comment: String,
}

impl Apply for RolloutReject {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let mut rejected = rollout::require(context, self.rollout_id)?;
        let project = context.require::<Project>(rejected.project_id.as_bytes(), "Project")?;
        governance::require_person(context, &project, Role::Operator)?;
        name::check_text("comment", &self.comment)?;
        if self.comment.trim().is_empty() {
            let message = "say why: whoever asked for the rollout wants to know";
            return Err(InvalidValue::new("comment", message).into());
        }
        let state = RolloutState::Cancelled {
            by: self.by.clone(),
            reason: rollout::clip(&format!("rejected: {}", self.comment)),
        };
        rollout::end(context, &mut rejected, Deed::Reject, state)?;
        let id = self.rollout_id.to_string();
        let subject = rollout::subject(context, &rejected, &id)?;
        context.record(
            "rollout.rejected",
            subject,
            [("by", self.by.clone()), ("comment", self.comment.clone())],
        )?;
        Ok(Reply::Done)
    }
}
