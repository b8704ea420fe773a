//! Asks the proxy on the same host, each time over a connection of its own: a kept one would go on leading to the process that
//! is being replaced.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::BytesMut;
use reqwest::header::{CONNECTION, HOST};
use reqwest::redirect::Policy;

/// Longest wait for one answer.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(1);

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Its body, whole.
    pub body: Vec<u8>,
}

/// See the module. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LocalHttp(reqwest::Client);

impl LocalHttp {
    /// A client without any proxy, redirect or kept connection.
    ///
    /// # Errors
    /// It cannot be set up.
    pub fn new() -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .tls_certs_only([])
            .no_proxy()
            .redirect(Policy::none())
            .pool_max_idle_per_host(0)
            .connect_timeout(ANSWER_WITHIN)
            .build()?;
        Ok(Self(http))
    }

    /// Asks for a path, with another `Host` if one is given.
    ///
    /// # Errors
    /// In words: no connection, no answer in time, an answer larger than `limit`.
    pub async fn get(
        &self,
        address: SocketAddr,
        path: &str,
        host: Option<&str>,
        limit: usize,
    ) -> Result<Answer, String> {
        match tokio::time::timeout(ANSWER_WITHIN, self.exchange(address, path, host, limit)).await {
            Ok(result) => result,
            Err(_) => Err(format!("does not answer within {} s", ANSWER_WITHIN.as_secs())),
        }
    }

    async fn exchange(
        &self,
        address: SocketAddr,
        path: &str,
        host: Option<&str>,
        limit: usize,
    ) -> Result<Answer, String> {
        let mut request = self.0.get(format!("http://{address}{path}")).header(CONNECTION, "close");
        if let Some(host) = host {
            request = request.header(HOST, host);
        }
        let mut response = request.send().await.map_err(|error| words(&error))?;
        let status = response.status().as_u16();
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| words(&error))? {
            if body.len() + chunk.len() > limit {
                return Err(format!("answers with more than {limit} bytes"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, body: body.to_vec() })
    }
}

fn words(error: &reqwest::Error) -> String {
    if error.is_connect() {
        return "does not accept connections".to_owned();
    }
    "closes the connection without a whole answer".to_owned()
}
