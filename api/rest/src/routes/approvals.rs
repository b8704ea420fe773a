//! Approvals of rollouts, refusals, the broken glass.

use axum::Json;
use axum::extract::State;
use sentinel_api_types::approval::{RolloutApprove, RolloutBreakGlass, RolloutReject};
use sentinel_api_types::rollout::RolloutBody;
use sentinel_app::App;
use sentinel_model::RolloutId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, JsonBody, PathArgs};
use crate::openapi::{Refusals, WriteParams};
use crate::refusal::Answer;

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(approve)).routes(routes!(reject)).routes(routes!(break_glass))
}

/// Agrees to a rollout that waits for approvals. People only, and never who asked for it.
#[utoipa::path(
    post, path = "/projects/{slug}/rollouts/{id}/approve", operation_id = "approve_rollout", tag = "rollouts",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    request_body = RolloutApprove,
    responses((status = 200, description = "Approved; with the last approval it begins.", body = RolloutBody), Refusals),
)]
async fn approve(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, RolloutId)>,
    JsonBody(request): JsonBody<RolloutApprove>,
) -> Answer<RolloutBody> {
    Ok(Json(app.approve_rollout(&caller, &slug, id, request).await?))
}

/// Refuses a rollout that waits for approvals, for good. People only.
#[utoipa::path(
    post, path = "/projects/{slug}/rollouts/{id}/reject", operation_id = "reject_rollout", tag = "rollouts",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    request_body = RolloutReject,
    responses((status = 200, description = "Cancelled.", body = RolloutBody), Refusals),
)]
async fn reject(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, RolloutId)>,
    JsonBody(request): JsonBody<RolloutReject>,
) -> Answer<RolloutBody> {
    Ok(Json(app.reject_rollout(&caller, &slug, id, request).await?))
}

/// Lets a rollout through every freeze. Administrators only, in person.
#[utoipa::path(
    post, path = "/projects/{slug}/rollouts/{id}/break-glass", operation_id = "break_glass", tag = "rollouts",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    request_body = RolloutBreakGlass,
    responses((status = 200, description = "No freeze holds it any more.", body = RolloutBody), Refusals),
)]
async fn break_glass(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, RolloutId)>,
    JsonBody(request): JsonBody<RolloutBreakGlass>,
) -> Answer<RolloutBody> {
    Ok(Json(app.break_glass(&caller, &slug, id, request).await?))
}
