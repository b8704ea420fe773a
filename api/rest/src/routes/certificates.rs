//! Certificates of a project. No answer has a private key.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use sentinel_api_types::certificate::{
    CertificateBody, CertificateCreate, CertificateList, CertificateReplace, CertificateRequest,
    CertificateUpdate,
};
use sentinel_app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, JsonBody, PathArgs};
use crate::openapi::{ReadParams, Refusals, WriteParams};
use crate::refusal::{Answer, Refusal};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, update, delete))
        .routes(routes!(replace))
        .routes(routes!(request))
        .routes(routes!(renew))
}

/// The certificates of a project, all of them, without their keys.
#[utoipa::path(
    get, path = "/projects/{slug}/certificates", operation_id = "list_certificates", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), ReadParams),
    responses((status = 200, description = "The certificates.", body = CertificateList), Refusals),
)]
async fn list(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
) -> Answer<CertificateList> {
    Ok(Json(app.list_certificates(&caller, &slug).await?))
}

/// Adds a certificate with its key. Refused when key and chain do not belong together, the chain is not in order, or one in it has ended.
#[utoipa::path(
    post, path = "/projects/{slug}/certificates", operation_id = "create_certificate", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    request_body = CertificateCreate,
    responses((status = 201, description = "Added.", body = CertificateBody), Refusals),
)]
async fn create(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    JsonBody(request): JsonBody<CertificateCreate>,
) -> Result<(StatusCode, Json<CertificateBody>), Refusal> {
    Ok((StatusCode::CREATED, Json(app.create_certificate(&caller, &slug, request).await?)))
}

/// A certificate with its chain, without its key.
#[utoipa::path(
    get, path = "/projects/{slug}/certificates/{certificate}", operation_id = "show_certificate", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), ("certificate" = String, Path, description = "Slug of the certificate"), ReadParams),
    responses((status = 200, description = "The certificate.", body = CertificateBody), Refusals),
)]
async fn show(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, certificate)): PathArgs<(String, String)>,
) -> Answer<CertificateBody> {
    Ok(Json(app.show_certificate(&caller, &slug, &certificate).await?))
}

/// Says something else of what a certificate is for.
#[utoipa::path(
    patch, path = "/projects/{slug}/certificates/{certificate}", operation_id = "update_certificate", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), ("certificate" = String, Path, description = "Slug of the certificate"), WriteParams),
    request_body = CertificateUpdate,
    responses((status = 200, description = "As it is now.", body = CertificateBody), Refusals),
)]
async fn update(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, certificate)): PathArgs<(String, String)>,
    JsonBody(request): JsonBody<CertificateUpdate>,
) -> Answer<CertificateBody> {
    Ok(Json(app.update_certificate(&caller, &slug, &certificate, request).await?))
}

/// Gives a certificate another chain and key: its next version. The last five are kept, their keys sealed; nothing shows those.
#[utoipa::path(
    post, path = "/projects/{slug}/certificates/{certificate}/replace", operation_id = "replace_certificate", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), ("certificate" = String, Path, description = "Slug of the certificate"), WriteParams),
    request_body = CertificateReplace,
    responses((status = 200, description = "As it is now; what it is not for any more is among the warnings.", body = CertificateBody), Refusals),
)]
async fn replace(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, certificate)): PathArgs<(String, String)>,
    JsonBody(request): JsonBody<CertificateReplace>,
) -> Answer<CertificateBody> {
    Ok(Json(app.replace_certificate(&caller, &slug, &certificate, request).await?))
}

/// Takes a certificate away, with all of its versions.
#[utoipa::path(
    delete, path = "/projects/{slug}/certificates/{certificate}", operation_id = "delete_certificate", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), ("certificate" = String, Path, description = "Slug of the certificate"), WriteParams),
    responses((status = 204, description = "Gone."), Refusals),
)]
async fn delete(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, certificate)): PathArgs<(String, String)>,
) -> Result<StatusCode, Refusal> {
    app.delete_certificate(&caller, &slug, &certificate).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has a certificate authority issue a certificate by ACME. The leader sees to it, and renews it when two thirds of its life are over.
#[utoipa::path(
    post, path = "/projects/{slug}/acme-certificates", operation_id = "request_certificate", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    request_body = CertificateRequest,
    responses((status = 201, description = "It is asked for; look at it to see how far it is.", body = CertificateBody), Refusals),
)]
async fn request(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    JsonBody(request): JsonBody<CertificateRequest>,
) -> Result<(StatusCode, Json<CertificateBody>), Refusal> {
    Ok((StatusCode::CREATED, Json(app.request_certificate(&caller, &slug, request).await?)))
}

/// Has a certificate issued anew, now. The pause after a failure is over, and an order that is under way is left behind.
#[utoipa::path(
    post, path = "/projects/{slug}/certificates/{certificate}/renew", operation_id = "renew_certificate", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), ("certificate" = String, Path, description = "Slug of the certificate"), WriteParams),
    responses((status = 200, description = "As it is now.", body = CertificateBody), Refusals),
)]
async fn renew(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, certificate)): PathArgs<(String, String)>,
) -> Answer<CertificateBody> {
    Ok(Json(app.renew_certificate(&caller, &slug, &certificate).await?))
}
