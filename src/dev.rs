//! `sentinel-cp dev`: a whole cluster from nothing. Three members on loopback, a project, two bundles, simulated nodes that
//! speak the real node protocol, and a login. Data go with it, unless a directory is named.

mod cluster;
mod sample;

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use cluster::{Cluster, Login};

/// Flags of `sentinel-cp dev`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  sentinel-cp dev                          ports 4000 and up, or others when these are taken
  sentinel-cp dev --data-dir ./dev-data    keep the data, and go on with them next time
  sentinel-cp dev --nodes 200              a larger fleet")]
pub struct DevArgs {
    /// Keep the data here; without it they are removed at the end
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Simulated nodes
    #[arg(long, default_value_t = 12, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=2_000))]
    nodes: u16,
    /// How to tell the address and the login
    #[arg(long, value_enum, default_value_t = Print::Text)]
    print: Print,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Print {
    /// For people
    Text,
    /// For programs: the first line is a JSON object with url, email and password
    Json,
}

/// Runs until SIGTERM or SIGINT.
pub async fn run(args: DevArgs) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let progress = |text: &str| {
        if args.print == Print::Text {
            eprintln!("  {text}");
        }
    };
    if args.print == Print::Text {
        eprintln!("sentinel-cp dev");
    }
    let temporary = tempfile::Builder::new().prefix("sentinel-cp-dev-").tempdir()?;
    let data_dir = args.data_dir.clone().unwrap_or_else(|| temporary.path().to_owned());
    progress("starting three members");
    let cluster = Cluster::start(&data_dir).await?;
    let ready = tokio::select! {
        ready = sample::fill(&cluster, args.nodes, &progress) => ready,
        _ = terminate.recv() => Err(anyhow::anyhow!("stopped before it was ready")),
        result = tokio::signal::ctrl_c() => Err(result.err().map_or_else(|| anyhow::anyhow!("stopped before it was ready"), Into::into)),
    };
    let fleet = match ready {
        Ok(fleet) => fleet,
        Err(error) => {
            cluster.stop().await;
            return Err(error);
        }
    };
    tell(&args, &cluster.login, &cluster.urls)?;
    let outcome = tokio::select! {
        _ = terminate.recv() => Ok(()),
        result = tokio::signal::ctrl_c() => result.map_err(Into::into),
        cause = cluster.failed() => Err(anyhow::anyhow!("a member cannot go on: {cause}")),
    };
    fleet.stop().await;
    cluster.stop().await;
    outcome
}

fn tell(args: &DevArgs, login: &Login, urls: &[String]) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    match args.print {
        Print::Json => {
            let line = json!({
                "url": urls[0], "email": login.email, "password": login.password, "members": urls,
                "project": sample::PROJECT,
            });
            writeln!(out, "{line}")?;
        }
        Print::Text => {
            writeln!(out, "\n  open      {}", urls[0])?;
            writeln!(out, "  e-mail    {}", login.email)?;
            writeln!(out, "  password  {}\n", login.password)?;
            writeln!(out, "  members   {}", urls.join("  "))?;
            writeln!(out, "  command   sentinel-cp login --server {} --email {}", urls[0], login.email)?;
            match &args.data_dir {
                Some(dir) => writeln!(out, "  data      kept in {}\n", dir.display())?,
                None => writeln!(out, "  data      removed at the end; --data-dir DIR keeps them\n")?,
            }
            writeln!(out, "  Ctrl-C ends it.")?;
        }
    }
    out.flush()?;
    Ok(())
}
