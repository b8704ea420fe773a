//! Requests to whichever member answers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use reqwest::{Method, Response, StatusCode};
use sentinel_api_types::Secret;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::ClientError;

/// Time to make a connection.
const CONNECT: Duration = Duration::from_secs(3);
/// Time for an answer that does not wait for anything.
const ANSWER: Duration = Duration::from_secs(15);

/// Who asks.
#[derive(Clone, Debug, Default)]
pub enum Credential {
    /// Nobody.
    #[default]
    None,
    /// A session's token, an API key or a node's token.
    Bearer(Secret),
    /// A node's key.
    NodeKey(Secret),
}

/// See the module. Clones share the choice of the member and the credential.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    servers: Arc<RwLock<Vec<String>>>,
    current: Arc<AtomicUsize>,
    credential: Arc<RwLock<Credential>>,
}

impl Client {
    /// A client of the members at these base URLs. At least one.
    pub fn new(servers: Vec<String>, credential: Credential) -> Result<Self, ClientError> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .user_agent(concat!("sentinel-cp/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| ClientError::Unreachable(error.to_string()))?;
        if servers.is_empty() {
            return Err(ClientError::Unreachable("no server is named".into()));
        }
        Ok(Self {
            http,
            servers: Arc::new(RwLock::new(servers)),
            current: Arc::default(),
            credential: Arc::new(RwLock::new(credential)),
        })
    }

    /// Asks as somebody else from now on.
    pub fn set_credential(&self, credential: Credential) {
        *self.credential.write().unwrap_or_else(PoisonError::into_inner) = credential;
    }

    /// Takes in members that a member named. The ones known before are kept.
    pub fn learn(&self, members: &[String]) {
        let mut servers = self.servers.write().unwrap_or_else(PoisonError::into_inner);
        for member in members {
            if servers.len() < 64 && !servers.contains(member) {
                servers.push(member.clone());
            }
        }
    }

    /// GET.
    pub async fn get<A: DeserializeOwned>(&self, path: &str) -> Result<A, ClientError> {
        json(self.send(Method::GET, path, None::<&()>, ANSWER).await?).await
    }

    /// GET of something that may take up to `wait` longer than other answers.
    pub async fn get_waiting<A: DeserializeOwned>(
        &self,
        path: &str,
        wait: Duration,
    ) -> Result<A, ClientError> {
        json(self.send(Method::GET, path, None::<&()>, ANSWER + wait).await?).await
    }

    /// POST.
    pub async fn post<Q: Serialize, A: DeserializeOwned>(
        &self,
        path: &str,
        body: &Q,
    ) -> Result<A, ClientError> {
        json(self.send(Method::POST, path, Some(body), ANSWER).await?).await
    }

    /// The bytes behind a path, at most `limit` of them.
    pub async fn bytes(&self, path: &str, limit: u64, within: Duration) -> Result<Bytes, ClientError> {
        let answer = self.send(Method::GET, path, None::<&()>, within).await?;
        let mut stream = answer.bytes_stream();
        let mut bytes = BytesMut::new();
        while let Some(part) = stream.next().await {
            bytes.extend_from_slice(&part.map_err(|error| ClientError::Unreachable(words(&error)))?);
            if bytes.len() as u64 > limit {
                return Err(ClientError::TooLarge(limit));
            }
        }
        Ok(bytes.freeze())
    }

    /// Tries the members in turn, beginning with the one that answered last. Only a request that reached nobody, or that a
    /// member refused for want of a cluster, goes to the next.
    async fn send<Q: Serialize>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Q>,
        within: Duration,
    ) -> Result<Response, ClientError> {
        let servers = self.servers.read().unwrap_or_else(PoisonError::into_inner).clone();
        let first = self.current.load(Ordering::Relaxed);
        let mut last = ClientError::Unreachable("no server is named".into());
        for step in 0..servers.len() {
            let place = (first + step) % servers.len();
            let mut request =
                self.http.request(method.clone(), format!("{}{path}", servers[place])).timeout(within);
            request = match &*self.credential.read().unwrap_or_else(PoisonError::into_inner) {
                Credential::None => request,
                Credential::Bearer(token) => request.bearer_auth(token.expose()),
                Credential::NodeKey(key) => request.header("x-zentinel-node-key", key.expose()),
            };
            if let Some(body) = body {
                request = request.json(body);
            }
            match request.send().await {
                Ok(answer) if answer.status() == StatusCode::SERVICE_UNAVAILABLE => {
                    last = refusal(answer).await;
                }
                Ok(answer) => {
                    self.current.store(place, Ordering::Relaxed);
                    return if answer.status().is_success() {
                        Ok(answer)
                    } else {
                        Err(refusal(answer).await)
                    };
                }
                Err(error) => {
                    last = ClientError::Unreachable(format!("{}: {}", servers[place], words(&error)))
                }
            }
        }
        Err(last)
    }
}

async fn json<A: DeserializeOwned>(answer: Response) -> Result<A, ClientError> {
    answer.json().await.map_err(|error| ClientError::Malformed(words(&error)))
}

async fn refusal(answer: Response) -> ClientError {
    let status = answer.status().as_u16();
    match answer.text().await {
        Ok(text) => ClientError::refused(status, &text),
        Err(error) => ClientError::Unreachable(words(&error)),
    }
}

/// An error with what lies behind it: "connection refused" says more than "error sending request".
fn words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        words = format!("{words}: {inner}");
        source = inner.source();
    }
    words
}
