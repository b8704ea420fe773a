//! The cluster as a whole, and its members.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::secret::Sealed;
use crate::{ClusterId, Epoch, InvalidValue, JoinTokenId, MemberId, Sha256Digest, Time};

/// Most members, those that vote and those that do not yet. More would make each write slower and nothing safer.
pub const MEMBERS_MAX: usize = 9;
/// Longest address and URL of a member, in bytes.
const ADDRESS_MAX: usize = 255;

/// Written once, by the first command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// Identity of this formation.
    pub id: ClusterId,
    /// What the log may hold: commands up to this level, which every member knows. Only ever raised.
    pub level: u16,
    /// When it was formed.
    pub created_at: Time,
    /// Who says which key belongs to which member. `None` in a cluster that was formed before members had certificates.
    #[serde(default)]
    pub ca: Option<ClusterCa>,
    /// Grows when the cluster begins anew from an earlier state.
    #[serde(default)]
    pub epoch: Epoch,
    /// How the present epoch began; `None` in the first one.
    #[serde(default)]
    pub epoch_began: Option<EpochBeginning>,
    /// The newest backup that is known to be good.
    #[serde(default)]
    pub backup: Option<BackupRecord>,
}

/// How an epoch began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochBeginning {
    /// When.
    pub at: Time,
    /// Why.
    pub reason: EpochReason,
    /// The member that was there at its beginning.
    pub founder: MemberId,
}

/// Why a cluster begins anew from an earlier state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EpochReason {
    /// It was restored from a backup.
    Restore,
    /// A majority was lost for ever, and one member that was left goes on.
    Recovery,
}

impl EpochReason {
    /// Name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            EpochReason::Restore => "restore",
            EpochReason::Recovery => "recovery",
        }
    }
}

/// Longest place of a backup, in bytes.
const BACKUP_PLACE_MAX: usize = 1_024;

/// A backup that is known to be complete, wherever it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupRecord {
    /// When its state was taken.
    pub taken_at: Time,
    /// Bytes of the file.
    pub size_bytes: u64,
    /// Where it is, in words or as a URL. Never a credential.
    pub place: String,
    /// Newest log index in its state.
    pub index: u64,
    /// When somebody last read it from front to back and found it whole; `None`: nobody has yet.
    pub verified_at: Option<Time>,
}

impl BackupRecord {
    /// Refuses what cannot be.
    pub fn check(&self) -> Result<(), InvalidValue> {
        if self.size_bytes == 0 {
            return Err(InvalidValue::new("size_bytes", "must be more than nothing"));
        }
        let plain = !self.place.chars().any(char::is_control);
        if self.place.is_empty() || self.place.len() > BACKUP_PLACE_MAX || !plain {
            let message = format!("must be 1 to {BACKUP_PLACE_MAX} characters without control characters");
            return Err(InvalidValue::new("place", message));
        }
        Ok(())
    }
}

/// The authority of the cluster's certificates.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterCa {
    /// Its certificate, DER: public.
    pub certificate: Vec<u8>,
    /// Its key, PKCS#8, sealed.
    pub sealed_key: Sealed,
}

impl fmt::Debug for ClusterCa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClusterCa({} bytes)", self.certificate.len())
    }
}

/// A member, as the cluster has decided on it. Whether it has caught up, votes and answers is for consensus to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterMember {
    /// Its number: never used again after its removal.
    pub id: MemberId,
    /// Where it is.
    pub place: MemberPlace,
    /// Digest of the key with which it joined: if the answer was lost, it asks again with that key and gets the same number.
    pub key_digest: Sha256Digest,
    /// The token that let it in; `None` for the founder.
    pub token_id: Option<JoinTokenId>,
    /// When it was let in.
    pub joined_at: Time,
    /// Set: taken out then, for ever.
    pub removed_at: Option<Time>,
}

/// Where a member is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberPlace {
    /// By other members: `host:port`.
    pub peer_address: String,
    /// By clients and nodes: a base URL.
    pub api_url: String,
}

impl MemberPlace {
    /// Refuses what nobody could dial.
    pub fn check(&self) -> Result<(), InvalidValue> {
        let port = self.peer_address.rsplit_once(':').filter(|(host, _)| !host.is_empty());
        let port = port.and_then(|(_, port)| port.parse::<u16>().ok()).filter(|port| *port != 0);
        let plain = |text: &str| {
            text.len() <= ADDRESS_MAX && !text.contains(|c: char| c.is_whitespace() || c.is_control())
        };
        if port.is_none() || !plain(&self.peer_address) || self.peer_address.contains('/') {
            return Err(InvalidValue::new("peer_address", "must be HOST:PORT, such as 10.0.0.1:4002"));
        }
        let scheme = ["http://", "https://"].iter().find_map(|scheme| self.api_url.strip_prefix(scheme));
        if scheme.is_none_or(|rest| rest.is_empty()) || !plain(&self.api_url) {
            return Err(InvalidValue::new("api_url", "must be a URL, such as https://cp-1.example.com:4000"));
        }
        Ok(())
    }
}

/// A token with which members join. Only the digest of its secret is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinToken {
    /// Identity.
    pub id: JoinTokenId,
    /// Digest of the secret.
    pub secret_digest: Sha256Digest,
    /// How many members may still join with it.
    pub uses_left: u32,
    /// No use after this time.
    pub expires_at: Time,
    /// Set: revoked then.
    pub revoked_at: Option<Time>,
    /// When it was made.
    pub created_at: Time,
}

impl JoinToken {
    /// Why nobody can join with it now; `None` when somebody can.
    pub fn refusal(&self, now: Time) -> Option<&'static str> {
        if self.revoked_at.is_some() {
            Some("the join token was revoked")
        } else if self.expires_at <= now {
            Some("the join token has expired")
        } else if self.uses_left == 0 {
            Some("the join token was used already")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_nobody_could_dial_is_refused() {
        let place = |peer: &str, api: &str| MemberPlace { peer_address: peer.into(), api_url: api.into() };
        for peer in ["10.0.0.1:4002", "[::1]:1", "cp-1.example.com:65535"] {
            assert_eq!(place(peer, "https://cp-1:4000").check(), Ok(()), "{peer}");
        }
        for peer in ["", ":1", "cp-1", "cp-1:", "cp-1:0", "cp-1:65536", "a b:1", "http://cp-1:1"] {
            assert!(place(peer, "http://a").check().is_err(), "{peer}");
        }
        for api in ["", "cp-1", "ftp://cp-1", "http://", "https://a b"] {
            assert!(place("cp-1:1", api).check().is_err(), "{api}");
        }
    }
}
