#![allow(clippy::unwrap_used)]
use rcgen::{CertificateParams, IsCa, KeyPair, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, SanType, date_time_ymd};

use super::*;
use crate::testing::START;
use crate::testing::certificates::{Authority, Issued};

fn looked(chain: &str, key: &str) -> Result<Checked, InvalidValue> {
    check(chain, &Secret::new(key), START)
}

#[track_caller]
fn refused(chain: &str, key: &str, field: &str, words: &str) {
    let refusal = looked(chain, key).map(drop).unwrap_err();
    assert_eq!(refusal.field, field, "{refusal}");
    assert!(refusal.message.contains(words), "{refusal}");
}

#[test]
fn a_good_pair_says_what_it_is_and_is_kept_without_what_stands_around_it() {
    let issued = Issued::new(&["Shop.example", "*.shop.example", "10.0.0.7", "shop.example"]);
    let chain = format!("subject=CN=x\n{}\n# the CA\n{}", issued.own, issued.above);
    let checked = looked(&chain, &format!("my key\n{}", issued.key)).unwrap();
    assert_eq!(checked.facts.names, ["shop.example", "*.shop.example", "10.0.0.7"]);
    assert_eq!(
        (checked.facts.key_type.as_str(), checked.facts.issuer.as_str()),
        ("ECDSA P-256", "CN=Test CA")
    );
    assert_eq!(checked.facts.not_after, issued.not_after);
    let lines = |text: &str| text.replace('\r', "");
    assert_eq!(checked.chain, lines(&format!("{}{}", issued.own, issued.above)));
    assert_eq!(checked.key.as_str(), lines(&issued.key));
    assert!(checked.warnings.is_empty(), "{:?}", checked.warnings);
}

#[test]
fn a_chain_may_be_of_the_certificate_alone_which_is_said() {
    let issued = Issued::new(&["shop.example"]);
    let checked = looked(&issued.own, &issued.key).unwrap();
    assert!(checked.warnings[0].contains("only the certificate itself"), "{:?}", checked.warnings);
    assert!(checked.warnings[0].contains("CN=Test CA"));
}

#[test]
fn a_certificate_that_signed_itself_is_taken() {
    let key = KeyPair::generate().unwrap();
    let mut own = CertificateParams::new(vec!["shop.example".to_owned()]).unwrap();
    own.not_after = date_time_ymd(2100, 1, 1);
    let own = own.self_signed(&key).unwrap();
    assert!(looked(&own.pem(), &key.serialize_pem()).unwrap().warnings.is_empty());
}

#[test]
fn keys_of_other_kinds_are_taken() {
    for (algorithm, words) in [(&PKCS_ECDSA_P384_SHA384, "ECDSA P-384"), (&PKCS_ED25519, "Ed25519")] {
        let key = KeyPair::generate_for(algorithm).unwrap();
        let issued = Authority::new("Test CA").issue(&["shop.example"], key);
        assert_eq!(looked(&issued.chain(), &issued.key).unwrap().facts.key_type, words);
    }
}

#[test]
fn what_cannot_be_read_is_refused_at_its_field() {
    let issued = Issued::new(&["shop.example"]);
    let chain = issued.chain();
    refused("", &issued.key, "chain", "no certificate");
    refused("nothing", &issued.key, "chain", "no certificate");
    refused(&chain[..chain.len() - 40], &issued.key, "chain", "certificate 2 cannot be read");
    refused(&chain.replacen("MII", "AII", 1), &issued.key, "chain", "certificate 1 is not an X.509");
    refused(&"x".repeat(CHAIN_MAX + 1), &issued.key, "chain", "at most");
    refused(&issued.own.repeat(CHAIN_LENGTH_MAX + 1), &issued.key, "chain", "at most 10 certificates");
    refused(&format!("{chain}{}", issued.key), &issued.key, "chain", "holds a private key");
    refused(&chain, "", "key", "no private key");
    refused(&chain, &issued.own, "key", "no private key");
    refused(&chain, &issued.key.repeat(2), "key", "more than one");
    refused(&chain, &"x".repeat(KEY_MAX + 1), "key", "at most");
    refused(&chain, &issued.key.replace(" PRIVATE", " ENCRYPTED PRIVATE"), "key", "is encrypted");
}

#[test]
fn a_key_of_another_certificate_is_refused_and_not_told() {
    let (one, other) = (Issued::new(&["shop.example"]), Issued::new(&["shop.example"]));
    let refusal = looked(&one.chain(), &other.key).unwrap_err();
    assert_eq!(
        (refusal.field.as_str(), refusal.message.as_str()),
        ("key", "is not the key of certificate 1 of the chain")
    );
    let middle = other.key.lines().nth(1).unwrap();
    assert!(!refusal.to_string().contains(middle));
}

#[test]
fn a_chain_is_in_order_and_each_is_signed_by_the_next() {
    let issued = Issued::new(&["shop.example"]);
    refused(&format!("{}{}", issued.above, issued.own), &issued.key, "chain", "no DNS name");
    // Another CA of the same name.
    let other = Authority::new("Test CA");
    refused(&format!("{}{}", issued.own, other.pem()), &issued.key, "chain", "not signed by certificate 2");
    let stranger = Authority::new("Somebody else");
    let chain = format!("{}{}", issued.own, stranger.pem());
    refused(&chain, &issued.key, "chain", "certificate 2 is of 'CN=Somebody else'");
    // Signed all right, by one that may not.
    let impostor = Authority::with("Test CA", IsCa::NoCa);
    let issued = impostor.issue(&["shop.example"], KeyPair::generate().unwrap());
    refused(&issued.chain(), &issued.key, "chain", "certificate 2 is not that of a CA");
}

#[test]
fn a_long_chain_is_followed_to_its_end() {
    let root = Authority::new("Root");
    let middle = root.authority("Middle");
    let issued = middle.issue(&["shop.example"], KeyPair::generate().unwrap());
    assert_eq!(issued.chain().matches("BEGIN").count(), 3);
    assert!(looked(&issued.chain(), &issued.key).unwrap().warnings.is_empty());
    let other = Authority::new("Root");
    let chain = format!("{}{}{}", issued.own, middle.pem(), other.pem());
    refused(&chain, &issued.key, "chain", "certificate 2 is not signed by certificate 3");
}

#[test]
fn what_has_ended_is_refused_and_what_has_not_begun_is_said() {
    let authority = Authority::new("Test CA");
    let with = |begin: i32, end: i32| {
        let mut own = CertificateParams::new(vec!["shop.example".to_owned()]).unwrap();
        own.not_before = date_time_ymd(begin, 1, 1);
        own.not_after = date_time_ymd(end, 1, 1);
        authority.sign(own, KeyPair::generate().unwrap())
    };
    let ended = with(2000, 2020);
    refused(&ended.chain(), &ended.key, "chain", "certificate 1 has ended on 2020-01-01T00:00:00Z");
    let later = with(2090, 2100);
    let warnings = looked(&later.chain(), &later.key).unwrap().warnings;
    assert_eq!(warnings, ["certificate 1 holds only from 2090-01-01T00:00:00Z on"]);
}

#[test]
fn names_are_needed_and_have_a_limit() {
    let nameless = Issued::new(&[]);
    refused(&nameless.chain(), &nameless.key, "chain", "no DNS name");
    let mail = {
        let mut own = CertificateParams::default();
        own.subject_alt_names = vec![SanType::Rfc822Name("ada@example.com".try_into().unwrap())];
        own.not_after = date_time_ymd(2100, 1, 1);
        Authority::new("Test CA").sign(own, KeyPair::generate().unwrap())
    };
    refused(&mail.chain(), &mail.key, "chain", "no DNS name");
    let names: Vec<String> = (0..=NAMES_MAX).map(|number| format!("n{number}.example")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let many = Issued::new(&names);
    refused(&many.chain(), &many.key, "chain", "at most 100");
}
