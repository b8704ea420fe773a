//! Two schedulers, old leaders, late decisions: each decision is carried out at most once.

use proptest::prelude::*;
use sentinel_machine::Rejection;
use sentinel_model::rollout::RolloutState;

use crate::agent::OnNew;
use crate::operator::Incident;
use crate::scenario::{Scenario, any_scenario};

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_leader_that_sees_an_old_state_is_refused_as_soon_as_the_rollout_has_moved(
        scenario in any_scenario(),
        lag in 1usize..12,
    ) {
        let mut world = scenario.begin();
        let mut seen = Vec::new();
        for tick in 0..80 {
            seen.push(world.tables.clone());
            for (_, incident) in scenario.incidents.iter().filter(|(at, _)| *at == tick) {
                world.incident(*incident);
            }
            world.tick();
            // An old leader, asleep for a while, decides on what it last saw.
            let old = &seen[seen.len().saturating_sub(lag)];
            let Some(late) = world.decide(old) else { continue };
            let before = world.rollout();
            let outcome = world.propose(late.clone());
            if late.revision == before.revision {
                // Nothing happened to the rollout meanwhile: then the decision stands, or its state forbids it.
                let stale = matches!(outcome, Err(Rejection::Stale { .. }));
                prop_assert!(!stale, "{outcome:?}");
            } else {
                let stale = matches!(outcome, Err(Rejection::Stale { decided_on, current })
                    if decided_on == late.revision && current == before.revision);
                prop_assert!(stale, "{outcome:?}");
                prop_assert_eq!(world.rollout(), before);
            }
        }
    }
}

#[test]
fn a_decision_made_before_a_pause_is_refused() {
    let mut world = Scenario::uniform(2, OnNew::Good(1)).begin();
    let decision = world.decide(&world.tables).unwrap();
    world.incident(Incident::Pause);
    assert!(matches!(world.propose(decision), Err(Rejection::Stale { .. })));
    world.tick();
    assert!(matches!(world.rollout().state, RolloutState::Paused { .. }));
    assert_eq!(world.decisions, 0);
}

#[test]
fn a_decision_made_before_a_cancellation_is_refused() {
    let mut world = Scenario::uniform(2, OnNew::Good(1)).begin();
    let decision = world.decide(&world.tables).unwrap();
    world.incident(Incident::Cancel);
    assert!(matches!(world.propose(decision), Err(Rejection::Stale { .. })));
    assert!(world.agents.keys().all(|id| world.node(*id).unwrap().converged()), "nobody was given anything");
}
