//! I1: what was acknowledged survives.

use sentinel_consensus::{LocalBlobs, StateSource};
use sentinel_machine::{Command, Envelope, query};

use crate::history::{Asked, History, Told};
use crate::world::World;

/// Whoever names a bundle has its bytes on the disks of a majority. Members that are down may have it.
pub fn blob_is_kept(world: &World, command: Option<&[u8]>) {
    let envelope = command.and_then(|bytes| Envelope::decode(bytes).ok());
    let Some(Command::BundleCreate(bundle)) = envelope.map(|envelope| envelope.command) else { return };
    let voters = world.ids().len();
    let serving = world.serving();
    let down = voters.saturating_sub(serving.len());
    let has = |running: &crate::member::Running| {
        running.store.blobs.get(bundle.digest).is_ok_and(|found| found.is_some())
    };
    let having = serving.iter().filter(|(_, running)| has(running)).count() + down;
    if having < voters / 2 + 1 {
        let text = format!("a bundle is named, and of {voters} members {having} have it at most");
        world.ledger.violated("I1", text);
    }
}

/// Each claim that was granted is in the state of each member.
pub fn check(world: &World, history: &History) -> anyhow::Result<()> {
    for (id, running) in world.serving() {
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
