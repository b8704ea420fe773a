//! API keys.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use sentinel_api_types::api_key::{ApiKeyBody, ApiKeyCreate, ApiKeyCreated, ApiKeyList, ApiKeysQuery};
use sentinel_app::App;
use sentinel_model::ApiKeyId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, JsonBody, PathArgs, QueryArgs};
use crate::openapi::{ReadParams, Refusals, WriteParams};
use crate::refusal::{Answer, Refusal};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(show, remove)).routes(routes!(revoke))
}

/// API keys of an org.
#[utoipa::path(
    get, path = "/api-keys", operation_id = "list_api_keys", tag = "orgs",
    params(ApiKeysQuery, ReadParams),
    responses((status = 200, description = "A page.", body = ApiKeyList), Refusals),
)]
async fn list(
    State(app): State<App>,
    Calling(caller): Calling,
    QueryArgs { args, .. }: QueryArgs<ApiKeysQuery>,
) -> Answer<ApiKeyList> {
    Ok(Json(app.list_api_keys(&caller, &args).await?))
}

/// Adds an API key. Its text is shown in this answer and never again.
#[utoipa::path(
    post, path = "/api-keys", operation_id = "create_api_key", tag = "orgs",
    params(WriteParams),
    request_body = ApiKeyCreate,
    responses((status = 201, description = "Made.", body = ApiKeyCreated), Refusals),
)]
async fn create(
    State(app): State<App>,
    Calling(caller): Calling,
    JsonBody(request): JsonBody<ApiKeyCreate>,
) -> Result<(StatusCode, Json<ApiKeyCreated>), Refusal> {
    Ok((StatusCode::CREATED, Json(app.create_api_key(&caller, request).await?)))
}

/// One API key.
#[utoipa::path(
    get, path = "/api-keys/{id}", operation_id = "show_api_key", tag = "orgs",
    params(("id" = Uuid, Path, description = "Id of the object"), ReadParams),
    responses((status = 200, description = "The key.", body = ApiKeyBody), Refusals),
)]
async fn show(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(id): PathArgs<ApiKeyId>,
) -> Answer<ApiKeyBody> {
    Ok(Json(app.show_api_key(&caller, id).await?))
}

/// Revokes an API key: it stays visible and never works again.
#[utoipa::path(
    post, path = "/api-keys/{id}/revoke", operation_id = "revoke_api_key", tag = "orgs",
    params(("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    responses((status = 200, description = "Revoked.", body = ApiKeyBody), Refusals),
)]
async fn revoke(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(id): PathArgs<ApiKeyId>,
) -> Answer<ApiKeyBody> {
    Ok(Json(app.revoke_api_key(&caller, id).await?))
}

/// Removes an API key.
#[utoipa::path(
    delete, path = "/api-keys/{id}", operation_id = "delete_api_key", tag = "orgs",
    params(("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    responses((status = 204, description = "Removed."), Refusals),
)]
async fn remove(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(id): PathArgs<ApiKeyId>,
) -> Result<StatusCode, Refusal> {
    app.delete_api_key(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
