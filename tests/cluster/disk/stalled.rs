//! Disks that hang: whoever writes to them waits, and nothing fails.

use std::time::{Duration, Instant};

use reqwest::Method;
use sentinel_kit::{Api, Cluster, until};
use serde_json::json;

use super::has_problem;
use crate::BINARY;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_whose_disk_hangs_does_not_lead_and_keeps_nobody_waiting() {
    let cluster = Cluster::start_on_volumes(BINARY, 3, &["--min-free", "1MiB"], 64).await;
    let api = cluster.admin(0).await;
    cluster.project(&api, "shop").await.unwrap();

    // The leader's: another one leads, and the cluster goes on.
    let frozen = cluster.leader(&api).await;
    let others = [(frozen + 1) % 3, (frozen + 2) % 3];
    cluster.volume(frozen).freeze();
    let began = Instant::now();
    until("the others write without it", 20, || async {
        let at_other = api.at(&cluster.url(others[0]));
        let page = at_other.get("/api/v1/cluster").await.ok()?;
        let moved = page["leader"].as_u64().is_some_and(|leader| leader != frozen as u64 + 1);
        (write(&at_other).await.is_some() && moved).then_some(())
    })
    .await;
    assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());
    is_told(&cluster, &api, frozen, others[1]).await;
    cluster.volume(frozen).thaw();
    has_problem(&cluster, frozen, "disk_stalled", false).await;
    cluster.ready(frozen).await;

    // A follower's: nobody notices but those who ask.
    let leader = cluster.leader(&api).await;
    let frozen = (leader + 1) % 3;
    let (at_leader, at_other) = (api.at(&cluster.url(leader)), api.at(&cluster.url((leader + 2) % 3)));
    cluster.volume(frozen).freeze();
    let (began, mut slowest) = (Instant::now(), Duration::ZERO);
    while began.elapsed() < Duration::from_secs(6) {
        for here in [&at_leader, &at_other] {
            let took = write(here).await.expect("a write with a follower whose disk hangs");
            slowest = slowest.max(took);
        }
    }
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    is_told(&cluster, &api, frozen, leader).await;
    assert_eq!(cluster.leader(&api).await, leader, "it goes on to lead");
    cluster.volume(frozen).thaw();
    cluster.ready(frozen).await;
    assert!(write(&api.at(&cluster.url(frozen))).await.is_some());
}

/// The member itself says what is wrong, and so does another one.
async fn is_told(cluster: &Cluster, api: &Api, frozen: usize, other: usize) {
    let words = has_problem(cluster, frozen, "disk_stalled", true).await;
    assert!(words.contains("keeps the log waiting for"), "{words}");
    let (status, body) = api.at(&cluster.url(frozen)).send(Method::GET, "/ready", None).await.unwrap();
    assert_eq!(status, 503, "{body}");
    let api = api.at(&cluster.url(other));
    until("the page of the cluster shows whose disk is sick", 20, || async {
        let page = api.get("/api/v1/cluster").await.ok()?;
        let disk = &page["members"].as_array()?.iter().find(|one| one["id"] == frozen as u64 + 1)?["disk"];
        let named = page["findings"].to_string().contains(&format!("the disk of member-{}", frozen + 1));
        (disk["well"] == false && disk["max_us"].as_u64()? > 2_000_000 && named).then_some(())
    })
    .await;
}

/// One write, not tried again: how long it took, when it was acknowledged.
async fn write(api: &Api) -> Option<Duration> {
    let began = Instant::now();
    let name = format!("n{}", uuid::Uuid::new_v4());
    let made = api.post("/api/v1/projects/shop/enrolment-tokens", &json!({"name": name})).await;
    made.ok().map(|_| began.elapsed())
}
