//! One member: the composition root. Assembles storage, consensus, the application and its transports, and runs the duties
//! of the leader while this member is it.

mod acme;
mod admission;
mod again;
mod archives;
mod args;
mod assemble;
mod backup;
mod bootstrap;
mod certificate;
mod checks;
mod contacts;
mod depot;
mod disk;
mod epoch;
mod facts;
mod formation;
mod init;
mod internal_crls;
mod join;
mod kek;
mod level;
mod listen;
mod membership;
mod metrics;
mod outbound;
pub mod recover;
mod reseal;
pub mod restore;
mod room;
mod schedule;
mod simulators;
mod sink;
mod size;
mod supervise;
mod tls;

pub use archives::ArchiveArgs;
pub use args::{SNAPSHOT_EVERY, ServerArgs, duration};
pub use assemble::{Ending, Server, start};
pub use init::{InitArgs, Initialized, init};
pub use kek::KekArgs;
pub use schedule::ScheduleArgs;
pub use size::ByteSize;
pub use tls::TlsArgs;

use tokio::signal::unix::{SignalKind, signal};

/// Runs a member until SIGTERM or SIGINT.
pub async fn run(args: ServerArgs) -> anyhow::Result<()> {
    let again = again::Again::default();
    let server = start(args).await?;
    let mut terminate = signal(SignalKind::terminate())?;
    let ending = tokio::select! {
        _ = terminate.recv() => {
            tracing::info!("SIGTERM: leaving");
            None
        }
        result = tokio::signal::ctrl_c() => {
            result?;
            tracing::info!("SIGINT: leaving");
            None
        }
        ending = server.ended() => Some(ending),
    };
    let Some(ending) = ending else {
        server.shutdown().await;
        return Ok(());
    };
    match ending {
        Ending::Final(cause) => {
            server.shutdown().await;
            Err(anyhow::anyhow!("this member cannot go on: {cause}"))
        }
        Ending::Repairable(cause) => {
            server.shutdown().await;
            Err(again.begin(&cause).await)
        }
        Ending::Disk(cause) => {
            // What it has it can serve; it takes no part until its disk does what it is told.
            tokio::select! {
                _ = terminate.recv() => {
                    tracing::info!("SIGTERM: leaving");
                    server.shutdown().await;
                    return Ok(());
                }
                () = server.disk_is_well(&cause) => {}
            }
            server.shutdown().await;
            Err(again.begin(&cause).await)
        }
    }
}
