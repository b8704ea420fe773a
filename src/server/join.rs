//! Becomes a member: asks with a join token, and keeps what comes back.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use sentinel_consensus::{AdmissionError, Admitted, MemberNode, join};
use sentinel_model::cluster::MemberPlace;
use sentinel_model::join::JoinTicket;
use sentinel_pki::{CertificateDer, Identity, MemberKey};
use zeroize::Zeroizing;

use super::contacts;
use super::kek::{Keks, Source};
use crate::durable;

/// The key while nobody has answered yet, so that asking again after a crash is asking as the same member.
const KEY_FILE: &str = "joining.key";
/// How long to ask before giving up.
const PATIENCE: Duration = Duration::from_secs(120);
/// Pause between two rounds over the members.
const PAUSE: Duration = Duration::from_secs(2);

/// Joins. When this returns, the directory is that of a member.
pub async fn run(
    ticket: &JoinTicket,
    place: &MemberPlace,
    data_dir: &Path,
    kek: &Source,
) -> anyhow::Result<Identity> {
    durable::private_dir(data_dir).with_context(|| format!("cannot create {}", data_dir.display()))?;
    let key = key(data_dir)?;
    let node = MemberNode { peer_address: place.peer_address.clone(), api_url: place.api_url.clone() };
    let admitted = ask(ticket, &key.csr()?, &node).await?;
    let id = admitted.id;
    let given = Keks::from_bytes(&admitted.kek).context("what the cluster handed over is no key")?;
    let cas = admitted.cas.iter().map(|der| CertificateDer::from(der.clone())).collect();
    let identity = Identity::new(cas, vec![CertificateDer::from(admitted.certificate)], key)?;
    ensure!(
        identity.member_id().0 == id,
        "the cluster gave the number {id} and a certificate for {}",
        identity.name()
    );
    kek.take_in(&given)?;
    contacts::save(data_dir, &admitted.members)?;
    // Last: with it, the directory is that of a member.
    identity.save(data_dir)?;
    durable::remove(&data_dir.join(KEY_FILE))?;
    tracing::info!(member = id, cluster = %identity.cluster_id(), "joined");
    Ok(identity)
}

async fn ask(ticket: &JoinTicket, csr: &[u8], node: &MemberNode) -> anyhow::Result<Admitted> {
    let began = Instant::now();
    loop {
        match join(ticket, csr, node).await {
            Ok(admitted) => return Ok(admitted),
            Err(AdmissionError::Refused(reason)) => {
                bail!("the cluster does not let this member in: {reason}")
            }
            Err(AdmissionError::Later(reason)) if began.elapsed() + PAUSE < PATIENCE => {
                tracing::warn!(reason, "no member lets this one in yet; asking again");
            }
            Err(AdmissionError::Later(reason)) => {
                bail!("no member let this one in for {} s: {reason}", PATIENCE.as_secs())
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn key(data_dir: &Path) -> anyhow::Result<MemberKey> {
    let path = data_dir.join(KEY_FILE);
    if path.exists() {
        let der = Zeroizing::new(fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?);
        return MemberKey::from_pkcs8(&der)
            .with_context(|| format!("{} is damaged; remove it", path.display()));
    }
    let key = MemberKey::generate()?;
    durable::replace(&path, key.pkcs8().expose(), 0o600)
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(key)
}
