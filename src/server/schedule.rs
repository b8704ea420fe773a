//! Backups that make themselves: the leader makes one when the newest that is known is old enough, verifies it, and removes the oldest.
//! What goes wrong is a concern of the cluster until it has gone well.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use futures::StreamExt;
use sentinel_app::{App, Backups};
use sentinel_machine::commands::backup_note::{self, BackupNote};
use sentinel_machine::{Consistency, ProposeError, tables};
use sentinel_model::Time;
use sentinel_model::cluster::{BackupRecord, Cluster};
use tokio::sync::watch;

use super::args::duration;
use super::backup::Backup;
use super::depot::{self, Depot};
use super::kek::Keks;
use super::restore;

/// What the concern is about.
const ABOUT: &str = "backups";
/// Longest pause before looking again, and after a failure.
const LOOK: Duration = Duration::from_secs(60);
/// Pause before looking again at a cluster that is being formed.
const SOON: Duration = Duration::from_secs(1);

/// Backups that the cluster makes by itself.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Scheduled backups, the same on every member")]
pub struct ScheduleArgs {
    /// Where the leader puts them, encrypted under the key-encryption key: file:///DIRECTORY, or s3://BUCKET/PREFIX with the usual AWS
    /// variables in the environment
    #[arg(long, env = "SENTINEL_CP_BACKUP_TO", value_name = "URL")]
    pub backup_to: Option<String>,
    /// How often
    #[arg(long, env = "SENTINEL_CP_BACKUP_EVERY", default_value = "6h", value_parser = duration, value_name = "TIME")]
    pub backup_every: Duration,
    /// How many of this cluster are kept there
    #[arg(long, env = "SENTINEL_CP_BACKUP_KEEP", default_value_t = 14, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub backup_keep: u16,
}

impl ScheduleArgs {
    /// No backups make themselves.
    pub fn none() -> Self {
        Self { backup_to: None, backup_every: Duration::from_secs(6 * 3_600), backup_keep: 14 }
    }
}

/// See the module.
pub struct Schedule {
    /// The application.
    pub app: App,
    /// Makes them.
    pub backup: Arc<Backup>,
    /// Verifies them.
    pub keys: Keks,
    /// When.
    pub args: ScheduleArgs,
    /// Where to.
    pub depot: Option<Depot>,
}

impl Schedule {
    /// Makes backups for ever, while this member leads.
    pub async fn keep(mut self, mut leads: watch::Receiver<bool>) {
        let Some(depot) = self.depot.clone() else { return std::future::pending().await };
        loop {
            if leads.wait_for(|leads| *leads).await.is_err() {
                return std::future::pending().await;
            }
            let pause = match self.look(&depot).await {
                Ok(due_in) => {
                    self.app.concerns().set(ABOUT, None);
                    due_in.min(LOOK)
                }
                Err(error) => {
                    tracing::error!(to = %depot, error = format!("{error:#}"), "the scheduled backup failed");
                    metrics::counter!("backups_failed_total").increment(1);
                    let concern = format!("the scheduled backup to {depot} failed: {error:#}");
                    self.app.concerns().set(ABOUT, Some(concern));
                    LOOK.min(self.args.backup_every)
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = leads.wait_for(|leads| !*leads) => self.app.concerns().set(ABOUT, None),
            }
        }
    }

    /// Makes one if it is due, and says when the next one is.
    async fn look(&mut self, depot: &Depot) -> anyhow::Result<Duration> {
        let view = self.app.replica().read(Consistency::Linearizable).await?;
        let Some(cluster) = tables::load::<Cluster>(&*view.tables, b"cluster")? else { return Ok(SOON) };
        if let Some(newest) = newest(&cluster, depot).await? {
            let age = Duration::from_millis(self.app.now().since(newest));
            metrics::gauge!("backup_age_seconds").set(age.as_secs_f64());
            if let Some(left) = self.args.backup_every.checked_sub(age).filter(|left| !left.is_zero()) {
                return Ok(left);
            }
        }
        let began = self.app.now();
        let backup = self.make(&cluster, depot).await?;
        tracing::info!(
            place = backup.place,
            bytes = backup.size_bytes,
            "a scheduled backup is made and verified"
        );
        match self.app.propose_as_member(BackupNote { backup }).await {
            Ok(Ok(_)) => {}
            Ok(Err(refusal)) => tracing::warn!(%refusal, "the scheduled backup is not taken note of"),
            // Members of an older version are there still: the backup is as good.
            Err(refusal @ ProposeError::Level { .. }) => {
                tracing::info!(%refusal, "the scheduled backup is not taken note of");
            }
            Err(error) => return Err(error.into()),
        }
        let removed = depot.retain(cluster.id, usize::from(self.args.backup_keep)).await?;
        if removed > 0 {
            tracing::info!(removed, "old backups are removed");
        }
        let took = Duration::from_millis(self.app.now().since(began));
        Ok(self.args.backup_every.saturating_sub(took))
    }

    async fn make(&self, cluster: &Cluster, depot: &Depot) -> anyhow::Result<BackupRecord> {
        let mut stream = self.backup.begin(self.app.now())?;
        let name = depot::name(cluster.id, stream.taken_at, stream.index);
        let (mut file, partial) = depot.begin(&name)?;
        let mut size_bytes = 0;
        while let Some(chunk) = stream.bytes.next().await {
            let chunk = chunk.context("the backup broke off")?;
            size_bytes += chunk.len() as u64;
            file = tokio::task::spawn_blocking(move || file.write_all(&chunk).map(|()| file))
                .await?
                .with_context(|| format!("cannot write {}", partial.path.display()))?;
        }
        let (path, keys, place) = (partial.path.clone(), self.keys.clone(), format!("{depot}/{name}"));
        let verified = move || {
            file.sync_all().with_context(|| format!("cannot write {}", path.display()))?;
            let whole = std::io::BufReader::new(std::fs::File::open(&path)?);
            restore::verify(whole, &keys).context("what was written is not what can be read")
        };
        tokio::task::spawn_blocking(verified).await??;
        depot.finish(partial, &name).await?;
        let verified_at: Option<Time> = Some(self.app.now());
        Ok(BackupRecord { taken_at: stream.taken_at, size_bytes, place, index: stream.index, verified_at })
    }
}

/// When the newest backup was taken. A cluster of a level that takes no note of backups is told by what lies there: each new leader would
/// make one more, and what is kept would soon be of the last minutes alone.
async fn newest(cluster: &Cluster, depot: &Depot) -> anyhow::Result<Option<Time>> {
    if cluster.level < backup_note::LEVEL {
        return depot.newest(cluster.id).await;
    }
    let ours = |backup: &&BackupRecord| backup.place.starts_with(&depot.to_string());
    Ok(cluster.backup.as_ref().filter(ours).map(|backup| backup.taken_at))
}
