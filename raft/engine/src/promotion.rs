//! Whether a promotion rule takes on what was completed last in its source, now, later, or not at all.

use sentinel_machine::freeze::Frozen;
use sentinel_machine::promotion_rule::Unmet;
use sentinel_model::Time;
use sentinel_model::promotion::{Promotion, PromotionRule};
use sentinel_model::rollout::{Phase, Rollout};

/// How long a rule waits until it looks again at conditions that do not hold yet, in milliseconds.
pub const AGAIN_MS: u64 = 5 * 60_000;

/// Everything that a decision looks at.
#[derive(Clone, Copy, Debug)]
pub struct RuleView<'a> {
    /// The rule.
    pub rule: &'a PromotionRule,
    /// What was completed last in its source.
    pub newest: Option<&'a Promotion>,
    /// The bundle has been completed in the target.
    pub there: bool,
    /// The newest rollout of the bundle that has nodes in the target and was asked for since that, or is under way.
    pub since: Option<&'a Rollout>,
    /// The freeze that holds what would go to its target.
    pub frozen: Option<&'a Frozen>,
    /// Of its conditions, one that does not hold.
    pub unmet: Option<&'a Unmet>,
}

/// What comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// There is nothing to do now.
    Nothing,
    /// Ask for the rollout.
    Start,
    /// Look again then, and say why.
    Wait {
        /// Why, in words.
        reason: String,
        /// When.
        again_at: Time,
    },
    /// A freeze holds it: look again at its end.
    Frozen {
        /// Why, in words.
        reason: String,
        /// When.
        again_at: Time,
    },
    /// It does not take this bundle on.
    Refuse {
        /// Why, in words.
        reason: String,
    },
}

/// What a rule does now.
pub fn decide(view: &RuleView<'_>, now: Time) -> Decision {
    let (rule, Some(newest)) = (view.rule, view.newest) else { return Decision::Nothing };
    let due = rule.due(newest.at);
    if !rule.enabled || due > now || rule.is_through_with(newest.bundle_id, newest.at) {
        return Decision::Nothing;
    }
    let refuse = |reason: String| Decision::Refuse { reason };
    if view.there {
        return refuse("the bundle has been completed in the target already".into());
    }
    if let Some(since) = view.since {
        let id = since.id;
        return match since.state.phase() {
            Phase::Completed => refuse(format!("the rollout {id} has carried it there, if not to all nodes")),
            Phase::Failed | Phase::Cancelled | Phase::RollingBack | Phase::RolledBack => {
                let state = since.state.as_str().replace('_', " ");
                refuse(format!("the rollout {id} of it there is {state}: somebody should look at that first"))
            }
            _ => refuse(format!("the rollout {id} carries it there")),
        };
    }
    if let Some(frozen) = view.frozen {
        return Decision::Frozen { reason: frozen.words.clone(), again_at: frozen.until };
    }
    match view.unmet {
        None => Decision::Start,
        Some(unmet) if unmet.passing && !rule.is_out_of_patience(newest.bundle_id, newest.at, now) => {
            Decision::Wait { reason: unmet.words.clone(), again_at: now.plus_ms(AGAIN_MS) }
        }
        Some(unmet) => refuse(unmet.words.clone()),
    }
}

#[cfg(test)]
mod tests;
