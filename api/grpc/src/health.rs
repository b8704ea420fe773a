//! `grpc.health.v1`: a member serves when it can commit a write, as `/ready` has it.

use std::collections::HashSet;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures::Stream;
use sentinel_app::App;
use tokio::sync::Mutex;
use tokio::time::Instant;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::Health;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use crate::message::POOL;

/// How often a member looks for those who watch it. They share a look: anybody may watch, and a look asks a majority.
const EVERY: Duration = Duration::from_secs(2);

/// See the module.
pub struct Readiness {
    app: App,
    services: HashSet<String>,
    looked: Looked,
}

/// The last look for watchers, and when it was.
type Looked = Arc<Mutex<Option<(Instant, ServingStatus)>>>;

impl Readiness {
    /// Of the member itself, which is the service without a name, and of each of its services.
    pub fn new(app: App) -> Self {
        let services = POOL.services().map(|service| service.full_name().to_owned());
        Self { app, services: services.chain([String::new()]).collect(), looked: Looked::default() }
    }

    fn require(&self, service: &str) -> Result<(), Status> {
        let known = self.services.contains(service);
        if known { Ok(()) } else { Err(Status::not_found(format!("there is no service '{service}'"))) }
    }
}

async fn status(app: &App) -> ServingStatus {
    if app.unready().await.is_none() { ServingStatus::Serving } else { ServingStatus::NotServing }
}

/// The status as of the last look, which is made now if that was long ago.
async fn of_late(app: &App, looked: &Looked) -> ServingStatus {
    let mut looked = looked.lock().await;
    match *looked {
        Some((at, known)) if at.elapsed() < EVERY => known,
        _ => {
            let now = status(app).await;
            *looked = Some((Instant::now(), now));
            now
        }
    }
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
        let begin = (self.app.clone(), self.looked.clone(), None);
        let stream = futures::stream::unfold(begin, |(app, looked, told)| async move {
            loop {
                let now = of_late(&app, &looked).await;
                if Some(now) != told {
                    return Some((Ok(response(now)), (app, looked, Some(now))));
                }
                tokio::time::sleep(EVERY).await;
            }
        });
        Ok(Response::new(Box::pin(stream)))
    }
}
