//! The client itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::ClientBuilder;
use reqwest::redirect::Policy;
use uuid::Uuid;

use crate::credential::Credential;
use crate::error::ClientError;
use crate::members::Members;
use crate::tls;
use crate::trust::Trust;

/// Longest wait for a connection to one member.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// How long a connection without a request is kept: less than members keep it, so that none goes away under a request.
const IDLE_AT_MOST: Duration = Duration::from_secs(20);

/// One cluster, asked with one credential. Cheap to clone; clones share connections and what is known of the members.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) http: reqwest::Client,
    /// Keeps no connection: each request opens its own.
    unpooled: reqwest::Client,
    pub(crate) members: Arc<Members>,
    pub(crate) credential: Credential,
    pub(crate) stale: bool,
    pub(crate) request_id: Option<Uuid>,
    /// What reads must have in them.
    pub(crate) min_index: Option<u64>,
    /// The newest write that was answered.
    pub(crate) written: Arc<AtomicU64>,
}

impl Client {
    /// A client of the cluster whose members have these base URLs.
    ///
    /// # Errors
    /// [`ClientError::Setup`] when a URL cannot be the base of an API, or there is none.
    pub fn new<I, S>(members: I, credential: Credential) -> Result<Self, ClientError>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<str>,
    {
        Self::trusting(members, credential, &Trust::default())
    }

    /// The same, with a choice of CAs for members whose URL begins with `https://`.
    ///
    /// # Errors
    /// [`ClientError::Setup`], as above, and when what shall be trusted cannot be read.
    pub fn trusting<I, S>(members: I, credential: Credential, trust: &Trust) -> Result<Self, ClientError>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<str>,
    {
        // A redirect would carry the credential to wherever the answer says.
        let tls = tls::config(trust)?;
        let http = |builder: ClientBuilder| {
            builder
                .connect_timeout(CONNECT_WITHIN)
                .tls_backend_preconfigured(tls.clone())
                .redirect(Policy::none())
                .no_proxy()
                .user_agent(concat!("sentinel-cp/", env!("CARGO_PKG_VERSION")))
                .build()
                .map_err(|error| ClientError::Setup(error.to_string()))
        };
        Ok(Self {
            http: http(reqwest::Client::builder().pool_idle_timeout(IDLE_AT_MOST))?,
            unpooled: http(reqwest::Client::builder().pool_max_idle_per_host(0))?,
            members: Arc::new(Members::new(members)?),
            credential,
            stale: false,
            request_id: None,
            min_index: None,
            written: Arc::default(),
        })
    }

    /// The same cluster, asked with another credential.
    #[must_use]
    pub fn with_credential(&self, credential: Credential) -> Self {
        Self { credential, ..self.clone() }
    }

    /// The same, but each request opens a connection of its own: what answers can be reached now, not only over a connection that was
    /// opened earlier.
    #[must_use]
    pub fn on_fresh_connections(&self) -> Self {
        Self { http: self.unpooled.clone(), ..self.clone() }
    }

    /// The same, but reads take what the asked member has at once, however old.
    #[must_use]
    pub fn stale(&self) -> Self {
        Self { stale: true, ..self.clone() }
    }

    /// The same, but writes carry this `Idempotency-Key`. For one write whose answer may get lost with this process: asked again with
    /// the same key, it happens once, and the answer is the same.
    #[must_use]
    pub fn with_request_id(&self, id: Uuid) -> Self {
        Self { request_id: Some(id), ..self.clone() }
    }

    /// The same, but a member answers reads only when it has applied the entry with this log index, or refuses with `behind` after five
    /// seconds; also stale ones. With [`Client::written`], a stale read sees the writes that were made before, at every member.
    #[must_use]
    pub fn at_least(&self, index: u64) -> Self {
        Self { min_index: Some(index), ..self.clone() }
    }

    /// Log index of the newest write that was answered to this client or one of its clones; zero before the first.
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Adds members that the cluster told of. Those given to [`Client::new`] are never forgotten.
    pub fn learn_members<S: AsRef<str>>(&self, urls: &[S]) {
        self.members.learn(urls);
    }

    /// Base URLs of all known members, the one that is asked first in front.
    pub fn members(&self) -> Vec<String> {
        self.members.in_order().iter().map(ToString::to_string).collect()
    }
}
