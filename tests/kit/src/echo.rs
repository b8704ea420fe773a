//! An upstream that tells what it was asked, and does what the query says.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Answers with a JSON object: `name`, `method`, `path` (with the query), `version`, `headers` (name → values), `sent` (bytes of
/// the body).
///
/// The query may ask for more: `status=503` (and `times=2` for the first two requests of a path only), `delay=300` in milliseconds,
/// `header=Name:value` for a header of the answer.
pub struct Echo {
    port: u16,
    seen: Seen,
    task: JoinHandle<()>,
}

type Seen = Arc<Mutex<HashMap<String, u64>>>;

impl Echo {
    /// One that calls itself `name`.
    pub async fn start(name: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback listener");
        let port = listener.local_addr().expect("its address").port();
        let seen = Seen::default();
        let app = app(name, &seen);
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, app).await;
        });
        Self { port, seen, task }
    }

    /// Its port on `127.0.0.1`.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where it is, as a configuration names it.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// It as a target of an upstream group.
    pub fn target(&self) -> Value {
        json!({ "host": "127.0.0.1", "port": self.port })
    }

    /// Requests so far.
    pub fn served(&self) -> u64 {
        self.seen.lock().expect("the counts").values().sum()
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What it serves, for listeners of other kinds.
pub fn app(name: &str, seen: &Arc<Mutex<HashMap<String, u64>>>) -> Router {
    Router::new().fallback(answer).with_state((name.to_owned(), Arc::clone(seen)))
}

async fn answer(
    State((name, seen)): State<(String, Seen)>,
    Query(query): Query<HashMap<String, String>>,
    request: Request,
) -> Response {
    let path = request.uri().path_and_query().map_or_else(String::new, ToString::to_string);
    let turn = {
        let mut seen = seen.lock().expect("the counts");
        let count = seen.entry(path.clone()).or_default();
        *count += 1;
        *count
    };
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<u64>().ok());
    if let Some(delay) = number("delay") {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    let (request, body) = request.into_parts();
    // An upstream that answers before it has read everything would hide what becomes of the rest.
    let sent = axum::body::to_bytes(body, 1 << 20).await.map_or(0, |bytes| bytes.len());
    let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in &request.headers {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        headers.entry(name.to_string()).or_default().push(value);
    }
    let body = json!({
        "name": name,
        "method": request.method.as_str(),
        "path": path,
        "version": format!("{:?}", request.version),
        "headers": headers,
        "sent": sent,
    });
    let mut response = axum::Json(body).into_response();
    let failing = number("times").is_none_or(|times| turn <= times);
    if let Some(status) = number("status").filter(|_| failing) {
        *response.status_mut() = StatusCode::from_u16(status as u16).expect("an HTTP status");
    }
    if let Some((name, value)) = query.get("header").and_then(|header| header.split_once(':')) {
        let name = HeaderName::try_from(name).expect("a header name");
        response.headers_mut().insert(name, HeaderValue::try_from(value).expect("a header value"));
    }
    response
}
