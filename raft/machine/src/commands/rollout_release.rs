//! A person lets the next step of a rollout begin that goes on by hand. It names the step: whoever asks twice, or looks at what was, lets
//! nothing begin that was not meant.

use sentinel_model::RolloutId;
use sentinel_model::rollout::{RolloutState, StepState};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop};
use crate::outcome::{Rejection, Reply};
use crate::rollout;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutRelease {
    /// The rollout.
    pub rollout_id: RolloutId,
    /// Who lets it begin, in words.
    pub by: String,
    /// The step, from zero.
    pub step: u32,
}

impl Apply for RolloutRelease {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let mut moved = rollout::require(context, self.rollout_id)?;
        if moved.state != RolloutState::Running {
            return Err(rollout::refuse(&moved, "let go on"));
        }
        if !moved.spec.by_hand {
            let message = "this rollout goes on by itself: nobody has to let its steps begin";
            return Err(Rejection::WrongState(message.into()).into());
        }
        let step = rollout::current_step(context, &moved)?;
        let (asked, current) = (self.step.saturating_add(1), step.index + 1);
        if self.step != step.index || step.state != StepState::Pending {
            let message = match step.state {
                StepState::Pending => format!("step {asked} does not wait: step {current} does"),
                _ => format!("step {asked} does not wait: step {current} is under way"),
            };
            return Err(Rejection::WrongState(message).into());
        }
        if !moved.waits_for_person(step.index) {
            let message = format!("step {asked} was let go on already, and begins as soon as it may");
            return Err(Rejection::WrongState(message).into());
        }
        // What is merely undecided holds the step also after it was let go; what is broken is told to whoever wants to go on with it.
        if let Some(hold) = moved.hold.as_ref().filter(|hold| hold.broken) {
            let message = format!(
                "step {asked} may not begin, because of what has the bundle already: {}; it may when that is mended, and the rollout fails \
                 by itself if it lasts",
                hold.reason
            );
            return Err(Rejection::WrongState(message).into());
        }
        moved.released = step.index;
        if moved.hold.as_ref().is_some_and(|hold| hold.for_person) {
            moved.hold = None;
        }
        rollout::save(context, &mut moved)?;
        let id = self.rollout_id.to_string();
        let subject = rollout::subject(context, &moved, &id)?;
        let fields = [("by", self.by.clone()), ("step", asked.to_string())];
        context.record("rollout.step_released", subject, fields)?;
        Ok(Reply::Done)
    }
}
