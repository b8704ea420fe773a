//! I4: members that have applied the same have the same state.

use std::collections::BTreeMap;

use sentinel_consensus::StateSource;
use sentinel_machine::{Read, snapshot};
use sha2::{Digest, Sha256};

use crate::world::World;

/// Digests of states, by the newest entry in them.
#[derive(Default)]
pub struct States(BTreeMap<u64, (u64, [u8; 32])>);

impl States {
    /// Looks at everybody's state.
    pub fn look(&mut self, world: &World) {
        for (id, running) in world.running() {
            let Ok((state, applied)) = running.store.tables.view() else { continue };
            match digest(&*state) {
                Ok(digest) => {
                    let (first, known) = *self.0.entry(applied).or_insert((id, digest));
                    if known != digest {
                        let text = format!("at entry {applied}, members {first} and {id} differ");
                        world.ledger.violated("I4", text);
                    }
                }
                Err(error) => world.ledger.violated("I4", format!("the state of member {id}: {error}")),
            }
        }
    }
}

/// One number for all tables.
pub fn digest(state: &dyn Read) -> anyhow::Result<[u8; 32]> {
    let mut bytes = Vec::new();
    snapshot::write(state, &mut bytes)?;
    Ok(Sha256::digest(&bytes).into())
}
