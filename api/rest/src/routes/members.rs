//! People in an org.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use sentinel_api_types::PageQuery;
use sentinel_api_types::member::{MemberBody, MemberCreate, MemberList, MemberUpdate, PasswordReset};
use sentinel_app::App;
use sentinel_model::UserId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, JsonBody, PathArgs, QueryArgs};
use crate::openapi::{ReadParams, Refusals, WriteParams};
use crate::refusal::{Answer, Refusal};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(update, remove))
        .routes(routes!(reset_password))
}

/// The people of an org.
#[utoipa::path(
    get, path = "/orgs/{org}/members", operation_id = "list_members", tag = "orgs",
    params(("org" = String, Path, description = "Slug of the org"), PageQuery, ReadParams),
    responses((status = 200, description = "A page.", body = MemberList), Refusals),
)]
async fn list(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(org): PathArgs<String>,
    QueryArgs { args, .. }: QueryArgs<PageQuery>,
) -> Answer<MemberList> {
    Ok(Json(app.list_members(&caller, &org, &args).await?))
}

/// Adds a person. An address that has an account joins with it: name and password are those of the account.
#[utoipa::path(
    post, path = "/orgs/{org}/members", operation_id = "create_member", tag = "orgs",
    params(("org" = String, Path, description = "Slug of the org"), WriteParams),
    request_body = MemberCreate,
    responses((status = 201, description = "Added.", body = MemberBody), Refusals),
)]
async fn create(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(org): PathArgs<String>,
    JsonBody(request): JsonBody<MemberCreate>,
) -> Result<(StatusCode, Json<MemberBody>), Refusal> {
    Ok((StatusCode::CREATED, Json(app.create_member(&caller, &org, request).await?)))
}

/// Gives a person another role.
#[utoipa::path(
    put, path = "/orgs/{org}/members/{user_id}", operation_id = "update_member", tag = "orgs",
    params(("org" = String, Path, description = "Slug of the org"), ("user_id" = Uuid, Path, description = "Id of the person"), WriteParams),
    request_body = MemberUpdate,
    responses((status = 200, description = "Changed.", body = MemberBody), Refusals),
)]
async fn update(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((org, id)): PathArgs<(String, UserId)>,
    JsonBody(request): JsonBody<MemberUpdate>,
) -> Answer<MemberBody> {
    Ok(Json(app.update_member(&caller, &org, id, request).await?))
}

/// Takes a person out of an org.
#[utoipa::path(
    delete, path = "/orgs/{org}/members/{user_id}", operation_id = "delete_member", tag = "orgs",
    params(("org" = String, Path, description = "Slug of the org"), ("user_id" = Uuid, Path, description = "Id of the person"), WriteParams),
    responses((status = 204, description = "Removed."), Refusals),
)]
async fn remove(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((org, id)): PathArgs<(String, UserId)>,
) -> Result<StatusCode, Refusal> {
    app.delete_member(&caller, &org, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets the password of a person who belongs to this org and to no other. Their sessions end.
#[utoipa::path(
    put, path = "/orgs/{org}/members/{user_id}/password", operation_id = "reset_password", tag = "orgs",
    params(("org" = String, Path, description = "Slug of the org"), ("user_id" = Uuid, Path, description = "Id of the person"), WriteParams),
    request_body = PasswordReset,
    responses((status = 204, description = "Set."), Refusals),
)]
async fn reset_password(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((org, id)): PathArgs<(String, UserId)>,
    JsonBody(request): JsonBody<PasswordReset>,
) -> Result<StatusCode, Refusal> {
    app.reset_password(&caller, &org, id, request).await?;
    Ok(StatusCode::NO_CONTENT)
}
