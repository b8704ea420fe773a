//! `/ready` tells the truth: it is asked at the moments at which no write can commit.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use sentinel_kit::{Api, Cluster, until};
use serde_json::{Value, json};

use crate::BINARY;

/// Longest time to wait for an answer of `/ready`, whatever is wrong.
const ANSWER: Duration = Duration::from_millis(2_500);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_first_question_on_a_member_is_not_ready_while_no_write_can_commit_through_it() {
    let mut cluster = Cluster::start(BINARY, 3, &[]).await;
    let api = cluster.admin(0).await;
    cluster.project(&api, "shop").await.unwrap();
    let leader = cluster.leader(&api).await;
    let (other, asked) = ((leader + 1) % 3, (leader + 2) % 3);

    // The leader and another one stop answering, and nothing else has changed: connections stay.
    for member in [leader, other] {
        cluster.process(member).signal(Signal::SIGSTOP);
    }
    for _ in 0..4 {
        let (status, body) = ready(&cluster, asked).await;
        assert_eq!(status, 503, "{body}");
        assert!(body["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{body}");
    }
    for member in [leader, other] {
        cluster.process(member).signal(Signal::SIGCONT);
    }
    all_ready(&cluster).await;

    // The leader alone: the others go on without it, and when it wakes up it does not pretend to lead.
    let leader = cluster.leader(&api).await;
    cluster.process(leader).signal(Signal::SIGSTOP);
    let others = [(leader + 1) % 3, (leader + 2) % 3];
    for member in others {
        until("the others are ready without the leader", 20, || async {
            (ready(&cluster, member).await.0 == 200).then_some(())
        })
        .await;
        writes(&api.at(&cluster.url(member)), &format!("at-{member}")).await;
    }
    cluster.process(leader).signal(Signal::SIGCONT);
    until("the old leader is ready", 20, || async { (ready(&cluster, leader).await.0 == 200).then_some(()) })
        .await;
    writes(&api.at(&cluster.url(leader)), "at-the-old-leader").await;
}

async fn ready(cluster: &Cluster, index: usize) -> (u16, Value) {
    let began = Instant::now();
    let answer = Api::new(&cluster.url(index)).send(reqwest::Method::GET, "/ready", None).await.unwrap();
    assert!(began.elapsed() < ANSWER, "it took {} ms to say {answer:?}", began.elapsed().as_millis());
    answer
}

async fn all_ready(cluster: &Cluster) {
    for member in 0..cluster.len() {
        cluster.ready(member).await;
    }
}

/// One write, which is not tried again.
async fn writes(api: &Api, name: &str) {
    let made = api.post("/api/v1/projects/shop/enrolment-tokens", &json!({"name": name})).await;
    assert!(made.is_ok(), "{made:?}");
}
