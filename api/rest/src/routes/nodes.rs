//! Nodes as operators see them.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use sentinel_api_types::node::{NodeBody, NodeEventList, NodeList, NodeStats, NodeUpdate, NodesQuery};
use sentinel_api_types::why::{NodeWhy, NodeWhyQuery};
use sentinel_app::App;
use sentinel_model::NodeId;
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
        .routes(routes!(show, update, remove))
        .routes(routes!(events))
        .routes(routes!(why))
}

/// Nodes of a project, by name.
#[utoipa::path(
    get, path = "/projects/{slug}/nodes", operation_id = "list_nodes", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), NodesQuery, ("labels" = Option<HashMap<String, String>>, Query, style = DeepObject, explode, description = "Only nodes with all of these labels; written `labels[KEY]=VALUE`."), ReadParams),
    responses((status = 200, description = "A page.", body = NodeList), Refusals),
)]
async fn list(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    QueryArgs { args, labels }: QueryArgs<NodesQuery>,
) -> Answer<NodeList> {
    Ok(Json(app.list_nodes(&caller, &slug, &NodesQuery { labels, ..args }).await?))
}

/// Nodes of a project in numbers.
#[utoipa::path(
    get, path = "/projects/{slug}/nodes/stats", operation_id = "show_node_stats", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), ReadParams),
    responses((status = 200, description = "The numbers.", body = NodeStats), Refusals),
)]
async fn stats(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
) -> Answer<NodeStats> {
    Ok(Json(app.node_stats(&caller, &slug).await?))
}

/// One node.
#[utoipa::path(
    get, path = "/projects/{slug}/nodes/{id}", operation_id = "show_node", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), ReadParams),
    responses((status = 200, description = "The node.", body = NodeBody), Refusals),
)]
async fn show(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, NodeId)>,
) -> Answer<NodeBody> {
    Ok(Json(app.show_node(&caller, &slug, id).await?))
}

/// Changes what operators set of a node: labels, weight, pin, slot, environment. Moves nothing: what it runs, it goes on running.
#[utoipa::path(
    patch, path = "/projects/{slug}/nodes/{id}", operation_id = "update_node", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    request_body = NodeUpdate,
    responses((status = 200, description = "The node as it is now.", body = NodeBody), Refusals),
)]
async fn update(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, NodeId)>,
    JsonBody(request): JsonBody<NodeUpdate>,
) -> Answer<NodeBody> {
    Ok(Json(app.update_node(&caller, &slug, id, request).await?))
}

/// Removes a node. Its proxy keeps serving what it has.
#[utoipa::path(
    delete, path = "/projects/{slug}/nodes/{id}", operation_id = "delete_node", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    responses((status = 204, description = "Removed."), Refusals),
)]
async fn remove(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, NodeId)>,
) -> Result<StatusCode, Refusal> {
    app.delete_node(&caller, &slug, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a node's agent told, newest first.
#[utoipa::path(
    get, path = "/projects/{slug}/nodes/{id}/events", operation_id = "list_node_events", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), ReadParams),
    responses((status = 200, description = "The newest hundred.", body = NodeEventList), Refusals),
)]
async fn events(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, NodeId)>,
) -> Answer<NodeEventList> {
    Ok(Json(app.list_node_events(&caller, &slug, id).await?))
}

/// Why a node is, or is not, on a generation: its facts, and everything that has to do with them, the most decisive first.
#[utoipa::path(
    get, path = "/projects/{slug}/nodes/{id}/why", operation_id = "explain_node", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), NodeWhyQuery, ReadParams),
    responses((status = 200, description = "Why.", body = NodeWhy), Refusals),
)]
async fn why(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, NodeId)>,
    QueryArgs { args, .. }: QueryArgs<NodeWhyQuery>,
) -> Answer<NodeWhy> {
    Ok(Json(app.node_why(&caller, &slug, id, args).await?))
}
