//! Values of secrets: put into what the proxy reads, renewed without another bundle, and told nowhere.
#![allow(clippy::unwrap_used)]

use std::os::unix::fs::PermissionsExt;

use sentinel_model::Sha256Digest;

use super::fake::{FakeSource, Node, Word};
use super::*;
use crate::agent::shelf::{CONFIG, SECRETS};
use crate::agent::testing::{Made, bundle, bundle_of, with_secret};

fn made(generation: u64) -> Made {
    bundle_of(generation, &format!("1.{generation}"), &with_secret())
}

fn source(made: &Made, number: u8, value: &str) -> FakeSource {
    FakeSource::new(made).with_secret(number, "TOKEN", value)
}

/// A node that runs a bundle with a secret.
async fn running(value: &str) -> (Node, Made) {
    let (mut node, made) = (Node::new(), made(1));
    let source = source(&made, 1, value);
    assert_eq!(node.activator.activate(&made.update(), Some(&source)).await, Outcome::Effective);
    node.words();
    (node, made)
}

fn stamp(number: u8) -> Sha256Digest {
    Sha256Digest([number; 32])
}

/// All that this node has told: events, facts and texts.
async fn told(node: &mut Node) -> String {
    node.activator.look().await;
    let text = node.board.runtime_config.borrow().clone();
    // There may be none.
    let events = tokio::time::timeout(Duration::from_millis(20), node.board.take_events(50)).await;
    format!("{events:?} {:?} {text:?}", node.facts())
}

#[tokio::test]
async fn the_proxy_reads_the_value_and_nobody_else_does() {
    let (mut node, made) = running("hunter2").await;
    assert!(node.activator.proxy.read.as_ref().unwrap().contains("Bearer hunter2"));
    let place = node.activator.shelf.place_of(&made.release);
    for file in [CONFIG, SECRETS] {
        let mode = std::fs::metadata(place.join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    assert_eq!(node.facts().secrets, Some(stamp(1)));
    let told = told(&mut node).await;
    assert!(!told.contains("hunter2"), "{told}");
    assert_eq!(node.facts().measured.unwrap().severity, None, "the values are what belongs there");
}

#[tokio::test]
async fn another_value_reaches_the_proxy_with_a_reload_and_lasts() {
    let (mut node, made) = running("hunter2").await;
    assert!(node.activator.renew_secrets(stamp(2), &source(&made, 2, "hunter3")).await);
    assert_eq!(node.words(), [Word::Test, Word::Reload, Word::Prove]);
    assert!(node.activator.proxy.read.as_ref().unwrap().contains("Bearer hunter3"));
    assert_eq!(node.facts().secrets, Some(stamp(2)));
    assert!(node.activator.renew_secrets(stamp(2), &source(&made, 2, "hunter3")).await);
    assert_eq!(node.words(), [], "it has them");
    let mut node = node.restarted(false).await;
    assert!(node.activator.proxy.read.as_ref().unwrap().contains("Bearer hunter3"), "without a member");
    assert_eq!(node.facts().secrets, Some(stamp(2)));
    let told = told(&mut node).await;
    assert!(!told.contains("hunter"), "{told}");
}

#[tokio::test]
async fn a_value_with_which_the_proxy_does_not_work_is_undone_and_told_without_it() {
    for word in [Word::Test, Word::Prove] {
        let (mut node, made) = running("hunter2").await;
        node.activator.proxy.fail_once(word, "no good");
        assert!(!node.activator.renew_secrets(stamp(2), &source(&made, 2, "hunter3")).await);
        assert!(node.activator.proxy.read.as_ref().unwrap().contains("Bearer hunter2"));
        assert_eq!(node.facts().secrets, Some(stamp(1)));
        let told = told(&mut node).await;
        assert!(told.contains("runs with the old ones: no good") && !told.contains("hunter"), "{told}");
        assert!(node.activator.renew_secrets(stamp(2), &source(&made, 2, "hunter3")).await, "later it may");
    }
    let (mut node, made) = running("hunter2").await;
    assert!(!node.activator.renew_secrets(stamp(2), &source(&made, 2, "two\nlines")).await);
    let told = told(&mut node).await;
    assert!(told.contains("the secret TOKEN has a line break") && !told.contains("two"), "{told}");
}

#[tokio::test]
async fn an_agent_that_dies_between_two_sets_of_values_begins_with_those_of_before() {
    let (node, made) = running("hunter2").await;
    let config = node.activator.shelf.config(&made.release);
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replace("hunter2", "hunter3")).unwrap();
    let mut node = node.restarted(true).await;
    assert_eq!(node.words(), [Word::Prove, Word::Reload, Word::Prove]);
    assert!(node.activator.proxy.read.as_ref().unwrap().contains("Bearer hunter2"));
}

#[tokio::test]
async fn without_a_value_a_bundle_is_not_activated() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    node.words();
    assert_eq!(node.activate(&made(2)).await, Outcome::Failed);
    assert_eq!(node.words(), []);
    let failure = node.facts().failure.unwrap();
    assert_eq!(
        (failure.stage, failure.message.as_str()),
        (ActivationStage::Download, "no value for this node")
    );
    assert_eq!(node.effective(), Some(1));
    assert_eq!(node.facts().secrets, None);
}

#[tokio::test]
async fn what_somebody_made_of_a_configuration_is_told_without_values() {
    let (mut node, made) = running("hunter2").await;
    let config = node.activator.shelf.config(&made.release);
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replace("127.0.0.1:9001", "127.0.0.1:9002")).unwrap();
    let first = told(&mut node).await;
    assert!(first.contains("127.0.0.1:9002") && first.contains("${secrets.TOKEN}"), "{first}");
    assert!(!first.contains("hunter2"), "{first}");
    std::fs::write(&config, text.replace("hunter2", "hunter1")).unwrap();
    let earlier = told(&mut node).await;
    assert!(earlier.contains("(not shown)") && !earlier.contains("hunter"), "{earlier}");
    std::fs::write(&config, text.replace("\"Bearer hunter2\"", "[\"hunter1\"]")).unwrap();
    let broken = told(&mut node).await;
    assert!(!broken.contains("hunter"), "{broken}");
    let told_hash = node.facts().measured.unwrap().config_hash.unwrap();
    let plain = Sha256Digest(
        sha2::Digest::finalize(sha2::Digest::chain_update(
            <sha2::Sha256 as sha2::Digest>::new(),
            std::fs::read(&config).unwrap(),
        ))
        .into(),
    );
    assert_ne!(told_hash, plain, "no digest that values could be tried against");
}

/// A text whose second listener shows a certificate of the project.
fn with_certificate() -> String {
    let listeners = r#"listeners { listener "tls" { address "127.0.0.1:39004"; protocol "https"; tls {
        cert-file "${certificates.edge.chain}"; key-file "${certificates.edge.key}"; }; };"#;
    crate::agent::testing::SOURCE.replace("listeners {", listeners)
}

#[tokio::test]
async fn a_renewed_certificate_lies_where_the_proxy_reads_it_and_one_that_fails_is_put_back() {
    let (mut node, made) = (Node::new(), bundle_of(1, "1.0", &with_certificate()));
    let source = |number, chain| FakeSource::new(&made).with_certificate(number, chain);
    let first = source(1, "one");
    assert_eq!(node.activator.activate(&made.update(), Some(&first)).await, Outcome::Effective);
    let dir = node.activator.here.certificates.root().join("edge");
    let read = || std::fs::read_to_string(dir.join("chain.pem")).unwrap();
    let config = node.activator.proxy.read.clone().unwrap();
    assert!(config.contains(&dir.join("key.pem").display().to_string()), "{config}");
    assert!(
        config.contains("127.0.0.1:39003") && config.contains("/.well-known/acme-challenge/"),
        "{config}"
    );
    node.words();
    assert!(node.activator.renew_secrets(stamp(2), &source(2, "two")).await);
    assert_eq!((read().as_str(), node.words()), ("two", vec![Word::Test, Word::Reload, Word::Prove]));
    for word in [Word::Test, Word::Prove] {
        node.activator.proxy.fail_once(word, "no good");
        assert!(!node.activator.renew_secrets(stamp(3), &source(3, "three")).await);
        assert_eq!(read(), "two", "{word:?}");
    }
    let node = node.restarted(false).await;
    assert_eq!((read().as_str(), node.facts().secrets), ("two", Some(stamp(2))));
}
