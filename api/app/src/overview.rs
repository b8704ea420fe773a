//! A project at a glance.

use sentinel_api_types::overview::{
    NodesByBundle, Overview, OverviewBundles, OverviewNodes, OverviewRollouts,
};
use sentinel_machine::{Order, Scan, Table, query, waiting};
use sentinel_model::bundle::Bundle;

use crate::access::Operation;
use crate::app::App;
use crate::caller::Caller;
use crate::error::AppError;
use crate::node::Versions;
use crate::{bundle, rollout};

/// Changes shown.
const RECENT: u32 = 10;
/// Bundles shown by their nodes.
const BUNDLES_MAX: usize = 20;
/// Bundles counted at most; a project with more shows this number.
const COUNTED_MAX: usize = 10_000;

impl App {
    /// A project at a glance.
    pub async fn overview(&self, caller: &Caller, project: &str) -> Result<Overview, AppError> {
        let here = self.in_project(Operation::OverviewShow, caller, project).await?;
        let stats = self.fleet_stats(&here).await?;
        let read = &*here.view.tables;
        let mut versions = Versions::new(read);
        let mut by_bundle: Vec<(_, u64)> = stats.by_bundle.iter().map(|(id, nodes)| (*id, *nodes)).collect();
        by_bundle.sort_by_key(|(id, nodes)| (std::cmp::Reverse(*nodes), *id));
        by_bundle.truncate(BUNDLES_MAX);
        let by_bundle = by_bundle
            .into_iter()
            .map(|(bundle_id, nodes)| {
                Ok(NodesByBundle { bundle_id, version: versions.of(bundle_id)?, nodes })
            })
            .collect::<Result<_, AppError>>()?;
        let of_project =
            Scan { limit: COUNTED_MAX, ..Scan::all(Table::BundlesByProject, here.project.id.as_bytes()) };
        let newest = Scan { order: Order::Descending, limit: 1, ..of_project };
        let newest: Option<Bundle> = query::behind_key(read, &read.scan(newest)?)?.pop();
        let begun = query::active_rollouts(read)?.into_iter();
        let begun = begun.filter(|active| active.project_id == here.project.id);
        let active = begun
            .chain(waiting::of_project(read, here.project.id)?)
            .map(|active| rollout::shape(&mut versions, active))
            .collect::<Result<_, _>>()?;
        Ok(Overview {
            nodes: OverviewNodes {
                total: stats.nodes.total,
                online: stats.nodes.by_status.online,
                offline: stats.nodes.by_status.offline,
                unknown: stats.nodes.by_status.unknown,
                converged: stats.nodes.converged,
                failed: stats.nodes.failed,
                by_bundle,
            },
            bundles: OverviewBundles {
                total: read.scan(of_project)?.len() as u64,
                newest: newest.map(bundle::shape),
            },
            rollouts: OverviewRollouts { active },
            recent: self.recent_changes(&here.view, here.project.id, RECENT)?,
        })
    }
}
