//! Templates of rollouts. Upstream has them, and its form loses what it has no field for; it takes ids of other tenants, and no groups.

use sentinel_machine::commands::environment_delete::EnvironmentDelete;
use sentinel_machine::commands::node_group_delete::NodeGroupDelete;
use sentinel_machine::commands::rollout_create::RolloutCreate;
use sentinel_machine::commands::rollout_template_create::RolloutTemplateCreate;
use sentinel_machine::commands::rollout_template_delete::RolloutTemplateDelete;
use sentinel_machine::commands::rollout_template_update::RolloutTemplateUpdate;
use sentinel_machine::{Command, Rejection, template};
use sentinel_model::rollout::{Batch, RolloutSpec, Target};
use sentinel_model::template::{NAMED_MAX, OPEN, RolloutTemplate, TEMPLATES_MAX, TemplateRef};
use sentinel_model::{EnvironmentId, NodeGroupId, NodeId, RolloutTemplateId};
use uuid::Uuid;

use crate::crew;
use crate::ids::*;
use crate::samples::groups::group;
use crate::samples::templates::{changes, retemplate, template};
use crate::samples::{self, rollout, spec};
use crate::stage::Stage;

fn numbered(number: usize) -> RolloutTemplateCreate {
    RolloutTemplateCreate {
        template_id: RolloutTemplateId(Uuid::from_u128(0x1000 + number as u128)),
        name: format!("template {number}"),
        ..template()
    }
}

fn to(target: Target) -> RolloutTemplateCreate {
    RolloutTemplateCreate { spec: RolloutSpec { target, ..template().spec }, ..template() }
}

fn only(stage: &Stage) -> RolloutTemplate {
    let [only] = <[_; 1]>::try_from(template::all(&stage.tables, SHOP).unwrap()).unwrap();
    only
}

fn defaults(stage: &Stage) -> Vec<String> {
    let all = template::all(&stage.tables, SHOP).unwrap();
    all.into_iter().filter(|template| template.is_default).map(|template| template.name).collect()
}

#[test]
fn a_template_keeps_all_that_can_be_asked_of_a_rollout() {
    let mut stage = Stage::furnished();
    stage.done(template());
    let kept = only(&stage);
    assert_eq!(kept.spec, template().spec);
    for change in changes() {
        stage.done(change);
    }
    let changed = only(&stage);
    let slow = RolloutSpec { bundle_id: OPEN, batch: Batch::Size(1), ..spec() };
    assert_eq!((changed.spec, changed.name.as_str(), changed.is_default), (slow, "slow", false));
    let entry = stage.audit().pop().unwrap();
    assert_eq!(entry.changes["changed"], "name, description, settings");
    assert_ne!(entry.changes["settings_digest"], entry.changes["settings_digest_before"]);
    stage.done(RolloutTemplateDelete { project_id: SHOP, template_id: TEMPLATE });
    assert_eq!(template::all(&stage.tables, SHOP).unwrap(), []);
}

#[test]
fn one_template_of_a_project_is_the_default_at_most() {
    let mut stage = Stage::furnished();
    stage.done(template());
    stage.done(numbered(1));
    assert_eq!(defaults(&stage), ["template 1"]);
    assert_eq!(stage.audit().pop().unwrap().changes["default_before"], "usual");
    stage.done(RolloutTemplateUpdate { is_default: Some(true), ..retemplate() });
    assert_eq!(defaults(&stage), ["usual"]);
    stage.done(RolloutTemplateUpdate { is_default: Some(false), ..retemplate() });
    assert!(defaults(&stage).is_empty());
}

#[test]
fn names_are_unique_numbers_have_limits_and_every_field_is_checked() {
    let mut stage = Stage::furnished();
    stage.done(template());
    let taken = Rejection::taken("name", "is taken by another template of this project");
    stage.refuses([(RolloutTemplateCreate { name: template().name, ..numbered(1) }.into(), taken)]);
    let empty = RolloutSpec { batch: Batch::Size(0), ..template().spec };
    let many = Target::Nodes((0..=NAMED_MAX as u128).map(|number| NodeId(Uuid::from_u128(number))).collect());
    stage.refuses_fields(
        [
            ("name", RolloutTemplateCreate { name: " ".into(), ..numbered(1) }.into()),
            ("name", RolloutTemplateCreate { name: "a".repeat(101), ..numbered(1) }.into()),
            ("description", RolloutTemplateCreate { description: "a".repeat(501), ..numbered(1) }.into()),
            ("rollout", RolloutTemplateCreate { spec: spec(), ..numbered(1) }.into()),
            ("rollout.batch_size", RolloutTemplateCreate { spec: empty, ..numbered(1) }.into()),
            ("target_selector.node_ids", to(many).into()),
            ("target_selector.group_ids", to(Target::Groups(vec![])).into()),
            ("rollout_template", retemplate().into()),
        ]
        .map(|(field, command): (_, Command)| match command {
            // The first is there already.
            Command::RolloutTemplateCreate(made) => {
                (field, RolloutTemplateCreate { template_id: numbered(1).template_id, ..made }.into())
            }
            other => (field, other),
        }),
    );
    for number in 1..TEMPLATES_MAX {
        stage.done(numbered(number));
    }
    let limit = format!("a project has at most {TEMPLATES_MAX} templates; delete one that nobody needs");
    stage.refuses([(numbered(0).into(), Rejection::Limit(limit))]);
}

/// Defect: templates of one tenant name, and are named by, those of another one.
#[test]
fn nothing_of_another_project_is_there() {
    let mut stage = Stage::furnished();
    let no_node = || Rejection::not_found("Node");
    let no_template = || Rejection::not_found("Template");
    let elsewhere = Some(EnvironmentId(NOBODY));
    let placed = RolloutSpec { environment_id: elsewhere, ..template().spec };
    stage.refuses([
        (to(Target::Nodes(vec![STRANGER])).into(), no_node()),
        (to(Target::Nodes(vec![NodeId(NOBODY)])).into(), no_node()),
        (to(Target::Groups(vec![NodeGroupId(NOBODY)])).into(), Rejection::not_found("Group")),
        (RolloutTemplateCreate { spec: placed, ..template() }.into(), Rejection::not_found("Environment")),
    ]);
    stage.done(RolloutTemplateCreate { project_id: LAB, ..template() });
    let change = RolloutTemplateUpdate { is_default: Some(true), ..retemplate() };
    stage.refuses([
        (change.into(), no_template()),
        (RolloutTemplateDelete { project_id: SHOP, template_id: TEMPLATE }.into(), no_template()),
        (RolloutCreate { template_id: Some(TEMPLATE), ..rollout() }.into(), no_template()),
    ]);
}

#[test]
fn what_a_template_names_is_not_deleted() {
    let mut stage = crew::staffed(0);
    stage.done(group());
    stage.done(to(Target::Groups(vec![GROUP])));
    let delete = || NodeGroupDelete { project_id: SHOP, group_id: GROUP };
    let used = "the group 'first' is in use: the rollout template 'usual' names it";
    stage.refuses([(delete().into(), Rejection::WrongState(used.into()))]);
    stage.done(samples::environments());
    let placed = RolloutSpec { environment_id: Some(DEV), ..template().spec };
    stage.done(RolloutTemplateUpdate { spec: Some(placed), ..retemplate() });
    stage.done(delete());
    let delete = || EnvironmentDelete { project_id: SHOP, environment_id: DEV };
    let refused = stage.refused(delete());
    assert!(refused.to_string().ends_with("in use: the rollout template 'usual' names it"), "{refused}");
    stage.done(RolloutTemplateDelete { project_id: SHOP, template_id: TEMPLATE });
    stage.done(delete());
}

#[test]
fn a_rollout_says_which_template_it_was_made_from_also_when_that_is_gone() {
    let mut stage = Stage::furnished();
    stage.done(template());
    let made = RolloutCreate { template_id: Some(TEMPLATE), ..rollout() };
    assert_eq!((Command::from(rollout()).min_level(), Command::from(made.clone()).min_level()), (1, 4));
    stage.done(made);
    let entry = stage.audit().pop().unwrap();
    assert_eq!(
        (entry.changes["template"].as_str(), &entry.changes["template_id"]),
        ("usual", &TEMPLATE.to_string())
    );
    stage.done(RolloutTemplateUpdate { name: Some("other".into()), ..retemplate() });
    stage.done(RolloutTemplateDelete { project_id: SHOP, template_id: TEMPLATE });
    let from = stage.rollout().template;
    assert_eq!(from, Some(TemplateRef { id: TEMPLATE, name: "usual".into() }));
}
