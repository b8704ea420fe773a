//! Risk is judged against what nodes run when it is decided, and not against what somebody uploaded before.

use std::collections::BTreeMap;

use sentinel_machine::Rejection;
use sentinel_machine::commands::bundle_create::BundleCreate;
use sentinel_machine::commands::bundle_revoke::BundleRevoke;
use sentinel_machine::commands::nodes_report::NodeFact;
use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_machine::commands::rollout_create::RolloutCreate;
use sentinel_model::bundle::RiskLevel;
use sentinel_model::risk::{BundleOutline, Endpoint, MARKS_MAX, Mark, Outline, Risk};
use sentinel_model::rollout::{RolloutSpec, RolloutState, Target};
use sentinel_model::{BundleId, Generation};
use uuid::Uuid;

use crate::crew::{EVE, HOUR, approved_by, rules, staffed};
use crate::ids::*;
use crate::samples::{self, rollout, spec};
use crate::stage::Stage;

/// With a firewall, without it, uploaded twice; and with an upstream less.
const GUARDED: BundleId = BundleId(Uuid::from_u128(0x3001));
const BARE: BundleId = BundleId(Uuid::from_u128(0x3002));
const BARE_AGAIN: BundleId = BundleId(Uuid::from_u128(0x3003));
const SMALLER: BundleId = BundleId(Uuid::from_u128(0x3004));

fn outline(waf: bool, upstreams: u8) -> Outline {
    let part = |byte| Mark([byte; 16]);
    let upstreams = (0..upstreams).map(|name| (part(name), Endpoint { whole: part(9), tls: None })).collect();
    Outline { waf: waf.then(|| part(1)), upstreams, ..Outline::default() }
}

/// Nodes run the guarded bundle, and two people must agree to what is of high risk.
fn judged() -> Stage {
    let mut stage = staffed(0);
    for (id, version, waf, upstreams) in [
        (GUARDED, "3.1", true, 2),
        (BARE, "3.2", false, 2),
        (BARE_AGAIN, "3.3", false, 2),
        (SMALLER, "3.4", true, 1),
    ] {
        // What was made of it when it was uploaded is of no account.
        let risk_level = RiskLevel::Low;
        let outline = Some(outline(waf, upstreams));
        stage.done(BundleCreate { risk_level, outline, ..samples::bundle(id, SHOP, version) });
    }
    give(&mut stage, GUARDED, &[1, 2, 3, 4]);
    stage.done(rules(&[(Some(RiskLevel::High), 2)]));
    stage
}

/// As if it had been so before there were rules.
fn give(stage: &mut Stage, bundle: BundleId, numbers: &[u8]) {
    stage.done(samples::assign(bundle, numbers));
    for number in numbers {
        stage.prove(*number);
    }
}

fn to(bundle_id: BundleId, numbers: &[u8]) -> RolloutCreate {
    let nodes: Vec<_> = numbers.iter().map(|number| edge(*number)).collect();
    let target = Target::Nodes(nodes.clone());
    RolloutCreate { spec: RolloutSpec { bundle_id, target, ..spec() }, steps: vec![nodes], ..rollout() }
}

/// What is asked for when it is asked in this state.
fn needed(stage: &Stage, request: RolloutCreate) -> (u8, Risk) {
    let mut stage = stage.clone();
    stage.done(request);
    let governance = stage.rollout().governance;
    (governance.approval.map_or(0, |approval| approval.needed), governance.risk.unwrap().risk)
}

fn high(reason: &str) -> (u8, Risk) {
    (2, Risk::unknown(reason))
}

/// Defect: the second upload of a source is judged against the first one, and is harmless.
#[test]
fn uploading_it_twice_does_not_make_it_harmless() {
    let stage = judged();
    for bundle in [BARE, BARE_AGAIN] {
        assert_eq!(needed(&stage, to(bundle, &[1, 2])), high("waf_changed"));
    }
    assert_eq!(needed(&stage, to(GUARDED, &[1])), (0, Risk::none()));
    let medium = Risk { level: RiskLevel::Medium, reasons: vec!["upstream_removed".into()] };
    assert_eq!(needed(&stage, to(SMALLER, &[1])), (0, medium));
}

/// Defect: what some nodes run already is harmless for all others.
#[test]
fn each_node_counts_with_what_it_runs_itself() {
    let mut stage = judged();
    stage.done(rules(&[]));
    give(&mut stage, BARE, &[1, 2]);
    stage.done(rules(&[(Some(RiskLevel::High), 2)]));
    assert_eq!(needed(&stage, to(BARE_AGAIN, &[1, 2])), (0, Risk::none()), "these run it already");
    assert_eq!(needed(&stage, to(BARE_AGAIN, &[2, 3])), high("waf_changed"));
    assert_eq!(needed(&stage, to(BARE, &[3])), high("waf_changed"));
    assert_eq!(needed(&stage, to(GUARDED, &[1])), high("waf_changed"), "back again is a change as well");
    stage.done(to(BARE_AGAIN, &[2, 3]));
    assert_eq!(stage.rollout().governance.risk.unwrap().against, [GUARDED, BARE]);
    assert_eq!(stage.audit().last().unwrap().changes["risk"], "high: waf_changed");
}

#[test]
fn what_a_node_was_told_to_run_counts_like_what_it_runs() {
    let mut stage = judged();
    stage.done(rules(&[]));
    stage.done(samples::assign(BARE, &[1]));
    stage.fail(1);
    stage.done(rules(&[(Some(RiskLevel::High), 2)]));
    assert_eq!(needed(&stage, to(GUARDED, &[1])), high("waf_changed"));
    assert_eq!(needed(&stage, to(BARE_AGAIN, &[1])), high("waf_changed"));
}

#[test]
fn what_cannot_be_compared_is_dangerous() {
    let mut stage = judged();
    stage.done(samples::node(5));
    assert_eq!(needed(&stage, to(GUARDED, &[1, 5])), high("no_bundle_before"));
    let foreign = NodeFact::Effective { bundle_id: FOREIGN, generation: Generation(0) };
    stage.report(edge(5), foreign);
    if stage.node(5).effective.is_some() {
        assert_eq!(needed(&stage, to(GUARDED, &[5])), high("bundle_before_gone"));
    }
    // Bundles of an older version have no outline, on either side.
    assert_eq!(needed(&stage, to(NEW, &[1])), high("not_outlined"));
    let mut old = judged();
    old.done(rules(&[]));
    give(&mut old, OLD, &[1]);
    old.done(rules(&[(Some(RiskLevel::High), 2)]));
    assert_eq!(needed(&old, to(GUARDED, &[1])), high("not_outlined"));
    stage.done(BundleRevoke { bundle_id: GUARDED });
    assert_eq!(needed(&stage, to(SMALLER, &[1])), high("bundle_before_revoked"));
}

#[test]
fn an_assignment_is_judged_like_a_rollout() {
    let mut stage = judged();
    let refused = stage.clone().refused(samples::assign(BARE_AGAIN, &[1, 2]));
    let words =
        "bundle '3.3' (risk high: waf_changed) needs 2 approvals in this project: start a rollout instead";
    assert_eq!(refused, Rejection::WrongState(words.into()));
    stage.done(samples::assign(SMALLER, &[1]));
}

#[test]
fn it_is_judged_again_when_it_begins_and_with_every_approval() {
    let mut stage = judged();
    let at = Some(stage.now.plus_ms(HOUR));
    stage.done(RolloutCreate { scheduled_at: at, ..to(SMALLER, &[1]) });
    assert_eq!(stage.rollout().state, RolloutState::Scheduled);
    stage.done(rules(&[]));
    give(&mut stage, BARE, &[1]);
    stage.done(rules(&[(Some(RiskLevel::High), 2)]));
    stage.now = stage.now.plus_ms(HOUR);
    stage.decide(Transition::Begin);
    let waits = stage.rollout();
    assert_eq!(waits.state, RolloutState::PendingApproval, "the node runs something else by now");
    let risk = waits.governance.risk.unwrap();
    assert_eq!((risk.risk.level, risk.against), (RiskLevel::High, vec![BARE]));
    approved_by(&mut stage, BOB);
    assert_eq!(stage.rollout().state, RolloutState::PendingApproval);
    approved_by(&mut stage, EVE);
    assert_eq!(stage.rollout().state, RolloutState::Running);

    let mut closer = judged();
    closer.done(to(BARE, &[1]));
    closer.done(rules(&[]));
    give(&mut closer, BARE, &[1]);
    closer.done(rules(&[(Some(RiskLevel::High), 2)]));
    approved_by(&mut closer, BOB);
    let waits = closer.rollout();
    assert_eq!(waits.governance.risk.unwrap().risk, Risk::none());
    assert_eq!(waits.state, RolloutState::PendingApproval, "what was asked for is still asked for");
}

#[test]
fn an_outline_goes_with_its_bundle_and_has_a_limit() {
    let mut stage = judged();
    let kept = |stage: &Stage| stage.get::<BundleOutline>(BARE.as_bytes()).map(|row| row.outline);
    assert_eq!(kept(&stage), Some(outline(false, 2)));
    stage.done(BundleRevoke { bundle_id: BARE });
    assert_eq!(kept(&stage), None);
    let mark = |number: usize| Mark((number as u128).to_be_bytes());
    let agents: BTreeMap<Mark, Mark> = (0..=MARKS_MAX / 3).map(|number| (mark(number), mark(0))).collect();
    let outline = Some(Outline { agents, ..Outline::default() });
    let large = BundleCreate { outline, ..samples::bundle(BARE, SHOP, "4.0") };
    stage.refuses_fields([("config_source", BundleCreate { bundle_id: BundleId(NOBODY), ..large }.into())]);
}
