//! Values of secrets: put into what the proxy reads, renewed without another bundle, and told nowhere.
#![allow(clippy::unwrap_used)]

use std::os::unix::fs::PermissionsExt;

use sentinel_bundle::certificates::CHALLENGE_TARGET;
use sentinel_model::Sha256Digest;

use super::fake::{FakeSource, Node, Word, nobody};
use super::*;
use crate::agent::shelf::{CONFIG, SECRETS, WRITTEN};
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
        node.activator.proxy.fail_once(word, "no good: Bearer hunter3, was hunter2");
        assert!(!node.activator.renew_secrets(stamp(2), &source(&made, 2, "hunter3")).await);
        assert!(node.activator.proxy.read.as_ref().unwrap().contains("Bearer hunter2"));
        assert_eq!(node.facts().secrets, Some(stamp(1)));
        let told = told(&mut node).await;
        assert!(
            told.contains("runs with the old ones: no good: Bearer ${secrets.TOKEN}, was ${secrets.TOKEN}")
                && !told.contains("hunter"),
            "{told}"
        );
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
    let shelf = &node.activator.shelf;
    let text = std::fs::read_to_string(shelf.config(&made.release)).unwrap();
    shelf.write_config(&made.release, &text.replace("hunter2", "hunter3")).unwrap();
    let mut node = node.restarted(true).await;
    assert_eq!(node.words(), [Word::Prove, Word::Reload, Word::Prove]);
    assert!(node.activator.proxy.read.as_ref().unwrap().contains("Bearer hunter2"));
}

#[tokio::test]
async fn what_somebody_has_edited_is_told_by_the_next_agent_too_and_not_overwritten() {
    let (node, made) = running("hunter2").await;
    let config = node.activator.shelf.config(&made.release);
    let edited = std::fs::read_to_string(&config).unwrap().replace("127.0.0.1:9001", "127.0.0.1:9002");
    std::fs::write(&config, &edited).unwrap();
    let mut node = node.restarted(true).await;
    assert_eq!(node.words(), [Word::Prove]);
    assert_eq!(std::fs::read_to_string(&config).unwrap(), edited);
    let told = told(&mut node).await;
    assert!(told.contains("127.0.0.1:9002") && !told.contains("hunter"), "{told}");
}

#[tokio::test]
async fn an_agent_that_would_write_otherwise_writes_it_and_calls_nothing_changed() {
    let (mut node, made) = (Node::new(), bundle_of(1, "1.0", &with_certificate()));
    let source = FakeSource::new(&made).with_certificate(1, "one");
    node.activator.activate(&made.update(), Some(&source)).await;
    let place = node.activator.shelf.place_of(&made.release);
    let text = std::fs::read_to_string(place.join(CONFIG)).unwrap();
    // The port was taken, or the agent is of a version that knew of no challenges and kept no record.
    for (target, recorded) in [("127.0.0.1:39999", true), (CHALLENGE_TARGET, false)] {
        let before = text.replace("127.0.0.1:39003", target);
        assert_ne!(before, text);
        node.activator.shelf.write_config(&made.release, &before).unwrap();
        if !recorded {
            std::fs::remove_file(place.join(WRITTEN)).unwrap();
        }
        node.words();
        node = node.restarted(true).await;
        assert_eq!(node.words(), [Word::Prove, Word::Reload, Word::Prove], "{target}");
        assert_eq!(std::fs::read_to_string(place.join(CONFIG)).unwrap(), text);
        node.activator.look().await;
        assert_eq!(node.facts().measured.unwrap().severity, None);
    }
}

#[tokio::test]
async fn values_that_are_lost_on_disk_are_asked_of_a_member_and_without_one_again_later() {
    let (node, made) = running("hunter2").await;
    let file = node.activator.shelf.place_of(&made.release).join(SECRETS);
    std::fs::write(&file, "damaged").unwrap();
    let mut node = node.restarted(false).await;
    assert!(matches!(node.facts().serving, crate::agent::board::Serving::No(_)));
    assert!(node.activator.revive(&nobody()).await.unwrap_err().contains("not on disk"));
    node.activator.revive(&source(&made, 1, "hunter2")).await.unwrap();
    assert!(node.activator.proxy.read.as_ref().unwrap().contains("Bearer hunter2"));
    assert!(std::fs::read_to_string(&file).unwrap().contains("hunter2"));
    std::fs::remove_file(&file).unwrap();
    let members = source(&made, 2, "hunter3");
    let node = node.restarted_among(&members, true, crate::agent::testing::vars()).await;
    assert!(node.activator.proxy.read.as_ref().unwrap().contains("Bearer hunter3"));
    assert_eq!(node.facts().secrets, Some(stamp(2)));
}

#[tokio::test]
async fn without_a_member_a_bundle_that_ran_before_runs_again_with_its_values() {
    let (mut node, first) = running("hunter2").await;
    node.activate(&bundle(2, "2.0")).await;
    let made =
        Made { release: Release { generation: sentinel_model::Generation(3), ..first.release }, ..first };
    let update = made.update();
    assert!(node.activator.holds(&update));
    assert_eq!(node.activator.activate(&update, None).await, Outcome::Effective);
    assert!(node.activator.proxy.read.as_ref().unwrap().contains("Bearer hunter2"));
}

#[tokio::test]
async fn a_node_that_stays_on_the_bundle_before_gets_what_is_renewed_of_that() {
    let (mut node, made) = running("hunter2").await;
    node.activator.proxy.fail_once(Word::Prove, "no");
    node.activate(&bundle(2, "2.0")).await;
    assert_eq!((node.effective(), node.facts().secrets), (Some(1), Some(stamp(1))));
    // A member that does not know of the failure yet names the values of the other bundle.
    assert!(!node.activator.renew_secrets(stamp(9), &source(&made, 1, "hunter2")).await);
    node.words();
    assert!(node.activator.renew_secrets(stamp(2), &source(&made, 2, "hunter3")).await);
    assert!(node.activator.proxy.read.as_ref().unwrap().contains("Bearer hunter3"));
    assert!(!told(&mut node).await.contains("could not be taken"));
}

#[tokio::test]
async fn a_proxy_that_is_down_starts_with_what_was_renewed() {
    let (mut node, made) = running("hunter2").await;
    node.activator.proxy.die();
    assert!(node.activator.renew_secrets(stamp(2), &source(&made, 2, "hunter3")).await);
    assert_eq!(node.words(), [Word::Test]);
    node.activator.revive(&nobody()).await.unwrap();
    assert!(node.activator.proxy.read.as_ref().unwrap().contains("Bearer hunter3"));
}

#[tokio::test]
async fn why_values_are_not_taken_is_told_once() {
    let (mut node, _) = running("hunter2").await;
    let missing = nobody();
    for _ in 0..3 {
        assert!(!node.activator.renew_secrets(stamp(2), &missing).await);
    }
    let told = told(&mut node).await;
    assert_eq!(told.matches("no value for this node").count(), 1, "{told}");
}

#[tokio::test]
async fn what_lies_in_the_place_of_a_configuration_without_values_may_have_those_of_another() {
    let (mut node, _) = running("hunter2").await;
    let plain = bundle(2, "2.0");
    node.activate(&plain).await;
    let config = node.activator.shelf.config(&plain.release);
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replace("\"127.0.0.1:9001\"", "\"hunter2\"")).unwrap();
    let before = told(&mut node).await;
    assert!(before.contains("${secrets.TOKEN}") && !before.contains("hunter2"), "{before}");
    let mut node = node.restarted(true).await;
    let after = told(&mut node).await;
    assert!(after.contains("${secrets.TOKEN}") && !after.contains("hunter2"), "{after}");
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
