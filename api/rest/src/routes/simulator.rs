//! The simulator of a sandbox.

use axum::Json;
use axum::extract::State;
use sentinel_api_types::simulator::{SimulatorBody, SimulatorSet};
use sentinel_app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, JsonBody, PathArgs};
use crate::openapi::{ReadParams, Refusals, WriteParams};
use crate::refusal::Answer;

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show, set, stop))
}

/// The simulator of a project, or what one would be like.
#[utoipa::path(
    get, path = "/projects/{slug}/simulator", operation_id = "show_simulator", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), ReadParams),
    responses((status = 200, description = "The simulator.", body = SimulatorBody), Refusals),
)]
async fn show(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
) -> Answer<SimulatorBody> {
    Ok(Json(app.show_simulator(&caller, &slug).await?))
}

/// Starts the simulator of a sandbox, or changes what its nodes are like while it runs.
#[utoipa::path(
    put, path = "/projects/{slug}/simulator", operation_id = "set_simulator", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    request_body = SimulatorSet,
    responses((status = 200, description = "As it is now.", body = SimulatorBody), Refusals),
)]
async fn set(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    JsonBody(request): JsonBody<SimulatorSet>,
) -> Answer<SimulatorBody> {
    Ok(Json(app.set_simulator(&caller, &slug, request).await?))
}

/// Stops the simulator of a sandbox. Its nodes are removed one by one.
#[utoipa::path(
    delete, path = "/projects/{slug}/simulator", operation_id = "stop_simulator", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    responses((status = 200, description = "It is stopping.", body = SimulatorBody), Refusals),
)]
async fn stop(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
) -> Answer<SimulatorBody> {
    Ok(Json(app.stop_simulator(&caller, &slug).await?))
}
