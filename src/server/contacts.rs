//! Whom a new member knows before its log tells it who the members are.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context;
use sentinel_consensus::MemberNode;

use crate::durable;

/// Name of the file.
const FILE: &str = "contacts.json";

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
