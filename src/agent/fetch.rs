//! From an announcement to bytes that can be trusted.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sentinel_api_types::agent::{FailureReport, NodeEventReport, NodeEventType, Severity, Update};
use sentinel_api_types::node::ActivationStage;
use sentinel_bundle::archive::{self, OpenBundle, OpenLimits};
use sentinel_client::NodeClient;
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use super::activation::Failed;
use super::identity::Identity;
use super::supervisor::Supervisor;

/// Attempts to download, and the pause between two.
const ATTEMPTS: u32 = 4;
const PAUSE: Duration = Duration::from_millis(500);

/// Carries an assignment out, from download to proof, and reports what came of it.
pub async fn and_activate(
    node: &NodeClient,
    identity: &Identity,
    supervisor: &Arc<Mutex<Supervisor>>,
    update: Update,
) {
    tracing::info!(generation = %update.generation, bundle = %update.bundle_id, version = update.version, "a new assignment");
    let outcome = match verified(node, identity, &update).await {
        Ok((bytes, bundle)) => supervisor.lock().await.activate(&update, &bytes, &bundle).await,
        Err(failed) => Err(failed),
    };
    let event = match outcome {
        Ok(how) => NodeEventReport {
            event_type: NodeEventType::BundleSwitch,
            severity: Severity::Info,
            message: format!("bundle {} is effective ({how})", update.version),
        },
        Err(failed) => {
            let message = format!("{:#}", failed.cause);
            tracing::error!(generation = %update.generation, stage = ?failed.stage, message, "the assignment is not carried out");
            let failure = FailureReport {
                generation: update.generation,
                bundle_id: update.bundle_id,
                stage: failed.stage,
                message: message.clone(),
            };
            supervisor.lock().await.refused(failure).await;
            NodeEventReport {
                event_type: NodeEventType::Error,
                severity: Severity::Error,
                message: format!("bundle {}: {message}", update.version).chars().take(900).collect(),
            }
        }
    };
    if let Err(error) = node.event(&event).await {
        tracing::debug!(%error, "an event was not told");
    }
}

async fn verified(
    node: &NodeClient,
    identity: &Identity,
    update: &Update,
) -> Result<(Vec<u8>, OpenBundle), Failed> {
    let bytes =
        download(node, update).await.map_err(|cause| Failed { stage: ActivationStage::Download, cause })?;
    let bundle =
        verify(identity, update, &bytes).map_err(|cause| Failed { stage: ActivationStage::Verify, cause })?;
    Ok((bytes, bundle))
}

async fn download(node: &NodeClient, update: &Update) -> anyhow::Result<Vec<u8>> {
    let mut attempt = 1;
    loop {
        match node.archive(update).await {
            Ok(bytes) => return Ok(bytes.to_vec()),
            Err(error) if attempt == ATTEMPTS => {
                return Err(error).context("the bundle cannot be downloaded");
            }
            Err(error) => tracing::warn!(%error, attempt, "a download failed"),
        }
        attempt += 1;
        tokio::time::sleep(PAUSE).await;
    }
}

/// Checks everything that can be checked before a byte of it is used.
pub(super) fn verify(identity: &Identity, update: &Update, bytes: &[u8]) -> anyhow::Result<OpenBundle> {
    ensure!(
        Sha256::digest(bytes)[..] == update.checksum.0,
        "the archive's digest is not the one that was announced: its bytes have changed"
    );
    let bundle = archive::open(bytes, &OpenLimits::default()).context("the archive is refused")?;
    ensure!(
        bundle.manifest_digest == update.manifest_digest.0,
        "the manifest is not the one that was announced"
    );
    let Ok(signature) = STANDARD.decode(&update.signature) else { bail!("the signature is not base64") };
    let Ok(signature) = <[u8; 64]>::try_from(signature) else {
        bail!("the signature does not have 64 bytes")
    };
    let key = identity.key(&update.signing_key_id)?;
    bundle.verify(&key, &signature).map_err(|_| {
        anyhow::anyhow!("the signature is not by the key {} over this manifest", update.signing_key_id)
    })?;
    Ok(bundle)
}
