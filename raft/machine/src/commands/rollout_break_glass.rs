//! Lets a rollout through every freeze. Administrators only, in person, with a reason that is kept.

use sentinel_model::RolloutId;
use sentinel_model::project::Project;
use sentinel_model::rollout::Phase;
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop};
use crate::baseline;
use crate::governance;
use crate::outcome::{Rejection, Reply};
use crate::rollout;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutBreakGlass {
    /// The rollout.
    pub rollout_id: RolloutId,
    /// Who breaks it, in words.
    pub by: String,
    /// Why.
    pub reason: String,
}

impl Apply for RolloutBreakGlass {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let mut freed = rollout::require(context, self.rollout_id)?;
        let project = context.require::<Project>(freed.project_id.as_bytes(), "Project")?;
        let broken = governance::break_glass(context, &project, &self.by, &self.reason)?;
        // It is over, and yet a freeze keeps what it brings from nodes that joined meanwhile.
        let mut owing = match freed.state.phase() {
            Phase::Completed => baseline::owing(context.tables(), project)?,
            _ => Vec::new(),
        };
        owing.retain(|ground| ground.owed().is_some_and(|owed| owed.rollout_id == self.rollout_id));
        match freed.state.phase() {
            Phase::Completed if !owing.is_empty() => {}
            Phase::PendingApproval
            | Phase::Scheduled
            | Phase::Pending
            | Phase::Running
            | Phase::Paused => {}
            // The way back is not held by any freeze.
            Phase::RollingBack | Phase::Completed | Phase::Failed | Phase::Cancelled | Phase::RolledBack => {
                return Err(rollout::refuse(&freed, "let through a freeze"));
            }
        }
        if let Some(before) = &freed.governance.break_glass {
            let message = format!("freezes do not hold this rollout any more: {} saw to that", before.by);
            return Err(Rejection::WrongState(message).into());
        }
        freed.governance.break_glass = Some(broken);
        if freed.hold.as_ref().is_some_and(|hold| hold.frozen) {
            freed.hold = None;
            freed.governance.frozen_until = None;
        }
        rollout::save(context, &mut freed)?;
        for mut ground in owing {
            baseline::catch_up(context, &mut ground, &freed)?;
        }
        let id = self.rollout_id.to_string();
        let subject = rollout::subject(context, &freed, &id)?;
        context.record(
            "rollout.freeze_overridden",
            subject,
            [("by", self.by.clone()), ("reason", self.reason.clone())],
        )?;
        Ok(Reply::Done)
    }
}
