//! Rollouts.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use sentinel_api_types::rehearsal::{Rehearsal, RolloutRehearse};
use sentinel_api_types::rollout::{
    RolloutBody, RolloutCreate, RolloutDetail, RolloutList, RolloutPlan, RolloutRelease, RolloutRollback,
    RolloutsQuery,
};
use sentinel_app::App;
use sentinel_model::RolloutId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, JsonBody, OptionalBody, PathArgs, QueryArgs};
use crate::openapi::{ReadParams, Refusals, WriteParams};
use crate::refusal::{Answer, Refusal};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(plan))
        .routes(routes!(rehearse))
        .routes(routes!(show))
        .routes(routes!(pause))
        .routes(routes!(resume))
        .routes(routes!(advance))
        .routes(routes!(cancel))
        .routes(routes!(rollback))
}

/// Rollouts of a project, newest first.
#[utoipa::path(
    get, path = "/projects/{slug}/rollouts", operation_id = "list_rollouts", tag = "rollouts",
    params(("slug" = String, Path, description = "Slug of the project"), RolloutsQuery, ReadParams),
    responses((status = 200, description = "A page.", body = RolloutList), Refusals),
)]
async fn list(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    QueryArgs { args, .. }: QueryArgs<RolloutsQuery>,
) -> Answer<RolloutList> {
    Ok(Json(app.list_rollouts(&caller, &slug, &args).await?))
}

/// Starts a rollout.
#[utoipa::path(
    post, path = "/projects/{slug}/rollouts", operation_id = "create_rollout", tag = "rollouts",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    request_body = RolloutCreate,
    responses((status = 201, description = "Started.", body = RolloutBody), Refusals),
)]
async fn create(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    JsonBody(request): JsonBody<RolloutCreate>,
) -> Result<(StatusCode, Json<RolloutBody>), Refusal> {
    Ok((StatusCode::CREATED, Json(app.create_rollout(&caller, &slug, request).await?)))
}

/// What a rollout would do if it were started now.
#[utoipa::path(
    post, path = "/projects/{slug}/rollouts/plan", operation_id = "plan_rollout", tag = "rollouts",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    request_body = RolloutCreate,
    responses((status = 200, description = "The plan.", body = RolloutPlan), Refusals),
)]
async fn plan(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    JsonBody(request): JsonBody<RolloutCreate>,
) -> Answer<RolloutPlan> {
    Ok(Json(app.plan_rollout(&caller, &slug, request).await?))
}

/// The course that a rollout would take, played on a copy of the project. Nothing is written.
#[utoipa::path(
    post, path = "/projects/{slug}/rollouts/rehearse", operation_id = "rehearse_rollout", tag = "rollouts",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    request_body = RolloutRehearse,
    responses((status = 200, description = "The course.", body = Rehearsal), Refusals),
)]
async fn rehearse(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    JsonBody(request): JsonBody<RolloutRehearse>,
) -> Answer<Rehearsal> {
    Ok(Json(app.rehearse_rollout(&caller, &slug, request).await?))
}

/// A rollout with its steps and nodes.
#[utoipa::path(
    get, path = "/projects/{slug}/rollouts/{id}", operation_id = "show_rollout", tag = "rollouts",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), ReadParams),
    responses((status = 200, description = "The rollout.", body = RolloutDetail), Refusals),
)]
async fn show(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, RolloutId)>,
) -> Answer<RolloutDetail> {
    Ok(Json(app.show_rollout(&caller, &slug, id).await?))
}

/// Holds a rollout.
#[utoipa::path(
    post, path = "/projects/{slug}/rollouts/{id}/pause", operation_id = "pause_rollout", tag = "rollouts",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    responses((status = 200, description = "Held.", body = RolloutBody), Refusals),
)]
async fn pause(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, RolloutId)>,
) -> Answer<RolloutBody> {
    Ok(Json(app.pause_rollout(&caller, &slug, id).await?))
}

/// Lets a held rollout go on.
#[utoipa::path(
    post, path = "/projects/{slug}/rollouts/{id}/resume", operation_id = "resume_rollout", tag = "rollouts",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    responses((status = 200, description = "Goes on.", body = RolloutBody), Refusals),
)]
async fn resume(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, RolloutId)>,
) -> Answer<RolloutBody> {
    Ok(Json(app.resume_rollout(&caller, &slug, id).await?))
}

/// Lets the next step begin of a rollout whose steps wait for a person.
#[utoipa::path(
    post, path = "/projects/{slug}/rollouts/{id}/advance", operation_id = "advance_rollout", tag = "rollouts",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    request_body = RolloutRelease,
    responses((status = 200, description = "The step begins as soon as it may.", body = RolloutBody), Refusals),
)]
async fn advance(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, RolloutId)>,
    JsonBody(body): JsonBody<RolloutRelease>,
) -> Answer<RolloutBody> {
    Ok(Json(app.advance_rollout(&caller, &slug, id, body).await?))
}

/// Stops a rollout where it is.
#[utoipa::path(
    post, path = "/projects/{slug}/rollouts/{id}/cancel", operation_id = "cancel_rollout", tag = "rollouts",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    responses((status = 200, description = "Stopped.", body = RolloutBody), Refusals),
)]
async fn cancel(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, RolloutId)>,
) -> Answer<RolloutBody> {
    Ok(Json(app.cancel_rollout(&caller, &slug, id).await?))
}

/// Takes a rollout back.
#[utoipa::path(
    post, path = "/projects/{slug}/rollouts/{id}/rollback", operation_id = "rollback_rollout", tag = "rollouts",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    request_body = Option<RolloutRollback>,
    responses((status = 200, description = "On the way back.", body = RolloutBody), Refusals),
)]
async fn rollback(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, RolloutId)>,
    OptionalBody(request): OptionalBody<RolloutRollback>,
) -> Answer<RolloutBody> {
    Ok(Json(app.rollback_rollout(&caller, &slug, id, request).await?))
}
