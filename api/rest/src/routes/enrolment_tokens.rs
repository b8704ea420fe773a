//! Enrolment tokens.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use sentinel_api_types::PageQuery;
use sentinel_api_types::enrolment::{
    EnrolmentTokenBody, EnrolmentTokenCreate, EnrolmentTokenCreated, EnrolmentTokenList,
};
use sentinel_app::App;
use sentinel_model::EnrolmentTokenId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, JsonBody, PathArgs, QueryArgs};
use crate::openapi::{ReadParams, Refusals, WriteParams};
use crate::refusal::{Answer, Refusal};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(revoke))
}

/// Enrolment tokens of a project, newest first.
#[utoipa::path(
    get, path = "/projects/{slug}/enrolment-tokens", operation_id = "list_enrolment_tokens", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), PageQuery, ReadParams),
    responses((status = 200, description = "A page.", body = EnrolmentTokenList), Refusals),
)]
async fn list(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    QueryArgs { args, .. }: QueryArgs<PageQuery>,
) -> Answer<EnrolmentTokenList> {
    Ok(Json(app.list_enrolment_tokens(&caller, &slug, &args).await?))
}

/// Adds an enrolment token. Its text is shown in this answer and never again.
#[utoipa::path(
    post, path = "/projects/{slug}/enrolment-tokens", operation_id = "create_enrolment_token", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    request_body = EnrolmentTokenCreate,
    responses((status = 201, description = "Made.", body = EnrolmentTokenCreated), Refusals),
)]
async fn create(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    JsonBody(request): JsonBody<EnrolmentTokenCreate>,
) -> Result<(StatusCode, Json<EnrolmentTokenCreated>), Refusal> {
    Ok((StatusCode::CREATED, Json(app.create_enrolment_token(&caller, &slug, request).await?)))
}

/// Revokes an enrolment token. Nodes that used it stay.
#[utoipa::path(
    post, path = "/projects/{slug}/enrolment-tokens/{id}/revoke", operation_id = "revoke_enrolment_token", tag = "nodes",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    responses((status = 200, description = "Revoked.", body = EnrolmentTokenBody), Refusals),
)]
async fn revoke(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, EnrolmentTokenId)>,
) -> Answer<EnrolmentTokenBody> {
    Ok(Json(app.revoke_enrolment_token(&caller, &slug, id).await?))
}
