//! Bundles.

use bytes::Bytes;
use sentinel_api_types::bundle::{
    BundleAssign, BundleAssigned, BundleBody, BundleCreate, BundleCreated, BundleDiff, BundleDiffQuery,
    BundleDownload, BundleList, BundleSource, BundleValidate, BundleValidation, BundleVerification,
    BundlesQuery,
};
use sentinel_model::BundleId;
use serde_json::Value;

use crate::call::{Call, read};
use crate::client::Client;
use crate::error::ClientError;

/// Largest archive that is read, in bytes.
const ARCHIVE_MAX: u64 = 64 << 20;

impl Client {
    /// Validates, compiles, signs and stores a configuration.
    ///
    /// # Errors
    /// [`ClientError`]; 422 `invalid_config` with `details.problems` when the configuration is refused.
    pub async fn create_bundle(
        &self,
        project: &str,
        request: &BundleCreate,
    ) -> Result<BundleCreated, ClientError> {
        self.ask(Call::post(&["projects", project, "bundles"]).json(request)).await
    }

    /// Looks at a configuration without keeping it.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn validate_bundle(
        &self,
        project: &str,
        request: &BundleValidate,
    ) -> Result<BundleValidation, ClientError> {
        self.ask(Call::post(&["projects", project, "bundles", "validate"]).json(request)).await
    }

    /// The bundles of a project.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn bundles(&self, project: &str, query: &BundlesQuery) -> Result<BundleList, ClientError> {
        self.ask(Call::get(&["projects", project, "bundles"]).query(query)).await
    }

    /// One bundle.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn bundle(&self, project: &str, id: BundleId) -> Result<BundleBody, ClientError> {
        self.ask(Call::get(&["projects", project, "bundles", &id.to_string()])).await
    }

    /// Its text as written and as nodes get it.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn bundle_source(&self, project: &str, id: BundleId) -> Result<BundleSource, ClientError> {
        self.ask(Call::get(&["projects", project, "bundles", &id.to_string(), "source"])).await
    }

    /// What changed from an older bundle to this one.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn bundle_diff(
        &self,
        project: &str,
        id: BundleId,
        query: &BundleDiffQuery,
    ) -> Result<BundleDiff, ClientError> {
        let call = Call::get(&["projects", project, "bundles", &id.to_string(), "diff"]);
        self.ask(call.query(query)).await
    }

    /// How to get and verify its archive.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn bundle_download(&self, project: &str, id: BundleId) -> Result<BundleDownload, ClientError> {
        self.ask(Call::get(&["projects", project, "bundles", &id.to_string(), "download"])).await
    }

    /// Its archive.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn bundle_archive(&self, project: &str, id: BundleId) -> Result<Bytes, ClientError> {
        let call = Call::get(&["projects", project, "bundles", &id.to_string(), "archive"]);
        read(self.send(call).await?, ARCHIVE_MAX).await
    }

    /// Whether the stored bytes are what was signed.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn verify_bundle(
        &self,
        project: &str,
        id: BundleId,
    ) -> Result<BundleVerification, ClientError> {
        self.ask(Call::get(&["projects", project, "bundles", &id.to_string(), "verify"])).await
    }

    /// Its bill of materials, CycloneDX JSON.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn bundle_sbom(&self, project: &str, id: BundleId) -> Result<Value, ClientError> {
        self.ask(Call::get(&["projects", project, "bundles", &id.to_string(), "sbom"])).await
    }

    /// Assigns a bundle to nodes.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn assign_bundle(
        &self,
        project: &str,
        id: BundleId,
        request: &BundleAssign,
    ) -> Result<BundleAssigned, ClientError> {
        let call = Call::post(&["projects", project, "bundles", &id.to_string(), "assign"]);
        self.ask(call.json(request)).await
    }

    /// Ends the distribution of a bundle.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn revoke_bundle(&self, project: &str, id: BundleId) -> Result<BundleBody, ClientError> {
        self.ask(Call::post(&["projects", project, "bundles", &id.to_string(), "revoke"])).await
    }
}
