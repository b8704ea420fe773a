//! Somebody takes a backup away: everything that the cluster is, if encrypted. It changes no state; that it happened, and who it was, is in
//! the audit log like everything that somebody decides on.

use sentinel_model::MemberId;
use sentinel_model::cluster::Cluster;
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::Reply;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupTake {
    /// The member that hands it out.
    pub member_id: MemberId,
    /// Newest log index in its state.
    pub index: u64,
}

impl Apply for BackupTake {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let cluster = context.require::<Cluster>(b"cluster", "Cluster")?;
        let id = cluster.id.to_string();
        let changes = [("member", self.member_id.to_string()), ("index", self.index.to_string())];
        context.record("cluster.backup_taken", Subject::of_cluster("cluster", &id), changes)?;
        Ok(Reply::Done)
    }
}
