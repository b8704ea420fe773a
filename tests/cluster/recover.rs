//! A majority is lost for ever, and one member goes on.

use std::process::{Command, Output};
use std::time::Instant;

use sentinel_kit::{Api, Cluster, until};
use serde_json::{Value, json};

use crate::BINARY;

fn recover(cluster: &Cluster, index: usize, more: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    command.args(["cluster", "recover", "-o", "json", "--data-dir"]).arg(cluster.data_dir(index)).args(more);
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

async fn ids(api: &Api) -> Option<Vec<u64>> {
    let status = api.get("/api/v1/cluster?consistency=stale").await.ok()?;
    Some(status["members"].as_array()?.iter().filter_map(|member| member["id"].as_u64()).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_three_goes_on_alone_with_all_that_was_acknowledged_and_the_lost_never_return() {
    let mut cluster = Cluster::start(BINARY, 3, &[]).await;
    let api = cluster.admin(0).await;
    let id = api.get("/api/v1/cluster").await.unwrap()["cluster_id"].as_str().unwrap().to_owned();
    for number in 0..20 {
        cluster.project(&api, &format!("kept-{number}")).await.unwrap();
    }
    let running = recover(&cluster, 2, &["--inspect"]);
    assert!(said(&running).contains("stop the member first"), "{}", said(&running));
    // Two are gone; the disk of one of them will turn up again. The third stops without a chance to tidy up.
    let left = cluster.leader(&api).await;
    let lost: Vec<usize> = (0..3).filter(|index| *index != left).collect();
    for index in 0..3 {
        cluster.kill9(index);
    }
    std::fs::remove_dir_all(cluster.data_dir(lost[0])).unwrap();

    let began = Instant::now();
    let other = recover(&cluster, lost[1], &["--inspect"]);
    let compared = cluster.dir.join("other.json");
    std::fs::write(&compared, &other.stdout).unwrap();
    let compared = compared.display().to_string();
    let unasked = recover(&cluster, left, &[]);
    assert!(said(&unasked).contains("there is nobody to ask"), "{}", said(&unasked));
    let wrong = ["--yes", "--cluster-id", "018f0000-0000-7000-8000-000000000000"];
    assert!(said(&recover(&cluster, left, &wrong)).contains("nothing was done"));
    let mut newer: Value = serde_json::from_slice(&other.stdout).unwrap();
    assert_eq!(
        (&newer["voters"], &newer["epoch"]),
        (&json!([1, 2, 3]), &json!(1)),
        "the log knows, not the state"
    );
    newer["last_term"] = json!(1_000);
    let newer_file = cluster.dir.join("newer.json");
    std::fs::write(&newer_file, newer.to_string()).unwrap();
    let newer_file = newer_file.display().to_string();
    let refused = recover(&cluster, left, &["--compare", &newer_file, "--yes", "--cluster-id", &id]);
    assert!(said(&refused).contains("recover that one instead"), "{}", said(&refused));

    let done = recover(&cluster, left, &["--compare", &compared, "--yes", "--cluster-id", &id]);
    assert!(done.status.success(), "{}", said(&done));
    let done: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(done["begins_epoch"], 2);
    let again = recover(&cluster, left, &["--yes", "--cluster-id", &id]);
    assert!(again.status.success(), "done again it does no harm: {}", said(&again));
    cluster.launch(left);
    cluster.ready(left).await;
    let api = cluster.admin(left).await;
    until("writes are taken again", 60, || async { cluster.project(&api, "after").await.ok() }).await;
    let took = began.elapsed();
    println!("writes again after {took:?}");
    assert!(took.as_secs() < 120, "{took:?}");
    let projects = api.get("/api/v1/orgs/default/projects").await.unwrap();
    let slugs = projects.to_string();
    assert!((0..20).all(|number| slugs.contains(&format!("kept-{number}\""))), "{slugs}");
    let status = until("the epoch has begun", 30, || async {
        api.get("/api/v1/cluster").await.ok().filter(|status| status["epoch"] == 2)
    })
    .await;
    assert_eq!(status["epoch_began"]["reason"], "recovery");
    assert_eq!(ids(&api).await.unwrap(), [left as u64 + 1]);

    // One of the lost comes back with all that it had: nobody listens to it, and nobody seats it.
    cluster.launch(lost[1]);
    let refusal = format!("{} is no other member of this cluster", lost[1] + 1);
    until("the lost one is refused", 60, || async { cluster.log(left).contains(&refusal).then_some(()) })
        .await;
    let (status, _) = api.at(&cluster.url(lost[1])).send(reqwest::Method::GET, "/ready", None).await.unwrap();
    assert_eq!(status, 503);
    assert_eq!(ids(&api).await.unwrap(), [left as u64 + 1]);
    cluster.kill9(lost[1]);
    std::fs::remove_dir_all(cluster.data_dir(lost[1])).unwrap();

    // New members join, and it is a cluster of three again.
    cluster.renew_token_at(left).await;
    for index in lost {
        cluster.launch(index);
        cluster.ready(index).await;
    }
    until("three vote", 60, || async {
        let status = api.get("/api/v1/cluster").await.ok()?;
        let voters = status["members"].as_array()?.iter().filter(|member| member["voter"] == true).count();
        (voters == 3).then_some(())
    })
    .await;
    assert_eq!(ids(&api).await.unwrap(), [left as u64 + 1, 4, 5]);
    cluster.project(&api, "together").await.unwrap();

    // Killed before the state is durable: what is left says what the log says.
    for index in 0..3 {
        cluster.kill9(index);
    }
    let newest: Value = serde_json::from_slice(&recover(&cluster, left, &["--inspect"]).stdout).unwrap();
    assert_eq!(
        (&newest["voters"], &newest["epoch"]),
        (&json!([left as u64 + 1, 4, 5]), &json!(2)),
        "{newest}"
    );
}
