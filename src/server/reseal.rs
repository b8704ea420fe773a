//! The leader's duty while the cluster gets another key-encryption key: seals everything anew under it, and says when the old one can go.

use std::time::Duration;

use sentinel_app::{App, Resealing};
use tokio::sync::watch;
use tokio::time::sleep;

/// Pause between two commands: the cluster has other things to do.
const PAUSE: Duration = Duration::from_millis(50);
/// Pause when there is nothing to do now: another member may begin to seal with the new key, or stop to seal with the old one.
const LOOK: Duration = Duration::from_secs(2);
/// Pause when all is done, which reads everything that is sealed.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// What it is a concern about.
const ABOUT: &str = "key-encryption key";

/// Runs while the process does; works only while this member leads.
pub async fn run(app: App, mut leads: watch::Receiver<bool>) {
    while leads.wait_for(|leads| *leads).await.is_ok() {
        tokio::select! {
            biased;
            _ = leads.wait_for(|leads| !*leads) => {}
            () = tend(&app) => {}
        }
        app.concerns().set(ABOUT, None);
    }
}

async fn tend(app: &App) {
    let mut resealed = 0;
    loop {
        let pause = match app.reseal().await {
            // The keys of a process never change.
            Ok(Resealing::NoFormerKey) => return std::future::pending().await,
            Ok(Resealing::Resealed(count)) => {
                resealed += count;
                app.concerns().set(ABOUT, None);
                PAUSE
            }
            Ok(Resealing::Done) => {
                if resealed > 0 {
                    tracing::info!(
                        values = resealed,
                        "everything is sealed under the new key-encryption key"
                    );
                    resealed = 0;
                }
                app.concerns().set(ABOUT, Some(done(app)));
                LOOK_AGAIN
            }
            Ok(Resealing::Waits(members)) => {
                let members: Vec<String> = members.iter().map(|id| format!("member-{id}")).collect();
                let words = format!(
                    "secrets are sealed under the new key-encryption key when every member has it; not yet, as far as is known: {}",
                    members.join(", ")
                );
                app.concerns().set(ABOUT, Some(words));
                LOOK
            }
            Ok(Resealing::Unknown(count)) => {
                let words = format!(
                    "{count} sealed values cannot be opened with the key-encryption keys of this member; put the key that is missing below them"
                );
                app.concerns().set(ABOUT, Some(words));
                LOOK_AGAIN
            }
            Err(error) => {
                tracing::warn!(%error, "sealing anew broke off; it goes on");
                LOOK
            }
        };
        sleep(pause).await;
    }
}

fn done(app: &App) -> String {
    let former: Vec<String> = app.key_ids().into_iter().skip(1).collect();
    format!(
        "nothing is sealed under the key-encryption key {} any more; take it away from every member, and keep it for backups that were made with it",
        former.join(", ")
    )
}
