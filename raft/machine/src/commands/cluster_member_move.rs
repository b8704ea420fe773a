//! Takes note of where a member is now: it was started with other addresses.

use sentinel_model::MemberId;
use sentinel_model::cluster::{ClusterMember, MemberPlace};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::commands::cluster_member_admit::{all, refuse_taken};
use crate::outcome::{Rejection, Reply};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterMemberMove {
    /// The member.
    pub member_id: MemberId,
    /// Where it is.
    pub place: MemberPlace,
}

impl Apply for ClusterMemberMove {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        self.place.check()?;
        let key = self.member_id.0.to_be_bytes();
        let mut member = context.require::<ClusterMember>(&key, "Cluster member")?;
        if member.removed_at.is_some() {
            return Err(Rejection::WrongState(format!("member {} was removed", member.id)).into());
        }
        let members = all(context.tables())?;
        let others = members.iter().filter(|other| other.id != member.id && other.removed_at.is_none());
        refuse_taken(others, &self.place)?;
        let from = std::mem::replace(&mut member.place, self.place.clone());
        context.store(&member)?;
        let id = self.member_id.to_string();
        let changes = [
            ("from", format!("{} {}", from.peer_address, from.api_url)),
            ("to", format!("{} {}", self.place.peer_address, self.place.api_url)),
        ];
        context.record("cluster_member.moved", Subject::of_cluster("cluster_member", &id), changes)?;
        Ok(Reply::Done)
    }
}
