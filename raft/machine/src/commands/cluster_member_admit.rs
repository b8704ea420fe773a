//! Lets a member in: spends a use of its join token and gives it its number.

use sentinel_model::cluster::{ClusterMember, JoinToken, MEMBERS_MAX, MemberPlace};
use sentinel_model::{MemberId, Sha256Digest};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::level;
use crate::outcome::{Rejection, Reply};
use crate::tables::{Read, Scan, Table, TableError, rows};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterMemberAdmit {
    /// The number that its certificate was made for: [`next_id`] of the state on which that was decided.
    pub member_id: MemberId,
    /// Digest of the join token's secret.
    pub secret_digest: Sha256Digest,
    /// Digest of its key.
    pub key_digest: Sha256Digest,
    /// Where it is.
    pub place: MemberPlace,
    /// The level that its binary knows. One that knew of no levels said nothing, and knows the first.
    #[serde(default = "first_level", skip_serializing_if = "is_first_level")]
    pub level: u16,
}

fn first_level() -> u16 {
    1
}

fn is_first_level(level: &u16) -> bool {
    *level == first_level()
}

impl Apply for ClusterMemberAdmit {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        self.place.check()?;
        let members = all(context.tables())?;
        let next = next_id(&members);
        if self.member_id != next {
            // Two joined at once.
            return Err(Rejection::Stale { decided_on: self.member_id.0, current: next.0 }.into());
        }
        let mut token = token(context.tables(), self.secret_digest)?
            .ok_or_else(|| Rejection::WrongState("the join token is unknown".into()))?;
        if let Some(refusal) = token.refusal(context.time) {
            return Err(Rejection::WrongState(refusal.into()).into());
        }
        let cluster_level = level::of_cluster(context.tables())?;
        if self.level < cluster_level {
            return Err(Rejection::WrongState(level::too_old(cluster_level, self.level)).into());
        }
        let present = || members.iter().filter(|member| member.removed_at.is_none());
        if present().count() >= MEMBERS_MAX {
            return Err(Rejection::Limit(format!("the cluster has {MEMBERS_MAX} members already")).into());
        }
        refuse_taken(present(), &self.place)?;
        if present().any(|member| member.key_digest == self.key_digest) {
            return Err(Rejection::taken("key", "a member has joined with this key already").into());
        }
        token.uses_left -= 1;
        context.store(&token)?;
        context.store(&ClusterMember {
            id: self.member_id,
            place: self.place.clone(),
            key_digest: self.key_digest,
            token_id: Some(token.id),
            joined_at: context.time,
            removed_at: None,
        })?;
        let id = self.member_id.to_string();
        let subject = Subject::of_cluster("cluster_member", &id);
        let (peer, api) = (self.place.peer_address.clone(), self.place.api_url.clone());
        let changes = [("peer_address", peer), ("api_url", api), ("join_token", token.id.to_string())];
        context.record("cluster_member.admitted", subject, changes)?;
        Ok(Reply::Done)
    }
}

/// All members that there ever were, in the order of their numbers.
pub fn all(read: &(impl Read + ?Sized)) -> Result<Vec<ClusterMember>, TableError> {
    rows(read, Scan::all(Table::ClusterMembers, &[]))
}

/// The number of the next member: above all that were ever given, so that whoever was removed never returns as another.
pub fn next_id(members: &[ClusterMember]) -> MemberId {
    MemberId(members.iter().map(|member| member.id.0).max().unwrap_or(0) + 1)
}

/// The token with this secret.
pub fn token(
    read: &(impl Read + ?Sized),
    secret_digest: Sha256Digest,
) -> Result<Option<JoinToken>, TableError> {
    let Some(id) = read.get(Table::JoinTokenDigests, &secret_digest.0)? else { return Ok(None) };
    crate::tables::load(read, &id)
}

/// Two members at one address would each answer for the other.
pub(super) fn refuse_taken<'a>(
    others: impl Iterator<Item = &'a ClusterMember>,
    place: &MemberPlace,
) -> Result<(), Rejection> {
    for other in others {
        if other.place.peer_address == place.peer_address {
            let message = format!(
                "member {} is at {} already; remove it first, or choose another address",
                other.id, place.peer_address
            );
            return Err(Rejection::taken("peer_address", message));
        }
    }
    Ok(())
}
