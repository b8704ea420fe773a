//! Adds a compiled bundle. Proposed only when the blob is on a majority's disk.

use sentinel_model::bundle::{Bundle, BundleState, RiskLevel};
use sentinel_model::project::Project;
use sentinel_model::project_secret::check_secret_name;
use sentinel_model::risk::{BundleOutline, MARKS_MAX, Outline};
use sentinel_model::{BundleId, InvalidValue, ProjectId, Sha256Digest, name};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::bundle_bytes;
use crate::certificate;
use crate::secret;
use crate::outcome::{Rejection, Reply};
use crate::tables::{Table, key};

/// The level from which on bundles have outlines.
pub const OUTLINE_LEVEL: u16 = 4;
/// The level from which on bundles say which configuration they were made of, and name secrets.
pub const CONFIG_LEVEL: u16 = 5;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleCreate {
    /// Identity.
    pub bundle_id: BundleId,
    /// The project.
    pub project_id: ProjectId,
    /// Unique in the project.
    pub version: String,
    /// Digest of the archive.
    pub digest: Sha256Digest,
    /// Size of the archive.
    pub size_bytes: u64,
    /// Digest of the manifest.
    pub manifest_digest: Sha256Digest,
    /// Over the manifest digest.
    pub signature: Vec<u8>,
    /// The key that signed.
    pub signing_key_id: String,
    /// Danger of the change.
    pub risk_level: RiskLevel,
    /// Why.
    pub risk_reasons: Vec<String>,
    /// What the validator warned about.
    pub warnings: Vec<String>,
    /// Who made it, in words.
    pub created_by: String,
    /// What changes from and to it are judged by; nothing from members of before there were rules on risk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outline: Option<Outline>,
    /// The revision of the project's configuration that it was made of; nothing when it was made of a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_revision: Option<u64>,
    /// The secrets that it names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
    /// The certificates that its listeners show.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<String>,
}

impl Apply for BundleCreate {
    fn level_of_content(&self) -> u16 {
        match (&self.config_revision, &self.outline) {
            (Some(_), _) => CONFIG_LEVEL,
            _ if !self.secrets.is_empty() || !self.certificates.is_empty() => CONFIG_LEVEL,
            (None, Some(_)) => OUTLINE_LEVEL,
            (None, None) => 1,
        }
    }

    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        name::check_identifier("version", &self.version)?;
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let by_version = key(&[self.project_id.as_bytes(), self.version.as_bytes()]);
        if context.tables().get(Table::BundleVersions, &by_version)?.is_some() {
            let message =
                format!("the project has a bundle '{}' already; choose another version", self.version);
            return Err(Rejection::taken("version", message).into());
        }
        context.require_new::<Bundle>(self.bundle_id.as_bytes(), "bundle")?;
        self.secrets.iter().try_for_each(|name| check_secret_name("secrets", name))?;
        for name in &self.secrets {
            if !secret::has_name(context.tables(), self.project_id, name)? {
                let message = format!("the secret {name}, which the bundle names, was deleted meanwhile");
                return Err(Rejection::WrongState(message).into());
            }
        }
        for slug in &self.certificates {
            if certificate::find(context.tables(), self.project_id, slug)?.is_none() {
                let message = format!("the certificate {slug}, which the bundle names, was deleted meanwhile");
                return Err(Rejection::WrongState(message).into());
            }
        }
        bundle_bytes::change(context, self.project_id, |bytes| bytes.saturating_add(self.size_bytes))?;
        let now = context.time;
        context.store(&Bundle {
            id: self.bundle_id,
            project_id: self.project_id,
            version: self.version.clone(),
            digest: self.digest,
            size_bytes: self.size_bytes,
            manifest_digest: self.manifest_digest,
            signature: self.signature.clone(),
            signing_key_id: self.signing_key_id.clone(),
            risk_level: self.risk_level,
            risk_reasons: self.risk_reasons.clone(),
            warnings: self.warnings.clone(),
            config_revision: self.config_revision,
            secrets: self.secrets.clone(),
            certificates: self.certificates.clone(),
            state: BundleState::Compiled,
            created_by: self.created_by.clone(),
            created_at: now,
            updated_at: now,
        })?;
        if let Some(outline) = self.outline.clone() {
            if outline.marks() > MARKS_MAX {
                let message = format!("its outline has more than {MARKS_MAX} marks");
                return Err(InvalidValue::new("config_source", message).into());
            }
            context.store(&BundleOutline { bundle_id: self.bundle_id, outline })?;
        }
        let write = context.write();
        write.put(Table::BundleVersions, &by_version, self.bundle_id.as_bytes())?;
        write.put(
            Table::BundlesByProject,
            &key(&[self.project_id.as_bytes(), self.bundle_id.as_bytes()]),
            b"",
        )?;
        let id = self.bundle_id.to_string();
        let subject = Subject::in_project("bundle", &id, &project);
        context.record(
            "bundle.compiled",
            subject,
            [
                ("version", self.version.clone()),
                ("checksum", self.digest.to_string()),
                ("size_bytes", self.size_bytes.to_string()),
                ("risk", self.risk_level.as_str().into()),
            ],
        )?;
        Ok(Reply::Done)
    }
}
