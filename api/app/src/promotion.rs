//! Promotion rules.

use sentinel_api_types::environment::EnvironmentRef;
use sentinel_api_types::promotion::{
    PromotionAttempt, PromotionOutcome, PromotionRule, PromotionRuleBody, PromotionRuleCreate,
    PromotionRuleList, PromotionRuleUpdate, RuleRollout,
};
use sentinel_api_types::rollout::{RolloutCreate, TargetSelector};
use sentinel_api_types::timestamp;
use sentinel_machine::commands::promotion_rule_delete::PromotionRuleDelete;
use sentinel_machine::commands::{promotion_rule_create, promotion_rule_update};
use sentinel_machine::{Read, TableError, promotion_rule};
use sentinel_model::{BundleId, EnvironmentId, PromotionRuleId, promotion};

use crate::access::Operation;
use crate::app::App;
use crate::caller::Caller;
use crate::change::{Change, Committed};
use crate::environment::named;
use crate::error::AppError;
use crate::node::Versions;
use crate::rollout::{manner, spec};
use crate::scope::InProject;

impl App {
    /// The promotion rules of a project. There are few: all of them at once.
    pub async fn list_promotion_rules(
        &self,
        caller: &Caller,
        project: &str,
    ) -> Result<PromotionRuleList, AppError> {
        let here = self.in_project(Operation::PromotionRuleList, caller, project).await?;
        let read = &*here.view.tables;
        let mut versions = Versions::new(read);
        let rules = promotion_rule::all(read, here.project.id)?.into_iter();
        let promotion_rules: Vec<_> =
            rules.map(|rule| shape(read, &mut versions, rule)).collect::<Result<_, _>>()?;
        Ok(PromotionRuleList { total: promotion_rules.len() as u64, promotion_rules })
    }

    /// Adds a promotion rule. Whoever does stands for its rollouts.
    pub async fn create_promotion_rule(
        &self,
        caller: &Caller,
        project: &str,
        request: PromotionRuleCreate,
    ) -> Result<PromotionRuleBody, AppError> {
        let here = self.in_project(Operation::PromotionRuleCreate, caller, project).await?;
        let (source, target) = (here.environment(&request.source)?, here.environment(&request.target)?);
        let asked = asked(request.rollout.unwrap_or_default(), &target.slug);
        let command = promotion_rule_create::PromotionRuleCreate {
            rule_id: PromotionRuleId(self.inner().parts.ids.id()),
            project_id: here.project.id,
            source_id: source.id,
            target_id: target.id,
            delay_min: request.delay_minutes.unwrap_or_default(),
            healthy_percent: request.healthy_percent,
            max_risk: request.max_risk.map(Into::into),
            spec: spec(&*here.view.tables, here.project.id, asked, None)?,
            enabled: request.enabled.unwrap_or(true),
            created_by: caller.label(),
        };
        command.spec.check()?;
        let change = Change::making("promotion_rule.created")
            .in_project(here.project.id)
            .with("source", &source.slug)
            .with("target", &target.slug)
            .with("delay_minutes", command.delay_min)
            .with("healthy_percent", command.healthy_percent.map_or("none".to_owned(), |one| one.to_string()))
            .with("max_risk", command.max_risk.map_or("none", |risk| risk.as_str()))
            .with("enabled", command.enabled)
            .with("rollout_digest", promotion_rule_create::digest(&command.spec)?);
        let committed = self.commit(caller, change, command).await?;
        let made = self.rule(&committed, &here, committed.id()?)?;
        self.rule_body(&committed, made)
    }

    /// Changes a promotion rule. Whoever does stands for its rollouts from now on.
    pub async fn update_promotion_rule(
        &self,
        caller: &Caller,
        project: &str,
        id: PromotionRuleId,
        request: PromotionRuleUpdate,
    ) -> Result<PromotionRuleBody, AppError> {
        let here = self.in_project(Operation::PromotionRuleUpdate, caller, project).await?;
        let command = promotion_rule_update::PromotionRuleUpdate {
            project_id: here.project.id,
            rule_id: id,
            delay_min: request.delay_minutes,
            healthy_percent: request.healthy_percent.map(Into::into),
            max_risk: request.max_risk.map(|risk| risk.map(Into::into).into()),
            enabled: request.enabled,
            by: caller.label(),
        };
        let none = || "none".to_owned();
        let mut change = Change::to("promotion_rule.updated", id)
            .in_project(here.project.id)
            .with("changed", command.changed());
        for (field, value) in [
            ("delay_minutes", command.delay_min.map(|minutes| minutes.to_string())),
            (
                "healthy_percent",
                command.healthy_percent.map(|one| one.value().map_or_else(none, |one| one.to_string())),
            ),
            (
                "max_risk",
                command.max_risk.map(|one| one.value().map_or_else(none, |risk| risk.as_str().to_owned())),
            ),
            ("enabled", command.enabled.map(|enabled| enabled.to_string())),
        ] {
            change = match value {
                Some(value) => change.with(field, value),
                None => change,
            };
        }
        let committed = self.commit(caller, change, command).await?;
        let made = self.rule(&committed, &here, id)?;
        self.rule_body(&committed, made)
    }

    /// Removes a promotion rule. What it has started goes on.
    pub async fn delete_promotion_rule(
        &self,
        caller: &Caller,
        project: &str,
        id: PromotionRuleId,
    ) -> Result<(), AppError> {
        let here = self.in_project(Operation::PromotionRuleDelete, caller, project).await?;
        let command = PromotionRuleDelete { project_id: here.project.id, rule_id: id };
        let change = Change::to("promotion_rule.deleted", id).in_project(here.project.id);
        self.commit(caller, change, command).await?;
        Ok(())
    }

    fn rule(
        &self,
        committed: &Committed,
        here: &InProject,
        id: PromotionRuleId,
    ) -> Result<promotion::PromotionRule, AppError> {
        let made = promotion_rule::find(&*committed.view.tables, here.project.id, id)?;
        made.ok_or_else(|| AppError::not_found("Promotion rule"))
    }

    fn rule_body(
        &self,
        committed: &Committed,
        rule: promotion::PromotionRule,
    ) -> Result<PromotionRuleBody, AppError> {
        let read = &*committed.view.tables;
        Ok(PromotionRuleBody { promotion_rule: shape(read, &mut Versions::new(read), rule)? })
    }
}

/// The rollout that a rule asks for. Which bundle is for the rule to say, when it has one.
fn asked(rollout: RuleRollout, target: &str) -> RolloutCreate {
    let target = TargetSelector::Environment { environment: target.to_owned() };
    RolloutCreate::in_manner(BundleId(uuid::Uuid::nil()), target, rollout)
}

fn shape(
    read: &dyn Read,
    versions: &mut Versions<'_>,
    rule: promotion::PromotionRule,
) -> Result<PromotionRule, TableError> {
    // An environment that a rule names is not deleted.
    let environment = |id: EnvironmentId| -> Result<EnvironmentRef, TableError> {
        let gone = || EnvironmentRef { id, slug: String::new(), name: id.to_string(), color: String::new() };
        Ok(named(read, rule.project_id, id)?.unwrap_or_else(gone))
    };
    let last = match rule.last {
        Some(last) => Some(PromotionAttempt {
            bundle_id: last.bundle_id,
            version: versions.of(last.bundle_id)?,
            outcome: match &last.outcome {
                promotion::Outcome::Started(_) => PromotionOutcome::Started,
                promotion::Outcome::Waits(_) => PromotionOutcome::Waits,
                promotion::Outcome::Refused(_) => PromotionOutcome::Refused,
            },
            rollout_id: match &last.outcome {
                promotion::Outcome::Started(rollout) => Some(*rollout),
                _ => None,
            },
            reason: match last.outcome {
                promotion::Outcome::Waits(reason) | promotion::Outcome::Refused(reason) => Some(reason),
                promotion::Outcome::Started(_) => None,
            },
            at: timestamp(last.at),
        }),
        None => None,
    };
    Ok(PromotionRule {
        id: rule.id,
        source: environment(rule.source_id)?,
        target: environment(rule.target_id)?,
        delay_minutes: rule.delay_min,
        healthy_percent: rule.healthy_percent,
        max_risk: rule.max_risk.map(Into::into),
        rollout: manner(rule.spec),
        enabled: rule.enabled,
        created_by: rule.created_by,
        last,
        look_at: rule.look_at.map(timestamp),
        inserted_at: timestamp(rule.created_at),
    })
}
