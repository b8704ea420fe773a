//! The new epoch that a restored or recovered member begins when it first leads.
//!
//! What is to begin lies in the data directory until the cluster has it. Until then the leader leaves the membership alone: the rows
//! of the lost members are still there, and it would seat them again.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use sentinel_app::App;
use sentinel_machine::commands::epoch_begin::{self, EpochBegin, Founder};
use sentinel_model::Epoch;
use sentinel_model::cluster::EpochReason;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::durable;

/// Name of the file.
const FILE: &str = "epoch.json";
/// Pause after a failed attempt.
const PAUSE: Duration = Duration::from_millis(300);

/// An epoch that is to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Which.
    pub epoch: Epoch,
    /// Why.
    pub reason: EpochReason,
}

impl Pending {
    /// What is still to begin here; `None` when nothing is.
    pub fn load(data_dir: &Path) -> anyhow::Result<Option<Self>> {
        let path = path(data_dir);
        if !path.exists() {
            return Ok(None);
        }
        let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let pending = serde_json::from_slice(&text)
            .with_context(|| format!("{} is damaged; restore or recover again", path.display()))?;
        Ok(Some(pending))
    }

    /// Keeps it.
    pub fn save(&self, data_dir: &Path) -> anyhow::Result<()> {
        let path = path(data_dir);
        durable::replace(&path, &serde_json::to_vec_pretty(self)?, 0o600)
            .with_context(|| format!("cannot write {}", path.display()))
    }

    /// The cluster has it.
    fn done(data_dir: &Path) -> anyhow::Result<()> {
        let path = path(data_dir);
        durable::remove(&path).with_context(|| format!("cannot remove {}", path.display()))
    }

    /// Waits until this member leads, and begins the epoch. Ends when that is done.
    pub async fn begin(
        self,
        app: App,
        founder: Founder,
        data_dir: PathBuf,
        mut leads: watch::Receiver<bool>,
    ) {
        let mut told = false;
        loop {
            if *leads.borrow_and_update() {
                match self.attempt(&app, &founder).await {
                    Ok(()) => match Self::done(&data_dir) {
                        Ok(()) => return,
                        Err(error) => {
                            tracing::error!(%error, "the epoch has begun, but is not noted as such")
                        }
                    },
                    Err(error) if told => tracing::debug!(%error, "the new epoch has not begun yet"),
                    Err(error) => {
                        told = true;
                        tracing::warn!(%error, "the new epoch has not begun yet");
                    }
                }
            }
            let _ = tokio::time::timeout(PAUSE, leads.changed()).await;
        }
    }

    async fn attempt(self, app: &App, founder: &Founder) -> anyhow::Result<()> {
        let status = app.cluster();
        let alone = status.members.iter().all(|member| member.id == founder.member_id);
        anyhow::ensure!(
            alone,
            "this member is to begin epoch {} alone, but consensus still knows others: run `cluster recover` again",
            self.epoch
        );
        if app.epoch().await? < self.epoch {
            let begun = EpochBegin {
                epoch: self.epoch,
                reason: self.reason,
                founder: founder.clone(),
                raises_to: Some(epoch_begin::LEVEL),
            };
            app.propose_as_member(begun).await??;
            tracing::info!(epoch = %self.epoch, reason = self.reason.as_str(), "a new epoch has begun");
        }
        Ok(())
    }
}

fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}
