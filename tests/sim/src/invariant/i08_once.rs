//! I8: a request that is asked again takes effect once.

use std::collections::BTreeMap;

use sentinel_consensus::StateSource;
use sentinel_machine::{Scan, Table, tables};
use sentinel_model::RequestId;
use sentinel_model::audit::AuditEntry;

use crate::world::World;

/// No request has two audit entries at any member.
pub fn check(world: &World) -> anyhow::Result<()> {
    for (id, running) in world.serving() {
        let (state, _) = running.store.tables.view()?;
        let mut first: BTreeMap<RequestId, u64> = BTreeMap::new();
        for entry in tables::rows::<AuditEntry>(&*state, Scan::all(Table::Audit, &[]))? {
            // A rollout that gives way has an entry of its own in the same step.
            let known = first.insert(entry.request_id, entry.log_index);
            if let Some(known) = known.filter(|known| *known != entry.log_index) {
                let text = format!(
                    "member {id}: {} took effect at entries {known} and {} for one request",
                    entry.action, entry.log_index
                );
                world.ledger.violated("I8", text);
            }
        }
    }
    Ok(())
}
