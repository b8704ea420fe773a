//! Join tokens.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use sentinel_api_types::join_token::{JoinTokenBody, JoinTokenCreate, JoinTokenCreated, JoinTokenList};
use sentinel_app::App;
use sentinel_model::JoinTokenId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, JsonBody, PathArgs};
use crate::openapi::{ReadParams, Refusals, WriteParams};
use crate::refusal::{Answer, Refusal};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(revoke))
}

/// Join tokens, newest first.
#[utoipa::path(
    get, path = "/cluster/join-tokens", operation_id = "list_join_tokens", tag = "cluster",
    params(ReadParams),
    responses((status = 200, description = "All of them.", body = JoinTokenList), Refusals),
)]
async fn list(State(app): State<App>, Calling(caller): Calling) -> Answer<JoinTokenList> {
    Ok(Json(app.list_join_tokens(&caller).await?))
}

/// Adds a join token. Its text is shown in this answer and never again.
#[utoipa::path(
    post, path = "/cluster/join-tokens", operation_id = "create_join_token", tag = "cluster",
    params(WriteParams),
    request_body = JoinTokenCreate,
    responses((status = 201, description = "Made.", body = JoinTokenCreated), Refusals),
)]
async fn create(
    State(app): State<App>,
    Calling(caller): Calling,
    JsonBody(request): JsonBody<JoinTokenCreate>,
) -> Result<(StatusCode, Json<JoinTokenCreated>), Refusal> {
    Ok((StatusCode::CREATED, Json(app.create_join_token(&caller, request).await?)))
}

/// Revokes a join token. Members that joined with it stay.
#[utoipa::path(
    post, path = "/cluster/join-tokens/{id}/revoke", operation_id = "revoke_join_token", tag = "cluster",
    params(("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    responses((status = 200, description = "Revoked.", body = JoinTokenBody), Refusals),
)]
async fn revoke(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(id): PathArgs<JoinTokenId>,
) -> Answer<JoinTokenBody> {
    Ok(Json(app.revoke_join_token(&caller, id).await?))
}
