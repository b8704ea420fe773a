//! REST transport: axum routes and the OpenAPI document.
