//! Secrets of a project. No answer has a value.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use sentinel_api_types::project_secret::{
    ProjectSecretBody, ProjectSecretCreate, ProjectSecretList, ProjectSecretRotate, ProjectSecretUpdate,
};
use sentinel_app::App;
use sentinel_model::SecretId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, JsonBody, PathArgs};
use crate::openapi::{ReadParams, Refusals, WriteParams};
use crate::refusal::{Answer, Refusal};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, update, delete))
        .routes(routes!(rotate))
}

/// The secrets of a project, all of them, without their values.
#[utoipa::path(
    get, path = "/projects/{slug}/secrets", operation_id = "list_secrets", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), ReadParams),
    responses((status = 200, description = "The secrets.", body = ProjectSecretList), Refusals),
)]
async fn list(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
) -> Answer<ProjectSecretList> {
    Ok(Json(app.list_secrets(&caller, &slug).await?))
}

/// Makes a secret, for all nodes or for those of an environment.
#[utoipa::path(
    post, path = "/projects/{slug}/secrets", operation_id = "create_secret", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    request_body = ProjectSecretCreate,
    responses((status = 201, description = "Made.", body = ProjectSecretBody), Refusals),
)]
async fn create(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    JsonBody(request): JsonBody<ProjectSecretCreate>,
) -> Result<(StatusCode, Json<ProjectSecretBody>), Refusal> {
    Ok((StatusCode::CREATED, Json(app.create_secret(&caller, &slug, request).await?)))
}

/// A secret without its value, and what of the configuration names it.
#[utoipa::path(
    get, path = "/projects/{slug}/secrets/{id}", operation_id = "show_secret", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), ReadParams),
    responses((status = 200, description = "The secret.", body = ProjectSecretBody), Refusals),
)]
async fn show(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, SecretId)>,
) -> Answer<ProjectSecretBody> {
    Ok(Json(app.show_secret(&caller, &slug, id).await?))
}

/// Says something else of what a secret is for.
#[utoipa::path(
    patch, path = "/projects/{slug}/secrets/{id}", operation_id = "update_secret", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    request_body = ProjectSecretUpdate,
    responses((status = 200, description = "As it is now.", body = ProjectSecretBody), Refusals),
)]
async fn update(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, SecretId)>,
    JsonBody(request): JsonBody<ProjectSecretUpdate>,
) -> Answer<ProjectSecretBody> {
    Ok(Json(app.update_secret(&caller, &slug, id, request).await?))
}

/// Gives a secret another value: its next version. The last five are kept, sealed; nothing shows them.
#[utoipa::path(
    post, path = "/projects/{slug}/secrets/{id}/rotate", operation_id = "rotate_secret", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    request_body = ProjectSecretRotate,
    responses((status = 200, description = "As it is now.", body = ProjectSecretBody), Refusals),
)]
async fn rotate(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, SecretId)>,
    JsonBody(request): JsonBody<ProjectSecretRotate>,
) -> Answer<ProjectSecretBody> {
    Ok(Json(app.rotate_secret(&caller, &slug, id, request).await?))
}

/// Takes a secret away, with all of its versions. Refused while the configuration names it and no other value would stand in.
#[utoipa::path(
    delete, path = "/projects/{slug}/secrets/{id}", operation_id = "delete_secret", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    responses((status = 204, description = "Gone."), Refusals),
)]
async fn delete(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, SecretId)>,
) -> Result<StatusCode, Refusal> {
    app.delete_secret(&caller, &slug, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
