//! Freeze windows.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use sentinel_api_types::freeze::{FreezeWindowBody, FreezeWindowCreate, FreezeWindowList};
use sentinel_app::App;
use sentinel_model::FreezeWindowId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, JsonBody, PathArgs};
use crate::openapi::{ReadParams, Refusals, WriteParams};
use crate::refusal::{Answer, Refusal};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(delete))
}

/// The freeze windows of a project, all of them, past ones too.
#[utoipa::path(
    get, path = "/projects/{slug}/freeze-windows", operation_id = "list_freeze_windows", tag = "rollouts",
    params(("slug" = String, Path, description = "Slug of the project"), ReadParams),
    responses((status = 200, description = "The windows.", body = FreezeWindowList), Refusals),
)]
async fn list(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
) -> Answer<FreezeWindowList> {
    Ok(Json(app.list_freeze_windows(&caller, &slug).await?))
}

/// Freezes a project for a time: no rollout goes forward. The way back stays open.
#[utoipa::path(
    post, path = "/projects/{slug}/freeze-windows", operation_id = "create_freeze_window", tag = "rollouts",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    request_body = FreezeWindowCreate,
    responses((status = 201, description = "Made.", body = FreezeWindowBody), Refusals),
)]
async fn create(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    JsonBody(request): JsonBody<FreezeWindowCreate>,
) -> Result<(StatusCode, Json<FreezeWindowBody>), Refusal> {
    Ok((StatusCode::CREATED, Json(app.create_freeze_window(&caller, &slug, request).await?)))
}

/// Takes a freeze window away. What it held goes on.
#[utoipa::path(
    delete, path = "/projects/{slug}/freeze-windows/{id}", operation_id = "delete_freeze_window", tag = "rollouts",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    responses((status = 204, description = "Gone."), Refusals),
)]
async fn delete(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, FreezeWindowId)>,
) -> Result<StatusCode, Refusal> {
    app.delete_freeze_window(&caller, &slug, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
