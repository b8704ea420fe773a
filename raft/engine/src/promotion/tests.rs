#![allow(clippy::unwrap_used)]

use sentinel_model::promotion::{Attempt, Outcome, PATIENCE_MS};
use sentinel_model::rollout::{RolloutSpec, RolloutState};
use sentinel_model::{EnvironmentId, ProjectId, PromotionRuleId, UserId};
use uuid::Uuid;

use super::*;
use crate::fixture::{self, NEW, ROLLOUT};

const AT: Time = Time(1_000_000);
const MINUTE: u64 = 60_000;

fn rule() -> PromotionRule {
    let target_id = EnvironmentId(Uuid::from_u128(2));
    PromotionRule {
        id: PromotionRuleId(Uuid::from_u128(9)),
        project_id: ProjectId(Uuid::from_u128(0xc1)),
        source_id: EnvironmentId(Uuid::from_u128(1)),
        target_id,
        delay_min: 10,
        healthy_percent: Some(90),
        max_risk: None,
        spec: RolloutSpec { environment_id: Some(target_id), ..fixture::spec() },
        enabled: true,
        author: UserId(Uuid::from_u128(0x11)),
        created_by: "ada@example.com".into(),
        created_at: Time(0),
        last: None,
        look_at: None,
    }
}

fn newest() -> Promotion {
    Promotion {
        environment_id: EnvironmentId(Uuid::from_u128(1)),
        bundle_id: NEW,
        rollout_id: ROLLOUT,
        at: AT,
        by: "ada@example.com".into(),
    }
}

fn view<'a>(rule: &'a PromotionRule, newest: &'a Promotion) -> RuleView<'a> {
    RuleView { rule, newest: Some(newest), there: false, since: None, frozen: None, unmet: None }
}

fn due() -> Time {
    AT.plus_ms(10 * MINUTE)
}

#[test]
fn it_starts_when_the_bundle_has_stayed_long_enough() {
    let (rule, newest) = (rule(), newest());
    assert_eq!(decide(&view(&rule, &newest), Time(due().0 - 1)), Decision::Nothing);
    assert_eq!(decide(&view(&rule, &newest), due()), Decision::Start);
}

#[test]
fn without_a_bundle_or_when_it_is_off_or_through_there_is_nothing_to_do() {
    let (on, newest) = (rule(), newest());
    assert_eq!(decide(&RuleView { newest: None, ..view(&on, &newest) }, due()), Decision::Nothing);
    let off = PromotionRule { enabled: false, ..rule() };
    assert_eq!(decide(&view(&off, &newest), due()), Decision::Nothing);
    let tried = |outcome, promoted_at| {
        let last = Attempt { bundle_id: NEW, promoted_at, at: due(), outcome, waits_since: None };
        PromotionRule { last: Some(last), ..rule() }
    };
    for outcome in [Outcome::Started(ROLLOUT), Outcome::Refused("no".into())] {
        assert_eq!(decide(&view(&tried(outcome.clone(), AT), &newest), due()), Decision::Nothing);
        // It was completed anew since.
        assert_eq!(decide(&view(&tried(outcome, Time(1)), &newest), due()), Decision::Start);
    }
    assert_eq!(decide(&view(&tried(Outcome::Waits("so far".into()), AT), &newest), due()), Decision::Start);
}

#[test]
fn what_is_there_or_was_tried_by_somebody_else_is_left_to_them() {
    let (rule, newest) = (rule(), newest());
    let refused = |decision: Decision| match decision {
        Decision::Refuse { reason } => reason,
        other => panic!("{other:?}"),
    };
    let there = refused(decide(&RuleView { there: true, ..view(&rule, &newest) }, due()));
    assert_eq!(there, "the bundle has been completed in the target already");
    for (state, words) in [
        (RolloutState::Running, "carries it there"),
        (RolloutState::PendingApproval, "carries it there"),
        (RolloutState::Completed, "if not to all nodes"),
        (RolloutState::Failed { reason: String::new() }, "is failed"),
        (RolloutState::RolledBack { reason: String::new(), exceptions: Vec::new() }, "is rolled back"),
    ] {
        let mut other = fixture::rollout();
        other.state = state;
        let reason = refused(decide(&RuleView { since: Some(&other), ..view(&rule, &newest) }, due()));
        assert!(reason.contains(words), "{reason}");
    }
}

#[test]
fn a_freeze_is_waited_for_and_a_passing_cause_for_a_day() {
    let (rule, newest) = (rule(), newest());
    let frozen = Frozen { until: due().plus_ms(MINUTE), words: "frozen".into(), sentence: String::new() };
    let held = decide(&RuleView { frozen: Some(&frozen), ..view(&rule, &newest) }, due());
    assert_eq!(held, Decision::Frozen { reason: "frozen".into(), again_at: frozen.until });
    let unmet = Unmet { words: "too few".into(), passing: true };
    let unmet = RuleView { unmet: Some(&unmet), ..view(&rule, &newest) };
    let again_at = due().plus_ms(AGAIN_MS);
    assert_eq!(decide(&unmet, due()), Decision::Wait { reason: "too few".into(), again_at });
    // Whoever looks late for the first time has not waited.
    let late = due().plus_ms(PATIENCE_MS);
    assert!(matches!(decide(&unmet, late), Decision::Wait { .. }));
    let outcome = Outcome::Waits("too few".into());
    let last = Attempt { bundle_id: NEW, promoted_at: AT, at: due(), outcome, waits_since: Some(due()) };
    let waiting = PromotionRule { last: Some(last), ..self::rule() };
    let unmet = RuleView { rule: &waiting, ..unmet };
    assert!(matches!(decide(&unmet, Time(late.0 - 1)), Decision::Wait { .. }));
    assert_eq!(decide(&unmet, late), Decision::Refuse { reason: "too few".into() });
    let lasting = Unmet { words: "too dangerous".into(), passing: false };
    let lasting = RuleView { unmet: Some(&lasting), ..view(&rule, &newest) };
    assert_eq!(decide(&lasting, due()), Decision::Refuse { reason: "too dangerous".into() });
}
