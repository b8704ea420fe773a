//! Takes note of how the checks of a rollout do. It is what was measured, so it has no audit entry; what the scheduler decides on it is
//! a decision, and has one.

use std::collections::BTreeMap;

use sentinel_model::InvalidValue;
use sentinel_model::check::{Checks, ERROR_MAX};
use sentinel_model::rollout::RolloutState;
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop};
use crate::outcome::{Rejection, Reply};
use crate::rollout;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutCheck {
    /// What the leader has seen.
    pub checks: Checks,
}

impl Apply for RolloutCheck {
    const AUDITED: bool = false;

    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let new = &self.checks;
        let checked = rollout::require(context, new.rollout_id)?;
        if checked.spec.checks.is_empty() {
            return Err(Rejection::WrongState("Rollout has no checks".into()).into());
        }
        let asked = checked.spec.checks.iter().map(|check| &check.name);
        if !asked.eq(new.results.iter().map(|result| &result.name)) {
            return Err(InvalidValue::new("checks.results", "are not of the checks that were asked for").into());
        }
        let errors = new.results.iter().filter_map(|result| result.last.as_ref()?.error.as_ref());
        if errors.into_iter().any(|error| error.chars().count() > ERROR_MAX) {
            let message = format!("errors have at most {ERROR_MAX} characters");
            return Err(InvalidValue::new("checks.results", message).into());
        }
        let observed = [Some(checked.current_step), checked.current_step.checked_sub(1)];
        if checked.state != RolloutState::Running || !observed.contains(&Some(new.step)) {
            return Err(rollout::refuse(&checked, "checked"));
        }
        context.store(new)?;
        let id = new.rollout_id.to_string();
        let subject = rollout::subject(context, &checked, &id)?;
        let failing = new.results.iter().filter(|result| result.failures > 0).count();
        context.event("rollout.checked", subject, BTreeMap::from([("failing".to_owned(), failing.to_string())]));
        Ok(Reply::Done)
    }
}
