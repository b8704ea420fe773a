#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use sentinel_model::config::Document;
use serde_json::json;

use super::*;
use crate::archive::{self, OpenLimits};
use crate::compile::{Artefact, CompileError, CompileInput, OperationsOptions, Source, compile};
use crate::proxy_config;

/// The certificate of an authority, or of somebody else.
pub(crate) fn certificate(authority: bool) -> String {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Someone");
    if authority {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap().pem()
}

fn document(pem: &str) -> Document {
    serde_json::from_value(json!({
        "version": 1,
        "listeners": {
            "http": { "address": "127.0.0.1:80" },
            "https": { "address": "127.0.0.1:443", "protocol": "https", "tls": {
                "certificate": "edge", "client_trust_store": "clients" } },
        },
        "services": { "all": { "route_path": "/*", "upstream_url": "http://a" } },
        "trust_stores": {
            "clients": { "certificates_pem": pem },
            "idle": { "certificates_pem": "-----BEGIN CERTIFICATE-----" },
        },
    }))
    .unwrap()
}

fn compiled(source: Source<'_>) -> Result<Artefact, CompileError> {
    compile(&CompileInput {
        project_id: "shop",
        version: "1",
        source,
        marker_key: &[1; 32],
        operations: OperationsOptions::default(),
        extra_files: Vec::new(),
    })
}

#[test]
fn a_bundle_carries_the_trust_stores_that_its_listeners_name_and_a_node_finds_them() {
    let (first, second) = (certificate(true), certificate(true));
    let mut files = BTreeSet::new();
    for pem in [&first, &format!("what people write\n{first}"), &second] {
        let artefact = compiled(Source::Document(&document(pem))).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(artefact.manifest.trust_stores, ["clients"]);
        assert_eq!(artefact.warnings.len(), 1, "{:?}", artefact.warnings);
        assert_eq!(artefact.warnings[0].path.as_deref(), Some("trust_stores.idle"));
        let mut bundle = archive::open(&artefact.archive, &OpenLimits::default()).unwrap();
        bundle.keep_compiled();
        let (name, content) = super::files(&bundle).into_iter().next().unwrap();
        assert!(pem.ends_with(std::str::from_utf8(content).unwrap()), "{pem}");
        let template = bundle.compiled().unwrap();
        let mut config = proxy_config::parse_template(template, &artefact.manifest.variables).unwrap();
        place(&mut config, "/data/trust-stores".as_ref());
        let tls = config.listeners.iter().find_map(|listener| listener.tls.as_ref()).unwrap();
        assert!(tls.client_auth);
        assert_eq!(tls.ca_file.as_deref(), Some(Path::new("/data/trust-stores").join(&name).as_path()));
        files.insert(name);
    }
    assert_eq!(files.len(), 2, "another content is another file, and the same is the same: {files:?}");
}

#[test]
fn a_trust_store_holds_certificates_of_authorities_and_nothing_else() {
    let authority = certificate(true);
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let list = "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n";
    for (pem, words) in [
        (certificate(false), "block 1 ('CN=Someone') is not the certificate of an authority"),
        (format!("{authority}{broken}"), "block 2 is not an X.509 certificate"),
        (format!("{authority}{list}"), "block 2 is no certificate, but X509 CRL"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n".to_owned(), "block 1 cannot be read as PEM"),
    ] {
        let Err(CompileError::Invalid(problems)) = compiled(Source::Document(&document(&pem))) else {
            panic!("{pem}")
        };
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].message, words);
        assert_eq!(problems[0].path.as_deref(), Some("trust_stores.clients.certificates_pem"));
    }
}

#[test]
fn a_text_cannot_name_a_trust_store() {
    let text = crate::compile::tests::SOURCE
        .replace("/up", &format!("/{}", reference("clients", &certificate(true))));
    let Err(CompileError::Invalid(problems)) = compiled(Source::Text(&text)) else { panic!() };
    assert_eq!(problems[0].code, "trust-store-misplaced");
}
