//! How a cluster is formed, who is let in, who is not, and who goes.

use std::process::Command;

use sentinel_kit::{ADMIN_EMAIL, Api, Cluster, until};
use sentinel_model::Time;
use sentinel_pki::{Ca, Identity, LIFETIME, MemberKey};
use serde_json::{Value, json};

use crate::BINARY;

async fn members(api: &Api) -> Vec<Value> {
    let status = api.get("/api/v1/cluster").await.unwrap();
    status["members"].as_array().unwrap().clone()
}

/// Runs a member to its end, and returns what it said.
fn said(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_members_are_formed_with_tokens_and_nobody_gets_in_without_a_good_one() {
    let mut cluster = Cluster::start(BINARY, 3, &[]).await;
    let api = cluster.admin(0).await;
    let hosts: Vec<String> = members(&api)
        .await
        .iter()
        .map(|member| member["peer_address"].as_str().unwrap().split(':').next().unwrap().to_owned())
        .collect();
    assert_eq!(hosts, ["127.0.0.1", "127.0.0.2", "127.0.0.3"]);

    let index = cluster.prepare_member();
    let join = |token: &str| {
        let mut command = cluster.command(index);
        command.env("SENTINEL_CP_JOIN", token);
        said(command)
    };
    // Used up.
    let once = api.post("/api/v1/cluster/join-tokens", &json!({})).await.unwrap();
    let once = once["token"].as_str().unwrap().to_owned();
    let mut other = Cluster::start(BINARY, 1, &[]).await;
    let stranger = other.prepare_member();
    let mut joins = other.command(stranger);
    joins.env("SENTINEL_CP_JOIN", &once);
    let mut joined = joins.spawn().unwrap();
    until("somebody has used the token", 30, || async { (members(&api).await.len() == 4).then_some(()) })
        .await;
    joined.kill().unwrap();
    joined.wait().unwrap();
    assert!(join(&once).contains("the join token was used already"), "{}", join(&once));

    // Revoked, expired, made up, not a token at all.
    let revoked = api.post("/api/v1/cluster/join-tokens", &json!({})).await.unwrap();
    let id = revoked["join_token"]["id"].as_str().unwrap();
    api.post(&format!("/api/v1/cluster/join-tokens/{id}/revoke"), &json!({})).await.unwrap();
    assert!(join(revoked["token"].as_str().unwrap()).contains("the join token was revoked"));
    let parts: Vec<&str> = once.splitn(4, '.').collect();
    let made_up = format!("{}.{}.{}.{}", parts[0], parts[1], "ab".repeat(32), parts[3]);
    assert!(join(&made_up).contains("the join token is unknown"));
    let cut = join(&once[..once.len() / 2]);
    assert!(cut.contains("this is no join token"), "{cut}");
    assert!(!cut.contains(&once[..20]), "a token is a secret, also half of one: {cut}");

    // Of another cluster: nobody with that CA answers at the address.
    let other_ca = other.token().split('.').nth(1).unwrap();
    let elsewhere = format!("{}.{other_ca}.{}.{}", parts[0], parts[2], parts[3]);
    let mut command = cluster.command(index);
    command.env("SENTINEL_CP_JOIN", elsewhere);
    let log = cluster.dir.join("wrong-ca.log");
    let mut wrong = sentinel_kit::Process::start("wrong CA", &mut command, &log);
    until("the wrong CA is noticed", 30, || async { wrong.log().contains("make a new token").then_some(()) })
        .await;
    wrong.kill9();
    assert_eq!(members(&api).await.len(), 4, "nobody else got in");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_certificate_gets_no_word_in() {
    let mut cluster = Cluster::start(BINARY, 3, &[]).await;
    let api = cluster.admin(0).await;
    cluster.stop(2);
    // The same cluster, the same member, another CA that has the same name.
    let dir = cluster.data_dir(2);
    let name = Identity::load(&dir).unwrap().name();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = Time(i64::try_from(now.as_millis()).unwrap());
    let forged = Ca::create(name.cluster_id, now).unwrap();
    let key = MemberKey::generate().unwrap();
    let certificate = forged.issue(&key.csr().unwrap(), name, now, LIFETIME).unwrap();
    let genuine = std::fs::read(dir.join(sentinel_pki::FILE)).unwrap();
    Identity::new(vec![forged.certificate().clone()], vec![certificate], key).unwrap().save(&dir).unwrap();
    cluster.launch(2);
    until("the forged one is refused", 30, || async {
        cluster.log(0).contains("a connection of a member was refused").then_some(())
    })
    .await;
    api.get("/api/v1/orgs").await.unwrap();
    let alone = api.at(&cluster.url(2));
    let (status, body) = alone.send(reqwest::Method::GET, "/ready", None).await.unwrap();
    assert_eq!(status, 503, "{body}");

    cluster.stop(2);
    std::fs::write(dir.join(sentinel_pki::FILE), genuine).unwrap();
    cluster.launch(2);
    cluster.ready(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_is_replaced_and_the_one_that_went_never_returns() {
    let mut cluster = Cluster::start(BINARY, 3, &[]).await;
    let api = cluster.admin(0).await;
    cluster.project(&api, "kept").await.unwrap();
    cluster.kill9(2);
    let new = cluster.join().await;
    until("the new member votes", 60, || async {
        members(&api).await.iter().any(|member| member["id"] == 4 && member["voter"] == true).then_some(())
    })
    .await;
    let status = api.get("/api/v1/cluster").await.unwrap();
    assert!(status["findings"].to_string().contains("4 voters survive no more failures than 3"), "{status}");
    api.delete("/api/v1/cluster/members/3").await.unwrap();
    until("the old member is gone", 30, || async {
        let ids: Vec<u64> = members(&api).await.iter().filter_map(|member| member["id"].as_u64()).collect();
        (ids == [1, 2, 4]).then_some(())
    })
    .await;

    // It starts again with all that it had, and nobody listens to it.
    cluster.launch(2);
    until("the others refuse it", 30, || async {
        let refused = |index: usize| cluster.log(index).contains("3 is no other member of this cluster");
        (refused(0) || refused(1)).then_some(())
    })
    .await;
    let (status, _) = api.at(&cluster.url(2)).send(reqwest::Method::GET, "/ready", None).await.unwrap();
    assert_eq!(status, 503);
    api.at(&cluster.url(new)).get("/api/v1/projects/kept").await.unwrap();

    // A leader that is taken out lets another lead first.
    let leader = cluster.leader(&api).await;
    let status = api.at(&cluster.url(leader)).get("/api/v1/cluster").await.unwrap();
    let id = status["member_id"].as_u64().unwrap();
    let rest = api.at(&cluster.url([0, 1, new].into_iter().find(|index| *index != leader).unwrap()));
    rest.delete(&format!("/api/v1/cluster/members/{id}")).await.unwrap();
    until("the leader is gone", 30, || async {
        let ids: Vec<u64> = members(&rest).await.iter().filter_map(|member| member["id"].as_u64()).collect();
        (ids.len() == 2 && !ids.contains(&id)).then_some(())
    })
    .await;
    cluster.project(&rest, "after").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_is_started_elsewhere_is_found_there() {
    let mut cluster = Cluster::start(BINARY, 3, &[]).await;
    let api = cluster.admin(0).await;
    cluster.stop(1);
    cluster.relocate(1);
    cluster.launch(1);
    cluster.ready(1).await;
    let peer = cluster.peer(1).to_owned();
    for index in 0..3 {
        until("everybody knows where it is", 30, || async {
            let known = members(&api.at(&cluster.url(index))).await;
            known.iter().any(|member| member["peer_address"] == *peer).then_some(())
        })
        .await;
    }
    cluster.project(&api.at(&cluster.url(1)), "from-there").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leadership_is_handed_over_to_whom_the_operator_names() {
    let cluster = Cluster::start(BINARY, 3, &[]).await;
    let api = cluster.admin(0).await;
    let leader = cluster.leader(&api).await;
    let heir = (leader + 1) % 3;
    // Asked at a member that does not lead.
    let asked = api.at(&cluster.url((leader + 2) % 3));
    asked.post("/api/v1/cluster/hand-over", &json!({"to": heir + 1})).await.unwrap();
    until("the heir leads", 30, || async { (cluster.leader(&api).await == heir).then_some(()) }).await;
    let (status, body) =
        api.send(reqwest::Method::POST, "/api/v1/cluster/hand-over", Some(&json!({"to": 9}))).await.unwrap();
    assert_eq!(status, 422, "{body}");
}

#[test]
fn a_directory_that_holds_a_member_is_not_begun_anew_and_an_empty_one_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let run =
        |args: &[&str]| Command::new(BINARY).args(args).arg("--data-dir").arg(dir.path()).output().unwrap();
    let empty = run(&["server"]);
    let words = String::from_utf8_lossy(&empty.stderr).into_owned();
    assert!(!empty.status.success() && words.contains("cluster init") && words.contains("--join"), "{words}");
    let made = run(&["cluster", "init", "--admin", ADMIN_EMAIL, "-o", "json"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    assert!(made["password"].as_str().unwrap().len() >= 12);
    let again = run(&["cluster", "init", "--admin", ADMIN_EMAIL]);
    assert!(!again.status.success());
    assert!(String::from_utf8_lossy(&again.stderr).contains("holds a member already"));
}
