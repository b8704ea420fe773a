//! Bundles are carried to nodes, some of which behave badly, while members die and the network is cut.

use std::time::Duration;

use anyhow::Context;
use sentinel_consensus::StateSource;
use sentinel_machine::query;
use sentinel_model::rollout::RolloutState;

use crate::agent::Manner;
use crate::fault::{self, Faults};
use crate::fleet::Fleet;
use crate::history::History;
use crate::invariant::replay::Replay;
use crate::invariant::{self, i24_ends};
use crate::scenario::{Scenario, alive_again, converged};
use crate::world::{Options, World};

const OPTIONS: Options = Options { members: 3, snapshot_every: 120, log_kept: 20, sync_us: (100, 4_000) };
/// Time after healing within which every rollout must have ended or say why not, in milliseconds.
const ENDS_WITHIN_MS: u64 = 90_000;

/// What the operator does.
#[derive(Clone, Copy)]
struct Operator {
    /// How long things go wrong, in milliseconds.
    safety_ms: u64,
    /// Failures that a rollout tolerates in a wave; by chance when this is `None`.
    tolerates: Option<u32>,
    /// Now and then a rollout is paused, cancelled, taken back.
    meddles: bool,
    /// So many others pause and resume it all the time.
    others: u64,
}

impl Operator {
    const CALM: Self = Self { safety_ms: 25_000, tolerates: None, meddles: true, others: 0 };
}

/// Nodes that do as they should.
pub const GOOD: Scenario = Scenario {
    name: "rollout",
    about: "a bundle is carried to good nodes while leaders die, the network is cut and clocks jump",
    options: OPTIONS,
    play: |world| {
        let faults = Faults {
            kills: true,
            cuts: true,
            storms: true,
            hand_overs: true,
            clocks_s: 10,
            ..Faults::default()
        };
        Box::pin(play(world, faults, &[Manner::Good; 6], Operator { safety_ms: 18_000, ..Operator::CALM }))
    },
};

/// Nodes that do not.
pub const BAD: Scenario = Scenario {
    name: "fleet",
    about: "nodes are slow, lie, flap, never answer, fail, are ill; leadership moves; an operator meddles",
    options: OPTIONS,
    play: |world| {
        const MANNERS: &[Manner] = &[
            Manner::Good,
            Manner::Slow,
            Manner::Flaps,
            Manner::Lies,
            Manner::Good,
            Manner::NeverAcks,
            Manner::Fails,
            Manner::Ill,
        ];
        let faults = Faults { kills: true, hand_overs: true, cuts: true, ..Faults::default() };
        Box::pin(play(world, faults, MANNERS, Operator { safety_ms: 18_000, ..Operator::CALM }))
    },
};

/// Operators who want different things at the same time.
pub const RACES: Scenario = Scenario {
    name: "races",
    about: "operators pause and resume a rollout all the time while the scheduler decides; disks are slow",
    options: Options { sync_us: (20_000, 150_000), ..OPTIONS },
    play: |world| {
        const MANNERS: &[Manner] = &[Manner::Good, Manner::Slow, Manner::Good, Manner::Good];
        let operator = Operator { others: 4, meddles: false, safety_ms: 12_000, ..Operator::CALM };
        Box::pin(play(world, Faults::default(), MANNERS, operator))
    },
};

/// Leaders that are none any more and do not know it.
pub const ALONE: Scenario = Scenario {
    name: "alone",
    about: "a leader is cut off while it carries a bundle to nodes, and comes back with decisions that are too late",
    options: OPTIONS,
    play: |world| {
        const MANNERS: &[Manner] = &[Manner::Good, Manner::Slow, Manner::Good, Manner::Slow];
        Box::pin(play(world, Faults { lone_leaders: true, ..Faults::default() }, MANNERS, Operator::CALM))
    },
};

/// Nodes that prove a bundle and are not heard of again for a while.
pub const SILENCE: Scenario = Scenario {
    name: "silence",
    about: "nodes prove a bundle and fall silent, while others take their time; leadership moves",
    options: OPTIONS,
    play: |world| {
        const MANNERS: &[Manner] = &[
            Manner::FallsSilent,
            Manner::Slow,
            Manner::FallsSilent,
            Manner::Slow,
            Manner::Good,
            Manner::Slow,
        ];
        let operator = Operator { tolerates: Some(0), meddles: false, ..Operator::CALM };
        Box::pin(play(world, Faults { hand_overs: true, ..Faults::default() }, MANNERS, operator))
    },
};

async fn play(
    world: World,
    faults: Faults,
    manners: &'static [Manner],
    operator: Operator,
) -> anyhow::Result<()> {
    world.form().await?;
    let watching = invariant::watch(&world);
    let fleet = Fleet::begin(&world, 3, manners).await?;
    let mut living = fleet.live();
    let going_along = tokio::spawn(Replay::new(&world, &fleet).go_along());
    // The first bundle while all is well: what a way back leads to.
    let dice = world.dice.fork("operator");
    fleet.roll_out(fleet.bundles[0], 4, 8).await.context("the first rollout was refused")?;
    ended(&world, 60_000).await;
    let until = world.truth.ms() + operator.safety_ms;
    let operate = async {
        let mut known = Vec::new();
        for bundle in [fleet.bundles[1], fleet.bundles[2]] {
            let by_chance = u32::try_from(dice.between(0, 1)).unwrap_or(0);
            let tolerates = operator.tolerates.unwrap_or(by_chance);
            known.extend(fleet.roll_out(bundle, 2, tolerates).await);
            while world.truth.ms() < until {
                tokio::time::sleep(dice.ms(1_000, 12_000)).await;
                if let Some(rollout) = known.last()
                    && operator.meddles
                    && dice.percent(30)
                {
                    fleet.meddle(*rollout).await;
                }
                if dice.percent(25) {
                    break;
                }
            }
        }
        known
    };
    let others = (0..operator.others).map(|number| fleet.pause_and_resume(number, until));
    let (happened, known, _) =
        tokio::join!(fault::happen(&world, faults, until), operate, futures::future::join_all(others));
    happened?;
    fault::heal(&world).await?;
    let history = History::default();
    alive_again(&world, &history).await?;
    for rollout in known {
        fleet.resume(rollout).await;
    }
    ended(&world, ENDS_WITHIN_MS).await;
    living.abort_all();
    while living.join_next().await.is_some() {}
    converged(&world).await?;
    invariant::at_end(&world, &history).await?;
    going_along.abort();
    i24_ends::check(&world, Replay::new(&world, &fleet).look()?);
    watching.end().await;
    Ok(())
}

/// Waits until no rollout is under way, but no longer than this.
async fn ended(world: &World, within_ms: u64) {
    let until = world.truth.ms() + within_ms;
    while world.truth.ms() < until {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let under_way = world.running().iter().any(|(_, running)| {
            let active = running.store.tables.view().and_then(|(state, _)| query::active_rollouts(&*state));
            let mut active = active.unwrap_or_default().into_iter();
            active.any(|rollout| !matches!(rollout.state, RolloutState::Paused { .. }))
        });
        if !under_way {
            return;
        }
    }
}
