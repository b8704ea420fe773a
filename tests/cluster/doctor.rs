//! The doctor asks one member how all of them are.

use std::process::{Command, Output};

use sentinel_kit::{Api, Cluster, until};
use serde_json::Value;

use crate::BINARY;

fn doctor(url: &str, api: &Api) -> Output {
    let mut command = Command::new(BINARY);
    command.args(["doctor", "-o", "json", "--server", url]).env("SENTINEL_CP_TOKEN", api.token().unwrap());
    command.output().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_is_stopped_is_found_by_the_others_with_what_that_means_and_what_to_do() {
    let mut cluster = Cluster::start(BINARY, 3, &[]).await;
    let api = cluster.admin(0).await;
    cluster.all_vote().await;
    let at = api.at(&cluster.url(0));
    let all_told = until("every member has told of itself", 30, || async {
        let page = at.get("/api/v1/cluster").await.ok()?;
        let findings = page["findings"].as_array()?.clone();
        let well = |topic: &str| {
            findings.iter().any(|finding| finding["topic"] == topic && finding["severity"] == "ok")
        };
        ["quorum", "members", "clocks", "certificates", "versions"]
            .iter()
            .all(|topic| well(topic))
            .then_some(findings)
    })
    .await;
    let quorum = all_told.iter().find(|finding| finding["topic"] == "quorum").unwrap();
    assert_eq!(quorum["text"], "all 3 voters answer; 1 may be lost");

    cluster.kill9(2);
    let found = until("the loss is found", 30, || async {
        let looked = doctor(&cluster.url(0), &api);
        let report: Value = serde_json::from_slice(&looked.stdout).ok()?;
        let members =
            report["findings"].as_array()?.iter().find(|finding| finding["topic"] == "members")?.clone();
        (members["severity"] == "warning").then_some((looked.status.code(), report, members))
    })
    .await;
    let (_, report, members) = found;
    assert_eq!(members["member"], 3, "{report:#}");
    assert!(members["text"].as_str().unwrap().starts_with("member-3 does not answer member-1 since"));
    assert!(members["advice"].as_str().unwrap().contains("cluster remove 3"), "{members}");
    assert!(report.to_string().contains("2 of 3 voters answer: one more loss stops writes"), "{report:#}");
    // Until another one leads, no write can commit: that is over soon.
    until("there are warnings and nothing worse", 30, || async {
        (doctor(&cluster.url(0), &api).status.code() == Some(5)).then_some(())
    })
    .await;

    cluster.kill9(1);
    until("without a majority it is critical", 30, || async {
        let looked = doctor(&cluster.url(0), &api);
        let report: Value = serde_json::from_slice(&looked.stdout).ok()?;
        let text = report["findings"].to_string();
        let said = text.contains("1 of 3 voters answer: too few to write")
            && text.contains("no write can commit now");
        (said && looked.status.code() == Some(4) && report["verdict"] == "critical").then_some(())
    })
    .await;
}
