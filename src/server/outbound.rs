//! Requests that this member makes because somebody asked for them: where they may go, and what comes of them.
//!
//! Whoever may start a rollout may say what is asked. So that nobody has the cluster look into the network around it, a name is resolved
//! once and the request goes to one of these very addresses, those that are refused left out; no redirect is followed; no proxy
//! is asked; and of a body no more is read than is looked at.

mod address;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Method, Url};
use sentinel_model::check::{self, ERROR_MAX, HttpCheck};
use tokio::sync::Semaphore;

pub use address::Range;

/// Of a body, so much is read.
const BODY_MAX: usize = 64 * 1024;
/// Names that are looked up at a time.
const LOOKUPS: usize = 8;

/// Makes them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Outbound {
    /// Where they may go whatever the address is.
    allowed: Arc<Vec<Range>>,
    /// Names that may be looked up at a time.
    lookups: Arc<Semaphore>,
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
        Self { allowed: Arc::new(ranges), lookups: Arc::new(Semaphore::new(LOOKUPS)) }
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
        let to = self.place(&url, private).await?;
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .dns_resolver(Arc::new(Only(to)))
            .pool_max_idle_per_host(0)
            .timeout(timeout)
            .user_agent(concat!("sentinel-cp/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| words(&error))?;
        let method = match check.method {
            check::Method::Get => Method::GET,
            check::Method::Head => Method::HEAD,
        };
        let headers = check.headers.iter();
        let request =
            headers.fold(http.request(method, url), |request, (name, value)| request.header(name, value));
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

    /// The address that is asked: one that is not refused. Nobody resolves the name again.
    async fn place(&self, url: &Url, private: bool) -> Result<SocketAddr, String> {
        let (host, port) = url.host_str().zip(url.port_or_known_default()).ok_or("names no host")?;
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        let found: Vec<SocketAddr> = match literal {
            Ok(address) => vec![SocketAddr::new(address, port)],
            Err(_) => self.look_up(host.to_owned(), port).await?,
        };
        let mut why = "no";
        for place in found {
            match self.refusal(place.ip(), private) {
                None => return Ok(place),
                Some(kind) => why = kind,
            }
        }
        Err(format!("'{host}' has {why} address, and checks do not go there"))
    }

    /// The addresses of a name. The system's resolver takes a thread until it is done, however long ago whoever asked has given up; so
    /// few are asked at a time, and one that does not answer keeps out further names and nothing else.
    async fn look_up(&self, host: String, port: u16) -> Result<Vec<SocketAddr>, String> {
        let place = self.lookups.clone().acquire_owned().await.map_err(|error| error.to_string())?;
        let looking = tokio::spawn(async move {
            let found = tokio::net::lookup_host((host.as_str(), port)).await;
            drop(place);
            found.map(Vec::from_iter).map_err(|_| format!("'{host}' is not found"))
        });
        looking.await.map_err(|error| error.to_string())?
    }

    /// What kind of an address it is, if no request may go there.
    fn refusal(&self, address: IpAddr, private: bool) -> Option<&'static str> {
        if self.allowed.iter().any(|range| range.holds(address)) {
            None
        } else {
            address::refusal(address, private)
        }
    }
}

/// Resolves every name to the one address that was looked at.
struct Only(SocketAddr);

impl Resolve for Only {
    fn resolve(&self, _: Name) -> Resolving {
        let only: Addrs = Box::new(std::iter::once(self.0));
        Box::pin(std::future::ready(Ok(only)))
    }
}

/// What went wrong, without the URL: the last of the causes says it.
fn words(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".into();
    }
    let mut cause: &dyn Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
