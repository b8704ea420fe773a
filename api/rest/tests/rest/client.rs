//! A client of the router, without a socket.

use axum::Router;
use axum::body::{Body, Bytes};
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use sentinel_app::testing::World;
use sentinel_app::testing::world::Known;
use sentinel_rest::Options;
use serde_json::Value;
use tower::ServiceExt;

use crate::schema;

/// The router of a world.
pub struct Http {
    pub world: World,
    pub router: Router,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Bytes,
    pub json: Value,
}

impl Reply {
    /// The stable word of a refusal.
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// A request with a credential.
pub fn request(method: &str, path: &str, by: Option<&Known>) -> http::request::Builder {
    let builder = Request::builder().method(method).uri(path);
    match by {
        None => builder,
        Some(known) if matches!(known.caller.identity, sentinel_app::Identity::Node { .. }) => {
            builder.header("x-zentinel-node-key", known.secret.expose())
        }
        Some(known) => builder.header(header::AUTHORIZATION, format!("Bearer {}", known.secret.expose())),
    }
}

impl Http {
    pub async fn new() -> Self {
        Self::served(Options { ui: true, ..Options::default() }).await
    }

    /// With other choices.
    pub async fn served(options: Options) -> Self {
        let world = World::new().await.unwrap();
        let router = sentinel_rest::router(world.kit.app.clone(), options);
        Self { world, router }
    }

    /// Sends anything; the body of the answer is not read.
    pub async fn raw(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Sends anything and checks the answer against the document.
    pub async fn send(&self, request: Request<Body>) -> Reply {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let response = self.raw(request).await;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let kind =
            parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let json = if kind.starts_with("application/json") {
            serde_json::from_slice(&bytes).unwrap()
        } else {
            Value::Null
        };
        let reply = Reply { status: parts.status.as_u16(), headers: parts.headers, bytes, json };
        assert!(!reply.header("x-request-id").is_empty(), "{method} {path}");
        if parts.status.is_client_error() || parts.status.is_server_error() {
            let refusal: sentinel_api_types::ErrorBody = serde_json::from_value(reply.json.clone())
                .unwrap_or_else(|error| panic!("{method} {path} {}: {error}: {reply:?}", parts.status));
            assert!(!refusal.code.is_empty() && !refusal.summary().is_empty());
        }
        // 405 is about a method that the document does not have.
        if parts.status != StatusCode::METHOD_NOT_ALLOWED {
            schema::check(&method, &path, reply.status, &reply.json);
        }
        reply
    }

    /// Sends JSON, or nothing.
    pub async fn call(&self, method: &str, path: &str, by: Option<&Known>, body: Option<Value>) -> Reply {
        let builder = request(method, path, by);
        let request = match body {
            None => builder.body(Body::empty()),
            Some(body) => {
                builder.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string()))
            }
        };
        self.send(request.unwrap()).await
    }

    pub async fn get(&self, path: &str, by: &Known) -> Reply {
        self.call(Method::GET.as_str(), path, Some(by), None).await
    }

    pub async fn post(&self, path: &str, by: &Known, body: Value) -> Reply {
        self.call(Method::POST.as_str(), path, Some(by), Some(body)).await
    }
}
