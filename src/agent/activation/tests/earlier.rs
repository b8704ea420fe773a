//! The agent begins beside a proxy that an agent of an earlier version has started.
#![allow(clippy::unwrap_used)]

use super::fake::{Node, Word};
use crate::agent::activation::Outcome;
use crate::agent::board::Serving;
use crate::agent::proxy::Proxy;
use crate::agent::testing::bundle;

async fn left_by_an_earlier_agent() -> (Node, std::path::PathBuf) {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    let earlier = node.as_left_by_an_earlier_agent();
    (node, earlier)
}

#[tokio::test]
async fn it_is_adopted_and_replaced_without_being_told_to_read_what_it_does_not_know() {
    let (mut node, earlier) = left_by_an_earlier_agent().await;
    let before = node.activator.proxy.running();
    let mut node = node.restarted(true).await;
    assert_eq!(node.words(), [Word::Prove, Word::Upgrade, Word::Prove]);
    assert_ne!(node.activator.proxy.running(), before);
    assert!(node.serves("1.0") && !earlier.exists());
    assert_eq!((node.effective(), node.facts().serving), (Some(1), Serving::Proven));
    node.activator.look().await;
    assert_eq!(node.facts().measured.unwrap().severity, None);
    // And from then on it is like any other.
    assert_eq!(node.activate(&bundle(2, "1.1")).await, Outcome::Effective);
    assert_eq!(node.words(), [Word::Test, Word::Reload, Word::Prove]);
}

#[tokio::test]
async fn one_that_cannot_be_replaced_goes_on_and_the_next_bundle_replaces_it() {
    let (mut node, earlier) = left_by_an_earlier_agent().await;
    let before = node.activator.proxy.running();
    node.activator.proxy.fail_once(Word::Upgrade, "no memory");
    let mut node = node.restarted(true).await;
    assert_eq!(node.words(), [Word::Prove, Word::Upgrade, Word::Prove]);
    assert_eq!(node.activator.proxy.running(), before, "it goes on");
    assert_eq!((node.effective(), node.facts().serving), (Some(1), Serving::Proven));
    let events = node.board.take_events(50).await;
    assert!(events.iter().any(|event| event.message.contains("no memory")), "{events:?}");
    node.activator.look().await;
    assert_eq!(node.facts().measured.unwrap().severity, None, "its file is no drift");
    assert!(earlier.exists());
    // The same bundle under a new number does as well.
    assert_eq!(node.activate(&bundle(2, "1.0")).await, Outcome::Effective);
    assert_eq!(node.words(), [Word::Test, Word::Upgrade, Word::Prove]);
    node.activator.look().await;
    assert_eq!(node.facts().measured.unwrap().severity, None);
}

#[tokio::test]
async fn one_that_is_not_current_is_replaced_as_well() {
    let (mut node, _) = left_by_an_earlier_agent().await;
    node.activator.proxy.fail_once(Word::Prove, "runs something else");
    let mut node = node.restarted(true).await;
    assert_eq!(node.words(), [Word::Prove, Word::Upgrade, Word::Prove]);
    assert!(node.serves("1.0"));
}

#[tokio::test]
async fn one_that_somebody_else_starts_goes_on_until_they_start_it_with_the_other_file() {
    let (mut node, earlier) = left_by_an_earlier_agent().await;
    node.activator.proxy.bound = Some("it was started by somebody else");
    let mut node = node.restarted(true).await;
    assert_eq!(node.words(), [Word::Prove]);
    assert_eq!((node.effective(), node.facts().serving), (Some(1), Serving::Proven));
    assert!(node.shelf_config().is_file(), "whoever starts it next finds it");
    node.activator.look().await;
    assert_eq!(node.facts().measured.unwrap().severity, None, "its file is no drift");
    assert_eq!(node.activate(&bundle(2, "1.1")).await, Outcome::Failed);
    assert_eq!(node.words(), [], "nothing was touched");
    let message = node.facts().failure.unwrap().message;
    assert!(message.contains("zentinel.kdl") && message.contains("zentinel.json"), "{message}");
    assert!(earlier.is_file());
    // They do.
    node.activator.proxy.earlier = false;
    node.activator.look().await;
    assert_eq!(node.facts().measured.unwrap().severity, None);
    assert!(!earlier.exists());
    assert_eq!(node.activate(&bundle(3, "1.2")).await, Outcome::Effective);
    assert_eq!(node.words(), [Word::Test, Word::Reload, Word::Prove]);
}
