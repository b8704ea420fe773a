//! Begins the way back: each node that the rollout moved is given its own previous bundle, in waves that the scheduler makes.
//! Traffic that was shifted goes back at once. A blue-green rollout can be taken back after its end as well, as long as its nodes
//! are as it left them: those that had the traffic run still what they ran. One that ended while nobody was there to take the traffic
//! can be taken back until it has gone back.

use sentinel_model::RolloutId;
use sentinel_model::name::check_text;
use sentinel_model::node::Node;
use sentinel_model::rollout::{Deed, RolloutState};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop};
use crate::blue_green;
use crate::outcome::{Rejection, Reply};
use crate::query;
use crate::rollout;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutRollback {
    /// The rollout.
    pub rollout_id: RolloutId,
    /// Who takes it back, in words.
    pub by: String,
    /// Why.
    pub reason: String,
}

impl Apply for RolloutRollback {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        check_text("reason", &self.reason)?;
        let mut back = rollout::require(context, self.rollout_id)?;
        match back.state {
            RolloutState::Running | RolloutState::Paused { .. } => {}
            RolloutState::Completed if back.shift.is_some() => blue_green::own_again(context, &back)?,
            RolloutState::Failed { .. } | RolloutState::Cancelled { .. } | RolloutState::RolledBack { .. }
                if back.shift.as_ref().is_some_and(|shift| shift.share > 0) =>
            {
                blue_green::own_again(context, &back)?;
            }
            RolloutState::Failed { .. } => own_again(context, &back)?,
            _ => return Err(rollout::refuse(&back, "rolled back")),
        }
        let reason =
            if self.reason.is_empty() { format!("asked for by {}", self.by) } else { self.reason.clone() };
        rollout::abandon_step(context, &back, &reason)?;
        let traffic = blue_green::give_back(context, &mut back)?;
        blue_green::give_back_baseline(context, &mut back)?;
        let state = RolloutState::RollingBack { reason: reason.clone(), since: context.time };
        rollout::enter(&mut back, Deed::RollBack, state)?;
        back.hold = None;
        back.ended_at = None;
        rollout::save(context, &mut back)?;
        let id = self.rollout_id.to_string();
        let subject = rollout::subject(context, &back, &id)?;
        let told = [("by", self.by.clone()), ("reason", reason)];
        let traffic = traffic.map(|words| ("traffic", words));
        context.record("rollout.rollback_started", subject, told.into_iter().chain(traffic))?;
        Ok(Reply::Done)
    }
}

/// A failed rollout let its nodes go; it takes back those that still have what it gave them. One that another rollout is
/// about to move is a conflict; one that was given something else since has left for good.
fn own_again(context: &mut Context<'_>, back: &sentinel_model::rollout::Rollout) -> Result<(), Stop> {
    for member in query::rollout_nodes(context.tables(), back.id)? {
        let kept = blue_green::kept(&member);
        if !member.state.moved() && !kept {
            continue;
        }
        let Some(mut node) = context.load::<Node>(member.node_id.as_bytes())? else { continue };
        if !kept && !rollout::holds_ours(&node, back) {
            continue;
        }
        if let Some(owner) = node.owner {
            // Its traffic is back already.
            if kept {
                continue;
            }
            let message =
                format!("node '{}' belongs to the rollout {owner} by now; cancel that first", node.name);
            return Err(Rejection::WrongState(message).into());
        }
        node.owner = Some(back.id);
        context.store(&node)?;
    }
    Ok(())
}
