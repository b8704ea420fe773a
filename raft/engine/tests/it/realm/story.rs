//! What happens to a realm, as random as it comes.

use proptest::collection::vec;
use proptest::prelude::*;
use sentinel_model::blue_green::BlueGreen;
use sentinel_model::bundle::RiskLevel;
use sentinel_model::canary::Canary;
use sentinel_model::governance::ApprovalRule;
use sentinel_model::rollout::{Batch, Gates, OnConflict, RolloutSpec};

use super::Realm;
use super::deed::{Ask, Deed, Who};
use crate::agent::{OnBack, OnNew};
use crate::scenario::{gates, on_back, on_new, spec};

/// Ticks in which things happen.
const SPAN: usize = 30;
/// Ticks in which steps of a minute each, and their way back, come to an end however badly it goes: one after the other for each
/// rollout, if need be.
const HEALING_MAX: usize = 40 + 4 * 6 * 30;

/// A fleet, rules, and what happens at which tick.
#[derive(Clone, Debug)]
pub struct Story {
    pub nodes: Vec<(OnNew, OnBack, bool)>,
    /// Nodes are in slots, and one slot has the traffic.
    pub slots: bool,
    pub rules: Vec<(u8, u8)>,
    pub deeds: Vec<(usize, Deed)>,
}

impl Story {
    /// Plays it, and lets it come to its end.
    pub fn play(&self) -> Realm {
        let mut realm = Realm::founded();
        let nodes: Vec<_> = (1u8..)
            .zip(&self.nodes)
            .map(|(number, (on_new, on_back, old))| (realm.enrol(number, *on_new, *old), *on_back))
            .collect();
        if self.slots {
            realm.slots();
        }
        (0..3).for_each(|_| realm.tick());
        nodes.into_iter().for_each(|(node, on_back)| realm.on_back(node, on_back));
        let risks = [None, Some(RiskLevel::Medium), Some(RiskLevel::High)];
        let rule = |(risk, approvals): &(u8, u8)| ApprovalRule {
            risk_at_least: risks[usize::from(*risk) % 3],
            approvals: *approvals,
        };
        realm.rule(self.rules.iter().map(rule).collect());
        let mut deeds = self.deeds.iter().peekable();
        for tick in 0..SPAN {
            while let Some((_, deed)) = deeds.next_if(|(at, _)| *at <= tick) {
                realm.happen(deed);
            }
            realm.tick();
            if deeds.peek().is_none() && realm.watch.all_ended() {
                break;
            }
        }
        for _ in 0..HEALING_MAX {
            realm.heal();
            realm.tick();
            if realm.watch.all_ended() {
                break;
            }
        }
        realm.watch.i24_every_rollout_has_ended();
        realm.heal();
        (0..2).for_each(|_| realm.tick());
        realm.watch.i26_nobody_is_left_behind();
        realm
    }
}

fn canary() -> impl Strategy<Value = Canary> {
    let slow_margin = prop_oneof![5 => Just(None), 1 => Just(Some(5.0))];
    (slow_margin, 0u32..20, 1u32..80).prop_map(|(slow_margin, bake_s, min_requests)| Canary {
        steps: vec![30, 100],
        alpha: 0.05,
        error_margin: 1.0,
        slow_margin,
        min_requests,
        bake_s,
    })
}

fn blue_green() -> impl Strategy<Value = BlueGreen> {
    let traffic_steps = prop_oneof![1 => Just(vec![100]), 2 => Just(vec![50, 100])];
    (traffic_steps, 0u32..20).prop_map(|(traffic_steps, bake_s)| BlueGreen { traffic_steps, bake_s })
}

/// Between slots, in portions, or as a canary.
fn asked(slots: bool) -> impl Strategy<Value = RolloutSpec> {
    let between = (asked_in_portions(), blue_green()).prop_map(|(spec, blue_green)| RolloutSpec {
        canary: None,
        failure_domain: None,
        blue_green: Some(blue_green),
        // The bake time must leave some of it.
        step_deadline_s: 90,
        ..spec
    });
    if slots {
        prop_oneof![3 => between, 1 => asked_in_portions()].boxed()
    } else {
        asked_in_portions().boxed()
    }
}

fn asked_in_portions() -> impl Strategy<Value = RolloutSpec> {
    let batch = prop_oneof![3 => (1u32..4).prop_map(Batch::Size), 2 => (30u8..=100).prop_map(Batch::Percent)];
    let gates = prop_oneof![1 => Just(Gates { fail_after_s: 10, ..Gates::default() }), 1 => gates()];
    let canary = prop_oneof![3 => Just(None), 1 => canary().prop_map(Some)];
    let on_conflict = prop_oneof![
        3 => Just(OnConflict::Refuse),
        2 => Just(OnConflict::Queue),
        2 => Just(OnConflict::Supersede),
    ];
    let threshold =
        prop_oneof![4 => Just(None), 1 => prop_oneof![Just(20u8), Just(50), Just(100)].prop_map(Some)];
    let bounds = (0u32..3, proptest::bool::weighted(0.2), threshold);
    (batch, bounds, gates, proptest::bool::weighted(0.7), canary, on_conflict).prop_map(
        |(
            batch,
            (max_unavailable, domains, rollback_threshold),
            gates,
            auto_rollback,
            canary,
            on_conflict,
        )| {
            // One step that takes all cannot leave some of each domain.
            let whole = canary.is_none() && batch == Batch::Percent(100);
            RolloutSpec {
                batch,
                max_unavailable,
                gates,
                auto_rollback,
                canary,
                on_conflict,
                failure_domain: (domains && !whole).then(|| "zone".to_owned()),
                rollback_threshold,
                ..spec()
            }
        },
    )
}

pub fn ask(slots: bool) -> impl Strategy<Value = Ask> {
    let target = prop_oneof![4 => Just(0u8), 1 => Just(1u8), 1 => Just(2u8), 3 => 3u8..32];
    let bundle = prop_oneof![5 => Just(0u8), 2 => Just(1u8), 1 => Just(2u8)];
    let in_ticks = prop_oneof![4 => Just(None), 1 => (0u8..15).prop_map(Some)];
    (bundle, target, asked(slots), in_ticks, proptest::bool::weighted(0.1))
        .prop_map(|(bundle, target, spec, in_ticks, through)| Ask { bundle, target, spec, in_ticks, through })
}

fn deed(slots: bool) -> impl Strategy<Value = Deed> {
    let who = || 0u8..6 as Who;
    // What only an administrator may do, mostly one does.
    let admin = || prop_oneof![3 => Just(0 as Who), 1 => who()];
    let of = || (who(), 0u8..3);
    let node = || 1u8..6;
    prop_oneof![
        14 => (who(), ask(slots)).prop_map(|(who, ask)| Deed::Ask(who, Box::new(ask))),
        12 => of().prop_map(|(who, of)| Deed::Approve(who, of)),
        1 => of().prop_map(|(who, of)| Deed::ApproveAnother(who, of)),
        1 => of().prop_map(|(who, of)| Deed::Reject(who, of)),
        4 => of().prop_map(|(who, of)| Deed::Pause(who, of)),
        5 => of().prop_map(|(who, of)| Deed::Resume(who, of)),
        1 => of().prop_map(|(who, of)| Deed::Cancel(who, of)),
        2 => of().prop_map(|(who, of)| Deed::Rollback(who, of)),
        2 => (admin(), 0u8..3).prop_map(|(who, of)| Deed::BreakGlass(who, of)),
        4 => (admin(), 0u8..6, 1u8..15).prop_map(|(who, from, ticks)| Deed::Freeze(who, from, ticks)),
        2 => (admin(), 0u8..6, 1u8..8).prop_map(|(who, from, ticks)| Deed::FreezeAgain(who, from, ticks)),
        1 => (who(), 0u8..4).prop_map(|(who, place)| Deed::Thaw(who, place)),
        2 => (node(), 0u8..3).prop_map(|(node, bundle)| Deed::Pin(node, bundle)),
        1 => node().prop_map(Deed::Unpin),
        1 => (node(), any::<bool>()).prop_map(|(node, there)| Deed::Move(node, there)),
        1 => (node(), 0u8..=100).prop_map(|(node, weight)| Deed::Weigh(node, weight)),
        1 => (node(), any::<bool>()).prop_map(|(node, blue)| Deed::Slot(node, blue)),
        2 => (admin(), 0u8..3, 0u8..3).prop_map(|(who, risk, people)| Deed::Rule(who, risk, people)),
        3 => (1u8..4).prop_map(Deed::Demote),
        1 => (1u8..4).prop_map(Deed::Leave),
        2 => (1u8..4).prop_map(Deed::Promote),
        1 => Just(Deed::DropKey),
        3 => (who(), 0u8..3, 1u8..32).prop_map(|(who, bundle, nodes)| Deed::Assign(who, bundle, nodes)),
        1 => (0u8..3).prop_map(Deed::Revoke),
        1 => node().prop_map(Deed::Delete),
        3 => node().prop_map(Deed::Hush),
        4 => node().prop_map(Deed::Return),
        3 => (1u8..4).prop_map(Deed::Join),
        2 => Just(Deed::ChangeLeader),
        3 => Just(Deed::SleepOrWake),
    ]
}

/// Any story: it begins with a rollout, and the rest may come as it likes.
pub fn any_story() -> impl Strategy<Value = Story> {
    prop_oneof![5 => story(false), 2 => story(true), 1 => story_over_domains()]
}

/// A rollout over failure domains, of which each step may lose a node.
pub fn story_over_domains() -> impl Strategy<Value = Story> {
    let fails =
        prop_oneof![2 => (0u8..3).prop_map(OnNew::Good), 1 => Just(OnNew::Fails), 1 => Just(OnNew::Silent)];
    let nodes = vec((fails, Just(OnBack::Good(0)), Just(true)), 4..8);
    let asked = (2u32..4, 1u32..3, proptest::bool::weighted(0.5)).prop_map(
        |(size, max_unavailable, auto_rollback)| {
            let failure_domain = Some("zone".to_owned());
            RolloutSpec { batch: Batch::Size(size), max_unavailable, auto_rollback, failure_domain, ..spec() }
        },
    );
    let deeds = vec((0usize..SPAN, deed(false)), 0..3);
    (nodes, asked, deeds).prop_map(|(nodes, spec, mut deeds)| {
        let ask = Ask { bundle: 0, target: 0, spec, in_ticks: None, through: false };
        deeds.push((0, Deed::Ask(1, Box::new(ask))));
        deeds.sort_by_key(|(tick, _)| *tick);
        Story { nodes, slots: false, rules: Vec::new(), deeds }
    })
}

fn story(slots: bool) -> impl Strategy<Value = Story> {
    story_of(slots, deed(slots))
}

/// A story in which nothing else happens than this, after a first rollout.
pub fn story_of(slots: bool, deed: impl Strategy<Value = Deed>) -> impl Strategy<Value = Story> {
    let node = || (on_new(), on_back(), proptest::bool::weighted(0.9));
    let least = if slots { 2 } else { 1 };
    let more = if slots { 2 } else { 1 };
    let nodes = prop_oneof![4 => vec(node(), least..4), more => vec(node(), 4..6)];
    let rules = prop_oneof![3 => Just(Vec::new()), 2 => vec((0u8..3, 1u8..3), 1..3)];
    let first = (0u8..6, ask(slots)).prop_map(|(who, ask)| (0, Deed::Ask(who, Box::new(ask))));
    let deeds = vec((0usize..SPAN, deed), 0..14);
    (nodes, rules, first, deeds).prop_map(move |(nodes, rules, first, mut deeds)| {
        deeds.push(first);
        deeds.sort_by_key(|(tick, _)| *tick);
        Story { nodes, slots, rules, deeds }
    })
}
