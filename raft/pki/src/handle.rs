//! The identity of a running member, and the TLS that it speaks with it.

use std::sync::Arc;

use rustls::{ClientConfig, ServerConfig};
use sentinel_model::{MemberId, Sha256Digest, Time};

use crate::clock::Clock;
use crate::identity::{Identity, IdentityError};
use crate::name::MemberName;
use crate::tls::{self, Callers, Current, Expected, Servers};

/// The identity of a running member. It can be swapped: every configuration that came out of this handle, also those made
/// earlier, uses the new one from the next connection on. Clones share.
#[derive(Clone, Debug)]
pub struct IdentityHandle {
    current: Current,
    clock: Clock,
}

/// An identity cannot take the place of another.
#[derive(Debug, thiserror::Error)]
pub enum SwapError {
    /// It is somebody else's.
    #[error("this is {me}; it cannot become {other} while it runs")]
    OtherMember {
        /// Who this is.
        me: MemberName,
        /// Whose identity was offered.
        other: MemberName,
    },
    /// It cannot be used.
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

impl IdentityHandle {
    /// A handle that starts with this identity. Handshakes take the time from the clock of the machine.
    pub fn new(identity: Identity) -> Result<Self, IdentityError> {
        Self::with_clock(identity, Clock::system())
    }

    /// The same, with another clock.
    pub fn with_clock(identity: Identity, clock: Clock) -> Result<Self, IdentityError> {
        Ok(Self { current: Current::new(identity)?, clock })
    }

    /// The time that handshakes go by.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// The identity that is shown at the moment.
    pub fn identity(&self) -> Identity {
        self.current.get().identity().clone()
    }

    /// Shows another identity of the same member from the next connection on: a renewed certificate, or other CAs to trust.
    /// Open connections stay as they are. Save it first, so that a restart finds it.
    pub fn swap(&self, identity: Identity) -> Result<(), SwapError> {
        let (me, other) = (self.current.get().identity().name(), identity.name());
        if me != other {
            return Err(SwapError::OtherMember { me, other });
        }
        Ok(self.current.set(identity)?)
    }

    /// To serve other members. A client may come without a certificate, because a joiner has none: [`crate::peer_of`] is
    /// `None` then, and the service decides what it may do. One that shows a certificate must be a member of this cluster by
    /// it, now, or the handshake fails. In TLS 1.3 a client learns that when it first reads.
    pub fn server_config(&self) -> Arc<ServerConfig> {
        tls::server_config(Callers(self.current.clone()), &self.clock)
    }

    /// To call that member of this cluster, and nobody else whatever address is dialled, as this member.
    pub fn client_config(&self, expected: MemberId) -> Arc<ClientConfig> {
        let expected = Expected::Member(self.current.clone(), expected);
        tls::client_config(Servers(expected), Some(Callers(self.current.clone())), &self.clock)
    }
}

/// To join: any member of the cluster whose CA has this fingerprint ([`crate::Ca::fingerprint`], from the join token). No
/// certificate is shown.
pub fn join_client_config(pin: Sha256Digest, clock: &Clock) -> Arc<ClientConfig> {
    tls::client_config(Servers(Expected::Pinned(pin)), None, clock)
}
