//! Is an archive what was announced, and was it signed by a key that this node trusts?

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sentinel_api_types::agent::Update;
use sentinel_bundle::archive::{self, ArchiveError, OpenBundle, OpenLimits};
use sentinel_bundle::assignment::AssignmentClaim;
use sentinel_bundle::sign::SignatureError;
use sentinel_model::{NodeId, Ordinal, Sha256Digest};
use sha2::{Digest, Sha256};

use super::identity::Keys;
use super::release::Release;

/// Why an archive is not trusted.
#[derive(Debug, thiserror::Error)]
pub enum Unverified {
    /// Other bytes than announced: damaged on the way, or on disk.
    #[error("the archive's digest is {found}, announced was {announced}")]
    Checksum {
        /// What was announced.
        announced: Sha256Digest,
        /// What the bytes have.
        found: Sha256Digest,
    },
    /// Not an archive of ours.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Another manifest than announced.
    #[error("the manifest's digest is {found}, announced was {announced}")]
    Manifest {
        /// What was announced.
        announced: Sha256Digest,
        /// What the archive has.
        found: Sha256Digest,
    },
    /// Signed by a key that this node does not know.
    #[error("it is signed by the key {0}, which this node does not trust")]
    UnknownKey(String),
    /// The signature is not 64 bytes in base64.
    #[error("the signature is not the base64 of 64 bytes")]
    MalformedSignature,
    /// The signature is wrong.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// Signed for another project of the org.
    #[error("it belongs to the project {found}, this node to {expected}")]
    OtherProject {
        /// The node's project.
        expected: String,
        /// The bundle's project.
        found: String,
    },
}

/// Checks an archive from the outside in.
///
/// # Errors
/// [`Unverified`].
pub fn bundle(release: &Release, archive: &[u8], keys: &Keys) -> Result<OpenBundle, Unverified> {
    let found = Sha256Digest(Sha256::digest(archive).into());
    if found != release.checksum {
        return Err(Unverified::Checksum { announced: release.checksum, found });
    }
    let bundle = archive::open(archive, &OpenLimits::default())?;
    let found = Sha256Digest(bundle.manifest_digest);
    if found != release.manifest_digest {
        return Err(Unverified::Manifest { announced: release.manifest_digest, found });
    }
    let key = keys
        .get(&release.signing_key_id)
        .ok_or_else(|| Unverified::UnknownKey(release.signing_key_id.chars().take(100).collect()))?;
    let signature = release.signature_bytes().ok_or(Unverified::MalformedSignature)?;
    bundle.verify(key, &signature)?;
    Ok(bundle)
}

/// Checks that an assignment was made by the cluster, for this node, in this epoch and at this place of its history.
///
/// # Errors
/// [`Unverified`].
pub fn assignment(update: &Update, node: NodeId, keys: &Keys) -> Result<(), Unverified> {
    let key = keys
        .get(&update.assignment_key_id)
        .ok_or_else(|| Unverified::UnknownKey(update.assignment_key_id.chars().take(100).collect()))?;
    let signature = STANDARD.decode(&update.assignment_signature).ok();
    let signature: [u8; 64] =
        signature.and_then(|bytes| bytes.try_into().ok()).ok_or(Unverified::MalformedSignature)?;
    let claim = AssignmentClaim {
        node,
        at: Ordinal { epoch: update.epoch, generation: update.generation },
        bundle: update.bundle_id,
        manifest_digest: update.manifest_digest,
    };
    Ok(key.verify_assignment(&claim, &signature)?)
}

/// Checks that a bundle belongs to the node's project: the one of the first bundle that it ever verified.
///
/// # Errors
/// [`Unverified::OtherProject`].
pub fn project(bundle: &OpenBundle, known: Option<&str>) -> Result<(), Unverified> {
    let found = &bundle.manifest.project_id;
    match known {
        Some(expected) if expected != found => {
            Err(Unverified::OtherProject { expected: expected.to_owned(), found: found.clone() })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::agent::testing::{NODE, bundle as made, signer, signer_of};

    #[test]
    fn an_assignment_counts_only_for_this_node_and_as_it_was_signed() {
        let update = made(1, "1.0").update();
        let check = |update: &Update, node| assignment(update, node, &signer().keys());
        assert!(check(&update, NODE).is_ok());
        let other = NodeId(uuid::Uuid::from_u128(8));
        assert!(matches!(check(&update, other), Err(Unverified::Signature(_))));
        let mut later = update.clone();
        later.epoch = later.epoch.next();
        assert!(matches!(check(&later, NODE), Err(Unverified::Signature(_))), "nobody else begins an epoch");
        let unsigned = Update { assignment_signature: String::new(), ..update.clone() };
        assert!(matches!(check(&unsigned, NODE), Err(Unverified::MalformedSignature)));
        let unknown = assignment(&update, NODE, &signer_of(9).keys());
        assert!(matches!(unknown, Err(Unverified::UnknownKey(_))));
    }

    #[test]
    fn any_flipped_bit_of_an_archive_is_found() {
        let made = made(1, "1.0");
        let keys = signer().keys();
        assert!(bundle(&made.release, &made.archive, &keys).is_ok());
        for at in (0..made.archive.len()).step_by(made.archive.len() / 50 + 1) {
            let mut bytes = made.archive.clone();
            bytes[at] ^= 0x10;
            assert!(
                matches!(bundle(&made.release, &bytes, &keys), Err(Unverified::Checksum { .. })),
                "byte {at}"
            );
        }
    }

    #[test]
    fn a_signature_counts_only_under_a_trusted_key_and_over_this_manifest() {
        let made = made(1, "1.0");
        let other = signer_of(9);
        let unknown = bundle(&made.release, &made.archive, &other.keys());
        assert!(matches!(unknown, Err(Unverified::UnknownKey(_))));
        let by_other =
            Release { signature: other.sign(&made.release.manifest_digest.0), ..made.release.clone() };
        let forged = bundle(&by_other, &made.archive, &signer().keys());
        assert!(matches!(forged, Err(Unverified::Signature(_))));
        let short = Release { signature: "AAAA".to_owned(), ..made.release.clone() };
        assert!(matches!(
            bundle(&short, &made.archive, &signer().keys()),
            Err(Unverified::MalformedSignature)
        ));
        let swapped = Release { manifest_digest: Sha256Digest([3; 32]), ..made.release.clone() };
        assert!(matches!(
            bundle(&swapped, &made.archive, &signer().keys()),
            Err(Unverified::Manifest { .. })
        ));
    }

    #[test]
    fn a_bundle_of_another_project_is_refused_once_the_project_is_known() {
        let open = made(1, "1.0").open;
        assert!(project(&open, None).is_ok());
        assert!(project(&open, Some(&open.manifest.project_id)).is_ok());
        assert!(matches!(project(&open, Some("other")), Err(Unverified::OtherProject { .. })));
    }
}
