//! Disks without room.

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use reqwest::Method;
use sentinel_kit::{Api, Cluster, until, until_ok};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{has_problem, health};
use crate::BINARY;

const MIB: u64 = 1 << 20;
const TOKENS: &str = "/api/v1/projects/shop/enrolment-tokens";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_without_room_takes_no_writes_does_not_lead_and_comes_back_by_itself() {
    let options = ["--min-free", "16MiB", "--archive-check-every", "1s", "--archive-grace", "60s"];
    let mut cluster = Cluster::start_on_volumes(BINARY, 3, &options, 96).await;
    let api = cluster.admin(0).await;
    cluster.project(&api, "shop").await.unwrap();
    let full = cluster.leader(&api).await;
    let pid = cluster.process(full).pid();

    cluster.volume(full).fill(4 * MIB);
    let words = has_problem(&cluster, full, "disk_full", true).await;
    assert!(words.contains("less than 16 MiB"), "{words}");
    let superfluous = archive_without_a_bundle(&cluster, full);
    let at_full = api.at(&cluster.url(full));
    let others = [(full + 1) % 3, (full + 2) % 3];
    for other in others {
        let at_other = api.at(&cluster.url(other));
        until("another one leads", 20, || async {
            let page = at_other.get("/api/v1/cluster").await.ok()?;
            let leader = page["leader"].as_u64()?;
            (leader != full as u64 + 1).then_some(())
        })
        .await;
        for number in 0..10 {
            write(&at_other, &format!("at-{other}-{number}")).await.unwrap();
        }
    }
    let (status, body) = at_full.send(Method::GET, "/ready", None).await.unwrap();
    assert_eq!(
        (status, body["reason"].as_str().is_some_and(|why| why.contains("is full"))),
        (503, true),
        "{body}"
    );
    assert_refused(&at_full).await;
    let (status, body) =
        at_full.send(Method::GET, "/api/v1/projects/shop?consistency=stale", None).await.unwrap();
    assert_eq!(status, 200, "{body}");

    until("what is of no use makes room", 60, || async { (!superfluous.exists()).then_some(()) }).await;

    cluster.volume(full).clear();
    has_problem(&cluster, full, "disk_full", false).await;
    cluster.ready(full).await;
    assert_eq!(tokens(&at_full).await, 20);
    write(&at_full, "with-room").await.unwrap();
    assert_eq!(cluster.process(full).pid(), pid, "nobody had to start it again");

    // No room anywhere: nothing can be written, and what is there can be read.
    for member in 0..3 {
        cluster.volume(member).fill(12 * MIB);
    }
    for member in 0..3 {
        has_problem(&cluster, member, "disk_full", true).await;
        let here = api.at(&cluster.url(member));
        until_ok("reads go on", 20, || here.get("/api/v1/projects/shop")).await;
        assert_refused(&here).await;
    }
    for member in 0..3 {
        cluster.volume(member).clear();
    }
    // A write at a member that has seen its room may go to a leader that has not looked yet.
    for member in 0..3 {
        has_problem(&cluster, member, "disk_full", false).await;
    }
    for member in 0..3 {
        cluster.ready(member).await;
        write(&api.at(&cluster.url(member)), &format!("again-{member}")).await.unwrap();
    }
}

/// The mark is out of order, and the log itself finds no room.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_whose_log_finds_no_room_serves_what_it_has_and_begins_anew_when_there_is_some() {
    let mut cluster = Cluster::start_on_volumes(BINARY, 3, &["--min-free", "1B"], 96).await;
    let api = cluster.admin(0).await;
    cluster.project(&api, "shop").await.unwrap();
    let full = cluster.leader(&api).await;
    let (at_full, at_other) = (api.at(&cluster.url(full)), api.at(&cluster.url((full + 1) % 3)));
    cluster.volume(full).fill(0);
    let acknowledged = write_until(&cluster, full, "disk_failed", &at_other).await;
    let (status, body) = at_full.send(Method::GET, "/ready", None).await.unwrap();
    assert_eq!(status, 503, "{body}");
    let (status, body) =
        at_full.send(Method::GET, "/api/v1/projects/shop?consistency=stale", None).await.unwrap();
    assert_eq!(status, 200, "{body}");
    let pid = cluster.process(full).pid();

    cluster.volume(full).clear();
    has_problem(&cluster, full, "disk_failed", false).await;
    cluster.ready(full).await;
    assert!(cluster.process(full).running());
    assert_eq!(cluster.process(full).pid(), pid);
    assert!(tokens(&at_full).await >= acknowledged, "{acknowledged} were acknowledged");
}

/// Writes elsewhere until the member says that it has this problem, and gives how many writes were acknowledged.
pub(super) async fn write_until(cluster: &Cluster, index: usize, code: &str, elsewhere: &Api) -> usize {
    let deadline = Instant::now() + Duration::from_secs(90);
    let mut acknowledged = 0;
    for number in 0.. {
        let said = health(cluster, index).await;
        if said.is_some_and(|said| said["problems"][code].is_string()) {
            break;
        }
        assert!(Instant::now() < deadline, "{acknowledged} writes, and no {code}");
        let names = (0..16).map(|one| format!("n{number}-{one}"));
        let writes = names.map(|name| async move { write(elsewhere, &name).await.is_ok() });
        let done = futures::future::join_all(writes).await;
        acknowledged += done.into_iter().filter(|done| *done).count();
    }
    acknowledged
}

pub(super) async fn write(api: &Api, name: &str) -> anyhow::Result<Value> {
    api.post(TOKENS, &json!({"name": name})).await
}

async fn assert_refused(api: &Api) {
    let began = Instant::now();
    let body = json!({"name": "refused"});
    let (status, answer) = api.send(Method::POST, TOKENS, Some(&body)).await.unwrap();
    assert_eq!((status, answer["code"].as_str()), (503, Some("read_only")), "{answer}");
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

/// How many there are, by a linearizable read.
pub(super) async fn tokens(api: &Api) -> usize {
    let (mut count, mut cursor) = (0, String::new());
    loop {
        let page = api.get(&format!("{TOKENS}?limit=200{cursor}")).await.unwrap();
        count += page["enrolment_tokens"].as_array().unwrap().len();
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return count,
        }
    }
}

/// One that was put long ago, for a bundle that was never made.
fn archive_without_a_bundle(cluster: &Cluster, index: usize) -> PathBuf {
    let digest = hex::encode(Sha256::digest(b"never named"));
    let dir = cluster.data_dir(index).join("blobs").join(&digest[..2]);
    fs::create_dir_all(&dir).unwrap();
    let file = dir.join(digest);
    fs::write(&file, b"never named").unwrap();
    let long_ago = SystemTime::now() - Duration::from_secs(3_600);
    File::open(&file).unwrap().set_modified(long_ago).unwrap();
    file
}
