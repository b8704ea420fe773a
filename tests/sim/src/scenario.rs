//! What is played: which members, which faults, for how long.

mod members;
mod registers;
mod rollouts;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use anyhow::Context;

use crate::client;
use crate::fault::{self, Faults};
use crate::history::History;
use crate::invariant;
use crate::world::{Options, World};

/// What a scenario does with a world.
pub type Play = fn(World) -> Pin<Box<dyn Future<Output = anyhow::Result<()>>>>;

/// See the module.
pub struct Scenario {
    /// Its name on the command line.
    pub name: &'static str,
    /// What happens in it.
    pub about: &'static str,
    /// What the members are like.
    pub options: Options,
    /// What is done.
    pub play: Play,
}

/// All of them.
pub const ALL: &[&Scenario] = &[
    &registers::KILLS,
    &registers::CUTS,
    &registers::STORMS,
    &registers::POWER,
    &members::MEMBERS,
    &rollouts::GOOD,
    &rollouts::BAD,
    &rollouts::SILENCE,
    &rollouts::ALONE,
    &rollouts::RACES,
];

/// The scenario with this name.
pub fn named(name: &str) -> Option<&'static Scenario> {
    ALL.iter().copied().find(|scenario| scenario.name == name)
}

/// Time after healing within which writes must be taken again (I39).
const WRITES_WITHIN: Duration = Duration::from_secs(5);
/// Time after healing within which everybody must have everything (I39).
const CONVERGED_WITHIN: Duration = Duration::from_secs(60);

/// Clients ask while things go wrong; then everything is well again, and must be.
pub(crate) async fn storm_then_calm(
    world: &World,
    faults: Faults,
    clients: u64,
    safety_ms: u64,
) -> anyhow::Result<History> {
    let history = History::default();
    let until = world.truth.ms() + safety_ms;
    let asking: Vec<_> = (0..clients)
        .map(|number| tokio::spawn(client::run(world.clone(), history.clone(), number, until)))
        .collect();
    fault::happen(world, faults, until).await?;
    fault::heal(world).await?;
    alive_again(world, &history).await?;
    for asking in asking {
        asking.await?;
    }
    converged(world).await?;
    invariant::at_end(world, &history).await?;
    Ok(history)
}

/// Writes are taken again, at each member.
pub(crate) async fn alive_again(world: &World, history: &History) -> anyhow::Result<()> {
    let dice = world.dice.fork("alive again");
    let began = world.truth.ms();
    let register = format!("alive-{began}");
    client::claim(world, history, 1_000, &register, &dice).await;
    let took = Duration::from_millis(world.truth.ms() - began);
    let told = history.last(&register).context("nothing was asked")?;
    if told != crate::history::Told::Claimed || took > WRITES_WITHIN {
        let text = format!("after healing, a write came to {told:?} in {} ms", took.as_millis());
        world.ledger.violated("I39", text);
    }
    Ok(())
}

/// Everybody has applied everything.
pub(crate) async fn converged(world: &World) -> anyhow::Result<()> {
    let together = async {
        loop {
            let mut applied: Vec<u64> =
                world.serving().iter().map(|(_, running)| running.app.cluster().applied).collect();
            applied.dedup();
            if applied.len() == 1 && applied[0] >= world.ledger.last() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    if tokio::time::timeout(CONVERGED_WITHIN, together).await.is_err() {
        let picture: Vec<_> = world.running().iter().map(|(_, running)| running.app.cluster()).collect();
        world.ledger.violated("I39", format!("members did not come together: {picture:?}"));
    }
    Ok(())
}
