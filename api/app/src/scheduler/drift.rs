//! Drift that is due: what the engine decides about it is proposed. A round looks at a bounded number, and the next one goes on behind them, so
//! that nodes that are away or owned for long hold up no others. A fleet is counted once in a round, and rollouts come first.

use std::collections::HashMap;

use sentinel_engine::drift::{DriftView, Fleet, decide};
use sentinel_machine::commands::drift_advance::{DriftAdvance, DriftDeed};
use sentinel_machine::{Consistency, Read, Rejection, Scan, Table, TableError, View, drift, freeze, tables};
use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::drift::{DriftEvent, DriftState};
use sentinel_model::node::{Node, NodeStatus};
use sentinel_model::project::Project;
use sentinel_model::{DriftEventId, ProjectId, Time};

use super::Duty;
use crate::error::AppError;
use crate::work::elsewhere;

/// Events looked at in one round.
const LOOKS_MAX: usize = 16;

/// Where a round ended.
#[derive(Debug, Default)]
pub(super) struct Turn {
    after: Option<Vec<u8>>,
}

impl Duty {
    /// Looks at drift that is due.
    pub(super) async fn tend_drift(&mut self, begun_with: &View) -> Result<(), AppError> {
        let read = &*begun_with.tables;
        if drift::rescheduling(read)?.is_empty() && drift::due(read, Time(i64::MAX), None, 1)?.0.is_empty() {
            return Ok(());
        }
        let view = self.app.replica().read(Consistency::Stale).await?;
        let now = self.moment(&*view.tables)?.now;
        for project in drift::rescheduling(&*view.tables)?.into_iter().take(LOOKS_MAX) {
            if let Err(rejection) = self.app.propose_at(now, DriftAdvance::reschedule(project)).await? {
                tracing::warn!(%project, %rejection, "drift was not looked at by what the project wants now");
            }
        }
        let (due, last) = drift::due(&*view.tables, now, self.drift.after.as_deref(), LOOKS_MAX)?;
        // Behind the last one the next round begins at the first.
        self.drift.after = last.filter(|_| due.len() == LOOKS_MAX);
        let mut fleets = HashMap::new();
        for (project, event) in due {
            let view = self.app.replica().read(Consistency::Stale).await?;
            let known = fleets.get(&project).copied();
            let (decision, fleet) =
                elsewhere(move || look(&*view.tables, (project, event), known, now)).await??;
            fleets.extend(fleet.map(|fleet| (project, fleet)));
            let Some(decision) = decision else { continue };
            match &decision.deed {
                DriftDeed::Reassert => {
                    tracing::info!(%event, "a node drifts and is given its assignment again")
                }
                DriftDeed::Alarm { reason } => {
                    tracing::warn!(%event, reason, "a node drifts, and somebody has to look");
                }
                DriftDeed::Reschedule => {}
            }
            let again = decision.deed == DriftDeed::Reassert;
            match self.app.propose_at(now, decision).await? {
                Ok(_) if again => {
                    // Else a whole round would pass under the bound of one.
                    fleets.entry(project).and_modify(|fleet: &mut Fleet| fleet.under_way += 1);
                }
                Ok(_) | Err(Rejection::Stale { .. }) => {}
                Err(rejection) => tracing::warn!(%event, %rejection, "a decision about drift was refused"),
            }
        }
        Ok(())
    }
}

/// Everything that the engine decides on, read from one state; and the fleet, where it had to be counted for that.
fn look(
    read: &(dyn Read + Send + Sync),
    (project_id, id): (ProjectId, DriftEventId),
    known: Option<Fleet>,
    now: Time,
) -> Result<(Option<DriftAdvance>, Option<Fleet>), TableError> {
    let (Some(event), Some(project)) =
        (drift::event(read, project_id, id)?, tables::load::<Project>(read, project_id.as_bytes())?)
    else {
        return Ok((None, known));
    };
    let node: Option<Node> = tables::load(read, event.node_id.as_bytes())?;
    let bundle: Option<Bundle> = tables::load(read, event.bundle_id.as_bytes())?;
    let touched = node.iter().filter_map(|node| node.environment_id).collect();
    let view = DriftView {
        event: &event,
        node: node.as_ref(),
        project: &project,
        compiled: bundle.as_ref().is_some_and(|bundle| bundle.state == BundleState::Compiled),
        version: bundle.as_ref().map_or("", |bundle| &bundle.version),
        frozen: freeze::over(read, project_id, || Ok(touched), now)?.is_some(),
        fleet: Fleet { nodes: 1, ..Fleet::default() },
    };
    // The fleet is counted only for what would go forward.
    if !decide(&view, now).is_some_and(|decision| decision.deed == DriftDeed::Reassert) {
        return Ok((decide(&view, now), known));
    }
    let fleet = match known {
        Some(known) => known,
        None => fleet(read, project_id, now)?,
    };
    Ok((decide(&DriftView { fleet, ..view }, now), Some(fleet)))
}

fn fleet(read: &dyn Read, project: ProjectId, now: Time) -> Result<Fleet, TableError> {
    let nodes = read.scan(Scan::all(Table::NodeNames, project.as_bytes()))?.len() as u64;
    let drifting = drift::counts(read, project)?.open;
    let mut fleet = Fleet { nodes, drifting, under_way: 0 };
    if !fleet.too_many() {
        // Few enough to be read.
        for event in drift::open(read, project)? {
            fleet.under_way += u64::from(is_under_way(read, &event, now)?);
        }
    }
    Ok(fleet)
}

/// Nothing is known yet of what asserting it again has done: there is time left for that, or the node is away, or has not got that far. A
/// try that takes nodes down must not go on to the next ones.
fn is_under_way(read: &dyn Read, event: &DriftEvent, now: Time) -> Result<bool, TableError> {
    if event.own_tries == 0 || event.state != DriftState::Open {
        return Ok(false);
    }
    let node: Option<Node> = tables::load(read, event.node_id.as_bytes())?;
    let hangs =
        |node: &Node| node.status != NodeStatus::Online || !(node.converged() || node.failed_current());
    Ok(event.next_try_at.is_some_and(|at| at > now) || node.as_ref().is_some_and(hangs))
}
