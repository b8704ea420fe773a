//! One member: the composition root. Assembles storage, consensus, the application and its transports, and runs the duties
//! of the leader while this member is it.

mod admission;
mod archives;
mod args;
mod assemble;
mod bootstrap;
mod certificate;
mod contacts;
mod disk;
mod formation;
mod init;
mod join;
mod kek;
mod listen;
mod membership;
mod metrics;
mod sink;
mod supervise;
mod tls;

pub use args::{ServerArgs, duration};
pub use assemble::{Server, start};
pub use init::{InitArgs, Initialized, init};
pub use kek::KekArgs;
pub use tls::TlsArgs;

use tokio::signal::unix::{SignalKind, signal};

/// Runs a member until SIGTERM or SIGINT.
pub async fn run(args: ServerArgs) -> anyhow::Result<()> {
    let server = start(args).await?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => tracing::info!("SIGTERM: leaving"),
        result = tokio::signal::ctrl_c() => {
            result?;
            tracing::info!("SIGINT: leaving");
        }
        cause = server.failed() => {
            server.shutdown().await;
            anyhow::bail!("this member cannot go on: {cause}");
        }
    }
    server.shutdown().await;
    Ok(())
}
