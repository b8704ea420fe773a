//! `kill -9` of every member at once, in the middle of writing.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sentinel_kit::{Api, Cluster};
use serde_json::json;
use tokio::sync::Mutex;

use crate::BINARY;

/// Commands written in all, over the five rounds.
const COMMANDS: usize = 10_000;
const ROUNDS: usize = 5;
const WRITERS: usize = 48;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_command_survives_kill_9_of_all_members_five_times() {
    let mut cluster = Cluster::start(BINARY, 3, &[]).await;
    let api = cluster.admin(0).await;
    cluster.project(&api, "load").await.unwrap();
    let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
    let started = Arc::new(AtomicUsize::new(0));
    for round in 1..=ROUNDS {
        let goal = COMMANDS / ROUNDS * round;
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let api = api.at(&cluster.url(writer % 3));
                tokio::spawn(write(api, Arc::clone(&acknowledged), Arc::clone(&started)))
            })
            .collect();
        // The kill comes while writers are busy, when about this round's share is acknowledged.
        sentinel_kit::until("this round's writes", 240, || async {
            (acknowledged.lock().await.len() >= goal).then_some(())
        })
        .await;
        for member in 0..3 {
            cluster.kill9(member);
        }
        for writer in writers {
            writer.abort();
            let _ = writer.await;
        }
        for member in 0..3 {
            cluster.launch(member);
        }
        for member in 0..3 {
            cluster.ready(member).await;
        }
        let expected = acknowledged.lock().await.clone();
        for member in 0..3 {
            let found = names(&api.at(&cluster.url(member))).await;
            let missing: Vec<_> = expected.difference(&found).take(5).collect();
            assert!(
                missing.is_empty(),
                "round {round}, member {}: acknowledged but gone: {missing:?}",
                member + 1
            );
        }
    }
    assert!(acknowledged.lock().await.len() >= COMMANDS);
}

async fn write(api: Api, acknowledged: Arc<Mutex<BTreeSet<String>>>, started: Arc<AtomicUsize>) {
    loop {
        let name = format!("n{}", started.fetch_add(1, Ordering::Relaxed));
        let made = api.post("/api/v1/projects/load/enrolment-tokens", &json!({"name": name})).await;
        match made {
            Ok(_) => {
                acknowledged.lock().await.insert(name);
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// Names of all enrolment tokens, by a linearizable read of every page.
async fn names(api: &Api) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/projects/load/enrolment-tokens?limit=200{cursor}");
        let page = sentinel_kit::until_ok("a page", 30, || api.get(&path)).await;
        let tokens = page["enrolment_tokens"].as_array().unwrap();
        names.extend(tokens.iter().map(|token| token["name"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return names,
        }
    }
}
