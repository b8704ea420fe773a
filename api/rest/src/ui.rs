//! The web UI's files, and its pages.

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use sentinel_ui::{Asset, CONTENT_SECURITY_POLICY, INDEX, asset};

use crate::refusal;

/// A file of the UI; for other paths that a browser opens, its first page; else 404.
pub async fn serve(request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let (method, uri, asked) = (parts.method, parts.uri, parts.headers);
    let reads = matches!(method, Method::GET | Method::HEAD);
    let accept =
        |name: HeaderName| asked.get(&name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if reads && !uri.path().starts_with("/api/") {
        let encodings = accept(header::ACCEPT_ENCODING);
        if let Some(file) = asset(uri.path(), encodings) {
            return send(file, &asked);
        }
        if accept(header::ACCEPT).contains("text/html")
            && let Some(page) = asset(INDEX, encodings)
        {
            return send(page, &asked);
        }
    }
    refusal::no_route(method, uri).await.into_response()
}

fn send(file: Asset, asked: &HeaderMap) -> Response {
    let known = asked.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let unchanged = known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim() == file.etag));
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(file.bytes.into_owned()).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    if let Some(encoding) = file.encoding.filter(|_| !unchanged) {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    if let Ok(tag) = HeaderValue::from_str(&file.etag) {
        headers.insert(header::ETAG, tag);
    }
    let kept = if file.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    response
}
