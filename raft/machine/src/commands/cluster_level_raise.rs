//! Raises the cluster's level: from then on commands may be in the log that an older binary does not know. It cannot be undone.
//!
//! What each member knows is not in the log, so whoever proposes this has asked every one of them, and names them here: a member
//! that came meanwhile makes it void. Who comes later says what it knows when it is let in
//! ([`ClusterMemberAdmit::level`](super::cluster_member_admit::ClusterMemberAdmit::level)).

use std::collections::BTreeSet;

use sentinel_model::MemberId;
use sentinel_model::cluster::Cluster;
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::commands::{Command, cluster_member_admit};
use crate::outcome::{Rejection, Reply};
use crate::tables::{Table, TableError};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterLevelRaise {
    /// The level on which this was decided.
    pub from: u16,
    /// The level from now on: the next one.
    pub to: u16,
    /// Those who said that they know it.
    pub known_by: BTreeSet<MemberId>,
}

impl Apply for ClusterLevelRaise {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let mut cluster = context.require::<Cluster>(b"cluster", "Cluster")?;
        if cluster.level != self.from {
            let (decided_on, current) = (self.from.into(), cluster.level.into());
            return Err(Rejection::Stale { decided_on, current }.into());
        }
        let next = self.from.saturating_add(1);
        if self.to != next || next == self.from {
            let message = format!("the level is raised one at a time: from {} to {next}", self.from);
            return Err(Rejection::WrongState(message).into());
        }
        let members = cluster_member_admit::all(context.tables())?;
        let mut present = members.iter().filter(|member| member.removed_at.is_none());
        if let Some(other) = present.find(|member| !self.known_by.contains(&member.id)) {
            let message = format!("member {} came meanwhile, and nobody has asked what it knows", other.id);
            return Err(Rejection::WrongState(message).into());
        }
        // It was asked, and said that it knows this. Whoever goes on without knowing would misread what comes next.
        if self.to > Command::LEVEL {
            let message = format!(
                "the cluster goes to level {}, and this version knows levels up to {}: start this member with a newer one",
                self.to,
                Command::LEVEL
            );
            return Err(TableError::new(Table::Cluster, message).into());
        }
        cluster.level = self.to;
        context.store(&cluster)?;
        let id = cluster.id.to_string();
        let changes = [("from", self.from.to_string()), ("to", self.to.to_string())];
        context.record("cluster.level_raised", Subject::of_cluster("cluster", &id), changes)?;
        Ok(Reply::Done)
    }
}
