//! Certificates that the CA issues for serving clients: any client that trusts the CA takes them, and no member does.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ClientConfig, RootCertStore};
use sentinel_model::MemberId;
use sentinel_pki::{Ca, CertificateDer, LIFETIME, MemberKey, Refusal, ServerNames, join_client_config};

use crate::cluster::{NOW, ca, clock, member};
use crate::shake::{rogue_client, rogue_server, shake};

type Chain = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn served(ca: &Ca, dns: &str) -> Chain {
    let key = MemberKey::generate().unwrap();
    let names = ServerNames::new([dns], ["127.0.0.1".parse().unwrap()]).unwrap();
    let own = ca.issue_server(&key.csr().unwrap(), &names, NOW, LIFETIME).unwrap();
    let key = key.pkcs8().expose().to_vec().try_into().unwrap();
    (vec![own, ca.certificate().clone()], key)
}

/// What a browser or an agent does.
fn web_client(ca: &Ca) -> Arc<ClientConfig> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(ca.certificate().clone()).unwrap();
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let config = ClientConfig::builder_with_details(provider, Arc::new(clock(NOW)));
    let config = config.with_safe_default_protocol_versions().unwrap();
    Arc::new(config.with_webpki_verifier(verifier.build().unwrap()).with_no_client_auth())
}

#[tokio::test]
async fn whoever_trusts_the_ca_takes_it_for_its_names_and_for_no_other() {
    let ca = ca();
    // The test's connections are opened with the name `anything.example`.
    shake(rogue_server(served(&ca, "anything.example")), web_client(&ca)).await.both();
    let other = shake(rogue_server(served(&ca, "other.example")), web_client(&ca)).await;
    let error = other.refused_by_client();
    assert!(error.to_string().contains("not valid for name"), "{error}");
}

#[tokio::test]
async fn it_makes_no_member_as_a_server() {
    let ca = ca();
    let one = member(&ca, 1);
    let server = || rogue_server(served(&ca, "anything.example"));
    let join = join_client_config(ca.fingerprint(), &clock(NOW));
    for caller in [one.client_config(MemberId(2)), join] {
        let error = shake(server(), caller).await.refused_by_client();
        assert!(matches!(Refusal::of(&error), Some(Refusal::NotAMember(_))), "{error}");
    }
}

#[tokio::test]
async fn it_makes_no_member_as_a_client() {
    let ca = ca();
    let caller = rogue_client(&ca, served(&ca, "anything.example"), clock(NOW));
    let error = shake(member(&ca, 1).server_config(), caller).await.refused_by_server();
    // Its purpose alone shuts it out, before anybody looks at its name.
    assert!(error.to_string().contains("extended key usage"), "{error}");
}
