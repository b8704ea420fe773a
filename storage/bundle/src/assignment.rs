//! Ed25519 signatures over assignments: that this node shall run this bundle now was decided by the cluster.
//!
//! The order of assignments is part of it, so nobody between a member and a node can take the node back to an earlier one, and
//! a cluster that begins a new epoch can, with proof.

use sentinel_model::{BundleId, NodeId, Ordinal, Sha256Digest};

use crate::sign::{PublicKey, SignatureError, Signer};

/// Precedes the fields in the signed message, so that a signature made for this purpose is good for no other.
pub const DOMAIN: &[u8] = b"sentinel-assignment-v1\0";

/// What is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssignmentClaim {
    /// For whom it is.
    pub node: NodeId,
    /// Its place among all that the node was given.
    pub at: Ordinal,
    /// The bundle.
    pub bundle: BundleId,
    /// Digest of its manifest.
    pub manifest_digest: Sha256Digest,
}

impl AssignmentClaim {
    /// Every field has a fixed length, so no two claims have the same message.
    fn message(&self) -> Vec<u8> {
        let (epoch, generation) = (self.at.epoch.0.to_be_bytes(), self.at.generation.0.to_be_bytes());
        let ids: [&[u8]; 2] = [self.node.as_bytes(), self.bundle.as_bytes()];
        [DOMAIN, ids[0], &epoch, &generation, ids[1], &self.manifest_digest.0].concat()
    }
}

impl Signer {
    /// Signs an assignment.
    pub fn sign_assignment(&self, claim: &AssignmentClaim) -> [u8; 64] {
        self.sign_message(&claim.message())
    }
}

impl PublicKey {
    /// Verifies the signature of an assignment.
    ///
    /// # Errors
    /// [`SignatureError`].
    pub fn verify_assignment(
        &self,
        claim: &AssignmentClaim,
        signature: &[u8; 64],
    ) -> Result<(), SignatureError> {
        self.verify_message(&claim.message(), signature)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sentinel_model::{Epoch, Generation};

    use super::*;

    fn id<T: std::str::FromStr>(number: u32) -> T {
        format!("{number:032x}").parse().ok().unwrap()
    }

    #[test]
    fn a_signature_is_good_for_one_node_one_place_and_one_bundle() {
        let claim = AssignmentClaim {
            node: id(1),
            at: Ordinal { epoch: Epoch(2), generation: Generation(3) },
            bundle: id(4),
            manifest_digest: Sha256Digest([5; 32]),
        };
        let signer = Signer::from_seed(&[7; 32]);
        let signature = signer.sign_assignment(&claim);
        let verify = |claim: &AssignmentClaim| signer.public_key().verify_assignment(claim, &signature);
        assert_eq!(verify(&claim), Ok(()));
        let at = |epoch, generation| Ordinal { epoch: Epoch(epoch), generation: Generation(generation) };
        for other in [
            AssignmentClaim { node: id(2), ..claim },
            AssignmentClaim { at: at(3, 3), ..claim },
            AssignmentClaim { at: at(2, 4), ..claim },
            AssignmentClaim { bundle: id(5), ..claim },
            AssignmentClaim { manifest_digest: Sha256Digest([6; 32]), ..claim },
        ] {
            assert_eq!(verify(&other), Err(SignatureError), "{other:?}");
        }
        let of_manifest = signer.sign(&claim.manifest_digest.0);
        assert_eq!(signer.public_key().verify_assignment(&claim, &of_manifest), Err(SignatureError));
    }
}
