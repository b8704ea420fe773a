#![allow(clippy::unwrap_used)]

use sentinel_model::{ClusterId, MemberId};
use uuid::Uuid;

use super::*;
use crate::ca::Ca;
use crate::key::MemberKey;
use crate::validity::LIFETIME;

const NOW: Time = Time(1_800_000_000_000);

struct Two {
    ca: Ca,
    /// Who is asked.
    server: Identity,
    /// Whose certificate has expired at [`Two::LATER`].
    sleeper: Identity,
}

impl Two {
    /// A year later.
    const LATER: Time = Time(NOW.0 + 365 * 86_400_000);

    fn new() -> Self {
        let ca = Ca::create(ClusterId(Uuid::from_u128(7)), NOW).unwrap();
        let (server, sleeper) = (identity(&ca, 1, Self::LATER), identity(&ca, 2, NOW));
        assert!(sleeper.expired(Self::LATER) && !server.expired(Self::LATER));
        Self { ca, server, sleeper }
    }
}

fn identity(ca: &Ca, id: u64, now: Time) -> Identity {
    let key = MemberKey::generate().unwrap();
    let name = MemberName::new(ca.cluster_id(), MemberId(id));
    let own = ca.issue(&key.csr().unwrap(), name, now, LIFETIME).unwrap();
    Identity::new(vec![ca.certificate().clone()], vec![own], key).unwrap()
}

#[test]
fn a_member_whose_certificate_expired_long_ago_gets_a_new_one_by_its_key() {
    let Two { ca, server, sleeper } = Two::new();
    let fresh = MemberKey::generate().unwrap();
    let proof = RenewalProof::sign(&sleeper, fresh.csr().unwrap(), Two::LATER).unwrap();
    let renewal = proof.verify(&server, Two::LATER).unwrap();
    assert_eq!(renewal.name, sleeper.name());
    assert_eq!(renewal.certificate, fingerprint(sleeper.certificate()));
    assert_eq!(renewal.validity, sleeper.validity());
    let chain = vec![ca.issue(&renewal.csr, renewal.name, Two::LATER, LIFETIME).unwrap()];
    let renewed = sleeper.renewed(chain, fresh).unwrap();
    assert!(!renewed.expired(Two::LATER) && !renewed.renew_due(Two::LATER));
}

#[test]
fn a_proof_of_which_anything_was_changed_does_not_hold() {
    let Two { server, sleeper, .. } = Two::new();
    let csr = MemberKey::generate().unwrap().csr().unwrap();
    let proof = RenewalProof::sign(&sleeper, csr, Two::LATER).unwrap();
    let other = MemberKey::generate().unwrap().csr().unwrap();
    let changed = [
        RenewalProof { csr: other, ..proof.clone() },
        RenewalProof { signed_at: Two::LATER.plus_ms(1), ..proof.clone() },
        RenewalProof { certificate: server.certificate().to_vec(), ..proof.clone() },
        RenewalProof { signature: Vec::new(), ..proof },
    ];
    for proof in changed {
        assert!(matches!(proof.verify(&server, Two::LATER), Err(ProofError::Signature(_))), "{proof:?}");
    }
}

#[test]
fn a_certificate_of_another_ca_or_cluster_proves_nothing() {
    let Two { server, .. } = Two::new();
    let csr = MemberKey::generate().unwrap().csr().unwrap();
    let ask = |cluster| {
        let ca = Ca::create(cluster, NOW).unwrap();
        let proof = RenewalProof::sign(&identity(&ca, 2, NOW), csr.clone(), NOW).unwrap();
        proof.verify(&server, NOW).unwrap_err()
    };
    assert!(matches!(ask(server.cluster_id()), ProofError::OtherCa(_)));
    assert!(matches!(ask(ClusterId(Uuid::from_u128(8))), ProofError::OtherCluster(_)));
    let proof = RenewalProof { certificate: vec![0x30; 80], csr, signed_at: NOW, signature: vec![1] };
    assert!(matches!(proof.verify(&server, NOW), Err(ProofError::Certificate(_))));
}

#[test]
fn a_proof_is_good_while_clocks_may_be_apart_and_not_longer() {
    let Two { server, sleeper, .. } = Two::new();
    let csr = MemberKey::generate().unwrap().csr().unwrap();
    let proof = RenewalProof::sign(&sleeper, csr, Two::LATER).unwrap();
    let tolerance = CLOCK_TOLERANCE.as_millis() as i64;
    for off in [-tolerance, tolerance] {
        assert!(proof.verify(&server, Time(Two::LATER.0 + off)).is_ok(), "{off}");
        let beyond = proof.verify(&server, Time(Two::LATER.0 + off + off.signum()));
        let error = beyond.unwrap_err();
        assert!(matches!(error, ProofError::Stale { ahead, .. } if ahead == (off < 0)), "{error}");
        assert!(error.to_string().contains("compare the clocks"), "{error}");
    }
}
