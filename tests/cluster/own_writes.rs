//! What somebody wrote at one member, they read at every other, without asking a majority.

use std::time::Duration;

use reqwest::Method;
use sentinel_api_types::Secret;
use sentinel_client::{Client, Credential};
use sentinel_kit::{Cluster, Weather};
use serde_json::json;

use crate::BINARY;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stale_read_with_the_index_of_a_write_sees_it_at_a_member_that_hears_of_everything_late() {
    let (cluster, links) = Cluster::linked(BINARY, 3, &[]).await;
    let api = cluster.admin(0).await;
    cluster.all_vote().await;
    let leader = cluster.leader(&api).await;
    let late = (leader + 1) % 3;
    let token = Secret::new(api.token().unwrap());
    let client =
        |member: usize| Client::new([cluster.url(member)], Credential::Bearer(token.clone())).unwrap();
    // The session has to be there before it is late.
    client(late).session().await.unwrap();
    let delay = Duration::from_millis(60);
    links.set(leader, late, Weather { delay, ..Weather::default() });

    let (writer, reader) = (client(leader), client(late).stale());
    let mut lagged = 0;
    for turn in 0..8 {
        let name = format!("made-{turn}");
        let request = serde_json::from_value(json!({"name": name, "slug": name})).unwrap();
        writer.create_project("default", &request).await.unwrap();
        let before = reader.project(&name).await.map_err(|error| error.status());
        lagged += usize::from(matches!(before, Err(Some(404))));
        reader.at_least(writer.written()).project(&name).await.unwrap();
    }
    assert!(lagged > 0, "the member was never late, so nothing was shown");
    links.heal();

    // An entry that nobody has written is not waited for without end.
    let path = "/api/v1/orgs?consistency=stale";
    let far = reqwest::Client::new()
        .request(Method::GET, format!("{}{path}", cluster.url(late)))
        .bearer_auth(token.expose())
        .header("x-min-index", u64::MAX.to_string())
        .send();
    let far = tokio::time::timeout(Duration::from_secs(20), far).await.expect("the wait is bounded").unwrap();
    assert_eq!(far.status().as_u16(), 503);
    let body: serde_json::Value = far.json().await.unwrap();
    assert_eq!(body["code"], "behind", "{body}");
}
