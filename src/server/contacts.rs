//! Whom a member knows when its log does not tell who the members are: it is new, or it has lost its state.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use sentinel_consensus::{MemberNode, Peers};

use crate::durable;

/// Name of the file.
const FILE: &str = "contacts.json";
/// How often to see whether they are others.
const EVERY: Duration = Duration::from_secs(5);

/// Keeps them as they are by now, for ever.
pub async fn follow(data_dir: PathBuf, peers: Peers, mut kept: BTreeMap<u64, MemberNode>) {
    loop {
        tokio::time::sleep(EVERY).await;
        let now = peers.members();
        if *now == kept {
            continue;
        }
        let (dir, members) = (data_dir.clone(), (*now).clone());
        match tokio::task::spawn_blocking(move || save(&dir, &members)).await {
            Ok(Ok(())) => kept = (*now).clone(),
            Ok(Err(error)) => tracing::warn!(error = format!("{error:#}"), "who the members are is not kept"),
            Err(error) => tracing::warn!(%error, "who the members are is not kept"),
        }
    }
}

/// Keeps them.
pub fn save(data_dir: &Path, members: &BTreeMap<u64, MemberNode>) -> anyhow::Result<()> {
    let path = data_dir.join(FILE);
    durable::replace(&path, &serde_json::to_vec_pretty(members)?, 0o600)
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Whoever was known is lost.
pub fn forget(data_dir: &Path) -> anyhow::Result<()> {
    let path = data_dir.join(FILE);
    durable::remove(&path).with_context(|| format!("cannot remove {}", path.display()))
}

/// Those that were kept; none at the member that began the cluster.
pub fn load(data_dir: &Path) -> anyhow::Result<BTreeMap<u64, MemberNode>> {
    let path = data_dir.join(FILE);
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is damaged", path.display()))
}
