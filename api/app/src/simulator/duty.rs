//! What the leader does about simulators: it ends those whose time is over, removes nodes that there are too many of, and says which
//! nodes are to be played.

use std::collections::{HashMap, HashSet};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sentinel_api_types::Secret;
use sentinel_machine::commands::enrolment_token_create::EnrolmentTokenCreate;
use sentinel_machine::commands::node_delete::NodeDelete;
use sentinel_machine::commands::simulator_stop::SimulatorStop;
use sentinel_machine::{Rejection, View, query, simulator, tables};
use sentinel_model::bundle::Bundle;
use sentinel_model::node::{ActivationFailure, Node, NodeStatus};
use sentinel_model::project::Project;
use sentinel_model::simulator::{Simulator, SimulatorSettings, SimulatorState};
use sentinel_model::{BundleId, EnrolmentTokenId, Epoch, Generation, NodeId, ProjectId, Time};

use crate::app::{App, digest_of};
use crate::authenticate::ENROLMENT_PREFIX;
use crate::error::AppError;
use crate::work::elsewhere;

/// Nodes that are removed at a look; the rest follows with the next one.
const REMOVED_AT_ONCE: usize = 16;
/// How long nodes may join with a token, in milliseconds.
const TOKEN_MS: u64 = 10 * 60_000;
/// Uses of a token beside one for each node: answers get lost.
const SPARE_USES: u32 = 16;

/// A simulator that runs.
#[derive(Clone, Debug)]
pub struct Played {
    /// The project.
    pub project_id: ProjectId,
    /// Its slug.
    pub slug: String,
    /// What the nodes shall be like.
    pub settings: SimulatorSettings,
}

/// What the state knows of a simulated node: who plays it from now on goes on from there.
#[derive(Clone, Debug)]
pub struct Remembered {
    /// The epoch of the cluster.
    pub epoch: Epoch,
    /// What it has verified and staged.
    pub accepted: Option<(BundleId, Generation)>,
    /// What it runs, with its version.
    pub effective: Option<(BundleId, Generation, String)>,
    /// Why its newest assignment failed.
    pub failure: Option<ActivationFailure>,
}

/// The nodes that are not wanted: of places beyond the number, and of one place all but one. Who plays a place plays the one that is heard
/// of, and of two that are, the one that joined last.
fn surplus(nodes: &[Node], wanted: usize) -> Vec<&Node> {
    let mut kept: HashMap<usize, &Node> = HashMap::new();
    let rank = |node: &Node| (node.status != NodeStatus::Offline, node.registered_at, node.id);
    for node in nodes {
        if let Some(place) = place(&node.name).filter(|place| (1..=wanted).contains(place)) {
            let known = kept.entry(place).or_insert(node);
            if rank(node) > rank(known) {
                *known = node;
            }
        }
    }
    let kept: HashSet<NodeId> = kept.into_values().map(|node| node.id).collect();
    nodes.iter().filter(|node| !kept.contains(&node.id)).collect()
}

/// Which node of its simulator it is: `sim-007`, or `sim-007.2` where somebody else has that name, is the seventh.
fn place(name: &str) -> Option<usize> {
    let (_, number) = name.rsplit_once('-')?;
    number.split('.').next()?.parse().ok()
}

impl App {
    /// Ends simulators whose time is over, removes nodes that are not wanted any more, and returns those simulators that are to run.
    /// For the leader.
    pub async fn tend_simulators(&self) -> Result<Vec<Played>, AppError> {
        let view = self.read_stale().await?;
        let mut played = Vec::new();
        for found in simulator::all(&*view.tables)? {
            let project: Option<Project> = tables::load(&*view.tables, found.project_id.as_bytes())?;
            let Some(project) = project else { continue };
            if let Err(error) = self.tend_simulator(&view, &found).await {
                tracing::warn!(project = project.slug, %error, "a simulator could not be looked after; the next look follows");
            }
            if found.state == SimulatorState::Running && self.now() < found.expires_at {
                let (project_id, slug) = (project.id, project.slug);
                played.push(Played { project_id, slug, settings: found.settings });
            }
        }
        Ok(played)
    }

    async fn tend_simulator(&self, view: &View, found: &Simulator) -> Result<(), AppError> {
        let project_id = found.project_id;
        let stop =
            |done, reason: &str| SimulatorStop { project_id, done, reason: reason.to_owned(), expired: None };
        if found.state == SimulatorState::Running && self.now() >= found.expires_at {
            let expired = Some(found.expires_at);
            return self.decide(SimulatorStop { expired, ..stop(false, "its time is over") }).await;
        }
        let wanted =
            if found.state == SimulatorState::Running { usize::from(found.settings.nodes) } else { 0 };
        let read = view.tables.clone();
        let nodes = elsewhere(move || simulator::nodes(&*read, project_id)).await??;
        if nodes.is_empty() && found.state == SimulatorState::Stopping {
            return self.decide(stop(true, "its nodes are gone")).await;
        }
        for node in surplus(&nodes, wanted).into_iter().take(REMOVED_AT_ONCE) {
            self.decide(NodeDelete { node_id: node.id }).await?;
        }
        Ok(())
    }

    /// Proposes it; a refusal is told: whoever was faster has done it.
    async fn decide(&self, command: impl Into<sentinel_machine::Command> + Send) -> Result<(), AppError> {
        if let Err(rejection) = self.propose_as_member(command).await? {
            tracing::debug!(%rejection, "a decision about a simulator was refused");
        }
        Ok(())
    }

    /// A token with which so many nodes of a simulator join, for a short time. For the leader.
    pub async fn simulator_token(&self, project_id: ProjectId, nodes: usize) -> Result<Secret, AppError> {
        let ids = &self.inner().parts.ids;
        let text = format!("{ENROLMENT_PREFIX}{}", URL_SAFE_NO_PAD.encode(ids.secret()));
        let now: Time = self.now();
        let command = EnrolmentTokenCreate {
            token_id: EnrolmentTokenId(ids.id()),
            project_id,
            name: "simulator".to_owned(),
            prefix: text.chars().take(8).collect(),
            token_digest: digest_of(&text),
            uses: Some(u32::try_from(nodes).unwrap_or(u32::MAX).saturating_add(SPARE_USES)),
            expires_at: Some(now.plus_ms(TOKEN_MS)),
            environment_id: None,
            simulated: true,
        };
        let made: Result<_, Rejection> = self.propose_as_member(command).await?;
        made?;
        Ok(Secret::new(text))
    }

    /// What is known of the simulated nodes of a project.
    pub async fn simulated_nodes(
        &self,
        project_id: ProjectId,
    ) -> Result<HashMap<NodeId, Remembered>, AppError> {
        let view = self.read_stale().await?;
        elsewhere(move || {
            let read = &*view.tables;
            let epoch = query::epoch(read)?;
            let remembered = |node: Node| {
                let failed = node.failed_current();
                let effective = match node.effective {
                    Some(fact) => {
                        let bundle: Option<Bundle> = tables::load(read, fact.bundle_id.as_bytes())?;
                        let version = bundle.map(|bundle| bundle.version).unwrap_or_default();
                        Some((fact.bundle_id, fact.generation, version))
                    }
                    None => None,
                };
                let remembered = Remembered {
                    epoch,
                    accepted: node.accepted.map(|fact| (fact.bundle_id, fact.generation)),
                    effective,
                    failure: node.failure.filter(|_| failed),
                };
                Ok((node.id, remembered))
            };
            simulator::nodes(read, project_id)?.into_iter().map(remembered).collect()
        })
        .await?
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::World;
    use crate::testing::world::PROJECT;

    #[tokio::test]
    async fn one_node_of_each_place_stays_and_it_is_the_one_that_is_played() {
        let world = World::new().await.unwrap();
        for name in ["sim-001.2", "sim-001", "sim-002", "sim-003", "sim-002.2", "elsewhere"] {
            world.kit.node(&world.operator, PROJECT, name).await.unwrap();
        }
        let view = world.kit.app.read_stale().await.unwrap();
        let mut nodes = query::nodes_of(&*view.tables, world.project).unwrap();
        nodes.retain(|node| node.name != "edge-1");
        let mut clock = 0;
        for name in ["sim-001.2", "sim-001", "sim-002", "sim-003", "sim-002.2", "elsewhere"] {
            let node = nodes.iter_mut().find(|node| node.name == name).unwrap();
            clock += 1;
            node.registered_at = Time(clock);
            node.status = if name == "sim-002.2" { NodeStatus::Offline } else { NodeStatus::Online };
        }
        let names =
            |wanted| surplus(&nodes, wanted).into_iter().map(|node| node.name.as_str()).collect::<Vec<_>>();
        assert_eq!(names(3), ["elsewhere", "sim-001.2", "sim-002.2"]);
        assert_eq!(names(1), ["elsewhere", "sim-001.2", "sim-002", "sim-002.2", "sim-003"]);
        assert_eq!(names(0).len(), nodes.len());
    }
}
