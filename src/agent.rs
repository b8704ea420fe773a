//! The agent: beside one proxy, it brings what the control plane assigns to life, proves it, and goes back by itself.
//!
//! It serves without a control plane: what ran last runs before any member is asked, and a proxy that still runs is adopted. It
//! must not believe: archives are checked against a pinned key, and *effective* is what the proxy has proven through a data
//! listener, never what was merely sent to it.
//!
//! Where to start reading: [`activation`] is the way of an assignment, `driver` what happens when, [`proxy`] what a proxy has to
//! be able to do, `zentinel` how the real one does it. `poll` and `heartbeat` talk to the members; neither holds up the other,
//! nor is held up by an activation.

mod activation;
mod args;
mod attached;
mod backoff;
mod board;
mod certificates;
mod challenges;
mod driver;
mod enrol;
mod fetch;
mod free_port;
mod heartbeat;
mod identity;
mod link;
mod local_http;
mod measure;
mod meter;
mod poll;
mod probes;
mod procfs;
mod prometheus;
mod prove;
mod proxy;
mod release;
mod render;
mod rhythm;
mod sealing_key;
mod secrets;
mod shelf;
mod state;
#[cfg(test)]
pub(crate) mod testing;
mod traffic;
mod trust_stores;
mod untold;
mod verify;
mod weight;
mod zentinel;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use sentinel_api_types::agent::{NodeEventType, Severity};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

pub use args::AgentArgs;

use activation::Activator;
use args::OnExit;
use attached::Attached;
use board::{Board, Serving};
use certificates::CertificateFiles;
use challenges::Challenges;
use heartbeat::About;
use identity::Identity;
use link::Link;
use local_http::LocalHttp;
use meter::Meter;
use proxy::Proxy;
use render::{Addresses, Here};
use sealing_key::SealingKey;
use shelf::Shelf;
use state::StateFile;
use trust_stores::TrustStoreFiles;
use weight::{Listeners, Weights};
use zentinel::Zentinel;

/// Runs the agent until SIGTERM or SIGINT.
///
/// # Errors
/// It cannot begin: wrong arguments, a damaged data directory, a refused enrolment.
pub async fn run(args: AgentArgs) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let stopping = stop.clone();
    let signals = tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => tracing::info!("SIGTERM: leaving"),
            _ = interrupt.recv() => tracing::info!("SIGINT: leaving"),
        }
        stopping.cancel();
    });
    let result = begin(args, stop).await;
    signals.abort();
    result
}

async fn begin(args: AgentArgs, stop: CancellationToken) -> anyhow::Result<()> {
    args.values()?;
    args.label_map()?;
    let (data_dir, _lock) = open_data_dir(&args.data_dir)?;
    let binary = find_binary(&args.proxy)?;
    let shelf = Shelf::open(&data_dir).with_context(|| format!("cannot use {}", data_dir.display()))?;
    let addresses = Addresses { ops: args.ops_addr, metrics: args.metrics_addr };
    let http = LocalHttp::new()?;
    match &args.attach_pid_file {
        None => {
            let options = zentinel::Options {
                binary: binary.clone(),
                data_dir: data_dir.clone(),
                config: shelf.current_config(),
                addresses,
                drain_timeout: args.drain_timeout,
                prove_timeout: args.prove_timeout,
                upgrade_lock: args.upgrade_lock.clone(),
            };
            let proxy = Zentinel::new(options, http.clone())?;
            with(proxy, args, data_dir, &binary, shelf, http, stop).await
        }
        Some(pid_file) => {
            let addresses = attached::addresses(&data_dir, addresses)?;
            let (config, within) = (shelf.current_config(), args.prove_timeout);
            let proxy =
                Attached::new(binary.clone(), pid_file.clone(), config, addresses, within, http.clone());
            with(proxy, args, data_dir, &binary, shelf, http, stop).await
        }
    }
}

/// Everything that is the same for every kind of proxy.
async fn with<P: Proxy>(
    proxy: P,
    args: AgentArgs,
    data_dir: PathBuf,
    binary: &Path,
    shelf: Shelf,
    http: LocalHttp,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let board = Arc::new(Board::new(Meter::new(http)));
    let proxy_version = zentinel::version(binary).await.map_err(anyhow::Error::msg);
    let identity = match Identity::load(&data_dir)? {
        Some(identity) => identity,
        None => {
            // A new node needs a proxy that works; one that ran before runs again whatever else is the matter.
            let version = proxy_version.as_ref().map_err(|error| anyhow::anyhow!("{error}"))?;
            tokio::select! {
                identity = enrol::enrol(&args, &data_dir, version) => identity?,
                () = stop.cancelled() => return Ok(()),
            }
        }
    };
    let proxy_version = proxy_version.unwrap_or_else(|error| {
        tracing::error!(%error, "the proxy's version is unknown");
        "unknown".to_owned()
    });
    enrol::check(&identity, &args, &data_dir)?;
    let identity = enrol::trust(identity, &args, &data_dir)?;
    let span = tracing::info_span!("agent", node = %identity.node_id, name = identity.name);
    serve(identity, proxy, args, data_dir, shelf, (board, proxy_version), stop).instrument(span).await
}

/// The life of an enrolled node.
async fn serve<P: Proxy>(
    identity: Identity,
    proxy: P,
    args: AgentArgs,
    data_dir: PathBuf,
    shelf: Shelf,
    (board, proxy_version): (Arc<Board>, String),
    stop: CancellationToken,
) -> anyhow::Result<()> {
    tracing::info!(proxy_version, "the agent begins");
    let state = StateFile::open(&data_dir)?;
    let keys = identity.keys()?;
    let challenges = Challenges::bind(&data_dir).await.context("cannot listen on loopback")?;
    let here = Here {
        vars: args.values()?,
        certificates: CertificateFiles::of(&data_dir),
        trust_stores: TrustStoreFiles::of(&data_dir),
        challenges: challenges.address(),
    };
    let mut activator =
        Activator::new(proxy, shelf, state, (identity.node_id, keys), here, Arc::clone(&board))
            .confirming(args.confirm_timeout)
            .measuring(args.measure_every);
    let weights = Arc::new(Weights::open(&data_dir, identity.node_id)?);
    let listeners = Listeners::bind(args.agent_check_listen, args.weight_listen).await?;
    let key = SealingKey::of(&data_dir);
    let link = Link::new(&args.enrolment.servers, &identity, data_dir.join("download"), key)?;
    activator.boot(&link).await?;
    // Not before: a load balancer shall not hear of a proxy that has gone on serving that nothing runs.
    let asked = listeners.serve(&weights, &board);
    board.note(NodeEventType::Startup, Severity::Info, "the agent began");
    let (jobs, work) = mpsc::channel(1);
    let (renewals, values) = mpsc::channel(1);
    let interval = Duration::from_secs(identity.heartbeat_interval_s.max(1));
    let tasks = [
        challenges.serve(link.clone()),
        tokio::spawn(
            poll::poll(link.clone(), Arc::clone(&board), weights, (jobs, renewals)).in_current_span(),
        ),
        tokio::spawn(
            heartbeat::beat(link.clone(), Arc::clone(&board), About { proxy_version }, interval)
                .in_current_span(),
        ),
        tokio::spawn(heartbeat::send_events(link.clone(), Arc::clone(&board)).in_current_span()),
        tokio::spawn(measure::send_runtime_config(link.clone(), Arc::clone(&board)).in_current_span()),
    ];
    driver::drive(&mut activator, &board, &link, (work, values), stop).await;
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    if args.on_exit == OnExit::Stop {
        board.change(|facts| facts.serving = Serving::No("it is being stopped".to_owned()));
    }
    driver::leave(&mut activator, args.on_exit).await;
    asked.iter().for_each(tokio::task::JoinHandle::abort);
    Ok(())
}

/// Makes the data directory and takes it for this process: two agents in one would fight over one proxy.
fn open_data_dir(path: &Path) -> anyhow::Result<(PathBuf, File)> {
    shelf::make_dir(path).with_context(|| format!("cannot make {}", path.display()))?;
    let path = path.canonicalize()?;
    let lock = File::options().create(true).append(true).open(path.join("lock"))?;
    lock.try_lock().map_err(|_| anyhow::anyhow!("another agent uses {}", path.display()))?;
    Ok((path, lock))
}

/// The binary by its full path, so that it can be started from anywhere.
fn find_binary(path: &Path) -> anyhow::Result<PathBuf> {
    if path.components().count() > 1 {
        return path.canonicalize().with_context(|| format!("there is no proxy at {}", path.display()));
    }
    let places = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&places).map(|dir| dir.join(path)).find(|file| file.is_file());
    found.with_context(|| format!("there is no {} in PATH: name the proxy with --proxy", path.display()))
}
