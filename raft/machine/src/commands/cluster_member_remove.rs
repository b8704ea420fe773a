//! Takes a member out, for ever: its number is never given again, and its calls are refused from then on. The leader takes its
//! vote away; that follows, and is not part of this step.

use sentinel_model::MemberId;
use sentinel_model::cluster::ClusterMember;
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::commands::cluster_member_admit::all;
use crate::outcome::{Rejection, Reply};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterMemberRemove {
    /// The member.
    pub member_id: MemberId,
}

impl Apply for ClusterMemberRemove {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let key = self.member_id.0.to_be_bytes();
        let mut member = context.require::<ClusterMember>(&key, "Cluster member")?;
        if member.removed_at.is_some() {
            return Err(Rejection::WrongState(format!("member {} is removed already", member.id)).into());
        }
        let mut others = all(context.tables())?;
        others.retain(|other| other.id != member.id && other.removed_at.is_none());
        if others.is_empty() {
            let message = format!("member {} is the only one: nobody would be left", member.id);
            return Err(Rejection::WrongState(message).into());
        }
        member.removed_at = Some(context.time);
        context.store(&member)?;
        let id = self.member_id.to_string();
        let changes = [("peer_address", member.place.peer_address.clone())];
        context.record("cluster_member.removed", Subject::of_cluster("cluster_member", &id), changes)?;
        Ok(Reply::Done)
    }
}
