//! The scheduler takes note of why a promotion rule does not take a bundle on: for good, or until it is looked at again.

use sentinel_model::audit::Actor;
use sentinel_model::project::Project;
use sentinel_model::promotion::{Attempt, Outcome};
use sentinel_model::{BundleId, ProjectId, PromotionRuleId, Time};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::{Rejection, Reply};
use crate::promotion;
use crate::promotion_rule;
use crate::rollout;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionRuleNote {
    /// The project.
    pub project_id: ProjectId,
    /// The rule.
    pub rule_id: PromotionRuleId,
    /// The bundle that was looked at.
    pub bundle_id: BundleId,
    /// When that had been completed in the source.
    pub promoted_at: Time,
    /// Why, in words.
    pub reason: String,
    /// When it is looked at again; `None`: never, for this bundle.
    pub again_at: Option<Time>,
    /// A freeze holds it: that does not count as waiting for its conditions.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub frozen: bool,
}

impl Apply for PromotionRuleNote {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let Actor::Member(_) = context.actor else {
            return Err(Rejection::Forbidden("only the scheduler carries out a promotion rule".into()).into());
        };
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let Some(mut rule) = promotion_rule::find(context.tables(), self.project_id, self.rule_id)? else {
            return Err(Rejection::not_found("Promotion rule").into());
        };
        let newest = promotion::newest(context.tables(), rule.source_id, 1)?.into_iter().next();
        let current =
            newest.is_some_and(|newest| newest.bundle_id == self.bundle_id && newest.at == self.promoted_at);
        // A decision of an older leader, or on what is no longer so.
        if !current || rule.look_at.is_none() || rule.is_through_with(self.bundle_id, self.promoted_at) {
            return Err(Rejection::WrongState("the rule has nothing to take on".into()).into());
        }
        let reason = rollout::clip(&self.reason);
        let outcome = match self.again_at {
            Some(_) => Outcome::Waits(reason.clone()),
            None => Outcome::Refused(reason.clone()),
        };
        let (bundle_id, promoted_at) = (self.bundle_id, self.promoted_at);
        let before = rule.waits_since(bundle_id, promoted_at);
        let waits = self.again_at.is_some() && !self.frozen;
        let waits_since = waits.then(|| before.unwrap_or(context.time));
        rule.last = Some(Attempt { bundle_id, promoted_at, at: context.time, outcome, waits_since });
        rule.look_at = match self.again_at {
            Some(at) => Some(at.max(context.time)),
            None => promotion_rule::next_look(context.tables(), &rule)?,
        };
        promotion_rule::save(context, &rule)?;
        let id = self.rule_id.to_string();
        let subject = Subject::in_project("promotion_rule", &id, &project);
        let action = if self.again_at.is_some() { "promotion_rule.waits" } else { "promotion_rule.refused" };
        let said = [("bundle_id", self.bundle_id.to_string()), ("reason", reason)];
        context.record(action, subject, said)?;
        Ok(Reply::Done)
    }
}
