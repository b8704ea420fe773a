//! Connections to the other members: made when needed, kept, given up when they fail.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};

use crate::codec::MESSAGE_MAX;
use crate::proto::peer_client::PeerClient;
use crate::types::MemberNode;

/// Time to make a connection.
const CONNECT: Duration = Duration::from_millis(500);
/// A connection on which nothing is heard is asked for a sign of life after this time, and given up after as much again.
const KEEP_ALIVE: Duration = Duration::from_secs(5);

/// Who calls.
const FROM: &str = "sentinel-from";
/// Who is meant.
const TO: &str = "sentinel-to";

/// A connected client.
pub(crate) type Client = PeerClient<InterceptedService<Channel, Label>>;

/// See the module. Clones share.
#[derive(Clone)]
pub struct Peers(Arc<Inner>);

struct Inner {
    me: u64,
    members: BTreeMap<u64, MemberNode>,
    channels: Mutex<HashMap<u64, Channel>>,
}

impl Peers {
    /// Connections of `me` to the rest of `members`.
    pub fn new(me: u64, members: BTreeMap<u64, MemberNode>) -> Self {
        Self(Arc::new(Inner { me, members, channels: Mutex::default() }))
    }

    /// This member.
    pub fn me(&self) -> u64 {
        self.0.me
    }

    /// All members.
    pub fn members(&self) -> &BTreeMap<u64, MemberNode> {
        &self.0.members
    }

    /// The others.
    pub fn others(&self) -> impl Iterator<Item = u64> + '_ {
        self.0.members.keys().copied().filter(|id| *id != self.0.me)
    }

    /// A client of the member, connected. An error means that nothing was sent.
    pub(crate) async fn client(&self, id: u64) -> Result<Client, Status> {
        let known = self.0.channels.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        let channel = match known {
            Some(channel) => channel,
            None => {
                let node = self.0.members.get(&id);
                let node = node.ok_or_else(|| Status::not_found(format!("member {id} is unknown")))?;
                let channel = connect(node).await?;
                self.0.channels.lock().unwrap_or_else(PoisonError::into_inner).insert(id, channel.clone());
                channel
            }
        };
        let label = Label { from: self.0.me.into(), to: id.into() };
        Ok(PeerClient::with_interceptor(channel, label)
            .max_decoding_message_size(MESSAGE_MAX)
            .max_encoding_message_size(MESSAGE_MAX))
    }

    /// A call to the member failed: when the connection did, the next call makes a new one.
    pub(crate) fn failed(&self, id: u64, status: &Status) {
        if status.code() == Code::Unavailable {
            self.0.channels.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        }
    }
}

async fn connect(node: &MemberNode) -> Result<Channel, Status> {
    let endpoint = Endpoint::from_shared(format!("http://{}", node.peer_address))
        .map_err(|error| Status::invalid_argument(error.to_string()))?
        .connect_timeout(CONNECT)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE);
    endpoint.connect().await.map_err(|error| Status::unavailable(format!("{}: {error}", node.peer_address)))
}

/// Writes on every call who calls whom.
#[derive(Clone)]
pub(crate) struct Label {
    from: MetadataValue<Ascii>,
    to: MetadataValue<Ascii>,
}

impl Interceptor for Label {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert(FROM, self.from.clone());
        request.metadata_mut().insert(TO, self.to.clone());
        Ok(request)
    }
}

/// Refuses what is meant for another member. Two addresses in one member's list mixed up would otherwise let one member vote
/// in the place of two.
#[derive(Clone)]
pub(crate) struct Addressee {
    me: u64,
    known: Arc<[u64]>,
}

impl Addressee {
    pub(crate) fn new(peers: &Peers) -> Self {
        Self { me: peers.me(), known: peers.others().collect() }
    }
}

impl Interceptor for Addressee {
    fn call(&mut self, request: Request<()>) -> Result<Request<()>, Status> {
        let id = |name| request.metadata().get(name)?.to_str().ok()?.parse::<u64>().ok();
        match (id(FROM), id(TO)) {
            (Some(from), Some(to)) if to == self.me && self.known.contains(&from) => Ok(request),
            (from, to) => {
                tracing::warn!(?from, ?to, me = self.me, "refused a call that is meant for another member");
                let text = format!("this is member {}: compare the lists of members", self.me);
                Err(Status::failed_precondition(text))
            }
        }
    }
}
