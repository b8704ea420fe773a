//! The internal CA from the command line: keys go into files of their own, and none is printed.

use std::os::unix::fs::PermissionsExt;

use crate::cli::{Ran, User};

const NOT_FOUND: i32 = 3;

fn run(user: &User, line: &[&str]) -> Ran {
    let line = [line, &["--project", "shop"]].concat();
    let ran = tokio::task::block_in_place(|| user.run(&line));
    assert!(!ran.out.contains("PRIVATE") && !ran.err.contains("PRIVATE"), "{line:?}: {}", ran.out);
    ran
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_get_certificates_whose_keys_are_in_one_file_alone() {
    let user = User::admin().await;
    let by = |line: &[&str]| run(&user, line);
    tokio::task::block_in_place(|| user.run(&["project", "create", "Shop", "--slug", "shop"])).ok();
    let none = by(&["ca", "show"]).failed(NOT_FOUND);
    assert!(none.contains("No internal CA configured"), "{none}");
    let made = by(&["ca", "create", "--cn", "Clients of the shop", "--days", "30"]).ok();
    assert!(made.starts_with("made the internal CA 'Clients of the shop', until "), "{made}");
    assert!(by(&["ca", "show", "--pem"]).ok().starts_with("-----BEGIN CERTIFICATE-----"));

    user.file("ada.key", "");
    let (cert, key) = (user.path("ada.pem"), user.path("ada.key"));
    let issue = ["ca", "issue", "ada", "--cn", "Ada", "--cert", "ada.pem", "--key", "ada.key"];
    let there = by(&issue).failed(1);
    assert!(there.contains("cannot make") && !std::fs::exists(&cert).unwrap(), "{there}");
    std::fs::remove_file(&key).unwrap();
    let issued = by(&issue).ok();
    assert!(issued.contains("(ada)"), "{issued}");
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(std::fs::read_to_string(&key).unwrap().starts_with("-----BEGIN PRIVATE KEY-----"));
    assert_eq!(std::fs::read_to_string(&cert).unwrap().matches("BEGIN CERTIFICATE").count(), 2);

    let serial = issued.split_whitespace().nth(2).unwrap().to_owned();
    by(&["ca", "revoke", &serial, "--reason", "key-compromise", "--yes"]).ok();
    let listed = by(&["ca", "list"]).ok();
    assert!(listed.contains(&serial) && listed.contains("revoked"), "{listed}");
    assert!(by(&["ca", "crl"]).ok().starts_with("-----BEGIN X509 CRL-----"));
    by(&["ca", "delete", "--yes"]).ok();
    by(&["ca", "list"]).failed(NOT_FOUND);
}
