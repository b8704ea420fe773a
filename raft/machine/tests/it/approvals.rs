//! Who may let a rollout begin. Each defect of approvals that other systems are known for is a test here.

use sentinel_machine::Rejection;
use sentinel_machine::commands::bundle_revoke::BundleRevoke;
use sentinel_machine::commands::membership_remove::MembershipRemove;
use sentinel_machine::commands::membership_set::MembershipSet;
use sentinel_machine::commands::node_delete::NodeDelete;
use sentinel_machine::commands::node_update::{NodeUpdate, Pin};
use sentinel_machine::commands::project_update::ProjectUpdate;
use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_machine::commands::rollout_approve::RolloutApprove;
use sentinel_machine::commands::rollout_create::{RolloutCreate, WAITING_MAX};
use sentinel_model::audit::Actor;
use sentinel_model::project::Project;
use sentinel_model::rollout::{Batch, RolloutSpec, RolloutState};
use sentinel_model::user::Role;
use sentinel_model::{MemberId, RolloutId};
use uuid::Uuid;

use crate::crew::{
    DAN, EVE, HOUR, MAL, REA, WEEK, approve, approved_by, as_user, digest_of, forbidden, nothing, pending,
    refused_for, reject, rules, scheduled, staffed, wrong,
};
use crate::ids::*;
use crate::samples::{self, rollout, spec};
use crate::stage::{Stage, by};

/// Defect: rollouts over the API never ask for approval, and start.
#[test]
fn whoever_asks_a_rollout_under_a_rule_waits_and_owns_nothing() {
    for actor in [by(), Actor::ApiKey(KEY), Actor::Member(MemberId(1))] {
        let mut stage = staffed(1);
        stage.done(samples::api_key());
        stage.actor = actor;
        stage.done(rollout());
        assert_eq!(stage.rollout().state, RolloutState::PendingApproval, "{actor:?}");
        assert!((1..=4).all(|number| stage.node(number).owner.is_none()));
        stage.refuses([(
            stage.advance(Transition::StartStep).into(),
            wrong("Rollout cannot be advanced in current state (pending_approval)"),
        )]);
        let author = stage.rollout().governance.author;
        assert_eq!(author.is_some(), !matches!(actor, Actor::Member(_)), "{actor:?}");
    }
}

/// Defect: a direct assignment goes past the rule.
#[test]
fn a_bundle_that_needs_approval_is_not_assigned_directly() {
    let mut stage = staffed(2);
    let refused = stage.refused(samples::assign(NEW, &[1]));
    assert!(refused.to_string().contains("needs 2 approvals"), "{refused}");
}

#[test]
fn the_last_approval_starts_it_and_it_owns_its_nodes_from_then_on() {
    let mut stage = pending(2);
    approved_by(&mut stage, BOB);
    assert_eq!(stage.rollout().state, RolloutState::PendingApproval);
    stage.now = stage.now.plus_ms(HOUR);
    approved_by(&mut stage, EVE);
    let begun = stage.rollout();
    assert_eq!((begun.state, begun.governance.begun_at), (RolloutState::Running, Some(stage.now)));
    assert!((1..=4).all(|number| stage.node(number).owner == Some(ROLLOUT)));
    let entry = stage.audit().pop().unwrap();
    assert_eq!((entry.changes["approvals"].as_str(), entry.changes["state"].as_str()), ("2 of 2", "running"));
    stage.complete_step(&[1, 2]);
}

#[test]
fn nobody_approves_what_they_ask_for_and_nobody_twice() {
    let mut stage = pending(2);
    let itself = forbidden("who asks for a rollout does not approve it; somebody else must");
    let command = approve(&stage);
    assert_eq!(refused_for(&mut stage, by(), command.clone()), itself);
    approved_by(&mut stage, BOB);
    let twice = wrong("you have approved this rollout already");
    assert_eq!(refused_for(&mut stage, Actor::User(BOB), command), twice);
}

#[test]
fn who_made_an_api_key_does_not_approve_what_the_key_asks_for() {
    let mut stage = staffed(1);
    stage.done(samples::api_key());
    stage.actor = Actor::ApiKey(KEY);
    stage.done(rollout());
    stage.actor = by();
    let refused = stage.refused(approve(&stage));
    assert!(matches!(refused, Rejection::Forbidden(_)), "{refused:?}");
}

#[test]
fn only_people_with_the_role_approve_or_reject() {
    let mut stage = pending(1);
    for command in [approve(&stage), reject("no")] {
        for (actor, expected) in [
            (Actor::User(REA), forbidden("this needs the role operator, yours is reader")),
            (Actor::User(MAL), Rejection::not_found("Project")),
            (Actor::ApiKey(KEY), forbidden("only a person may do this; sign in instead")),
            (Actor::Member(MemberId(1)), forbidden("only a person may do this; sign in instead")),
            (Actor::Node(edge(1)), forbidden("only a person may do this; sign in instead")),
        ] {
            assert_eq!(refused_for(&mut stage, actor, command.clone()), expected, "{actor:?}");
        }
    }
}

/// Defect: approvals are not tied to what is approved.
#[test]
fn an_approval_is_bound_to_the_bundle_the_plan_and_the_request() {
    let mut stage = pending(1);
    let other = RolloutApprove { rollout_id: ROLLOUT, digest: digest(9), by: "bob".into() };
    let refused = refused_for(&mut stage, Actor::User(BOB), other.into());
    assert!(refused.to_string().contains("look at what it does"), "{refused}");
    let mut digests = vec![digest_of(&stage)];
    for other in [
        RolloutCreate { spec: RolloutSpec { bundle_id: OLD, ..spec() }, ..rollout() },
        RolloutCreate { spec: RolloutSpec { batch: Batch::Size(1), ..spec() }, ..rollout() },
        RolloutCreate { steps: vec![vec![edge(1)], vec![edge(2)]], ..rollout() },
        RolloutCreate { steps: vec![vec![edge(1), edge(2)]], ..rollout() },
        RolloutCreate { scheduled_at: Some(stage.now.plus_ms(HOUR)), ..rollout() },
    ] {
        let mut stage = staffed(1);
        stage.done(other);
        digests.push(digest_of(&stage));
    }
    let distinct: std::collections::BTreeSet<_> = digests.iter().collect();
    assert_eq!(distinct.len(), digests.len(), "{digests:?}");
    // Fixed for ever: members of any version must make the same of it.
    assert_eq!(digests[0].to_string(), "2f339faac07ea4efdde870bad2b37bd761cd675dcf09698fbecb63f7ce31c9db");
}

#[test]
fn the_approval_of_somebody_who_lost_the_role_or_left_does_not_count() {
    let mut stage = pending(2);
    approved_by(&mut stage, BOB);
    stage.done(MembershipSet { org_id: ACME, user_id: BOB, role: Role::Reader, must_exist: true });
    approved_by(&mut stage, EVE);
    assert_eq!(stage.rollout().state, RolloutState::PendingApproval);
    stage.done(MembershipRemove { org_id: ACME, user_id: EVE });
    approved_by(&mut stage, DAN);
    let given = stage.rollout().governance.approval.unwrap().given;
    assert_eq!(given.iter().map(|given| given.user_id).collect::<Vec<_>>(), [DAN]);
    // Who has the role again may say so again.
    stage.done(MembershipSet { org_id: ACME, user_id: BOB, role: Role::Operator, must_exist: true });
    approved_by(&mut stage, BOB);
    assert_eq!(stage.rollout().state, RolloutState::Running);
}

#[test]
fn an_approver_who_left_before_the_scheduled_start_is_missed_then() {
    let mut stage = staffed(1);
    scheduled(&mut stage);
    approved_by(&mut stage, BOB);
    assert_eq!(stage.rollout().state, RolloutState::Scheduled);
    stage.done(MembershipRemove { org_id: ACME, user_id: BOB });
    stage.now = stage.now.plus_ms(HOUR);
    stage.decide(Transition::Begin);
    let back = stage.rollout();
    assert_eq!(back.state, RolloutState::PendingApproval);
    assert_eq!(back.governance.approval.unwrap().expires_at, stage.now.plus_ms(WEEK));
    approved_by(&mut stage, EVE);
    assert_eq!(stage.rollout().state, RolloutState::Running);
}

#[test]
fn a_stricter_rule_holds_at_once_and_a_looser_one_releases_nothing() {
    let mut stage = pending(1);
    stage.done(rules(&[(None, 2)]));
    approved_by(&mut stage, BOB);
    assert_eq!(stage.rollout().state, RolloutState::PendingApproval);
    stage.done(rules(&[]));
    assert_eq!(stage.rollout().state, RolloutState::PendingApproval);
    approved_by(&mut stage, EVE);
    assert_eq!(stage.rollout().state, RolloutState::Running);
    let mut stage = staffed(0);
    scheduled(&mut stage);
    stage.done(rules(&[(None, 1)]));
    stage.now = stage.now.plus_ms(HOUR);
    stage.decide(Transition::Begin);
    assert_eq!(
        stage.rollout().state,
        RolloutState::PendingApproval,
        "a rule that came after it was asked for"
    );
    approved_by(&mut stage, BOB);
    assert_eq!(stage.rollout().state, RolloutState::Running);
}

#[test]
fn a_rejection_needs_a_comment_and_is_final() {
    let mut stage = pending(1);
    for blank in ["", " \t"] {
        let Rejection::Invalid(invalid) = refused_for(&mut stage, Actor::User(BOB), reject(blank)) else {
            panic!()
        };
        assert_eq!(invalid.field, "comment");
    }
    let command = approve(&stage);
    as_user(&mut stage, BOB, reject("not on a Friday"));
    let rejected = stage.rollout();
    let reason = "rejected: not on a Friday".to_owned();
    assert_eq!(rejected.state, RolloutState::Cancelled { by: "somebody".into(), reason });
    let late = wrong("Rollout cannot be approved in current state (cancelled)");
    assert_eq!(refused_for(&mut stage, Actor::User(EVE), command), late);
}

#[test]
fn a_rollout_that_nobody_decides_about_expires_and_not_before() {
    let mut stage = pending(1);
    stage.refuses([(stage.advance(Transition::Expire).into(), wrong("there is time left to approve it"))]);
    stage.now = stage.now.plus_ms(WEEK);
    let command = approve(&stage);
    let late = refused_for(&mut stage, Actor::User(BOB), command);
    assert!(late.to_string().starts_with("the time to approve this rollout ran out"), "{late}");
    stage.decide(Transition::Expire);
    let state = RolloutState::Cancelled { by: "the scheduler".into(), reason: "approval expired".into() };
    assert_eq!(stage.rollout().state, state);
}

/// Defect: two rollouts move the same nodes; a plan is made anew behind the back of those who agreed to it.
#[test]
fn a_plan_that_is_stale_when_it_should_begin_ends_the_rollout_and_moves_nothing() {
    type Meanwhile = fn(&mut Stage);
    let cases: [(Meanwhile, String); 3] = [
        (
            |stage| {
                let pin = Some(Pin::To(OLD));
                stage.done(NodeUpdate {
                    node_id: edge(3),
                    labels: None,
                    weight: None,
                    pin,
                    slot: None,
                    environment: None,
                });
            },
            "node 'edge-3' is pinned to another bundle".to_owned(),
        ),
        (
            |stage| {
                stage.done(NodeDelete { node_id: edge(4) });
            },
            format!("node {} was deleted", edge(4)),
        ),
        (
            |stage| {
                stage.done(rules(&[]));
                stage.done(RolloutCreate { rollout_id: SECOND, steps: vec![vec![edge(2)]], ..rollout() });
            },
            format!("node 'edge-2' belongs to the rollout {SECOND}"),
        ),
    ];
    for (meanwhile, words) in cases {
        let mut stage = pending(1);
        meanwhile(&mut stage);
        approved_by(&mut stage, BOB);
        let RolloutState::Failed { reason } = stage.rollout().state else { panic!("{words}") };
        assert!(reason.starts_with("its plan is stale: ") && reason.contains(&words), "{reason}");
        assert!((1..=3).all(|number| stage.node(number).owner != Some(ROLLOUT)));
        assert_eq!(stage.node(1).generation.0, 1, "nothing was moved");
    }
    let mut stage = pending(1);
    stage.done(BundleRevoke { bundle_id: NEW });
    let command = approve(&stage);
    let revoked = wrong("bundle '2.0' has been revoked");
    assert_eq!(refused_for(&mut stage, Actor::User(BOB), command), revoked);
}

#[test]
fn only_so_many_rollouts_wait() {
    let mut stage = staffed(1);
    for number in 0..WAITING_MAX as u128 {
        stage.done(RolloutCreate { rollout_id: RolloutId(Uuid::from_u128(0x1000 + number)), ..rollout() });
    }
    assert!(matches!(stage.refused(rollout()), Rejection::Limit(_)));
}

/// Defect: the rules of a project cannot be edited.
#[test]
fn rules_are_set_by_administrators_in_person() {
    let mut stage = staffed(0);
    for actor in [Actor::User(BOB), Actor::User(MAL), Actor::ApiKey(KEY), Actor::Member(MemberId(1))] {
        let refused = refused_for(&mut stage, actor, rules(&[(None, 1)]).into());
        assert!(
            matches!(refused, Rejection::Forbidden(_) | Rejection::NotFound { .. }),
            "{actor:?} {refused:?}"
        );
    }
    let field = |update: ProjectUpdate, name: &str| match stage.clone().refused(update) {
        Rejection::Invalid(invalid) => assert_eq!(invalid.field, name),
        other => panic!("{other:?}"),
    };
    field(rules(&[(None, 6)]), "approval_rules");
    field(ProjectUpdate { approval_expires_h: Some(0), ..nothing() }, "approval_expires_hours");
    field(ProjectUpdate { name: Some(String::new()), ..rules(&[]) }, "name");
    field(ProjectUpdate { description: Some("x".repeat(1_001)), ..rules(&[]) }, "description");
    let renamed =
        ProjectUpdate { name: Some("Store".into()), description: Some("new".into()), ..rules(&[(None, 1)]) };
    stage.done(renamed);
    let project: Project = stage.get(SHOP.as_bytes()).unwrap();
    assert_eq!((project.name.as_str(), project.description.as_str()), ("Store", "new"));
    stage.done(nothing());
    assert_eq!(stage.get::<Project>(SHOP.as_bytes()).unwrap(), project, "what is not named stays");
    let missing = ProjectUpdate { project_id: sentinel_model::ProjectId(NOBODY), ..rules(&[]) };
    assert_eq!(stage.refused(missing), Rejection::not_found("Project"));
}
