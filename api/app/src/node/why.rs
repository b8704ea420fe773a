//! Why a node runs what it runs: everything that the engine explains it from, read from one state.

use std::collections::HashMap;

use sentinel_api_types::timestamp;
use sentinel_api_types::why::{NodeWhy, NodeWhyQuery, WhyFinding, WhyKind};
use sentinel_engine::why::{Finding, Involved, Kind, Versions as Names, WhyView, why};
use sentinel_machine::{
    Order, Read, Scan, Table, TableError, drift, freeze, governance, query, tables, waiting as waits,
};
use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::node::{AssignmentCause, Node};
use sentinel_model::rollout::{Rollout, RolloutNode, RolloutState, Step};
use sentinel_model::{BundleId, Generation, NodeId, RolloutId, Time};

use super::Versions;
use crate::access::Operation;
use crate::app::App;
use crate::caller::Caller;
use crate::error::AppError;

/// Newest rollouts of a project that are looked at for one that passes the node by.
const LOOKED_AT: usize = 20;

impl App {
    /// Why a node is, or is not, on a generation.
    pub async fn node_why(
        &self,
        caller: &Caller,
        project: &str,
        id: NodeId,
        query: NodeWhyQuery,
    ) -> Result<NodeWhy, AppError> {
        let here = self.in_project(Operation::NodeWhy, caller, project).await?;
        let node = here.object::<Node>(&id)?;
        let (sample, now) = (self.liveness().get(id), self.now());
        self.long_read(move || {
            let read = &*here.view.tables;
            let findings = explained(read, &node, query.generation.map(Generation), now)?;
            let runs = node.assignment.is_some() && node.converged();
            let node = Versions::new(read).node(node, sample)?;
            Ok(NodeWhy { node, runs, findings: findings.into_iter().map(shape).collect() })
        })
        .await
    }
}

/// A rollout that has something to do with the node, with its rows.
struct Rows {
    rollout: Rollout,
    version: String,
    member: Option<RolloutNode>,
    step: Option<Step>,
    stale: Option<String>,
}

impl Rows {
    fn of(read: &dyn Read, names: &mut Known, node: &Node, rollout: Rollout) -> Result<Self, TableError> {
        let member = member(read, rollout.id, node.id)?;
        let step = match &member {
            Some(member) => {
                tables::load(read, &tables::key(&[rollout.id.as_bytes(), &member.step.to_be_bytes()]))?
            }
            None => None,
        };
        names.learn(read, rollout.spec.bundle_id)?;
        let stale = match rollout.state.phase().is_waiting() && member.is_some() {
            true => governance::stale(read, &rollout)?,
            false => None,
        };
        Ok(Self { version: names.version(rollout.spec.bundle_id), rollout, member, step, stale })
    }

    fn load(
        read: &dyn Read,
        names: &mut Known,
        node: &Node,
        id: Option<RolloutId>,
    ) -> Result<Option<Self>, TableError> {
        let rollout: Option<Rollout> = id.map_or(Ok(None), |id| tables::load(read, id.as_bytes()))?;
        rollout.map(|rollout| Self::of(read, names, node, rollout)).transpose()
    }

    fn view(&self) -> Involved<'_> {
        Involved {
            rollout: &self.rollout,
            version: &self.version,
            member: self.member.as_ref(),
            step: self.step.as_ref(),
            stale: self.stale.as_deref(),
        }
    }
}

/// Versions of the bundles that the answer names.
#[derive(Debug, Default)]
struct Known(HashMap<BundleId, Bundle>);

impl Known {
    fn learn(&mut self, read: &dyn Read, id: BundleId) -> Result<(), TableError> {
        if !self.0.contains_key(&id)
            && let Some(bundle) = tables::load::<Bundle>(read, id.as_bytes())?
        {
            self.0.insert(id, bundle);
        }
        Ok(())
    }
}

impl Names for Known {
    fn version(&self, bundle: BundleId) -> String {
        self.0.get(&bundle).map_or_else(|| "a bundle that is gone".to_owned(), |known| known.version.clone())
    }

    fn revoked(&self, bundle: BundleId) -> bool {
        self.0.get(&bundle).is_none_or(|known| known.state == BundleState::Revoked)
    }
}

fn explained(
    read: &dyn Read,
    node: &Node,
    generation: Option<Generation>,
    now: Time,
) -> Result<Vec<Finding>, TableError> {
    let mut names = Known::default();
    let assigned = node.assignment.as_ref();
    let effective = node.effective.map(|fact| fact.bundle_id);
    for bundle in [assigned.map(|own| own.bundle_id), effective, node.pinned_bundle_id].into_iter().flatten()
    {
        names.learn(read, bundle)?;
    }
    let owner = Rows::load(read, &mut names, node, node.owner)?;
    let cause = assigned.and_then(|own| match own.cause {
        AssignmentCause::Rollout(id) | AssignmentCause::Rollback(id) => Some(id),
        AssignmentCause::Direct | AssignmentCause::Baseline => None,
    });
    let origin = Rows::load(read, &mut names, node, cause.filter(|id| node.owner != Some(*id)))?;
    let mut waiting = Vec::new();
    for rollout in waits::of_project(read, node.project_id)? {
        if member(read, rollout.id, node.id)?.is_some() {
            waiting.push(Rows::of(read, &mut names, node, rollout)?);
        }
    }
    let left_out =
        passes_by(read, node)?.map(|rollout| Rows::of(read, &mut names, node, rollout)).transpose()?;
    let touched = || Ok(node.environment_id.into_iter().collect());
    let frozen = freeze::over(read, node.project_id, touched, now)?;
    let drift = match drift::of_node(read, node)?.open {
        Some(id) => drift::event(read, node.project_id, id)?,
        None => None,
    };
    let waiting: Vec<Involved<'_>> = waiting.iter().map(Rows::view).collect();
    Ok(why(&WhyView {
        node,
        versions: &names,
        generation,
        owner: owner.as_ref().map(Rows::view),
        origin: origin.as_ref().map(Rows::view),
        waiting: &waiting,
        left_out: left_out.as_ref().map(Rows::view),
        drift: drift.as_ref(),
        frozen: frozen.as_ref().map(|frozen| frozen.words.as_str()),
        now,
    }))
}

/// The newest rollout that carries another bundle to others since the node was given what it has.
fn passes_by(read: &dyn Read, node: &Node) -> Result<Option<Rollout>, TableError> {
    let newest = Scan {
        order: Order::Descending,
        limit: LOOKED_AT,
        ..Scan::all(Table::RolloutsByProject, node.project_id.as_bytes())
    };
    for rollout in query::behind_key::<Rollout>(read, &read.scan(newest)?)? {
        let carried = matches!(
            rollout.state,
            RolloutState::Running | RolloutState::Paused { .. } | RolloutState::Completed
        );
        let newer = |own: &sentinel_model::node::Assignment| {
            own.bundle_id != rollout.spec.bundle_id && own.at < rollout.created_at
        };
        let passes = carried && node.assignment.as_ref().is_none_or(newer);
        if passes && member(read, rollout.id, node.id)?.is_none() {
            return Ok(Some(rollout));
        }
    }
    Ok(None)
}

fn member(read: &dyn Read, rollout: RolloutId, node: NodeId) -> Result<Option<RolloutNode>, TableError> {
    tables::load(read, &tables::key(&[rollout.as_bytes(), node.as_bytes()]))
}

fn shape(finding: Finding) -> WhyFinding {
    WhyFinding {
        kind: match finding.kind {
            Kind::Runs => WhyKind::Runs,
            Kind::Unassigned => WhyKind::Unassigned,
            Kind::Generation => WhyKind::Generation,
            Kind::Failed => WhyKind::Failed,
            Kind::Silent => WhyKind::Silent,
            Kind::OnItsWay => WhyKind::OnItsWay,
            Kind::Owner => WhyKind::Owner,
            Kind::Waiting => WhyKind::Waiting,
            Kind::Origin => WhyKind::Origin,
            Kind::Pinned => WhyKind::Pinned,
            Kind::LeftOut => WhyKind::LeftOut,
            Kind::Frozen => WhyKind::Frozen,
            Kind::Drifted => WhyKind::Drifted,
            Kind::Revoked => WhyKind::Revoked,
        },
        text: finding.text,
        since: finding.since.map(timestamp),
        rollout_id: finding.rollout_id,
        next: finding.next,
    }
}
