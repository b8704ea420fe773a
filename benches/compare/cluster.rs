//! Our members, as the benchmarks ask them.

use std::time::{Duration, Instant};

use anyhow::Result;
use sentinel_kit::{Api, Cluster};

use crate::procfs;

/// Between two looks at a member that does not answer as wanted yet.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// Waits until a member says that it is ready, looking often. The kit looks every 50 ms, too seldom for a stopwatch.
pub async fn ready(api: &Api) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        if let Ok((200, _)) = api.send(reqwest::Method::GET, "/ready", None).await {
            return Ok(());
        }
        anyhow::ensure!(Instant::now() < deadline, "a member is not ready after two minutes");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// The member that says of itself that it leads. Others may name one that has gone.
pub async fn leader(cluster: &Cluster, admin: &Api) -> Result<usize> {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        for index in 0..cluster.len() {
            let path = "/api/v1/cluster?consistency=stale";
            let Ok(status) = admin.at(&cluster.url(index)).get(path).await else { continue };
            if status["leader"].is_u64() && status["leader"] == status["member_id"] {
                return Ok(index);
            }
        }
        anyhow::ensure!(Instant::now() < deadline, "no member leads after half a minute");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Process ids of all members.
pub fn pids(cluster: &Cluster) -> Result<Vec<u32>> {
    (0..cluster.len()).map(|index| procfs::pid_with(&cluster.data_dir(index))).collect()
}
