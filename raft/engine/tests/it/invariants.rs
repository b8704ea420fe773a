//! Random fleets, random people, random leaders. The ledger checks I16, I17, I18, I21, I22, I23 and I25 with every command
//! that is applied; here I24: every rollout comes to its end in bounded time, and meanwhile says why it waits.

use proptest::prelude::*;
use sentinel_model::Time;
use sentinel_model::rollout::{RolloutState, StepState};

use crate::operator::Incident;
use crate::scenario::{Scenario, any_scenario};
use crate::world::{TICK_MS, World};

/// Ticks in which seven steps of a minute each, and their way back, come to an end however badly it goes.
const TICKS_MAX: usize = 60 + 2 * 7 * 30;
/// A step that does not move says why within this time.
const SILENCE_MAX_MS: u64 = 30_000 + 2 * TICK_MS;

#[derive(Default)]
struct Watch {
    progress: (u32, &'static str, usize),
    since: Time,
}

impl Watch {
    fn look(&mut self, world: &World) {
        let rollout = world.rollout();
        let step = world.steps()[rollout.current_step as usize].state.as_str();
        let progress = (rollout.current_step, step, usize::from(rollout.state != RolloutState::Running));
        if progress != self.progress {
            (self.progress, self.since) = (progress, world.now);
        }
        let waits = rollout.state == RolloutState::Running && world.now.since(self.since) > SILENCE_MAX_MS;
        assert!(!waits || rollout.hold.is_some(), "step {} waits without a reason", rollout.current_step);
    }
}

fn play(scenario: &Scenario) -> World {
    let mut world = scenario.begin();
    let mut watch = Watch { since: world.now, ..Watch::default() };
    let mut incidents = scenario.incidents.iter().peekable();
    for tick in 0..TICKS_MAX {
        while let Some((_, incident)) = incidents.next_if(|(at, _)| *at <= tick) {
            world.incident(*incident);
        }
        // Whoever paused it lets it go on in the end; a pause has no deadline.
        if tick == 60 {
            world.incident(Incident::Resume);
        }
        world.tick();
        watch.look(&world);
        if tick > 60 && world.rollout().state.is_final() {
            break;
        }
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_rollout_keeps_every_promise_and_comes_to_its_end(scenario in any_scenario()) {
        let world = play(&scenario);
        let rollout = world.rollout();
        prop_assert!(rollout.state.is_final(), "{:?} after {TICKS_MAX} ticks, hold {:?}", rollout.state, rollout.hold);
        // Waiting is told, not logged: a hold changes with its cause, and its words at most twice a minute.
        let bound = 8 * rollout.steps as usize + 40;
        prop_assert!(world.decisions <= bound, "{} decisions", world.decisions);
        if rollout.state == RolloutState::Completed {
            prop_assert!(world.steps().iter().all(|step| step.state == StepState::Completed));
        }
    }

    #[test]
    fn a_good_bundle_reaches_a_good_fleet_whoever_leads(
        nodes in 1usize..7,
        leaders in proptest::collection::vec(0usize..40, 0..4),
    ) {
        let mut scenario = Scenario::uniform(nodes, crate::agent::OnNew::Good(1));
        scenario.incidents = leaders.into_iter().map(|tick| (tick, Incident::ChangeLeader)).collect();
        scenario.incidents.sort_by_key(|(tick, _)| *tick);
        let world = play(&scenario);
        prop_assert_eq!(world.rollout().state, RolloutState::Completed);
        prop_assert!(world.agents.values().all(|agent| agent.running() == Some(crate::world::NEW)));
    }
}
