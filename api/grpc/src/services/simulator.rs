//! Simulated nodes of a sandbox.

use tonic::Request;

use crate::admin::{Admin, Answer, answer, open};
use crate::message::body;
use crate::proto::simulator_service_server::SimulatorService;
use crate::proto::{GetSimulatorRequest, SetSimulatorRequest, SimulatorBody, StopSimulatorRequest};

#[tonic::async_trait]
impl SimulatorService for Admin {
    async fn get_simulator(&self, request: Request<GetSimulatorRequest>) -> Answer<SimulatorBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.show_simulator(&caller, &asked.project).await)
    }

    async fn set_simulator(&self, request: Request<SetSimulatorRequest>) -> Answer<SimulatorBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.set_simulator(&caller, &asked.project, body(&asked)?).await)
    }

    async fn stop_simulator(&self, request: Request<StopSimulatorRequest>) -> Answer<SimulatorBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.stop_simulator(&caller, &asked.project).await)
    }
}
