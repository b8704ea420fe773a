//! I5: for no client does the revision go back, whichever member it asks.

use std::time::Duration;

use sentinel_machine::Consistency;

use crate::world::World;

/// Longest time for one answer.
const PATIENCE: Duration = Duration::from_secs(8);

/// A client that asks one member after the other how far it is.
pub async fn watch(world: World) {
    let dice = world.dice.fork("never back");
    let mut seen = 0;
    loop {
        tokio::time::sleep(dice.ms(20, 300)).await;
        let Some((id, running)) = world.anybody(&dice) else { continue };
        let reading = running.app.replica().read(Consistency::Linearizable);
        let read = tokio::select! {
            biased;
            () = running.gone.cancelled() => continue,
            read = tokio::time::timeout(PATIENCE, reading) => read,
        };
        if let Ok(Ok(view)) = read {
            if view.applied < seen {
                let text = format!("member {id} answered from entry {}, after {seen} was seen", view.applied);
                world.ledger.violated("I5", text);
            }
            seen = seen.max(view.applied);
        }
    }
}
