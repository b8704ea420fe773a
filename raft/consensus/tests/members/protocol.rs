//! What a member refuses to take from another, spoken on the wire.

use std::time::{Duration, Instant};

use sentinel_consensus::StateSource;
use sentinel_consensus::types::{SnapshotMeta, Vote};
use sentinel_machine::{ClusterInfo, Envelope, Replica, tables};
use sentinel_model::{Time, cluster as model};
use serde::de::IgnoredAny;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};
use tonic_prost::ProstCodec;
use uuid::Uuid;

use crate::cluster::Cluster;
use crate::commands::{form, nothing};

#[derive(Clone, PartialEq, prost::Message)]
pub struct Frame {
    #[prost(bytes = "vec", tag = "1")]
    payload: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Proposals {
    #[prost(bytes = "vec", repeated, tag = "1")]
    entries: Vec<Vec<u8>>,
}

/// Why an entry of a call was not taken.
#[derive(Debug, serde::Deserialize)]
enum Refused {
    NotLeader,
    Invalid(String),
    Unknown(String),
}

#[derive(Clone, PartialEq, prost::Message)]
struct Chunk {
    #[prost(bytes = "vec", tag = "1")]
    payload: Vec<u8>,
    #[prost(uint32, tag = "2")]
    crc32c: u32,
}

fn chunk(payload: Vec<u8>) -> Chunk {
    Chunk { crc32c: crc32c::crc32c(&payload), payload }
}

#[derive(serde::Serialize)]
struct Head {
    vote: Vote,
    meta: SnapshotMeta,
    length: u64,
}

fn labelled<T>(message: T, from: u64, to: u64) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("sentinel-from", from.into());
    request.metadata_mut().insert("sentinel-to", to.into());
    request
}

async fn line(cluster: &Cluster, id: u64) -> Grpc<Channel> {
    let endpoint = Endpoint::from_shared(format!("http://{}", cluster.nodes[&id].peer_address)).unwrap();
    let mut line = Grpc::new(endpoint.connect().await.unwrap());
    line.ready().await.unwrap();
    line
}

fn method(name: &str) -> PathAndQuery {
    format!("/sentinel.peer.v1.Peer/{name}").parse().unwrap()
}

async fn propose(cluster: &Cluster, from: u64, to: u64, payload: Vec<u8>) -> Result<(), Status> {
    propose_on(line(cluster, cluster.leader().await).await, from, to, payload).await
}

pub async fn propose_on(mut line: Grpc<Channel>, from: u64, to: u64, payload: Vec<u8>) -> Result<(), Status> {
    line.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
    let codec = ProstCodec::<Proposals, Frame>::default();
    // Beside one that is no command: each is answered for itself.
    let call = labelled(Proposals { entries: vec![b"garbage".to_vec(), payload] }, from, to);
    let answer = line.unary(call, method("ProposeMany"), codec).await?.into_inner();
    let mut answers: Vec<Result<IgnoredAny, Refused>> = rmp_serde::from_slice(&answer.payload).unwrap();
    assert_eq!(answers.len(), 2);
    assert!(matches!(answers.remove(0), Err(Refused::Invalid(_))));
    match answers.remove(0) {
        Ok(_) => Ok(()),
        Err(Refused::Invalid(reason)) => Err(Status::invalid_argument(reason)),
        Err(Refused::NotLeader) => Err(Status::failed_precondition("it does not lead")),
        Err(Refused::Unknown(reason)) => Err(Status::unknown(reason)),
    }
}

/// Proposes it to whoever leads: whom the others take for the leader right after the start, may not lead yet. Returns for whom it was
/// proposed.
async fn accepted(cluster: &Cluster, payload: Vec<u8>) -> u64 {
    let begun = Instant::now();
    loop {
        let (leader, follower) = (cluster.leader().await, cluster.follower().await);
        match propose(cluster, follower, leader, payload.clone()).await {
            Ok(()) => return follower,
            Err(refused) => {
                assert_eq!(refused.code(), Code::FailedPrecondition, "{refused}");
                assert!(begun.elapsed() < Duration::from_secs(20), "{refused}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_commands_that_members_understand_get_into_the_log() {
    let cluster = Cluster::start(10_000).await;
    let (leader, follower) = (cluster.leader().await, cluster.follower().await);
    let good = nothing(Uuid::new_v4()).encode().unwrap();
    let mut newer = good.clone();
    newer[8] = 0xee;
    let end = newer.len() - 4;
    let sum = crc32c::crc32c(&newer[..end]).to_be_bytes();
    newer[end..].copy_from_slice(&sum);
    for poison in [Vec::new(), b"no command".to_vec(), good[..good.len() - 1].to_vec(), newer] {
        let refused = propose(&cluster, follower, leader, poison).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{refused}");
    }
    let through = cluster.member(follower).propose(nothing(Uuid::new_v4())).await.unwrap();
    cluster.all_applied(through.index).await;
    accepted(&cluster, good).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_ahead_does_not_drag_the_cluster_with_it() {
    let cluster = Cluster::start(10_000).await;
    let in_2099 = Time(4_070_908_800_000);
    let ahead = Envelope { time: in_2099, ..form(Uuid::new_v4()) };
    let follower = accepted(&cluster, ahead.encode().unwrap()).await;
    let through = cluster.member(follower).propose(nothing(Uuid::new_v4())).await.unwrap();
    cluster.all_applied(through.index).await;
    let (state, _) = cluster.running[&follower].store.tables.view().unwrap();
    let formed = tables::load::<model::Cluster>(&*state, b"cluster").unwrap().unwrap();
    assert!(formed.created_at < in_2099, "{formed:?}");
    assert!(formed.created_at > Time(1_700_000_000_000), "it is the leader's time: {formed:?}");
}

/// What members of before there were calls with several writes ask, and what they understand.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_a_member_of_an_earlier_version_passes_on_is_answered_as_ever() {
    #[derive(serde::Deserialize)]
    struct Response {
        index: u64,
    }
    let cluster = Cluster::start(10_000).await;
    let written = cluster.member(1).propose(nothing(Uuid::new_v4())).await.unwrap();
    let (leader, follower) = (cluster.leader().await, cluster.follower().await);
    let ask = async |payload: Vec<u8>| {
        let codec = ProstCodec::<Frame, Frame>::default();
        let call = labelled(Frame { payload }, follower, leader);
        line(&cluster, leader).await.unary(call, method("Propose"), codec).await
    };
    let answer = ask(nothing(Uuid::new_v4()).encode().unwrap()).await.unwrap().into_inner();
    let response: Response = rmp_serde::from_slice(&answer.payload).unwrap();
    assert!(response.index > written.index);
    assert_eq!(ask(b"garbage".to_vec()).await.unwrap_err().code(), Code::InvalidArgument);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_meant_for_another_member_or_comes_from_nobody_is_refused() {
    let cluster = Cluster::start(10_000).await;
    let (leader, follower) = (cluster.leader().await, cluster.follower().await);
    let good = nothing(Uuid::new_v4()).encode().unwrap();
    for (from, to) in [(leader, follower), (9, leader), (leader, leader)] {
        let refused = propose(&cluster, from, to, good.clone()).await.unwrap_err();
        assert_eq!(refused.code(), Code::FailedPrecondition, "{from} {to}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_snapshot_is_refused_and_the_member_goes_on() {
    let mut cluster = Cluster::start(20).await;
    for _ in 0..50 {
        cluster.member(1).propose(nothing(Uuid::new_v4())).await.unwrap();
    }
    let (leader, follower) = (cluster.leader().await, cluster.follower().await);
    let found = std::fs::read_dir(cluster.data(leader).join("snapshots")).unwrap();
    let path = found
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|end| end == "snap"));
    let bytes = std::fs::read(path.unwrap()).unwrap();
    let length = u32::from_be_bytes(bytes[8..12].try_into().unwrap()) as usize;
    let meta: SnapshotMeta = rmp_serde::from_slice(&bytes[12..12 + length]).unwrap();
    let vote = Vote::new_committed(cluster.member(leader).status().term, leader);

    let mut flipped = bytes.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    let other = SnapshotMeta { last_log_id: None, ..meta.clone() };
    let told = bytes.len() as u64;
    let cases = [
        ("damaged", meta.clone(), told, flipped),
        ("short", meta.clone(), told, bytes[..bytes.len() - 1].to_vec()),
        ("long", meta.clone(), told - 1, bytes.clone()),
        ("of something else", other, told, bytes.clone()),
    ];
    for (what, meta, length, bytes) in cases {
        let head = rmp_serde::to_vec_named(&Head { vote, meta, length }).unwrap();
        let parts: Vec<_> =
            std::iter::once(head).chain(bytes.chunks(1_000).map(<[u8]>::to_vec)).map(chunk).collect();
        let codec = ProstCodec::<Chunk, Frame>::default();
        let request = labelled(tokio_stream::iter(parts), leader, follower);
        let mut line = line(&cluster, follower).await;
        let refused = line.client_streaming(request, method("InstallSnapshot"), codec).await.unwrap_err();
        assert_eq!(refused.code(), Code::DataLoss, "{what}: {refused}");
    }
    let last = cluster.member(follower).propose(nothing(Uuid::new_v4())).await.unwrap();
    cluster.all_applied(last.index).await;
    let left = std::fs::read_dir(cluster.data(follower).join("snapshots")).unwrap();
    let left =
        left.filter(|entry| entry.as_ref().unwrap().file_name().to_str().unwrap().starts_with("incoming"));
    assert_eq!(left.count(), 0, "nothing of it is left");
    cluster.stop(follower).await;
}
