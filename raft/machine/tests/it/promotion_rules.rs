//! Rules by which bundles go on to the next environment. Each defect that other systems are known for is a test here.

use sentinel_machine::commands::bundle_revoke::BundleRevoke;
use sentinel_machine::commands::environment_update::EnvironmentUpdate;
use sentinel_machine::commands::membership_set::MembershipSet;
use sentinel_machine::commands::promotion_rule_create::PromotionRuleCreate;
use sentinel_machine::commands::promotion_rule_delete::PromotionRuleDelete;
use sentinel_machine::commands::promotion_rule_note::PromotionRuleNote;
use sentinel_machine::commands::promotion_rule_update::{Bound, PromotionRuleUpdate};
use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_machine::commands::rollout_create::{ByRule, RolloutCreate};
use sentinel_machine::{Rejection, promotion_rule};
use sentinel_model::audit::Actor;
use sentinel_model::bundle::RiskLevel;
use sentinel_model::cluster::EpochReason;
use sentinel_model::governance::ApprovalRule;
use sentinel_model::node::NodeStatus;
use sentinel_model::promotion::{Outcome, PromotionRule};
use sentinel_model::rollout::{Rollout, RolloutSpec, RolloutState};
use sentinel_model::user::Role;
use sentinel_model::{MemberId, PromotionRuleId, Time};

use crate::crew::{EVE, HOUR, as_user, forbidden, wrong};
use crate::environments::{complete, decide, id, placed, to};
use crate::ids::*;
use crate::samples::{self, rule, rule_change, rule_note};
use crate::stage::{Stage, by};

const MINUTE: u64 = 60_000;
const MEMBER: Actor = Actor::Member(MemberId(1));

/// The new bundle has been completed in development and, at the time that is returned, in staging.
fn staged() -> (Stage, Time) {
    let mut stage = placed();
    stage.done(rule());
    complete(&mut stage, 1, NEW, DEV, &[1]);
    complete(&mut stage, 2, NEW, STAGING, &[2]);
    let at = stage.now;
    (stage, at)
}

fn row(stage: &Stage) -> PromotionRule {
    promotion_rule::find(&stage.tables, SHOP, RULE).unwrap().unwrap()
}

fn due(stage: &Stage) -> Vec<PromotionRuleId> {
    promotion_rule::due(&stage.tables, stage.now, 10).unwrap().into_iter().map(|rule| rule.id).collect()
}

/// What the scheduler asks for.
fn by_rule(promoted_at: Time) -> RolloutCreate {
    let spec = RolloutSpec { bundle_id: NEW, ..rule().spec };
    RolloutCreate {
        spec,
        created_by: "a rule".into(),
        rule: Some(ByRule { rule_id: RULE, promoted_at }),
        template_id: None,
        ..to(3, NEW, PROD, &[3, 4])
    }
}

fn as_member<T>(stage: &mut Stage, act: impl FnOnce(&mut Stage) -> T) -> T {
    stage.actor = MEMBER;
    let done = act(stage);
    stage.actor = by();
    done
}

#[test]
fn a_rule_waits_for_its_time_and_no_other_is_looked_at() {
    let (mut stage, at) = staged();
    assert_eq!((row(&stage).look_at, due(&stage)), (Some(at.plus_ms(10 * MINUTE)), vec![]));
    let refused = as_member(&mut stage, |stage| stage.refused(by_rule(at)));
    assert_eq!(refused, wrong("the rule has nothing to take on"));
    stage.now = at.plus_ms(10 * MINUTE);
    assert_eq!(due(&stage), [RULE]);
}

/// Defects: the rollout of a rule goes to all nodes of the project, and stays pending.
#[test]
fn a_rule_starts_a_rollout_to_its_target_and_is_through_with_the_bundle() {
    let (mut stage, at) = staged();
    stage.now = at.plus_ms(10 * MINUTE);
    as_member(&mut stage, |stage| stage.done(by_rule(at)));
    let made: Rollout = stage.get(id(3).as_bytes()).unwrap();
    assert_eq!((made.state, made.spec.environment_id), (RolloutState::Running, Some(PROD)));
    assert_eq!(made.governance.rule_id, Some(RULE));
    assert_eq!(stage.node(2).owner, None);
    assert_eq!(stage.audit().pop().unwrap().changes["rule_id"], RULE.to_string());
    assert_eq!(row(&stage).last.unwrap().outcome, Outcome::Started(id(3)));
    assert_eq!((row(&stage).look_at, due(&stage)), (None, vec![]));
    decide(&mut stage, id(3), Transition::FailStep { reason: "errors".into(), step: None });
    let again = RolloutCreate { rollout_id: id(4), ..by_rule(at) };
    let refused = as_member(&mut stage, |stage| stage.refused(again));
    assert_eq!(refused, wrong("the rule is through with this bundle"), "it is never tried in a loop");
}

#[test]
fn only_the_scheduler_carries_a_rule_out_and_only_what_the_rule_says() {
    let (mut stage, at) = staged();
    stage.now = at.plus_ms(10 * MINUTE);
    let scheduler = || forbidden("only the scheduler carries out a promotion rule");
    stage.refuses([(by_rule(at).into(), scheduler()), (rule_note(at, None).into(), scheduler())]);
    let other = wrong("the rule asks for another rollout");
    stage.actor = MEMBER;
    let looser = RolloutSpec { max_unavailable: 9, ..by_rule(at).spec };
    let skipping = Some("why not".to_owned());
    stage.refuses([
        (RolloutCreate { spec: looser, ..by_rule(at) }.into(), other.clone()),
        (RolloutCreate { scheduled_at: Some(stage.now.plus_ms(1)), ..by_rule(at) }.into(), other.clone()),
        (RolloutCreate { override_freeze_reason: skipping, ..by_rule(at) }.into(), other),
        (by_rule(Time(at.0 - 1)).into(), wrong("the rule has nothing to take on")),
    ]);
}

#[test]
fn who_made_the_rule_counts_as_the_author_and_does_not_approve() {
    let (mut stage, at) = staged();
    let rules = vec![ApprovalRule { risk_at_least: None, approvals: 1 }];
    stage.done(EnvironmentUpdate { approval_rules: Some(rules), ..samples::change(PROD) });
    stage.now = at.plus_ms(10 * MINUTE);
    as_member(&mut stage, |stage| stage.done(RolloutCreate { rollout_id: ROLLOUT, ..by_rule(at) }));
    assert_eq!(stage.rollout().state, RolloutState::PendingApproval);
    let refused = stage.refused(crate::crew::approve(&stage));
    assert_eq!(refused, forbidden("who asks for a rollout does not approve it; somebody else must"));
    crate::crew::approved_by(&mut stage, EVE);
    assert_eq!(stage.rollout().state, RolloutState::Running);
}

#[test]
fn a_rule_of_somebody_who_may_not_start_rollouts_any_more_starts_none() {
    let (mut stage, at) = staged();
    let changed = PromotionRuleUpdate { by: "eve@example.com".into(), ..rule_change() };
    as_user(&mut stage, EVE, changed.into());
    stage.done(MembershipSet { org_id: ACME, user_id: EVE, role: Role::Reader, must_exist: true });
    stage.now = at.plus_ms(10 * MINUTE);
    let refused = as_member(&mut stage, |stage| stage.refused(by_rule(at)));
    assert_eq!(refused, wrong("eve@example.com, who made the rule, may not start rollouts any more"));
}

#[test]
fn conditions_are_judged_in_the_step_that_starts_the_rollout() {
    let (mut stage, at) = staged();
    stage.now = at.plus_ms(10 * MINUTE);
    stage.done(PromotionRuleUpdate { healthy_percent: Some(Bound::To(100)), ..rule_change() });
    let mut offline = stage.clone();
    offline.report(edge(2), sentinel_machine::commands::nodes_report::NodeFact::Status(NodeStatus::Offline));
    let refused = as_member(&mut offline, |stage| stage.refused(by_rule(at)));
    assert_eq!(refused, wrong("0 of 1 nodes of the source are online and run the bundle; 100 % must"));
    // Bundles without outlines cannot be compared: that is of high risk.
    let mut risky = stage.clone();
    risky.done(PromotionRuleUpdate { max_risk: Some(Bound::To(RiskLevel::Medium)), ..rule_change() });
    let refused = as_member(&mut risky, |stage| stage.refused(by_rule(at)));
    assert!(refused.to_string().contains("the risk for the nodes of the target is high"), "{refused}");
    as_member(&mut stage, |stage| stage.done(by_rule(at)));
}

#[test]
fn why_it_does_not_go_on_is_kept_and_it_is_looked_at_again_or_never() {
    let (mut stage, at) = staged();
    stage.now = at.plus_ms(10 * MINUTE);
    let again = stage.now.plus_ms(5 * MINUTE);
    as_member(&mut stage, |stage| stage.done(rule_note(at, Some(again))));
    let kept = row(&stage);
    assert_eq!(kept.last.unwrap().outcome, Outcome::Waits("too few nodes are online".into()));
    assert_eq!((kept.look_at, due(&stage)), (Some(again), vec![]));
    stage.now = again;
    assert_eq!(due(&stage), [RULE]);
    as_member(&mut stage, |stage| stage.done(rule_note(at, None)));
    assert_eq!((row(&stage).look_at, due(&stage)), (None, vec![]));
    let refused = as_member(&mut stage, |stage| stage.refused(rule_note(at, None)));
    assert_eq!(refused, wrong("the rule has nothing to take on"));
}

#[test]
fn what_is_completed_anew_is_taken_on_anew_and_what_is_revoked_is_not() {
    let (mut stage, at) = staged();
    stage.now = at.plus_ms(HOUR);
    as_member(&mut stage, |stage| stage.done(rule_note(at, None)));
    complete(&mut stage, 5, NEW, STAGING, &[2]);
    assert_eq!(row(&stage).look_at, Some(stage.now.plus_ms(10 * MINUTE)));
    stage.done(BundleRevoke { bundle_id: NEW });
    assert_eq!(row(&stage).look_at, None);
}

#[test]
fn a_rule_that_comes_later_takes_on_what_is_there_and_one_that_is_off_nothing() {
    let (mut stage, at) = staged();
    stage.done(PromotionRuleUpdate { enabled: Some(false), ..rule_change() });
    assert_eq!(row(&stage).look_at, None);
    stage.done(PromotionRuleUpdate { enabled: Some(true), delay_min: Some(0), ..rule_change() });
    assert_eq!((row(&stage).look_at, due(&stage)), (Some(at), vec![RULE]));
    stage.done(PromotionRuleDelete { project_id: SHOP, rule_id: RULE });
    assert_eq!(due(&stage), []);
    stage.done(rule());
    assert_eq!(row(&stage).look_at, Some(at.plus_ms(10 * MINUTE)));
}

#[test]
fn rules_that_mean_nothing_are_refused() {
    let mut stage = placed();
    let backwards = RolloutSpec { environment_id: Some(STAGING), ..rule().spec };
    let anywhere = RolloutSpec { environment_id: None, ..rule().spec };
    stage.refuses_fields([
        ("target", PromotionRuleCreate { source_id: PROD, ..rule() }.into()),
        (
            "target",
            PromotionRuleCreate { source_id: PROD, target_id: STAGING, spec: backwards, ..rule() }.into(),
        ),
        ("target", PromotionRuleCreate { spec: anywhere, ..rule() }.into()),
        ("delay_minutes", PromotionRuleCreate { delay_min: 43_201, ..rule() }.into()),
        ("healthy_percent", PromotionRuleCreate { healthy_percent: Some(0), ..rule() }.into()),
    ]);
    stage.done(rule());
    let twice = PromotionRuleCreate { rule_id: PromotionRuleId(NOBODY), ..rule() };
    let taken = Rejection::taken("target", "there is a rule from 'Staging' to 'Production' already");
    stage.refuses([(twice.into(), taken)]);
}

#[test]
fn what_a_rule_waited_for_in_a_lost_state_is_not_taken_on() {
    let (mut stage, _) = staged();
    stage.done(samples::epoch(2, 1, EpochReason::Restore));
    assert_eq!(row(&stage).look_at, None);
    let refused = "the cluster went on from an earlier state since: a person takes it on";
    assert_eq!(row(&stage).last.unwrap().outcome, Outcome::Refused(refused.into()));
    // Whatever is changed of the rule: it is through with that.
    stage.done(PromotionRuleUpdate { delay_min: Some(1), ..rule_change() });
    assert_eq!(row(&stage).look_at, None);
}

#[test]
fn patience_counts_from_the_first_look_and_freezes_do_not_count() {
    let (mut stage, at) = staged();
    let first = at.plus_ms(48 * HOUR);
    let mut note = |now: Time, frozen: bool| {
        stage.now = now;
        let note = PromotionRuleNote { frozen, ..rule_note(at, Some(now.plus_ms(MINUTE))) };
        as_member(&mut stage, |stage| stage.done(note));
        row(&stage)
    };
    assert_eq!(note(first, false).waits_since(NEW, at), Some(first));
    let patient = note(first.plus_ms(HOUR), false);
    assert_eq!(patient.waits_since(NEW, at), Some(first));
    assert!(!patient.is_out_of_patience(NEW, at, first.plus_ms(23 * HOUR)));
    assert!(patient.is_out_of_patience(NEW, at, first.plus_ms(24 * HOUR)));
    assert_eq!(note(first.plus_ms(2 * HOUR), true).waits_since(NEW, at), None);
    assert_eq!(note(first.plus_ms(9 * HOUR), false).waits_since(NEW, at), Some(first.plus_ms(9 * HOUR)));
}

#[test]
fn a_bundle_that_is_in_the_target_by_now_is_not_taken_there_again() {
    let (mut stage, at) = staged();
    complete(&mut stage, 3, NEW, PROD, &[3, 4]);
    stage.now = at.plus_ms(10 * MINUTE);
    let again = RolloutCreate { rollout_id: id(4), ..by_rule(at) };
    let refused = as_member(&mut stage, |stage| stage.refused(again));
    assert_eq!(refused, wrong("the bundle has been completed in the target already"));
}

#[test]
fn a_rule_whose_target_was_moved_before_its_source_takes_nothing_back() {
    let (mut stage, at) = staged();
    stage.done(EnvironmentUpdate { place: Some(1), ..samples::change(PROD) });
    stage.now = at.plus_ms(10 * MINUTE);
    let refused = as_member(&mut stage, |stage| stage.refused(by_rule(at)));
    assert_eq!(refused, wrong("the target comes before the source by now"));
}
