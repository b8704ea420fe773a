//! Takes note of how a canary compares with the other nodes. It is what was measured, so it has no audit entry; the verdict that follows
//! from it is a decision of the scheduler, and has one.

use std::collections::BTreeMap;

use sentinel_model::InvalidValue;
use sentinel_model::canary::{Analysis, COURSE_MAX};
use sentinel_model::rollout::RolloutState;
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop};
use crate::outcome::{Rejection, Reply};
use crate::rollout;

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RolloutObserve {
    /// The comparison, one look after the one that is kept.
    pub analysis: Analysis,
}

impl Apply for RolloutObserve {
    const AUDITED: bool = false;

    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let new = &self.analysis;
        let observed = rollout::require(context, new.rollout_id)?;
        if observed.spec.canary.is_none() {
            return Err(Rejection::WrongState("Rollout has no canary".into()).into());
        }
        if new.course.len() > COURSE_MAX {
            return Err(InvalidValue::new("analysis.course", format!("at most {COURSE_MAX} points")).into());
        }
        if observed.state != RolloutState::Running || observed.current_step != new.step {
            return Err(rollout::refuse(&observed, "observed"));
        }
        let kept = context.load::<Analysis>(new.rollout_id.as_bytes())?.map_or(0, |kept| kept.look);
        if new.look != kept + 1 {
            return Err(Rejection::Stale { decided_on: new.look.saturating_sub(1), current: kept }.into());
        }
        context.store(new)?;
        let id = new.rollout_id.to_string();
        let subject = rollout::subject(context, &observed, &id)?;
        let verdict = BTreeMap::from([("verdict".to_owned(), new.verdict.as_str().to_owned())]);
        context.event("rollout.observed", subject, verdict);
        Ok(Reply::Done)
    }
}
