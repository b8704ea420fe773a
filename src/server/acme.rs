//! The leader's duty: has certificate authorities issue what was asked for, and renews it in time.
//!
//! How far an order is stands in the replicated state, with the key that it is for. A leader that dies leaves it there, and the next one goes
//! on with the same order; what the old one still decides is refused, by the revision that it saw.

mod http;
mod order;

use std::collections::HashMap;
use std::time::Duration;

use sentinel_app::{AcmeDue, App};
use tokio::sync::watch;
use tokio::task::{Id, JoinSet};
use tokio::time::{MissedTickBehavior, interval};

use super::outbound::Outbound;

/// How often it is looked what is due.
const EVERY: Duration = Duration::from_millis(500);
/// Most orders that are under way at a time; the rest waits its turn.
const AT_ONCE: usize = 8;
/// Most certificates that are looked at to find those of other accounts.
const LOOKED_AT: usize = 1_000;

/// Runs while the process does; works only while this member leads.
pub async fn run(app: App, mut leads: watch::Receiver<bool>, outbound: Outbound) {
    while leads.wait_for(|leads| *leads).await.is_ok() {
        tokio::select! {
            biased;
            _ = leads.wait_for(|leads| !*leads) => {}
            () = tend(&app, &outbound) => {}
        }
    }
}

/// What is under way when another member leads is let go: that member goes on with it.
async fn tend(app: &App, outbound: &Outbound) {
    let mut under_way = JoinSet::new();
    let mut accounts: HashMap<Id, String> = HashMap::new();
    let mut looks = interval(EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        while let Some(ended) = under_way.try_join_next_with_id() {
            let id = match ended {
                Ok((id, ())) => id,
                Err(error) => {
                    tracing::error!(%error, "an order of a certificate broke off; it is taken up again");
                    error.id()
                }
            };
            accounts.remove(&id);
        }
        if under_way.len() >= AT_ONCE {
            continue;
        }
        let due = match app.acme_due(LOOKED_AT).await {
            Ok(due) => due,
            Err(error) => {
                tracing::warn!(%error, "the certificates that are due could not be read; the next look follows");
                continue;
            }
        };
        for due in due {
            if under_way.len() >= AT_ONCE {
                break;
            }
            // One order at a time for each account: their limits count them.
            if accounts.values().any(|account| *account == due.account_key) {
                continue;
            }
            let account = due.account_key.clone();
            let begun = under_way.spawn(see_to(app.clone(), outbound.clone(), due));
            accounts.insert(begun.id(), account);
        }
    }
}

async fn see_to(app: App, outbound: Outbound, due: AcmeDue) {
    let (project, slug) = (due.project_id, due.slug.clone());
    tracing::info!(%project, slug, "a certificate is asked for");
    match order::see_to(&app, &outbound, &due).await {
        Ok(()) => {}
        Err(error) => {
            tracing::warn!(%project, slug, error = format!("{error:#}"), "an order of a certificate cannot be followed now");
        }
    }
}
