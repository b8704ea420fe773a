//! Who this node is: made once by enrolling, kept in a file that only its owner can read.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use sentinel_api_types::agent::RegisterRequest;
use sentinel_bundle::sign::PublicKey;
use sentinel_client::{Client, ClientError, NodeClient};
use sentinel_model::NodeId;
use serde::{Deserialize, Serialize};

use super::args::AgentArgs;
use super::{process, report, state};

const FILE: &str = "identity.json";
/// Longest pause between two attempts to enrol.
const PAUSE_MAX: Duration = Duration::from_secs(15);

/// See the module.
#[derive(Serialize, Deserialize)]
pub struct Identity {
    /// The node.
    pub node_id: NodeId,
    /// Its secret.
    pub node_key: String,
    /// Keys of the org, pinned at enrolment: key id → public key.
    pub signing_keys: BTreeMap<String, String>,
    /// Members that were known then.
    pub members: Vec<String>,
}

impl Identity {
    /// Reads the identity, or enrols. Waits for a member as long as it takes; a refusal is final.
    pub async fn load_or_enrol(args: &AgentArgs, client: &Client) -> anyhow::Result<Self> {
        let path = args.data_dir.join(FILE);
        if path.exists() {
            let text =
                fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            return serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()));
        }
        let Some(token) = &args.enrolment_token else {
            bail!(
                "this node is not enrolled: start it once with --enrolment-token (create one with `sentinel-cp token create`)"
            );
        };
        let request = RegisterRequest {
            enrolment_token: token.as_str().into(),
            name: args.name.clone(),
            labels: args.labels.iter().cloned().collect(),
            capabilities: vec!["reload".into(), "upgrade".into()],
            version: Some(env!("CARGO_PKG_VERSION").into()),
            proxy_version: process::version(&args.proxy).await.ok(),
            ip: None,
            hostname: fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|name| name.trim().to_owned()),
        };
        let mut pause = Duration::from_millis(250);
        let enrolled = loop {
            match NodeClient::register(client, &args.project, &request).await {
                Ok(enrolled) => break enrolled,
                Err(error @ ClientError::Api { status: 400..=499, .. }) => {
                    return Err(error).context("the control plane refuses to enrol this node");
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot enrol yet");
                    tokio::time::sleep(report::jittered(pause)).await;
                    pause = (pause * 2).min(PAUSE_MAX);
                }
            }
        };
        let identity = Self {
            node_id: enrolled.node_id,
            node_key: enrolled.node_key.expose().to_owned(),
            signing_keys: enrolled.signing_keys.into_iter().map(|key| (key.key_id, key.public_key)).collect(),
            members: enrolled.members,
        };
        identity.save(&path)?;
        Ok(identity)
    }

    /// The pinned key with this id.
    pub fn key(&self, id: &str) -> anyhow::Result<PublicKey> {
        let text = self.signing_keys.get(id).with_context(|| {
            let known: Vec<&str> = self.signing_keys.keys().map(String::as_str).collect();
            format!(
                "signed with the key {id}, which this node does not trust; it trusts {}",
                known.join(", ")
            )
        })?;
        PublicKey::parse(text).map_err(|error| anyhow::anyhow!("the pinned key {id}: {error}"))
    }

    fn save(&self, path: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_vec_pretty(self)?;
        state::write_private(path, &text).with_context(|| format!("cannot write {}", path.display()))
    }
}
