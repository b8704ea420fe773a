//! How somebody becomes a member: it asks one that is, with a join token, over TLS that is pinned to the token's CA.
//!
//! Who is let in is not for consensus to decide: [`Admission`] does, above. That somebody was let in is in the replicated state;
//! the leader then makes the membership follow it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sentinel_machine::Command;
use sentinel_model::join::{JoinTicket, SECRET};
use sentinel_pki::grpc::Connector;
use sentinel_pki::{Clock, join_client_config};
use tonic::transport::Endpoint;
use tonic::{Code, Request, Response, Status};
use zeroize::Zeroizing;

use crate::peers::Members;
use crate::proto::admission_client::AdmissionClient;
use crate::proto::admission_server::{Admission as Generated, AdmissionServer};
use crate::proto::{Contact, JoinRequest, JoinResponse};
use crate::types::MemberNode;

/// Longest time for one member to answer: it commits meanwhile.
const WITHIN: Duration = Duration::from_secs(15);
/// Largest message, in bytes.
const MESSAGE_MAX: usize = 256 * 1024;

/// Somebody who wants to be a member.
pub struct Joiner {
    /// Of its join token.
    pub secret: [u8; SECRET],
    /// Request for a certificate, PKCS#10 DER.
    pub csr: Vec<u8>,
    /// Where it is.
    pub node: MemberNode,
    /// The highest cluster level that its binary knows.
    pub level: u16,
}

/// What a new member is given.
pub struct Admitted {
    /// Its number.
    pub id: u64,
    /// Its certificate, DER.
    pub certificate: Vec<u8>,
    /// The cluster's CAs, DER.
    pub cas: Vec<Vec<u8>>,
    /// The cluster's key-encryption key.
    pub kek: Zeroizing<Vec<u8>>,
    /// Who is a member now.
    pub members: Members,
}

impl fmt::Debug for Admitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Admitted(member {})", self.id)
    }
}

/// Somebody is not let in, or a move is not taken note of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdmissionError {
    /// Asking again does not help.
    #[error("{0}")]
    Refused(String),
    /// Not now; asking again, or another member, may help.
    #[error("{0}")]
    Later(String),
}

impl From<AdmissionError> for Status {
    fn from(error: AdmissionError) -> Self {
        match error {
            AdmissionError::Refused(text) => Status::permission_denied(text),
            AdmissionError::Later(text) => Status::unavailable(text),
        }
    }
}

/// Who decides who is a member, and where.
#[async_trait]
pub trait Admission: Send + Sync + 'static {
    /// Lets somebody in, or says why not. Asked again with the same key, it gives the same number.
    async fn admit(&self, joiner: Joiner) -> Result<Admitted, AdmissionError>;
    /// A member is somewhere else now.
    async fn moved(&self, id: u64, node: MemberNode) -> Result<(), AdmissionError>;
}

/// The service for those who are no members.
pub(crate) struct AdmissionService(Arc<dyn Admission>);

impl AdmissionService {
    pub(crate) fn serve(admission: Arc<dyn Admission>) -> AdmissionServer<Self> {
        AdmissionServer::new(Self(admission)).max_decoding_message_size(MESSAGE_MAX)
    }
}

#[async_trait]
impl Generated for AdmissionService {
    async fn join(&self, request: Request<JoinRequest>) -> Result<Response<JoinResponse>, Status> {
        let JoinRequest { secret, csr, peer_address, api_url, level } = request.into_inner();
        let secret = Zeroizing::new(secret);
        let secret = <[u8; SECRET]>::try_from(secret.as_slice())
            .map_err(|_| Status::invalid_argument("the secret of a join token has 32 bytes"))?;
        let level = u16::try_from(level).unwrap_or(u16::MAX).max(1);
        let joiner = Joiner { secret, csr, node: MemberNode { peer_address, api_url }, level };
        let admitted = self.0.admit(joiner).await.inspect_err(|refusal| {
            tracing::warn!(%refusal, "somebody was not let in");
        })?;
        let contact = |(member_id, node): (u64, MemberNode)| Contact {
            member_id,
            peer_address: node.peer_address,
            api_url: node.api_url,
        };
        Ok(Response::new(JoinResponse {
            member_id: admitted.id,
            certificate: admitted.certificate,
            cas: admitted.cas,
            kek: admitted.kek.to_vec(),
            contacts: admitted.members.into_iter().map(contact).collect(),
        }))
    }
}

/// Asks the members of the ticket, one after the other, to be let in with a certificate for the request.
pub async fn join(ticket: &JoinTicket, csr: &[u8], node: &MemberNode) -> Result<Admitted, AdmissionError> {
    let mut failures = Vec::new();
    for address in &ticket.addresses {
        match ask(ticket, address, csr, node).await {
            Ok(admitted) => return Ok(admitted),
            Err(status) if matches!(status.code(), Code::PermissionDenied | Code::InvalidArgument) => {
                return Err(AdmissionError::Refused(status.message().to_owned()));
            }
            Err(status) => failures.push(format!("{address}: {}", status.message())),
        }
    }
    Err(AdmissionError::Later(failures.join("; ")))
}

async fn ask(ticket: &JoinTicket, address: &str, csr: &[u8], node: &MemberNode) -> Result<Admitted, Status> {
    let connector = Connector::new(join_client_config(ticket.ca, &Clock::system()));
    let endpoint = Endpoint::from_shared(format!("http://{address}"))
        .map_err(|error| Status::unavailable(error.to_string()))?;
    let asking = async {
        let channel = endpoint.connect_with_connector(connector).await;
        let channel = channel.map_err(|error| Status::unavailable(crate::transport::reason(&error)))?;
        let request = JoinRequest {
            secret: ticket.secret.to_vec(),
            csr: csr.to_vec(),
            peer_address: node.peer_address.clone(),
            api_url: node.api_url.clone(),
            level: Command::LEVEL.into(),
        };
        AdmissionClient::new(channel).max_decoding_message_size(MESSAGE_MAX).join(request).await
    };
    let answer = tokio::time::timeout(WITHIN, asking).await;
    let answer = answer.map_err(|_| Status::unavailable("it does not answer"))??.into_inner();
    let member = |contact: Contact| {
        let node = MemberNode { peer_address: contact.peer_address, api_url: contact.api_url };
        (contact.member_id, node)
    };
    let members: BTreeMap<u64, MemberNode> = answer.contacts.into_iter().map(member).collect();
    Ok(Admitted {
        id: answer.member_id,
        certificate: answer.certificate,
        cas: answer.cas,
        kek: Zeroizing::new(answer.kek),
        members,
    })
}
