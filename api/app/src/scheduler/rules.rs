//! Promotion rules whose time has come: the engine decides on each, and the rollout that it asks for is proposed like any other.

use std::sync::Arc;

use sentinel_engine::promotion::{AGAIN_MS, Decision, RuleView, decide};
use sentinel_machine::commands::promotion_rule_note::PromotionRuleNote;
use sentinel_machine::commands::rollout_create::{ByRule, RolloutCreate};
use sentinel_machine::promotion_rule::{self, Unmet};
use sentinel_machine::{
    Order, Read, Rejection, Scan, Table, TableError, View, environment, freeze, promotion, query, tables,
};
use sentinel_model::bundle::Bundle;
use sentinel_model::project::Project;
use sentinel_model::promotion::{Promotion, PromotionRule};
use sentinel_model::rollout::Rollout;
use sentinel_model::{RolloutId, Time};

use super::{DUE_MAX, Duty};
use crate::error::AppError;
use crate::scope::InProject;
use crate::work::elsewhere;

/// Newest rollouts of a project that are looked at for one of the same bundle.
const LOOKED_AT: usize = 200;

impl Duty {
    /// Every rule that is due. One that cannot be carried out holds up no other.
    pub(super) async fn carry_out_rules(&mut self, view: &View) -> Result<(), AppError> {
        let now = self.moment(&*view.tables)?.now;
        for rule in promotion_rule::due(&*view.tables, now, DUE_MAX)? {
            let id = rule.id;
            if let Err(error) = self.carry_out_rule(view, rule, now).await {
                tracing::warn!(rule = %id, %error, "a promotion rule could not be carried out; the next round follows");
            }
        }
        Ok(())
    }

    async fn carry_out_rule(&self, view: &View, rule: PromotionRule, now: Time) -> Result<(), AppError> {
        let (read, looked) = (view.tables.clone(), rule.clone());
        let Some((newest, decision)) = elsewhere(move || look(&*read, &looked, now)).await?? else {
            return Ok(());
        };
        let refused = match decision {
            Decision::Nothing => return Ok(()),
            Decision::Wait { reason, again_at } => {
                return self.note_rule(&rule, &newest, now, Noted::waits(reason, again_at)).await;
            }
            Decision::Frozen { reason, again_at } => {
                let noted = Noted { frozen: true, ..Noted::waits(reason, again_at) };
                return self.note_rule(&rule, &newest, now, noted).await;
            }
            Decision::Refuse { reason } => reason,
            Decision::Start => match self.start_by_rule(view, &rule, &newest, now).await? {
                Ok(()) => return Ok(()),
                // Another rollout has the nodes, or something has changed since it was looked: that passes.
                Err(refused)
                    if refused.passing && !rule.is_out_of_patience(newest.bundle_id, newest.at, now) =>
                {
                    let noted = Noted::waits(refused.words, now.plus_ms(AGAIN_MS));
                    return self.note_rule(&rule, &newest, now, noted).await;
                }
                Err(refused) => refused.words,
            },
        };
        self.note_rule(&rule, &newest, now, Noted { reason: refused, again_at: None, frozen: false }).await
    }

    /// Asks for the rollout of a rule; or says why it cannot be had.
    async fn start_by_rule(
        &self,
        view: &View,
        rule: &PromotionRule,
        newest: &Promotion,
        now: Time,
    ) -> Result<Result<(), Unmet>, AppError> {
        let read = &*view.tables;
        let project: Option<Project> = tables::load(read, rule.project_id.as_bytes())?;
        let bundle: Option<Bundle> = tables::load(read, newest.bundle_id.as_bytes())?;
        let Some((project, bundle)) = project.zip(bundle) else {
            return Ok(Err(Unmet { words: "the bundle is gone".into(), passing: false }));
        };
        let spec = rule.asks(bundle.id);
        let here = Arc::new(InProject { view: view.clone(), project });
        let plan = match self.app.planned(here, spec.clone(), bundle, false).await {
            Ok(planned) => planned.plan,
            Err(refusal @ (AppError::Invalid(_) | AppError::Conflict(_) | AppError::NotFound(_))) => {
                let passing = matches!(refusal, AppError::Conflict(_));
                return Ok(Err(Unmet { words: refusal.to_string(), passing }));
            }
            Err(error) => return Err(error),
        };
        let command = RolloutCreate {
            rollout_id: RolloutId(self.app.inner().parts.ids.id()),
            project_id: rule.project_id,
            spec,
            steps: plan.steps,
            live: plan.live,
            created_by: format!("{}, by a promotion rule", rule.created_by),
            scheduled_at: None,
            override_freeze_reason: None,
            skip_order_reason: None,
            rule: Some(ByRule { rule_id: rule.id, promoted_at: newest.at }),
            template_id: None,
        };
        tracing::info!(rule = %rule.id, rollout = %command.rollout_id, "a promotion rule starts a rollout");
        let refused = |rejection: Rejection| {
            let passing = matches!(rejection, Rejection::WrongState(_) | Rejection::Limit(_));
            Unmet { words: rejection.to_string(), passing }
        };
        Ok(self.app.propose_at(now, command).await?.map(|_| ()).map_err(refused))
    }

    async fn note_rule(
        &self,
        rule: &PromotionRule,
        newest: &Promotion,
        now: Time,
        Noted { reason, again_at, frozen }: Noted,
    ) -> Result<(), AppError> {
        let note = PromotionRuleNote {
            project_id: rule.project_id,
            rule_id: rule.id,
            bundle_id: newest.bundle_id,
            promoted_at: newest.at,
            reason,
            again_at,
            frozen,
        };
        if let Err(rejection) = self.app.propose_at(now, note).await? {
            tracing::warn!(rule = %rule.id, %rejection, "what came of a promotion rule was not taken note of");
        }
        Ok(())
    }
}

/// What came of a look at a rule that starts nothing.
struct Noted {
    reason: String,
    /// `None`: it is through with the bundle.
    again_at: Option<Time>,
    frozen: bool,
}

impl Noted {
    fn waits(reason: String, again_at: Time) -> Self {
        Self { reason, again_at: Some(again_at), frozen: false }
    }
}

/// What was completed last in the source, and what the rule does with it.
fn look(
    read: &(dyn Read + Send + Sync),
    rule: &PromotionRule,
    now: Time,
) -> Result<Option<(Promotion, Decision)>, TableError> {
    let Some(newest) = promotion::newest(read, rule.source_id, 1)?.pop() else { return Ok(None) };
    let bundle: Option<Bundle> = tables::load(read, newest.bundle_id.as_bytes())?;
    let unmet = match &bundle {
        Some(bundle) => promotion_rule::unmet(read, rule, bundle)?,
        None => Some(Unmet { words: "the bundle is gone".into(), passing: false }),
    };
    let since = since(read, rule, &newest)?;
    let frozen = freeze::over(read, rule.project_id, || Ok([rule.target_id].into()), now)?;
    let view = RuleView {
        rule,
        newest: Some(&newest),
        there: promotion::find(read, rule.target_id, newest.bundle_id)?.is_some(),
        since: since.as_ref(),
        frozen: frozen.as_ref(),
        unmet: unmet.as_ref(),
    };
    let decision = decide(&view, now);
    Ok(Some((newest, decision)))
}

/// The newest rollout of the bundle with nodes in the target that was asked for since the bundle was completed in the source, or is
/// under way: a bundle that is completed there anew meets a rollout that the rule itself may have asked for.
fn since(
    read: &(dyn Read + Send + Sync),
    rule: &PromotionRule,
    newest: &Promotion,
) -> Result<Option<Rollout>, TableError> {
    let all = Scan::all(Table::RolloutsByProject, rule.project_id.as_bytes());
    let pairs = read.scan(Scan { order: Order::Descending, limit: LOOKED_AT, ..all })?;
    for rollout in query::behind_key::<Rollout>(read, &pairs)? {
        let over = rollout.state.is_final() && rollout.created_at < newest.at;
        if over || rollout.spec.bundle_id != newest.bundle_id {
            continue;
        }
        let members = query::rollout_nodes(read, rollout.id)?;
        let nodes = members.iter().map(|member| &member.node_id);
        if environment::touched(read, rule.project_id, nodes)?.contains(&rule.target_id) {
            return Ok(Some(rollout));
        }
    }
    Ok(None)
}
