//! I6: events come in order, once, without a hole that is not told, and never from the future.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use sentinel_app::Watched;
use sentinel_consensus::StateSource;
use sentinel_machine::Cursor;

use crate::member::Running;
use crate::world::World;

/// Watches each life of each member.
pub async fn watch(world: World) {
    let mut watched: BTreeMap<u64, u64> = BTreeMap::new();
    let mut watching = tokio::task::JoinSet::new();
    loop {
        for (id, running) in world.running() {
            if watched.insert(id, running.incarnation) != Some(running.incarnation) {
                watching.spawn(watch_one(world.clone(), id, running));
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn watch_one(world: World, id: u64, running: Arc<Running>) {
    let mut events = running.bus.subscribe(None);
    let end = running.gone.clone();
    let state = Arc::clone(&running.store.tables);
    drop(running);
    let mut last: Option<Cursor> = None;
    loop {
        let next = tokio::select! {
            biased;
            () = end.cancelled() => return,
            next = events.next() => next,
        };
        match next {
            Some(Watched::Event(event)) => {
                let at = event.cursor();
                if last.is_some_and(|last| at <= last) {
                    let text = format!("member {id} told of {at:?} behind {last:?}");
                    world.ledger.violated("I6", text);
                }
                let applied = state.view().map_or(0, |(_, applied)| applied);
                if applied < at.index {
                    let text = format!("member {id} told of {at:?}, but its state is at {applied}");
                    world.ledger.violated("I6", text);
                }
                last = Some(at);
            }
            Some(Watched::Compacted(at)) => last = last.max(Some(at)),
            None => return,
        }
    }
}
