//! The leader's duty: lists of revoked certificates of internal CAs are made anew before they end, and when one lacks what was revoked.

use std::time::Duration;

use sentinel_app::App;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

/// How often it is looked what is due.
const EVERY: Duration = Duration::from_secs(5);

/// Runs while the process does; works only while this member leads.
pub async fn run(app: App, mut leads: watch::Receiver<bool>) {
    while leads.wait_for(|leads| *leads).await.is_ok() {
        tokio::select! {
            biased;
            _ = leads.wait_for(|leads| !*leads) => {}
            () = tend(&app) => {}
        }
    }
}

async fn tend(app: &App) {
    let mut looks = interval(EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        match app.renew_internal_crls().await {
            Ok(0) => {}
            Ok(lists) => tracing::info!(lists, "lists of revoked certificates are made anew"),
            Err(error) => {
                tracing::warn!(%error, "lists of revoked certificates could not be made anew; the next try follows");
            }
        }
    }
}
