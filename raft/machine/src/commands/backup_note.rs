//! Takes note of the newest backup that is good, so that its age can be shown and missed.

use sentinel_model::cluster::{BackupRecord, Cluster};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::{Rejection, Reply};

/// The first level at which a cluster takes note.
pub const LEVEL: u16 = 2;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupNote {
    /// The backup.
    pub backup: BackupRecord,
}

impl Apply for BackupNote {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        self.backup.check()?;
        let mut cluster = context.require::<Cluster>(b"cluster", "Cluster")?;
        // Two that end in another order than they began: the newer state is the better backup.
        if cluster.backup.as_ref().is_some_and(|known| known.index > self.backup.index) {
            return Err(Rejection::WrongState("a backup of a newer state is known already".into()).into());
        }
        cluster.backup = Some(self.backup.clone());
        context.store(&cluster)?;
        let id = cluster.id.to_string();
        let backup = &self.backup;
        let changes = [
            ("place", backup.place.clone()),
            ("index", backup.index.to_string()),
            ("size_bytes", backup.size_bytes.to_string()),
            ("verified", backup.verified_at.is_some().to_string()),
        ];
        context.record("cluster.backed_up", Subject::of_cluster("cluster", &id), changes)?;
        Ok(Reply::Done)
    }
}
