//! Holds a running rollout. The current step's clock stops.

use sentinel_model::RolloutId;
use sentinel_model::rollout::{Deed, RolloutState};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop};
use crate::outcome::Reply;
use crate::rollout;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutPause {
    /// The rollout.
    pub rollout_id: RolloutId,
    /// Who pauses it, in words.
    pub by: String,
}

impl Apply for RolloutPause {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let mut paused = rollout::require(context, self.rollout_id)?;
        if paused.state != RolloutState::Running {
            return Err(rollout::refuse(&paused, "paused"));
        }
        let mut step = rollout::current_step(context, &paused)?;
        rollout::stop_clock(context, &mut step);
        context.store(&step)?;
        rollout::enter(&mut paused, Deed::Pause, RolloutState::Paused { by: self.by.clone() })?;
        paused.hold = None;
        rollout::save(context, &mut paused)?;
        let id = self.rollout_id.to_string();
        let subject = rollout::subject(context, &paused, &id)?;
        context.record("rollout.paused", subject, [("by", self.by.clone())])?;
        Ok(Reply::Done)
    }
}
