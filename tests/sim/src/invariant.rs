//! What must hold, one file for each. Numbers are those of the list of invariants that the tests name.
//!
//! Some are looked at all the time ([`watch`]), some at the end ([`at_end`]), and what concerns single entries where they are applied
//! ([`crate::ledger`]: I3, I4, I8).

pub mod i01_acknowledged;
mod i02_linearizable;
mod i03_one_leader;
mod i04_same_state;
mod i05_never_back;
mod i06_events;
mod i07_snapshot_and_log;
mod i08_once;
pub mod i10_removed;
mod i16_waves;
mod i17_in_flight;
mod i18_gates;
mod i21_abort;
mod i22_way_back;
mod i23_one_owner;
pub mod i24_ends;
mod i25_steps;
mod i34_audit;
pub mod replay;

use std::time::Duration;

use tokio::task::JoinHandle;

use crate::history::History;
use crate::world::World;

/// How often it is looked, in milliseconds.
const LOOK_MS: u64 = 200;
/// States are compared with each of so many looks: that is work.
const STATES_EVERY: u64 = 6;

/// Looks that go on.
pub struct Watching(Vec<JoinHandle<()>>);

impl Watching {
    /// No more looks.
    pub async fn end(self) {
        for look in &self.0 {
            look.abort();
        }
        futures::future::join_all(self.0).await;
    }
}

/// Looks all the time at what must hold at every instant.
pub fn watch(world: &World) -> Watching {
    Watching(vec![
        tokio::spawn(look(world.clone())),
        tokio::spawn(i05_never_back::watch(world.clone())),
        tokio::spawn(i06_events::watch(world.clone())),
    ])
}

async fn look(world: World) {
    let (mut leaders, mut states) = (i03_one_leader::Leaders::default(), i04_same_state::States::default());
    for number in 0u64.. {
        tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        leaders.look(&world);
        if number.is_multiple_of(STATES_EVERY) {
            states.look(&world);
        }
        for (id, running) in world.serving() {
            if let Some(reason) = running.failure() {
                world.ledger.violated("I9", format!("member {id} stopped by itself: {reason}"));
            }
        }
    }
}

/// What must hold when everybody has everything.
pub async fn at_end(world: &World, history: &History) -> anyhow::Result<()> {
    i01_acknowledged::check(world, history)?;
    i02_linearizable::check(world, history).await;
    i04_same_state::States::default().look(world);
    i07_snapshot_and_log::check(world)?;
    i07_snapshot_and_log::same_members(world);
    i08_once::check(world)?;
    i34_audit::check(world)?;
    Ok(())
}
