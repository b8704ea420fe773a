//! The node's way to the control plane: whichever member answers, with a short-lived token as long as there is one.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use sentinel_api_types::Secret;
use sentinel_api_types::agent::LatestQuery;
use sentinel_api_types::node_secret::NodeSecretsRequest;
use sentinel_client::{Client, ClientError, Credential};
use sentinel_model::NodeId;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};

use super::activation::{FetchError, Source};
use super::backoff::Backoff;
use super::fetch;
use super::identity::Identity;
use super::release::Release;
use super::rhythm::part_of;
use super::sealing_key::SealingKey;
use super::secrets::Secrets;

/// When to try again after a token was refused or not given.
const TOKEN_AGAIN: Duration = Duration::from_secs(60);

/// Longest wait for one answer when it is looked whether a member can be reached.
const TRY_WITHIN: Duration = Duration::from_secs(10);

/// See the module. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Link {
    /// The node.
    pub node: NodeId,
    /// Asks with the node key.
    client: Client,
    token: Arc<Mutex<Token>>,
    downloads: PathBuf,
    sealing_key: SealingKey,
    /// Within how long to come back when nobody answers, in milliseconds.
    return_within_ms: Arc<AtomicU64>,
}

#[derive(Debug)]
struct Token {
    text: Option<Secret>,
    /// When to fetch another one.
    renew_at: Instant,
}

impl Link {
    /// With the key that the node got when it enrolled. `servers` are asked besides the members that the node was told of.
    ///
    /// # Errors
    /// None of the servers has a usable URL.
    pub fn new(
        servers: &[String],
        identity: &Identity,
        downloads: PathBuf,
        sealing_key: SealingKey,
    ) -> Result<Self, ClientError> {
        let client =
            Client::trusting(servers, Credential::NodeKey(identity.node_key.clone()), &identity.trust)?;
        client.learn_members(&identity.members);
        let token = Token { text: None, renew_at: Instant::now() };
        let token = Arc::new(Mutex::new(token));
        let return_within_ms = Arc::default();
        Ok(Self { node: identity.node_id, client, token, downloads, sealing_key, return_within_ms })
    }

    /// Adds members that the control plane told of.
    pub fn learn_members(&self, members: &[String]) {
        self.client.learn_members(members);
    }

    /// From now on, whoever finds that nobody answers comes back within this time.
    pub fn come_back_within(&self, time: Duration) {
        self.return_within_ms.store(u64::try_from(time.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// How long to wait when nobody answers: a random part of that time, so that a fleet does not come back at one moment.
    pub fn after_loss(&self) -> Duration {
        part_of(self.return_within())
    }

    fn return_within(&self) -> Duration {
        Duration::from_millis(self.return_within_ms.load(Ordering::Relaxed))
    }

    /// Asks with the token; if that is refused, once more with the key.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn ask<T, F>(&self, request: impl Fn(Client) -> F) -> Result<T, ClientError>
    where
        F: Future<Output = Result<T, ClientError>>,
    {
        let Some(token) = self.token().await else { return request(self.client.clone()).await };
        match request(self.client.with_credential(Credential::Bearer(token))).await {
            Err(error) if error.status() == Some(401) => {
                self.forget_token().await;
                request(self.client.clone()).await
            }
            result => result,
        }
    }

    /// The token, a fresh one from the half of its life on. `None`: the key has to do.
    async fn token(&self) -> Option<Secret> {
        let mut token = self.token.lock().await;
        if Instant::now() >= token.renew_at {
            match self.client.node_token(self.node).await {
                Ok(answer) => {
                    token.text = Some(answer.token);
                    token.renew_at =
                        Instant::now() + Duration::from_secs(answer.expires_in / 2).max(TOKEN_AGAIN);
                }
                Err(error) => {
                    // The old one, if there is one, is good for as long again.
                    tracing::debug!(%error, "no token; the node key is used");
                    token.renew_at = Instant::now() + TOKEN_AGAIN;
                }
            }
        }
        token.text.clone()
    }

    /// What a certificate authority is to be answered, if a member knows it.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn challenge(&self, token: &str) -> Result<Option<String>, ClientError> {
        self.ask(|client| async move { client.node_challenge(self.node, token).await }).await
    }

    /// Asks a member for anything newer than what runs, over a new connection. Only an answer to that very question counts: a 404 may be
    /// of whatever is on the way.
    async fn greet(&self, runs: &Release) -> Result<(), ClientError> {
        let epoch = (!runs.epoch.is_first()).then_some(runs.epoch);
        let query = LatestQuery {
            epoch,
            generation: Some(runs.generation),
            wait: Some(0),
            weight_epoch: None,
            weight_revision: None,
            secrets: None,
        };
        // With the token that there is: another one would be fetched over the connections that are not to be trusted here.
        let fresh = self.client.on_fresh_connections();
        let token = self.token.try_lock().ok().and_then(|token| token.text.clone());
        if let Some(token) = token {
            match fresh.with_credential(Credential::Bearer(token)).latest(self.node, &query).await {
                Err(error) if error.status() == Some(401) => {}
                answer => return answer.map(drop),
            }
        }
        fresh.latest(self.node, &query).await.map(drop)
    }

    async fn forget_token(&self) {
        let mut token = self.token.lock().await;
        token.text = None;
        token.renew_at = Instant::now() + TOKEN_AGAIN;
    }
}

#[async_trait]
impl Source for Link {
    async fn fetch(&self, release: &Release, size: u64) -> Result<Vec<u8>, FetchError> {
        fetch::fetch(self, &self.downloads, release, size).await
    }

    async fn secrets(&self, release: &Release) -> Result<Secrets, FetchError> {
        let here = |error: anyhow::Error| FetchError { message: format!("{error:#}"), passing: true };
        let public_key = self.sealing_key.public().map_err(here)?;
        let request = NodeSecretsRequest { bundle_id: release.bundle_id, public_key };
        let answer = self.ask(|client| {
            let request = request.clone();
            async move { client.node_secrets(self.node, &request).await }
        });
        let sealed = answer.await.map_err(|error| FetchError {
            message: format!("the values of its secrets: {error}"),
            // A value that is missing, and a key that is another one, stay so.
            passing: error.status() != Some(409),
        })?;
        let opened = self.sealing_key.open(&sealed, self.node, release.bundle_id).map_err(here)?;
        Ok(Secrets::new(opened))
    }

    async fn discard(&self, release: &Release) {
        fetch::discard(&self.downloads, release);
    }

    async fn reach(&self, runs: &Release, within: Duration) -> Result<(), String> {
        // A fleet that has switched together does not come as one when members are away.
        let longest = self.return_within().min(within / 4).max(Duration::from_secs(2));
        let mut pause = Backoff::new(Duration::from_millis(200), longest);
        let mut last = "none answered".to_owned();
        let tries = async {
            loop {
                let error = match timeout(TRY_WITHIN, self.greet(runs)).await {
                    Ok(Ok(())) => return,
                    Ok(Err(error)) => error.to_string(),
                    Err(_) => format!("none answered within {} s", TRY_WITHIN.as_secs()),
                };
                tracing::warn!(generation = runs.generation.0, error, "no member can be reached yet");
                last = error;
                sleep(pause.next()).await;
            }
        };
        let reached = timeout(within, tries).await;
        reached.map_err(|_| last)
    }
}

#[cfg(test)]
mod tests;
