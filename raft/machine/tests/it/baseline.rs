//! The baseline: what nodes start with, and what those get that joined while a rollout set another one.

use sentinel_machine::Rejection;
use sentinel_machine::commands::baseline_catch_up::BaselineCatchUp;
use sentinel_machine::commands::bundle_revoke::BundleRevoke;
use sentinel_machine::commands::freeze_window_delete::FreezeWindowDelete;
use sentinel_machine::commands::node_delete::NodeDelete;
use sentinel_machine::commands::node_update::Pin;
use sentinel_machine::commands::rollout_advance::{RolloutAdvance, Transition};
use sentinel_machine::commands::rollout_cancel::RolloutCancel;
use sentinel_machine::commands::rollout_create::RolloutCreate;
use sentinel_model::node::{Assignment, AssignmentCause};
use sentinel_model::rollout::{Rollout, RolloutSpec, RolloutState, Target};
use sentinel_model::{BundleId, Generation, RolloutId};

use crate::crew::{HOUR, break_glass, freeze_now, window};
use crate::ids::*;
use crate::samples::{self, rollout, spec};
use crate::stage::Stage;

/// Carries a bundle to nodes in one step.
fn create(stage: &mut Stage, id: RolloutId, bundle_id: BundleId, target: Target, nodes: &[u8]) {
    let steps = vec![nodes.iter().map(|number| edge(*number)).collect()];
    stage.done(RolloutCreate {
        rollout_id: id,
        spec: RolloutSpec { bundle_id, target, ..spec() },
        steps,
        ..rollout()
    });
}

fn decide(stage: &mut Stage, id: RolloutId, transition: Transition) {
    let revision = stage.get::<Rollout>(id.as_bytes()).unwrap().revision;
    stage.done(RolloutAdvance { rollout_id: id, revision, transition });
}

fn complete(stage: &mut Stage, id: RolloutId, nodes: &[u8]) {
    decide(stage, id, Transition::StartStep);
    for number in nodes {
        stage.prove(*number);
    }
    decide(stage, id, Transition::VerifyStep);
    decide(stage, id, Transition::CompleteStep);
}

/// The shop's baseline is 1.5, and a rollout of 2.0 over all of its four nodes is under way.
fn under_way() -> Stage {
    let mut stage = Stage::furnished();
    stage.done(samples::bundle(BETWEEN, SHOP, "1.5"));
    create(&mut stage, SECOND, BETWEEN, Target::All, &[1, 2, 3, 4]);
    complete(&mut stage, SECOND, &[1, 2, 3, 4]);
    create(&mut stage, ROLLOUT, NEW, Target::All, &[1, 2, 3, 4]);
    stage
}

fn assignment(stage: &Stage, number: u8) -> Assignment {
    stage.node(number).assignment.unwrap()
}

#[test]
fn a_late_joiner_starts_with_the_baseline() {
    let mut stage = Stage::rolling();
    stage.done(samples::node(5));
    assert_eq!(stage.node(5).assignment, None, "the rollout has not completed");
    stage.complete_step(&[1, 2]);
    stage.complete_step(&[3, 4]);
    stage.done(samples::node(6));
    let joined = assignment(&stage, 6);
    assert_eq!((joined.bundle_id, joined.generation), (NEW, Generation(1)));
    assert_eq!(joined.cause, AssignmentCause::Baseline);
}

/// Nobody has judged or approved for it what the rollout brings.
#[test]
fn a_node_that_was_pinned_when_the_rollout_was_asked_for_is_not_given_its_bundle_behind_it() {
    let mut stage = Stage::furnished();
    stage.done(samples::bundle(BETWEEN, SHOP, "1.5"));
    create(&mut stage, SECOND, BETWEEN, Target::All, &[1, 2, 3, 4]);
    complete(&mut stage, SECOND, &[1, 2, 3, 4]);
    stage.done(samples::node(5));
    stage.done(samples::pin(5, Pin::To(BETWEEN)));
    stage.now = stage.now.plus_ms(HOUR);
    create(&mut stage, ROLLOUT, NEW, Target::All, &[1, 2, 3, 4]);
    stage.done(samples::pin(5, Pin::Clear));
    stage.done(samples::node(6));
    complete(&mut stage, ROLLOUT, &[1, 2, 3, 4]);
    assert_eq!((assignment(&stage, 5).bundle_id, assignment(&stage, 6).bundle_id), (BETWEEN, NEW));
}

#[test]
fn whoever_joined_during_a_rollout_over_all_gets_its_bundle_when_it_completes() {
    let mut stage = under_way();
    stage.done(samples::node(5));
    assert_eq!(assignment(&stage, 5).bundle_id, BETWEEN);
    complete(&mut stage, ROLLOUT, &[1, 2, 3, 4]);
    let caught_up = assignment(&stage, 5);
    assert_eq!((caught_up.bundle_id, caught_up.generation), (NEW, Generation(2)));
    assert_eq!(caught_up.cause, AssignmentCause::Baseline, "the next rollout finds it as it found it before");
    let told = stage.events.iter().filter(|event| event.kind == "node.assigned").count();
    assert_eq!(told, 1, "nobody else is touched");
    assert_eq!(stage.audit().last().unwrap().changes["detail"], "4 nodes, 1 that joined meanwhile");
}

#[test]
fn whoever_joined_before_there_was_a_baseline_gets_the_first_one() {
    let mut stage = Stage::rolling();
    stage.done(samples::node(5));
    stage.complete_step(&[1, 2]);
    stage.complete_step(&[3, 4]);
    assert_eq!(assignment(&stage, 5).bundle_id, NEW);
}

#[test]
fn whoever_joined_with_a_bundle_that_was_revoked_since_is_not_left_with_it() {
    let mut stage = under_way();
    stage.done(samples::node(5));
    stage.done(BundleRevoke { bundle_id: BETWEEN });
    complete(&mut stage, ROLLOUT, &[1, 2, 3, 4]);
    assert_eq!(assignment(&stage, 5).bundle_id, NEW);
}

#[test]
fn joiners_that_were_assigned_something_or_belong_to_another_rollout_are_left_alone() {
    let third = RolloutId(NOBODY);
    let mut stage = under_way();
    for number in 5..=8 {
        stage.done(samples::node(number));
    }
    stage.done(samples::assign(OLD, &[5]));
    create(&mut stage, third, OLD, Target::Nodes(vec![edge(6)]), &[6]);
    stage.done(NodeDelete { node_id: edge(7) });
    complete(&mut stage, ROLLOUT, &[1, 2, 3, 4]);
    assert_eq!(assignment(&stage, 5).cause, AssignmentCause::Direct);
    assert_eq!((assignment(&stage, 6).bundle_id, stage.node(6).owner), (BETWEEN, Some(third)));
    assert_eq!(assignment(&stage, 8).bundle_id, NEW);
}

#[test]
fn a_rollout_that_does_not_complete_or_does_not_go_to_all_changes_nothing_for_joiners() {
    let mut cancelled = under_way();
    cancelled.done(samples::node(5));
    decide(&mut cancelled, ROLLOUT, Transition::StartStep);
    cancelled.done(RolloutCancel { rollout_id: ROLLOUT, by: "ada".into() });
    assert_eq!(assignment(&cancelled, 5).bundle_id, BETWEEN);

    let mut some = Stage::furnished();
    create(&mut some, ROLLOUT, NEW, Target::Nodes(vec![edge(1)]), &[1]);
    some.done(samples::node(5));
    complete(&mut some, ROLLOUT, &[1]);
    assert_eq!(some.node(5).assignment, None);
}

/// A rollout over all, of which one node has joined since, completes in a freeze of an hour.
fn completed_in_a_freeze() -> Stage {
    let mut stage = under_way();
    stage.done(samples::node(5));
    decide(&mut stage, ROLLOUT, Transition::StartStep);
    (1..=4).for_each(|number| stage.prove(number));
    freeze_now(&mut stage);
    decide(&mut stage, ROLLOUT, Transition::VerifyStep);
    decide(&mut stage, ROLLOUT, Transition::CompleteStep);
    stage
}

/// Defect: the last step completes in a freeze, and nodes that joined meanwhile are moved in the middle of it.
#[test]
fn in_a_freeze_whoever_joined_waits_for_its_end() {
    let mut stage = completed_in_a_freeze();
    assert_eq!(stage.rollout().state, RolloutState::Completed);
    assert_eq!(assignment(&stage, 5).bundle_id, BETWEEN);
    let told = "4 nodes; 1 that joined meanwhile follow when the freeze is over";
    assert_eq!(stage.audit().last().unwrap().changes["detail"], told);
    stage.done(samples::node(6));
    assert_eq!(assignment(&stage, 6).bundle_id, NEW, "a node that is new has nothing that a freeze protects");
    assert_eq!(due(&stage), []);
    // Too early, and then in another freeze that was made meanwhile.
    let (from, until) = (stage.now.plus_ms(HOUR / 2), stage.now.plus_ms(2 * HOUR));
    stage.done(window(2, from, until));
    stage.now = stage.now.plus_ms(HOUR);
    assert_eq!(due(&stage), [SHOP]);
    stage.done(BaselineCatchUp { project_id: SHOP, environment_id: None });
    assert_eq!(stage.audit().last().unwrap().action, "project.baseline_waits");
    assert_eq!((assignment(&stage, 5).bundle_id, due(&stage)), (BETWEEN, vec![]));
    stage.now = until;
    assert_eq!(due(&stage), [SHOP]);
    stage.done(BaselineCatchUp { project_id: SHOP, environment_id: None });
    assert_eq!((assignment(&stage, 5).bundle_id, due(&stage)), (NEW, vec![]));
    assert_eq!(stage.audit().last().unwrap().changes["nodes"], "1");
    let nobody = Rejection::WrongState("no node waits for the baseline".into());
    stage.refuses([(BaselineCatchUp { project_id: SHOP, environment_id: None }.into(), nobody)]);
}

#[test]
fn whoever_waits_for_the_baseline_is_looked_at_when_the_freeze_is_deleted_or_overridden() {
    let mut deleted = completed_in_a_freeze();
    deleted.done(FreezeWindowDelete {
        project_id: SHOP,
        window_id: window(1, deleted.now, deleted.now).window_id,
    });
    assert_eq!(due(&deleted), [SHOP]);
    deleted.done(BaselineCatchUp { project_id: SHOP, environment_id: None });
    assert_eq!(assignment(&deleted, 5).bundle_id, NEW);
    let mut overridden = completed_in_a_freeze();
    overridden.done(break_glass("they are needed now"));
    assert_eq!(
        (assignment(&overridden, 5).bundle_id, overridden.rollout().state),
        (NEW, RolloutState::Completed)
    );
    let over = "Rollout cannot be let through a freeze in current state (completed)";
    overridden.refuses([(break_glass("again"), Rejection::WrongState(over.into()))]);
    let mut revoked = completed_in_a_freeze();
    revoked.done(BundleRevoke { bundle_id: NEW });
    revoked.now = revoked.now.plus_ms(HOUR);
    assert_eq!(due(&revoked), [], "there is no baseline any more");
}

fn due(stage: &Stage) -> Vec<sentinel_model::ProjectId> {
    sentinel_machine::baseline::due(&stage.tables, stage.now, 10).unwrap()
}
