//! The simulator of a sandbox.

use sentinel_api_types::simulator::{SimulatorBody, SimulatorSet};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// The simulator of a project, or what one would be like.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn simulator(&self, project: &str) -> Result<SimulatorBody, ClientError> {
        self.ask(Call::get(&["projects", project, "simulator"])).await
    }

    /// Starts the simulator of a sandbox, or changes what its nodes are like.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn set_simulator(
        &self,
        project: &str,
        request: &SimulatorSet,
    ) -> Result<SimulatorBody, ClientError> {
        self.ask(Call::put(&["projects", project, "simulator"]).json(request)).await
    }

    /// Stops the simulator of a sandbox.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn stop_simulator(&self, project: &str) -> Result<SimulatorBody, ClientError> {
        self.ask(Call::delete(&["projects", project, "simulator"])).await
    }
}
