//! What a look at the cluster found.

use sentinel_model::MemberId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FindingSeverity)]
pub enum Severity {
    /// As it should be.
    Ok,
    /// Everything works; somebody should look before it does not.
    Warning,
    /// Something does not work now.
    Critical,
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FindingTopic)]
pub enum Topic {
    /// Whether a write can commit through the member that answers.
    Writes,
    /// How many members answer, and how many more may be lost.
    Quorum,
    /// Members that cannot be reached, or lack much of the log.
    Members,
    /// Clocks that are apart.
    Clocks,
    /// How long disks take, and how much room they have.
    Disks,
    /// Whether every member has the archives of all bundles, and none was damaged.
    Archives,
    /// How long certificates are good.
    Certificates,
    /// Members with different versions of the program.
    Versions,
    /// How old the newest backup is, and whether somebody has read it.
    Backup,
    /// Nodes that run something else than what they were assigned, and that need somebody.
    Drift,
    /// What a member says of itself beside all that.
    Notes,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// What it is about.
    pub topic: Topic,
    /// How grave it is.
    pub severity: Severity,
    /// The member that it is about; null when it is about all of them.
    #[schema(value_type = Option<u64>)]
    pub member: Option<MemberId>,
    /// What was found, and what that means.
    pub text: String,
    /// What to do; null when there is nothing to do.
    pub advice: Option<String>,
}

impl Finding {
    /// Whether somebody should look.
    pub fn is_concern(&self) -> bool {
        self.severity != Severity::Ok
    }
}
