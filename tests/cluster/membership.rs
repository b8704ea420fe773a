//! Who is a member changes, under clients whose history must have one order.

use sentinel_kit::{Api, Cluster, until};
use serde_json::Value;

use crate::BINARY;
use crate::registers::{Clients, Registers};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_see_one_order_while_members_are_replaced() {
    let mut cluster = Cluster::start(BINARY, 3, &[]).await;
    let registers = Registers::prepare(&cluster).await;
    let api = cluster.admin(0).await;
    let clients = registers.clients(5);
    clients.go_on("all is well", 150).await;
    a_member_is_replaced_under_load(&mut cluster, &registers, &clients, &api).await;
    let left = the_leader_is_taken_out_under_load(&cluster, &registers, &clients, &api).await;
    registers.judge(clients, &left).await;
}

/// F35: one is killed for good, another takes its place.
async fn a_member_is_replaced_under_load(
    cluster: &mut Cluster,
    registers: &Registers,
    clients: &Clients,
    api: &Api,
) {
    cluster.kill9(2);
    clients.go_on("one was killed for good", 20).await;
    let new = cluster.join().await;
    registers.know(cluster);
    until("the new member votes", 60, || async {
        let status = status(api).await?;
        let votes = |member: &Value| member["id"] == 4 && member["voter"] == true;
        status["members"].as_array()?.iter().any(votes).then_some(())
    })
    .await;
    four_voters_are_warned_of(api).await;
    clients.go_on("a fourth member has joined", 20).await;
    api.delete("/api/v1/cluster/members/3").await.unwrap();
    are_members(api, &[1, 2, 4]).await;
    registers.healed(&[0, 1, new]).await;
    clients.go_on("a member was replaced", 20).await;
}

/// F36.
async fn four_voters_are_warned_of(api: &Api) {
    until("the cluster page says what four voters are worth", 10, || async {
        let concerns = status(api).await?["findings"].to_string();
        concerns.contains("4 voters survive no more failures than 3").then_some(())
    })
    .await;
}

/// F35: whoever leads goes; those who remain are returned.
async fn the_leader_is_taken_out_under_load(
    cluster: &Cluster,
    registers: &Registers,
    clients: &Clients,
    api: &Api,
) -> Vec<usize> {
    let leader = cluster.leader(api).await;
    let left: Vec<usize> = [0, 1, 3].into_iter().filter(|member| *member != leader).collect();
    let rest = api.at(&cluster.url(left[0]));
    rest.delete(&format!("/api/v1/cluster/members/{}", leader + 1)).await.unwrap();
    let ids: Vec<u64> = left.iter().map(|member| *member as u64 + 1).collect();
    are_members(&rest, &ids).await;
    registers.healed(&left).await;
    clients.go_on("the leader was taken out", 20).await;
    let removed = api.at(&cluster.url(leader));
    until("the one that was taken out says so", 30, || async {
        let (status, body) = removed.send(reqwest::Method::GET, "/ready", None).await.ok()?;
        (status == 503 && body.to_string().contains("none of the cluster: it was removed")).then_some(())
    })
    .await;
    left
}

async fn status(api: &Api) -> Option<Value> {
    api.get("/api/v1/cluster").await.ok()
}

async fn are_members(api: &Api, ids: &[u64]) {
    until(&format!("{ids:?} are the members"), 30, || async {
        let status = status(api).await?;
        let members = status["members"].as_array()?;
        let found: Vec<u64> = members.iter().filter_map(|member| member["id"].as_u64()).collect();
        (found == ids).then_some(())
    })
    .await;
}
