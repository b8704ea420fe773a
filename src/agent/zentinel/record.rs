//! How to find the proxy again after the agent's death: written before a process is started, completed when its id is known.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::agent::procfs::Process;
use crate::agent::render::Addresses;
use crate::durable;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The addresses that the process was given.
    pub addresses: Addresses,
    /// It was started to take over the sockets of another process.
    pub takes_over: bool,
    /// Its id and start time; `None` while it is being started.
    pub process: Option<(i32, u64)>,
    /// The process that it replaces, until it has.
    pub replaces: Option<Box<Record>>,
}

impl Record {
    /// Of a process that is about to be started.
    pub fn new(addresses: Addresses, takes_over: bool, replaces: Option<Record>) -> Self {
        // Only one step back: what was replaced before is ending.
        let replaces = replaces.map(|record| Box::new(Record { replaces: None, ..record }));
        Self { addresses, takes_over, process: None, replaces }
    }

    /// Reads it. One that cannot be read is as good as none: the process is then found by its command line and replaced.
    pub fn load(data_dir: &Path) -> Option<Self> {
        let path = path(data_dir);
        let bytes = fs::read(&path).ok()?;
        match serde_json::from_slice(&bytes) {
            Ok(record) => Some(record),
            Err(error) => {
                tracing::warn!(%error, path = %path.display(), "the record of the proxy's process is damaged");
                None
            }
        }
    }

    /// Keeps it, on disk when this returns.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn save(&self, data_dir: &Path) -> io::Result<()> {
        durable::replace(&path(data_dir), &serde_json::to_vec(self)?, 0o600)
    }

    /// Finds its process among those that read the same configuration, oldest first: the recorded one, else the one that was being
    /// started, else the one that was to be replaced. Returns its place and its record.
    pub fn among(self, found: &[Process]) -> Option<(usize, Record)> {
        let same = |(pid, started): (i32, u64)| {
            found.iter().position(|process| process.pid == pid && process.started == started)
        };
        let replaced = self.replaces.as_ref().and_then(|record| record.process).and_then(same);
        match self.process {
            Some(process) => {
                if let Some(place) = same(process) {
                    return Some((place, self));
                }
            }
            // The agent died between starting it and learning its id: it is the newest, unless that is the old one.
            None => {
                if let Some(place) = found.len().checked_sub(1).filter(|newest| Some(*newest) != replaced) {
                    let process = found.get(place).map(|process| (process.pid, process.started));
                    return Some((place, Record { process, ..self }));
                }
            }
        }
        replaced.zip(self.replaces.map(|record| *record))
    }
}

fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("process.json")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::agent::testing::addresses;

    fn process(pid: i32) -> Process {
        Process { pid, started: 100, ended: false, cpu_seconds: 0.0 }
    }

    fn record(pid: Option<i32>, replaces: Option<i32>) -> Record {
        let of = |pid: i32| Some((pid, 100));
        let old = replaces.map(|pid| Record { process: of(pid), ..Record::new(addresses(), false, None) });
        Record { process: pid.and_then(of), ..Record::new(addresses(), true, old) }
    }

    #[test]
    fn a_record_survives_the_agent_and_a_damaged_one_is_none() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Record::load(dir.path()), None);
        record(Some(7), Some(5)).save(dir.path()).unwrap();
        assert_eq!(Record::load(dir.path()), Some(record(Some(7), Some(5))));
        fs::write(path(dir.path()), b"{").unwrap();
        assert_eq!(Record::load(dir.path()), None);
    }

    #[test]
    fn the_right_process_is_found_wherever_the_agent_died() {
        let pid = |record: Record, found: &[i32]| {
            let found: Vec<Process> = found.iter().map(|pid| process(*pid)).collect();
            record.among(&found).map(|(place, record)| (found[place].pid, record.process.unwrap().0))
        };
        assert_eq!(pid(record(Some(7), None), &[7]), Some((7, 7)));
        assert_eq!(pid(record(Some(7), Some(5)), &[5, 7]), Some((7, 7)), "after the new one was started");
        assert_eq!(pid(record(None, Some(5)), &[5, 7]), Some((7, 7)), "before its id was written");
        assert_eq!(pid(record(None, Some(5)), &[5]), Some((5, 5)), "before it was started");
        assert_eq!(pid(record(Some(7), Some(5)), &[5]), Some((5, 5)), "after it failed");
        assert_eq!(pid(record(Some(7), None), &[9]), None, "somebody else's");
        assert_eq!(pid(record(Some(7), None), &[]), None);
        assert_eq!(pid(record(None, None), &[3]), Some((3, 3)));
    }

    #[test]
    fn only_one_step_back_is_kept() {
        let second = Record::new(addresses(), true, Some(record(Some(7), Some(5))));
        assert_eq!(second.replaces.unwrap().replaces, None);
    }
}
