//! The key-encryption key: a member with another one than the others would seal what nobody else can open.

use std::os::unix::fs::PermissionsExt;

use sentinel_kit::{Cluster, until};

use crate::BINARY;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_with_another_key_does_not_start_and_none_is_made_beside_data() {
    let mut cluster = Cluster::start(BINARY, 1, &[]).await;
    cluster.admin(0).await;
    cluster.stop(0);
    let (key, kept) = (cluster.key_file(0), cluster.key_file(0).with_extension("kept"));
    std::fs::rename(&key, &kept).unwrap();
    cluster.launch(0);
    says(&cluster, "cannot read the key file").await;
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
async fn a_new_member_takes_the_clusters_key_in_and_refuses_to_have_another() {
    let mut cluster = Cluster::start(BINARY, 2, &[]).await;
    let keys: Vec<String> =
        (0..2).map(|index| std::fs::read_to_string(cluster.key_file(index)).unwrap()).collect();
    assert_eq!(keys[0], keys[1]);
    let index = cluster.prepare_member();
    std::fs::create_dir_all(cluster.data_dir(index)).unwrap();
    let other: String = keys[0].chars().rev().collect();
    std::fs::write(cluster.key_file(index), &other).unwrap();
    std::fs::set_permissions(cluster.key_file(index), std::fs::Permissions::from_mode(0o600)).unwrap();
    cluster.launch(index);
    until("the member ends", 30, || async {
        cluster.log(index).contains("holds another key than the cluster's").then_some(())
    })
    .await;
    assert_eq!(std::fs::read_to_string(cluster.key_file(index)).unwrap(), other, "it is not overwritten");

    // With its file out of the way it gets in, as the same member: the token's use was not wasted.
    std::fs::remove_file(cluster.key_file(index)).unwrap();
    cluster.launch(index);
    cluster.ready(index).await;
    cluster.all_vote().await;
}

async fn says(cluster: &Cluster, words: &str) {
    until(&format!("the member says that the key {words}"), 30, || async {
        cluster.log(0).contains(words).then_some(())
    })
    .await;
}
