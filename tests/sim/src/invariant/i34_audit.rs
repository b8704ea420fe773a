//! I34: each change that somebody decided on has one audit entry for each object that it decided about, at its place in the log;
//! nothing else has one.

use std::collections::BTreeSet;

use sentinel_consensus::StateSource;
use sentinel_machine::{Scan, Table, tables};
use sentinel_model::audit::AuditEntry;

use crate::world::World;

/// Compares the audit log of each member with the log.
pub fn check(world: &World) -> anyhow::Result<()> {
    let entries = world.ledger.entries();
    let last = world.ledger.last();
    let owed: BTreeSet<u64> = entries
        .iter()
        .filter(|(index, entry)| {
            let audited = entry.envelope.as_ref().is_some_and(|envelope| envelope.command.audited());
            audited && entry.effect == **index && matches!(entry.outcome, Some(Ok(_)))
        })
        .map(|(index, _)| *index)
        .collect();
    for (id, running) in world.serving() {
        let (state, applied) = running.store.tables.view()?;
        if applied != last {
            continue;
        }
        let audit = tables::rows::<AuditEntry>(&*state, Scan::all(Table::Audit, &[]))?;
        let objects: BTreeSet<(u64, &str)> =
            audit.iter().map(|entry| (entry.log_index, entry.resource_id.as_str())).collect();
        let once: BTreeSet<u64> = audit.iter().map(|entry| entry.log_index).collect();
        if objects.len() != audit.len() || once != owed {
            let missing: Vec<_> = owed.difference(&once).collect();
            let surplus: Vec<_> = once.difference(&owed).collect();
            let text = format!("member {id}: no audit entry for {missing:?}, one too many for {surplus:?}");
            world.ledger.violated("I34", text);
        }
    }
    Ok(())
}
