//! I1: what was acknowledged survives.

use sentinel_consensus::StateSource;
use sentinel_machine::query;

use crate::history::{Asked, History, Told};
use crate::world::World;

/// Each claim that was granted is in the state of each member.
pub fn check(world: &World, history: &History) -> anyhow::Result<()> {
    for (id, running) in world.running() {
        let (state, applied) = running.store.tables.view()?;
        for (register, operation) in history.all() {
            let (Asked::Claim(value), Told::Claimed) = (operation.asked, operation.told) else { continue };
            let found = query::project_by_slug(&*state, &register)?;
            if found.as_ref().is_none_or(|project| project.name != value.to_string()) {
                let text = format!(
                    "{register} was granted to {value}, but member {id} at entry {applied} has {:?}",
                    found.map(|project| project.name)
                );
                world.ledger.violated("I1", text);
            }
        }
    }
    Ok(())
}
