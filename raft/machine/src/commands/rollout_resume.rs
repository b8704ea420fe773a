//! Lets a paused rollout go on, unless its project is frozen. The current step's clock goes on from where it stopped.

use sentinel_model::RolloutId;
use sentinel_model::rollout::{Deed, RolloutState, StepState};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop};
use crate::freeze;
use crate::outcome::Reply;
use crate::planted::planted;
use crate::rollout;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutResume {
    /// The rollout.
    pub rollout_id: RolloutId,
    /// Who resumes it, in words.
    pub by: String,
}

impl Apply for RolloutResume {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let mut resumed = rollout::require(context, self.rollout_id)?;
        if !matches!(resumed.state, RolloutState::Paused { .. }) {
            return Err(rollout::refuse(&resumed, "resumed"));
        }
        if !planted!(FreezeIgnoredOnResume) {
            freeze::require_thawed(context, &resumed)?;
        }
        let mut step = rollout::current_step(context, &resumed)?;
        if let StepState::Running { since } | StepState::Verifying { since } = &mut step.state {
            *since = context.time;
            context.store(&step)?;
        }
        rollout::enter(&mut resumed, Deed::Resume, RolloutState::Running)?;
        rollout::save(context, &mut resumed)?;
        let id = self.rollout_id.to_string();
        let subject = rollout::subject(context, &resumed, &id)?;
        context.record("rollout.resumed", subject, [("by", self.by.clone())])?;
        Ok(Reply::Done)
    }
}
