//! Simulators of sandboxes: which there are, whose nodes are theirs, and where there may be none.

use sentinel_model::audit::Actor;
use sentinel_model::node::Node;
use sentinel_model::project::Project;
use sentinel_model::simulator::{CLUSTER_NODES_MAX, Simulator, SimulatorState};
use sentinel_model::{EnvironmentId, ProjectId};

use crate::apply::{Context, Stop};
use crate::environment;
use crate::outcome::Rejection;
use crate::query;
use crate::tables::{Read, Scan, Table, TableError, load, rows};

/// Every simulator of the cluster. Each has a node at least, so they are few.
pub fn all(read: &(impl Read + ?Sized)) -> Result<Vec<Simulator>, TableError> {
    rows(read, Scan::all(Table::Simulators, &[]))
}

/// The simulator of a project.
pub fn find(read: &(impl Read + ?Sized), project: ProjectId) -> Result<Option<Simulator>, TableError> {
    load(read, project.as_bytes())
}

/// The simulated nodes of a project, by name.
pub fn nodes(read: &(impl Read + ?Sized), project: ProjectId) -> Result<Vec<Node>, TableError> {
    let mut nodes = query::nodes_of(read, project)?;
    nodes.retain(|node| node.simulated);
    Ok(nodes)
}

/// How many nodes the simulators of the cluster have, that of one project left out.
pub fn nodes_beside(read: &(impl Read + ?Sized), project: ProjectId) -> Result<u32, TableError> {
    let others = all(read)?.into_iter().filter(|other| other.project_id != project);
    Ok(others.map(|other| u32::from(other.settings.nodes)).sum())
}

/// Refuses more nodes than the leader of a cluster plays.
pub(crate) fn require_room(context: &Context<'_>, simulator: &Simulator) -> Result<(), Stop> {
    let others = nodes_beside(context.tables(), simulator.project_id)?;
    let left = CLUSTER_NODES_MAX.saturating_sub(others);
    if u32::from(simulator.settings.nodes) <= left {
        return Ok(());
    }
    let message = format!(
        "the simulators of this cluster have at most {CLUSTER_NODES_MAX} nodes together, and those of other sandboxes have {others}: \
         {left} are left; stop a simulator that nobody looks at"
    );
    Err(Rejection::Limit(message).into())
}

/// The sandbox of a simulator, or the rejection that says that the project is none.
pub(crate) fn require_sandbox(context: &Context<'_>, id: ProjectId) -> Result<Project, Stop> {
    let project = context.require::<Project>(id.as_bytes(), "Project")?;
    match project.sandbox {
        true => Ok(project),
        false => Err(no_sandbox().into()),
    }
}

/// Why there is no simulator here.
pub fn no_sandbox() -> Rejection {
    let message = "the project is no sandbox: simulated nodes stand only where no real ones serve anybody. Make a project for it \
                   (`sentinel-cp project create --sandbox`)";
    Rejection::WrongState(message.into())
}

/// Takes note of the environment that a simulated node was in: without it, whoever has nodes removed and played again would take them out
/// of the order of environments. Its caller removes the node.
pub(crate) fn remember_place(context: &mut Context<'_>, node: &Node) -> Result<(), Stop> {
    if !node.simulated {
        return Ok(());
    }
    let mut project = context.require::<Project>(node.project_id.as_bytes(), "Project")?;
    let place = place(&node.name).to_owned();
    let before = match node.environment_id {
        Some(environment) => project.simulated_in.insert(place, environment),
        None => project.simulated_in.remove(&place),
    };
    if before != node.environment_id {
        context.store(&project)?;
    }
    Ok(())
}

/// The environment in which a simulated node is played again, unless that is gone.
pub(crate) fn remembered(
    context: &Context<'_>,
    project: &Project,
    name: &str,
) -> Result<Option<EnvironmentId>, TableError> {
    let Some(id) = project.simulated_in.get(place(name)) else { return Ok(None) };
    Ok(environment::find(context.tables(), project.id, *id)?.map(|environment| environment.id))
}

/// Which place of its simulator a node has: `sim-007`, also where it is called `sim-007.2` because somebody else has that name.
fn place(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// Refuses what only the leader does by itself.
pub(crate) fn require_leader(context: &Context<'_>) -> Result<(), Stop> {
    match context.actor {
        Actor::Member(_) => Ok(()),
        _ => Err(Rejection::Forbidden("only the cluster itself does this for a simulator".into()).into()),
    }
}

/// The simulator of a project, as long as nodes may join it.
pub(crate) fn require_running(context: &Context<'_>, project: &Project) -> Result<Simulator, Stop> {
    let found = find(context.tables(), project.id)?.filter(|found| found.state == SimulatorState::Running);
    match found.filter(|_| project.sandbox) {
        Some(simulator) => Ok(simulator),
        None => Err(Rejection::WrongState("the simulator of this project does not run".into()).into()),
    }
}

/// Refuses to make a sandbox of a project that real nodes serve, and a project for real nodes of one that has simulated ones.
pub(crate) fn require_may_become(
    read: &(impl Read + ?Sized),
    project: &Project,
    sandbox: bool,
) -> Result<(), Stop> {
    if project.sandbox == sandbox {
        return Ok(());
    }
    let nodes = query::nodes_of(read, project.id)?;
    let refused = if sandbox {
        let real = nodes.iter().filter(|node| !node.simulated).count();
        (real > 0).then(|| {
            format!("the project has {real} real nodes, so it does not become a sandbox; create another project with --sandbox")
        })
    } else {
        let simulated = nodes.iter().any(|node| node.simulated) || find(read, project.id)?.is_some();
        simulated.then(|| {
            "the project has a simulator; stop it first, and wait until its nodes are gone".to_owned()
        })
    };
    refused.map_or(Ok(()), |message| Err(Rejection::WrongState(message).into()))
}
