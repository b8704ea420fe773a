//! I10: who was removed never returns: nobody who knows of it takes a call of theirs, and nobody counts them as a member.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::world::World;

/// Who knows for so long takes no call any more, in milliseconds.
const KNOWN_MS: u64 = 1_000;

/// Looks at who knows that the member is none any more, and at the calls of it that are taken.
pub async fn watch(world: World, removed: u64) {
    let mut since: BTreeMap<u64, (u64, u64)> = BTreeMap::new();
    loop {
        tokio::time::sleep(Duration::from_millis(50)).await;
        for (id, running) in world.running().into_iter().filter(|(id, _)| *id != removed) {
            let members = running.app.cluster().members;
            let gone = !members.is_empty() && !members.iter().any(|member| member.id.0 == removed);
            let life = running.incarnation;
            let first = since.entry(id).or_insert((life, u64::MAX));
            if !gone || first.0 != life {
                *first = (life, u64::MAX);
            }
            if gone && first.1 == u64::MAX {
                *first = (life, world.truth.ms());
            }
            let known = first.1 != u64::MAX && world.truth.ms() >= first.1 + KNOWN_MS;
            world.net.set_nobody(removed, id, known);
        }
        for (from, to, name) in world.net.take_heard() {
            let text = format!("member {to} took '{name}' of member {from}, which it knows to be removed");
            world.ledger.violated("I10", text);
        }
    }
}

/// At the end nobody counts it as a member.
pub fn check(world: &World, removed: u64) {
    for (id, running) in world.running().into_iter().filter(|(id, _)| *id != removed) {
        if running.app.cluster().members.iter().any(|member| member.id.0 == removed) {
            world
                .ledger
                .violated("I10", format!("member {id} still counts member {removed}, which was removed"));
        }
    }
}
