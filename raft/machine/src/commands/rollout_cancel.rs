//! Stops a rollout where it is. Nodes that have proven the new bundle keep it; nodes that were given it and have not proven
//! it are given their previous one in this very step, so that nothing moves after the cancellation. Traffic that was shifted goes
//! back as well: nobody has proven that the new bundle can take it.

use sentinel_model::RolloutId;
use sentinel_model::rollout::{Deed, RolloutState};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop};
use crate::blue_green;
use crate::outcome::Reply;
use crate::rollout;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutCancel {
    /// The rollout.
    pub rollout_id: RolloutId,
    /// Who cancels it, in words.
    pub by: String,
}

impl Apply for RolloutCancel {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let mut cancelled = rollout::require(context, self.rollout_id)?;
        if cancelled.state.is_final() {
            return Err(rollout::refuse(&cancelled, "cancelled"));
        }
        rollout::abandon_step(context, &cancelled, &format!("cancelled by {}", self.by))?;
        let traffic = blue_green::give_back(context, &mut cancelled)?;
        let restored = rollout::take_back_unproven(context, &cancelled)?;
        let stays = blue_green::stays(&cancelled, traffic.as_deref()).unwrap_or_default();
        let state = RolloutState::Cancelled { by: self.by.clone(), reason: stays.to_owned() };
        rollout::end(context, &mut cancelled, Deed::Cancel, state)?;
        let id = self.rollout_id.to_string();
        let subject = rollout::subject(context, &cancelled, &id)?;
        let told = [("by", self.by.clone()), ("taken_back", restored.to_string())];
        let traffic = traffic.map(|words| ("traffic", words));
        context.record("rollout.cancelled", subject, told.into_iter().chain(traffic))?;
        Ok(Reply::Count(restored))
    }
}
