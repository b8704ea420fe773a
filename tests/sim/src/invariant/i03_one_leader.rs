//! I3: at most one member leads in a term.

use std::collections::BTreeMap;

use crate::world::World;

/// Who led, by term.
#[derive(Default)]
pub struct Leaders(BTreeMap<u64, u64>);

impl Leaders {
    /// Looks at those who say that they lead.
    pub fn look(&mut self, world: &World) {
        for (id, running) in world.running() {
            let status = running.app.cluster();
            if status.leader.is_none_or(|leader| leader.0 != id) {
                continue;
            }
            let known = *self.0.entry(status.term).or_insert(id);
            if known != id {
                let text = format!("members {known} and {id} both lead in term {}", status.term);
                world.ledger.violated("I3", text);
            }
        }
    }
}
