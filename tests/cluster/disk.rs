//! Disks that lie, fill up, hang and come back from the past.

mod full;
mod old;
mod read_only;
mod ready;
mod stalled;
mod state;

use sentinel_kit::{Api, Cluster, until};
use serde_json::Value;

/// What a member says of its own health.
async fn health(cluster: &Cluster, index: usize) -> Option<Value> {
    let (status, body) =
        Api::new(&cluster.url(index)).send(reqwest::Method::GET, "/health", None).await.ok()?;
    (status == 200).then_some(body)
}

/// Waits until a member says, or says no longer, that it has this problem, and returns its words.
pub async fn has_problem(cluster: &Cluster, index: usize, code: &str, has: bool) -> String {
    let what = format!("member {} says {}{code}", index + 1, if has { "" } else { "no longer " });
    until(&what, 30, || async {
        let health = health(cluster, index).await?;
        let words = health["problems"][code].as_str();
        (words.is_some() == has).then(|| words.unwrap_or_default().to_owned())
    })
    .await
}
