//! A good bundle reaches every node without a lost request; a bad one stops at the first node and goes back by itself.

use std::sync::atomic::{AtomicUsize, Ordering};

use sentinel_kit::{Traffic, Upstream, until};

use crate::fleet::{Fleet, effective};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_bundle_reaches_every_node_and_a_bad_one_is_taken_back_at_the_first() {
    let fleet = Fleet::start().await;
    let (one, two) = (Upstream::start("one", 200).await, Upstream::start("two", 200).await);
    let broken = Upstream::start("broken", 500).await;
    fleet.with_first_bundle(&one).await;
    let traffic = Traffic::start(&fleet.addresses());

    // Forward, one node at a time.
    let good = fleet.bundle("2.0.0", &two).await.unwrap();
    let rollout = fleet.roll_out(&good).await.unwrap();
    let most_in_flight = AtomicUsize::new(0);
    until("the rollout completes", 120, || async {
        let nodes = fleet.nodes().await.ok()?;
        let moving = nodes.iter().filter(|node| node["converged"] == false).count();
        most_in_flight.fetch_max(moving, Ordering::Relaxed);
        let found = fleet.rollout(&rollout).await.ok()?;
        assert_ne!(found["rollout"]["state"], "failed", "{found}");
        assert_ne!(found["rollout"]["state"], "rolled_back", "{found}");
        (found["rollout"]["state"] == "completed").then_some(())
    })
    .await;
    let most_in_flight = most_in_flight.into_inner();
    assert!(most_in_flight <= 1, "{most_in_flight} nodes were moving at once");
    fleet.all_effective(&good).await;
    until("each proxy answers with the new version", 10, || async {
        let answers = traffic.answers();
        answers.iter().all(|proxy| proxy.last == Some((200, "two".into()))).then_some(())
    })
    .await;
    traffic.assert_flawless();

    // A bundle that hurts.
    traffic.reset();
    let bad = fleet.bundle("3.0.0", &broken).await.unwrap();
    let rollout = fleet.roll_out(&bad).await.unwrap();
    let ended = fleet.rollout_is(&rollout, "rolled_back").await;
    assert_eq!(ended["rollout"]["current_step"], 0, "it stopped at the first node: {ended}");
    let nodes = fleet.nodes().await.unwrap();
    for node in &nodes {
        assert_eq!(effective(node), Some(good.as_str()), "{node}");
    }
    let hurt: Vec<_> = traffic.answers().iter().map(|proxy| proxy.with_body("broken")).collect();
    assert_eq!(
        hurt.iter().filter(|count| **count > 0).count(),
        1,
        "only the first node ever served it: {hurt:?}"
    );
    traffic.reset();
    until("each proxy answers with the good version again", 10, || async {
        let answers = traffic.answers();
        answers.iter().all(|proxy| proxy.with_body("two") > 20).then_some(())
    })
    .await;
    traffic.assert_flawless();
    let served = broken.served();
    assert!(served > 0, "the first node served the bad bundle, else the gate judged nothing");
}
