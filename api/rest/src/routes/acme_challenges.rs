//! What a certificate authority is answered that looks for a proof (RFC 8555, HTTP-01). It has no credential.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};
use sentinel_app::App;

/// The route.
pub fn router(app: App) -> Router {
    Router::new().route("/.well-known/acme-challenge/{token}", get(answer)).with_state(app)
}

async fn answer(State(app): State<App>, Path(token): Path<String>) -> Response {
    let plain = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    match app.answer_acme(&token).await {
        Ok(Some(answer)) => (plain, answer).into_response(),
        Ok(None) => (StatusCode::NOT_FOUND, plain, "this token is not known\n").into_response(),
        Err(error) => {
            // Anybody can ask: not in the log of a member that is well.
            tracing::debug!(%error, "whether a token of a challenge is known cannot be said");
            (StatusCode::SERVICE_UNAVAILABLE, plain, "try again\n").into_response()
        }
    }
}
