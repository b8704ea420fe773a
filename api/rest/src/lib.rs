//! The REST transport: axum routes, the OpenAPI document, and the web UI's files.
//!
//! A handler takes its arguments apart, calls one use case of `sentinel-app` and wraps the answer. What is the same for every
//! request (who calls, request ids, logs, metrics, limits, headers, the shape of refusals) stands in one place each.
//!
//! What it must not do: hold a business rule, or read or write state other than through the application.
//!
//! Where to start reading: [`routes`] for what there is, [`extract`] for how arguments are read, [`refusal`] for what a refusal
//! looks like.

pub mod address;
pub mod extract;
pub mod headers;
mod meters;
pub mod openapi;
pub mod range;
pub mod refusal;
pub mod request;
pub mod routes;
pub mod ui;

use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::{Extension, Router};
use metrics_exporter_prometheus::PrometheusHandle;
use sentinel_app::App;
use tower::util::option_layer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;

use meters::Meters;
use request::Attendance;

/// Largest body of a request, in bytes.
pub const BODY_MAX: usize = 2 * 1024 * 1024;

/// What a member can choose about its HTTP side.
#[derive(Clone, Default)]
pub struct Options {
    /// Renders `/metrics`; `None`: there is no such path.
    pub metrics: Option<PrometheusHandle>,
    /// Serve the web UI.
    pub ui: bool,
    /// It is served over TLS: browsers send cookies over nothing else, and are told to speak nothing else here from now on.
    pub https: bool,
}

/// Everything that a member serves over HTTP.
///
/// Serve it with `into_make_service_with_connect_info::<SocketAddr>()`, so that the application knows where requests come from.
pub fn router(app: App, options: Options) -> Router {
    let (api, _) = routes::api().split_for_parts();
    let api = api
        .method_not_allowed_fallback(refusal::method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(CsrfLayer::new().with_rejection_response(refusal::cross_site))
        .with_state(app.clone());
    let attendance = Attendance { app: app.clone(), meters: Meters::default() };
    let mut router = Router::new().merge(api).merge(routes::acme_challenges::router(app.clone()));
    router = router.merge(routes::health::router(app, options.metrics));
    router = if options.ui { router.fallback(ui::serve) } else { router.fallback(refusal::no_route) };
    router
        .layer(Extension(routes::session::SecureCookies(options.https)))
        .layer(CatchPanicLayer::custom(refusal::panicked))
        .layer(from_fn(headers::secure))
        .layer(option_layer(options.https.then(|| from_fn(headers::only_https))))
        .layer(from_fn_with_state(attendance, request::attend))
}
