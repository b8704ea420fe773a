//! Who this node is: what it got when it enrolled. The only file with a secret in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, bail};
use sentinel_api_types::Secret;
use sentinel_api_types::agent::{RegisterResponse, TrustedKey};
use sentinel_bundle::sign::PublicKey;
use sentinel_client::Trust;
use sentinel_model::NodeId;
use serde::{Deserialize, Serialize};

use crate::durable;

/// Format of the file.
const FORMAT: u32 = 1;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    format: u32,
    /// Slug of the project that it joined.
    pub project: String,
    /// Its name there.
    pub name: String,
    /// Its identity.
    pub node_id: NodeId,
    /// Proves that it is that node.
    pub node_key: Secret,
    /// What it trusts: the org's keys at the time of joining.
    pub signing_keys: Vec<TrustedKey>,
    /// Members that it was told of.
    pub members: Vec<String>,
    /// Which CA vouches for them.
    #[serde(default, skip_serializing_if = "Trust::is_default")]
    pub trust: Trust,
    /// How often to send heartbeats until a member says otherwise, in seconds.
    pub heartbeat_interval_s: u64,
}

/// The keys that a node trusts, by name.
pub type Keys = BTreeMap<String, PublicKey>;

impl Identity {
    /// From the answer to an enrolment.
    pub fn new(project: &str, name: &str, answer: RegisterResponse) -> Self {
        Self {
            format: FORMAT,
            project: project.to_owned(),
            name: name.to_owned(),
            node_id: answer.node_id,
            node_key: answer.node_key,
            signing_keys: answer.signing_keys,
            members: answer.members,
            trust: Trust::default(),
            heartbeat_interval_s: answer.heartbeat_interval_s,
        }
    }

    /// The same node, trusting somebody else to vouch for members.
    #[must_use]
    pub fn trusting(self, trust: Trust) -> Self {
        Self { trust, ..self }
    }

    /// Where it is kept.
    pub fn path(data_dir: &Path) -> PathBuf {
        data_dir.join("identity.json")
    }

    /// Reads it; `None` when this node never enrolled.
    ///
    /// # Errors
    /// The file is there and cannot be used: enrolling again would make a second node of this one.
    pub fn load(data_dir: &Path) -> anyhow::Result<Option<Self>> {
        let path = Self::path(data_dir);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let identity: Self = serde_json::from_slice(&bytes)
            .with_context(|| format!("{} is damaged; remove it to enrol as a new node", path.display()))?;
        if identity.format != FORMAT {
            bail!("{} has format {}, this version reads {FORMAT}", path.display(), identity.format);
        }
        Ok(Some(identity))
    }

    /// Keeps it, readable by its owner only.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn save(&self, data_dir: &Path) -> anyhow::Result<()> {
        let path = Self::path(data_dir);
        durable::replace(&path, &serde_json::to_vec_pretty(self)?, 0o600)
            .with_context(|| format!("cannot write {}", path.display()))
    }

    /// The keys that it trusts.
    ///
    /// # Errors
    /// A key that is none, or none at all.
    pub fn keys(&self) -> anyhow::Result<Keys> {
        let mut keys = Keys::new();
        for trusted in &self.signing_keys {
            let key = PublicKey::parse(&trusted.public_key)
                .with_context(|| format!("the signing key {} is not usable", trusted.key_id))?;
            keys.insert(trusted.key_id.clone(), key);
        }
        if keys.is_empty() {
            bail!("the control plane named no signing key; without one no bundle can be trusted");
        }
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt;

    use sentinel_bundle::sign::Signer;
    use sentinel_model::Sha256Digest;
    use uuid::Uuid;

    use super::*;

    fn identity() -> Identity {
        let key = Signer::from_seed(&[1; 32]).public_key();
        let answer = RegisterResponse {
            node_id: NodeId(Uuid::from_u128(7)),
            node_key: "secret".into(),
            poll_interval_s: 30,
            heartbeat_interval_s: 10,
            signing_keys: vec![TrustedKey { key_id: key.key_id(), public_key: key.to_text() }],
            members: vec!["http://127.0.0.1:1".to_owned()],
        };
        Identity::new("shop", "edge-1", answer)
    }

    #[test]
    fn an_identity_is_kept_readable_by_its_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Identity::load(dir.path()).unwrap(), None);
        identity().save(dir.path()).unwrap();
        assert_eq!(Identity::load(dir.path()).unwrap(), Some(identity()));
        let mode = fs::metadata(Identity::path(dir.path())).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(!format!("{:?}", identity()).contains("\"secret\""), "the key does not reach a log");
    }

    #[test]
    fn the_ca_of_the_members_is_kept_beside_them_and_an_identity_without_one_is_read() {
        let dir = tempfile::tempdir().unwrap();
        identity().save(dir.path()).unwrap();
        assert!(!fs::read_to_string(Identity::path(dir.path())).unwrap().contains("trust"));
        let trusting = identity().trusting(Trust::fingerprint(Sha256Digest([7; 32])));
        trusting.save(dir.path()).unwrap();
        assert_eq!(Identity::load(dir.path()).unwrap(), Some(trusting));
    }

    #[test]
    fn a_damaged_identity_is_an_error_and_not_a_new_node() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(Identity::path(dir.path()), b"{").unwrap();
        assert!(Identity::load(dir.path()).unwrap_err().to_string().contains("damaged"));
    }

    #[test]
    fn keys_that_are_none_are_refused() {
        assert_eq!(identity().keys().unwrap().len(), 1);
        let mut wrong = identity();
        wrong.signing_keys[0].public_key = "AAAA".to_owned();
        assert!(wrong.keys().is_err());
        wrong.signing_keys.clear();
        assert!(wrong.keys().is_err());
    }
}
