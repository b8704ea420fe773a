//! Whatever happens in whatever order: somebody has the traffic, and whoever had it before has it again when nothing came of it.

use proptest::prelude::*;
use sentinel_machine::apply;
use sentinel_machine::commands::nodes_report::{NodeReport, NodesReport};
use sentinel_machine::commands::rollout_pause::RolloutPause;
use sentinel_machine::commands::rollout_resume::RolloutResume;
use sentinel_model::node::ActivationStage;

use super::*;
use crate::integrity;

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
    Weigh(u8, u8),
    Assign(u8),
    Slot(u8, Slot),
}

fn deed() -> impl Strategy<Value = Deed> {
    let number = 1u8..=4;
    let reason = || "errors".to_owned();
    prop_oneof![
        12 => Just(Deed::Decide(Transition::StartStep)),
        12 => Just(Deed::Decide(Transition::VerifyStep)),
        12 => Just(Deed::Decide(Transition::CompleteStep)),
        1 => Just(Deed::Decide(Transition::FailStep { reason: reason() })),
        3 => Just(Deed::Decide(Transition::RestoreNodes { node_ids: vec![edge(3), edge(4)] })),
        3 => Just(Deed::Decide(Transition::FinishRollback { exceptions: vec![] })),
        1 => Just(Deed::Cancel),
        2 => Just(Deed::RollBack),
        1 => Just(Deed::Pause),
        2 => Just(Deed::Resume),
        10 => (3u8..=4).prop_map(Deed::Prove),
        1 => (3u8..=4).prop_map(Deed::Fail),
        2 => (number.clone(), prop_oneof![Just(NodeStatus::Online), Just(NodeStatus::Offline)])
            .prop_map(|(number, status)| Deed::Status(number, status)),
        1 => (number.clone(), 0u8..=100).prop_map(|(number, weight)| Deed::Weigh(number, weight)),
        1 => number.clone().prop_map(Deed::Assign),
        1 => (number, prop_oneof![Just(Slot::Blue), Just(Slot::Green)])
            .prop_map(|(number, slot)| Deed::Slot(number, slot)),
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
            let assignment = stage.node(*number).assignment?;
            let (bundle_id, generation) = (assignment.bundle_id, assignment.generation);
            report(*number, NodeFact::Effective { bundle_id, generation }).into()
        }
        Deed::Fail(number) => {
            let assignment = stage.node(*number).assignment?;
            let (bundle_id, generation) = (assignment.bundle_id, assignment.generation);
            let (stage, message) = (ActivationStage::Test, "no".to_owned());
            report(*number, NodeFact::Failed { bundle_id, generation, stage, message }).into()
        }
        Deed::Status(number, status) => report(*number, NodeFact::Status(*status)).into(),
        Deed::Weigh(number, weight) => weigh(*number, *weight).into(),
        Deed::Assign(number) => assign(NEW, &[*number]).into(),
        Deed::Slot(number, place) => slot(*number, *place).into(),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn somebody_has_the_traffic_and_it_comes_back_when_nothing_came_of_it(
        max_unavailable in 0u32..=1,
        auto_rollback in any::<bool>(),
        deeds in proptest::collection::vec(deed(), 0..100),
    ) {
        let mut stage = slots();
        let spec = RolloutSpec { max_unavailable, auto_rollback, ..asked() };
        stage.done(RolloutCreate { spec, ..create() });
        for deed in deeds {
            let Some(command) = command(&stage, &deed) else { continue };
            let (before, weighed) = (stage.rollout(), weights(&stage));
            let kept = [1, 2].map(|number| stage.node(number).assignment);
            let envelope = stage.envelope(command);
            stage.index += 1;
            let done = apply(&mut stage.tables, stage.index, &envelope).unwrap().outcome.is_ok();
            integrity::check(&stage.tables);
            let (after, weights) = (stage.rollout(), weights(&stage));
            let owned = (1..=4).all(|number| stage.node(number).owner == Some(ROLLOUT));
            if weights != weighed && !matches!(deed, Deed::Weigh(..)) {
                prop_assert!(weights.iter().any(|weight| *weight > 0), "{deed:?} leaves nobody: {weights:?}");
            }
            if owned {
                prop_assert_eq!(kept, [1, 2].map(|number| stage.node(number).assignment), "blue keeps its own");
            }
            if before.state.phase() != after.state.phase() {
                let share = after.shift.as_ref().unwrap().share;
                let given = before.shift.as_ref().unwrap().share > 0;
                match &after.state {
                    RolloutState::Completed => prop_assert_eq!(share, 100),
                    // Only if nobody is there to take it.
                    _ if after.state.is_final() || matches!(after.state, RolloutState::RollingBack { .. }) => {
                        let there = [1, 2].iter().any(|number| stage.node(*number).status == NodeStatus::Online);
                        prop_assert!(share == 0 || !there, "{deed:?}: {share} %");
                        if given && share == 0 {
                            prop_assert_eq!(weights, BEFORE, "{:?} from {:?}", deed, weighed);
                        }
                    }
                    _ => {}
                }
            }
            if !done {
                prop_assert_eq!(weighed, weights);
            }
        }
    }
}
