//! The simulated disk of a log: between a write and its sync passes time, in which the power may go.

use std::sync::Arc;
use std::time::Duration;

use sentinel_store::wal::Stepper;
use tokio::sync::Notify;

use crate::dice::Dice;

/// So many of a hundred syncs take long.
const SLOW: u64 = 2;
/// How long, in milliseconds.
const SLOW_MS: (u64, u64) = (5, 120);

/// Writes and syncs until the life of its member ends.
pub async fn turn(mut stepper: Stepper, bell: Arc<Notify>, dice: Dice, sync_us: (u64, u64)) {
    loop {
        match stepper.write() {
            Ok(true) => {
                let slow = if dice.percent(SLOW) { dice.ms(SLOW_MS.0, SLOW_MS.1) } else { Duration::ZERO };
                tokio::time::sleep(slow + dice.us(sync_us.0, sync_us.1)).await;
                if let Err(error) = stepper.sync() {
                    tracing::warn!(%error, "a simulated disk failed");
                    return;
                }
            }
            Ok(false) => bell.notified().await,
            Err(error) => {
                tracing::warn!(%error, "a simulated disk failed");
                return;
            }
        }
    }
}
