//! Asks the leader to let another member lead. It changes no state: the leader acts on the event of this step, so that a request
//! at any member reaches it and is in the audit log like everything that somebody decides on.

use sentinel_model::MemberId;
use sentinel_model::cluster::{Cluster, ClusterMember};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::{Rejection, Reply};

/// Name of the event on which the leader acts; `to` is in its data.
pub const EVENT: &str = "leadership.hand_over";

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadershipHandOver {
    /// Who shall lead; `None`: whoever has most of the log.
    pub to: Option<MemberId>,
}

impl Apply for LeadershipHandOver {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let cluster = context.require::<Cluster>(b"cluster", "Cluster")?;
        if let Some(to) = self.to {
            let member = context.require::<ClusterMember>(&to.0.to_be_bytes(), "Cluster member")?;
            if member.removed_at.is_some() {
                return Err(Rejection::WrongState(format!("member {to} was removed")).into());
            }
        }
        let to = self.to.map_or_else(String::new, |to| to.to_string());
        let id = cluster.id.to_string();
        context.record(EVENT, Subject::of_cluster("cluster", &id), [("to", to)])?;
        Ok(Reply::Done)
    }
}
