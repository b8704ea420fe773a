//! Certificates from the command line: chain and key go in by files or a pipe, and no key is printed.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};

use crate::cli::{Ran, User};

const NOT_FOUND: i32 = 3;
const REFUSED: i32 = 4;

/// PEM of a chain of two and of its key.
fn issued(names: &[&str]) -> (String, String) {
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.distinguished_name.push(DnType::CommonName, "Test CA");
    let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate().unwrap()).unwrap();
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut own = CertificateParams::new(names).unwrap();
    own.not_after = date_time_ymd(2100, 1, 1);
    let key = KeyPair::generate().unwrap();
    let own = own.signed_by(&key, &ca).unwrap();
    (format!("{}{}", own.pem(), ca.pem()), key.serialize_pem())
}

fn run(user: &User, line: &[&str], input: &str) -> Ran {
    let line = [line, &["--project", "shop"]].concat();
    let ran = tokio::task::block_in_place(|| user.run_with(&line, input));
    assert!(
        !ran.out.contains("PRIVATE") && !ran.err.contains("PRIVATE"),
        "{line:?}: {} {}",
        ran.out,
        ran.err
    );
    ran
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_uploaded_replaced_shown_and_deleted() {
    let user = User::admin().await;
    let by = |line: &[&str], input: &str| run(&user, line, input);
    tokio::task::block_in_place(|| user.run(&["project", "create", "Shop", "--slug", "shop"])).ok();
    let (chain, key) = issued(&["shop.example", "www.shop.example"]);
    let chain_file = user.file("chain.pem", &format!("subject=CN=shop\n{chain}"));
    let key_file = user.file("key.pem", &key);
    let upload = ["certificate", "upload", "web", "--chain", &chain_file, "--key", &key_file];
    let made = by(&upload, "").ok();
    let said =
        "added certificate web: version 1, for shop.example, www.shop.example, until 2100-01-01 00:00:00Z";
    assert_eq!(made.trim(), said);
    by(&upload, "").failed(REFUSED);

    let (other_chain, other_key) = issued(&["shop.example"]);
    let other_file = user.file("other.pem", &other_chain);
    let replace = ["certificate", "replace", "web", "--chain", &other_file, "--key"];
    let crossed = by(&[&replace[..], &[&key_file]].concat(), "").failed(REFUSED);
    assert!(crossed.contains("key: is not the key of certificate 1 of the chain"), "{crossed}");
    let replaced = by(&[&replace[..], &["-"]].concat(), &other_key);
    assert!(replaced.err.contains("warning: it is not for www.shop.example any more"), "{}", replaced.err);
    assert!(replaced.ok().contains("replaced certificate web: version 2"));
    by(&["certificate", "update", "web", "--description", "of the shop"], "").ok();
    let listed = by(&["cert", "list"], "").ok();
    assert!(listed.contains("shop.example") && listed.contains("of the shop"), "{listed}");
    assert!(listed.contains("2100-01-01 00:00:00Z") && listed.contains("Test CA"), "{listed}");
    let shown = by(&["certificate", "show", "web"], "").ok();
    assert!(shown.contains("ECDSA P-256") && shown.contains("Version 1"), "{shown}");
    let shown = by(&["certificate", "show", "web", "-o", "json"], "").json();
    assert_eq!(shown["chain"].as_str().unwrap().matches("BEGIN CERTIFICATE").count(), 2);
    let nowhere = "https://localhost:1/directory";
    let request =
        ["certificate", "request", "api", "--domain", "api.example.com", "--contact", "ada@example.com"];
    let asked = by(&[&request[..], &["--directory", nowhere]].concat(), "").ok();
    assert!(asked.contains("asked for certificate api"), "{asked}");
    let shown = by(&["certificate", "show", "api"], "").ok();
    assert!(shown.contains(nowhere) && shown.contains("api.example.com"), "{shown}");
    by(&["certificate", "renew", "api"], "").ok();
    by(&["certificate", "renew", "web"], "").failed(REFUSED);
    by(&["certificate", "request", "all", "--domain", "*.example.com", "--contact", "ada@example.com"], "")
        .failed(REFUSED);
    by(&["certificate", "delete", "web", "--yes"], "").ok();
    by(&["certificate", "show", "web"], "").failed(NOT_FOUND);
}
