//! Samples of templates of rollouts.

use sentinel_machine::Command;
use sentinel_machine::commands::rollout_template_create::RolloutTemplateCreate;
use sentinel_machine::commands::rollout_template_delete::RolloutTemplateDelete;
use sentinel_machine::commands::rollout_template_update::RolloutTemplateUpdate;
use sentinel_model::rollout::{Batch, RolloutSpec};
use sentinel_model::template::OPEN;

use super::spec;
use crate::ids::*;

/// How rollouts of the shop usually go.
pub fn template() -> RolloutTemplateCreate {
    RolloutTemplateCreate {
        template_id: TEMPLATE,
        project_id: SHOP,
        name: "usual".into(),
        description: "in halves".into(),
        is_default: true,
        spec: RolloutSpec { bundle_id: OPEN, rollback_threshold: Some(20), ..spec() },
        created_by: "ada@example.com".into(),
    }
}

/// No change of it yet.
pub fn retemplate() -> RolloutTemplateUpdate {
    RolloutTemplateUpdate {
        project_id: SHOP,
        template_id: TEMPLATE,
        name: None,
        description: None,
        is_default: None,
        spec: None,
        based_on: None,
    }
}

/// One of each command.
pub fn all() -> Vec<Vec<Command>> {
    vec![
        vec![template().into()],
        changes().into_iter().map(Command::from).collect(),
        vec![RolloutTemplateDelete { project_id: SHOP, template_id: TEMPLATE }.into()],
    ]
}

/// Changes of it.
pub fn changes() -> Vec<RolloutTemplateUpdate> {
    let slow = RolloutSpec { bundle_id: OPEN, batch: Batch::Size(1), ..spec() };
    vec![
        RolloutTemplateUpdate { is_default: Some(false), ..retemplate() },
        RolloutTemplateUpdate {
            name: Some("slow".into()),
            description: Some("one by one".into()),
            spec: Some(slow),
            ..retemplate()
        },
    ]
}
