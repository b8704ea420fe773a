//! Who the members of a cluster are to each other: the cluster's CA, the certificates that it issues, and the TLS in which
//! members talk.
//!
//! * [`Ca`] is the authority of one cluster. A join token pins it by [`Ca::fingerprint`].
//! * [`Ca::issue_server`] issues for what clients connect to ([`ServerNames`]). Such a certificate never makes a member.
//! * [`MemberName`] is what a certificate says: which member, of which cluster.
//! * [`MemberKey`] never leaves the member that generated it; [`Identity`] is the key with everything that makes it worth
//!   something, in one file.
//! * [`IdentityHandle`] makes the TLS configurations. A renewed identity serves the next connection, without a restart.
//! * [`grpc`] puts the connections under tonic.
//!
//! # Life of a certificate
//!
//! | when | what the member does | with |
//! |---|---|---|
//! | it joins | dials any member, pinned to the token; sends a request and the token's secret; gets chain and CAs | [`join_client_config`], [`MemberKey::csr`], [`Identity::new`] |
//! | half of its lifetime is over ([`Identity::renew_due`]), or it has expired | issues itself another one: every member can open the CA's key | [`Ca::issue`], [`Identity::renewed`] |
//! | the new one is here | writes it to disk, then swaps | [`Identity::save`], [`IdentityHandle::swap`] |
//!
//! # What it does not decide
//!
//! A certificate says who a member is, not that it still is one: whoever serves a call asks the membership, on each call. A
//! connection without a client certificate has no member at its other end ([`peer_of`] is `None`); what such a caller may do
//! (join) is for the service to say. There is no resumption of sessions, so every connection is a full check of both
//! sides; a connection that is open is not cut when a certificate runs out.
//!
//! What this crate must not do: know the log, the membership or the join token's secret; keep the CA's key anywhere. Time is an
//! argument; only the handshake itself reads a [`Clock`], which a test can set.
//!
//! Where to start reading: [`name`], [`ca`], then [`handle`].

pub mod ca;
mod certificate;
pub mod clock;
pub mod grpc;
pub mod handle;
pub mod identity;
pub mod key;
pub mod name;
mod p256;
pub mod peer;
pub mod secret;
pub mod server_names;
mod tls;
pub mod validity;

pub use rustls::pki_types::CertificateDer;

pub use ca::{Ca, CaError, IssueError, requested_key_fingerprint};
pub use certificate::{CertificateError, fingerprint};
pub use clock::Clock;
pub use handle::{IdentityHandle, SwapError, join_client_config};
pub use identity::{FILE, Identity, IdentityError, IdentityFileError};
pub use key::{KeyError, MemberKey};
pub use name::{MemberName, NameError};
pub use peer::peer_of;
pub use secret::SecretDer;
pub use server_names::{ServerNames, ServerNamesError};
pub use tls::Refusal;
pub use validity::{CLOCK_TOLERANCE, LIFETIME, Validity};
