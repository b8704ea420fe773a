//! Whatever happens in whatever order: somebody has the traffic, and whoever had it before has it again when nothing came of it.

use std::sync::LazyLock;

use proptest::prelude::*;
use sentinel_machine::apply;
use sentinel_machine::commands::nodes_report::{NodeReport, NodesReport};
use sentinel_machine::commands::rollout_advance::RolloutAdvance;
use sentinel_machine::commands::rollout_pause::RolloutPause;
use sentinel_machine::commands::rollout_resume::RolloutResume;
use sentinel_model::BundleId;
use sentinel_model::node::{ActivationStage, Node};
use sentinel_model::rollout::Rollout;

use super::*;
use crate::integrity;

const CASES: u32 = 500;

/// Where it begins: with and without tolerance, going back by itself or not, with so many shares of traffic given, and
/// with traffic that stayed.
static BEGINNINGS: LazyLock<Vec<Stage>> = LazyLock::new(|| {
    let mut beginnings = Vec::new();
    for (max_unavailable, auto_rollback) in [(0, true), (0, false), (1, true), (1, false)] {
        let mut stage = slots();
        stage.done(RolloutCreate {
            spec: RolloutSpec { max_unavailable, auto_rollback, ..asked() },
            ..create()
        });
        beginnings.push(stage.clone());
        stage.complete_step(&[3, 4]);
        for _ in 1..=3 {
            stage.decide(Transition::StartStep);
            stage.decide(Transition::VerifyStep);
            beginnings.push(stage.clone());
            let mut stayed = stage.clone();
            status(&mut stayed, NodeStatus::Offline);
            stayed.decide(Transition::FailStep { reason: "errors".into(), step: None });
            status(&mut stayed, NodeStatus::Online);
            beginnings.push(stayed);
            stage.decide(Transition::CompleteStep);
        }
    }
    beginnings
});

/// What somebody may try at any moment.
#[derive(Clone, Debug)]
enum Deed {
    Decide(Transition),
    Cancel,
    RollBack,
    Pause,
    Resume,
    Prove(u8),
    Fail(u8),
    Status(u8, NodeStatus),
    /// All of blue at once.
    Blue(NodeStatus),
    Weigh(u8, u8),
    Assign(u8),
    Slot(u8, Slot),
    Delete(u8),
    Revoke(BundleId),
    Second(Second),
    DecideSecond(Transition),
    CancelSecond,
    RollBackSecond,
}

/// Another rollout over the same nodes.
#[derive(Clone, Copy, Debug)]
enum Second {
    Blue,
    Green,
    /// From green to blue.
    Swapped,
}

impl Second {
    fn create(self) -> RolloutCreate {
        let (blue, green) = ([1, 2].map(edge).to_vec(), [3, 4].map(edge).to_vec());
        let (spec, steps, live) = match self {
            Second::Blue => (spec(), blue, vec![]),
            Second::Green => (spec(), green, vec![]),
            Second::Swapped => (asked(), blue, green),
        };
        RolloutCreate { rollout_id: SECOND, spec, steps: vec![steps], live, ..create() }
    }
}

fn deed() -> impl Strategy<Value = Deed> {
    let number = 1u8..=4;
    let reason = || "errors".to_owned();
    prop_oneof![
        6 => Just(Deed::Decide(Transition::StartStep)),
        6 => Just(Deed::Decide(Transition::VerifyStep)),
        6 => Just(Deed::Decide(Transition::CompleteStep)),
        3 => Just(Deed::Decide(Transition::FailStep { reason: reason(), step: None })),
        3 => Just(Deed::Decide(Transition::RestoreNodes { node_ids: vec![edge(3), edge(4)] })),
        3 => Just(Deed::Decide(Transition::FinishRollback { exceptions: vec![] })),
        1 => Just(Deed::Cancel),
        4 => Just(Deed::RollBack),
        1 => Just(Deed::Pause),
        2 => Just(Deed::Resume),
        6 => (3u8..=4).prop_map(Deed::Prove),
        1 => (3u8..=4).prop_map(Deed::Fail),
        2 => (number.clone(), prop_oneof![Just(NodeStatus::Online), Just(NodeStatus::Offline)])
            .prop_map(|(number, status)| Deed::Status(number, status)),
        6 => prop_oneof![Just(NodeStatus::Online), Just(NodeStatus::Offline)].prop_map(Deed::Blue),
        1 => (number.clone(), 0u8..=100).prop_map(|(number, weight)| Deed::Weigh(number, weight)),
        1 => number.clone().prop_map(Deed::Assign),
        1 => (number.clone(), prop_oneof![Just(Slot::Blue), Just(Slot::Green)])
            .prop_map(|(number, slot)| Deed::Slot(number, slot)),
        1 => number.prop_map(Deed::Delete),
        1 => prop_oneof![Just(OLD), Just(NEW)].prop_map(Deed::Revoke),
        6 => prop_oneof![Just(Second::Blue), Just(Second::Green), Just(Second::Swapped)].prop_map(Deed::Second),
        4 => prop_oneof![
            Just(Transition::StartStep),
            Just(Transition::VerifyStep),
            Just(Transition::CompleteStep),
            Just(Transition::FailStep { reason: reason(), step: None }),
            Just(Transition::FinishRollback { exceptions: vec![] }),
        ].prop_map(Deed::DecideSecond),
        1 => Just(Deed::CancelSecond),
        1 => Just(Deed::RollBackSecond),
    ]
}

fn command(stage: &Stage, deed: &Deed) -> Option<Command> {
    let by = || "ada".to_owned();
    let report = |number: u8, fact: NodeFact| NodesReport {
        reports: vec![NodeReport { node_id: edge(number), fact }],
    };
    Some(match deed {
        Deed::Decide(transition) => stage.advance(transition.clone()).into(),
        Deed::Cancel => RolloutCancel { rollout_id: ROLLOUT, by: by() }.into(),
        Deed::RollBack => roll_back().into(),
        Deed::Pause => RolloutPause { rollout_id: ROLLOUT, by: by() }.into(),
        Deed::Resume => RolloutResume { rollout_id: ROLLOUT, by: by() }.into(),
        Deed::Prove(number) => {
            let assignment = node(stage, *number)?.assignment?;
            let (bundle_id, generation) = (assignment.bundle_id, assignment.generation);
            report(*number, NodeFact::Effective { bundle_id, generation }).into()
        }
        Deed::Fail(number) => {
            let assignment = node(stage, *number)?.assignment?;
            let (bundle_id, generation) = (assignment.bundle_id, assignment.generation);
            let (stage, message) = (ActivationStage::Test, "no".to_owned());
            report(*number, NodeFact::Failed { bundle_id, generation, stage, message }).into()
        }
        Deed::Status(number, status) => report(*number, NodeFact::Status(*status)).into(),
        Deed::Blue(status) => {
            let report = |number| NodeReport { node_id: edge(number), fact: NodeFact::Status(*status) };
            NodesReport { reports: [1, 2].map(report).to_vec() }.into()
        }
        Deed::Weigh(number, weight) => weigh(*number, *weight).into(),
        Deed::Assign(number) => assign(NEW, &[*number]).into(),
        Deed::Slot(number, place) => slot(*number, *place).into(),
        Deed::Delete(number) => NodeDelete { node_id: edge(*number) }.into(),
        Deed::Revoke(bundle_id) => BundleRevoke { bundle_id: *bundle_id }.into(),
        Deed::Second(second) => second.create().into(),
        Deed::DecideSecond(transition) => {
            let revision = stage.get::<Rollout>(SECOND.as_bytes())?.revision;
            RolloutAdvance { rollout_id: SECOND, revision, transition: transition.clone() }.into()
        }
        Deed::CancelSecond => RolloutCancel { rollout_id: SECOND, by: by() }.into(),
        Deed::RollBackSecond => RolloutRollback { rollout_id: SECOND, ..roll_back() }.into(),
    })
}

fn node(stage: &Stage, number: u8) -> Option<Node> {
    stage.get(edge(number).as_bytes())
}

/// The nodes; deleted ones are none.
fn fleet(stage: &Stage) -> [Option<Node>; 4] {
    [1, 2, 3, 4].map(|number| node(stage, number))
}

fn weigh_now(fleet: &[Option<Node>; 4]) -> [Option<u8>; 4] {
    fleet.each_ref().map(|node| node.as_ref().map(|node| node.weight))
}

fn online(node: &Node) -> bool {
    node.status == NodeStatus::Online
}

/// Somebody has traffic and is there to answer it.
fn serves(fleet: &[Option<Node>; 4]) -> bool {
    fleet.iter().flatten().any(|node| online(node) && node.weight > 0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, ..ProptestConfig::default() })]

    #[test]
    fn somebody_has_the_traffic_and_it_comes_back_when_nothing_came_of_it(
        beginning in 0usize..28,
        deeds in proptest::collection::vec(deed(), 0..100),
    ) {
        let mut stage = BEGINNINGS[beginning].clone();
        let (mut before, mut nodes) = (stage.rollout(), fleet(&stage));
        for deed in deeds {
            let Some(command) = command(&stage, &deed) else { continue };
            let envelope = stage.envelope(command);
            stage.index += 1;
            let done = apply(&mut stage.tables, stage.index, &envelope).unwrap().outcome.is_ok();
            let (after, now) = (stage.rollout(), fleet(&stage));
            let (weighed, weights) = (weigh_now(&nodes), weigh_now(&now));
            let by_itself = !matches!(deed, Deed::Weigh(..) | Deed::Status(..) | Deed::Blue(_) | Deed::Delete(_));
            if by_itself && serves(&nodes) {
                prop_assert!(serves(&now), "{deed:?} leaves nobody who is there: {weighed:?}, then {weights:?}");
            }
            for (node, was) in now[..2].iter().zip(&nodes).filter_map(|(node, was)| node.as_ref().zip(was.as_ref())) {
                if node.owner == Some(ROLLOUT) {
                    prop_assert_eq!(&node.assignment, &was.assignment, "blue keeps its own");
                }
            }
            if before.state.phase() != after.state.phase() {
                let share = after.shift.as_ref().unwrap().share;
                let given = before.shift.as_ref().unwrap().share > 0;
                match &after.state {
                    RolloutState::Completed => prop_assert_eq!(share, 100),
                    // Only if nobody is there to take it.
                    _ if after.state.is_final() || matches!(after.state, RolloutState::RollingBack { .. }) => {
                        let there = now[..2].iter().flatten().any(online);
                        prop_assert!(share == 0 || !there, "{deed:?}: {share} %");
                        if given && share == 0 {
                            let back = weights.iter().zip(BEFORE).all(|(now, before)| now.is_none_or(|now| now == before));
                            prop_assert!(back, "{deed:?} from {weighed:?} to {weights:?}");
                        }
                    }
                    _ => {}
                }
            }
            if !done {
                prop_assert_eq!(weighed, weights);
            }
            (before, nodes) = (after, now);
        }
        integrity::check(&stage.tables);
    }
}
