//! I7: a state that came from a snapshot and the log behind it is the one that the whole log makes.

use sentinel_consensus::StateSource;
use sentinel_machine::apply;
use sentinel_machine::memory::MemoryTables;

use crate::invariant::i04_same_state::digest;
use crate::world::World;

/// Everybody counts the same members: a snapshot says who they are, like the log that it stands for.
pub fn same_members(world: &World) {
    let mut known = None;
    for (id, running) in world.running().into_iter().filter(|(id, _)| !world.is_retired(*id)) {
        let members: Vec<_> = running.app.cluster().members.iter().map(|one| (one.id, one.voter)).collect();
        let first = known.get_or_insert_with(|| members.clone());
        if members.is_empty() || *first != members {
            let text = format!("member {id} counts {members:?}, another one {first:?}");
            world.ledger.violated("I7", text);
        }
    }
}

/// Applies every entry that was ever applied to an empty state, and compares it with everybody's.
pub fn check(world: &World) -> anyhow::Result<()> {
    let mut alone = MemoryTables::default();
    let entries = world.ledger.entries();
    for (index, entry) in &entries {
        if let Some(envelope) = &entry.envelope {
            apply(&mut alone, *index, envelope)?;
        }
    }
    let last = world.ledger.last();
    let expected = digest(&alone)?;
    for (id, running) in world.running() {
        let (state, applied) = running.store.tables.view()?;
        if applied == last && digest(&*state)? != expected {
            let text =
                format!("the state of member {id} at entry {applied} is not what the log makes of nothing");
            world.ledger.violated("I7", text);
        }
    }
    Ok(())
}
