//! Somebody changes beside the agent what the proxy reads.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use jiff::{Timestamp, ToSpan};
use sentinel_api_types::drift::{DifferenceKind, DriftSeverity};
use sentinel_model::Epoch;

use super::fake::{Node, Word};
use crate::agent::activation::Outcome;
use crate::agent::measure::PROCESS;
use crate::agent::testing::bundle;

/// The file that the proxy reads is changed, and its text before that.
fn edit(node: &Node) -> (PathBuf, String) {
    let path = node.shelf_config();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}\n")).unwrap();
    (path, text)
}

/// What differs, as the board tells it.
fn differences(node: &Node) -> Vec<(String, DifferenceKind)> {
    let found = node.facts().measured.unwrap();
    found.differences.into_iter().map(|one| (one.path, one.kind)).collect()
}

/// Else a bundle that fails makes what somebody has edited run, though nobody has assigned it.
#[tokio::test]
async fn going_back_loads_what_was_verified_and_not_what_somebody_has_made_of_it() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    let (_, text) = edit(&node);
    let compiled =
        node.shelf_config().with_file_name("content").join(sentinel_bundle::archive::Form::Text.compiled());
    let whole = fs::read(&compiled).unwrap();
    fs::write(&compiled, "edited").unwrap();
    node.activator.proxy.fail_once(Word::Prove, "answers 404");
    assert_eq!(node.activate(&bundle(2, "1.1")).await, Outcome::Failed);
    assert!(node.serves("1.0"));
    assert_eq!(node.activator.proxy.read.as_deref(), Some(text.as_str()), "what the proxy has read");
    assert_eq!(fs::read(compiled).unwrap(), whole);
    node.activator.look().await;
    assert_eq!(differences(&node), []);
    let events = node.board.take_events(50).await;
    assert!(events.iter().any(|event| event.message.contains("put back")), "{events:?}");
}

/// An archive that is damaged as well is said, and keeps nobody from going back.
#[tokio::test]
async fn going_back_does_not_need_what_can_be_put_back() {
    let mut node = Node::new();
    let first = bundle(1, "1.0");
    node.activate(&first).await;
    node.damage(&first);
    node.activator.proxy.fail_once(Word::Prove, "answers 404");
    assert_eq!(node.activate(&bundle(2, "1.1")).await, Outcome::Failed);
    assert!(node.serves("1.0"));
    let events = node.board.take_events(50).await;
    assert!(events.iter().any(|event| event.message.contains("could not be put back")), "{events:?}");
}

/// The file is as it was, and the process is not.
#[tokio::test]
async fn what_was_read_while_the_file_was_another_is_told_until_it_is_read_again() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    node.activator.look().await;
    assert_eq!(differences(&node), []);
    let (path, text) = edit(&node);
    let about = fs::metadata(&path).unwrap();
    let edited = Timestamp::new(about.ctime(), i32::try_from(about.ctime_nsec()).unwrap()).unwrap();
    node.activator.proxy.again = Some(edited - 1.millisecond());
    fs::write(&path, &text).unwrap();
    for _ in 0..2 {
        node.activator.look().await;
        assert_eq!(differences(&node), [(PROCESS.to_owned(), DifferenceKind::Changed)]);
    }
    let found = node.facts().measured.unwrap();
    assert_eq!(
        (found.severity, found.summary.as_str()),
        (Some(DriftSeverity::High), "the proxy has read another configuration")
    );
    assert_ne!(found.actual_hash, found.expected_hash);
    // Asserting it again replaces the process, though the files are as they were.
    node.words();
    assert_eq!(node.activate(&bundle(2, "1.0")).await, Outcome::Effective);
    assert_eq!(node.words(), [Word::Test, Word::Upgrade, Word::Prove]);
    node.activator.look().await;
    assert_eq!(differences(&node), []);
}

#[tokio::test]
async fn a_proxy_that_reads_again_what_was_assigned_runs_what_was_assigned() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    node.activator.proxy.again = Some(Timestamp::now() + 1.hour());
    node.activator.look().await;
    assert_eq!(differences(&node), []);
    // While the file is another, that is all there is to say; and then it is about the process until that has read it again.
    let (path, text) = edit(&node);
    node.activator.proxy.again = Some(Timestamp::now() + 1.hour());
    node.activator.look().await;
    assert_eq!(differences(&node), [("zentinel.json".to_owned(), DifferenceKind::Changed)]);
    fs::write(&path, &text).unwrap();
    node.activator.look().await;
    assert_eq!(differences(&node), [(PROCESS.to_owned(), DifferenceKind::Changed)]);
    node.activator.proxy.again = Some(Timestamp::now() + 1.hour());
    node.activator.look().await;
    assert_eq!(differences(&node), []);
}

#[tokio::test]
async fn the_text_of_a_configuration_is_told_with_the_epoch_of_its_generation() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    edit(&node);
    node.activator.look().await;
    let told = node.board.runtime_config.borrow().clone().unwrap();
    assert_eq!(told.0, Epoch::FIRST);
    let mut next = bundle(1, "1.0");
    next.release.epoch = Epoch(Epoch::FIRST.0 + 1);
    assert_eq!(node.activate(&next).await, Outcome::Effective);
    edit(&node);
    node.activator.look().await;
    let again = node.board.runtime_config.borrow().clone().unwrap();
    assert_eq!(
        (again.0, again.1.generation),
        (next.release.epoch, told.1.generation),
        "under the same number"
    );
}
