//! One of each command about environments and the rules between them.

use sentinel_machine::Command;
use sentinel_machine::commands::environment_create::EnvironmentCreate;
use sentinel_machine::commands::environment_defaults::EnvironmentDefaults;
use sentinel_machine::commands::environment_delete::EnvironmentDelete;
use sentinel_machine::commands::environment_update::EnvironmentUpdate;
use sentinel_machine::commands::node_update::{EnvironmentChange, NodeUpdate};
use sentinel_machine::commands::promotion_rule_create::PromotionRuleCreate;
use sentinel_machine::commands::promotion_rule_delete::PromotionRuleDelete;
use sentinel_machine::commands::promotion_rule_note::PromotionRuleNote;
use sentinel_machine::commands::promotion_rule_update::{Bound, PromotionRuleUpdate};
use sentinel_model::bundle::RiskLevel;
use sentinel_model::governance::ApprovalRule;
use sentinel_model::rollout::RolloutSpec;
use sentinel_model::{EnvironmentId, Time};

use super::{spec, update};
use crate::ids::*;

/// Puts a node into an environment.
pub fn place_in(number: u8, environment: EnvironmentId) -> NodeUpdate {
    NodeUpdate { environment: Some(EnvironmentChange::To(environment)), ..update(number) }
}

pub fn environment(environment_id: EnvironmentId, slug: &str) -> EnvironmentCreate {
    EnvironmentCreate {
        environment_id,
        project_id: SHOP,
        name: slug.into(),
        slug: slug.into(),
        description: "where it is tried".into(),
        color: "#22c55e".into(),
        approval_rules: vec![ApprovalRule { risk_at_least: Some(RiskLevel::High), approvals: 2 }],
        created_by: "ada@example.com".into(),
    }
}

pub fn environments() -> EnvironmentDefaults {
    let (project_id, created_by) = (SHOP, "ada@example.com".into());
    EnvironmentDefaults { project_id, environment_ids: vec![DEV, STAGING, PROD], created_by }
}

/// A change of an environment that changes nothing yet.
pub fn change(environment_id: EnvironmentId) -> EnvironmentUpdate {
    EnvironmentUpdate {
        project_id: SHOP,
        environment_id,
        name: None,
        description: None,
        color: None,
        place: None,
        approval_rules: None,
    }
}

/// What is completed in staging goes on to production after ten minutes.
pub fn rule() -> PromotionRuleCreate {
    PromotionRuleCreate {
        rule_id: RULE,
        project_id: SHOP,
        source_id: STAGING,
        target_id: PROD,
        delay_min: 10,
        healthy_percent: None,
        max_risk: None,
        spec: RolloutSpec { environment_id: Some(PROD), ..spec() },
        enabled: true,
        created_by: "ada@example.com".into(),
    }
}

/// A change of the rule that changes nothing yet.
pub fn rule_change() -> PromotionRuleUpdate {
    PromotionRuleUpdate {
        project_id: SHOP,
        rule_id: RULE,
        delay_min: None,
        healthy_percent: None,
        max_risk: None,
        enabled: None,
        by: "ada@example.com".into(),
    }
}

pub fn rule_note(promoted_at: Time, again_at: Option<Time>) -> PromotionRuleNote {
    PromotionRuleNote {
        project_id: SHOP,
        rule_id: RULE,
        bundle_id: NEW,
        promoted_at,
        reason: "too few nodes are online".into(),
        again_at,
        frozen: false,
    }
}

/// Every command, in the order of their kinds.
pub fn all() -> Vec<Vec<Command>> {
    vec![
        vec![environment(DEV, "dev").into()],
        vec![environments().into()],
        vec![
            EnvironmentUpdate { name: Some("Canary".into()), place: Some(2), ..change(DEV) }.into(),
            EnvironmentUpdate {
                description: Some("first".into()),
                color: Some("#000000".into()),
                approval_rules: Some(vec![ApprovalRule { risk_at_least: None, approvals: 1 }]),
                ..change(DEV)
            }
            .into(),
        ],
        vec![EnvironmentDelete { project_id: SHOP, environment_id: DEV }.into()],
        vec![
            rule().into(),
            PromotionRuleCreate {
                healthy_percent: Some(90),
                max_risk: Some(RiskLevel::Medium),
                enabled: false,
                ..rule()
            }
            .into(),
        ],
        vec![
            PromotionRuleUpdate { enabled: Some(false), ..rule_change() }.into(),
            PromotionRuleUpdate {
                delay_min: Some(5),
                healthy_percent: Some(Bound::To(50)),
                max_risk: Some(Bound::Clear),
                ..rule_change()
            }
            .into(),
        ],
        vec![PromotionRuleDelete { project_id: SHOP, rule_id: RULE }.into()],
        [None, Some(Time(9_500_000))].map(|again_at| rule_note(Time(8_000_000), again_at).into()).to_vec(),
    ]
}
