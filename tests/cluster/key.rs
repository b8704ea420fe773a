//! The key-encryption key: a member with another one than the others would seal what nobody else can open.

use sentinel_kit::{Cluster, until};

use crate::BINARY;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_with_another_key_does_not_start_and_none_is_made_beside_data() {
    let mut cluster = Cluster::start(BINARY, 1, &[]).await;
    cluster.admin(0).await;
    cluster.stop(0);
    let (key, kept) = (cluster.key_file(), cluster.key_file().with_extension("kept"));
    std::fs::rename(&key, &kept).unwrap();
    cluster.launch(0);
    says(&cluster, "is missing, and the data in").await;
    assert!(!key.exists(), "no key is made beside data that another one sealed");

    std::fs::copy(&kept, &key).unwrap();
    let other: String = std::fs::read_to_string(&kept).unwrap().chars().rev().collect();
    std::fs::write(&key, other).unwrap();
    cluster.launch(0);
    says(&cluster, "holds another key than the cluster's").await;

    std::fs::copy(&kept, &key).unwrap();
    cluster.launch(0);
    cluster.ready(0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_member_with_another_key_ends_as_soon_as_it_can_tell() {
    let mut cluster = Cluster::start(BINARY, 3, &[]).await;
    cluster.admin(0).await;
    cluster.stop(2);
    std::fs::remove_dir_all(cluster.data_dir(2)).unwrap();
    let key = std::fs::read_to_string(cluster.key_file()).unwrap();
    std::fs::write(cluster.key_file(), key.chars().rev().collect::<String>()).unwrap();
    cluster.launch(2);
    until("the member ends", 30, || async {
        cluster.log(2).contains("holds another key than the cluster's").then_some(())
    })
    .await;
}

async fn says(cluster: &Cluster, words: &str) {
    until(&format!("the member says that the key {words}"), 30, || async {
        cluster.log(0).contains(words).then_some(())
    })
    .await;
}
