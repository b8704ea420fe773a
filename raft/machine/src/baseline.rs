//! The baseline: what nodes run as long as nobody has decided otherwise. An environment has one of its own as soon as a bundle has been
//! completed in it; all other nodes have that of their project.

use std::collections::BTreeMap;

use sentinel_model::bundle::Bundle;
use sentinel_model::environment::Environment;
use sentinel_model::node::{AssignmentCause, Node};
use sentinel_model::project::{CatchUp, Project};
use sentinel_model::rollout::Rollout;
use sentinel_model::{BundleId, EnvironmentId, ProjectId, Time};

use crate::apply::{Context, Stop};
use crate::commands::node_register::assign;
use crate::commands::rollout_create::NODES_MAX;
use crate::environment;
use crate::freeze::{self, Frozen};
use crate::planted::planted;
use crate::promotion;
use crate::query;
use crate::tables::{Pair, Read, Scan, Table, TableError, key, load};
use crate::waiting;

/// A plan is a moment older than the rollout that is made of it: a node may have joined in between.
const PLANNING_MS: u64 = 10_000;

/// Keeps the index of nodes that nobody has decided about in step with the node. Call it when its assignment has changed.
pub(crate) fn index(context: &mut Context<'_>, node: &Node) -> Result<(), TableError> {
    if undecided(node) {
        context.write().put(Table::BaselineNodes, &row(node), b"")
    } else {
        forget(context, node)
    }
}

/// Nobody has decided about it: it has the baseline that it joined with, or nothing.
pub(crate) fn undecided(node: &Node) -> bool {
    node.assignment.as_ref().is_none_or(|assignment| assignment.cause == AssignmentCause::Baseline)
}

/// Takes a node that is removed out of the index.
pub(crate) fn forget(context: &mut Context<'_>, node: &Node) -> Result<(), TableError> {
    context.write().delete(Table::BaselineNodes, &row(node))
}

/// Whether a node may have been missed by a rollout because it joined meanwhile.
pub(crate) fn joined_since(node: &Node, since: &Rollout) -> bool {
    node.registered_at.plus_ms(PLANNING_MS) >= since.created_at
}

/// Whose baseline it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ground {
    /// For nodes in no environment, and in one in which nothing was completed yet.
    Project(Project),
    /// For its nodes.
    Environment(Environment),
}

impl Ground {
    fn project_id(&self) -> ProjectId {
        match self {
            Ground::Project(project) => project.id,
            Ground::Environment(environment) => environment.project_id,
        }
    }

    fn environment_id(&self) -> Option<EnvironmentId> {
        match self {
            Ground::Project(_) => None,
            Ground::Environment(environment) => Some(environment.id),
        }
    }

    /// What it owes to nodes that joined.
    pub(crate) fn owed(&self) -> Option<&CatchUp> {
        match self {
            Ground::Project(project) => project.catch_up.as_ref(),
            Ground::Environment(environment) => environment.catch_up.as_ref(),
        }
    }
}

/// A project and its environments, as far as they owe something to nodes that joined.
pub(crate) fn owing(read: &dyn Read, project: Project) -> Result<Vec<Ground>, TableError> {
    let environments = environment::all(read, project.id)?.into_iter().map(Ground::Environment);
    Ok([Ground::Project(project)]
        .into_iter()
        .chain(environments)
        .filter(|ground| ground.owed().is_some())
        .collect())
}

/// What a node in this environment is given when it joins, and the environment that it is the baseline of, if it is that of one. The
/// project's is not given past the order of environments.
pub(crate) fn of(
    read: &dyn Read,
    project: &Project,
    environment: Option<EnvironmentId>,
) -> Result<Option<(BundleId, Option<EnvironmentId>)>, TableError> {
    let Some(id) = environment else { return Ok(project.baseline.map(|bundle| (bundle, None))) };
    if let Some(newest) = promotion::newest(read, id, 1)?.first() {
        return Ok(Some((newest.bundle_id, Some(id))));
    }
    let Some(bundle) = project.baseline else { return Ok(None) };
    let out_of_order = environment::out_of_order(read, project.id, bundle, &[id].into())?;
    Ok(out_of_order.is_none().then_some((bundle, None)))
}

/// The bundles that nodes which join a project get, whichever environment they join.
pub(crate) fn bundles(read: &(impl Read + ?Sized), project: ProjectId) -> Result<Vec<Bundle>, TableError> {
    let own = load::<Project>(read, project.as_bytes())?.and_then(|project| project.baseline);
    let mut ids: Vec<BundleId> = own.into_iter().collect();
    for environment in environment::all(read, project)? {
        ids.extend(promotion::newest(read, environment.id, 1)?.first().map(|newest| newest.bundle_id));
    }
    let found: Result<Vec<Option<Bundle>>, _> = ids.iter().map(|id| load(read, id.as_bytes())).collect();
    Ok(found?.into_iter().flatten().collect())
}

/// Nodes that joined and have another bundle than their baseline, or none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Joined {
    /// So many were given it.
    pub(crate) given: u64,
    /// So many are given it when a freeze is over.
    pub(crate) wait: u64,
}

/// Makes a bundle the baseline, because a rollout has carried it to every node that was there when it was planned. Those that
/// joined since are given it as well; else they would keep the baseline before for ever, and look converged. In a freeze they wait
/// for its end: they are not the rollout's own nodes, which have the bundle already.
///
/// Nodes that were there when it was asked for are not given it here, though they may be in the index: a blue-green rollout leaves one
/// slot as it is, and one that was pinned then may not be by now. Nobody has judged or approved that for them.
/// So this is about as much work as nodes joined, and at most as much as a rollout may be.
pub(crate) fn completed(
    context: &mut Context<'_>,
    completed: &Rollout,
    environments: &[Environment],
) -> Result<Joined, Stop> {
    let mut joined = Joined::default();
    let mut grounds: Vec<Ground> = environments.iter().cloned().map(Ground::Environment).collect();
    if completed.spec.to_whole_project() || planted!(BaselineOfSome) {
        let mut project = context.require::<Project>(completed.project_id.as_bytes(), "Project")?;
        project.baseline = Some(completed.spec.bundle_id);
        context.store(&project)?;
        grounds.push(Ground::Project(project));
    }
    for mut ground in grounds {
        let behind = behind(context, &ground, completed)?;
        match frozen(context, completed, &behind)? {
            None => joined.given += give(context, &mut ground, behind)?,
            Some(frozen) => {
                joined.wait += behind.len() as u64;
                let owed = CatchUp { rollout_id: completed.id, not_before: frozen.until };
                owe(context, &mut ground, (!behind.is_empty()).then_some(owed))?;
            }
        }
    }
    Ok(joined)
}

/// Gives the baseline to whoever joined since this rollout was asked for, lacks it and may have it.
pub(crate) fn catch_up(context: &mut Context<'_>, ground: &mut Ground, since: &Rollout) -> Result<u64, Stop> {
    let behind = behind(context, ground, since)?;
    Ok(give(context, ground, behind)?)
}

/// The same, if no freeze holds it; else that freeze, for whose end they wait on.
pub(crate) fn catch_up_unless_frozen(
    context: &mut Context<'_>,
    ground: &mut Ground,
    since: &Rollout,
) -> Result<Result<u64, Frozen>, Stop> {
    let behind = behind(context, ground, since)?;
    match frozen(context, since, &behind)? {
        None => Ok(Ok(give(context, ground, behind)?)),
        Some(frozen) => {
            let owed = CatchUp { rollout_id: since.id, not_before: frozen.until };
            owe(context, ground, Some(owed))?;
            Ok(Err(frozen))
        }
    }
}

/// The freeze that keeps these nodes waiting.
fn frozen(
    context: &Context<'_>,
    since: &Rollout,
    behind: &[(Node, BundleId)],
) -> Result<Option<Frozen>, TableError> {
    if since.governance.break_glass.is_some() || planted!(BaselineInFreeze) {
        return Ok(None);
    }
    let touched = || Ok(behind.iter().filter_map(|(node, _)| node.environment_id).collect());
    freeze::over(context.tables(), since.project_id, touched, context.time)
}

fn give(
    context: &mut Context<'_>,
    ground: &mut Ground,
    behind: Vec<(Node, BundleId)>,
) -> Result<u64, TableError> {
    let mut given = 0;
    for (mut node, bundle) in behind {
        assign(context, &mut node, bundle, AssignmentCause::Baseline)?;
        given += 1;
    }
    owe(context, ground, None)?;
    Ok(given)
}

/// What another rollout is about to move is its own, and what is pinned stays.
fn behind(
    context: &Context<'_>,
    ground: &Ground,
    since: &Rollout,
) -> Result<Vec<(Node, BundleId)>, TableError> {
    let read = context.tables();
    let project_id = ground.project_id();
    let undecided = Scan { limit: NODES_MAX, ..Scan::all(Table::BaselineNodes, project_id.as_bytes()) };
    let pairs = read.scan(undecided)?;
    let mut nodes = query::behind_key::<Node>(read, &pairs)?;
    nodes.retain(|node| joined_since(node, since) && node.owner.is_none());
    if nodes.is_empty() {
        return Ok(Vec::new());
    }
    let project = match ground {
        Ground::Project(project) => Some(project.clone()),
        Ground::Environment(environment) => context.load(environment.project_id.as_bytes())?,
    };
    let Some(project) = project else { return Ok(Vec::new()) };
    let mut baselines = BTreeMap::new();
    let mut missed = Vec::with_capacity(nodes.len());
    for node in nodes {
        let known = match baselines.get(&node.environment_id) {
            Some(known) => known,
            None => {
                let own = of(read, &project, node.environment_id)?;
                let named = |(bundle, owner): (BundleId, _)| {
                    let version = context.load::<Bundle>(bundle.as_bytes())?.map(|bundle| bundle.version);
                    Ok::<_, TableError>((bundle, owner, version.unwrap_or_default()))
                };
                baselines.entry(node.environment_id).or_insert(own.map(named).transpose()?)
            }
        };
        let Some((bundle, owner, version)) = known else { continue };
        let has_it = node.assignment.as_ref().is_some_and(|assignment| assignment.bundle_id == *bundle);
        let takes_it = !node.pinned_away_from(*bundle) && node.versions.admits(version);
        if *owner != ground.environment_id() || has_it || !takes_it {
            continue;
        }
        let planned = read.get(Table::RolloutNodes, &key(&[since.id.as_bytes(), node.id.as_bytes()]))?;
        if planned.is_none() {
            missed.push((node, *bundle));
        }
    }
    Ok(missed)
}

/// Writes whose baseline it is, and what they owe to nodes that joined.
pub(crate) fn owe(
    context: &mut Context<'_>,
    ground: &mut Ground,
    owed: Option<CatchUp>,
) -> Result<(), TableError> {
    let place = |owed: &CatchUp, id: &[u8; 16]| key(&[&owed.not_before.0.to_be_bytes(), id]);
    match ground {
        Ground::Project(project) => {
            if let Some(before) = &project.catch_up {
                context.write().delete(Table::BaselinesDue, &place(before, project.id.as_bytes()))?;
            }
            if let Some(owed) = &owed {
                context.write().put(Table::BaselinesDue, &place(owed, project.id.as_bytes()), b"")?;
            }
            project.catch_up = owed;
            context.store(project)
        }
        Ground::Environment(environment) => {
            let (id, project) = (environment.id, environment.project_id);
            if let Some(before) = &environment.catch_up {
                context.write().delete(Table::EnvironmentBaselinesDue, &place(before, id.as_bytes()))?;
            }
            if let Some(owed) = &owed {
                let place = place(owed, id.as_bytes());
                context.write().put(Table::EnvironmentBaselinesDue, &place, project.as_bytes())?;
            }
            environment.catch_up = owed;
            context.store(environment)
        }
    }
}

/// Projects that owe their baseline to nodes that joined, and whose freeze should be over.
pub fn due(read: &(impl Read + ?Sized), now: Time, most: usize) -> Result<Vec<ProjectId>, TableError> {
    Ok(waiting::due_in(read, Table::BaselinesDue, now, most)?.into_iter().map(ProjectId).collect())
}

/// Environments that do, with their projects.
pub fn environments_due(
    read: &(impl Read + ?Sized),
    now: Time,
    most: usize,
) -> Result<Vec<(ProjectId, EnvironmentId)>, TableError> {
    let pairs = waiting::due_pairs(read, Table::EnvironmentBaselinesDue, now, most)?;
    let of = |(place, project): &Pair| {
        Some((ProjectId(query::id_at_end(project)?), EnvironmentId(query::id_at_end(place)?)))
    };
    Ok(pairs.iter().filter_map(of).collect())
}

fn row(node: &Node) -> Vec<u8> {
    key(&[node.project_id.as_bytes(), node.id.as_bytes()])
}
