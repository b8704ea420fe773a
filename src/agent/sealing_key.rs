//! The key of this node: what it is handed is sealed for it. Made when it is first needed; its private half never leaves the data directory.

use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::crypto::aws_lc_rs::hpke::DH_KEM_X25519_HKDF_SHA256_AES_256 as SUITE;
use rustls::crypto::hpke::{EncapsulatedSecret, Hpke, HpkePrivateKey};
use sentinel_api_types::node_secret::{INFO, NodeSecrets, SealedNodeSecrets};
use sentinel_model::project_secret::SEALING_KEY_BYTES;
use sentinel_model::{BundleId, NodeId};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::durable;

/// Where it lies in the data directory.
const FILE: &str = "sealing-key.json";

/// See the module.
#[derive(Clone, Debug)]
pub struct SealingKey {
    path: PathBuf,
}

/// As it lies on disk, both halves in base64.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    public: String,
    private: sentinel_api_types::Secret,
}

impl SealingKey {
    /// The one in a data directory.
    pub fn of(data_dir: &Path) -> Self {
        Self { path: data_dir.join(FILE) }
    }

    /// The public half, in base64, of the key on disk or of a new one, which is on disk then.
    ///
    /// # Errors
    /// It cannot be read or kept.
    pub fn public(&self) -> anyhow::Result<String> {
        Ok(self.load_or_make()?.public)
    }

    /// Opens what a member has sealed for this node and this bundle.
    ///
    /// # Errors
    /// It was sealed for another key, node or bundle, or altered on the way.
    pub fn open(
        &self,
        sealed: &SealedNodeSecrets,
        node: NodeId,
        bundle: BundleId,
    ) -> anyhow::Result<NodeSecrets> {
        let private = Zeroizing::new(STANDARD.decode(self.load_or_make()?.private.expose())?);
        let bytes = STANDARD.decode(&sealed.sealed).context("what was sealed is not base64")?;
        let (encapsulated, text) =
            bytes.split_at_checked(SEALING_KEY_BYTES).context("what was sealed is too short")?;
        let encapsulated = EncapsulatedSecret(encapsulated.to_vec());
        let opened =
            SUITE.open(&encapsulated, INFO, node.as_bytes(), text, &HpkePrivateKey::from(private.to_vec()));
        let Ok(opened) = opened.map(Zeroizing::new) else {
            bail!("what was sealed does not open with the key of this node");
        };
        // The words of the parser might tell what it has found there.
        let Ok(secrets) = serde_json::from_slice::<NodeSecrets>(&opened) else {
            bail!("what was sealed cannot be read");
        };
        if (secrets.node_id, secrets.bundle_id, secrets.stamp) != (node, bundle, sealed.stamp) {
            bail!("what was sealed is for another node or bundle");
        }
        Ok(secrets)
    }

    fn load_or_make(&self) -> anyhow::Result<Kept> {
        match fs::read(&self.path).map(Zeroizing::new) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|_| anyhow::anyhow!("{} is damaged", self.path.display())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.make(),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", self.path.display())),
        }
    }

    fn make(&self) -> anyhow::Result<Kept> {
        let (public, private) = SUITE.generate_key_pair()?;
        let kept = Kept {
            public: STANDARD.encode(public.0),
            private: STANDARD.encode(private.secret_bytes()).into(),
        };
        let bytes = Zeroizing::new(serde_json::to_vec(&kept)?);
        durable::replace(&self.path, &bytes, 0o600)
            .with_context(|| format!("cannot write {}", self.path.display()))?;
        Ok(kept)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;
    use std::os::unix::fs::PermissionsExt;

    use rustls::crypto::hpke::HpkePublicKey;
    use sentinel_api_types::Secret;
    use sentinel_model::Sha256Digest;
    use uuid::Uuid;

    use super::*;

    const NODE: NodeId = NodeId(Uuid::from_u128(7));
    const BUNDLE: BundleId = BundleId(Uuid::from_u128(8));

    fn sealed(public: &str) -> SealedNodeSecrets {
        let stamp = Sha256Digest([3; 32]);
        let values = BTreeMap::from([("TOKEN".to_owned(), Secret::new("hunter2"))]);
        let certificates = BTreeMap::new();
        let secrets = NodeSecrets { node_id: NODE, bundle_id: BUNDLE, stamp, values, certificates };
        let text = serde_json::to_vec(&secrets).unwrap();
        let key = HpkePublicKey(STANDARD.decode(public).unwrap());
        let (encapsulated, sealed) = SUITE.seal(INFO, NODE.as_bytes(), &text, &key).unwrap();
        SealedNodeSecrets { stamp, sealed: STANDARD.encode([encapsulated.0, sealed].concat()) }
    }

    #[test]
    fn what_is_sealed_opens_with_the_key_of_this_node_for_it_and_its_bundle_alone() {
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let key = SealingKey::of(dir.path());
        let public = key.public().unwrap();
        assert_eq!(key.public().unwrap(), public, "it is made once");
        let mode = fs::metadata(dir.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let sealed = sealed(&public);
        assert_eq!(key.open(&sealed, NODE, BUNDLE).unwrap().values["TOKEN"].expose(), "hunter2");
        assert!(SealingKey::of(other.path()).open(&sealed, NODE, BUNDLE).is_err());
        assert!(key.open(&sealed, NodeId(Uuid::nil()), BUNDLE).is_err());
        assert!(key.open(&sealed, NODE, BundleId(Uuid::nil())).is_err());
        let stamp = Sha256Digest([4; 32]);
        assert!(key.open(&SealedNodeSecrets { stamp, ..sealed.clone() }, NODE, BUNDLE).is_err());
        for cut in ["", "AAAA"] {
            assert!(
                key.open(&SealedNodeSecrets { sealed: cut.into(), ..sealed.clone() }, NODE, BUNDLE).is_err()
            );
        }
    }
}
