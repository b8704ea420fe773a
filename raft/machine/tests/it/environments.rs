//! Environments: which there are, the order in which bundles go through them, and what each has of its own. Each defect that other
//! systems are known for is a test here.

use sentinel_machine::commands::baseline_catch_up::BaselineCatchUp;
use sentinel_machine::commands::bundle_revoke::BundleRevoke;
use sentinel_machine::commands::enrolment_token_create::EnrolmentTokenCreate;
use sentinel_machine::commands::environment_delete::EnvironmentDelete;
use sentinel_machine::commands::environment_update::EnvironmentUpdate;
use sentinel_machine::commands::freeze_window_create::FreezeWindowCreate;
use sentinel_machine::commands::freeze_window_delete::FreezeWindowDelete;
use sentinel_machine::commands::node_delete::NodeDelete;
use sentinel_machine::commands::node_register::NodeRegister;
use sentinel_machine::commands::node_update::{EnvironmentChange, NodeUpdate, Pin};
use sentinel_machine::commands::rollout_advance::{RolloutAdvance, Transition};
use sentinel_machine::commands::rollout_cancel::RolloutCancel;
use sentinel_machine::commands::rollout_create::RolloutCreate;
use sentinel_machine::commands::rollout_pause::RolloutPause;
use sentinel_machine::commands::rollout_resume::RolloutResume;
use sentinel_machine::commands::rollout_rollback::RolloutRollback;
use sentinel_machine::{Command, Rejection, baseline, environment, promotion};
use sentinel_model::audit::Actor;
use sentinel_model::environment::{ENVIRONMENTS_MAX, Environment};
use sentinel_model::governance::ApprovalRule;
use sentinel_model::rollout::{Rollout, RolloutSpec, RolloutState, Target};
use sentinel_model::{BundleId, EnrolmentTokenId, EnvironmentId, FreezeWindowId, RolloutId};
use uuid::Uuid;

use crate::crew::{self, EVE, HOUR, as_user, forbidden, refused_for, wrong};
use crate::ids::*;
use crate::samples::{self, place_in, spec};
use crate::stage::Stage;

/// The shop has the usual environments: a node in development, one in staging, two in production. All run the old bundle.
pub fn placed() -> Stage {
    let mut stage = crew::staffed(0);
    stage.done(samples::environments());
    for (number, environment) in [(1, DEV), (2, STAGING), (3, PROD), (4, PROD)] {
        stage.done(place_in(number, environment));
    }
    stage
}

pub const fn id(number: u8) -> RolloutId {
    RolloutId(Uuid::from_u128(0x1_0000 + number as u128))
}

/// A rollout to the nodes of an environment, in one step.
pub fn to(number: u8, bundle_id: BundleId, environment: EnvironmentId, nodes: &[u8]) -> RolloutCreate {
    RolloutCreate {
        rollout_id: id(number),
        spec: RolloutSpec { bundle_id, environment_id: Some(environment), ..spec() },
        steps: vec![nodes.iter().map(|number| edge(*number)).collect()],
        ..samples::rollout()
    }
}

pub fn decide(stage: &mut Stage, rollout_id: RolloutId, transition: Transition) {
    let revision = stage.get::<Rollout>(rollout_id.as_bytes()).unwrap().revision;
    stage.done(RolloutAdvance { rollout_id, revision, transition });
}

/// Carries a rollout of one step to its end.
pub fn finish(stage: &mut Stage, rollout_id: RolloutId, nodes: &[u8]) {
    decide(stage, rollout_id, Transition::StartStep);
    nodes.iter().for_each(|number| stage.prove(*number));
    decide(stage, rollout_id, Transition::VerifyStep);
    decide(stage, rollout_id, Transition::CompleteStep);
}

/// A bundle is carried through an environment.
pub fn complete(stage: &mut Stage, number: u8, bundle: BundleId, environment: EnvironmentId, nodes: &[u8]) {
    stage.done(to(number, bundle, environment, nodes));
    finish(stage, id(number), nodes);
}

fn completed(stage: &Stage, environment: EnvironmentId) -> Vec<BundleId> {
    let newest = promotion::newest(&stage.tables, environment, 10).unwrap();
    newest.into_iter().map(|promotion| promotion.bundle_id).collect()
}

fn slugs(stage: &Stage) -> Vec<String> {
    environment::all(&stage.tables, SHOP).unwrap().into_iter().map(|one| one.slug).collect()
}

fn out_of_order(missing: &str, slug: &str, to: &str) -> Rejection {
    wrong(&format!(
        "bundle '2.0' has not been completed in the environment '{missing}', which comes before '{to}': roll it out to \
         '{slug}' first; an administrator can skip the order with a reason"
    ))
}

/// Defect: slugs are worked out anew from the names, and dev and prod are lost.
#[test]
fn the_usual_environments_have_the_slugs_that_they_are_meant_to_have() {
    let stage = placed();
    let all = environment::all(&stage.tables, SHOP).unwrap();
    let seen: Vec<_> =
        all.iter().map(|one| (one.name.as_str(), one.slug.as_str(), one.color.as_str())).collect();
    assert_eq!(
        seen,
        [
            ("Development", "dev", "#22c55e"),
            ("Staging", "staging", "#eab308"),
            ("Production", "prod", "#ef4444")
        ]
    );
    let taken = Rejection::taken("slug", "the project has an environment 'dev' already");
    stage.refuses([(samples::environments().into(), taken)]);
}

#[test]
fn an_environment_is_renamed_and_moved_and_keeps_its_slug() {
    let mut stage = placed();
    stage.done(EnvironmentUpdate { name: Some("Live".into()), place: Some(1), ..samples::change(PROD) });
    assert_eq!(slugs(&stage), ["prod", "dev", "staging"]);
    let entry = stage.audit().pop().unwrap();
    assert_eq!((entry.changes["name"].as_str(), entry.changes["place"].as_str()), ("Live", "1"));
    stage.done(EnvironmentUpdate { place: Some(3), ..samples::change(PROD) });
    assert_eq!(slugs(&stage), ["dev", "staging", "prod"]);
    stage.refuses_fields([
        ("place", EnvironmentUpdate { place: Some(0), ..samples::change(DEV) }.into()),
        ("place", EnvironmentUpdate { place: Some(4), ..samples::change(DEV) }.into()),
        ("color", EnvironmentUpdate { color: Some("red".into()), ..samples::change(DEV) }.into()),
        ("name", EnvironmentUpdate { name: Some(String::new()), ..samples::change(DEV) }.into()),
    ]);
}

#[test]
fn only_administrators_in_person_decide_which_environments_there_are() {
    let mut stage = placed();
    stage.done(samples::api_key());
    let commands: [Command; 3] = [
        samples::environment(EnvironmentId(NOBODY), "qa").into(),
        EnvironmentUpdate { place: Some(1), ..samples::change(PROD) }.into(),
        EnvironmentDelete { project_id: SHOP, environment_id: DEV }.into(),
    ];
    for command in commands {
        let role = forbidden("this needs the role admin, yours is operator");
        assert_eq!(refused_for(&mut stage, Actor::User(EVE), command.clone()), role);
        let person = forbidden("only a person may do this; sign in instead");
        assert_eq!(refused_for(&mut stage, Actor::ApiKey(KEY), command.clone()), person);
        assert_eq!(refused_for(&mut stage, Actor::User(crew::MAL), command), Rejection::not_found("Project"));
    }
}

#[test]
fn there_are_at_most_twenty() {
    let mut stage = Stage::furnished();
    for number in 0..ENVIRONMENTS_MAX {
        let id = EnvironmentId(Uuid::from_u128(0x5000 + number as u128));
        stage.done(samples::environment(id, &format!("e{number}")));
    }
    let limit = Rejection::Limit("a project has at most 20 environments".into());
    stage.refuses([(samples::environment(EnvironmentId(NOBODY), "more").into(), limit)]);
}

#[test]
fn an_environment_that_anything_refers_to_is_not_deleted() {
    let mut stage = placed();
    let delete = |environment_id| Command::from(EnvironmentDelete { project_id: SHOP, environment_id });
    let nodes = "the environment 'Production' is in use: 2 nodes are in it; move them first";
    stage.refuses([(delete(PROD), wrong(nodes))]);
    stage.done(samples::rule());
    stage.done(NodeUpdate { environment: Some(EnvironmentChange::Clear), ..samples::update(3) });
    stage.done(NodeUpdate { environment: Some(EnvironmentChange::Clear), ..samples::update(4) });
    let (from, until) = (stage.now, stage.now.plus_ms(HOUR));
    stage.done(FreezeWindowCreate { environment_id: Some(PROD), ..crew::window(1, from, until) });
    let rejection = stage.clone().refused(delete(PROD)).to_string();
    for part in ["the freeze window 'window 1' is for it", &format!("the promotion rule {RULE} names it")] {
        assert!(rejection.contains(part), "{rejection}");
    }
    stage.done(place_in(3, DEV));
    stage.done(RolloutCreate { scheduled_at: Some(until), ..to(1, NEW, DEV, &[1]) });
    let rejection = stage.clone().refused(delete(DEV)).to_string();
    assert!(rejection.contains(&format!("the rollout {} is to it", id(1))), "{rejection}");
}

#[test]
fn a_deleted_environment_takes_what_was_completed_in_it_along_and_the_others_close_ranks() {
    let mut stage = placed();
    complete(&mut stage, 1, NEW, DEV, &[1]);
    stage.done(NodeDelete { node_id: edge(1) });
    stage.done(EnvironmentDelete { project_id: SHOP, environment_id: DEV });
    assert_eq!(slugs(&stage), ["staging", "prod"]);
    assert_eq!(completed(&stage, DEV), []);
    stage.refuses([
        (
            EnvironmentDelete { project_id: SHOP, environment_id: DEV }.into(),
            Rejection::not_found("Environment"),
        ),
        (place_in(2, DEV).into(), Rejection::not_found("Environment")),
    ]);
}

/// Defect: a bundle is promoted to any environment in any order.
#[test]
fn no_bundle_skips_an_environment_whoever_asks_and_whichever_way() {
    let mut stage = placed();
    stage.done(samples::api_key());
    let refused = || out_of_order("Development", "dev", "Staging");
    for actor in [Actor::User(EVE), Actor::User(ADA), Actor::ApiKey(KEY)] {
        assert_eq!(refused_for(&mut stage, actor, to(1, NEW, STAGING, &[2]).into()), refused(), "{actor:?}");
    }
    let everywhere = || RolloutCreate { spec: spec(), ..to(1, NEW, DEV, &[1, 2, 3, 4]) };
    let one_by_one = RolloutSpec { target: Target::Nodes(vec![edge(2)]), ..spec() };
    let at = Some(stage.now.plus_ms(HOUR));
    stage.refuses([
        (everywhere().into(), refused()),
        (RolloutCreate { spec: one_by_one, ..to(1, NEW, DEV, &[2]) }.into(), refused()),
        (RolloutCreate { scheduled_at: at, ..to(1, NEW, STAGING, &[2]) }.into(), refused()),
        (samples::assign(NEW, &[2]).into(), refused()),
        (samples::assign(NEW, &[1, 3]).into(), out_of_order("Development", "dev", "Production")),
    ]);
    complete(&mut stage, 1, NEW, DEV, &[1]);
    let next = out_of_order("Staging", "staging", "Production");
    stage.refuses([(to(2, NEW, PROD, &[3, 4]).into(), next)]);
    complete(&mut stage, 2, NEW, STAGING, &[2]);
    complete(&mut stage, 3, NEW, PROD, &[3, 4]);
    assert_eq!(completed(&stage, PROD), [NEW]);
    let entry = stage.audit().pop().unwrap();
    assert_eq!(entry.changes["detail"], "2 nodes; completed in 'Production'");
}

#[test]
fn an_environment_without_nodes_asks_for_nothing_and_the_way_back_is_always_open() {
    let mut stage = placed();
    stage.done(place_in(2, DEV));
    complete(&mut stage, 1, NEW, DEV, &[1, 2]);
    stage.done(to(2, NEW, PROD, &[3, 4]));
    decide(&mut stage, id(2), Transition::StartStep);
    // What it would go back to was completed nowhere.
    stage.done(RolloutRollback { rollout_id: id(2), by: "ada".into(), reason: String::new() });
    decide(&mut stage, id(2), Transition::RestoreNodes { node_ids: vec![edge(3), edge(4)] });
    assert_eq!(stage.node(3).assignment.unwrap().bundle_id, OLD);
}

#[test]
fn an_administrator_lets_one_rollout_past_the_order_with_a_reason_that_is_kept() {
    let mut stage = placed();
    let skip =
        |reason: &str| RolloutCreate { skip_order_reason: Some(reason.into()), ..to(1, NEW, PROD, &[3, 4]) };
    stage.refuses_fields([("skip_order_reason", skip(" ").into())]);
    let role = forbidden("this needs the role admin, yours is operator");
    assert_eq!(refused_for(&mut stage, Actor::User(EVE), skip("INC-1").into()), role);
    stage.done(skip("INC-1"));
    let entry = stage.audit().pop().unwrap();
    assert_eq!(
        (entry.changes["skip_order_reason"].as_str(), entry.changes["environment"].as_str()),
        ("INC-1", "prod")
    );
    let kept = stage.get::<Rollout>(id(1).as_bytes()).unwrap().governance.skip_order.unwrap();
    assert_eq!((kept.user_id, kept.reason.as_str()), (ADA, "INC-1"));
    finish(&mut stage, id(1), &[3, 4]);
    assert_eq!(completed(&stage, PROD), [NEW]);
    // It was this one, and no other.
    stage.refuses([(to(2, NEW, STAGING, &[2]).into(), out_of_order("Development", "dev", "Staging"))]);
}

#[test]
fn the_order_is_judged_again_when_what_waited_begins() {
    let mut stage = placed();
    complete(&mut stage, 1, NEW, DEV, &[1]);
    let at = stage.now.plus_ms(HOUR);
    stage.done(RolloutCreate { scheduled_at: Some(at), ..to(2, NEW, STAGING, &[2]) });
    stage.done(EnvironmentUpdate { place: Some(1), ..samples::change(PROD) });
    stage.now = at;
    decide(&mut stage, id(2), Transition::Begin);
    let RolloutState::Failed { reason } = stage.get::<Rollout>(id(2).as_bytes()).unwrap().state else {
        panic!()
    };
    assert!(reason.contains("has not been completed in the environment 'Production'"), "{reason}");
}

#[test]
fn the_order_is_judged_again_with_the_last_approval() {
    let mut stage = placed();
    complete(&mut stage, 1, NEW, DEV, &[1]);
    stage.done(crew::rules(&[(None, 1)]));
    stage.done(RolloutCreate { rollout_id: ROLLOUT, ..to(2, NEW, STAGING, &[2]) });
    stage.done(EnvironmentUpdate { place: Some(1), ..samples::change(PROD) });
    crew::approved_by(&mut stage, EVE);
    assert!(matches!(stage.rollout().state, RolloutState::Failed { .. }), "{:?}", stage.rollout().state);
}

#[test]
fn a_node_that_left_the_environment_makes_the_plan_stale() {
    let mut stage = placed();
    complete(&mut stage, 1, NEW, DEV, &[1]);
    let at = stage.now.plus_ms(HOUR);
    stage.done(RolloutCreate { scheduled_at: Some(at), ..to(2, NEW, STAGING, &[2]) });
    stage.done(place_in(2, DEV));
    stage.now = at;
    decide(&mut stage, id(2), Transition::Begin);
    let RolloutState::Failed { reason } = stage.get::<Rollout>(id(2).as_bytes()).unwrap().state else {
        panic!()
    };
    assert!(reason.contains("node 'edge-2' is in another environment by now"), "{reason}");
}

#[test]
fn a_rollout_to_an_environment_takes_none_of_another_one() {
    let stage = placed();
    stage.refuses_fields([("target_selector", to(1, NEW, STAGING, &[1]).into())]);
    let nowhere = to(1, NEW, EnvironmentId(NOBODY), &[1]);
    stage.refuses([(nowhere.into(), Rejection::not_found("Environment"))]);
}

#[test]
fn what_does_not_reach_every_node_completes_nothing() {
    let mut stage = placed();
    complete(&mut stage, 1, NEW, DEV, &[1]);
    complete(&mut stage, 2, NEW, STAGING, &[2]);
    complete(&mut stage, 3, NEW, PROD, &[3]);
    assert_eq!(completed(&stage, PROD), []);
    let entry = stage.audit().pop().unwrap();
    let told =
        "1 nodes; not completed in 'Production': node 'edge-4' was not in it and does not run the bundle";
    assert_eq!(entry.changes["detail"], told);
    // The rest follows, and with it everything runs it.
    complete(&mut stage, 4, NEW, PROD, &[4]);
    assert_eq!(completed(&stage, PROD), [NEW]);
}

#[test]
fn a_node_that_is_pinned_to_another_bundle_does_not_stand_in_the_way() {
    let mut stage = placed();
    stage.done(samples::place_in(4, DEV));
    stage.done(samples::pin(4, Pin::To(OLD)));
    complete(&mut stage, 1, NEW, DEV, &[1]);
    assert_eq!(completed(&stage, DEV), [NEW]);
}

#[test]
fn a_revoked_bundle_has_been_completed_nowhere() {
    let mut stage = placed();
    stage.done(samples::bundle(BETWEEN, SHOP, "1.5"));
    complete(&mut stage, 1, BETWEEN, DEV, &[1]);
    stage.now = stage.now.plus_ms(HOUR);
    complete(&mut stage, 2, NEW, DEV, &[1]);
    assert_eq!(completed(&stage, DEV), [NEW, BETWEEN]);
    stage.done(BundleRevoke { bundle_id: NEW });
    assert_eq!(completed(&stage, DEV), [BETWEEN], "who joins gets the last one that is left");
}

/// Defect: the approval settings of an environment are read by nobody.
#[test]
fn an_environments_own_rules_count_beside_those_of_the_project() {
    let mut stage = placed();
    let rules = vec![ApprovalRule { risk_at_least: None, approvals: 2 }];
    stage.done(EnvironmentUpdate { approval_rules: Some(rules), ..samples::change(STAGING) });
    stage.done(crew::rules(&[(None, 1)]));
    let needed = |stage: &mut Stage, number: u8, create: RolloutCreate| {
        stage.done(create);
        stage
            .get::<Rollout>(id(number).as_bytes())
            .unwrap()
            .governance
            .approval
            .map(|approval| approval.needed)
    };
    let skip = |create: RolloutCreate| RolloutCreate { skip_order_reason: Some("a test".into()), ..create };
    assert_eq!(needed(&mut stage, 1, to(1, NEW, DEV, &[1])), Some(1));
    assert_eq!(needed(&mut stage, 2, skip(to(2, NEW, STAGING, &[2]))), Some(2));
    let both = RolloutCreate { spec: spec(), ..to(3, NEW, DEV, &[1, 2]) };
    assert_eq!(needed(&mut stage, 3, skip(both)), Some(2), "the strictest counts");
    // Without a rule of the project, only what has nodes in it asks.
    stage.done(crew::rules(&[]));
    assert_eq!(needed(&mut stage, 4, to(4, OLD, DEV, &[1])), None);
    let refused = stage.refused(RolloutCreate { ..to(5, OLD, PROD, &[3]) });
    assert!(refused.to_string().contains("has not been completed"), "{refused}");
}

#[test]
fn a_node_that_comes_into_a_stricter_environment_takes_its_rules_along() {
    let mut stage = placed();
    let rules = vec![ApprovalRule { risk_at_least: None, approvals: 2 }];
    stage.done(EnvironmentUpdate { approval_rules: Some(rules), ..samples::change(PROD) });
    let at = stage.now.plus_ms(HOUR);
    let spec = RolloutSpec { target: Target::Nodes(vec![edge(1)]), ..spec() };
    let skip = Some("a test".to_owned());
    stage.done(RolloutCreate {
        scheduled_at: Some(at),
        spec,
        skip_order_reason: skip,
        ..to(1, NEW, DEV, &[1])
    });
    stage.done(place_in(1, PROD));
    stage.now = at;
    decide(&mut stage, id(1), Transition::Begin);
    let waits = stage.get::<Rollout>(id(1).as_bytes()).unwrap();
    assert_eq!((waits.state, waits.governance.approval.unwrap().needed), (RolloutState::PendingApproval, 2));
}

#[test]
fn a_freeze_of_an_environment_holds_what_has_nodes_in_it_and_nothing_else() {
    let mut stage = placed();
    let (from, until) = (stage.now, stage.now.plus_ms(HOUR));
    stage.done(FreezeWindowCreate { environment_id: Some(PROD), ..crew::window(1, from, until) });
    // In development everything goes on.
    complete(&mut stage, 1, NEW, DEV, &[1]);
    complete(&mut stage, 2, NEW, STAGING, &[2]);
    let frozen =
        wrong(&format!("the environment 'Production' is frozen until {until} by window 'window 1': sales"));
    stage.refuses([
        (to(3, NEW, PROD, &[3, 4]).into(), frozen.clone()),
        (samples::assign(NEW, &[3]).into(), frozen.clone()),
    ]);
    stage.done(samples::assign(NEW, &[1]));
    // One that waits is held at its beginning.
    stage.done(RolloutCreate { scheduled_at: Some(stage.now.plus_ms(1)), ..to(3, NEW, PROD, &[3, 4]) });
    stage.now = stage.now.plus_ms(1);
    let revision = stage.get::<Rollout>(id(3).as_bytes()).unwrap().revision;
    let begin = RolloutAdvance { rollout_id: id(3), revision, transition: Transition::Begin };
    stage.refuses([(begin.into(), frozen)]);
    stage.now = until;
    decide(&mut stage, id(3), Transition::Begin);
    finish(&mut stage, id(3), &[3, 4]);
}

#[test]
fn a_freeze_of_an_environment_holds_each_step_and_each_resumption() {
    let mut stage = placed();
    complete(&mut stage, 1, NEW, DEV, &[1]);
    complete(&mut stage, 2, NEW, STAGING, &[2]);
    stage.done(to(3, NEW, PROD, &[3, 4]));
    let (from, until) = (stage.now, stage.now.plus_ms(HOUR));
    stage.done(FreezeWindowCreate { environment_id: Some(PROD), ..crew::window(1, from, until) });
    let revision = stage.get::<Rollout>(id(3).as_bytes()).unwrap().revision;
    let start = RolloutAdvance { rollout_id: id(3), revision, transition: Transition::StartStep };
    let frozen = "the environment 'Production' is frozen until";
    assert!(stage.clone().refused(start).to_string().contains(frozen));
    stage.done(RolloutPause { rollout_id: id(3), by: "ada".into() });
    let resume = RolloutResume { rollout_id: id(3), by: "ada".into() };
    assert!(stage.clone().refused(resume.clone()).to_string().contains(frozen));
    stage.done(FreezeWindowDelete { project_id: SHOP, window_id: FreezeWindowId(Uuid::from_u128(1)) });
    stage.done(resume);
}

/// Whoever joins with this token joins staging.
fn token(environment: EnvironmentId, number: u8) -> EnrolmentTokenCreate {
    EnrolmentTokenCreate {
        token_id: EnrolmentTokenId(Uuid::from_u128(0x5_0000 + u128::from(number))),
        token_digest: digest(0xe0 + number),
        environment_id: Some(environment),
        ..samples::token()
    }
}

fn join(number: u8, token: u8) -> NodeRegister {
    NodeRegister { token_digest: digest(0xe0 + token), ..samples::node(number) }
}

#[test]
fn who_joins_an_environment_gets_what_was_completed_there_last() {
    let mut stage = placed();
    stage.done(token(DEV, 1));
    stage.done(token(PROD, 2));
    stage.done(join(5, 1));
    assert_eq!((stage.node(5).environment_id, stage.node(5).assignment), (Some(DEV), None));
    // It has joined since: the rollout need not have it.
    stage.done(to(1, NEW, DEV, &[1]));
    stage.done(join(6, 1));
    finish(&mut stage, id(1), &[1]);
    assert_eq!(completed(&stage, DEV), [NEW]);
    assert_eq!(stage.node(6).assignment.unwrap().bundle_id, NEW);
    stage.done(join(7, 1));
    assert_eq!(stage.node(7).assignment.unwrap().bundle_id, NEW);
    stage.done(join(8, 2));
    assert_eq!(stage.node(8).assignment, None, "nothing was completed in production");
    stage.refuses([(token(EnvironmentId(NOBODY), 3).into(), Rejection::not_found("Environment"))]);
}

#[test]
fn the_baseline_of_the_project_is_not_given_past_the_order() {
    let mut stage = crew::staffed(0);
    stage.done(samples::rollout());
    stage.complete_step(&[1, 2]);
    stage.complete_step(&[3, 4]);
    stage.done(samples::environments());
    stage.done(token(PROD, 1));
    stage.done(join(5, 1));
    assert_eq!(stage.node(5).assignment.unwrap().bundle_id, NEW, "no environment before it has nodes");
    stage.done(place_in(1, DEV));
    stage.done(join(6, 1));
    assert_eq!(stage.node(6).assignment, None);
}

#[test]
fn who_joined_a_frozen_environment_waits_for_its_end_and_nobody_else_does() {
    let mut stage = placed();
    stage.done(token(DEV, 1));
    stage.done(to(1, NEW, DEV, &[1]));
    decide(&mut stage, id(1), Transition::StartStep);
    stage.prove(1);
    stage.done(join(5, 1));
    let (from, until) = (stage.now, stage.now.plus_ms(HOUR));
    stage.done(FreezeWindowCreate { environment_id: Some(DEV), ..crew::window(1, from, until) });
    decide(&mut stage, id(1), Transition::VerifyStep);
    decide(&mut stage, id(1), Transition::CompleteStep);
    assert_eq!(stage.node(5).assignment, None);
    let due = |stage: &Stage| baseline::environments_due(&stage.tables, stage.now, 10).unwrap();
    assert_eq!(due(&stage), []);
    let catch_up = || BaselineCatchUp { project_id: SHOP, environment_id: Some(DEV) };
    stage.done(catch_up());
    assert_eq!(stage.audit().pop().unwrap().action, "environment.baseline_waits");
    stage.now = until;
    assert_eq!(due(&stage), [(SHOP, DEV)]);
    stage.done(catch_up());
    assert_eq!((stage.node(5).assignment.unwrap().bundle_id, due(&stage)), (NEW, vec![]));
    stage.refuses([(catch_up().into(), wrong("no node waits for the baseline"))]);
}

#[test]
fn who_joined_a_frozen_environment_gets_it_when_somebody_breaks_the_glass() {
    let mut stage = placed();
    stage.done(token(DEV, 1));
    stage.done(RolloutCreate { rollout_id: ROLLOUT, ..to(1, NEW, DEV, &[1]) });
    stage.decide(Transition::StartStep);
    stage.prove(1);
    stage.done(join(5, 1));
    let (from, until) = (stage.now, stage.now.plus_ms(HOUR));
    stage.done(FreezeWindowCreate { environment_id: Some(DEV), ..crew::window(1, from, until) });
    stage.decide(Transition::VerifyStep);
    stage.decide(Transition::CompleteStep);
    stage.done(crew::break_glass("they are needed now"));
    assert_eq!(stage.node(5).assignment.unwrap().bundle_id, NEW);
}

#[test]
fn a_node_goes_to_another_environment_when_no_rollout_has_it_and_runs_what_it_ran() {
    let mut stage = placed();
    complete(&mut stage, 1, NEW, DEV, &[1]);
    let before = stage.node(3).assignment;
    stage.done(place_in(3, DEV));
    assert_eq!((stage.node(3).environment_id, stage.node(3).assignment), (Some(DEV), before));
    let entry = stage.audit().pop().unwrap();
    assert_eq!(
        (entry.changes["environment_before"].as_str(), entry.changes["environment"].as_str()),
        ("prod", "dev")
    );
    stage.done(to(2, NEW, DEV, &[1, 3]));
    let owned = stage.refused(place_in(3, PROD)).to_string();
    assert!(owned.contains("belongs to the rollout"), "{owned}");
    stage.done(RolloutCancel { rollout_id: id(2), by: "ada".into() });
    as_user(&mut stage, EVE, place_in(3, PROD).into());
    stage.refuses([(
        NodeUpdate { environment: Some(EnvironmentChange::To(DEV)), node_id: STRANGER, ..samples::update(1) }
            .into(),
        Rejection::not_found("Environment"),
    )]);
}

#[test]
fn what_rows_say_of_environments_is_nothing_where_there_are_none() {
    let stage = Stage::rolling();
    let node = sentinel_machine::tables::encode(sentinel_machine::Table::Nodes, &stage.node(1)).unwrap();
    let rollout =
        sentinel_machine::tables::encode(sentinel_machine::Table::Rollouts, &stage.rollout()).unwrap();
    for row in [node, rollout] {
        assert!(
            !String::from_utf8_lossy(&row).contains("environment"),
            "members below level 4 write the same"
        );
    }
    assert!(stage.get::<Environment>(&[SHOP.as_bytes().as_slice(), DEV.as_bytes()].concat()).is_none());
}
