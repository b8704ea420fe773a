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

/// Every call may be late, lost, or brought twice, all the time.
pub const STORMS: Scenario = Scenario {
    name: "storms",
    about: "calls are late, lost, brought twice and in another order, all the time",
    options: Options { members: 3, snapshot_every: 40, log_kept: 10, sync_us: (100, 4_000) },
    play: |world| Box::pin(play(world, Faults { bad_weather: true, ..Faults::default() })),
};

/// Disks are slow, and the power goes again and again, everywhere at once.
pub const POWER: Scenario = Scenario {
    name: "power",
    about: "syncs take long, and the power goes for all members at once, again and again",
    options: Options { members: 3, snapshot_every: 40, log_kept: 10, sync_us: (20_000, 150_000) },
    play: |world| Box::pin(play(world, Faults { power: true, ..Faults::default() })),
};

async fn play(world: World, faults: Faults) -> anyhow::Result<()> {
    world.form().await?;
    let watching = invariant::watch(&world);
    storm_then_calm(&world, faults, CLIENTS, SAFETY_MS).await?;
    watching.end().await;
    Ok(())
}
