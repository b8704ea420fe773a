//! Simulated nodes: many in one process, speaking the real node protocol over real HTTP.
//!
//! They enrol, poll, download and verify, accept, become effective after a while and tell of traffic, or fail as the seed says.
//! What they must not do: take a way to the control plane that a real agent does not have. What one node does depends on the seed,
//! its place and the generation only, so that the same seed gives the same fleet whatever runs in between.
//!
//! Where to start reading: [`config`] for what can be asked for, [`fleet`] for how nodes are started, [`node`] for the life of one.

mod archives;
mod args;
pub mod config;
pub mod fleet;
pub mod node;
mod numbers;
#[cfg(test)]
mod tests;

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{MissedTickBehavior, interval};

pub use args::SimArgs;

/// How often the fleet is told of in the log.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// Runs a fleet until SIGTERM or SIGINT.
///
/// # Errors
/// The configuration cannot be used.
pub async fn run(args: SimArgs) -> anyhow::Result<()> {
    let fleet = fleet::start(args.config()?)?;
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let mut tell = interval(TELL_EVERY);
    tell.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            _ = tell.tick() => {
                let counts = fleet.counts();
                tracing::info!(
                    nodes = counts.nodes,
                    enrolled = counts.enrolled,
                    effective = counts.effective,
                    failed = counts.failed,
                    "the fleet"
                );
            }
        }
    }
    fleet.stop().await;
    Ok(())
}
