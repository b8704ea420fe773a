//! Three members, clients with registers, and whatever may happen to a minority.

use crate::fault::Faults;
use crate::invariant;
use crate::scenario::{Scenario, storm_then_calm};
use crate::world::{Options, World};

const CLIENTS: u64 = 5;
const SAFETY_MS: u64 = 12_000;

/// Members die, lose what was not synced, and come back.
pub const KILLS: Scenario = Scenario {
    name: "kills",
    about: "members die, alone or all at once, lose what was not synced, and come back",
    options: Options { members: 3, snapshot_every: 40, log_kept: 10, sync_us: (100, 4_000) },
    play: |world| Box::pin(play(world, Faults { kills: true, power: true, ..Faults::default() })),
};

/// The network is cut and bad, leadership moves.
pub const CUTS: Scenario = Scenario {
    name: "cuts",
    about: "the network is cut both ways and one way; calls are late, lost, brought twice; members die; leadership moves",
    options: Options { members: 3, snapshot_every: 40, log_kept: 10, sync_us: (100, 4_000) },
    play: |world| {
        let faults = Faults {
            kills: true,
            cuts: true,
            storms: true,
            hand_overs: true,
            clocks_s: 30,
            ..Faults::default()
        };
        Box::pin(play(world, faults))
    },
};

async fn play(world: World, faults: Faults) -> anyhow::Result<()> {
    world.form().await?;
    let watching = invariant::watch(&world);
    storm_then_calm(&world, faults, CLIENTS, SAFETY_MS).await?;
    watching.end().await;
    Ok(())
}
