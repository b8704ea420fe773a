//! A member that lies: passes requests on to an honest one, and changes the answers that it is told to change.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Largest body that is passed on.
const BODY_MAX: usize = 64 << 20;

/// The path that was asked for and the honest answer; `None` leaves it as it is.
type Lie = Box<dyn Fn(&str, &Bytes) -> Option<Bytes> + Send>;

struct Relay {
    http: reqwest::Client,
    honest: String,
    own: String,
    lie: Mutex<Option<Lie>>,
}

/// See the module.
pub struct Liar {
    relay: Arc<Relay>,
    task: JoinHandle<()>,
}

impl Liar {
    /// Stands before the member at `honest`, which is the only one: whoever is told of members is told of the liar.
    pub async fn start(honest: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback listener");
        let own = format!("http://{}", listener.local_addr().expect("its address"));
        let http = reqwest::Client::builder().no_proxy().build().expect("an HTTP client");
        let relay = Arc::new(Relay { http, honest: honest.to_owned(), own, lie: Mutex::new(None) });
        let app = Router::new().fallback(pass_on).with_state(Arc::clone(&relay));
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, app).await;
        });
        Self { relay, task }
    }

    /// Its base URL.
    pub fn url(&self) -> String {
        self.relay.own.clone()
    }

    /// Lies from now on. `lie` gets the path that was asked for and the honest answer.
    pub fn lies(&self, lie: impl Fn(&str, &Bytes) -> Option<Bytes> + Send + 'static) {
        *self.relay.lie.lock().expect("no test panics within") = Some(Box::new(lie));
    }

    /// Tells the truth from now on.
    pub fn repents(&self) {
        *self.relay.lie.lock().expect("no test panics within") = None;
    }
}

impl Drop for Liar {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass_on(State(relay): State<Arc<Relay>>, request: Request) -> Response {
    match relay.answer(request).await {
        Ok(response) => response,
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

impl Relay {
    async fn answer(&self, request: Request) -> anyhow::Result<Response> {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path().to_owned();
        let url = format!("{}{}", self.honest, parts.uri);
        let mut headers = parts.headers;
        headers.remove(header::HOST);
        // A piece of an answer cannot be exchanged for another answer.
        headers.remove(header::RANGE);
        let body = to_bytes(body, BODY_MAX).await?;
        let answer = self.http.request(parts.method, url).headers(headers).body(body).send().await?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        let honest = answer.bytes().await?;
        let lie =
            self.lie.lock().expect("no test panics within").as_ref().and_then(|lie| lie(&path, &honest));
        let told = self.hide_members(&headers, lie.unwrap_or(honest));
        for hop in [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION] {
            headers.remove(hop);
        }
        let mut response = (status, Body::from(told)).into_response();
        *response.headers_mut() = headers;
        Ok(response)
    }

    fn hide_members(&self, headers: &HeaderMap, body: Bytes) -> Bytes {
        let json = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().ends_with(b"json"));
        if !json {
            return body;
        }
        let Ok(mut value) = serde_json::from_slice::<Value>(&body) else { return body };
        let Some(members) = value.get_mut("members") else { return body };
        *members = Value::from([self.own.as_str()].as_slice());
        Bytes::from(value.to_string())
    }
}
