//! The leader's duty: makes the checks of the rollouts under way, and takes note of what came of them.

use std::time::Duration;

use sentinel_app::App;
use sentinel_model::check::Probe;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::outbound::Outbound;

/// How often it is looked what is due.
const EVERY: Duration = Duration::from_millis(250);
/// Most checks that are under way at a time; the rest waits its turn.
const AT_ONCE: usize = 64;

/// Runs while the process does; works only while this member leads.
pub async fn run(app: App, mut leads: watch::Receiver<bool>, outbound: Outbound) {
    while leads.wait_for(|leads| *leads).await.is_ok() {
        tokio::select! {
            biased;
            _ = leads.wait_for(|leads| !*leads) => {}
            () = make(&app, &outbound) => {}
        }
        app.checks().clear();
    }
}

/// What is under way when another member leads is let go.
async fn make(app: &App, outbound: &Outbound) {
    let mut under_way = JoinSet::new();
    let mut rounds = tokio::time::interval(EVERY);
    loop {
        rounds.tick().await;
        while under_way.try_join_next().is_some() {}
        for due in app.checks().due(app.now(), AT_ONCE.saturating_sub(under_way.len())) {
            let (app, outbound) = (app.clone(), outbound.clone());
            under_way.spawn(async move {
                let answer = outbound.ask(&due.check, due.private).await;
                let (status, latency_ms, error) = (answer.status, answer.latency_ms, answer.error);
                app.checks().take(&due, Probe { at: app.now(), status, latency_ms, error });
            });
        }
    }
}
