//! The whole way of an assignment, with real bundles and a proxy that does as it is told.
#![allow(clippy::unwrap_used)]

mod confirming;
mod drifting;
mod driving;
mod earlier;
mod fake;
mod secrets;
mod starting;

use sentinel_model::Generation;

use super::*;
use crate::agent::testing::{SOURCE, bundle, bundle_of, bundle_of_document, signer, signer_of};
use fake::{FakeSource, Node, Word, nobody};

/// A change that a reload does not apply.
fn new_process(source: &str) -> String {
    source.replace("worker-threads 1", "worker-threads 2")
}

#[tokio::test]
async fn the_first_bundle_starts_the_proxy_and_the_next_one_reloads_it() {
    let mut node = Node::new();
    assert_eq!(node.activate(&bundle(1, "1.0")).await, Outcome::Effective);
    assert_eq!(node.words(), [Word::Test, Word::Start, Word::Prove]);
    assert_eq!(node.effective(), Some(1));
    assert_eq!(node.activate(&bundle(2, "1.1")).await, Outcome::Effective);
    assert_eq!(node.words(), [Word::Test, Word::Reload, Word::Prove]);
    assert_eq!(node.effective(), Some(2));
    assert!(node.serves("1.1"), "the proxy reads the new bundle");
}

#[tokio::test]
async fn a_change_that_a_reload_does_not_apply_gets_a_new_process_with_fresh_addresses() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    let before = node.activator.proxy.running().unwrap();
    node.words();
    assert_eq!(node.activate(&bundle_of(2, "1.1", &new_process(SOURCE))).await, Outcome::Effective);
    assert_eq!(node.words(), [Word::Test, Word::Upgrade, Word::Prove]);
    assert_ne!(node.activator.proxy.running().unwrap(), before);
}

#[tokio::test]
async fn bundles_of_both_forms_are_activated_one_after_the_other_in_one_process() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    for (made, version) in [(bundle_of_document(2, "1.1"), "1.1"), (bundle(3, "1.2"), "1.2")] {
        node.words();
        assert_eq!(node.activate(&made).await, Outcome::Effective);
        assert!(node.serves(version), "the proxy reads the same file");
    }
    let mut node = node.restarted(true).await;
    assert_eq!(node.words(), [Word::Prove]);
}

#[tokio::test]
async fn when_the_proof_fails_the_proxy_goes_back_and_proves_what_it_ran_before() {
    for (source, there, back) in [
        (SOURCE.to_owned(), Word::Reload, vec![Word::Reload, Word::Prove]),
        (new_process(SOURCE), Word::Upgrade, vec![Word::Upgrade, Word::Prove]),
    ] {
        let mut node = Node::new();
        node.activate(&bundle(1, "1.0")).await;
        node.words();
        node.activator.proxy.fail_once(Word::Prove, "answers 404");
        assert_eq!(node.activate(&bundle_of(2, "1.1", &source)).await, Outcome::Failed);
        let expected: Vec<Word> = [vec![Word::Test, there, Word::Prove], back].concat();
        assert_eq!(node.words(), expected);
        assert!(node.serves("1.0"), "the proxy reads the bundle before");
        let facts = node.facts();
        assert_eq!(facts.effective.unwrap().1, Generation(1));
        assert_eq!(facts.accepted.unwrap().1, Generation(2));
        assert_eq!((facts.handled.generation, facts.serving), (Generation(2), Serving::Proven));
        let failure = facts.failure.unwrap();
        assert_eq!((failure.generation, failure.stage), (Generation(2), ActivationStage::Prove));
        assert_eq!(failure.message, "answers 404");
    }
}

#[tokio::test]
async fn a_failure_is_told_with_its_stage_and_the_proxys_words() {
    for (word, stage) in [
        (Word::Test, ActivationStage::Test),
        (Word::Reload, ActivationStage::Activate),
        (Word::Prove, ActivationStage::Prove),
    ] {
        let mut node = Node::new();
        node.activate(&bundle(1, "1.0")).await;
        node.activator.proxy.fail_once(word, "KDL parse error");
        assert_eq!(node.activate(&bundle(2, "1.1")).await, Outcome::Failed);
        let failure = node.facts().failure.unwrap();
        assert_eq!((failure.stage, failure.message.as_str()), (stage, "KDL parse error"));
        assert_eq!(node.effective(), Some(1));
        assert!(node.serves("1.0"));
        // The next bundle is not held up by it.
        assert_eq!(node.activate(&bundle(3, "1.2")).await, Outcome::Effective);
        assert_eq!(node.facts().failure, None);
    }
}

#[tokio::test]
async fn a_file_that_the_proxy_refuses_never_touches_it() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    node.words();
    node.activator.proxy.fail_once(Word::Test, "no");
    node.activate(&bundle(2, "1.1")).await;
    assert_eq!(node.words(), [Word::Test]);
    assert_eq!(node.facts().accepted.unwrap().1, Generation(1));
}

#[tokio::test]
async fn when_going_back_gently_fails_the_proxy_is_restarted_with_what_it_ran_before() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    node.words();
    node.activator.proxy.fail_once(Word::Prove, "first");
    node.activator.proxy.fail_once(Word::Prove, "second");
    assert_eq!(node.activate(&bundle(2, "1.1")).await, Outcome::Failed);
    assert_eq!(
        node.words(),
        [
            Word::Test,
            Word::Reload,
            Word::Prove,
            Word::Reload,
            Word::Prove,
            Word::Stop,
            Word::Start,
            Word::Prove
        ]
    );
    assert_eq!(node.facts().failure.unwrap().message, "first", "the cause, not the way back");
    assert_eq!(node.facts().serving, Serving::Proven);
}

#[tokio::test]
async fn when_nothing_helps_the_failure_says_so_and_the_node_is_unhealthy() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    for words in ["first", "second", "third"] {
        node.activator.proxy.fail_once(Word::Prove, words);
    }
    node.activate(&bundle(2, "1.1")).await;
    assert_eq!(node.facts().failure.unwrap().message, "first; and going back failed: third");
    assert_eq!(node.facts().serving, Serving::No("third".to_owned()));
    // The proxy still runs, so reviving is not what helps; the next good bundle does.
    assert_eq!(node.activate(&bundle(3, "1.2")).await, Outcome::Effective);
    assert_eq!(node.facts().serving, Serving::Proven);
}

#[tokio::test]
async fn when_the_first_bundle_fails_nothing_runs() {
    let mut node = Node::new();
    node.activator.proxy.fail_once(Word::Prove, "no");
    assert_eq!(node.activate(&bundle(1, "1.0")).await, Outcome::Failed);
    assert_eq!(node.words(), [Word::Test, Word::Start, Word::Prove, Word::Stop]);
    assert_eq!(node.activator.proxy.running(), None);
    assert_eq!(node.effective(), None);
    assert!(!node.shelf_config().exists(), "current points nowhere");
    assert!(!node.activator.is_down(), "there is nothing to revive");
}

#[tokio::test]
async fn bytes_that_are_not_the_announced_ones_are_fetched_again_but_not_for_ever() {
    let mut node = Node::new();
    let made = bundle(1, "1.0");
    let source = FakeSource::new(&made).damaged(2);
    assert_eq!(node.activator.activate(&made.update(), Some(&source)).await, Outcome::Effective);
    assert_eq!(source.fetched(), 3);
    let made = bundle(2, "1.1");
    let source = FakeSource::new(&made).damaged(100);
    assert_eq!(node.activator.activate(&made.update(), Some(&source)).await, Outcome::Failed);
    assert_eq!(source.fetched(), 3);
    let failure = node.facts().failure.unwrap();
    assert_eq!(failure.stage, ActivationStage::Verify);
    assert!(failure.message.contains("digest"), "{}", failure.message);
    assert_eq!(node.effective(), Some(1));
}

#[tokio::test]
async fn a_bundle_with_a_wrong_signature_stays_out_and_does_not_raise_the_floor() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    node.words();
    let mut forged = bundle(u64::MAX, "evil");
    forged.release.signature = signer_of(66).sign(&forged.release.manifest_digest.0);
    assert_eq!(node.activate(&forged).await, Outcome::Failed);
    assert_eq!(node.words(), [], "the proxy never heard of it");
    assert_eq!(node.facts().failure.unwrap().stage, ActivationStage::Verify);
    assert_eq!(node.activator.state.get().floor.unwrap().generation, Generation(1));
    assert_eq!(node.effective(), Some(1));
}

#[tokio::test]
async fn an_older_or_known_generation_is_refused_and_told() {
    let mut node = Node::new();
    node.activate(&bundle(5, "1.0")).await;
    node.words();
    let source = FakeSource::new(&bundle(4, "0.9"));
    assert_eq!(node.activator.activate(&bundle(4, "0.9").update(), Some(&source)).await, Outcome::Refused);
    assert_eq!(node.activator.activate(&bundle(5, "1.0").update(), Some(&source)).await, Outcome::Refused);
    assert_eq!((source.fetched(), node.words()), (0, vec![]));
    assert_eq!(node.effective(), Some(5));
    let events = node.board.take_events(50).await;
    assert!(events.iter().any(|event| event.message.contains("generation 4 is older than 5")), "{events:?}");
    // After a restart as well.
    let mut node = node.restarted(true).await;
    assert_eq!(node.activate(&bundle(4, "0.9")).await, Outcome::Refused);
}

#[tokio::test]
async fn a_bundle_of_another_project_is_refused() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    node.activator.state.change(|state| state.project_id = Some("other".to_owned())).unwrap();
    assert_eq!(node.activate(&bundle(2, "1.1")).await, Outcome::Failed);
    assert!(node.facts().failure.unwrap().message.contains("belongs to the project"));
}

#[tokio::test]
async fn what_has_to_do_with_the_moment_is_tried_again() {
    let mut node = Node::new();
    let made = bundle(1, "1.0");
    let source = FakeSource::new(&made).unreachable(1);
    assert_eq!(node.activator.activate(&made.update(), Some(&source)).await, Outcome::Again);
    let facts = node.facts();
    assert_eq!(facts.failure, None, "the control plane would take it for final");
    assert_eq!(facts.handled.generation, Generation(0), "it is asked for again");
    let events = node.board.take_events(50).await;
    assert!(events.iter().any(|event| event.message.contains("no member answers")), "{events:?}");
    assert_eq!(node.activator.activate(&made.update(), Some(&source)).await, Outcome::Effective);
    assert_eq!(node.facts().failure, None);
}

#[tokio::test]
async fn what_may_pass_and_has_lasted_is_reported_once_and_tried_on() {
    let mut node = Node::new();
    node.activator.patience.lasting = std::time::Duration::ZERO;
    let made = bundle(1, "1.0");
    let source = FakeSource::new(&made).unreachable(4);
    let mut reported = Vec::new();
    for _ in 0..4 {
        assert_eq!(node.activator.activate(&made.update(), Some(&source)).await, Outcome::Again);
        reported.push(node.facts().failure.map(|failure| failure.stage));
        assert_eq!(node.facts().handled.generation, Generation(0));
    }
    let download = Some(ActivationStage::Download);
    assert_eq!(reported, [None, None, download, download]);
    let events = node.board.take_events(50).await;
    assert_eq!(events.len(), 2, "the first try, and that it lasts: {events:?}");
    assert_eq!(node.activator.activate(&made.update(), Some(&source)).await, Outcome::Effective);
    assert_eq!(node.facts().failure, None, "and it is taken back");
}

#[tokio::test]
async fn a_failure_that_may_pass_is_not_reported_by_the_next_agent_either() {
    let mut node = Node::new();
    let made = bundle(1, "1.0");
    let source = FakeSource::new(&made).unreachable(1);
    node.activator.activate(&made.update(), Some(&source)).await;
    let node = node.restarted(false).await;
    assert_eq!((node.facts().failure, node.facts().handled.generation), (None, Generation(0)));
}

#[tokio::test]
async fn a_missing_node_variable_fails_the_stage_and_is_named() {
    let mut node = Node::new();
    let source = SOURCE.replace("http_port", "other_port");
    assert_eq!(node.activate(&bundle_of(1, "1.0", &source)).await, Outcome::Failed);
    let failure = node.facts().failure.unwrap();
    assert_eq!(failure.stage, ActivationStage::Stage);
    assert!(failure.message.contains("`other_port`"), "{}", failure.message);
}

#[tokio::test]
async fn a_proxy_of_somebody_else_is_reloaded_but_never_replaced() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    node.activator.proxy.bound = Some("it was started by somebody else");
    node.words();
    assert_eq!(node.activate(&bundle_of(2, "1.1", &new_process(SOURCE))).await, Outcome::Failed);
    assert_eq!(node.words(), [], "nothing was touched");
    let failure = node.facts().failure.unwrap();
    assert_eq!(failure.stage, ActivationStage::Activate);
    assert!(
        failure.message.contains("`server` changed") && failure.message.contains("somebody else"),
        "{}",
        failure.message
    );
    assert_eq!(node.activate(&bundle(3, "1.2")).await, Outcome::Effective);
    assert_eq!(node.words(), [Word::Test, Word::Reload, Word::Prove]);
}

#[tokio::test]
async fn the_same_bundle_under_a_new_number_is_not_fetched_and_not_reloaded() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    node.words();
    let again = bundle(2, "1.0");
    let source = FakeSource::new(&again);
    assert_eq!(node.activator.activate(&again.update(), Some(&source)).await, Outcome::Effective);
    assert_eq!(source.fetched(), 0, "it is on disk");
    assert_eq!(node.words(), [Word::Test, Word::Prove]);
    assert_eq!(node.effective(), Some(2));
}

#[tokio::test]
async fn disk_use_is_bounded() {
    let mut node = Node::new();
    for generation in 1..=6 {
        node.activate(&bundle(generation, &format!("1.{generation}"))).await;
    }
    node.activator.proxy.fail_once(Word::Prove, "no");
    node.activate(&bundle(7, "1.7")).await;
    assert_eq!(node.on_disk(), 3);
}

#[tokio::test]
async fn a_proxy_that_ended_is_started_again_with_what_it_ran() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    node.words();
    node.activator.proxy.die();
    assert!(node.activator.is_down());
    node.activator.lost("killed").await;
    assert_eq!(node.facts().serving, Serving::No("killed".to_owned()));
    node.activator.proxy.fail_once(Word::Start, "port in use");
    assert!(node.activator.revive(&nobody()).await.is_err());
    assert_eq!(node.facts().serving, Serving::No("port in use".to_owned()));
    node.activator.revive(&nobody()).await.unwrap();
    assert_eq!(node.facts().serving, Serving::Proven);
    assert_eq!(node.effective(), Some(1));
}

#[tokio::test]
async fn keys_that_the_node_does_not_trust_are_named() {
    let mut node = Node::new();
    let mut made = bundle(1, "1.0");
    made.release.signing_key_id = "sk_unknown".to_owned();
    node.activate(&made).await;
    assert!(node.facts().failure.unwrap().message.contains("sk_unknown"));
    assert!(!signer().keys().contains_key("sk_unknown"));
}
