//! A fleet in numbers. Counting walks over every node of the project, so the numbers are kept for the log index they were
//! counted at: as long as nothing is applied, nothing is counted again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sentinel_api_types::node::NodeStats;
use sentinel_machine::{Scan, Table, tables};
use sentinel_model::node::{Node, NodeStatus};
use sentinel_model::{BundleId, ProjectId};

use crate::app::App;
use crate::error::AppError;
use crate::scope::InProject;

/// Most projects whose numbers are kept.
const KEPT_MAX: usize = 1_000;
/// Nodes read at a time.
const CHUNK: usize = 1_000;

/// Numbers of one project's fleet.
#[derive(Clone, Debug, Default)]
pub(crate) struct FleetStats {
    /// As the API shows them.
    pub(crate) nodes: NodeStats,
    /// Nodes by the bundle that they have proven to run.
    pub(crate) by_bundle: HashMap<BundleId, u64>,
}

/// Numbers by project, each with the log index at which it was counted.
#[derive(Debug, Default)]
pub(crate) struct StatsCache(Mutex<HashMap<ProjectId, (u64, Arc<FleetStats>)>>);

impl App {
    /// The numbers of the fleet of a project.
    pub(crate) async fn fleet_stats(&self, here: &InProject) -> Result<Arc<FleetStats>, AppError> {
        let (project, applied) = (here.project.id, here.view.applied);
        let known = {
            let cache = self.inner().stats.0.lock().unwrap_or_else(PoisonError::into_inner);
            cache.get(&project).filter(|(at, _)| *at == applied).map(|(_, stats)| stats.clone())
        };
        if let Some(stats) = known {
            return Ok(stats);
        }
        let tables = here.view.tables.clone();
        let counted = self.long_read(move || count(&*tables, project)).await?;
        let counted = Arc::new(counted);
        let mut cache = self.inner().stats.0.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.len() >= KEPT_MAX && !cache.contains_key(&project) {
            cache.clear();
        }
        cache.insert(project, (applied, counted.clone()));
        Ok(counted)
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
            stats.nodes.converged += u64::from(node.converged());
            stats.nodes.failed += u64::from(node.failed_current());
            if let Some(effective) = node.effective {
                *stats.by_bundle.entry(effective.bundle_id).or_default() += 1;
            }
        }
        if last {
            return Ok(stats);
        }
    }
}
