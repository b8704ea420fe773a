//! Projects, at a glance too.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use sentinel_api_types::PageQuery;
use sentinel_api_types::overview::Overview;
use sentinel_api_types::project::{ProjectBody, ProjectCreate, ProjectList, ProjectUpdate};
use sentinel_app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, JsonBody, PathArgs, QueryArgs};
use crate::openapi::{ReadParams, Refusals, WriteParams};
use crate::refusal::{Answer, Refusal};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(show, update)).routes(routes!(overview))
}

/// The projects of an org.
#[utoipa::path(
    get, path = "/orgs/{org}/projects", operation_id = "list_projects", tag = "projects",
    params(("org" = String, Path, description = "Slug of the org"), PageQuery, ReadParams),
    responses((status = 200, description = "A page.", body = ProjectList), Refusals),
)]
async fn list(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(org): PathArgs<String>,
    QueryArgs { args, .. }: QueryArgs<PageQuery>,
) -> Answer<ProjectList> {
    Ok(Json(app.list_projects(&caller, &org, &args).await?))
}

/// Adds a project.
#[utoipa::path(
    post, path = "/orgs/{org}/projects", operation_id = "create_project", tag = "projects",
    params(("org" = String, Path, description = "Slug of the org"), WriteParams),
    request_body = ProjectCreate,
    responses((status = 201, description = "Made.", body = ProjectBody), Refusals),
)]
async fn create(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(org): PathArgs<String>,
    JsonBody(request): JsonBody<ProjectCreate>,
) -> Result<(StatusCode, Json<ProjectBody>), Refusal> {
    Ok((StatusCode::CREATED, Json(app.create_project(&caller, &org, request).await?)))
}

/// One project.
#[utoipa::path(
    get, path = "/projects/{slug}", operation_id = "show_project", tag = "projects",
    params(("slug" = String, Path, description = "Slug of the project"), ReadParams),
    responses((status = 200, description = "The project.", body = ProjectBody), Refusals),
)]
async fn show(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
) -> Answer<ProjectBody> {
    Ok(Json(app.show_project(&caller, &slug).await?))
}

/// Changes a project: what is left out stays as it is. Administrators only, in person.
#[utoipa::path(
    patch, path = "/projects/{slug}", operation_id = "update_project", tag = "projects",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    request_body = ProjectUpdate,
    responses((status = 200, description = "Changed.", body = ProjectBody), Refusals),
)]
async fn update(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    JsonBody(request): JsonBody<ProjectUpdate>,
) -> Answer<ProjectBody> {
    Ok(Json(app.update_project(&caller, &slug, request).await?))
}

/// A project at a glance.
#[utoipa::path(
    get, path = "/projects/{slug}/overview", operation_id = "show_overview", tag = "projects",
    params(("slug" = String, Path, description = "Slug of the project"), ReadParams),
    responses((status = 200, description = "The numbers.", body = Overview), Refusals),
)]
async fn overview(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
) -> Answer<Overview> {
    Ok(Json(app.overview(&caller, &slug).await?))
}
