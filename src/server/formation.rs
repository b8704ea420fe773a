//! What a cluster begins with, kept in the data directory of its first member until the cluster has it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use sentinel_model::ClusterId;
use sentinel_model::cluster::ClusterCa;
use sentinel_model::secret::PasswordHash;
use serde::{Deserialize, Serialize};

use crate::durable;

/// Name of the file.
const FILE: &str = "formation.json";

/// See the module. The CA's key is sealed and the password hashed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Formation {
    /// Identity of the cluster.
    pub cluster_id: ClusterId,
    /// Its CA.
    pub ca: ClusterCa,
    /// Name of the first org.
    pub org_name: String,
    /// E-mail address of the first administrator.
    pub email: String,
    /// Their password, hashed.
    pub password_hash: PasswordHash,
}

impl Formation {
    /// What is still to be formed here; `None` when nothing is.
    pub fn load(data_dir: &Path) -> anyhow::Result<Option<Self>> {
        let path = path(data_dir);
        if !path.exists() {
            return Ok(None);
        }
        let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let formation = serde_json::from_slice(&text).with_context(|| {
            format!("{} is damaged; begin with an empty directory and `cluster init`", path.display())
        })?;
        Ok(Some(formation))
    }

    /// Keeps it.
    pub fn save(&self, data_dir: &Path) -> anyhow::Result<()> {
        let path = path(data_dir);
        durable::replace(&path, &serde_json::to_vec_pretty(self)?, 0o600)
            .with_context(|| format!("cannot write {}", path.display()))
    }

    /// The cluster has it.
    pub fn done(data_dir: &Path) -> anyhow::Result<()> {
        let path = path(data_dir);
        durable::remove(&path).with_context(|| format!("cannot remove {}", path.display()))
    }
}

fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}
