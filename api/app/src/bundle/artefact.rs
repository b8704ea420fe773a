//! Looking into a bundle's archive.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use sentinel_api_types::bundle::{BundleDiff, BundleDownload, BundleSource, BundleVerification};
use sentinel_bundle::archive::{self, OpenBundle, OpenLimits, SBOM};
use sentinel_bundle::diff;
use sentinel_bundle::sign::PublicKey;
use sentinel_model::BundleId;
use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::org::Org;
use sha2::{Digest, Sha256};

use super::unified;
use crate::access::Operation;
use crate::app::{App, written};
use crate::caller::Caller;
use crate::error::AppError;

impl App {
    /// A bundle's text, as it was written and as nodes get it.
    pub async fn bundle_source(
        &self,
        caller: &Caller,
        project: &str,
        id: BundleId,
    ) -> Result<BundleSource, AppError> {
        let here = self.in_project(Operation::BundleSource, caller, project).await?;
        let opened = self.opened(&here.object(&id)?).await?;
        Ok(BundleSource {
            config_source: present(opened.source())?,
            compiled_source: present(opened.compiled())?,
            manifest: serde_json::to_value(&opened.manifest).map_err(AppError::internal)?,
        })
    }

    /// The difference of two bundles' sources.
    pub async fn diff_bundles(
        &self,
        caller: &Caller,
        project: &str,
        id: BundleId,
        against: BundleId,
    ) -> Result<BundleDiff, AppError> {
        let here = self.in_project(Operation::BundleDiff, caller, project).await?;
        let (new, old): (Bundle, Bundle) = (here.object(&id)?, here.object(&against)?);
        let sources = (self.source_of(&old).await?, self.source_of(&new).await?);
        let compared = self
            .heavy("comparisons", move || {
                diff::text(&sources.0, &sources.1).map_err(|error| AppError::TooLarge(error.to_string()))
            })
            .await?;
        Ok(BundleDiff {
            against,
            additions: compared.additions.into(),
            deletions: compared.deletions.into(),
            diff: unified::render(&old.version, &new.version, &compared),
        })
    }

    /// How to get a bundle's archive.
    pub async fn bundle_download(
        &self,
        caller: &Caller,
        project: &str,
        id: BundleId,
    ) -> Result<BundleDownload, AppError> {
        let here = self.in_project(Operation::BundleDownload, caller, project).await?;
        let bundle = available(here.object(&id)?)?;
        Ok(BundleDownload {
            download_url: format!("/api/v1/projects/{}/bundles/{id}/archive", here.project.slug),
            checksum: bundle.digest,
            size: bundle.size_bytes,
            signature: STANDARD.encode(&bundle.signature),
            signing_key_id: bundle.signing_key_id,
            manifest_digest: bundle.manifest_digest,
        })
    }

    /// A bundle's archive.
    pub async fn bundle_archive(
        &self,
        caller: &Caller,
        project: &str,
        id: BundleId,
    ) -> Result<(Bundle, Bytes), AppError> {
        let here = self.in_project(Operation::BundleArchive, caller, project).await?;
        let bundle = available(here.object(&id)?)?;
        let bytes = self.archive(bundle.digest).await?;
        Ok((bundle, bytes))
    }

    /// Whether the stored bytes are what was signed.
    pub async fn verify_bundle(
        &self,
        caller: &Caller,
        project: &str,
        id: BundleId,
    ) -> Result<BundleVerification, AppError> {
        let here = self.in_project(Operation::BundleVerify, caller, project).await?;
        let bundle: Bundle = here.object(&id)?;
        let org: Org = written(&here.view, here.project.org_id.as_bytes(), "Org")?;
        let bytes = self.archive_on_disk(bundle.digest).await?;
        let signed = !bundle.signature.is_empty();
        let key_id = signed.then(|| bundle.signing_key_id.clone());
        let verified = self.heavy("verifications", move || Ok(vouches(&bundle, &org, &bytes))).await?;
        Ok(BundleVerification { verified, signed, key_id })
    }

    /// A bundle's bill of materials: its version and the document.
    pub async fn bundle_sbom(
        &self,
        caller: &Caller,
        project: &str,
        id: BundleId,
    ) -> Result<(String, serde_json::Value), AppError> {
        let here = self.in_project(Operation::BundleSbom, caller, project).await?;
        let bundle: Bundle = here.object(&id)?;
        let opened = self.opened(&bundle).await?;
        let document = serde_json::from_str(&present(opened.text(SBOM))?).map_err(AppError::internal)?;
        Ok((bundle.version, document))
    }

    /// A bundle's text as it was written.
    pub(super) async fn source_of(&self, bundle: &Bundle) -> Result<String, AppError> {
        present(self.opened(bundle).await?.source())
    }

    /// A bundle's text as nodes get it.
    pub(crate) async fn compiled_of(&self, bundle: &Bundle) -> Result<String, AppError> {
        present(self.opened(bundle).await?.compiled())
    }

    async fn opened(&self, bundle: &Bundle) -> Result<OpenBundle, AppError> {
        let bytes = self.archive(bundle.digest).await?;
        self.heavy("archives", move || {
            archive::open(&bytes, &OpenLimits::default()).map_err(AppError::internal)
        })
        .await
    }
}

fn available(bundle: Bundle) -> Result<Bundle, AppError> {
    match bundle.state {
        BundleState::Compiled => Ok(bundle),
        BundleState::Revoked => Err(AppError::Conflict("Bundle has been revoked".into())),
    }
}

fn present(text: Option<&str>) -> Result<String, AppError> {
    text.map(str::to_owned).ok_or_else(|| AppError::internal("the archive lacks a file, or it is no text"))
}

/// Archive, manifest, every file and the signature agree with the bundle and with the org's key.
fn vouches(bundle: &Bundle, org: &Org, bytes: &[u8]) -> bool {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    let Ok(signature) = <[u8; 64]>::try_from(bundle.signature.as_slice()) else { return false };
    let Ok(key) = PublicKey::from_bytes(&org.signing_key.public_key) else { return false };
    let Ok(opened) = archive::open(bytes, &OpenLimits::default()) else { return false };
    digest == bundle.digest.0
        && bundle.signing_key_id == org.signing_key.key_id
        && opened.manifest_digest == bundle.manifest_digest.0
        && opened.verify(&key, &signature).is_ok()
}
