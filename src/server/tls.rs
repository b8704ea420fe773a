//! The TLS that clients speak to a member: the certificate that it shows, where that comes from, and for how long it is good.
//!
//! [`ServingCertificate`] is the place of the certificate. Whoever has a newer one shows it there, and the next connection gets it;
//! connections that are open go on. [`files`] feeds it from two files, [`issued`] from the cluster's own CA. What members speak to each other is not here
//! but in `sentinel-pki`: nothing that is shown here makes a member.

mod args;
mod files;
mod horizon;
mod issued;
mod pair;
mod serving;
#[cfg(test)]
pub mod testing;

use sentinel_app::App;
use sentinel_pki::{IdentityHandle, ServerNames};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::supervise::{endless, supervise};

pub use args::TlsArgs;
pub use files::Files;
#[cfg(test)]
pub use pair::Pair;
pub use serving::ServingCertificate;

/// Where the certificate comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// From an operator, in files.
    Files(Files),
    /// From the cluster's CA, under these names.
    Cluster(ServerNames),
}

/// Looks after the certificate while the member runs: follows its source, and tells of its end.
pub fn keep(
    certificate: ServingCertificate,
    source: Source,
    app: App,
    identity: IdentityHandle,
    stop: &CancellationToken,
) -> [JoinHandle<()>; 2] {
    let horizon = endless("watching the end of the certificate", stop, horizon::watch(certificate.clone()));
    let kept = match source {
        Source::Files(files) => {
            let stopped = stop.clone();
            supervise("following the certificate", stop, async move {
                tokio::select! {
                    () = stopped.cancelled() => Ok(()),
                    ended = files.follow(certificate, app) => ended,
                }
            })
        }
        Source::Cluster(names) => {
            endless("issuing the certificate", stop, issued::keep(names, certificate, app, identity))
        }
    };
    [horizon, kept]
}
