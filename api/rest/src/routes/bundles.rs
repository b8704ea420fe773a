//! Bundles.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use sentinel_api_types::bundle::{
    BundleAssign, BundleAssigned, BundleBody, BundleCreate, BundleCreated, BundleDiff, BundleDiffQuery,
    BundleDownload, BundleList, BundleSource, BundleValidate, BundleValidation, BundleVerification,
    BundlesQuery,
};
use sentinel_app::App;
use sentinel_model::BundleId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, JsonBody, PathArgs, QueryArgs};
use crate::openapi::{ReadParams, Refusals, WriteParams};
use crate::range;
use crate::refusal::{Answer, Refusal};

/// The routes that answer within bounds.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(validate))
        .routes(routes!(show))
        .routes(routes!(source))
        .routes(routes!(diff))
        .routes(routes!(download))
        .routes(routes!(verify))
        .routes(routes!(sbom))
        .routes(routes!(assign))
        .routes(routes!(revoke))
}

/// The routes that send many bytes, and therefore have no time limit of their own.
pub fn slow_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(archive))
}

/// Bundles of a project, newest first.
#[utoipa::path(
    get, path = "/projects/{slug}/bundles", operation_id = "list_bundles", tag = "bundles",
    params(("slug" = String, Path, description = "Slug of the project"), BundlesQuery, ReadParams),
    responses((status = 200, description = "A page.", body = BundleList), Refusals),
)]
async fn list(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    QueryArgs { args, .. }: QueryArgs<BundlesQuery>,
) -> Answer<BundleList> {
    Ok(Json(app.list_bundles(&caller, &slug, &args).await?))
}

/// Compiles, signs and adds a bundle.
#[utoipa::path(
    post, path = "/projects/{slug}/bundles", operation_id = "create_bundle", tag = "bundles",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    request_body = BundleCreate,
    responses((status = 201, description = "Made.", body = BundleCreated), Refusals),
)]
async fn create(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    JsonBody(request): JsonBody<BundleCreate>,
) -> Result<(StatusCode, Json<BundleCreated>), Refusal> {
    Ok((StatusCode::CREATED, Json(app.create_bundle(&caller, &slug, request).await?)))
}

/// Looks at a configuration without keeping it.
#[utoipa::path(
    post, path = "/projects/{slug}/bundles/validate", operation_id = "validate_bundle", tag = "bundles",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    request_body = BundleValidate,
    responses((status = 200, description = "What was found.", body = BundleValidation), Refusals),
)]
async fn validate(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    JsonBody(request): JsonBody<BundleValidate>,
) -> Answer<BundleValidation> {
    Ok(Json(app.validate_bundle(&caller, &slug, request).await?))
}

/// One bundle.
#[utoipa::path(
    get, path = "/projects/{slug}/bundles/{id}", operation_id = "show_bundle", tag = "bundles",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), ReadParams),
    responses((status = 200, description = "The bundle.", body = BundleBody), Refusals),
)]
async fn show(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, BundleId)>,
) -> Answer<BundleBody> {
    Ok(Json(app.show_bundle(&caller, &slug, id).await?))
}

/// A bundle's text, as it was written and as nodes get it.
#[utoipa::path(
    get, path = "/projects/{slug}/bundles/{id}/source", operation_id = "show_bundle_source", tag = "bundles",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), ReadParams),
    responses((status = 200, description = "The texts.", body = BundleSource), Refusals),
)]
async fn source(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, BundleId)>,
) -> Answer<BundleSource> {
    Ok(Json(app.bundle_source(&caller, &slug, id).await?))
}

/// The difference of a bundle's text against an older one.
#[utoipa::path(
    get, path = "/projects/{slug}/bundles/{id}/diff", operation_id = "diff_bundles", tag = "bundles",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), BundleDiffQuery, ReadParams),
    responses((status = 200, description = "The difference.", body = BundleDiff), Refusals),
)]
async fn diff(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, BundleId)>,
    QueryArgs { args, .. }: QueryArgs<BundleDiffQuery>,
) -> Answer<BundleDiff> {
    Ok(Json(app.diff_bundles(&caller, &slug, id, args.against).await?))
}

/// How to get a bundle's archive.
#[utoipa::path(
    get, path = "/projects/{slug}/bundles/{id}/download", operation_id = "download_bundle", tag = "bundles",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), ReadParams),
    responses((status = 200, description = "Where it is.", body = BundleDownload), Refusals),
)]
async fn download(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, BundleId)>,
) -> Answer<BundleDownload> {
    Ok(Json(app.bundle_download(&caller, &slug, id).await?))
}

/// A bundle's archive; takes `Range`.
#[utoipa::path(
    get, path = "/projects/{slug}/bundles/{id}/archive", operation_id = "show_bundle_archive", tag = "bundles",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), ReadParams),
    responses((status = 200, description = "The bytes.", body = Vec<u8>, content_type = "application/zstd"), (status = 206, description = "A part of the bytes.", body = Vec<u8>, content_type = "application/zstd"), Refusals),
)]
async fn archive(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, BundleId)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let (bundle, bytes) = app.bundle_archive(&caller, &slug, id).await?;
    range::archive(&headers, &bundle, bytes)
}

/// Whether the stored bytes are what was signed.
#[utoipa::path(
    get, path = "/projects/{slug}/bundles/{id}/verify", operation_id = "verify_bundle", tag = "bundles",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), ReadParams),
    responses((status = 200, description = "Yes or no.", body = BundleVerification), Refusals),
)]
async fn verify(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, BundleId)>,
) -> Answer<BundleVerification> {
    Ok(Json(app.verify_bundle(&caller, &slug, id).await?))
}

/// A bundle's bill of materials, CycloneDX.
#[utoipa::path(
    get, path = "/projects/{slug}/bundles/{id}/sbom", operation_id = "show_bundle_sbom", tag = "bundles",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), ReadParams),
    responses((status = 200, description = "The document.", body = Object, content_type = "application/json"), Refusals),
)]
async fn sbom(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, BundleId)>,
) -> Result<Response, Refusal> {
    let (version, document) = app.bundle_sbom(&caller, &slug, id).await?;
    let mut response = Json(document).into_response();
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"sbom-{version}.json\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// Assigns a bundle to nodes directly, past any rollout.
#[utoipa::path(
    post, path = "/projects/{slug}/bundles/{id}/assign", operation_id = "assign_bundle", tag = "bundles",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    request_body = BundleAssign,
    responses((status = 200, description = "Assigned.", body = BundleAssigned), Refusals),
)]
async fn assign(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, BundleId)>,
    JsonBody(request): JsonBody<BundleAssign>,
) -> Answer<BundleAssigned> {
    Ok(Json(app.assign_bundle(&caller, &slug, id, request).await?))
}

/// Stops a bundle's distribution at once.
#[utoipa::path(
    post, path = "/projects/{slug}/bundles/{id}/revoke", operation_id = "revoke_bundle", tag = "bundles",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    responses((status = 200, description = "Revoked.", body = BundleBody), Refusals),
)]
async fn revoke(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, BundleId)>,
) -> Answer<BundleBody> {
    Ok(Json(app.revoke_bundle(&caller, &slug, id).await?))
}
