//! What was activated stays only when a member can be reached with it.
#![allow(clippy::unwrap_used)]

use sentinel_api_types::node::ActivationStage;
use sentinel_model::Generation;

use super::fake::{FakeSource, Node, Word};
use super::new_process;
use crate::agent::activation::Outcome;
use crate::agent::board::Serving;
use crate::agent::testing::{SOURCE, bundle, bundle_of};

#[tokio::test]
async fn a_bundle_that_cuts_the_node_off_goes_back_by_itself_and_the_second_time_is_final() {
    for source in [SOURCE.to_owned(), new_process(SOURCE)] {
        let mut node = Node::new();
        node.activate(&bundle(1, "1.0")).await;
        let next = bundle_of(2, "1.1", &source);
        let members = FakeSource::new(&next).cut_off_by(&[2]);
        assert_eq!(node.activator.activate(&next.update(), Some(&members)).await, Outcome::Again);
        assert_eq!(members.reaches(), [2, 1], "with the new one, then with the one before");
        assert!(node.serves("1.0"));
        assert_eq!(node.facts().failure, None, "an outage may have ended in between");
        assert_eq!(node.activator.activate(&next.update(), Some(&members)).await, Outcome::Failed);
        assert!(node.serves("1.0"));
        assert_eq!((node.effective(), node.facts().serving), (Some(1), Serving::Proven));
        let failure = node.facts().failure.unwrap();
        assert_eq!((failure.generation, failure.stage), (Generation(2), ActivationStage::Prove));
        assert!(failure.message.starts_with("it cut the node off"), "{}", failure.message);
        assert!(failure.message.contains("connection refused"), "{}", failure.message);
        assert_eq!(node.activator.activate(&next.update(), Some(&members)).await, Outcome::Refused);
    }
}

#[tokio::test]
async fn an_outage_that_ends_between_both_looks_condemns_nothing() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    let next = bundle(2, "1.1");
    let members = FakeSource::new(&next).cut_off_by(&[2]);
    assert_eq!(node.activator.activate(&next.update(), Some(&members)).await, Outcome::Again);
    assert_eq!(node.activate(&next).await, Outcome::Effective);
    assert!(node.serves("1.1"));
}

#[tokio::test]
async fn when_going_back_fails_as_well_nobody_says_whose_fault_it_was() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    let next = bundle(2, "1.1");
    let members = FakeSource::new(&next).cut_off_by(&[2]);
    node.activator.proxy.fail_after(Word::Reload, 1, "no");
    node.activator.proxy.fail_after(Word::Start, 0, "no");
    assert_eq!(node.activator.activate(&next.update(), Some(&members)).await, Outcome::Again);
    assert_eq!(members.reaches(), [2], "nothing runs that could be compared with");
    assert!(matches!(node.facts().serving, Serving::No(_)));
}

#[tokio::test]
async fn when_no_member_answers_with_the_bundle_before_either_the_new_one_is_not_blamed() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    let next = bundle(2, "1.1");
    let away = FakeSource::new(&next).cut_off_by(&[1, 2]);
    assert_eq!(node.activator.activate(&next.update(), Some(&away)).await, Outcome::Again);
    assert!(node.serves("1.0"));
    assert_eq!((node.effective(), node.facts().failure), (Some(1), None));
    assert_eq!(node.activate(&next).await, Outcome::Effective, "when the members are back");
    assert!(node.serves("1.1"));
}

#[tokio::test]
async fn a_first_bundle_that_no_member_confirms_leaves_nothing_running() {
    let mut node = Node::new();
    let first = bundle(1, "1.0");
    let members = FakeSource::new(&first).cut_off_by(&[1]);
    assert_eq!(node.activator.activate(&first.update(), Some(&members)).await, Outcome::Again);
    assert_eq!(node.effective(), None);
    assert_eq!(node.words().last(), Some(&Word::Stop));
}

#[tokio::test]
async fn what_was_confirmed_before_runs_again_without_a_member() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    node.activate(&bundle(2, "1.1")).await;
    let back = bundle(3, "1.0").update();
    assert!(node.activator.holds(&back));
    assert_eq!(node.activator.activate(&back, None).await, Outcome::Effective);
    assert!(node.serves("1.0"));
}

#[tokio::test]
async fn what_changes_nothing_needs_no_confirmation() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    let again = bundle(2, "1.0");
    let members = FakeSource::new(&again).cut_off_by(&[1, 2]);
    assert_eq!(node.activator.activate(&again.update(), Some(&members)).await, Outcome::Effective);
    assert!(members.reaches().is_empty());
}

#[tokio::test]
async fn a_proxy_that_ends_before_it_is_confirmed_is_not_waited_for() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    let next = bundle(2, "1.1");
    node.activator.proxy.death.notify_one();
    let members = FakeSource::new(&next).cut_off_by(&[2]);
    assert_eq!(node.activator.activate(&next.update(), Some(&members)).await, Outcome::Failed);
    assert!(!members.reaches().contains(&1), "it was not for a member");
    assert_eq!(node.facts().failure.unwrap().message, "killed");
    assert!(node.serves("1.0"));
}
