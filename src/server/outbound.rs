//! Requests that this member makes because somebody asked for them: where they may go, and what comes of them.
//!
//! Whoever may start a rollout may say what is asked. So that nobody has the cluster look into the network around it, a name is resolved
//! by what connects, once for each connection, and of its addresses only those are left that are not refused; no redirect is followed; no
//! proxy is asked; of a body no more is read than is looked at; and a name that is not found looks like one that is refused: which
//! it was is in this member's log alone.

mod address;
mod caller;
mod guard;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Method, Url};
use sentinel_model::check::{self, ERROR_MAX, HttpCheck};
use tokio::sync::OnceCell;

pub use address::Range;
pub use caller::Caller;
use guard::{Guard, Kept, Names};

/// Of a body, so much is read.
const BODY_MAX: usize = 64 * 1024;

/// Makes them. Cheap to clone: clones share.
#[derive(Clone, Debug)]
pub struct Outbound {
    guard: Guard,
    /// Clients by where they may go, each made when it is first needed: to read the trust store again for each request takes longer than
    /// most of them.
    clients: Arc<[OnceCell<Client>; 2]>,
}

impl Default for Outbound {
    fn default() -> Self {
        Self::allowing(Vec::new())
    }
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its status, if there was an answer.
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub latency_ms: u32,
    /// Why it does not pass.
    pub error: Option<String>,
}

impl Outbound {
    /// Requests may go to these ranges in any case.
    pub fn allowing(ranges: Vec<Range>) -> Self {
        Self::asking(ranges, guard::system())
    }

    fn asking(ranges: Vec<Range>, names: Names) -> Self {
        Self { guard: Guard::new(ranges, names), clients: Arc::default() }
    }

    /// Makes a check; `private`: it may go to private addresses.
    pub async fn ask(&self, check: &HttpCheck, private: bool) -> Answer {
        let began = Instant::now();
        let mut status = None;
        let timeout = Duration::from_millis(check.timeout_ms.into());
        let asked = tokio::time::timeout(timeout, self.answer(check, private, timeout, &mut status)).await;
        let error = match asked {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.chars().filter(|c| !c.is_control()).take(ERROR_MAX).collect()),
            Err(_) => Some(format!("no answer within {} ms", check.timeout_ms)),
        };
        let latency_ms = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);
        Answer { status, latency_ms, error }
    }

    async fn answer(
        &self,
        check: &HttpCheck,
        private: bool,
        timeout: Duration,
        status: &mut Option<u16>,
    ) -> Result<(), String> {
        let url = Url::parse(&check.url).map_err(|error| format!("is no URL: {error}"))?;
        if !["http", "https"].contains(&url.scheme()) {
            return Err("only http and https are asked".into());
        }
        let guard = self.guard.going(private);
        // What is written as an address is not looked up.
        guard.require_literal(url.host_str().ok_or("names no host")?)?;
        let [public, all] = &*self.clients;
        let kept = if private { all } else { public };
        let http = kept.get_or_try_init(|| async { client(guard) }).await.map_err(|error| words(&error))?;
        let method = match check.method {
            check::Method::Get => Method::GET,
            check::Method::Head => Method::HEAD,
        };
        let request = http.request(method, url).timeout(timeout);
        let request =
            check.headers.iter().fold(request, |request, (name, value)| request.header(name, value.expose()));
        let mut response = request.send().await.map_err(|error| words(&error))?;
        let found = response.status().as_u16();
        *status = Some(found);
        let [least, most] = check.status;
        if !(least..=most).contains(&found) {
            let wanted = if least == most { least.to_string() } else { format!("{least}-{most}") };
            return Err(format!("{found} instead of {wanted}"));
        }
        let Some(text) = &check.body_contains else { return Ok(()) };
        let mut body = Vec::new();
        while body.len() < BODY_MAX {
            match response.chunk().await.map_err(|error| words(&error))? {
                Some(chunk) => body.extend_from_slice(&chunk[..chunk.len().min(BODY_MAX - body.len())]),
                None => break,
            }
        }
        let found = body.windows(text.len()).any(|part| part == text.as_bytes());
        if found { Ok(()) } else { Err("the body does not contain what it must".into()) }
    }
}

/// What connects; never twice over the same connection, so that each is looked at.
fn client(guard: Guard) -> Result<Client, reqwest::Error> {
    builder(guard).build()
}

/// What makes what connects.
fn builder(guard: Guard) -> ClientBuilder {
    Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .dns_resolver(Arc::new(guard))
        .pool_max_idle_per_host(0)
        .user_agent(concat!("sentinel-cp/", env!("CARGO_PKG_VERSION")))
}

/// What went wrong, without the URL: the last of the causes says it, or the guard.
fn words(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".into();
    }
    let mut cause: &dyn Error = error;
    while let Some(next) = cause.source() {
        if let Some(kept) = next.downcast_ref::<Kept>() {
            return kept.to_string();
        }
        cause = next;
    }
    cause.to_string()
}
