//! Nodes, facts and failures as the API shows them: with the versions of the bundles that they name.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use sentinel_api_types::environment::EnvironmentRef;
use sentinel_api_types::group::NodeGroupRef;
use sentinel_api_types::node::{Cause, CauseKind, Desired, Fact, Node, NodeFailure, Traffic, Usage};
use sentinel_api_types::timestamp;
use sentinel_machine::{Read, TableError, group, tables};
use sentinel_model::bundle::Bundle;
use sentinel_model::group::NodeGroup;
use sentinel_model::health::{NodeSample, TrafficSample, UsageSample};
use sentinel_model::node::{self, ActivationFailure, Assignment, AssignmentCause};
use sentinel_model::rollout::Step;
use sentinel_model::{BundleId, EnvironmentId, ProjectId, RolloutId};

use crate::environment::named;

use crate::drift;

/// Looks up versions of bundles, each once.
pub(crate) struct Versions<'a> {
    read: &'a dyn Read,
    known: HashMap<BundleId, Option<String>>,
    environments: HashMap<EnvironmentId, Option<EnvironmentRef>>,
    groups: HashMap<ProjectId, Vec<NodeGroup>>,
}

impl<'a> Versions<'a> {
    pub(crate) fn new(read: &'a dyn Read) -> Self {
        Self { read, known: HashMap::new(), environments: HashMap::new(), groups: HashMap::new() }
    }

    /// The version of a bundle; `None` when it is gone.
    pub(crate) fn of(&mut self, id: BundleId) -> Result<Option<String>, TableError> {
        if let Some(known) = self.known.get(&id) {
            return Ok(known.clone());
        }
        let bundle: Option<Bundle> = tables::load(self.read, id.as_bytes())?;
        let version = bundle.map(|bundle| bundle.version);
        self.known.insert(id, version.clone());
        Ok(version)
    }

    /// An environment, as other objects name it; `None` when it is gone.
    pub(crate) fn environment(
        &mut self,
        project: ProjectId,
        id: Option<EnvironmentId>,
    ) -> Result<Option<EnvironmentRef>, TableError> {
        let Some(id) = id else { return Ok(None) };
        if let Some(known) = self.environments.get(&id) {
            return Ok(known.clone());
        }
        let found = named(self.read, project, id)?;
        self.environments.insert(id, found.clone());
        Ok(found)
    }

    /// Whether the first step of a rollout has begun, ever.
    pub(crate) fn step_began(&self, rollout: RolloutId) -> Result<bool, TableError> {
        let first = tables::key(&[rollout.as_bytes(), &0u32.to_be_bytes()]);
        let step: Option<Step> = tables::load(self.read, &first)?;
        Ok(step.is_some_and(|step| step.started_at.is_some()))
    }

    /// The groups of a project for which this is true, by name.
    pub(crate) fn groups(
        &mut self,
        project: ProjectId,
        which: impl Fn(&NodeGroup) -> bool,
    ) -> Result<Vec<NodeGroupRef>, TableError> {
        let groups = match self.groups.entry(project) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(group::groups(self.read, project)?),
        };
        let reference = |group: &NodeGroup| NodeGroupRef { id: group.id, name: group.name.clone() };
        let mut found: Vec<NodeGroupRef> =
            groups.iter().filter(|group| which(group)).map(reference).collect();
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    pub(crate) fn node(&mut self, node: node::Node, sample: Option<NodeSample>) -> Result<Node, TableError> {
        let converged = node.converged() && !node.runs_unassigned();
        let drift = drift::of_node(self.read, &node)?;
        let groups = self.groups(node.project_id, |group| group.holds(&node))?;
        Ok(Node {
            id: node.id,
            status: node.status.into(),
            status_since: timestamp(node.status_since),
            healthy: sample.as_ref().map(|sample| sample.healthy),
            registered_at: timestamp(node.registered_at),
            last_seen_at: sample.as_ref().map(|sample| timestamp(sample.heard_at)),
            desired: node.assignment.map(|assignment| self.desired(&assignment)).transpose()?,
            offered: node.offered.map(|fact| self.fact(fact)).transpose()?,
            accepted: node.accepted.map(|fact| self.fact(fact)).transpose()?,
            effective: node.effective.map(|fact| self.fact(fact)).transpose()?,
            failure: node.failure.map(|told| failure(self, told)).transpose()?,
            converged,
            owner_rollout_id: node.owner,
            weight: node.weight,
            min_bundle_version: node.versions.min,
            max_bundle_version: node.versions.max,
            pinned_bundle_id: node.pinned_bundle_id,
            pinned_version: match node.pinned_bundle_id {
                Some(pinned) => self.of(pinned)?,
                None => None,
            },
            slot: node.slot.map(Into::into),
            environment: self.environment(node.project_id, node.environment_id)?,
            groups,
            simulated: node.simulated,
            drift: Some(drift),
            traffic: sample.and_then(|sample| sample.traffic).map(traffic),
            name: node.name,
            labels: node.labels,
            capabilities: node.capabilities,
            agent_version: node.agent_version,
            proxy_version: node.proxy_version,
            hostname: node.hostname,
            ip: node.ip,
        })
    }

    fn desired(&mut self, assignment: &Assignment) -> Result<Desired, TableError> {
        let (kind, rollout_id) = match assignment.cause {
            AssignmentCause::Direct => (CauseKind::Direct, None),
            AssignmentCause::Baseline => (CauseKind::Baseline, None),
            AssignmentCause::Rollout(rollout) => (CauseKind::Rollout, Some(rollout)),
            AssignmentCause::Rollback(rollout) => (CauseKind::Rollback, Some(rollout)),
        };
        Ok(Desired {
            bundle_id: assignment.bundle_id,
            version: self.of(assignment.bundle_id)?,
            generation: assignment.generation,
            at: timestamp(assignment.at),
            cause: Cause { kind, rollout_id, drift_event_id: assignment.reasserts },
        })
    }

    fn fact(&mut self, fact: node::Fact) -> Result<Fact, TableError> {
        Ok(Fact {
            bundle_id: fact.bundle_id,
            version: self.of(fact.bundle_id)?,
            generation: fact.generation,
            at: timestamp(fact.at),
        })
    }
}

/// A failure as the API shows it.
pub(crate) fn failure(
    versions: &mut Versions<'_>,
    failure: ActivationFailure,
) -> Result<NodeFailure, TableError> {
    Ok(NodeFailure {
        bundle_id: failure.bundle_id,
        version: versions.of(failure.bundle_id)?,
        generation: failure.generation,
        stage: failure.stage.into(),
        message: failure.message,
        at: timestamp(failure.at),
    })
}

/// Traffic as the API shows it.
pub(crate) fn traffic(sample: TrafficSample) -> Traffic {
    Traffic {
        generation: sample.generation,
        window_ms: sample.window_ms,
        requests: sample.requests,
        errors: sample.errors,
        p50_ms: sample.p50_ms,
        p95_ms: sample.p95_ms,
        p99_ms: sample.p99_ms,
        latency: Vec::new(),
    }
}

/// What a proxy uses as the API shows it.
pub(crate) fn usage(sample: UsageSample) -> Usage {
    Usage {
        generation: sample.generation,
        window_ms: sample.window_ms,
        cpu_percent: sample.cpu_percent,
        memory_percent: sample.memory_percent,
    }
}
