//! Changes a promotion rule: its delay, its conditions, and whether it does anything. Whoever changes it stands for its rollouts from now on.

use sentinel_model::bundle::RiskLevel;
use sentinel_model::project::Project;
use sentinel_model::{ProjectId, PromotionRuleId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::commands::promotion_rule_create::words;
use crate::environment;
use crate::governance;
use crate::outcome::{Rejection, Reply};
use crate::promotion_rule;

/// See the module. What is `None` stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionRuleUpdate {
    /// The project.
    pub project_id: ProjectId,
    /// The rule.
    pub rule_id: PromotionRuleId,
    /// How long a bundle stays in the source first, in minutes.
    pub delay_min: Option<u32>,
    /// How many nodes of the source must be online and run it then, in percent.
    pub healthy_percent: Option<Bound<u8>>,
    /// The highest risk for the nodes of the target.
    pub max_risk: Option<Bound<RiskLevel>>,
    /// Whether it does anything.
    pub enabled: Option<bool>,
    /// Who changes it, in words.
    pub by: String,
}

/// A change of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound<T> {
    /// It is this one.
    To(T),
    /// Nobody asks.
    Clear,
}

impl<T> Bound<T> {
    /// The condition from now on.
    pub fn value(self) -> Option<T> {
        match self {
            Bound::To(value) => Some(value),
            Bound::Clear => None,
        }
    }
}

impl<T> From<Option<T>> for Bound<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Bound::Clear, Bound::To)
    }
}

impl PromotionRuleUpdate {
    /// What it is about, as the audit entry says it.
    pub fn changed(&self) -> String {
        let asked = [
            ("delay_minutes", self.delay_min.is_some()),
            ("healthy_percent", self.healthy_percent.is_some()),
            ("max_risk", self.max_risk.is_some()),
            ("enabled", self.enabled.is_some()),
        ];
        let asked: Vec<&str> = asked.into_iter().filter(|(_, asked)| *asked).map(|(name, _)| name).collect();
        asked.join(", ")
    }
}

impl Apply for PromotionRuleUpdate {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let Some(author) = governance::author(context)? else {
            return Err(Rejection::Forbidden("somebody must stand for what a promotion rule starts".into()).into());
        };
        let Some(mut rule) = promotion_rule::find(context.tables(), self.project_id, self.rule_id)? else {
            return Err(Rejection::not_found("Promotion rule").into());
        };
        rule.delay_min = self.delay_min.unwrap_or(rule.delay_min);
        rule.healthy_percent = self.healthy_percent.map_or(rule.healthy_percent, Bound::value);
        rule.max_risk = self.max_risk.map_or(rule.max_risk, Bound::value);
        rule.enabled = self.enabled.unwrap_or(rule.enabled);
        (rule.author, rule.created_by) = (author, self.by.clone());
        rule.check()?;
        rule.look_at = promotion_rule::next_look(context.tables(), &rule)?;
        promotion_rule::save(context, &rule)?;
        let slug = |id, context: &Context<'_>| {
            let found = environment::find(context.tables(), self.project_id, id);
            found.map(|found| found.map(|found| found.slug).unwrap_or_default())
        };
        let (source, target) = (slug(rule.source_id, context)?, slug(rule.target_id, context)?);
        let id = self.rule_id.to_string();
        let subject = Subject::in_project("promotion_rule", &id, &project);
        let changed = [("changed", self.changed())];
        context.record(
            "promotion_rule.updated",
            subject,
            words(&rule, &source, &target)?.into_iter().chain(changed),
        )?;
        Ok(Reply::Done)
    }
}
