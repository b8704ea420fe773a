//! A cluster that has no administrator yet gets its first one from the leader.

use std::time::Duration;

use sentinel_app::{App, Initialize, Secret};
use tokio::sync::watch;

/// Pause after a failed attempt.
const PAUSE: Duration = Duration::from_millis(500);
/// Name of the first org.
const ORG: &str = "Default";

/// Who the first administrator will be.
pub struct FirstAdmin {
    /// E-mail address.
    pub email: String,
    /// Password in clear, until it is hashed.
    pub password: Secret,
}

/// Waits until this member leads, and forms the cluster unless it is formed. Ends when it is.
pub async fn run(app: App, admin: Option<FirstAdmin>, mut leads: watch::Receiver<bool>) {
    loop {
        match app.is_formed().await {
            Ok(true) => return,
            Ok(false) if *leads.borrow() => {
                let Some(admin) = &admin else {
                    tracing::warn!(
                        "the cluster has no administrator: start this member with --bootstrap-admin EMAIL and \
                         SENTINEL_CP_BOOTSTRAP_PASSWORD"
                    );
                    return;
                };
                let first = Initialize {
                    org_name: ORG.into(),
                    email: admin.email.clone(),
                    password: admin.password.clone(),
                };
                match app.initialize(first).await {
                    Ok(()) => tracing::info!(email = admin.email, "the cluster is formed"),
                    Err(error) => tracing::warn!(%error, "the cluster is not formed yet"),
                }
            }
            Ok(false) | Err(_) => {}
        }
        // Woken by a change of leader; looks again after a pause in any case.
        let _ = tokio::time::timeout(PAUSE, leads.changed()).await;
    }
}
