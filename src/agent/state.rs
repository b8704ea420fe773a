//! What the agent must remember over its own death. On disk before anything is done that depends on it.

use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, bail};
use sentinel_api_types::agent::FailureReport;
use sentinel_model::{Epoch, Generation, Ordinal, Sha256Digest};
use serde::{Deserialize, Serialize};

use super::release::Release;
use crate::durable;

/// Format of the file.
const FORMAT: u32 = 1;
/// Releases kept to go back to, the effective one included.
pub const GOOD_KEPT: usize = 3;
/// Failures remembered.
const FAILURES_KEPT: usize = 16;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    format: u32,
    /// The project of the first verified bundle; bundles of another one are refused.
    pub project_id: Option<String>,
    /// The newest assignment that passed verification. Nothing older is ever activated again.
    pub floor: Option<Floor>,
    /// The newest assignment that is dealt with, well or badly; polls ask for something newer.
    pub handled: Generation,
    /// The epoch of `handled`; the first one in files that were written before there were epochs.
    #[serde(default)]
    handled_epoch: Epoch,
    /// What the proxy has proven to run.
    pub effective: Option<Release>,
    /// What was proven, newest first, the effective release included. Newer than the effective one is only what could not be read
    /// from disk.
    pub good: Vec<Release>,
    /// An activation that has begun and did not come to its end.
    pub activating: Option<Attempt>,
    /// What failed, newest first.
    pub failures: Vec<FailureReport>,
}

/// See [`State::floor`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    /// The epoch in which it was given; the first one in files that were written before there were epochs.
    #[serde(default)]
    pub epoch: Epoch,
    /// The assignment's number.
    pub generation: Generation,
    /// The archive that it named.
    pub checksum: Sha256Digest,
}

/// See [`State::activating`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempt {
    /// What shall become effective.
    pub release: Release,
    /// How often it was begun.
    pub begun: u32,
}

impl Default for State {
    fn default() -> Self {
        Self {
            format: FORMAT,
            project_id: None,
            floor: None,
            handled: Generation(0),
            handled_epoch: Epoch::FIRST,
            effective: None,
            good: Vec::new(),
            activating: None,
            failures: Vec::new(),
        }
    }
}

impl State {
    /// Why an assignment must not be activated, if it must not: it is older than what was verified already, or says something
    /// else under the same number. The same assignment again is fine: an activation may have been interrupted.
    pub fn refuses(&self, at: Ordinal, checksum: Sha256Digest) -> Option<String> {
        let floor = self.floor?;
        if at < floor.at() {
            return Some(format!("generation {at} is older than {}, which is known already", floor.at()));
        }
        if at == floor.at() && checksum != floor.checksum {
            return Some(format!("generation {at} is known already, with another bundle"));
        }
        let proven = self.effective.as_ref().is_some_and(|release| release.at() == at);
        let done = at <= self.handled() || proven;
        (at == floor.at() && done).then(|| format!("generation {at} is dealt with already"))
    }

    /// The newest epoch that is known here.
    pub fn epoch(&self) -> Epoch {
        self.floor.map_or(Epoch::FIRST, |floor| floor.epoch)
    }

    /// The newest assignment that is dealt with.
    pub fn handled(&self) -> Ordinal {
        Ordinal { epoch: self.handled_epoch, generation: self.handled }
    }

    fn handle(&mut self, at: Ordinal) {
        (self.handled_epoch, self.handled) = (at.epoch, at.generation);
    }

    /// An activation begins. How often it was begun, this time included, is in the attempt.
    pub fn begin(&mut self, release: &Release) {
        let before = self.activating.take().filter(|attempt| attempt.release == *release);
        let Release { epoch, generation, checksum, .. } = *release;
        self.floor = Some(Floor { epoch, generation, checksum });
        self.activating =
            Some(Attempt { release: release.clone(), begun: before.map_or(1, |attempt| attempt.begun + 1) });
    }

    /// It became effective.
    pub fn succeed(&mut self, release: &Release) {
        self.good.retain(|known| known.at() != release.at());
        self.good.insert(0, release.clone());
        self.good.truncate(GOOD_KEPT);
        self.effective = Some(release.clone());
        self.handle(self.handled().max(release.at()));
        self.activating = None;
    }

    /// It did not, and that is to be reported. `again`: it will be tried again without a new assignment.
    pub fn fail(&mut self, failure: FailureReport, again: bool) {
        if !again {
            self.handle(self.handled().max(ordinal(&failure)));
        }
        self.failures.retain(|known| ordinal(known) != ordinal(&failure));
        self.failures.insert(0, failure);
        self.failures.truncate(FAILURES_KEPT);
        self.activating = None;
    }

    /// The failure to report: the newest one, unless something at least as new is effective.
    pub fn failure(&self) -> Option<&FailureReport> {
        let proven = self.effective.as_ref().map(Release::at).unwrap_or_default();
        self.failures.first().filter(|failure| ordinal(failure) > proven)
    }

    /// The newest good release that can be read from disk is this one, or none can be. If it is not the newest of all, that one's
    /// assignment is open again, so that its archive is fetched anew; but it is not forgotten: the next boot may be able to read it.
    pub fn run_from_disk(&mut self, release: Option<&Release>) {
        let runs = release.map(Release::at).unwrap_or_default();
        self.handle(if release == self.good.first() { self.handled().max(runs) } else { runs });
        self.effective = release.cloned();
    }
}

impl Floor {
    fn at(&self) -> Ordinal {
        Ordinal { epoch: self.epoch, generation: self.generation }
    }
}

/// The assignment that failed.
pub fn ordinal(failure: &FailureReport) -> Ordinal {
    Ordinal { epoch: failure.epoch, generation: failure.generation }
}

/// The file behind a [`State`].
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    /// What is on disk.
    state: State,
}

impl StateFile {
    /// Reads it; a new node starts with nothing.
    ///
    /// # Errors
    /// The file is there and cannot be used. Starting over would forget the floor, so an operator has to decide.
    pub fn open(data_dir: &Path) -> anyhow::Result<Self> {
        let path = data_dir.join("state.json");
        let state = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice::<State>(&bytes).with_context(|| {
                format!("{} is damaged; remove it only if this node may start over", path.display())
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => State::default(),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        if state.format != FORMAT {
            bail!("{} has format {}, this version reads {FORMAT}", path.display(), state.format);
        }
        Ok(Self { path, state })
    }

    /// What is on disk.
    pub fn get(&self) -> &State {
        &self.state
    }

    /// Changes it. Either the change is on disk when this returns, or nothing changed.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn change(&mut self, change: impl FnOnce(&mut State)) -> io::Result<()> {
        let mut next = self.state.clone();
        change(&mut next);
        if next != self.state {
            durable::replace(&self.path, &serde_json::to_vec_pretty(&next)?, 0o600)?;
            self.state = next;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
