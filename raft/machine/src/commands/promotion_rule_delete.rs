//! Removes a promotion rule. What it has started goes on.

use sentinel_model::project::Project;
use sentinel_model::{ProjectId, PromotionRuleId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::environment;
use crate::outcome::{Rejection, Reply};
use crate::promotion_rule;
use crate::tables::Table;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionRuleDelete {
    /// The project.
    pub project_id: ProjectId,
    /// The rule.
    pub rule_id: PromotionRuleId,
}

impl Apply for PromotionRuleDelete {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let Some(rule) = promotion_rule::find(context.tables(), self.project_id, self.rule_id)? else {
            return Err(Rejection::not_found("Promotion rule").into());
        };
        promotion_rule::forget(context, &rule)?;
        context.write().delete(Table::PromotionRules, &promotion_rule::row(rule.project_id, rule.id))?;
        let name = |id| environment::name_of(context.tables(), self.project_id, id);
        let said = [("source", name(rule.source_id)?), ("target", name(rule.target_id)?)];
        let id = self.rule_id.to_string();
        let subject = Subject::in_project("promotion_rule", &id, &project);
        context.record("promotion_rule.deleted", subject, said)?;
        Ok(Reply::Done)
    }
}
