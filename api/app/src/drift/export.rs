//! Drift for people's own tools.

use sentinel_api_types::drift::{DriftExport, DriftExportQuery};
use sentinel_api_types::project::ProjectRef;
use sentinel_api_types::{time::model_time, timestamp};
use sentinel_machine::{Order, Scan, Table, tables};
use sentinel_model::drift;

use super::{Shaping, shows};
use crate::access::Operation;
use crate::app::App;
use crate::caller::Caller;
use crate::error::AppError;

/// Most events in one export.
const EXPORT_MAX: usize = 10_000;
/// Rows read at a time.
const CHUNK: usize = 1_000;
impl App {
    /// The events of a project that match, all of them.
    pub async fn export_drift(
        &self,
        caller: &Caller,
        project: &str,
        query: &DriftExportQuery,
    ) -> Result<DriftExport, AppError> {
        let here = self.in_project(Operation::DriftExport, caller, project).await?;
        let (query, now) = (query.clone(), self.now());
        self.long_read(move || {
            let read = &*here.view.tables;
            let (since, until) = (query.since.map(model_time), query.until.map(model_time));
            let mut shaping = Shaping::new(read, now);
            let (mut events, mut truncated, mut after) = (Vec::new(), false, None::<Vec<u8>>);
            'all: loop {
                let part = Scan {
                    after: after.as_deref(),
                    limit: CHUNK,
                    order: Order::Descending,
                    ..Scan::all(Table::DriftEvents, here.project.id.as_bytes())
                };
                let pairs = read.scan(part)?;
                let last = pairs.len() < CHUNK;
                after = pairs.last().map(|(key, _)| key.clone());
                for (_, row) in pairs {
                    let event: drift::DriftEvent = tables::decode(Table::DriftEvents, &row)?;
                    let wanted = query.status.is_none_or(|status| shows(status, event.state))
                        && since.is_none_or(|since| event.detected_at >= since)
                        && until.is_none_or(|until| event.detected_at < until);
                    if !wanted {
                        continue;
                    }
                    if events.len() == EXPORT_MAX {
                        truncated = true;
                        break 'all;
                    }
                    events.push(shaping.event(event)?);
                }
                if last {
                    break;
                }
            }
            Ok(DriftExport {
                exported_at: timestamp(now),
                project: ProjectRef {
                    id: here.project.id,
                    slug: here.project.slug.clone(),
                    name: here.project.name.clone(),
                    sandbox: here.project.sandbox,
                },
                total: events.len() as u64,
                truncated,
                drift_events: events,
            })
        })
        .await
    }
}
