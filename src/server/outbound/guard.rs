//! Where a client connects to: names are resolved here, and refused addresses left out, whenever it opens a connection.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;

use super::address::{self, Range};

/// Names that are looked up at a time.
const LOOKUPS: usize = 8;

/// Looks up a name. Takes its thread for as long as it takes.
pub type Names = Arc<dyn Fn(&str) -> io::Result<Vec<SocketAddr>> + Send + Sync>;

/// The names that the system knows.
pub fn system() -> Names {
    Arc::new(|host| Ok((host, 0).to_socket_addrs()?.collect()))
}

/// Where requests may go. Cheap to clone.
#[derive(Clone)]
pub struct Guard {
    /// To private addresses.
    private: bool,
    /// Whatever the address is.
    allowed: Arc<Vec<Range>>,
    names: Names,
    /// Names that may be looked up at a time.
    lookups: Arc<Semaphore>,
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("private", &self.private).field("allowed", &self.allowed).finish()
    }
}

/// Somebody wanted to go where nobody goes, or to what there is not. Not said: which. That would tell whoever can start a rollout what there
/// is in the network around the cluster.
#[derive(Debug)]
pub struct Kept(String);

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "'{}' is not found, or checks do not go there; the log of the member that leads says why",
            self.0
        )
    }
}

impl std::error::Error for Kept {}

impl Guard {
    /// A guard that lets requests go to these ranges in any case.
    pub fn new(ranges: Vec<Range>, names: Names) -> Self {
        Self { private: false, allowed: Arc::new(ranges), names, lookups: Arc::new(Semaphore::new(LOOKUPS)) }
    }

    /// The same, for requests that may go to private addresses or not.
    pub fn going(&self, private: bool) -> Self {
        Self { private, ..self.clone() }
    }

    /// Refuses a host that is written as an address, if no request may go there.
    pub fn require_literal(&self, host: &str) -> Result<(), String> {
        let Ok(address) = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() else {
            return Ok(());
        };
        match self.refusal(address) {
            None => Ok(()),
            Some(kind) => Err(keep(host, &format!("it is {kind} address")).to_string()),
        }
    }

    /// What kind of an address it is, if no request may go there.
    pub fn refusal(&self, address: IpAddr) -> Option<&'static str> {
        if self.allowed.iter().any(|range| range.holds(address)) {
            None
        } else {
            address::refusal(address, self.private)
        }
    }

    /// The addresses of a name that are not refused. Nobody resolves it again for this connection. The system's resolver takes a thread until it
    /// is done, however long ago whoever asked has given up; so few are asked at a time, and one that does not answer keeps out
    /// further names and nothing else.
    async fn look_up(self, host: String) -> Result<Vec<SocketAddr>, Kept> {
        let place = self.lookups.clone().acquire_owned().await;
        let (names, named) = (self.names.clone(), host.clone());
        let looking = tokio::task::spawn_blocking(move || {
            let found = names(&named);
            drop(place);
            found
        });
        let found = looking.await.map_err(io::Error::other).and_then(|found| found);
        let found = found.map_err(|error| keep(&host, &error.to_string()))?;
        let mut why = "no";
        let mut left = Vec::new();
        for place in found {
            match self.refusal(place.ip()) {
                None => left.push(place),
                Some(kind) => why = kind,
            }
        }
        if left.is_empty() { Err(keep(&host, &format!("it has {why} address"))) } else { Ok(left) }
    }
}

/// Notes why nobody goes there.
fn keep(host: &str, why: &str) -> Kept {
    tracing::info!(host, why, "a check does not go where it was sent");
    Kept(host.to_owned())
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let left = guard.look_up(name.as_str().to_owned()).await?;
            Ok(Box::new(left.into_iter()) as Addrs)
        })
    }
}
