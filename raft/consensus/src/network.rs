//! Raft messages over the peer protocol.

use std::fs::File;
use std::future::Future;
use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use openraft::errors::{NetworkError, RPCError, ReplicationClosed, StreamingError, Unreachable};
use openraft::network::{RPCOption, RaftNetworkFactory, RaftNetworkV2};
use openraft::raft::{
    AppendEntriesRequest, AppendEntriesResponse, SnapshotResponse, TransferLeaderRequest,
    TransferLeaderResponse, VoteRequest, VoteResponse,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use tonic::{Code, Status};

use crate::blocking;
use crate::codec::{CHUNK, chunk, frame, unframe};
use crate::past::Past;
use crate::peers::Peers;
use crate::proto::{Chunk, Frame};
use crate::types::{MemberNode, Snapshot, SnapshotFile, SnapshotMeta, TypeConfig, Vote};

/// Makes [`Network`]s.
pub(crate) struct Networks {
    pub(crate) peers: Peers,
    pub(crate) past: Arc<Past>,
}

/// One member's line to another.
pub(crate) struct Network {
    peers: Peers,
    past: Arc<Past>,
    target: u64,
}

/// First chunk of a snapshot on its way.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct SnapshotHead {
    pub(crate) vote: Vote,
    pub(crate) meta: SnapshotMeta,
    /// Bytes that follow.
    pub(crate) length: u64,
}

/// Longest time in which nothing more of a snapshot is taken, on its way.
const SNAPSHOT_SILENCE: Duration = Duration::from_secs(15);
/// Bytes of a snapshot that the other member checks and installs in a second, at the very least.
const SNAPSHOT_INSTALLED_PER_S: u64 = 4 * 1024 * 1024;

/// Least time for an append that carries entries: the other member syncs them before it answers, and consensus itself grants
/// no more than a heartbeat. Heartbeats have lines of their own and do not wait behind it.
const APPEND: Duration = Duration::from_secs(2);

impl RaftNetworkFactory<TypeConfig> for Networks {
    type Network = Network;

    async fn new_client(&mut self, target: u64, _node: &MemberNode) -> Network {
        Network { peers: self.peers.clone(), past: Arc::clone(&self.past), target }
    }
}

enum Kind {
    Append,
    Vote,
    PreVote,
    Transfer,
}

impl Network {
    async fn call<Q: Serialize, A: DeserializeOwned>(
        &self,
        kind: Kind,
        request: &Q,
        within: Duration,
    ) -> Result<A, RPCError<TypeConfig>> {
        let answer = tokio::time::timeout(within, self.send(kind, request)).await;
        let answer =
            answer.unwrap_or_else(|_| Err(Status::deadline_exceeded("the member did not answer in time")));
        answer.map_err(|status| self.failed(status))
    }

    async fn send<Q: Serialize, A: DeserializeOwned>(&self, kind: Kind, request: &Q) -> Result<A, Status> {
        let mut client = self.peers.client(self.target).await?;
        let request: Frame = frame(request)?;
        let answer = match kind {
            Kind::Append => client.append_entries(request).await,
            Kind::Vote => client.vote(request).await,
            Kind::PreVote => client.pre_vote(request).await,
            Kind::Transfer => client.transfer_leader(request).await,
        };
        unframe(&answer?.into_inner())
    }

    /// Nobody is asked for a vote who was not asked before what it remembers of this member.
    async fn canvass<A: DeserializeOwned>(
        &self,
        kind: Kind,
        request: &VoteRequest<TypeConfig>,
        option: RPCOption,
    ) -> Result<A, RPCError<TypeConfig>> {
        if !self.past.asked(self.target) {
            return Err(self.failed(Status::failed_precondition(
                "it was not asked yet what it remembers of this member",
            )));
        }
        self.call(kind, request, option.hard_ttl()).await
    }

    fn failed(&self, status: Status) -> RPCError<TypeConfig> {
        self.peers.failed(self.target, &status);
        // What will not be better at once is tried again after a pause.
        if matches!(status.code(), Code::Unavailable | Code::FailedPrecondition | Code::ResourceExhausted) {
            RPCError::Unreachable(Unreachable::new(&status))
        } else {
            RPCError::Network(NetworkError::new(&status))
        }
    }

    async fn send_snapshot(
        &self,
        vote: Vote,
        snapshot: Snapshot,
    ) -> Result<SnapshotResponse<TypeConfig>, Status> {
        let path = snapshot.snapshot.path;
        let io = |error: std::io::Error| Status::internal(format!("{}: {error}", path.display()));
        let file = File::open(&path).map_err(io)?;
        let length = file.metadata().map_err(io)?.len();
        let head = frame(&SnapshotHead { vote, meta: snapshot.meta, length })?.payload;
        let mut client = self.peers.client(self.target).await?;
        let (sender, receiver) = tokio::sync::mpsc::channel::<Chunk>(4);
        let (told, mut taken) = watch::channel(());
        tokio::spawn(async move {
            // The receiver misses what is not sent: it knows the length.
            if let Err(error) = read_out(file, head, &sender, &told).await {
                tracing::error!(path = %path.display(), %error, "a snapshot could not be read while it was sent");
            }
        });
        let stream = tokio_stream::wrappers::ReceiverStream::new(receiver);
        // However large it is, it may take its time; it must only go on.
        let silence = async {
            while let Ok(Ok(())) = tokio::time::timeout(SNAPSHOT_SILENCE, taken.changed()).await {}
            if taken.has_changed().is_err() {
                // All of it is on its way; what remains is for the other member to do.
                let install = Duration::from_secs(length / SNAPSHOT_INSTALLED_PER_S);
                tokio::time::sleep(SNAPSHOT_SILENCE + install).await;
            }
        };
        tokio::select! {
            biased;
            answer = client.install_snapshot(stream) => unframe(&answer?.into_inner()),
            () = silence => Err(Status::deadline_exceeded("the snapshot is not taken any more")),
        }
    }
}

/// Reads a file to its end, or until nobody listens any more.
async fn read_out(
    file: File,
    head: Vec<u8>,
    sender: &tokio::sync::mpsc::Sender<Chunk>,
    taken: &watch::Sender<()>,
) -> std::io::Result<()> {
    let file = Arc::new(file);
    let mut payload = head;
    while sender.send(chunk(payload)).await.is_ok() {
        taken.send_replace(());
        let reading = Arc::clone(&file);
        payload = blocking::run(move || read_chunk(&reading)).await??;
        if payload.is_empty() {
            break;
        }
    }
    Ok(())
}

fn read_chunk(mut file: &File) -> std::io::Result<Vec<u8>> {
    let mut payload = vec![0; CHUNK];
    let length = file.read(&mut payload)?;
    payload.truncate(length);
    Ok(payload)
}

impl RaftNetworkV2<TypeConfig> for Network {
    type SnapshotData = SnapshotFile;

    async fn append_entries(
        &mut self,
        request: AppendEntriesRequest<TypeConfig>,
        option: RPCOption,
    ) -> Result<AppendEntriesResponse<TypeConfig>, RPCError<TypeConfig>> {
        let within =
            if request.entries.is_empty() { option.hard_ttl() } else { option.hard_ttl().max(APPEND) };
        self.call(Kind::Append, &request, within).await
    }

    async fn vote(
        &mut self,
        request: VoteRequest<TypeConfig>,
        option: RPCOption,
    ) -> Result<VoteResponse<TypeConfig>, RPCError<TypeConfig>> {
        self.canvass(Kind::Vote, &request, option).await
    }

    async fn pre_vote(
        &mut self,
        request: VoteRequest<TypeConfig>,
        option: RPCOption,
    ) -> Result<VoteResponse<TypeConfig>, RPCError<TypeConfig>> {
        self.canvass(Kind::PreVote, &request, option).await
    }

    async fn transfer_leader(
        &mut self,
        request: TransferLeaderRequest<TypeConfig>,
        option: RPCOption,
    ) -> Result<TransferLeaderResponse<TypeConfig>, RPCError<TypeConfig>> {
        self.call(Kind::Transfer, &request, option.hard_ttl()).await
    }

    async fn full_snapshot(
        &mut self,
        vote: Vote,
        snapshot: Snapshot,
        cancel: impl Future<Output = ReplicationClosed> + Send + 'static,
        // Its time is that of a snapshot of unknown size.
        _option: RPCOption,
    ) -> Result<SnapshotResponse<TypeConfig>, StreamingError<TypeConfig>> {
        tokio::select! {
            biased;
            closed = cancel => Err(StreamingError::Closed(closed)),
            sent = self.send_snapshot(vote, snapshot) => sent.map_err(|status| self.failed(status).into()),
        }
    }
}
