//! Bundles that name secrets.
#![allow(clippy::unwrap_used)]

use super::tests::{SOURCE, input};
use super::*;
use crate::certificates;
use crate::proxy_config;
use crate::secrets::fill;

const HEADERS: &str =
    r#"route "everything" { policies { request-headers { set { "X-Key" "Bearer ${secrets.TOKEN}"; }; }; };"#;

fn of_text() -> String {
    SOURCE.replace("route \"everything\" {", HEADERS)
}

fn document(more: serde_json::Value) -> Document {
    let mut service = serde_json::json!({ "route_path": "/*", "upstream_url": "http://a" });
    service.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    crate::emit::tests::document(serde_json::json!({ "version": 1, "services": { "s": service } }))
}

fn refused(source: Source<'_>) -> Vec<Problem> {
    match compile(&CompileInput { source, ..input("") }) {
        Err(CompileError::Invalid(problems)) => problems,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_bundle_says_which_secrets_it_names_and_shows_no_configuration() {
    let document = document(
        serde_json::json!({ "headers": { "request": { "set": { "X-Key": "Bearer ${secrets.TOKEN}" } } } }),
    );
    let text = of_text();
    for source in [Source::Document(&document), Source::Text(&text)] {
        let artefact =
            compile(&CompileInput { source, ..input("") }).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(artefact.manifest.secrets, ["TOKEN"]);
        assert_eq!(artefact.manifest.operations.config_path, None);
        let parsed = proxy_config::parse_template(&artefact.compiled, &artefact.manifest.variables).unwrap();
        let filled = fill(&proxy_config::to_json(&parsed).unwrap(), |_| Some("hunter2")).unwrap();
        assert!(filled.contains("Bearer hunter2") && !filled.contains("/config"), "{filled}");
    }
}

#[test]
fn a_bundle_without_secrets_is_what_it_was() {
    let artefact = compile(&input(SOURCE)).unwrap();
    assert_eq!(artefact.manifest.operations.config_path.as_deref(), Some("/config"));
    let manifest = String::from_utf8(artefact.manifest.to_bytes().unwrap()).unwrap();
    assert!(!manifest.contains("secrets"), "{manifest}");
    let comment = format!("// ${{secrets.TOKEN}}\n{SOURCE}");
    assert!(compile(&input(&comment)).unwrap().manifest.secrets.is_empty(), "a comment names none");
}

#[test]
fn a_secret_is_refused_where_it_cannot_be_or_would_be_shown() {
    let inert = document(serde_json::json!({ "description": "${secrets.TOKEN}" }));
    assert_eq!(refused(Source::Document(&inert))[0].code, "secret-misplaced");
    let name = of_text().replace("upstream \"shop\"", "upstream \"${secrets.TOKEN}\"");
    assert!(refused(Source::Text(&name)).iter().all(|problem| problem.code == "secret-misplaced"));
    let shown = of_text().replace("builtin-handler \"health\"", "builtin-handler \"config\"");
    assert_eq!(refused(Source::Text(&shown))[0].code, "secret-exposed");
    let malformed = of_text().replace("secrets.TOKEN", "secrets.token");
    assert_eq!(refused(Source::Text(&malformed))[0].code, "secret-malformed");
}

#[test]
fn a_bundle_names_certificates_and_answers_for_their_authorities() {
    let mut document = document(serde_json::json!({}));
    document.listeners = serde_json::from_value(serde_json::json!({
        "http": { "address": "127.0.0.1:80" },
        "https": { "address": "127.0.0.1:443", "protocol": "https", "tls": {
            "certificate": "edge", "names": [{ "hosts": ["*.example.com"], "certificate": "wild" }] } },
    }))
    .unwrap();
    let tls = r#"listener "tls" { address "127.0.0.1:443"; protocol "https"; tls {
        cert-file "${certificates.edge.chain}"; key-file "${certificates.edge.key}"; }; }; listener "public""#;
    let text = SOURCE.replace("listener \"public\"", tls);
    for (source, named) in
        [(Source::Document(&document), vec!["edge", "wild"]), (Source::Text(&text), vec!["edge"])]
    {
        let artefact =
            compile(&CompileInput { source, ..input("") }).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(artefact.manifest.certificates, named);
        let mut config =
            proxy_config::parse_template(&artefact.compiled, &artefact.manifest.variables).unwrap();
        certificates::place(&mut config, "/data/certificates".as_ref(), "127.0.0.1:9".parse().unwrap());
        let json = proxy_config::to_json_checked(&config).unwrap();
        assert!(
            json.contains("/data/certificates/edge/key.pem") && !json.contains("${certificates"),
            "{json}"
        );
        assert!(json.contains("127.0.0.1:9") && json.contains(certificates::CHALLENGE_PATH), "{json}");
        assert!(!artefact.config.routes.iter().any(|route| route.id == certificates::CHALLENGES));
    }
    let alone = text.replace("${certificates.edge.key}", "/etc/key.pem");
    assert_eq!(refused(Source::Text(&alone))[0].code, "certificate-malformed");
    let elsewhere = SOURCE.replace("/up", "/${certificates.edge.chain}");
    assert_eq!(refused(Source::Text(&elsewhere))[0].code, "certificate-misplaced");
}
