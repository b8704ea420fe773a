//! For load balancers and monitoring: is the process up, can it serve, what are its numbers. And the OpenAPI document.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{StatusCode, header};
use metrics_exporter_prometheus::PrometheusHandle;
use sentinel_app::App;
use serde_json::json;
use utoipa::openapi::OpenApi;

use crate::openapi::document;

/// The routes.
pub fn router(app: App, metrics: Option<PrometheusHandle>) -> Router {
    let document: &'static OpenApi = Box::leak(Box::new(document()));
    let mut router = Router::new()
        .route("/health", get(health))
        .route("/ready", get(ready))
        .route("/openapi.json", get(move || async move { Json(document) }))
        .with_state(app);
    if let Some(handle) = metrics {
        router = router.route("/metrics", get(move || async move { render(&handle) }));
    }
    router
}

/// That the process serves, and what is wrong with it all the same.
async fn health(State(app): State<App>) -> Response {
    let problems = app.concerns().told();
    if problems.is_empty() {
        return Json(json!({ "status": "ok" })).into_response();
    }
    Json(json!({ "status": "degraded", "problems": problems })).into_response()
}

async fn ready(State(app): State<App>) -> Response {
    match app.unready().await {
        None => Json(json!({ "status": "ok" })).into_response(),
        Some(reason) => {
            let body = Json(json!({ "status": "unavailable", "reason": reason }));
            (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
        }
    }
}

fn render(handle: &PrometheusHandle) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render()).into_response()
}
