//! Who is at the other end.

use rustls::CommonState;

use crate::name::MemberName;

/// Which member is at the other end of a connection that came out of a configuration of this crate: the handshake has checked
/// its certificate. `None` when it showed none (somebody who joins or renews), or before the handshake is over.
///
/// With tokio: `peer_of(stream.get_ref().1)`.
pub fn peer_of(connection: &CommonState) -> Option<MemberName> {
    if connection.is_handshaking() {
        return None;
    }
    MemberName::of_certificate(connection.peer_certificates()?.first()?).ok()
}
