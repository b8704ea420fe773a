//! Environments.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use sentinel_api_types::environment::{
    EnvironmentBody, EnvironmentCreate, EnvironmentList, EnvironmentUpdate,
};
use sentinel_app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, JsonBody, PathArgs};
use crate::openapi::{ReadParams, Refusals, WriteParams};
use crate::refusal::{Answer, Refusal};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(defaults))
        .routes(routes!(show, update, delete))
}

/// The environments of a project in their order, with what runs in each and what was completed there.
#[utoipa::path(
    get, path = "/projects/{slug}/environments", operation_id = "list_environments", tag = "environments",
    params(("slug" = String, Path, description = "Slug of the project"), ReadParams),
    responses((status = 200, description = "The environments.", body = EnvironmentList), Refusals),
)]
async fn list(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
) -> Answer<EnvironmentList> {
    Ok(Json(app.list_environments(&caller, &slug).await?))
}

/// Adds an environment, behind those that are there. At most 20 in a project.
#[utoipa::path(
    post, path = "/projects/{slug}/environments", operation_id = "create_environment", tag = "environments",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    request_body = EnvironmentCreate,
    responses((status = 201, description = "Made.", body = EnvironmentBody), Refusals),
)]
async fn create(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    JsonBody(request): JsonBody<EnvironmentCreate>,
) -> Result<(StatusCode, Json<EnvironmentBody>), Refusal> {
    Ok((StatusCode::CREATED, Json(app.create_environment(&caller, &slug, request).await?)))
}

/// Adds the environments that most projects want: `dev`, `staging` and `prod`, in this order.
#[utoipa::path(
    post, path = "/projects/{slug}/environments/defaults", operation_id = "create_default_environments", tag = "environments",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    responses((status = 201, description = "All environments as they are now.", body = EnvironmentList), Refusals),
)]
async fn defaults(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
) -> Result<(StatusCode, Json<EnvironmentList>), Refusal> {
    Ok((StatusCode::CREATED, Json(app.create_default_environments(&caller, &slug).await?)))
}

/// One environment.
#[utoipa::path(
    get, path = "/projects/{slug}/environments/{environment}", operation_id = "show_environment", tag = "environments",
    params(("slug" = String, Path, description = "Slug of the project"), ("environment" = String, Path, description = "Id or slug of the environment"), ReadParams),
    responses((status = 200, description = "The environment.", body = EnvironmentBody), Refusals),
)]
async fn show(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, environment)): PathArgs<(String, String)>,
) -> Answer<EnvironmentBody> {
    Ok(Json(app.show_environment(&caller, &slug, &environment).await?))
}

/// Changes an environment: its name, what it is for, its colour, its place in the order, who must agree to rollouts to it. Its slug stays.
#[utoipa::path(
    patch, path = "/projects/{slug}/environments/{environment}", operation_id = "update_environment", tag = "environments",
    params(("slug" = String, Path, description = "Slug of the project"), ("environment" = String, Path, description = "Id or slug of the environment"), WriteParams),
    request_body = EnvironmentUpdate,
    responses((status = 200, description = "The environment as it is now.", body = EnvironmentBody), Refusals),
)]
async fn update(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, environment)): PathArgs<(String, String)>,
    JsonBody(request): JsonBody<EnvironmentUpdate>,
) -> Answer<EnvironmentBody> {
    Ok(Json(app.update_environment(&caller, &slug, &environment, request).await?))
}

/// Removes an environment that no node, freeze, promotion rule or living rollout refers to.
#[utoipa::path(
    delete, path = "/projects/{slug}/environments/{environment}", operation_id = "delete_environment", tag = "environments",
    params(("slug" = String, Path, description = "Slug of the project"), ("environment" = String, Path, description = "Id or slug of the environment"), WriteParams),
    responses((status = 204, description = "Gone."), Refusals),
)]
async fn delete(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, environment)): PathArgs<(String, String)>,
) -> Result<StatusCode, Refusal> {
    app.delete_environment(&caller, &slug, &environment).await?;
    Ok(StatusCode::NO_CONTENT)
}
