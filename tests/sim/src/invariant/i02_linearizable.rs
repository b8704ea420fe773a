//! I2: what clients were told could have come from one register.

use crate::client;
use crate::history::History;
use crate::world::World;

/// Reads each register once more, then looks for an order that explains all answers.
pub async fn check(world: &World, history: &History) {
    let dice = world.dice.fork("last reads");
    for register in history.registers() {
        client::read(world, history, 2_000, &register, &dice).await;
    }
    for (register, operations) in history.impossible() {
        world.ledger.violated("I2", format!("no order explains the answers of {register}: {operations:#?}"));
    }
    if history.answered() == 0 {
        world.ledger.violated("I2", "no client got an answer: this run says nothing".to_owned());
    }
}
