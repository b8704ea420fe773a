//! Disks that an error of the medium has made read-only.

use sentinel_kit::{Cluster, until, until_ok};

use super::full::{tokens, write, write_until};
use crate::BINARY;

/// F26.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_whose_disk_becomes_read_only_says_so_holds_nobody_up_and_comes_back_with_a_mended_one() {
    let mut cluster = Cluster::start_on_volumes(BINARY, 3, &["--min-free", "16MiB"], 96).await;
    let api = cluster.admin(0).await;
    cluster.project(&api, "shop").await.unwrap();
    let victim = cluster.leader(&api).await;
    let (here, elsewhere) = (api.at(&cluster.url(victim)), api.at(&cluster.url((victim + 1) % 3)));
    cluster.volume(victim).read_only();
    let acknowledged = write_until(&cluster, victim, "disk_failed", &elsewhere).await;
    until_ok("the others take writes", 20, || write(&elsewhere, "after")).await;
    until("another one leads", 20, || async {
        let leader = elsewhere.get("/api/v1/cluster").await.ok()?["leader"].as_u64()?;
        (leader != victim as u64 + 1).then_some(())
    })
    .await;
    let (status, body) = here.send(reqwest::Method::GET, "/ready", None).await.unwrap();
    assert_eq!(status, 503, "{body}");

    cluster.kill9(victim);
    cluster.volume(victim).mend();
    cluster.launch(victim);
    cluster.ready(victim).await;
    assert!(tokens(&here).await > acknowledged, "{acknowledged} and one more were acknowledged");
}
