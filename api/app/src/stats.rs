//! A fleet in numbers. Counting walks over every node of the project, so however many ask, it is done once at a time; the numbers
//! are kept for the log index they were counted at, and those of a large fleet for a second whatever happens meanwhile.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sentinel_api_types::node::NodeStats;
use sentinel_machine::{Scan, Table, tables};
use sentinel_model::node::{Node, NodeStatus};
use sentinel_model::{BundleId, EnvironmentId, ProjectId};
use tokio::time::Instant;

use crate::app::App;
use crate::error::AppError;
use crate::scope::InProject;

/// Most projects whose numbers are kept.
const KEPT_MAX: usize = 1_000;
/// Nodes read at a time.
const CHUNK: usize = 1_000;
/// Nodes from which on a fleet is large. Smaller ones are counted in no time, and are never shown as they were.
const LARGE: u64 = 1_000;
/// How long the numbers of a large fleet are good enough.
const KEPT_AT_LEAST: Duration = Duration::from_secs(1);

/// Numbers of one project's fleet.
#[derive(Clone, Debug, Default)]
pub(crate) struct FleetStats {
    /// As the API shows them.
    pub(crate) nodes: NodeStats,
    /// Nodes by the bundle that they have proven to run.
    pub(crate) by_bundle: HashMap<BundleId, u64>,
    /// Those of each environment.
    pub(crate) by_environment: HashMap<EnvironmentId, EnvironmentStats>,
}

/// Numbers of one environment.
#[derive(Clone, Debug, Default)]
pub(crate) struct EnvironmentStats {
    /// All nodes.
    pub(crate) nodes: u64,
    /// Those that heartbeats arrive from.
    pub(crate) online: u64,
    /// By the bundle that they have proven to run.
    pub(crate) by_bundle: HashMap<BundleId, u64>,
}

/// Numbers by project.
#[derive(Debug, Default)]
pub(crate) struct StatsCache(Mutex<HashMap<ProjectId, Place>>);

/// Where the numbers of one project are, for one at a time.
type Place = Arc<tokio::sync::Mutex<Option<Counted>>>;

#[derive(Debug)]
struct Counted {
    stats: Arc<FleetStats>,
    /// The log index at which they were counted.
    applied: u64,
    at: Instant,
}

impl Counted {
    /// Good enough for somebody who sees the log up to `applied`.
    fn will_do(&self, applied: u64) -> bool {
        let large = self.stats.nodes.total >= LARGE;
        self.applied >= applied || (large && self.at.elapsed() < KEPT_AT_LEAST)
    }
}

impl StatsCache {
    async fn get<F: Future<Output = Result<FleetStats, AppError>>>(
        &self,
        project: ProjectId,
        applied: u64,
        count: impl FnOnce() -> F,
    ) -> Result<Arc<FleetStats>, AppError> {
        let place = {
            let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if places.len() >= KEPT_MAX && !places.contains_key(&project) {
                places.clear();
            }
            places.entry(project).or_default().clone()
        };
        let mut known = place.lock().await;
        if let Some(known) = known.as_ref().filter(|known| known.will_do(applied)) {
            return Ok(known.stats.clone());
        }
        let stats = Arc::new(count().await?);
        *known = Some(Counted { stats: stats.clone(), applied, at: Instant::now() });
        Ok(stats)
    }
}

impl App {
    /// The numbers of the fleet of a project.
    pub(crate) async fn fleet_stats(&self, here: &InProject) -> Result<Arc<FleetStats>, AppError> {
        let (project, tables) = (here.project.id, here.view.tables.clone());
        let count = || self.long_read(move || count(&*tables, project));
        self.inner().stats.get(project, here.view.applied, count).await
    }
}

fn count(read: &dyn sentinel_machine::Read, project: ProjectId) -> Result<FleetStats, AppError> {
    let mut stats = FleetStats::default();
    let mut after: Option<Vec<u8>> = None;
    loop {
        let scan =
            Scan { after: after.as_deref(), limit: CHUNK, ..Scan::all(Table::NodeNames, project.as_bytes()) };
        let pairs = read.scan(scan)?;
        let last = pairs.len() < CHUNK;
        after = pairs.last().map(|(key, _)| key.clone());
        for (_, id) in pairs {
            let Some(node) = tables::load::<Node>(read, &id)? else { continue };
            stats.nodes.total += 1;
            match node.status {
                NodeStatus::Online => stats.nodes.by_status.online += 1,
                NodeStatus::Offline => stats.nodes.by_status.offline += 1,
                NodeStatus::Unknown => stats.nodes.by_status.unknown += 1,
            }
            stats.nodes.converged += u64::from(node.converged() && !node.runs_unassigned());
            stats.nodes.failed += u64::from(node.failed_current());
            if let Some(id) = node.environment_id {
                let of = stats.by_environment.entry(id).or_default();
                of.nodes += 1;
                of.online += u64::from(node.status == NodeStatus::Online);
                if let Some(effective) = node.effective {
                    *of.by_bundle.entry(effective.bundle_id).or_default() += 1;
                }
            }
            if let Some(effective) = node.effective {
                *stats.by_bundle.entry(effective.bundle_id).or_default() += 1;
            }
        }
        if last {
            return Ok(stats);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::atomic::{AtomicUsize, Ordering};

    use uuid::Uuid;

    use super::*;

    struct Fleet {
        cache: StatsCache,
        nodes: u64,
        counted: AtomicUsize,
    }

    impl Fleet {
        fn of(nodes: u64) -> Self {
            Self { cache: StatsCache::default(), nodes, counted: AtomicUsize::new(0) }
        }

        async fn ask(&self, applied: u64) {
            let count = || async {
                self.counted.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(10)).await;
                let nodes = NodeStats { total: self.nodes, ..NodeStats::default() };
                Ok(FleetStats { nodes, ..FleetStats::default() })
            };
            self.cache.get(ProjectId(Uuid::from_u128(1)), applied, count).await.unwrap();
        }

        fn counted(&self) -> usize {
            self.counted.load(Ordering::SeqCst)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn however_many_ask_it_is_counted_once() {
        let fleet = Fleet::of(3);
        futures::future::join_all((0..20).map(|_| fleet.ask(7))).await;
        assert_eq!(fleet.counted(), 1);
        fleet.ask(6).await;
        assert_eq!(fleet.counted(), 1, "newer numbers will do");
        fleet.ask(8).await;
        assert_eq!(fleet.counted(), 2, "a small fleet is shown as it is");
    }

    #[tokio::test(start_paused = true)]
    async fn a_large_fleet_is_counted_once_a_second_at_most() {
        let fleet = Fleet::of(LARGE);
        for applied in 0..50 {
            fleet.ask(applied).await;
        }
        assert_eq!(fleet.counted(), 1);
        tokio::time::advance(KEPT_AT_LEAST).await;
        fleet.ask(50).await;
        assert_eq!(fleet.counted(), 2);
    }
}
