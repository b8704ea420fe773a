//! The TLS that clients speak to a member: the certificate that it shows, where that comes from, and for how long it is good.
//!
//! [`ServingCertificate`] is the place of the certificate. Whoever has a newer one shows it there, and the next connection gets it;
//! connections that are open go on. [`files`] feeds it from two files. What members speak to each other is not here
//! but in `sentinel-pki`: nothing that is shown here makes a member.

mod args;
mod files;
mod horizon;
mod pair;
mod serving;
#[cfg(test)]
pub mod testing;

use sentinel_app::App;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::supervise::{endless, supervise};

pub use args::TlsArgs;
pub use files::Files;
#[cfg(test)]
pub use pair::Pair;
pub use serving::ServingCertificate;

/// Looks after the certificate while the member runs: follows the files, if it comes from files, and tells of its end.
pub fn keep(
    certificate: ServingCertificate,
    files: Option<Files>,
    app: App,
    stop: &CancellationToken,
) -> Vec<JoinHandle<()>> {
    let horizon = horizon::watch(certificate.clone());
    let mut tasks = vec![endless("watching the end of the certificate", stop, horizon)];
    if let Some(files) = files {
        let stopped = stop.clone();
        let following = async move {
            tokio::select! {
                () = stopped.cancelled() => Ok(()),
                ended = files.follow(certificate, app) => ended,
            }
        };
        tasks.push(supervise("following the certificate", stop, following));
    }
    tasks
}
