//! Adds a rule by which what was completed in one environment goes on to another one. Whoever makes it stands for its rollouts.

use sentinel_model::bundle::RiskLevel;
use sentinel_model::project::Project;
use sentinel_model::promotion::{PromotionRule, RULES_MAX};
use sentinel_model::rollout::RolloutSpec;
use sentinel_model::{EnvironmentId, InvalidValue, ProjectId, PromotionRuleId, Sha256Digest};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::environment;
use crate::governance;
use crate::outcome::{Rejection, Reply};
use crate::promotion_rule;
use crate::tables::{Table, TableError, encode};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PromotionRuleCreate {
    /// Identity.
    pub rule_id: PromotionRuleId,
    /// The project.
    pub project_id: ProjectId,
    /// Where a bundle comes from.
    pub source_id: EnvironmentId,
    /// Where it goes to.
    pub target_id: EnvironmentId,
    /// How long it stays in the source first, in minutes.
    pub delay_min: u32,
    /// How many nodes of the source must be online and run it then, in percent.
    pub healthy_percent: Option<u8>,
    /// The highest risk for the nodes of the target.
    pub max_risk: Option<RiskLevel>,
    /// The rollout that it starts; the bundle in it has no meaning.
    pub spec: RolloutSpec,
    /// Whether it does anything.
    pub enabled: bool,
    /// Who makes it, in words.
    pub created_by: String,
}

impl Apply for PromotionRuleCreate {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let Some(author) = governance::author(context)? else {
            return Err(Rejection::Forbidden("somebody must stand for what a promotion rule starts".into()).into());
        };
        let mut rule = PromotionRule {
            id: self.rule_id,
            project_id: self.project_id,
            source_id: self.source_id,
            target_id: self.target_id,
            delay_min: self.delay_min,
            healthy_percent: self.healthy_percent,
            max_risk: self.max_risk,
            spec: self.spec.clone(),
            enabled: self.enabled,
            author,
            created_by: self.created_by.clone(),
            created_at: context.time,
            last: None,
            look_at: None,
        };
        rule.check()?;
        let source = environment::require(context, self.project_id, self.source_id)?;
        let target = environment::require(context, self.project_id, self.target_id)?;
        if source.ordinal >= target.ordinal {
            let message = format!("must come behind '{}' in the order", source.name);
            return Err(InvalidValue::new("target", message).into());
        }
        let rules = promotion_rule::all(context.tables(), self.project_id)?;
        if rules.iter().any(|other| other.source_id == rule.source_id && other.target_id == rule.target_id) {
            let message = format!("there is a rule from '{}' to '{}' already", source.name, target.name);
            return Err(Rejection::taken("target", message).into());
        }
        if rules.len() >= RULES_MAX {
            return Err(Rejection::Limit(format!("a project has at most {RULES_MAX} promotion rules")).into());
        }
        let row = promotion_rule::row(self.project_id, self.rule_id);
        context.require_new::<PromotionRule>(&row, "promotion rule")?;
        rule.look_at = promotion_rule::next_look(context.tables(), &rule)?;
        promotion_rule::save(context, &rule)?;
        let id = self.rule_id.to_string();
        let subject = Subject::in_project("promotion_rule", &id, &project);
        context.record("promotion_rule.created", subject, words(&rule, &source.slug, &target.slug)?)?;
        Ok(Reply::Done)
    }
}

/// What the audit log says of a rule.
pub fn words(
    rule: &PromotionRule,
    source: &str,
    target: &str,
) -> Result<Vec<(&'static str, String)>, TableError> {
    let none = || "none".to_owned();
    Ok(vec![
        ("source", source.to_owned()),
        ("target", target.to_owned()),
        ("delay_minutes", rule.delay_min.to_string()),
        ("healthy_percent", rule.healthy_percent.map_or_else(none, |percent| percent.to_string())),
        ("max_risk", rule.max_risk.map_or_else(none, |risk| risk.as_str().to_owned())),
        ("enabled", rule.enabled.to_string()),
        ("rollout_digest", digest(&rule.spec)?.to_string()),
    ])
}

/// What tells how one rule rolls out from how another one does.
pub fn digest(spec: &RolloutSpec) -> Result<Sha256Digest, TableError> {
    Ok(Sha256Digest(Sha256::digest(encode(Table::PromotionRules, spec)?).into()))
}
