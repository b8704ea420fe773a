//! The agent begins: from disk, beside a proxy that still runs, after its own death in the middle of something.
#![allow(clippy::unwrap_used)]

use sentinel_bundle::node_vars::Values;
use sentinel_model::Generation;

use super::fake::{FakeSource, Node, Word, nobody};
use crate::agent::activation::Outcome;
use crate::agent::board::Serving;
use crate::agent::proxy::Proxy;
use crate::agent::testing::{bundle, vars};

#[tokio::test]
async fn a_node_boots_from_disk_without_a_control_plane() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    node.activate(&bundle(2, "1.1")).await;
    let mut node = node.restarted(false).await;
    assert_eq!(node.words(), [Word::Stop, Word::Start, Word::Prove]);
    assert!(node.serves("1.1"));
    assert_eq!((node.effective(), node.facts().serving), (Some(2), Serving::Proven));
    assert_eq!(node.facts().handled.generation, Generation(2));
}

#[tokio::test]
async fn a_proxy_that_still_runs_is_adopted_and_not_started_again() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    let addresses = node.activator.proxy.running();
    let mut node = node.restarted(true).await;
    assert_eq!(node.words(), [Word::Prove]);
    assert_eq!(node.activator.proxy.running(), addresses);
    // And it is reloaded like any other.
    assert_eq!(node.activate(&bundle(2, "1.1")).await, Outcome::Effective);
    assert_eq!(node.words(), [Word::Test, Word::Reload, Word::Prove]);
}

#[tokio::test]
async fn a_new_node_has_nothing_to_run_and_nothing_wrong() {
    let mut node = Node::new().restarted(false).await;
    assert_eq!(node.words(), []);
    assert_eq!((node.effective(), node.facts().serving), (None, Serving::Nothing));
}

#[tokio::test]
async fn when_the_newest_bundle_is_damaged_on_disk_an_older_one_runs_and_the_newest_is_fetched_again() {
    let mut node = Node::new();
    let (first, second) = (bundle(1, "1.0"), bundle(2, "1.1"));
    node.activate(&first).await;
    node.activate(&second).await;
    node.damage(&second);
    let mut node = node.restarted(false).await;
    assert!(node.serves("1.0"));
    assert_eq!(node.effective(), Some(1), "what is told is what runs");
    assert_eq!(node.facts().handled.generation, Generation(1), "the assignment is open again");
    assert_eq!(node.activate(&second).await, Outcome::Effective);
    assert_eq!(node.effective(), Some(2));
}

#[tokio::test]
async fn when_every_bundle_on_disk_is_damaged_the_node_says_so_and_waits_for_one() {
    let mut node = Node::new();
    let made = bundle(1, "1.0");
    node.activate(&made).await;
    node.damage(&made);
    let mut node = node.restarted(false).await;
    assert!(matches!(node.facts().serving, Serving::No(_)));
    assert_eq!(node.facts().handled.generation, Generation(0));
    assert_eq!(node.activate(&made).await, Outcome::Effective);
}

/// The agent dies between the switch and the confirmation.
async fn interrupted(loaded: bool, members: &FakeSource) -> Node {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    let next = bundle(2, "1.1");
    node.activate(&next).await;
    // As the disk looked one moment before the end: begun, switched, not confirmed.
    node.activator
        .state
        .change(|state| {
            state.effective = Some(bundle(1, "1.0").release);
            state.good.retain(|release| release.generation == Generation(1));
            state.handled = Generation(1);
            state.begin(&next.release);
        })
        .unwrap();
    if !loaded {
        // The signal was never sent: the process still has the bundle before.
        node.activator.shelf.point_to(&bundle(1, "1.0").release).unwrap();
        node.activator.proxy.reload().await.unwrap();
        node.activator.shelf.point_to(&next.release).unwrap();
    }
    node.restarted_among(members, true, vars()).await
}

#[tokio::test]
async fn an_activation_that_had_come_to_its_end_is_recognised_after_the_agents_death() {
    let members = FakeSource::new(&bundle(2, "1.1"));
    let mut node = interrupted(true, &members).await;
    assert_eq!(members.reaches(), [2], "a member confirms it");
    assert_eq!(node.effective(), Some(2));
    assert!(node.serves("1.1"));
    assert!(!node.words().contains(&Word::Start), "the proxy was not restarted");
}

#[tokio::test]
async fn an_activation_that_had_not_is_taken_back_and_may_be_tried_again() {
    let mut node = interrupted(false, &FakeSource::new(&bundle(2, "1.1"))).await;
    assert_eq!(node.effective(), Some(1));
    assert!(node.serves("1.0"));
    assert!(!node.words().contains(&Word::Start), "the proxy was not restarted");
    assert_eq!(node.facts().handled.generation, Generation(1));
    let next = bundle(2, "1.1");
    assert_eq!(node.activate(&next).await, Outcome::Effective);
    assert_eq!(node.effective(), Some(2));
}

#[tokio::test]
async fn an_activation_that_was_never_confirmed_is_taken_back_after_the_agents_death() {
    let members = FakeSource::new(&bundle(2, "1.1")).cut_off_by(&[2]);
    let mut node = interrupted(true, &members).await;
    assert_eq!((node.effective(), node.facts().serving.clone()), (Some(1), Serving::Proven));
    assert!(node.serves("1.0"));
    assert!(!node.words().contains(&Word::Start), "the proxy was not restarted");
    assert_eq!(node.facts().handled.generation, Generation(1), "it may be tried again");
}

#[tokio::test]
async fn an_activation_that_kills_the_agent_is_not_tried_for_ever() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    let next = bundle(2, "1.1");
    for _ in 0..2 {
        node.activator.state.change(|state| state.begin(&next.release)).unwrap();
    }
    let mut node = node.restarted(true).await;
    let failure = node.facts().failure.unwrap();
    assert_eq!(failure.generation, Generation(2));
    assert!(failure.message.contains("ended 2 times"), "{}", failure.message);
    assert_eq!((node.effective(), node.facts().handled.generation), (Some(1), Generation(2)));
    let source = FakeSource::new(&next);
    assert_eq!(node.activator.activate(&next.update(), Some(&source)).await, Outcome::Refused);
}

#[tokio::test]
async fn a_first_activation_that_was_interrupted_leaves_nothing_running() {
    let mut node = Node::new();
    let made = bundle(1, "1.0");
    node.activate(&made).await;
    node.activator
        .state
        .change(|state| {
            *state = crate::agent::state::State::default();
            state.begin(&made.release);
        })
        .unwrap();
    let mut node = node.restarted(false).await;
    assert!(!node.shelf_config().exists());
    assert_eq!((node.effective(), node.facts().serving), (None, Serving::Nothing));
    assert_eq!(node.activate(&made).await, Outcome::Effective);
}

#[tokio::test]
async fn somebody_elses_proxy_that_does_not_run_yet_costs_no_bundle() {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    node.activator.proxy.bound = Some("it was started by somebody else");
    let mut node = node.restarted(false).await;
    assert_eq!(node.words(), []);
    assert_eq!(node.effective(), Some(1));
    assert!(matches!(node.facts().serving, Serving::No(_)));
    assert!(node.shelf_config().is_file(), "it can be started");
    assert!(node.activator.is_down(), "and is looked for");
}

/// Two bundles were proven, one after the other.
async fn proven_twice() -> Node {
    let mut node = Node::new();
    node.activate(&bundle(1, "1.0")).await;
    node.activate(&bundle(2, "1.1")).await;
    node
}

#[tokio::test]
async fn a_boot_at_which_the_proxy_does_not_start_forgets_nothing_and_is_tried_again() {
    let mut node = proven_twice().await;
    for _ in 0..3 {
        node.activator.proxy.fail_once(Word::Start, "port held");
    }
    let mut node = node.restarted(false).await;
    assert_eq!(node.words(), [Word::Stop, Word::Start], "no older bundle is tried");
    assert_eq!((node.effective(), node.facts().handled.generation), (Some(2), Generation(2)));
    assert!(matches!(node.facts().serving, Serving::No(words) if words.contains("port held")));
    let events = node.board.take_events(50).await;
    assert!(events.iter().any(|event| event.message.contains("bundle 1.1 does not run: port held")));
    // The next agent tries again, and then it goes on trying.
    let mut node = node.restarted(false).await;
    assert_eq!(node.effective(), Some(2));
    assert!(node.activator.is_down());
    assert!(node.activator.revive(&nobody()).await.is_err());
    node.activator.revive(&nobody()).await.unwrap();
    assert!(node.serves("1.1"));
    assert_eq!((node.effective(), node.facts().serving), (Some(2), Serving::Proven));
}

#[tokio::test]
async fn a_proxy_that_needed_longer_at_boot_than_it_was_given_is_not_restarted() {
    let mut node = proven_twice().await;
    node.activator.proxy.fail_once(Word::Prove, "not yet");
    let mut node = node.restarted(false).await;
    assert_eq!(node.words(), [Word::Stop, Word::Start, Word::Prove]);
    assert_eq!(node.effective(), Some(2));
    assert!(matches!(node.facts().serving, Serving::No(_)));
    node.activator.revive(&nobody()).await.unwrap();
    assert_eq!(node.words(), [Word::Prove]);
    assert_eq!(node.facts().serving, Serving::Proven);
}

#[tokio::test]
async fn a_mistyped_variable_costs_no_bundle_and_does_not_touch_the_proxy_that_runs() {
    for runs in [true, false] {
        let node = proven_twice().await;
        let mut node = node.restarted_with(runs, Values::new()).await;
        assert_eq!(node.words(), []);
        assert_eq!((node.effective(), node.facts().handled.generation), (Some(2), Generation(2)));
        assert!(matches!(node.facts().serving, Serving::No(words) if words.contains("`http_port`")));
        assert!(node.activator.is_down(), "it is tried again");
        assert!(node.activator.revive(&nobody()).await.is_err());
        let mut node = node.restarted(runs).await;
        assert!(node.serves("1.1"));
        assert_eq!(node.words().contains(&Word::Start), !runs);
        assert_eq!((node.effective(), node.facts().serving), (Some(2), Serving::Proven));
    }
}

#[tokio::test]
async fn a_bundle_that_fails_while_nothing_runs_leads_back_to_the_one_that_waits() {
    let mut node = proven_twice().await;
    node.activator.proxy.fail_once(Word::Start, "port held");
    let mut node = node.restarted(false).await;
    node.activator.proxy.fail_once(Word::Prove, "no");
    assert_eq!(node.activate(&bundle(3, "1.2")).await, Outcome::Failed);
    assert!(node.serves("1.1"));
    assert_eq!((node.effective(), node.facts().serving), (Some(2), Serving::Proven));
}

#[tokio::test]
async fn an_archive_that_can_be_read_again_runs_again_without_a_control_plane() {
    let node = proven_twice().await;
    let second = bundle(2, "1.1");
    node.damage(&second);
    let node = node.restarted(false).await;
    assert_eq!(node.effective(), Some(1));
    let events = node.board.take_events(50).await;
    assert!(events.iter().any(|event| event.message.contains("bundle 1.0 runs instead")), "{events:?}");
    // The damage is undone.
    node.damage(&second);
    let mut node = node.restarted(true).await;
    assert!(node.serves("1.1"));
    assert_eq!((node.effective(), node.facts().handled.generation), (Some(2), Generation(2)));
    assert!(!node.words().contains(&Word::Start), "the proxy was not restarted");
}

#[tokio::test]
async fn bundles_that_are_away_when_the_node_boots_are_looked_for_again() {
    let node = proven_twice().await;
    node.move_bundles("bundles", "away");
    let mut node = node.restarted(false).await;
    assert_eq!((node.effective(), node.facts().handled.generation), (None, Generation(0)), "open again");
    assert!(matches!(node.facts().serving, Serving::No(_)));
    assert!(node.activator.is_down());
    assert!(node.activator.revive(&nobody()).await.is_err());
    node.move_bundles("away", "bundles");
    node.activator.revive(&nobody()).await.unwrap();
    assert!(node.serves("1.1"));
    assert_eq!((node.effective(), node.facts().handled.generation), (Some(2), Generation(2)));
}
