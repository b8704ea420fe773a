//! Groups of nodes.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use sentinel_api_types::group::{
    NodeGroupBody, NodeGroupCreate, NodeGroupDetail, NodeGroupList, NodeGroupUpdate,
};
use sentinel_app::App;
use sentinel_model::NodeGroupId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, JsonBody, PathArgs};
use crate::openapi::{ReadParams, Refusals, WriteParams};
use crate::refusal::{Answer, Refusal};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(show, update, delete))
}

/// The groups of a project, all of them, by name.
#[utoipa::path(
    get, path = "/projects/{slug}/node-groups", operation_id = "list_node_groups", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), ReadParams),
    responses((status = 200, description = "The groups.", body = NodeGroupList), Refusals),
)]
async fn list(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
) -> Answer<NodeGroupList> {
    Ok(Json(app.list_node_groups(&caller, &slug).await?))
}

/// Makes a group of nodes: named one by one, by a rule on labels, or both.
#[utoipa::path(
    post, path = "/projects/{slug}/node-groups", operation_id = "create_node_group", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    request_body = NodeGroupCreate,
    responses((status = 201, description = "Made.", body = NodeGroupBody), Refusals),
)]
async fn create(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    JsonBody(request): JsonBody<NodeGroupCreate>,
) -> Result<(StatusCode, Json<NodeGroupBody>), Refusal> {
    Ok((StatusCode::CREATED, Json(app.create_node_group(&caller, &slug, request).await?)))
}

/// A group with its nodes.
#[utoipa::path(
    get, path = "/projects/{slug}/node-groups/{id}", operation_id = "show_node_group", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), ReadParams),
    responses((status = 200, description = "The group.", body = NodeGroupDetail), Refusals),
)]
async fn show(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, NodeGroupId)>,
) -> Answer<NodeGroupDetail> {
    Ok(Json(app.show_node_group(&caller, &slug, id).await?))
}

/// Changes a group. Rollouts that are planned already keep their nodes.
#[utoipa::path(
    patch, path = "/projects/{slug}/node-groups/{id}", operation_id = "update_node_group", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    request_body = NodeGroupUpdate,
    responses((status = 200, description = "As it is now.", body = NodeGroupBody), Refusals),
)]
async fn update(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, NodeGroupId)>,
    JsonBody(request): JsonBody<NodeGroupUpdate>,
) -> Answer<NodeGroupBody> {
    Ok(Json(app.update_node_group(&caller, &slug, id, request).await?))
}

/// Takes a group away. Its nodes stay what they are.
#[utoipa::path(
    delete, path = "/projects/{slug}/node-groups/{id}", operation_id = "delete_node_group", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    responses((status = 204, description = "Gone."), Refusals),
)]
async fn delete(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, NodeGroupId)>,
) -> Result<StatusCode, Refusal> {
    app.delete_node_group(&caller, &slug, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
