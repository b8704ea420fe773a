//! `grpc.health.v1`: a member serves when it can commit a write, as `/ready` has it.

use std::collections::HashSet;
use std::pin::Pin;
use std::time::Duration;

use futures::Stream;
use sentinel_app::App;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::Health;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use crate::message::POOL;

/// How often a watcher's member looks.
const EVERY: Duration = Duration::from_secs(2);

/// See the module.
pub struct Readiness {
    app: App,
    services: HashSet<String>,
}

impl Readiness {
    /// Of the member itself, which is the service without a name, and of each of its services.
    pub fn new(app: App) -> Self {
        let services = POOL.services().map(|service| service.full_name().to_owned());
        Self { app, services: services.chain([String::new()]).collect() }
    }

    fn require(&self, service: &str) -> Result<(), Status> {
        let known = self.services.contains(service);
        if known { Ok(()) } else { Err(Status::not_found(format!("there is no service '{service}'"))) }
    }
}

async fn status(app: &App) -> ServingStatus {
    if app.unready().await.is_none() { ServingStatus::Serving } else { ServingStatus::NotServing }
}

fn response(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse { status: status.into() }
}

#[tonic::async_trait]
impl Health for Readiness {
    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        self.require(&request.into_inner().service)?;
        Ok(Response::new(response(status(&self.app).await)))
    }

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let service = request.into_inner().service;
        if self.require(&service).is_err() {
            // The protocol has it so: somebody may add it later.
            let once = futures::stream::iter([Ok(response(ServingStatus::ServiceUnknown))]);
            return Ok(Response::new(Box::pin(once)));
        }
        let stream = futures::stream::unfold((self.app.clone(), None), |(app, told)| async move {
            loop {
                let now = status(&app).await;
                if Some(now) != told {
                    return Some((Ok(response(now)), (app, Some(now))));
                }
                tokio::time::sleep(EVERY).await;
            }
        });
        Ok(Response::new(Box::pin(stream)))
    }
}
