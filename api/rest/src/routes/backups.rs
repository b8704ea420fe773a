//! Backups of the cluster.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use sentinel_api_types::backup::{BackupBody, BackupNote, INDEX_HEADER, TAKEN_AT_HEADER};
use sentinel_app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, JsonBody};
use crate::openapi::{Refusals, WriteParams};
use crate::refusal::Refusal;

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create)).routes(routes!(note))
}

/// Makes a backup of the whole cluster: its bytes as they are made, encrypted under the cluster's key-encryption key. It is whole
/// only when the answer ends as it should; one that breaks off is none.
#[utoipa::path(
    post, path = "/cluster/backups", operation_id = "create_backup", tag = "cluster",
    params(WriteParams),
    responses((status = 200, description = "The bytes. `x-backup-index` and `x-backup-taken-at` say which state it is.", body = Vec<u8>, content_type = "application/octet-stream"), Refusals),
)]
async fn create(State(app): State<App>, Calling(caller): Calling) -> Result<Response, Refusal> {
    let backup = app.create_backup(&caller).await?;
    let mut response = Response::new(Body::from_stream(backup.bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(INDEX_HEADER, backup.index.into());
    headers.insert(TAKEN_AT_HEADER, backup.taken_at.0.into());
    Ok(response)
}

/// Takes note of a backup that is safe where it shall be, so that its age is shown.
#[utoipa::path(
    post, path = "/cluster/backups/notes", operation_id = "note_backup", tag = "cluster",
    params(WriteParams),
    request_body = BackupNote,
    responses((status = 201, description = "Noted.", body = BackupBody), Refusals),
)]
async fn note(
    State(app): State<App>,
    Calling(caller): Calling,
    JsonBody(request): JsonBody<BackupNote>,
) -> Result<(StatusCode, Json<BackupBody>), Refusal> {
    Ok((StatusCode::CREATED, Json(app.note_backup(&caller, request).await?)))
}
