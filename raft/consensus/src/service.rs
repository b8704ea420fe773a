//! The peer protocol, served.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::join_all;
use futures::{Stream, StreamExt, stream};
use openraft::ReadPolicy;
use openraft::async_runtime::WatchReceiver;
use openraft::errors::{ClientWriteError, RaftError};
use openraft::raft::{AppendEntriesRequest, AppendEntriesResponse, TransferLeaderRequest, VoteRequest};
use openraft::storage::RaftStateMachine;
use sentinel_machine::ports::BLOB_MAX;
use sentinel_model::Sha256Digest;
use sentinel_pki::grpc::{Acceptor, Limits};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tonic::body::Body;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status, Streaming};
use tower::ServiceExt as _;

use crate::admission::{Admission, AdmissionService};
use crate::blobs::LocalBlobs;
use crate::carried::Carried;
use crate::codec::{CHUNK, MESSAGE_MAX, chunk, frame, unchunk, unframe};
use crate::digest::{DIGEST_MAX, DigestSource};
use crate::forward::Refused;
use crate::member::Member;
use crate::network::SnapshotHead;
use crate::newcomer::{Heard, founds};
use crate::peers::{Addressee, Caller};
use crate::proto::peer_server::{Peer, PeerServer as Generated};
use crate::proto::{
    BlobResponse, Chunk, DigestRequest, DigestResponse, Frame, GetBlobRequest, HelloRequest, HelloResponse,
    MoveRequest, MoveResponse, Proposals, ReadIndexRequest, ReadIndexResponse,
};
use crate::transport::Transport;
use crate::types::{EntryBytes, MemberNode, Snapshot, SnapshotFile, TypeConfig, Vote};
use crate::{blocking, facts, receive, stamp, types};

/// Calls of one peer that may be under way at a time; more wait.
const CALLS: usize = 1_024;
/// Blobs that may be on their way in or out at a time, each held in memory; more wait.
const TRANSFERS: usize = 8;

/// Serves the peer protocol of one member.
pub struct PeerServer {
    listener: std::net::TcpListener,
    transport: Transport,
}

/// The peer protocol cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Members that speak plain TCP may be reached by nobody else.
    #[error("the member address {0} is not on loopback: without certificates, members speak plain TCP")]
    NotLoopback(SocketAddr),
    /// The address cannot be bound.
    #[error("the member address {address} cannot be used: {cause}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        cause: String,
    },
    /// The socket cannot be used.
    #[error(transparent)]
    Socket(#[from] std::io::Error),
    /// Serving ended.
    #[error(transparent)]
    Transport(#[from] tonic::transport::Error),
}

impl PeerServer {
    /// Binds the address. Nothing is answered before [`PeerServer::serve`].
    pub fn bind(address: SocketAddr, transport: Transport) -> Result<Self, ServeError> {
        if matches!(transport, Transport::Plain) && !address.ip().is_loopback() {
            return Err(ServeError::NotLoopback(address));
        }
        let unusable = |cause: std::io::Error| ServeError::Bind { address, cause: cause.to_string() };
        let listener = std::net::TcpListener::bind(address).map_err(unusable)?;
        listener.set_nonblocking(true).map_err(unusable)?;
        Ok(Self { listener, transport })
    }

    /// Answers until `stop` resolves.
    pub async fn serve<SM>(
        self,
        member: Member<SM>,
        blobs: Arc<dyn LocalBlobs>,
        digests: Arc<dyn DigestSource>,
        admission: Arc<dyn Admission>,
        stop: impl Future<Output = ()>,
    ) -> Result<(), ServeError>
    where
        SM: RaftStateMachine<TypeConfig, SnapshotData = SnapshotFile>,
    {
        let service = Service::interceptable(member, blobs, digests, Arc::clone(&admission));
        let router =
            tonic::transport::Server::builder().concurrency_limit_per_connection(CALLS).add_service(service);
        let listener = tokio::net::TcpListener::from_std(self.listener)?;
        match self.transport {
            Transport::Plain => {
                let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
                router.serve_with_incoming_shutdown(incoming, stop).await?;
            }
            Transport::Mutual(identity) => {
                let incoming = Acceptor::new(listener, identity.server_config(), Limits::default());
                let router = router.add_service(AdmissionService::serve(admission));
                router.serve_with_incoming_shutdown(incoming, stop).await?;
            }
            // Nobody comes through the socket.
            Transport::Carried(_) => stop.await,
        }
        Ok(())
    }

    /// The peer protocol of a member whose calls are carried.
    pub fn carried<SM>(
        member: Member<SM>,
        blobs: Arc<dyn LocalBlobs>,
        digests: Arc<dyn DigestSource>,
        admission: Arc<dyn Admission>,
    ) -> Carried
    where
        SM: RaftStateMachine<TypeConfig, SnapshotData = SnapshotFile>,
    {
        let service = Service::interceptable(member, blobs, digests, admission);
        Carried::new(Box::new(move |request| {
            let answering = service.clone().oneshot(request);
            Box::pin(async move {
                let Ok(answer) = answering.await;
                answer.map(Body::new)
            })
        }))
    }
}

struct Service<SM: RaftStateMachine<TypeConfig>> {
    member: Member<SM>,
    blobs: Arc<dyn LocalBlobs>,
    digests: Arc<dyn DigestSource>,
    admission: Arc<dyn Admission>,
    transfers: Arc<Semaphore>,
}

impl<SM> Service<SM>
where
    SM: RaftStateMachine<TypeConfig, SnapshotData = SnapshotFile>,
{
    /// The service behind the check of who calls whom.
    fn interceptable(
        member: Member<SM>,
        blobs: Arc<dyn LocalBlobs>,
        digests: Arc<dyn DigestSource>,
        admission: Arc<dyn Admission>,
    ) -> InterceptedService<Generated<Self>, Addressee> {
        let asked = member.clone();
        let addressee = Addressee::new(member.peers(), Arc::new(move |id| asked.may_be_newer(id)));
        let transfers = Arc::new(Semaphore::new(TRANSFERS));
        let service = Generated::new(Self { member, blobs, digests, admission, transfers })
            .max_decoding_message_size(MESSAGE_MAX)
            .max_encoding_message_size(MESSAGE_MAX);
        InterceptedService::new(service, addressee)
    }

    async fn require_say(&self, request: &VoteRequest<TypeConfig>) -> Result<(), Status> {
        self.member.acquainted(request.vote.leader_id.voted_for).await?;
        if self.member.may_vote(request).await {
            return Ok(());
        }
        tracing::info!(
            candidate = request.vote.leader_id.voted_for,
            "no vote: this member has not caught up yet"
        );
        Err(Status::unavailable("this member began with an empty disk and has not caught up yet"))
    }
}

impl<SM: RaftStateMachine<TypeConfig>> Service<SM> {
    fn require_room(&self) -> Result<(), Status> {
        match self.member.disk().no_room() {
            Some(no_room) => Err(Status::resource_exhausted(no_room.reason)),
            None => Ok(()),
        }
    }
}

type Answer<T> = Result<Response<T>, Status>;

fn failed(error: impl std::fmt::Display) -> Status {
    Status::internal(error.to_string())
}

/// Consensus ends for good when a snapshot that it was given turns out to be damaged, so it is given good ones only.
async fn check_snapshot<SM>(
    member: &Member<SM>,
    head: &SnapshotHead,
    file: SnapshotFile,
) -> Result<(), Status>
where
    SM: RaftStateMachine<TypeConfig, SnapshotData = SnapshotFile>,
{
    let source = Arc::clone(member.source());
    let checked = blocking::run(move || source.check(&file)).await.map_err(failed)?;
    let found = checked.map_err(|error| {
        tracing::error!(%error, "a snapshot that was sent here is refused");
        Status::data_loss(error.to_string())
    })?;
    if found == head.meta {
        Ok(())
    } else {
        Err(Status::data_loss("the snapshot covers something else than its sender said"))
    }
}

/// Commits an entry that another member passes on.
async fn commit<SM>(member: &Member<SM>, entry: Bytes) -> Result<types::Response, Refused>
where
    SM: RaftStateMachine<TypeConfig, SnapshotData = SnapshotFile>,
{
    // Whatever is in the log halts each member that does not understand it, so nothing else gets in.
    let entry = stamp::not_ahead(entry, member.now()).map_err(|error| Refused::Invalid(error.to_string()))?;
    match member.raft().client_write(EntryBytes(entry)).await {
        Ok(written) => Ok(written.data),
        Err(RaftError::APIError(ClientWriteError::ForwardToLeader(_))) => Err(Refused::NotLeader),
        Err(error) => Err(Refused::Unknown(error.to_string())),
    }
}

#[tonic::async_trait]
impl<SM> Peer for Service<SM>
where
    SM: RaftStateMachine<TypeConfig, SnapshotData = SnapshotFile>,
{
    type GetBlobStream = Pin<Box<dyn Stream<Item = Result<Chunk, Status>> + Send>>;

    async fn append_entries(&self, request: Request<Frame>) -> Answer<Frame> {
        let request: AppendEntriesRequest<TypeConfig> = unframe(request.get_ref())?;
        // The others are enough; and that there is a leader is heard all the same.
        if let Some(no_room) = self.member.disk().no_room().filter(|no_room| no_room.entries)
            && !request.entries.is_empty()
        {
            return Err(Status::resource_exhausted(no_room.reason));
        }
        let leader = request.vote.leader_id;
        self.member.acquainted(leader.voted_for).await?;
        let forgotten = self.member.newcomer().forgotten_term();
        if leader.term < forgotten {
            // It had turned away from this leader once, and only does not know it any more.
            let turned_away = Vote::new(forgotten, self.member.peers().me());
            return Ok(Response::new(frame(&AppendEntriesResponse::<TypeConfig>::HigherVote(turned_away))?));
        }
        let heard = Heard::from(&request);
        let answer = self.member.raft().append_entries(request).await.map_err(failed)?;
        if !matches!(answer, AppendEntriesResponse::HigherVote(_)) {
            self.member.heard_leader();
        }
        if matches!(answer, AppendEntriesResponse::Success) {
            self.member.took_in(&heard);
        }
        Ok(Response::new(frame(&answer)?))
    }

    async fn vote(&self, request: Request<Frame>) -> Answer<Frame> {
        let request: VoteRequest<TypeConfig> = unframe(request.get_ref())?;
        self.require_say(&request).await?;
        let founds = founds(&request);
        let answer = self.member.raft().vote(request).await.map_err(failed)?;
        if founds && answer.vote_granted {
            self.member.settle();
        }
        Ok(Response::new(frame(&answer)?))
    }

    async fn pre_vote(&self, request: Request<Frame>) -> Answer<Frame> {
        let request: VoteRequest<TypeConfig> = unframe(request.get_ref())?;
        self.require_say(&request).await?;
        Ok(Response::new(frame(&self.member.raft().pre_vote(request).await.map_err(failed)?)?))
    }

    async fn transfer_leader(&self, request: Request<Frame>) -> Answer<Frame> {
        let request: TransferLeaderRequest<TypeConfig> = unframe(request.get_ref())?;
        if *request.to_node_id() == self.member.peers().me() {
            self.require_room()?;
        }
        let answer = self.member.raft().handle_transfer_leader(request).await.map_err(failed)?;
        Ok(Response::new(frame(&answer)?))
    }

    async fn install_snapshot(&self, request: Request<Streaming<Chunk>>) -> Answer<Frame> {
        self.require_room()?;
        self.member.require_level()?;
        let (head, incoming) = receive::snapshot(request.into_inner(), self.member.incoming_dir()).await?;
        self.member.acquainted(head.vote.leader_id.voted_for).await?;
        let member = self.member.clone();
        // On a task of its own: if the leader gives up waiting, consensus must still find the file.
        let installed = tokio::spawn(async move {
            check_snapshot(&member, &head, incoming.file()).await?;
            let snapshot = Snapshot { meta: head.meta, snapshot: incoming.file() };
            let covered = snapshot.meta.last_log_id.map_or(0, |id| id.index);
            let answer = member.raft().install_full_snapshot(head.vote, snapshot).await.map_err(failed)?;
            if answer.vote == head.vote {
                member.heard_leader();
                member.newcomer().has(covered);
            }
            Ok::<_, Status>(answer)
        });
        Ok(Response::new(frame(&installed.await.map_err(failed)??)?))
    }

    async fn hello(&self, request: Request<HelloRequest>) -> Answer<HelloResponse> {
        let caller = request.extensions().get::<Caller>();
        let remembers = caller.and_then(|caller| self.member.past().of(caller.0));
        let (remembers_boot, remembers) = remembers.unwrap_or_default();
        // From what is known: consensus itself does not answer while it waits for the disk.
        let (initialized, log_index) = {
            let metrics = self.member.raft().metrics();
            let now = metrics.borrow_watched();
            if let Err(fatal) = &now.running_state {
                return Err(failed(fatal));
            }
            let voted = now.vote.leader_id.term > 0;
            (now.last_log_index.is_some() || voted, now.last_log_index.unwrap_or(0))
        };
        let newcomer = self.member.newcomer().is();
        let cluster_level = self.member.cluster_level().await;
        let (disk, mark) = (self.member.own_disk(), self.member.disk().log.mark());
        let levels = self.member.levels();
        Ok(Response::new(HelloResponse {
            initialized,
            newcomer,
            log_index,
            clock_ms: self.member.now().0,
            disk_sick: disk.sick,
            disk_last_us: disk.last_us,
            disk_max_us: disk.max_us,
            boot: self.member.past().boot(),
            vote_term: mark.vote_term,
            durable_term: mark.log_term,
            durable_index: mark.log_index,
            remembers_vote_term: remembers.vote_term,
            remembers_term: remembers.log_term,
            remembers_index: remembers.log_index,
            remembers_boot,
            facts: self.member.own_facts().map(facts::said),
            level: levels.build().level.into(),
            version: levels.build().version.clone().unwrap_or_default(),
            cluster_level: cluster_level.into(),
        }))
    }

    async fn propose(&self, request: Request<Frame>) -> Answer<Frame> {
        self.require_room()?;
        match commit(&self.member, request.into_inner().payload.into()).await {
            Ok(response) => Ok(Response::new(frame(&response)?)),
            Err(Refused::NotLeader) => Err(Status::failed_precondition("this member does not lead")),
            Err(Refused::Invalid(reason)) => Err(Status::invalid_argument(reason)),
            Err(Refused::Unknown(reason)) => Err(failed(reason)),
        }
    }

    async fn propose_many(&self, request: Request<Proposals>) -> Answer<Frame> {
        self.require_room()?;
        let entries = request.into_inner().entries.into_iter();
        let answers = join_all(entries.map(|entry| commit(&self.member, entry))).await;
        Ok(Response::new(frame(&answers)?))
    }

    async fn read_index(&self, _request: Request<ReadIndexRequest>) -> Answer<ReadIndexResponse> {
        match self.member.raft().get_read_log_id(ReadPolicy::ReadIndex).await {
            Ok((read, _)) => Ok(Response::new(ReadIndexResponse { index: read.index() })),
            Err(error) => Err(Status::failed_precondition(error.to_string())),
        }
    }

    async fn put_blob(&self, request: Request<Streaming<Chunk>>) -> Answer<BlobResponse> {
        self.require_room()?;
        let _transfer = self.transfers.acquire().await.map_err(failed)?;
        let mut stream = request.into_inner();
        let mut bytes = Vec::new();
        while let Some(part) = stream.message().await? {
            bytes.extend(unchunk(part)?);
            if bytes.len() > BLOB_MAX {
                return Err(Status::out_of_range("the blob is too large"));
            }
        }
        let local = Arc::clone(&self.blobs);
        let write = move || {
            let digest = Sha256Digest(Sha256::digest(&bytes).into());
            local.put(digest, &bytes).map(|()| digest)
        };
        let digest = blocking::run(write).await.flatten().map_err(failed)?;
        Ok(Response::new(BlobResponse { digest: digest.0.to_vec() }))
    }

    async fn get_blob(&self, request: Request<GetBlobRequest>) -> Answer<Self::GetBlobStream> {
        let transfer = Arc::clone(&self.transfers).acquire_owned().await.map_err(failed)?;
        let request = request.into_inner();
        let digest: [u8; 32] =
            request.digest.try_into().map_err(|_| Status::invalid_argument("a digest has 32 bytes"))?;
        let digest = Sha256Digest(digest);
        let local = Arc::clone(&self.blobs);
        let found = blocking::run(move || local.get(digest)).await.flatten();
        let bytes =
            Bytes::from(found.map_err(failed)?.ok_or_else(|| Status::not_found("no such blob here"))?);
        let begin = usize::try_from(request.offset).unwrap_or(usize::MAX).min(bytes.len());
        let parts = stream::iter((begin..bytes.len()).step_by(CHUNK));
        let parts = parts.map(move |at| {
            let _under_way = &transfer;
            Ok(chunk(bytes.slice(at..bytes.len().min(at + CHUNK)).to_vec()))
        });
        Ok(Response::new(Box::pin(parts)))
    }

    async fn digest(&self, request: Request<DigestRequest>) -> Answer<DigestResponse> {
        let request = request.into_inner();
        if request.payload.len() > DIGEST_MAX {
            return Err(Status::out_of_range("the digest is too large"));
        }
        self.digests.merge(request.member_id, request.payload.into());
        Ok(Response::new(DigestResponse {}))
    }
    async fn r#move(&self, request: Request<MoveRequest>) -> Answer<MoveResponse> {
        let Some(Caller(from)) = request.extensions().get().copied() else {
            return Err(Status::failed_precondition("it says not who calls"));
        };
        let MoveRequest { peer_address, api_url } = request.into_inner();
        self.admission.moved(from, MemberNode { peer_address, api_url }).await?;
        Ok(Response::new(MoveResponse {}))
    }
}
