//! The node protocol.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use sentinel_api_types::agent::{
    HeartbeatRequest, HeartbeatResponse, LatestQuery, LatestResponse, NodeChallenge, NodeEventsRequest,
    NodeEventsResponse, NodeTokenResponse, RegisterRequest, RegisterResponse,
};
use sentinel_api_types::drift::RuntimeConfigReport;
use sentinel_api_types::node_secret::{NodeSecretsRequest, SealedNodeSecrets};
use sentinel_app::App;
use sentinel_model::{BundleId, NodeId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::address::PeerAddress;
use crate::extract::{Calling, JsonBody, PathArgs, QueryArgs, Unknown};
use crate::openapi::{Refusals, WriteParams};
use crate::range;
use crate::refusal::{Answer, Refusal};

/// The routes that answer at once.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(register))
        .routes(routes!(heartbeat))
        .routes(routes!(token))
        .routes(routes!(events))
        .routes(routes!(runtime_config))
        .routes(routes!(secrets))
        .routes(routes!(challenge))
}

/// The routes that wait or send many bytes, and therefore have no time limit of their own.
pub fn slow_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(latest)).routes(routes!(archive))
}

/// Enrols a node. Its key is shown in this answer and never again.
#[utoipa::path(
    post, path = "/projects/{slug}/nodes/register", operation_id = "register_node", tag = "agent",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    request_body = RegisterRequest,
    responses((status = 201, description = "Enrolled.", body = RegisterResponse), Refusals),
    security(()),
)]
async fn register(
    State(app): State<App>,
    Unknown(caller): Unknown,
    PathArgs(slug): PathArgs<String>,
    PeerAddress(address): PeerAddress,
    JsonBody(request): JsonBody<RegisterRequest>,
) -> Result<(StatusCode, Json<RegisterResponse>), Refusal> {
    Ok((StatusCode::CREATED, Json(app.register_node(&caller, &slug, request, &address).await?)))
}

/// A sign of life.
#[utoipa::path(
    post, path = "/nodes/{id}/heartbeat", operation_id = "send_heartbeat", tag = "agent",
    params(("id" = Uuid, Path, description = "Id of the calling node"), WriteParams),
    request_body = HeartbeatRequest,
    responses((status = 200, description = "Heard.", body = HeartbeatResponse), Refusals),
    security(("node_key" = []), ("bearer" = [])),
)]
async fn heartbeat(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(id): PathArgs<NodeId>,
    JsonBody(request): JsonBody<HeartbeatRequest>,
) -> Answer<HeartbeatResponse> {
    Ok(Json(app.heartbeat(&caller, id, request).await?))
}

/// What the node shall run, if that is newer than what it knows. Waits for it as long as asked for.
#[utoipa::path(
    get, path = "/nodes/{id}/bundles/latest", operation_id = "poll_latest", tag = "agent",
    params(("id" = Uuid, Path, description = "Id of the calling node"), LatestQuery),
    responses((status = 200, description = "Something newer, or not.", body = LatestResponse), Refusals),
    security(("node_key" = []), ("bearer" = [])),
)]
async fn latest(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(id): PathArgs<NodeId>,
    QueryArgs { args, .. }: QueryArgs<LatestQuery>,
) -> Answer<LatestResponse> {
    Ok(Json(app.latest(&caller, id, &args).await?))
}

/// The archive of a bundle that the node shall run or runs; takes `Range`.
#[utoipa::path(
    get, path = "/nodes/{id}/bundles/{bundle_id}/archive", operation_id = "show_node_archive", tag = "agent",
    params(("id" = Uuid, Path, description = "Id of the calling node"), ("bundle_id" = Uuid, Path, description = "Id of the bundle")),
    responses((status = 200, description = "The bytes.", body = Vec<u8>, content_type = "application/zstd"), (status = 206, description = "A part of the bytes.", body = Vec<u8>, content_type = "application/zstd"), Refusals),
    security(("node_key" = []), ("bearer" = [])),
)]
async fn archive(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((id, bundle_id)): PathArgs<(NodeId, BundleId)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let (bundle, bytes) = app.node_archive(&caller, id, bundle_id).await?;
    range::archive(&headers, &bundle, bytes)
}

/// The values of the secrets that a bundle names, sealed for the key of the node.
#[utoipa::path(
    post, path = "/nodes/{id}/secrets", operation_id = "fetch_node_secrets", tag = "agent",
    params(("id" = Uuid, Path, description = "Id of the calling node"), WriteParams),
    request_body = NodeSecretsRequest,
    responses((status = 200, description = "The values.", body = SealedNodeSecrets), Refusals),
    security(("node_key" = []), ("bearer" = [])),
)]
async fn secrets(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(id): PathArgs<NodeId>,
    JsonBody(request): JsonBody<NodeSecretsRequest>,
) -> Answer<SealedNodeSecrets> {
    Ok(Json(app.node_secrets(&caller, id, request).await?))
}

/// What a certificate authority is to be answered that asks the node for a token.
#[utoipa::path(
    get, path = "/nodes/{id}/acme-challenges/{token}", operation_id = "show_node_challenge", tag = "agent",
    params(("id" = Uuid, Path, description = "Id of the calling node"), ("token" = String, Path, description = "The token that is asked for")),
    responses((status = 200, description = "The answer.", body = NodeChallenge), Refusals),
    security(("node_key" = []), ("bearer" = [])),
)]
async fn challenge(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((id, token)): PathArgs<(NodeId, String)>,
) -> Answer<NodeChallenge> {
    Ok(Json(app.node_challenge(&caller, id, &token).await?))
}

/// A short-lived token in exchange for the node's credential.
#[utoipa::path(
    post, path = "/nodes/{id}/token", operation_id = "create_node_token", tag = "agent",
    params(("id" = Uuid, Path, description = "Id of the calling node"), WriteParams),
    responses((status = 200, description = "The token.", body = NodeTokenResponse), Refusals),
    security(("node_key" = []), ("bearer" = [])),
)]
async fn token(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(id): PathArgs<NodeId>,
) -> Answer<NodeTokenResponse> {
    Ok(Json(app.node_token(&caller, id).await?))
}

/// What happened at the node: one event, or a list.
#[utoipa::path(
    post, path = "/nodes/{id}/events", operation_id = "send_node_events", tag = "agent",
    params(("id" = Uuid, Path, description = "Id of the calling node"), WriteParams),
    request_body = NodeEventsRequest,
    responses((status = 201, description = "Taken in.", body = NodeEventsResponse), Refusals),
    security(("node_key" = []), ("bearer" = [])),
)]
async fn events(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(id): PathArgs<NodeId>,
    JsonBody(request): JsonBody<NodeEventsRequest>,
) -> Result<(StatusCode, Json<NodeEventsResponse>), Refusal> {
    Ok((StatusCode::CREATED, Json(app.append_node_events(&caller, id, request).await?)))
}

/// The configuration that the node really runs, where that is not what it was assigned.
#[utoipa::path(
    post, path = "/nodes/{id}/runtime-config", operation_id = "keep_runtime_config", tag = "agent",
    params(("id" = Uuid, Path, description = "Id of the calling node"), WriteParams),
    request_body = RuntimeConfigReport,
    responses((status = 200, description = "Kept.", body = NodeEventsResponse), Refusals),
    security(("node_key" = []), ("bearer" = [])),
)]
async fn runtime_config(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(id): PathArgs<NodeId>,
    JsonBody(report): JsonBody<RuntimeConfigReport>,
) -> Answer<NodeEventsResponse> {
    Ok(Json(app.keep_runtime_config(&caller, id, report).await?))
}
