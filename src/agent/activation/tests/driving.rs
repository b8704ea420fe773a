//! What is done by itself: a proxy that ended is started again, and a bundle that cures it is not held up.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use sentinel_model::Generation;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::fake::{FakeSource, Node, Word};
use crate::agent::activation::Outcome;
use crate::agent::board::{Facts, Serving};
use crate::agent::driver::drive;
use crate::agent::poll::Job;
use crate::agent::testing::{Made, bundle};

/// Drives a node until the scenario is over.
async fn during<F: Future<Output = ()>>(
    node: &mut Node,
    made: &Made,
    scenario: impl FnOnce(mpsc::Sender<Job>) -> F,
) {
    let stop = CancellationToken::new();
    let (jobs, work) = mpsc::channel(1);
    let (_renewals, values) = mpsc::channel(1);
    let board = Arc::clone(&node.board);
    let source = FakeSource::new(made);
    let scenario = scenario(jobs);
    let driven = drive(&mut node.activator, &board, &source, (work, values), stop.clone());
    let both = async {
        tokio::join!(driven, async {
            scenario.await;
            stop.cancel();
        })
    };
    timeout(Duration::from_secs(30), both).await.expect("the scenario comes to its end");
}

async fn wait_for(node_board: &Arc<crate::agent::board::Board>, is: impl Fn(&Facts) -> bool) {
    node_board.watch().wait_for(|facts| is(facts)).await.unwrap();
}

#[tokio::test]
async fn a_proxy_that_ends_is_started_again() {
    let mut node = Node::new();
    let made = bundle(1, "1.0");
    node.activate(&made).await;
    node.words();
    node.activator.proxy.fail_once(Word::Start, "not yet");
    let (board, death) = (Arc::clone(&node.board), Arc::clone(&node.activator.proxy.death));
    during(&mut node, &made, |jobs| async move {
        death.notify_one();
        wait_for(&board, |facts| facts.serving == Serving::No("killed".to_owned())).await;
        wait_for(&board, |facts| facts.serving == Serving::No("not yet".to_owned())).await;
        wait_for(&board, |facts| facts.serving == Serving::Proven).await;
        drop(jobs);
    })
    .await;
    assert_eq!(node.words(), [Word::Stop, Word::Start, Word::Stop, Word::Start, Word::Prove]);
    assert_eq!(node.effective(), Some(1));
}

#[tokio::test]
async fn a_proxy_that_cannot_be_started_does_not_hold_up_the_bundle_that_cures_it() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    for _ in 0..3 {
        node.activator.proxy.fail_once(Word::Start, "broken");
    }
    let cure = bundle(2, "1.1");
    let release = cure.release.clone();
    let (archive, open) = (cure.archive.clone(), bundle(2, "1.1").open);
    let mut again = Made { release, archive, open };
    let mut offer = move |generation| {
        again.release.generation = generation;
        again.update()
    };
    let (board, death) = (Arc::clone(&node.board), Arc::clone(&node.activator.proxy.death));
    during(&mut node, &cure, |jobs| async move {
        death.notify_one();
        let mut outcome = Outcome::Again;
        // The first starts may fail for the cure as well; it is offered again, as a poll would do.
        while outcome != Outcome::Effective {
            wait_for(&board, |facts| matches!(facts.serving, Serving::No(_))).await;
            let (answer, told) = oneshot::channel();
            let generation = Generation(board.watch().borrow().handled.generation.0 + 1);
            let update = offer(generation);
            jobs.send(Job { update, offered: true, answer }).await.unwrap();
            outcome = told.await.unwrap();
        }
    })
    .await;
    assert_eq!(node.facts().serving, Serving::Proven);
    assert!(node.serves("1.1"));
}

#[tokio::test]
async fn a_proxy_that_does_not_start_when_the_node_boots_is_started_later() {
    let mut node = Node::new();
    let made = bundle(1, "1.0");
    node.activate(&made).await;
    for _ in 0..3 {
        node.activator.proxy.fail_once(Word::Start, "port held");
    }
    let mut node = node.restarted(false).await;
    let board = Arc::clone(&node.board);
    during(&mut node, &made, |jobs| async move {
        wait_for(&board, |facts| facts.serving == Serving::Proven).await;
        drop(jobs);
    })
    .await;
    assert_eq!(node.effective(), Some(1));
    assert!(node.serves("1.0"));
}

#[tokio::test]
async fn without_a_member_only_what_is_on_disk_is_activated() {
    let mut node = Node::new();
    let first = bundle(1, "1.0");
    node.activate(&first).await;
    let (other, back) = (bundle(2, "1.1").update(), bundle(3, "1.0").update());
    assert!(node.activator.holds(&back) && !node.activator.holds(&other));
    during(&mut node, &first, |jobs| async move {
        for (update, expected) in [(other, Outcome::Again), (back, Outcome::Effective)] {
            let (answer, told) = oneshot::channel();
            jobs.send(Job { update, offered: false, answer }).await.unwrap();
            assert_eq!(told.await.unwrap(), expected);
        }
    })
    .await;
    assert_eq!(node.effective(), Some(3));
    let events = node.board.take_events(50).await;
    assert!(events.iter().all(|event| !event.message.contains("failed")), "{events:?}");
}
