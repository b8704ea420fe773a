//! Who may let a rollout begin, and when. Each defect of approvals, freezes and schedules that other systems are known for is a
//! test here.

use sentinel_machine::commands::bundle_revoke::BundleRevoke;
use sentinel_machine::commands::freeze_window_create::FreezeWindowCreate;
use sentinel_machine::commands::freeze_window_delete::FreezeWindowDelete;
use sentinel_machine::commands::membership_remove::MembershipRemove;
use sentinel_machine::commands::membership_set::MembershipSet;
use sentinel_machine::commands::node_delete::NodeDelete;
use sentinel_machine::commands::project_update::ProjectUpdate;
use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_machine::commands::rollout_approve::RolloutApprove;
use sentinel_machine::commands::rollout_break_glass::RolloutBreakGlass;
use sentinel_machine::commands::rollout_cancel::RolloutCancel;
use sentinel_machine::commands::rollout_create::{RolloutCreate, WAITING_MAX};
use sentinel_machine::commands::rollout_pause::RolloutPause;
use sentinel_machine::commands::rollout_reject::RolloutReject;
use sentinel_machine::commands::rollout_resume::RolloutResume;
use sentinel_machine::commands::rollout_rollback::RolloutRollback;
use sentinel_machine::commands::user_create::UserCreate;
use sentinel_machine::{Command, Rejection, freeze};
use sentinel_model::audit::Actor;
use sentinel_model::bundle::RiskLevel;
use sentinel_model::governance::ApprovalRule;
use sentinel_model::project::Project;
use sentinel_model::rollout::{Batch, Deed, Phase, RolloutSpec, RolloutState, life};
use sentinel_model::user::Role;
use sentinel_model::{FreezeWindowId, MemberId, RolloutId, Sha256Digest, Time, UserId};
use uuid::Uuid;

use crate::ids::*;
use crate::samples::{self, rollout, spec};
use crate::stage::{Stage, by};

/// Operators beside BOB, and a reader, of Acme; an administrator of Globex only.
const EVE: UserId = UserId(Uuid::from_u128(0x13));
const DAN: UserId = UserId(Uuid::from_u128(0x14));
const REA: UserId = UserId(Uuid::from_u128(0x15));
const MAL: UserId = UserId(Uuid::from_u128(0x16));

const HOUR: u64 = 3_600_000;
const WEEK: u64 = 168 * HOUR;

fn nothing() -> ProjectUpdate {
    ProjectUpdate {
        project_id: SHOP,
        name: None,
        description: None,
        approval_rules: None,
        approval_expires_h: None,
    }
}

fn rules(rules: &[(Option<RiskLevel>, u8)]) -> ProjectUpdate {
    let rule = |(risk_at_least, approvals): &(Option<RiskLevel>, u8)| ApprovalRule {
        risk_at_least: *risk_at_least,
        approvals: *approvals,
    };
    let approval_rules = Some(rules.iter().map(rule).collect());
    ProjectUpdate { approval_rules, ..nothing() }
}

/// People, and a rule that asks for so many approvals; nothing is rolled out yet.
fn staffed(approvals: u8) -> Stage {
    let mut stage = Stage::furnished();
    for (user_id, email, org_id, role) in [
        (EVE, "eve@example.com", ACME, Role::Operator),
        (DAN, "dan@example.com", ACME, Role::Operator),
        (REA, "rea@example.com", ACME, Role::Reader),
        (MAL, "mal@example.com", GLOBEX, Role::Admin),
    ] {
        stage.done(UserCreate { user_id, email: email.into(), org_id, role, ..samples::user() });
    }
    if approvals > 0 {
        stage.done(rules(&[(None, approvals)]));
    }
    stage
}

/// A rollout that waits for so many approvals.
fn pending(approvals: u8) -> Stage {
    let mut stage = staffed(approvals);
    stage.done(rollout());
    assert_eq!(stage.rollout().state, RolloutState::PendingApproval);
    stage
}

fn digest_of(stage: &Stage) -> Sha256Digest {
    stage.rollout().governance.approval.unwrap().digest
}

fn approve(stage: &Stage) -> Command {
    RolloutApprove { rollout_id: ROLLOUT, digest: digest_of(stage), by: "somebody".into() }.into()
}

fn reject(comment: &str) -> Command {
    RolloutReject { rollout_id: ROLLOUT, by: "somebody".into(), comment: comment.into() }.into()
}

fn break_glass(reason: &str) -> Command {
    RolloutBreakGlass { rollout_id: ROLLOUT, by: "somebody".into(), reason: reason.into() }.into()
}

fn as_user(stage: &mut Stage, user: UserId, command: Command) {
    stage.actor = Actor::User(user);
    stage.done(command);
    stage.actor = by();
}

fn refused_for(stage: &mut Stage, actor: Actor, command: Command) -> Rejection {
    stage.actor = actor;
    let rejection = stage.refused(command);
    stage.actor = by();
    rejection
}

fn approved_by(stage: &mut Stage, user: UserId) {
    let command = approve(stage);
    as_user(stage, user, command);
}

fn forbidden(text: &str) -> Rejection {
    Rejection::Forbidden(text.into())
}

fn wrong(text: &str) -> Rejection {
    Rejection::WrongState(text.into())
}

fn window(number: u128, from: Time, until: Time) -> FreezeWindowCreate {
    FreezeWindowCreate {
        window_id: FreezeWindowId(Uuid::from_u128(number)),
        project_id: SHOP,
        name: format!("window {number}"),
        reason: "sales".into(),
        from,
        until,
        created_by: "ada@example.com".into(),
    }
}

/// Frozen from now on, for an hour.
fn freeze(stage: &mut Stage) {
    let (from, until) = (stage.now, stage.now.plus_ms(HOUR));
    stage.done(window(1, from, until));
}

fn frozen_words(stage: &Stage) -> Rejection {
    let frozen = freeze::at(&stage.tables, SHOP, stage.now).unwrap().unwrap();
    Rejection::WrongState(format!("the project is {}", frozen.words))
}

fn scheduled(stage: &mut Stage) {
    let at = Some(stage.now.plus_ms(HOUR));
    stage.done(RolloutCreate { scheduled_at: at, ..rollout() });
}

// The table of life.

#[test]
fn the_table_knows_what_the_commands_do_and_nothing_else_happens() {
    let by = || "ada@example.com".to_owned();
    let commands: [(Deed, Command); 6] = [
        (Deed::Pause, RolloutPause { rollout_id: ROLLOUT, by: by() }.into()),
        (Deed::Resume, RolloutResume { rollout_id: ROLLOUT, by: by() }.into()),
        (Deed::Cancel, RolloutCancel { rollout_id: ROLLOUT, by: by() }.into()),
        (Deed::RollBack, RolloutRollback { rollout_id: ROLLOUT, by: by(), reason: String::new() }.into()),
        (Deed::Reject, reject("no")),
        (Deed::Approve, RolloutApprove { rollout_id: ROLLOUT, digest: digest(1), by: by() }.into()),
    ];
    let waiting = pending(1);
    let mut waits = staffed(0);
    scheduled(&mut waits);
    let running = Stage::rolling();
    let mut paused = running.clone();
    paused.done(commands[0].1.clone());
    let mut back = running.clone();
    back.done(commands[3].1.clone());
    for mut stage in [waiting, waits, running, paused, back] {
        let from = stage.rollout().state.phase();
        for (deed, command) in commands.clone() {
            // The digest is another one, so approving is refused also where it is the way.
            let known = deed != Deed::Approve
                && life::WAYS.iter().any(|way| way.from == Some(from) && way.deed == deed);
            let mut stage = stage.clone();
            if known {
                stage.done(command);
                assert!(life::leads(Some(from), deed, stage.rollout().state.phase()));
            } else {
                stage.refused(command);
                assert_eq!(stage.rollout().state.phase(), from);
            }
        }
        stage.now = stage.now.plus_ms(1);
    }
}

/// Defect: a rollout that has not begun cannot be cancelled.
#[test]
fn a_rollout_that_waits_can_be_cancelled() {
    let mut waits = staffed(0);
    scheduled(&mut waits);
    for mut stage in [pending(1), waits] {
        stage.done(RolloutCancel { rollout_id: ROLLOUT, by: "ada".into() });
        assert_eq!(stage.rollout().state.phase(), Phase::Cancelled);
    }
}

// Approvals.

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

#[test]
fn rules_go_by_the_risk_of_the_bundle() {
    for (risk, waits) in [(RiskLevel::Medium, true), (RiskLevel::High, false)] {
        let mut stage = staffed(0);
        // The bundle's risk is medium.
        stage.done(rules(&[(Some(risk), 2)]));
        stage.done(rollout());
        assert_eq!(stage.rollout().state == RolloutState::PendingApproval, waits, "{risk:?}");
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
    ] {
        let mut stage = staffed(1);
        stage.done(other);
        digests.push(digest_of(&stage));
    }
    let distinct: std::collections::BTreeSet<_> = digests.iter().collect();
    assert_eq!(distinct.len(), digests.len(), "{digests:?}");
    // Fixed for ever: members of any version must make the same of it.
    assert_eq!(digests[0].to_string(), "cc349240a7cec8ca9f65c7ccf91e1abd09578dbda993277fa198eebb2eb97eca");
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
    let cases: [(Meanwhile, String); 2] = [
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

// Freezes.

/// Defect: freezes are looked at when a rollout is made, and at no other time.
#[test]
fn in_a_freeze_nothing_goes_forward_at_any_point() {
    let mut fresh = staffed(0);
    freeze(&mut fresh);
    let words = frozen_words(&fresh);
    assert!(words.to_string().ends_with("by window 'window 1': sales"), "{words}");
    fresh.refuses([(rollout().into(), words.clone()), (samples::assign(NEW, &[1]).into(), words.clone())]);

    let mut first = Stage::rolling();
    freeze(&mut first);
    first.refuses([(first.advance(Transition::StartStep).into(), words.clone())]);

    let mut second = Stage::rolling();
    second.complete_step(&[1, 2]);
    freeze(&mut second);
    second.refuses([(second.advance(Transition::StartStep).into(), words.clone())]);

    let mut paused = Stage::rolling();
    paused.done(RolloutPause { rollout_id: ROLLOUT, by: "ada".into() });
    freeze(&mut paused);
    let resume = || RolloutResume { rollout_id: ROLLOUT, by: "ada".into() };
    paused.refuses([(resume().into(), words.clone())]);

    let mut waits = staffed(0);
    scheduled(&mut waits);
    waits.now = waits.now.plus_ms(HOUR);
    freeze(&mut waits);
    let words = frozen_words(&waits);
    waits.refuses([(waits.advance(Transition::Begin).into(), words)]);

    // And when it is over, everything goes on.
    for stage in [&mut fresh, &mut first, &mut second, &mut paused, &mut waits] {
        stage.now = stage.now.plus_ms(HOUR);
    }
    fresh.done(rollout());
    first.decide(Transition::StartStep);
    second.decide(Transition::StartStep);
    paused.done(resume());
    waits.decide(Transition::Begin);
    assert_eq!(waits.rollout().state, RolloutState::Running);
}

#[test]
fn a_step_that_has_begun_is_proven_and_completed_in_a_freeze() {
    let mut stage = Stage::rolling();
    stage.verify_step(&[1, 2]);
    freeze(&mut stage);
    stage.decide(Transition::CompleteStep);
    stage.decide(Transition::Frozen { reason: "frozen".into() });
    let hold = stage.rollout().hold.unwrap();
    assert!(hold.frozen && !hold.broken && hold.since == stage.now, "{hold:?}");
}

#[test]
fn the_way_back_is_open_in_a_freeze() {
    type Act = fn(&mut Stage);
    let acts: [Act; 4] = [
        |stage| {
            stage.done(RolloutRollback { rollout_id: ROLLOUT, by: "ada".into(), reason: String::new() });
            stage.decide(Transition::RestoreNodes { node_ids: vec![edge(1), edge(2)] });
            stage.decide(Transition::FinishRollback { exceptions: vec![] });
        },
        |stage| {
            stage.decide(Transition::FailStep { reason: "no".into() });
        },
        |stage| {
            stage.done(RolloutCancel { rollout_id: ROLLOUT, by: "ada".into() });
        },
        |stage| {
            stage.done(RolloutPause { rollout_id: ROLLOUT, by: "ada".into() });
        },
    ];
    for act in acts {
        let mut stage = Stage::rolling();
        stage.decide(Transition::StartStep);
        freeze(&mut stage);
        act(&mut stage);
    }
    let mut stage = pending(1);
    freeze(&mut stage);
    as_user(&mut stage, BOB, reject("no"));
}

/// Defect: two windows that overlap make an exception.
#[test]
fn windows_may_overlap_and_the_one_that_ends_last_is_named() {
    let mut stage = staffed(0);
    let at = |minutes: u64| Time(1_000_000).plus_ms(minutes * 60_000);
    stage.done(window(1, at(0), at(10)));
    stage.done(window(2, at(5), at(20)));
    stage.done(window(3, at(20), at(30)));
    let until = |minute: u64| {
        let frozen = freeze::at(&stage.tables, SHOP, at(minute)).unwrap();
        frozen.map(|frozen| frozen.until)
    };
    assert_eq!(until(0), Some(at(10)));
    assert_eq!(until(7), Some(at(20)));
    assert_eq!(until(19), Some(at(20)));
    assert_eq!(until(20), Some(at(30)), "the end of one is not frozen by it");
    assert_eq!(until(30), None);
}

/// Defect: there is no way to make or see a window.
#[test]
fn windows_are_made_and_taken_away_by_administrators_in_person() {
    let mut stage = staffed(0);
    let (from, until) = (stage.now, stage.now.plus_ms(HOUR));
    let make = || Command::from(window(1, from, until));
    let delete = || {
        Command::from(FreezeWindowDelete { project_id: SHOP, window_id: FreezeWindowId(Uuid::from_u128(1)) })
    };
    for actor in [Actor::User(BOB), Actor::User(MAL), Actor::ApiKey(KEY), Actor::Member(MemberId(1))] {
        refused_for(&mut stage, actor, make());
    }
    stage.refuses_fields([
        ("name", FreezeWindowCreate { name: String::new(), ..window(1, from, until) }.into()),
        ("reason", FreezeWindowCreate { reason: "x".repeat(1_001), ..window(1, from, until) }.into()),
        ("until", window(1, from, from).into()),
        ("until", window(1, Time(0), from).into()),
        ("until", window(1, from, from.plus_ms(367 * 24 * HOUR)).into()),
    ]);
    stage.done(make());
    assert!(matches!(stage.refused(make()), Rejection::Taken { .. }));
    for actor in [Actor::User(BOB), Actor::User(MAL), Actor::ApiKey(KEY)] {
        refused_for(&mut stage, actor, delete());
    }
    stage.done(delete());
    assert_eq!(stage.refused(delete()), Rejection::not_found("Freeze window"));
    stage.done(rollout());
}

/// Defect: the override exists in code only, and nothing is kept of it.
#[test]
fn who_breaks_the_glass_is_an_administrator_and_says_why() {
    let mut stage = staffed(0);
    freeze(&mut stage);
    let create = |reason: &str| {
        Command::from(RolloutCreate { override_freeze_reason: Some(reason.into()), ..rollout() })
    };
    let operator = forbidden("this needs the role admin, yours is operator");
    for (actor, expected) in [
        (Actor::User(BOB), operator.clone()),
        (Actor::User(MAL), Rejection::not_found("Project")),
        (Actor::ApiKey(KEY), forbidden("only a person may do this; sign in instead")),
    ] {
        assert_eq!(refused_for(&mut stage, actor, create("the site is down")), expected);
    }
    stage.refuses_fields([
        ("override_freeze_reason", create("")),
        ("override_freeze_reason", create(" ")),
        ("override_freeze_reason", create(&"x".repeat(1_001))),
    ]);
    stage.done(create("the site is down"));
    let broken = stage.rollout().governance.break_glass.unwrap();
    assert_eq!((broken.user_id, broken.reason.as_str()), (ADA, "the site is down"));
    assert_eq!(stage.audit().pop().unwrap().changes["override_freeze_reason"], "the site is down");
    stage.complete_step(&[1, 2]);
    stage.complete_step(&[3, 4]);

    let mut held = Stage::rolling();
    freeze(&mut held);
    held.decide(Transition::Frozen { reason: "frozen".into() });
    assert_eq!(refused_for(&mut held, Actor::User(BOB), break_glass("please")), operator);
    held.refuses_fields([("override_freeze_reason", break_glass("\n"))]);
    held.done(break_glass("a hole is open"));
    assert_eq!(held.rollout().hold, None);
    assert_eq!(held.audit().pop().unwrap().changes["reason"], "a hole is open");
    held.decide(Transition::StartStep);
    assert!(matches!(held.refused(break_glass("again")), Rejection::WrongState(_)));
    held.done(RolloutCancel { rollout_id: ROLLOUT, by: "ada".into() });
    assert!(matches!(held.refused(break_glass("late")), Rejection::WrongState(_)));
}

#[test]
fn broken_glass_is_no_approval() {
    let mut stage = staffed(1);
    freeze(&mut stage);
    stage.done(RolloutCreate { override_freeze_reason: Some("now".into()), ..rollout() });
    assert_eq!(stage.rollout().state, RolloutState::PendingApproval);
    approved_by(&mut stage, BOB);
    assert_eq!(stage.rollout().state, RolloutState::Running);
}

#[test]
fn a_rollout_that_is_approved_in_a_freeze_waits_for_its_end_where_all_can_see_it() {
    let mut stage = pending(1);
    freeze(&mut stage);
    approved_by(&mut stage, BOB);
    let waits = stage.rollout();
    assert_eq!(waits.state, RolloutState::Scheduled);
    assert!(waits.hold.is_some_and(|hold| hold.frozen && hold.reason.starts_with("frozen until")));
    stage.now = stage.now.plus_ms(HOUR);
    stage.decide(Transition::Begin);
    let begun = stage.rollout();
    assert_eq!((begun.state, begun.hold), (RolloutState::Running, None));
}

// Schedules.

#[test]
fn a_time_lies_in_the_future_and_within_a_year() {
    let stage = staffed(0);
    let at = |at: Time| Command::from(RolloutCreate { scheduled_at: Some(at), ..rollout() });
    stage.refuses_fields([
        ("scheduled_at", at(stage.now)),
        ("scheduled_at", at(Time(0))),
        ("scheduled_at", at(stage.now.plus_ms(367 * 24 * HOUR))),
    ]);
}

/// Defect: the scheduler stops after the first rollout that it starts.
#[test]
fn scheduled_rollouts_begin_one_like_the_other_at_their_time_and_not_before() {
    let mut stage = staffed(0);
    scheduled(&mut stage);
    let at = stage.now.plus_ms(HOUR);
    stage.refuses([(
        stage.advance(Transition::Begin).into(),
        Rejection::WrongState(format!("it is scheduled for {at}")),
    )]);
    stage.now = at;
    stage.decide(Transition::Begin);
    assert_eq!(stage.rollout().state, RolloutState::Running);
    assert!((1..=4).all(|number| stage.node(number).owner == Some(ROLLOUT)));
}

#[test]
fn an_approved_rollout_waits_for_its_time_and_one_approved_late_does_not() {
    let mut stage = staffed(1);
    scheduled(&mut stage);
    assert_eq!(stage.rollout().state, RolloutState::PendingApproval);
    let mut late = stage.clone();
    approved_by(&mut stage, BOB);
    assert_eq!((stage.rollout().state, stage.rollout().hold), (RolloutState::Scheduled, None));
    late.now = late.now.plus_ms(2 * HOUR);
    approved_by(&mut late, BOB);
    assert_eq!(late.rollout().state, RolloutState::Running);
}
