//! Lets members in: their certificates come from the cluster's CA, whose key every member can open.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use sentinel_app::{App, AppError};
use sentinel_consensus::{Admission, AdmissionError, Admitted, Joiner, MemberNode};
use sentinel_model::MemberId;
use sentinel_model::cluster::MemberPlace;
use sentinel_pki::{Ca, CertificateDer, LIFETIME, MemberName, SecretDer, requested_key_fingerprint};
use zeroize::Zeroizing;

use super::kek::Keks;

/// See the module.
pub struct Gatekeeper {
    app: App,
    keys: Arc<Keks>,
}

impl Gatekeeper {
    /// Of this member.
    pub fn new(app: App, keys: Keks) -> Self {
        Self { app, keys: Arc::new(keys) }
    }
}

/// The cluster's CA, with its key. `None` before the cluster is formed, as far as this member knows.
pub async fn ca(app: &App) -> anyhow::Result<Option<Ca>> {
    let Some((ca, key)) = app.cluster_ca().await? else { return Ok(None) };
    Ok(Some(Ca::from_parts(CertificateDer::from(ca.certificate), &SecretDer::new(key.to_vec()))?))
}

#[async_trait]
impl Admission for Gatekeeper {
    async fn admit(&self, joiner: Joiner) -> Result<Admitted, AdmissionError> {
        let later = |error: &dyn std::fmt::Display| AdmissionError::Later(error.to_string());
        let ca = ca(&self.app).await.map_err(|error| later(&error))?;
        let ca = ca.ok_or_else(|| later(&"the cluster is not formed yet"))?;
        // Whoever asks shows to have the key before anything is decided.
        let key = requested_key_fingerprint(&joiner.csr)
            .map_err(|error| AdmissionError::Refused(error.to_string()))?;
        let place = place(joiner.node);
        let id = self.app.admit_member(&joiner.secret, key, &place, joiner.level).await.map_err(refusal)?;
        let name = MemberName::new(ca.cluster_id(), id);
        let certificate = ca
            .issue(&joiner.csr, name, self.app.now(), LIFETIME)
            .map_err(|error| AdmissionError::Refused(error.to_string()))?;
        let members = self.app.cluster_members().await.map_err(refusal)?;
        let present = members.into_iter().filter(|member| member.removed_at.is_none());
        let members: BTreeMap<u64, MemberNode> =
            present.map(|member| (member.id.0, node(member.place))).collect();
        tracing::info!(member = %id, peer = place.peer_address, "a member is let in");
        Ok(Admitted {
            id: id.0,
            certificate: certificate.to_vec(),
            cas: vec![ca.certificate().to_vec()],
            kek: Zeroizing::new(self.keys.all().iter().flat_map(|key| key.iter().copied()).collect()),
            members,
        })
    }

    async fn moved(&self, id: u64, node: MemberNode) -> Result<(), AdmissionError> {
        self.app.move_member(MemberId(id), &place(node)).await.map_err(refusal)
    }
}

/// Where a member is, as consensus spells it.
pub fn node(place: MemberPlace) -> MemberNode {
    MemberNode { peer_address: place.peer_address, api_url: place.api_url }
}

fn place(node: MemberNode) -> MemberPlace {
    MemberPlace { peer_address: node.peer_address, api_url: node.api_url }
}

/// What the cluster has decided stays; what failed may go better next time.
fn refusal(error: AppError) -> AdmissionError {
    match error {
        AppError::NotFound(_) | AppError::Conflict(_) | AppError::Invalid(_) => {
            AdmissionError::Refused(error.to_string())
        }
        _ => AdmissionError::Later(error.to_string()),
    }
}
