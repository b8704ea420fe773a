//! Levels: what a binary must know to be a member of this cluster.
//!
//! A member that does not know an entry of the log can only halt. So a command that older versions do not know has a level, and
//! is proposed only when the cluster has reached it; and the cluster reaches it when somebody raises it, all members having said
//! that they know it. From then on nobody is a member whose binary knows less.

use sentinel_model::cluster::Cluster;

use crate::commands::Command;
use crate::replica::ProposeError;
use crate::tables::{self, Read, TableError};

/// The level of the cluster; the first before it is formed.
pub fn of_cluster(read: &(impl Read + ?Sized)) -> Result<u16, TableError> {
    Ok(tables::load::<Cluster>(read, b"cluster")?.map_or(1, |cluster| cluster.level))
}

/// Refuses a command that some member may not know: it would halt it.
pub fn check(command: &Command, read: &(impl Read + ?Sized)) -> Result<(), ProposeError> {
    let needed = command.min_level();
    // Whoever begins an epoch is alone, and raises the level to what that takes in the same step.
    if needed <= 1 || matches!(command, Command::EpochBegin(_)) {
        return Ok(());
    }
    let level = of_cluster(read).map_err(|error| ProposeError::Fatal(error.to_string()))?;
    if needed > level {
        return Err(ProposeError::Level { needed, level });
    }
    Ok(())
}

/// Why a binary that knows only level `known` is no member of a cluster at `level`, and what to do.
pub fn too_old(level: u16, known: u16) -> String {
    format!(
        "the cluster is at level {level}, and the binary of this member knows levels up to {known}: install a newer version, and start it again"
    )
}
