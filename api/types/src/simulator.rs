//! The simulator of a sandbox.

use std::collections::BTreeMap;

use sentinel_model::{MemberId, simulator};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;

/// Whether a simulator runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SimulatorState {
    /// There is none.
    Stopped,
    /// It does.
    Running,
    /// Its nodes are being removed.
    Stopping,
}

impl From<simulator::SimulatorState> for SimulatorState {
    fn from(state: simulator::SimulatorState) -> Self {
        match state {
            simulator::SimulatorState::Running => SimulatorState::Running,
            simulator::SimulatorState::Stopping => SimulatorState::Stopping,
        }
    }
}

/// What simulated nodes are like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SimulatorSettings {
    /// How many there are.
    pub nodes: u16,
    /// The same seed gives the same fleet.
    pub seed: u32,
    /// Labels, with the values that the nodes get in turn.
    pub labels: BTreeMap<String, Vec<String>>,
    /// Share of activations that fail, in percent.
    pub failure_percent: u8,
    /// Share of nodes that are slow to activate, in percent.
    pub slow_percent: u8,
    /// Share of nodes that fall silent now and then, in percent.
    pub flap_percent: u8,
    /// Share of requests that are answered with an error, in thousandths.
    pub error_permille: u16,
    /// How much longer a request takes, in milliseconds.
    pub latency_ms: u32,
    /// Requests that each node has per second.
    pub requests_per_second: u32,
    /// Failures, errors and latency are there only with the bundle of this version; null: with every bundle.
    pub only_version: Option<String>,
}

impl From<simulator::SimulatorSettings> for SimulatorSettings {
    fn from(settings: simulator::SimulatorSettings) -> Self {
        Self {
            nodes: settings.nodes,
            seed: settings.seed,
            labels: settings.labels,
            failure_percent: settings.failure_percent,
            slow_percent: settings.slow_percent,
            flap_percent: settings.flap_percent,
            error_permille: settings.error_permille,
            latency_ms: settings.latency_ms,
            requests_per_second: settings.requests_per_second,
            only_version: Some(settings.only_version).filter(|version| !version.is_empty()),
        }
    }
}

/// The simulated nodes of a project in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SimulatorNodes {
    /// Have joined.
    pub joined: u64,
    /// Are heard.
    pub online: u64,
    /// Have proven to run what they shall run.
    pub in_sync: u64,
    /// Their newest assignment failed.
    pub failed: u64,
    /// Are on their way to what they shall run.
    pub pending: u64,
}

/// The simulator of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Simulator {
    /// Whether there may be one here: the project is a sandbox.
    pub sandbox: bool,
    /// Whether it runs.
    pub state: SimulatorState,
    /// What its nodes are like; where there is none, what they would be like.
    pub settings: SimulatorSettings,
    /// Its nodes now.
    pub nodes: SimulatorNodes,
    /// The member that plays them: the leader.
    #[schema(value_type = Option<u64>)]
    pub member_id: Option<MemberId>,
    /// When it was started.
    pub started_at: Option<Timestamp>,
    /// Who started it.
    pub started_by: Option<String>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// How many nodes the simulators of the other sandboxes of the cluster have.
    pub other_nodes: u32,
    /// How many all simulators of the cluster may have together.
    pub cluster_nodes_max: u32,
}

/// The simulator of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SimulatorBody {
    /// The simulator.
    pub simulator: Simulator,
}

/// What starts a simulator or changes one. What is left out stays as it is, or is what nobody has set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SimulatorSet {
    /// How many nodes there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100)]
    pub nodes: Option<u16>,
    /// The same seed gives the same fleet. It stays what it is while the simulator runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
    /// Labels, with the values that the nodes get in turn, such as zone: a, b, c. They stay what they are while the simulator runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, Vec<String>>>,
    /// Share of activations that fail, in percent. A bundle that a node has run before does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 100)]
    pub failure_percent: Option<u8>,
    /// Share of nodes that take 20 seconds longer to activate, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 100)]
    pub slow_percent: Option<u8>,
    /// Share of nodes that fall silent for 45 seconds now and then, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 100)]
    pub flap_percent: Option<u8>,
    /// Share of requests that are answered with an error, in thousandths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1000)]
    pub error_permille: Option<u16>,
    /// How much longer a request takes, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 60000)]
    pub latency_ms: Option<u32>,
    /// Requests that each node has per second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 10000)]
    pub requests_per_second: Option<u32>,
    /// Failures, errors and latency are there only with the bundle of this version; empty: with every bundle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_version: Option<String>,
    /// How long it goes on from now, in minutes; two hours when it starts and nobody says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1440)]
    pub lasts_minutes: Option<u32>,
}
