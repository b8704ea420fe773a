//! The audit log.

use axum::Json;
use axum::extract::State;
use sentinel_api_types::audit::{AuditList, AuditQuery};
use sentinel_app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, PathArgs, QueryArgs};
use crate::openapi::{ReadParams, Refusals};
use crate::refusal::Answer;

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(of_org)).routes(routes!(of_project)).routes(routes!(of_cluster))
}

/// Changes in an org, newest first.
#[utoipa::path(
    get, path = "/orgs/{org}/audit", operation_id = "list_org_audit", tag = "orgs",
    params(("org" = String, Path, description = "Slug of the org"), AuditQuery, ReadParams),
    responses((status = 200, description = "A page.", body = AuditList), Refusals),
)]
async fn of_org(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(org): PathArgs<String>,
    QueryArgs { args, .. }: QueryArgs<AuditQuery>,
) -> Answer<AuditList> {
    Ok(Json(app.list_org_audit(&caller, &org, &args).await?))
}

/// Changes in a project, newest first.
#[utoipa::path(
    get, path = "/projects/{slug}/audit", operation_id = "list_project_audit", tag = "projects",
    params(("slug" = String, Path, description = "Slug of the project"), AuditQuery, ReadParams),
    responses((status = 200, description = "A page.", body = AuditList), Refusals),
)]
async fn of_project(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    QueryArgs { args, .. }: QueryArgs<AuditQuery>,
) -> Answer<AuditList> {
    Ok(Json(app.list_project_audit(&caller, &slug, &args).await?))
}

/// Changes that are in no org, newest first: those of the cluster, and what people did with their own accounts.
#[utoipa::path(
    get, path = "/cluster/audit", operation_id = "list_cluster_audit", tag = "cluster",
    params(AuditQuery, ReadParams),
    responses((status = 200, description = "A page.", body = AuditList), Refusals),
)]
async fn of_cluster(
    State(app): State<App>,
    Calling(caller): Calling,
    QueryArgs { args, .. }: QueryArgs<AuditQuery>,
) -> Answer<AuditList> {
    Ok(Json(app.list_cluster_audit(&caller, &args).await?))
}
