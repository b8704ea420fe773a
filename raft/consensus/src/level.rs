//! What this member's binary knows, and whether that is enough for the cluster.
//!
//! Members tell each other the level of the cluster with each answer, and a member asks another one before it takes part with it
//! (`newcomer.rs`). So one that was started with a binary from before the level was raised learns of it before the log tells, and ends
//! with words instead of halting at an entry.

use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::time::Duration;

use openraft::storage::RaftStateMachine;
use sentinel_machine::{Build, level};
use tokio::sync::watch;
use tonic::Status;

use crate::blocking;
use crate::member::Member;
use crate::proto::HelloResponse;
use crate::types::{StateSource, TypeConfig};

/// Longest time that a look into the state may keep an answer waiting.
const LOOK: Duration = Duration::from_millis(100);

/// See the module.
pub(crate) struct Levels {
    build: Build,
    /// Of the cluster, as this member has applied it, as of the last look.
    cluster: AtomicU16,
    /// A look is under way.
    looks: AtomicBool,
    /// Why this binary is too old for the cluster.
    outgrown: watch::Sender<Option<String>>,
}

impl Levels {
    pub(crate) fn new(build: Build) -> Self {
        Self {
            build,
            cluster: AtomicU16::new(0),
            looks: AtomicBool::new(false),
            outgrown: watch::Sender::new(None),
        }
    }

    /// This binary.
    pub(crate) fn build(&self) -> &Build {
        &self.build
    }

    /// The level of the cluster; zero before the first look.
    pub(crate) fn cluster(&self) -> u16 {
        self.cluster.load(Ordering::Relaxed)
    }

    /// Looks into the state.
    pub(crate) fn look(&self, state: &dyn StateSource) {
        let found = state.view().and_then(|(tables, _)| level::of_cluster(&*tables));
        match found {
            Ok(level) => {
                self.cluster.store(level, Ordering::Relaxed);
                self.require(level, "its own state");
            }
            Err(error) => tracing::warn!(%error, "the level of the cluster cannot be read"),
        }
    }

    /// Takes note of what another member says of the cluster.
    pub(crate) fn heard(&self, from: u64, said: &HelloResponse) {
        let level = u16::try_from(said.cluster_level).unwrap_or(u16::MAX);
        self.require(level, &format!("member {from}"));
    }

    fn require(&self, level: u16, told_by: &str) {
        if level > self.build.level && self.outgrown.borrow().is_none() {
            let reason = level::too_old(level, self.build.level);
            tracing::error!(told_by, reason, "this member takes no part any more");
            self.outgrown.send_replace(Some(reason));
        }
    }

    fn outgrown(&self) -> Option<String> {
        self.outgrown.borrow().clone()
    }
}

/// What a member says of its binary. One that says nothing knows of no levels.
pub(crate) fn build_of(said: &HelloResponse) -> Build {
    let level = u16::try_from(said.level).unwrap_or(u16::MAX).max(1);
    Build { level, version: Some(said.version.clone()).filter(|version| !version.is_empty()) }
}

impl<SM: RaftStateMachine<TypeConfig>> Member<SM> {
    /// Refuses what would bring entries that this binary may not know.
    pub(crate) fn require_level(&self) -> Result<(), Status> {
        match self.levels().outgrown() {
            Some(reason) => Err(Status::failed_precondition(reason)),
            None => Ok(()),
        }
    }

    /// Resolves when the cluster turns out to be at a level that this binary does not know, with the words.
    pub async fn outgrown(&self) -> String {
        let mut outgrown = self.levels().outgrown.subscribe();
        match outgrown.wait_for(Option::is_some).await.map(|reason| reason.clone()) {
            Ok(Some(reason)) => reason,
            Ok(None) | Err(_) => std::future::pending().await,
        }
    }

    /// The level of the cluster by now. Looks aside and not for long, because the disk may keep a reader waiting; then it is what was
    /// there at the last look.
    pub(crate) async fn cluster_level(&self) -> u16 {
        if !self.levels().looks.swap(true, Ordering::AcqRel) {
            let member = self.clone();
            let look = blocking::run(move || {
                member.levels().look(&**member.source());
                member.levels().looks.store(false, Ordering::Release);
            });
            // On a task of its own: it ends also when nobody waits for it any more.
            let looked = tokio::time::timeout(LOOK, tokio::spawn(look)).await;
            drop(looked);
        }
        self.levels().cluster()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_that_is_ahead_of_the_binary_is_noticed_once_and_an_older_one_never() {
        let levels = Levels::new(Build { level: 2, version: None });
        for cluster_level in [0, 1, 2] {
            levels.heard(3, &HelloResponse { cluster_level, ..HelloResponse::default() });
            assert_eq!(levels.outgrown(), None);
        }
        for cluster_level in [4, 5] {
            levels.heard(3, &HelloResponse { cluster_level, ..HelloResponse::default() });
            assert_eq!(levels.outgrown(), Some(level::too_old(4, 2)));
        }
    }

    #[test]
    fn who_says_nothing_of_levels_knows_the_first() {
        let silent = HelloResponse::default();
        assert_eq!(build_of(&silent), Build { level: 1, version: None });
        let said = HelloResponse { level: 3, version: "0.3.0".into(), ..silent };
        assert_eq!(build_of(&said), Build { level: 3, version: Some("0.3.0".into()) });
    }
}
