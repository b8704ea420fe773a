//! The internal CA of a project, and the certificates of clients that it issues.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use sentinel_api_types::internal_ca::{
    InternalCaBody, InternalCaCreate, InternalCertificateBody, InternalCertificateIssue,
    InternalCertificateIssued, InternalCertificateList, InternalCertificateRevoke, InternalCertificatesQuery,
};
use sentinel_app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, JsonBody, PathArgs, QueryArgs};
use crate::openapi::{ReadParams, Refusals, WriteParams};
use crate::refusal::{Answer, Refusal};

/// What PEM is.
const PEM: &str = "application/x-pem-file";

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(show, create, delete))
        .routes(routes!(certificate))
        .routes(routes!(crl))
        .routes(routes!(list, issue))
        .routes(routes!(show_issued))
        .routes(routes!(revoke))
}

/// The internal CA of a project, without its key. 404 where there is none.
#[utoipa::path(
    get, path = "/projects/{slug}/internal-ca", operation_id = "show_internal_ca", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), ReadParams),
    responses((status = 200, description = "The CA.", body = InternalCaBody), Refusals),
)]
async fn show(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
) -> Answer<InternalCaBody> {
    Ok(Json(app.show_internal_ca(&caller, &slug).await?))
}

/// Gives a project an internal CA. Its key is made here and never leaves the cluster.
#[utoipa::path(
    post, path = "/projects/{slug}/internal-ca", operation_id = "create_internal_ca", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    request_body = InternalCaCreate,
    responses((status = 201, description = "Made.", body = InternalCaBody), Refusals),
)]
async fn create(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    JsonBody(request): JsonBody<InternalCaCreate>,
) -> Result<(StatusCode, Json<InternalCaBody>), Refusal> {
    Ok((StatusCode::CREATED, Json(app.create_internal_ca(&caller, &slug, request).await?)))
}

/// Takes the internal CA of a project away, with everything that it has issued. Refused while a trust store of the configuration has it.
#[utoipa::path(
    delete, path = "/projects/{slug}/internal-ca", operation_id = "delete_internal_ca", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    responses((status = 204, description = "Gone."), Refusals),
)]
async fn delete(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
) -> Result<StatusCode, Refusal> {
    app.delete_internal_ca(&caller, &slug).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The certificate of the internal CA, as a file.
#[utoipa::path(
    get, path = "/projects/{slug}/internal-ca/ca.pem", operation_id = "download_internal_ca", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), ReadParams),
    responses((status = 200, description = "PEM.", body = String, content_type = "application/x-pem-file"), Refusals),
)]
async fn certificate(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
) -> Result<Response, Refusal> {
    let shown = app.show_internal_ca(&caller, &slug).await?;
    Ok(([(header::CONTENT_TYPE, PEM)], shown.internal_ca.certificate_pem).into_response())
}

/// The list of revoked certificates that holds, as a file. It is made anew long before it ends.
#[utoipa::path(
    get, path = "/projects/{slug}/internal-ca/crl.pem", operation_id = "download_internal_crl", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), ReadParams),
    responses((status = 200, description = "PEM.", body = String, content_type = "application/x-pem-file"), Refusals),
)]
async fn crl(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
) -> Result<Response, Refusal> {
    let list = app.internal_crl(&caller, &slug).await?;
    Ok(([(header::CONTENT_TYPE, PEM)], list).into_response())
}

/// What the internal CA has issued, the newest first, without keys.
#[utoipa::path(
    get, path = "/projects/{slug}/internal-ca/certificates", operation_id = "list_internal_certificates", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), InternalCertificatesQuery, ReadParams),
    responses((status = 200, description = "A page.", body = InternalCertificateList), Refusals),
)]
async fn list(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    QueryArgs { args, .. }: QueryArgs<InternalCertificatesQuery>,
) -> Answer<InternalCertificateList> {
    Ok(Json(app.list_internal_certificates(&caller, &slug, &args).await?))
}

/// Issues a certificate of a client. Its private key is in this answer, and kept nowhere.
#[utoipa::path(
    post, path = "/projects/{slug}/internal-ca/certificates", operation_id = "issue_internal_certificate", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    request_body = InternalCertificateIssue,
    responses((status = 201, description = "Issued.", body = InternalCertificateIssued), Refusals),
)]
async fn issue(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    JsonBody(request): JsonBody<InternalCertificateIssue>,
) -> Result<(StatusCode, Json<InternalCertificateIssued>), Refusal> {
    Ok((StatusCode::CREATED, Json(app.issue_internal_certificate(&caller, &slug, request).await?)))
}

/// One certificate that the internal CA has issued, without its key.
#[utoipa::path(
    get, path = "/projects/{slug}/internal-ca/certificates/{serial}", operation_id = "show_internal_certificate", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), ("serial" = String, Path, description = "Its serial number, 32 hexadecimal digits"), ReadParams),
    responses((status = 200, description = "The certificate.", body = InternalCertificateBody), Refusals),
)]
async fn show_issued(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, serial)): PathArgs<(String, String)>,
) -> Answer<InternalCertificateBody> {
    Ok(Json(app.show_internal_certificate(&caller, &slug, &serial).await?))
}

/// Revokes a certificate, for ever. When this is answered, `crl.pem` has it.
#[utoipa::path(
    post, path = "/projects/{slug}/internal-ca/certificates/{serial}/revoke", operation_id = "revoke_internal_certificate", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), ("serial" = String, Path, description = "Its serial number, 32 hexadecimal digits"), WriteParams),
    request_body = InternalCertificateRevoke,
    responses((status = 200, description = "As it is now.", body = InternalCertificateBody), Refusals),
)]
async fn revoke(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, serial)): PathArgs<(String, String)>,
    JsonBody(request): JsonBody<InternalCertificateRevoke>,
) -> Answer<InternalCertificateBody> {
    Ok(Json(app.revoke_internal_certificate(&caller, &slug, &serial, request).await?))
}
