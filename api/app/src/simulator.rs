//! Simulators of sandboxes: what operators ask for. What the leader does about it is in [`duty`].

mod duty;

use sentinel_api_types::simulator::{Simulator, SimulatorBody, SimulatorNodes, SimulatorSet, SimulatorState};
use sentinel_api_types::timestamp;
use sentinel_machine::commands::simulator_set;
use sentinel_machine::commands::simulator_stop::SimulatorStop;
use sentinel_machine::{View, simulator};
use sentinel_model::node::NodeStatus;
use sentinel_model::project::Project;
use sentinel_model::simulator::CLUSTER_NODES_MAX;

use crate::access::Operation;
use crate::app::App;
use crate::caller::Caller;
use crate::change::Change;
use crate::error::AppError;

pub use duty::{Played, Remembered};

impl App {
    /// The simulator of a project, or what one would be like.
    pub async fn show_simulator(&self, caller: &Caller, project: &str) -> Result<SimulatorBody, AppError> {
        let here = self.in_project(Operation::SimulatorShow, caller, project).await?;
        self.simulator_of(here.view, here.project).await
    }

    /// Starts the simulator of a sandbox, or changes what its nodes are like.
    pub async fn set_simulator(
        &self,
        caller: &Caller,
        project: &str,
        request: SimulatorSet,
    ) -> Result<SimulatorBody, AppError> {
        let here = self.in_project(Operation::SimulatorSet, caller, project).await?;
        let command = simulator_set::SimulatorSet {
            project_id: here.project.id,
            nodes: request.nodes,
            seed: request.seed,
            labels: request.labels,
            failure_percent: request.failure_percent,
            slow_percent: request.slow_percent,
            flap_percent: request.flap_percent,
            error_permille: request.error_permille,
            latency_ms: request.latency_ms,
            requests_per_second: request.requests_per_second,
            only_version: request.only_version,
            lasts_min: request.lasts_minutes,
            by: caller.label(),
        };
        command.check()?;
        // Everything that was asked for, so that the same key with something else is another request.
        let change = Change::to("simulator.set", here.project.id)
            .in_project(here.project.id)
            .with("changed", command.changed());
        let change =
            command.asked().into_iter().fold(change, |change, (field, value)| change.with(field, value));
        let committed = self.commit(caller, change, command).await?;
        self.simulator_of(committed.view, here.project).await
    }

    /// Stops the simulator of a sandbox: its nodes are removed one by one.
    pub async fn stop_simulator(&self, caller: &Caller, project: &str) -> Result<SimulatorBody, AppError> {
        let here = self.in_project(Operation::SimulatorStop, caller, project).await?;
        let command =
            SimulatorStop { project_id: here.project.id, done: false, reason: caller.label(), expired: None };
        let change = Change::to("simulator.stopped", here.project.id).in_project(here.project.id);
        let committed = self.commit(caller, change, command).await?;
        self.simulator_of(committed.view, here.project).await
    }

    async fn simulator_of(&self, view: View, project: Project) -> Result<SimulatorBody, AppError> {
        let leader = self.cluster().leader;
        self.long_read(move || {
            let read = &*view.tables;
            let found = simulator::find(read, project.id)?;
            let mut nodes = SimulatorNodes::default();
            let simulated = if project.sandbox { simulator::nodes(read, project.id)? } else { Vec::new() };
            for node in simulated {
                nodes.joined += 1;
                nodes.online += u64::from(node.status == NodeStatus::Online);
                if node.assignment.is_some() {
                    let failed = node.failed_current();
                    nodes.failed += u64::from(failed);
                    nodes.in_sync += u64::from(node.converged());
                    nodes.pending += u64::from(!failed && !node.converged());
                }
            }
            let shown = found.as_ref();
            let simulator = Simulator {
                sandbox: project.sandbox,
                state: shown.map_or(SimulatorState::Stopped, |found| found.state.into()),
                settings: shown.map(|found| found.settings.clone()).unwrap_or_default().into(),
                nodes,
                member_id: leader.filter(|_| shown.is_some()),
                started_at: shown.map(|found| timestamp(found.started_at)),
                started_by: shown.map(|found| found.started_by.clone()),
                expires_at: shown.map(|found| timestamp(found.expires_at)),
                other_nodes: simulator::nodes_beside(read, project.id)?,
                cluster_nodes_max: CLUSTER_NODES_MAX,
            };
            Ok(SimulatorBody { simulator })
        })
        .await
    }
}
