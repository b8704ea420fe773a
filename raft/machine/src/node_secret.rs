//! What nodes are handed beside their bundle: the values of the secrets that it names, and its certificates with their keys.

use sentinel_model::bundle::Bundle;
use sentinel_model::{EnvironmentId, Sha256Digest};
use sha2::{Digest, Sha256};

use crate::tables::{Read, TableError};
use crate::{certificate, secret};

/// What a node of an environment shall have of the secrets and certificates that a bundle names, as one digest: it is another one whenever one of them is.
pub fn stamp(
    read: &(impl Read + ?Sized),
    bundle: &Bundle,
    environment: Option<EnvironmentId>,
) -> Result<Sha256Digest, TableError> {
    let project = bundle.project_id;
    let mut hasher = Sha256::new();
    hasher.update(b"sentinel-secrets-v1\0");
    for slug in &bundle.certificates {
        let found = certificate::find(read, project, slug)?;
        let (id, version) = found.map_or(([0; 16], 0), |one| (*one.id.as_bytes(), one.version()));
        hasher.update((slug.len() as u64).to_be_bytes());
        hasher.update(slug.as_bytes());
        hasher.update(id);
        hasher.update(version.to_be_bytes());
    }
    for name in &bundle.secrets {
        hasher.update((name.len() as u64).to_be_bytes());
        hasher.update(name.as_bytes());
        match secret::of_name(read, project, name, environment)? {
            Some(there) => {
                hasher.update(there.secret_id.as_bytes());
                hasher.update(there.version.to_be_bytes());
            }
            None => hasher.update([0; 24]),
        }
    }
    Ok(Sha256Digest(hasher.finalize().into()))
}
