//! An upstream that answers with its version.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// See the module.
pub struct Upstream {
    port: u16,
    served: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Upstream {
    /// Answers every request with `status` and `version` as the body.
    pub async fn start(version: &str, status: u16) -> Self {
        Self::after(Duration::ZERO, version, status).await
    }

    /// Answers every request well, and so many milliseconds late.
    pub async fn slow(version: &str, ms: u64) -> Self {
        Self::after(Duration::from_millis(ms), version, 200).await
    }

    async fn after(pause: Duration, version: &str, status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback listener");
        let port = listener.local_addr().expect("its address").port();
        let served = Arc::new(AtomicU64::new(0));
        let (count, version) = (Arc::clone(&served), version.to_owned());
        let status = StatusCode::from_u16(status).expect("an HTTP status");
        let app = Router::new().fallback(move || {
            count.fetch_add(1, Ordering::Relaxed);
            let version = version.clone();
            async move {
                tokio::time::sleep(pause).await;
                (status, version)
            }
        });
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, app).await;
        });
        Self { port, served, task }
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Requests answered so far.
    pub fn served(&self) -> u64 {
        self.served.load(Ordering::Relaxed)
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.task.abort();
    }
}
