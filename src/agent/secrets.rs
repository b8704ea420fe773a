//! The values of the secrets that a bundle names, and its certificates with their keys, as this node was handed them. They lie beside the bundle that names them, readable by the agent alone, so that
//! its proxy runs again without a control plane.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use sentinel_api_types::Secret;
use sentinel_api_types::node_secret::{NodeCertificate, NodeSecrets};
use sentinel_bundle::secrets;
use sentinel_model::Sha256Digest;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::durable;

/// Format of the file.
const FORMAT: u32 = 1;

/// See the module. None at all for a bundle that names none. Cheap to clone.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets(Option<Arc<Kept>>);

/// As it lies on disk.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    format: u32,
    /// Which values these are, as members name it.
    stamp: Sha256Digest,
    /// Goes into what is told of files that have the values in them, so that nobody can try values against it.
    salt: Secret,
    values: BTreeMap<String, Secret>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    certificates: BTreeMap<String, NodeCertificate>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({:?})", self.stamp())
    }
}

impl Secrets {
    /// From what a member has sealed.
    pub fn new(opened: NodeSecrets) -> Self {
        let salt = Secret::new(hex::encode(rand::random::<[u8; 32]>()));
        let NodeSecrets { stamp, values, certificates, .. } = opened;
        let kept = Kept { format: FORMAT, stamp, salt, values, certificates };
        Self(Some(Arc::new(kept)))
    }

    /// Which values these are; `None`: there are none.
    pub fn stamp(&self) -> Option<Sha256Digest> {
        self.0.as_ref().map(|kept| kept.stamp)
    }

    /// The certificates with their keys, by slug.
    pub fn certificates(&self) -> impl Iterator<Item = (&str, &NodeCertificate)> {
        let all = self.0.iter().flat_map(|kept| &kept.certificates);
        all.map(|(slug, certificate)| (slug.as_str(), certificate))
    }

    /// Whether others have the same certificates and keys.
    pub fn same_certificates(&self, others: &Self) -> bool {
        self.certificates().eq(others.certificates())
    }

    /// How many values there are.
    pub fn count(&self) -> usize {
        self.0.as_ref().map_or(0, |kept| kept.values.len())
    }

    /// The value of a secret.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.as_ref()?.values.get(name).map(Secret::expose)
    }

    /// All of them.
    pub fn values(&self) -> BTreeMap<&str, &str> {
        let all = self.0.iter().flat_map(|kept| &kept.values);
        all.map(|(name, value)| (name.as_str(), value.expose())).collect()
    }

    /// Words without any of the values.
    pub fn hide_in(&self, words: &str) -> String {
        let values: Vec<_> = self.values().into_iter().collect();
        secrets::without(words, &values)
    }

    /// Whether others have the same values.
    pub fn same_values(&self, others: &Self) -> bool {
        self.values() == others.values()
    }

    /// What begins a digest of a file that has the values in it.
    pub fn salt(&self) -> &[u8] {
        self.0.as_ref().filter(|_| self.count() > 0).map_or(&[], |kept| kept.salt.expose().as_bytes())
    }

    /// Reads them; a bundle that names none needs no file.
    ///
    /// # Errors
    /// The file cannot be read, or is not one.
    pub fn load(path: &Path) -> io::Result<Self> {
        let bytes = Zeroizing::new(fs::read(path)?);
        let kept: Result<Kept, _> = serde_json::from_slice(&bytes);
        match kept {
            Ok(kept) if kept.format == FORMAT => Ok(Self(Some(Arc::new(kept)))),
            // The words of the parser might tell what it has found there.
            _ => Err(io::Error::new(io::ErrorKind::InvalidData, "the file of the secrets is damaged")),
        }
    }

    /// Keeps them, readable by this user alone; removes the file where there are none.
    ///
    /// # Errors
    /// Whatever the file system says; the old file is then untouched.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        match self.bytes()? {
            None => durable::remove(path),
            Some(bytes) => durable::replace(path, &bytes, 0o600),
        }
    }

    /// Digest of the file; `None`: there is none.
    pub fn digest(&self) -> Option<Sha256Digest> {
        let bytes = self.bytes().ok().flatten()?;
        Some(Sha256Digest(Sha256::digest(&*bytes).into()))
    }

    fn bytes(&self) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
        let Some(kept) = &self.0 else { return Ok(None) };
        Ok(Some(Zeroizing::new(serde_json::to_vec(&**kept)?)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt;

    use sentinel_model::{BundleId, NodeId};
    use uuid::Uuid;

    use super::*;

    fn secrets() -> Secrets {
        Secrets::new(NodeSecrets {
            node_id: NodeId(Uuid::nil()),
            bundle_id: BundleId(Uuid::nil()),
            stamp: Sha256Digest([1; 32]),
            values: BTreeMap::from([("TOKEN".to_owned(), Secret::new("hunter2"))]),
            certificates: BTreeMap::new(),
        })
    }

    #[test]
    fn values_are_kept_for_this_user_alone_and_shown_nowhere() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secrets.json");
        let secrets = secrets();
        secrets.save(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(Secrets::load(&path).unwrap(), secrets);
        assert_eq!(secrets.value("TOKEN"), Some("hunter2"));
        assert!(!format!("{secrets:?}").contains("hunter2"));
        assert_eq!(secrets.hide_in("bad value \"hunter2\""), "bad value \"${secrets.TOKEN}\"");
        assert_ne!(secrets.salt(), self::secrets().salt(), "each time another one");
        Secrets::default().save(&path).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_damaged_file_is_told_without_what_is_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secrets.json");
        for damaged in [r#"{"format":"hunter2"}"#, r#"{"hunter2":1}"#, "hunter2"] {
            fs::write(&path, damaged).unwrap();
            let words = Secrets::load(&path).unwrap_err().to_string();
            assert!(words.contains("damaged") && !words.contains("hunter2"), "{words}");
        }
    }
}
