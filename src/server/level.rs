//! Whether this binary knows enough for what lies in a data directory: asked before anything of it is applied, so that a binary that was
//! put back after the cluster's level was raised ends with words, and not at an entry that it cannot read.

use anyhow::ensure;
use sentinel_machine::{Command, Read, level};
use sentinel_store::Store;

/// Refuses a directory whose state or log takes more than this binary knows.
pub fn check(store: &Store) -> anyhow::Result<()> {
    let state = level::of_cluster(&*store.tables.reader()?)?;
    require(state.max(store.level_of_tail()?))
}

/// Refuses the state of a backup that takes more than this binary knows.
pub fn check_backup(state: &dyn Read) -> anyhow::Result<()> {
    let level = level::of_cluster(state)?;
    ensure!(
        level <= Command::LEVEL,
        "the backup is of a cluster at level {level}, and this binary knows levels up to {}: take the version that made it, or a newer one",
        Command::LEVEL
    );
    Ok(())
}

fn require(level: u16) -> anyhow::Result<()> {
    ensure!(level <= Command::LEVEL, "{}", level::too_old(level, Command::LEVEL));
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sentinel_machine::memory::MemoryTables;
    use sentinel_machine::tables;
    use sentinel_model::cluster::Cluster;
    use sentinel_model::{ClusterId, Epoch, Time};

    use super::*;

    fn state(level: u16) -> MemoryTables {
        let mut state = MemoryTables::default();
        let cluster = Cluster {
            id: ClusterId(uuid::Uuid::nil()),
            level,
            created_at: Time(0),
            ca: None,
            epoch: Epoch::FIRST,
            epoch_began: None,
            backup: None,
        };
        tables::store(&mut state, &cluster).unwrap();
        state
    }

    #[test]
    fn what_takes_more_than_this_binary_knows_is_refused_with_both_levels_and_what_to_do() {
        check_backup(&state(Command::LEVEL)).unwrap();
        require(Command::LEVEL).unwrap();
        let (beyond, known) = (Command::LEVEL + 1, format!("up to {}", Command::LEVEL));
        let at = format!("at level {beyond}");
        let refused = check_backup(&state(beyond)).unwrap_err().to_string();
        let said = [at.as_str(), known.as_str(), "take the version that made it, or a newer one"];
        assert!(said.iter().all(|words| refused.contains(words)), "{refused}");
        let refused = require(beyond).unwrap_err().to_string();
        let said = [at.as_str(), known.as_str(), "install a newer version"];
        assert!(said.iter().all(|words| refused.contains(words)), "{refused}");
    }
}
