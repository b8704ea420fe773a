//! Connections to the other members: made when needed, kept, given up when they fail.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use sentinel_model::MemberId;
use sentinel_pki::grpc::Peer;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Endpoint;
use tonic::{Code, Request, Status};

use crate::codec::MESSAGE_MAX;
use crate::link::Link;
use crate::proto::peer_client::PeerClient;
use crate::transport::Transport;
use crate::types::MemberNode;

/// Time to make a connection.
const CONNECT: Duration = Duration::from_millis(500);
/// A connection on which nothing is heard is asked for a sign of life after this time, and given up after as much again: together
/// less than the five seconds in which writes have to go on after a fault.
const KEEP_ALIVE: Duration = Duration::from_secs(2);

/// Who calls.
const FROM: &str = "sentinel-from";
/// Who is meant.
const TO: &str = "sentinel-to";
/// On a refusal: whoever calls is no member.
const STRANGER: &str = "sentinel-stranger";

/// A connected client.
pub(crate) type Client = PeerClient<InterceptedService<Link, Label>>;

/// See the module. Clones share.
#[derive(Clone)]
pub struct Peers(Arc<Inner>);

struct Inner {
    me: u64,
    transport: Transport,
    members: RwLock<Arc<Members>>,
    voters: RwLock<Arc<BTreeSet<u64>>>,
    channels: Mutex<HashMap<u64, Link>>,
}

/// Where members are, by id.
pub type Members = BTreeMap<u64, MemberNode>;

impl Peers {
    /// Connections of `me` to the rest of `members`, who are all that is known so far.
    pub fn new(me: u64, members: Members, transport: Transport) -> Self {
        let voters = RwLock::new(Arc::new(members.keys().copied().collect()));
        let members = RwLock::new(Arc::new(members));
        Self(Arc::new(Inner { me, transport, members, voters, channels: Mutex::default() }))
    }

    /// This member.
    pub fn me(&self) -> u64 {
        self.0.me
    }

    /// All members, as far as is known now.
    pub fn members(&self) -> Arc<Members> {
        Arc::clone(&self.0.members.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The others.
    pub fn others(&self) -> Vec<u64> {
        self.members().keys().copied().filter(|id| *id != self.0.me).collect()
    }

    /// Those who vote, as far as is known now.
    pub fn voters(&self) -> Arc<BTreeSet<u64>> {
        Arc::clone(&self.0.voters.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Who is a member from now on. Connections to those who are none any more, or who moved, are given up.
    pub(crate) fn replace(&self, members: Members, voters: BTreeSet<u64>) {
        *self.0.voters.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(voters);
        let before = {
            let mut known = self.0.members.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *known, Arc::new(members.clone()))
        };
        let mut channels = self.0.channels.lock().unwrap_or_else(PoisonError::into_inner);
        channels.retain(|id, _| members.get(id).is_some_and(|node| before.get(id) == Some(node)));
    }

    /// A client of the member, connected. An error means that nothing was sent.
    pub(crate) async fn client(&self, id: u64) -> Result<Client, Status> {
        let known = self.0.channels.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        let channel = match known {
            Some(channel) => channel,
            None => {
                let members = self.members();
                let node = members.get(&id);
                let node = node.ok_or_else(|| Status::not_found(format!("member {id} is unknown")))?;
                let channel = self.connect(id, node).await?;
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

    async fn connect(&self, id: u64, node: &MemberNode) -> Result<Link, Status> {
        // The scheme says nothing: what is spoken is the transport's business.
        let endpoint = Endpoint::from_shared(format!("http://{}", node.peer_address))
            .map_err(|error| Status::invalid_argument(error.to_string()))?
            .connect_timeout(CONNECT)
            .tcp_nodelay(true)
            .http2_keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE);
        let connecting =
            tokio::time::timeout(CONNECT * 2, self.0.transport.connect(&endpoint, self.0.me, id));
        let connected = connecting.await.unwrap_or_else(|_| Err(Status::unavailable("it does not answer")));
        connected
            .map_err(|status| Status::unavailable(format!("{}: {}", node.peer_address, status.message())))
    }
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

/// Who calls, in the extensions of each request that was taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller(pub(crate) u64);

/// Why a call is refused.
struct Refusal {
    reason: String,
    /// Whoever calls is no member, as far as this one knows.
    stranger: bool,
}

/// Whether a member has refused a call because to it the caller is none.
pub(crate) fn disowns(status: &Status) -> bool {
    status.metadata().contains_key(STRANGER)
}

/// Refuses what is meant for another member, and what comes from nobody who is a member now. Two addresses in one member's list
/// mixed up would otherwise let one member vote in the place of two.
#[derive(Clone)]
pub(crate) struct Addressee {
    peers: Peers,
    newer: Arc<dyn Fn(u64) -> bool + Send + Sync>,
}

impl Addressee {
    /// `newer` says whether somebody whom the membership here does not name may be a member that joined since: this one may
    /// be far behind, and those who joined meanwhile must be able to tell it.
    pub(crate) fn new(peers: &Peers, newer: Arc<dyn Fn(u64) -> bool + Send + Sync>) -> Self {
        Self { peers: peers.clone(), newer }
    }

    /// Who calls: what it says of itself and, where there is TLS, proves.
    fn caller(&self, said: u64, request: &Request<()>) -> Result<u64, Refusal> {
        let proven = match &self.peers.0.transport {
            Transport::Plain => false,
            // It hands over whose calls it is told to carry, and no others.
            Transport::Carried(_) => true,
            Transport::Mutual(_) => {
                let shown = request.extensions().get::<Peer>().and_then(|peer| peer.member);
                match shown {
                    Some(shown) if shown.member_id == MemberId(said) => true,
                    Some(shown) => {
                        let reason = format!("the certificate is of {shown}, the call is of member {said}");
                        return Err(Refusal { reason, stranger: false });
                    }
                    None => {
                        let reason = "a member shows its certificate".to_owned();
                        return Err(Refusal { reason, stranger: false });
                    }
                }
            }
        };
        let known = || self.peers.members().contains_key(&said) || (proven && (self.newer)(said));
        if said != self.peers.me() && known() {
            Ok(said)
        } else {
            Err(Refusal { reason: format!("{said} is no other member of this cluster"), stranger: true })
        }
    }
}

impl Interceptor for Addressee {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let id = |name| request.metadata().get(name)?.to_str().ok()?.parse::<u64>().ok();
        let me = self.peers.me();
        let Refusal { reason, stranger } = match (id(FROM), id(TO)) {
            (Some(from), Some(to)) if to == me => match self.caller(from, &request) {
                Ok(from) => {
                    request.extensions_mut().insert(Caller(from));
                    return Ok(request);
                }
                Err(refusal) => refusal,
            },
            (_, Some(to)) => Refusal {
                reason: format!(
                    "this is member {me}, the call is for member {to}: compare the lists of members"
                ),
                stranger: false,
            },
            (_, None) => Refusal { reason: "it says not who is meant".to_owned(), stranger: false },
        };
        tracing::warn!(from = ?id(FROM), to = ?id(TO), me, reason, "refused a call");
        let mut refused = Status::failed_precondition(reason);
        if stranger {
            refused.metadata_mut().insert(STRANGER, MetadataValue::from_static("1"));
        }
        Err(refused)
    }
}
