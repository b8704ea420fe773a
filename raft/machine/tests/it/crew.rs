//! People who ask for rollouts, who approve them, and who may not; and what they do.

use sentinel_machine::commands::freeze_window_create::FreezeWindowCreate;
use sentinel_machine::commands::project_update::ProjectUpdate;
use sentinel_machine::commands::rollout_approve::RolloutApprove;
use sentinel_machine::commands::rollout_break_glass::RolloutBreakGlass;
use sentinel_machine::commands::rollout_create::RolloutCreate;
use sentinel_machine::commands::rollout_reject::RolloutReject;
use sentinel_machine::commands::user_create::UserCreate;
use sentinel_machine::{Command, Rejection, freeze};
use sentinel_model::audit::Actor;
use sentinel_model::bundle::RiskLevel;
use sentinel_model::governance::ApprovalRule;
use sentinel_model::rollout::RolloutState;
use sentinel_model::user::Role;
use sentinel_model::{FreezeWindowId, Sha256Digest, Time, UserId};
use uuid::Uuid;

use crate::ids::*;
use crate::samples::{self, rollout};
use crate::stage::{Stage, by};

/// Operators beside BOB, and a reader, of Acme; an administrator of Globex only.
pub const EVE: UserId = UserId(Uuid::from_u128(0x13));
pub const DAN: UserId = UserId(Uuid::from_u128(0x14));
pub const REA: UserId = UserId(Uuid::from_u128(0x15));
pub const MAL: UserId = UserId(Uuid::from_u128(0x16));

pub const HOUR: u64 = 3_600_000;
pub const WEEK: u64 = 168 * HOUR;

pub fn nothing() -> ProjectUpdate {
    ProjectUpdate {
        project_id: SHOP,
        name: None,
        description: None,
        approval_rules: None,
        approval_expires_h: None,
        checks_private: None,
        drift: None,
        sandbox: None,
    }
}

pub fn rules(rules: &[(Option<RiskLevel>, u8)]) -> ProjectUpdate {
    let rule = |(risk_at_least, approvals): &(Option<RiskLevel>, u8)| ApprovalRule {
        risk_at_least: *risk_at_least,
        approvals: *approvals,
    };
    let approval_rules = Some(rules.iter().map(rule).collect());
    ProjectUpdate { approval_rules, ..nothing() }
}

/// People, and a rule that asks for so many approvals; nothing is rolled out yet.
pub fn staffed(approvals: u8) -> Stage {
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
pub fn pending(approvals: u8) -> Stage {
    let mut stage = staffed(approvals);
    stage.done(rollout());
    assert_eq!(stage.rollout().state, RolloutState::PendingApproval);
    stage
}

pub fn digest_of(stage: &Stage) -> Sha256Digest {
    stage.rollout().governance.approval.unwrap().digest
}

pub fn approve(stage: &Stage) -> Command {
    RolloutApprove { rollout_id: ROLLOUT, digest: digest_of(stage), by: "somebody".into() }.into()
}

pub fn reject(comment: &str) -> Command {
    RolloutReject { rollout_id: ROLLOUT, by: "somebody".into(), comment: comment.into() }.into()
}

pub fn break_glass(reason: &str) -> Command {
    RolloutBreakGlass { rollout_id: ROLLOUT, by: "somebody".into(), reason: reason.into() }.into()
}

pub fn as_user(stage: &mut Stage, user: UserId, command: Command) {
    stage.actor = Actor::User(user);
    stage.done(command);
    stage.actor = by();
}

pub fn refused_for(stage: &mut Stage, actor: Actor, command: Command) -> Rejection {
    stage.actor = actor;
    let rejection = stage.refused(command);
    stage.actor = by();
    rejection
}

pub fn approved_by(stage: &mut Stage, user: UserId) {
    let command = approve(stage);
    as_user(stage, user, command);
}

pub fn forbidden(text: &str) -> Rejection {
    Rejection::Forbidden(text.into())
}

pub fn wrong(text: &str) -> Rejection {
    Rejection::WrongState(text.into())
}

pub fn window(number: u128, from: Time, until: Time) -> FreezeWindowCreate {
    FreezeWindowCreate {
        window_id: FreezeWindowId(Uuid::from_u128(number)),
        project_id: SHOP,
        name: format!("window {number}"),
        reason: "sales".into(),
        from,
        until,
        created_by: "ada@example.com".into(),
        recurrence: None,
        environment_id: None,
    }
}

/// Frozen from now on, for an hour.
pub fn freeze_now(stage: &mut Stage) {
    let (from, until) = (stage.now, stage.now.plus_ms(HOUR));
    stage.done(window(1, from, until));
}

pub fn frozen_words(stage: &Stage) -> Rejection {
    let frozen = freeze::at(&stage.tables, SHOP, stage.now).unwrap().unwrap();
    Rejection::WrongState(format!("the project is {}", frozen.words))
}

pub fn scheduled(stage: &mut Stage) {
    let at = Some(stage.now.plus_ms(HOUR));
    stage.done(RolloutCreate { scheduled_at: at, ..rollout() });
}
