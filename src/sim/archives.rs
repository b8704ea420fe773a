//! Archives are downloaded and verified once, whoever of the fleet comes first; the others take its word.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sentinel_api_types::agent::{TrustedKey, Update};
use sentinel_bundle::archive::{self, OpenLimits};
use sentinel_bundle::sign::PublicKey;
use sentinel_client::Client;
use sentinel_model::{NodeId, Sha256Digest};
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

/// Most verdicts kept; of more, all are forgotten.
const KEPT: usize = 256;
/// Largest archive that is taken.
const SIZE_MAX: u64 = 64 << 20;

type Verdict = Arc<OnceCell<Result<(), String>>>;

/// See the module.
#[derive(Debug, Default)]
pub struct Archives(Mutex<HashMap<Sha256Digest, Verdict>>);

impl Archives {
    /// Downloads and verifies an archive, or waits for whoever does.
    ///
    /// # Errors
    /// It is not what was announced, or not signed by a trusted key. That it cannot be fetched now is `None`: ask again.
    pub async fn verified(
        &self,
        client: &Client,
        node: NodeId,
        update: &Update,
        keys: &[TrustedKey],
    ) -> Option<Result<(), String>> {
        let verdict = self.verdict(update.checksum);
        let fetched = verdict.get_or_try_init(|| async {
            let bytes = fetch(client, node, update).await.map_err(|error| {
                tracing::warn!(error, "an archive cannot be fetched now");
            })?;
            let (update, keys) = (update.clone(), keys.to_vec());
            let checked = tokio::task::spawn_blocking(move || check(&bytes, &update, &keys)).await;
            Ok::<_, ()>(checked.unwrap_or_else(|error| Err(format!("the check broke down: {error}"))))
        });
        fetched.await.ok().cloned()
    }

    fn verdict(&self, checksum: Sha256Digest) -> Verdict {
        let mut verdicts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if verdicts.len() >= KEPT && !verdicts.contains_key(&checksum) {
            verdicts.clear();
        }
        Arc::clone(verdicts.entry(checksum).or_default())
    }
}

async fn fetch(client: &Client, node: NodeId, update: &Update) -> Result<Vec<u8>, String> {
    let mut archive =
        client.node_archive(node, update.bundle_id, None).await.map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    while let Some(chunk) = archive.chunk().await.map_err(|error| error.to_string())? {
        if (bytes.len() + chunk.len()) as u64 > update.size_bytes.min(SIZE_MAX) {
            return Err("more bytes than announced".to_owned());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn check(bytes: &[u8], update: &Update, keys: &[TrustedKey]) -> Result<(), String> {
    use base64::Engine as _;
    if Sha256Digest(Sha256::digest(bytes).into()) != update.checksum {
        return Err("the archive has another digest than announced".to_owned());
    }
    let bundle = archive::open(bytes, &OpenLimits::default()).map_err(|error| error.to_string())?;
    if bundle.manifest_digest != update.manifest_digest.0 {
        return Err("the manifest has another digest than announced".to_owned());
    }
    let key = keys.iter().find(|key| key.key_id == update.signing_key_id);
    let key = key.ok_or_else(|| format!("the key {} is not trusted", update.signing_key_id))?;
    let key = PublicKey::parse(&key.public_key).map_err(|error| error.to_string())?;
    let signature = base64::engine::general_purpose::STANDARD.decode(&update.signature).ok();
    let signature: [u8; 64] = signature.and_then(|bytes| bytes.try_into().ok()).ok_or("not a signature")?;
    bundle.verify(&key, &signature).map_err(|error| error.to_string())
}
