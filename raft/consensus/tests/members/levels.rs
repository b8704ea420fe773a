//! Members whose binaries know more or less than the cluster.

use sentinel_consensus::StateSource;
use sentinel_machine::commands::cluster_level_raise::ClusterLevelRaise;
use sentinel_machine::{Build, ClusterInfo, ProposeError, Replica, level};
use sentinel_model::MemberId;
use uuid::Uuid;

use crate::cluster::{Cluster, DEADLINE, eventually};
use crate::commands::{backup, envelope, form, nothing};

fn build_of(cluster: &Cluster, at: u64, of: u64) -> Option<Build> {
    let seats = cluster.member(at).status().members;
    seats.into_iter().find(|seat| seat.id == MemberId(of)).and_then(|seat| seat.build)
}

fn raise() -> ClusterLevelRaise {
    ClusterLevelRaise { from: 1, to: 2, known_by: Default::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_put_back_to_an_older_binary_says_so_and_takes_nothing_in() {
    let mut cluster = Cluster::start(10_000).await;
    cluster.member(1).propose(form(Uuid::new_v4())).await.unwrap().outcome.unwrap();
    let old = cluster.follower().await;
    let other = if old == 1 { 2 } else { 1 };
    eventually(|| build_of(&cluster, other, old) == Some(Build::this()), || "what it knows".into()).await;

    let early = cluster.member(other).propose(backup(Uuid::new_v4())).await;
    assert!(matches!(early, Err(ProposeError::Level { needed: 2, level: 1 })), "{early:?}");
    cluster.stop(old).await;
    cluster.member(other).propose(envelope(Uuid::new_v4(), raise())).await.unwrap().outcome.unwrap();
    cluster.member(other).propose(backup(Uuid::new_v4())).await.unwrap().outcome.unwrap();

    cluster.builds.insert(old, Build { level: 1, version: Some("0.0.9".into()) });
    cluster.launch(old).await;
    let reason = tokio::time::timeout(DEADLINE, cluster.member(old).outgrown()).await.unwrap();
    assert_eq!(reason, level::too_old(2, 1));
    let build = || build_of(&cluster, other, old);
    eventually(|| build().is_some_and(|build| build.level == 1), || format!("{:?}", build())).await;
    // The others go on, and it has seen nothing that it would not know.
    cluster.member(other).propose(nothing(Uuid::new_v4())).await.unwrap();
    let (state, _) = cluster.running[&old].store.tables.view().unwrap();
    assert_eq!(level::of_cluster(&*state).unwrap(), 1);

    cluster.kill(old).await;
    cluster.builds.clear();
    cluster.launch(old).await;
    let last = cluster.member(other).propose(nothing(Uuid::new_v4())).await.unwrap().index;
    cluster.all_applied(last).await;
    let (state, _) = cluster.running[&old].store.tables.view().unwrap();
    assert_eq!(level::of_cluster(&*state).unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_log_holds_beyond_the_state_is_known_before_it_is_applied() {
    let mut cluster = Cluster::prepare(1).begin().await;
    cluster.member(1).propose(form(Uuid::new_v4())).await.unwrap().outcome.unwrap();
    cluster.member(1).propose(envelope(Uuid::new_v4(), raise())).await.unwrap().outcome.unwrap();
    let crashed = cluster.dir.path().join("crashed");
    crate::cluster::image(&cluster.data(1), &crashed).await;
    cluster.stop(1).await;
    let whole = crate::cluster::open(&cluster.data(1)).await;
    assert_eq!(whole.level_of_tail().unwrap(), 0, "all is applied and durable");
    // As after a loss of power: the state is made durable now and then, and the log always.
    std::fs::remove_file(crashed.join("state.redb")).unwrap();
    let fallen_back = crate::cluster::open(&crashed).await;
    assert_eq!(fallen_back.level_of_tail().unwrap(), 2);
}
