//! Orgs and their signing keys.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use sentinel_api_types::PageQuery;
use sentinel_api_types::org::{OrgBody, OrgCreate, OrgList, SigningKeyList};
use sentinel_app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, JsonBody, PathArgs, QueryArgs};
use crate::openapi::{ReadParams, Refusals, WriteParams};
use crate::refusal::{Answer, Refusal};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(show)).routes(routes!(signing_keys))
}

/// The orgs that the caller belongs to.
#[utoipa::path(
    get, path = "/orgs", operation_id = "list_orgs", tag = "orgs",
    params(PageQuery, ReadParams),
    responses((status = 200, description = "A page.", body = OrgList), Refusals),
)]
async fn list(
    State(app): State<App>,
    Calling(caller): Calling,
    QueryArgs { args, .. }: QueryArgs<PageQuery>,
) -> Answer<OrgList> {
    Ok(Json(app.list_orgs(&caller, &args).await?))
}

/// Adds an org; the caller becomes its administrator.
#[utoipa::path(
    post, path = "/orgs", operation_id = "create_org", tag = "orgs",
    params(WriteParams),
    request_body = OrgCreate,
    responses((status = 201, description = "Made.", body = OrgBody), Refusals),
)]
async fn create(
    State(app): State<App>,
    Calling(caller): Calling,
    JsonBody(request): JsonBody<OrgCreate>,
) -> Result<(StatusCode, Json<OrgBody>), Refusal> {
    Ok((StatusCode::CREATED, Json(app.create_org(&caller, request).await?)))
}

/// One org.
#[utoipa::path(
    get, path = "/orgs/{org}", operation_id = "show_org", tag = "orgs",
    params(("org" = String, Path, description = "Slug of the org"), ReadParams),
    responses((status = 200, description = "The org.", body = OrgBody), Refusals),
)]
async fn show(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(org): PathArgs<String>,
) -> Answer<OrgBody> {
    Ok(Json(app.show_org(&caller, &org).await?))
}

/// The public keys with which an org's bundles and node tokens are verified.
#[utoipa::path(
    get, path = "/orgs/{org}/signing-keys", operation_id = "list_signing_keys", tag = "orgs",
    params(("org" = String, Path, description = "Slug of the org"), ReadParams),
    responses((status = 200, description = "The keys.", body = SigningKeyList), Refusals),
)]
async fn signing_keys(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(org): PathArgs<String>,
) -> Answer<SigningKeyList> {
    Ok(Json(app.list_signing_keys(&caller, &org).await?))
}
