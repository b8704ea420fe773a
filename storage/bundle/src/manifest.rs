//! `manifest.json`: what is in a bundle and what a node needs to know to activate it.
//!
//! The signature covers the SHA-256 of the manifest's bytes, and the manifest names the SHA-256 of every other
//! file. There is no time, host or random value in it: the same input gives the same manifest everywhere.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::node_vars::Variable;

/// The format this crate writes. A reader refuses formats it does not know.
pub const FORMAT: u32 = 1;

/// `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// The project the bundle belongs to.
    pub project_id: String,
    /// The version the user gave it.
    pub version: String,
    /// The proxy it was validated for.
    pub proxy: Proxy,
    /// Every other file, in the order of the archive.
    pub files: Vec<FileEntry>,
    /// How to see that this revision is live.
    pub probe: Probe,
    /// The loopback listener of the node agent.
    pub operations: Operations,
    /// The metrics server; absent when the configuration turns it off.
    pub metrics: Option<Metrics>,
    /// The node variables of `zentinel.kdl`, sorted by name.
    pub variables: Vec<Variable>,
    /// The listeners of the user, in the order of the text.
    pub listeners: Vec<ListenerEntry>,
    /// How many objects the configuration has.
    pub counts: Counts,
    /// The features of the configuration model that it needs, by their stable names, sorted; empty for a text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// The secrets that it names, sorted: a node needs their values to activate it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
    /// The certificates that its listeners show, sorted: a node needs them with their keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<String>,
    /// The trust stores that its listeners name, sorted: a node puts them where its proxy reads them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trust_stores: Vec<String>,
}

/// The proxy a bundle was validated for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proxy {
    /// `zentinel`.
    pub name: String,
    /// The version of the configuration crate that checked it.
    pub validated_with: String,
}

/// One file of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Relative path.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// 64 lowercase hexadecimal digits.
    pub sha256: String,
}

/// A request that only this revision answers with its status: `GET path` with `Host: host` on a listener that
/// serves the global routes. The answer proves something only when its `instance_id` equals the one of the
/// operations listener, because a catch-all route of another revision answers too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// `rev-TOKEN.sentinel-probe.invalid`.
    pub host: String,
    /// 32 hexadecimal digits nobody can guess without the marker key.
    pub token: String,
    /// The path of the request.
    pub path: String,
    /// The identifier of the generated route.
    pub route: String,
}

/// The generated listener that serves status, metrics and configuration to the agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operations {
    /// The identifier of the listener.
    pub listener: String,
    /// The namespace of its routes.
    pub namespace: String,
    /// Its address, a node variable.
    pub address: String,
    /// Where the status is.
    pub status_path: String,
    /// Where the stored configuration is, if it is served.
    pub config_path: Option<String>,
    /// Where metrics are besides the metrics server, if they are served.
    pub metrics_path: Option<String>,
}

/// The metrics server of the proxy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// Its address, possibly with node variables.
    pub address: String,
    /// Its path.
    pub path: String,
}

/// A listener of the user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListenerEntry {
    /// Its identifier.
    pub id: String,
    /// Its address, possibly with node variables.
    pub address: String,
    /// `http`, `https` or `h2`.
    pub protocol: String,
    /// The namespace it is bound to; without one it serves the global routes and answers the probe.
    pub namespace: Option<String>,
}

/// Numbers of objects, without the generated ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Routes of the global table.
    pub routes: u64,
    /// Upstreams.
    pub upstreams: u64,
    /// Filters.
    pub filters: u64,
    /// Agents.
    pub agents: u64,
}

/// Why a manifest cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Not the JSON of a manifest.
    #[error("manifest.json is not a manifest: {0}")]
    Malformed(#[from] serde_json::Error),
    /// Written by a newer version.
    #[error("the bundle has format {0}; this version reads format {FORMAT}")]
    UnknownFormat(u32),
    /// A manifest, but not the bytes this crate writes for it.
    #[error("manifest.json is not in its canonical form")]
    NotCanonical,
}

impl Manifest {
    /// The bytes of `manifest.json`.
    ///
    /// # Errors
    /// None in practice: every field has a JSON form.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ManifestError> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads a manifest and insists on the form [`Manifest::to_bytes`] gives, so that one manifest has one digest.
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ManifestError> {
        #[derive(Deserialize)]
        struct Header {
            format: u32,
        }
        let Header { format } = serde_json::from_slice(bytes)?;
        if format != FORMAT {
            return Err(ManifestError::UnknownFormat(format));
        }
        let manifest: Self = serde_json::from_slice(bytes)?;
        if manifest.to_bytes()? == bytes { Ok(manifest) } else { Err(ManifestError::NotCanonical) }
    }

    /// The listeners that answer the probe.
    pub fn probed_listeners(&self) -> impl Iterator<Item = &ListenerEntry> {
        self.listeners.iter().filter(|listener| listener.namespace.is_none())
    }
}

/// SHA-256 of bytes.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The entry of one file.
pub(crate) fn file_entry(path: &str, content: &[u8]) -> FileEntry {
    FileEntry { path: path.to_owned(), size: content.len() as u64, sha256: hex::encode(sha256(content)) }
}

/// `checksums.txt` in the format of sha256sum.
pub(crate) fn checksums<'f>(files: impl Iterator<Item = &'f FileEntry>) -> String {
    files.map(|file| format!("{}  {}\n", file.sha256, file.path)).collect()
}
