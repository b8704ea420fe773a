//! Drift.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header;
use sentinel_api_types::drift::{
    DriftEventBody, DriftEventList, DriftExport, DriftExportQuery, DriftQuery, DriftResolve, DriftResolveAll,
    DriftResolvedAll, DriftStats, ExportFormat, RuntimeConfigBody, RuntimeConfigQuery,
};
use sentinel_app::App;
use sentinel_model::{DriftEventId, NodeId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, JsonBody, PathArgs, QueryArgs};
use crate::openapi::{ReadParams, Refusals, WriteParams};
use crate::refusal::{Answer, Refusal};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(stats))
        .routes(routes!(export))
        .routes(routes!(resolve_all))
        .routes(routes!(show))
        .routes(routes!(resolve))
        .routes(routes!(runtime_config))
}

/// Drift of a project's nodes, newest first.
#[utoipa::path(
    get, path = "/projects/{slug}/drift", operation_id = "list_drift", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), DriftQuery, ReadParams),
    responses((status = 200, description = "A page.", body = DriftEventList), Refusals),
)]
async fn list(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    QueryArgs { args, .. }: QueryArgs<DriftQuery>,
) -> Answer<DriftEventList> {
    Ok(Json(app.list_drift(&caller, &slug, &args).await?))
}

/// Drift of a project's nodes in numbers. A node that is offline, or that measured nothing, is not in sync.
#[utoipa::path(
    get, path = "/projects/{slug}/drift/stats", operation_id = "show_drift_stats", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), ReadParams),
    responses((status = 200, description = "The numbers.", body = DriftStats), Refusals),
)]
async fn stats(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
) -> Answer<DriftStats> {
    Ok(Json(app.drift_stats(&caller, &slug).await?))
}

/// The events that match, as a document or as a table.
#[utoipa::path(
    get, path = "/projects/{slug}/drift/export", operation_id = "export_drift", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), DriftExportQuery, ReadParams),
    responses((status = 200, description = "The events.", content((DriftExport = "application/json"), (String = "text/csv"))), Refusals),
)]
async fn export(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    QueryArgs { args, .. }: QueryArgs<DriftExportQuery>,
) -> Result<Response, Refusal> {
    let exported = app.export_drift(&caller, &slug, &args).await?;
    let named = |ending: &str| format!("attachment; filename=\"drift-{}.{ending}\"", exported.project.slug);
    Ok(match args.format.unwrap_or_default() {
        ExportFormat::Json => {
            ([(header::CONTENT_DISPOSITION, named("json"))], Json(exported)).into_response()
        }
        ExportFormat::Csv => {
            let kind = (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned());
            ([kind, (header::CONTENT_DISPOSITION, named("csv"))], exported.csv()).into_response()
        }
    })
}

/// One event.
#[utoipa::path(
    get, path = "/projects/{slug}/drift/{id}", operation_id = "show_drift", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), ReadParams),
    responses((status = 200, description = "The event.", body = DriftEventBody), Refusals),
)]
async fn show(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, DriftEventId)>,
) -> Answer<DriftEventBody> {
    Ok(Json(app.show_drift(&caller, &slug, id).await?))
}

/// Leaves drift as it is: what the node runs now is not told again.
#[utoipa::path(
    post, path = "/projects/{slug}/drift/{id}/resolve", operation_id = "resolve_drift", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    request_body = DriftResolve,
    responses((status = 200, description = "Resolved.", body = DriftEventBody), Refusals),
)]
async fn resolve(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, DriftEventId)>,
    JsonBody(request): JsonBody<DriftResolve>,
) -> Answer<DriftEventBody> {
    Ok(Json(app.resolve_drift(&caller, &slug, id, request).await?))
}

/// The same for every event that lasts and that was looked at, at most 500 at once.
#[utoipa::path(
    post, path = "/projects/{slug}/drift/resolve-all", operation_id = "resolve_all_drift", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    request_body = DriftResolveAll,
    responses((status = 200, description = "Resolved.", body = DriftResolvedAll), Refusals),
)]
async fn resolve_all(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    JsonBody(request): JsonBody<DriftResolveAll>,
) -> Answer<DriftResolvedAll> {
    Ok(Json(app.resolve_all_drift(&caller, &slug, request).await?))
}

/// The configuration that a node really runs, and how it differs from what it was assigned.
#[utoipa::path(
    get, path = "/projects/{slug}/nodes/{id}/runtime-config", operation_id = "show_runtime_config", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), RuntimeConfigQuery, ReadParams),
    responses((status = 200, description = "The configuration.", body = RuntimeConfigBody), Refusals),
)]
async fn runtime_config(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, NodeId)>,
    QueryArgs { args, .. }: QueryArgs<RuntimeConfigQuery>,
) -> Answer<RuntimeConfigBody> {
    Ok(Json(app.show_runtime_config(&caller, &slug, id, &args).await?))
}
