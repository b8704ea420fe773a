//! Templates of rollouts.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use sentinel_api_types::template::{
    RolloutTemplateBody, RolloutTemplateCreate, RolloutTemplateList, RolloutTemplateUpdate,
};
use sentinel_app::App;
use sentinel_model::RolloutTemplateId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, JsonBody, PathArgs};
use crate::openapi::{ReadParams, Refusals, WriteParams};
use crate::refusal::{Answer, Refusal};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(show, update, delete))
}

/// The templates of a project, all of them: the default first, then by name.
#[utoipa::path(
    get, path = "/projects/{slug}/rollout-templates", operation_id = "list_rollout_templates", tag = "rollouts",
    params(("slug" = String, Path, description = "Slug of the project"), ReadParams),
    responses((status = 200, description = "The templates.", body = RolloutTemplateList), Refusals),
)]
async fn list(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
) -> Answer<RolloutTemplateList> {
    Ok(Json(app.list_rollout_templates(&caller, &slug).await?))
}

/// Makes a template: where and how rollouts go, but for their bundle, time and reasons.
#[utoipa::path(
    post, path = "/projects/{slug}/rollout-templates", operation_id = "create_rollout_template", tag = "rollouts",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    request_body = RolloutTemplateCreate,
    responses((status = 201, description = "Made.", body = RolloutTemplateBody), Refusals),
)]
async fn create(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    JsonBody(request): JsonBody<RolloutTemplateCreate>,
) -> Result<(StatusCode, Json<RolloutTemplateBody>), Refusal> {
    Ok((StatusCode::CREATED, Json(app.create_rollout_template(&caller, &slug, request).await?)))
}

/// A template.
#[utoipa::path(
    get, path = "/projects/{slug}/rollout-templates/{id}", operation_id = "show_rollout_template", tag = "rollouts",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), ReadParams),
    responses((status = 200, description = "The template.", body = RolloutTemplateBody), Refusals),
)]
async fn show(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, RolloutTemplateId)>,
) -> Answer<RolloutTemplateBody> {
    Ok(Json(app.show_rollout_template(&caller, &slug, id).await?))
}

/// Changes a template. Rollouts that were made from it stay as they are.
#[utoipa::path(
    patch, path = "/projects/{slug}/rollout-templates/{id}", operation_id = "update_rollout_template", tag = "rollouts",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    request_body = RolloutTemplateUpdate,
    responses((status = 200, description = "As it is now.", body = RolloutTemplateBody), Refusals),
)]
async fn update(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, RolloutTemplateId)>,
    JsonBody(request): JsonBody<RolloutTemplateUpdate>,
) -> Answer<RolloutTemplateBody> {
    Ok(Json(app.update_rollout_template(&caller, &slug, id, request).await?))
}

/// Takes a template away. Rollouts that were made from it stay as they are.
#[utoipa::path(
    delete, path = "/projects/{slug}/rollout-templates/{id}", operation_id = "delete_rollout_template", tag = "rollouts",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    responses((status = 204, description = "Gone."), Refusals),
)]
async fn delete(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, RolloutTemplateId)>,
) -> Result<StatusCode, Refusal> {
    app.delete_rollout_template(&caller, &slug, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
