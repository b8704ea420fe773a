//! The one who owns the proxy: starts it, switches it, takes it back, keeps it running.

use std::fs::File;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, ensure};
use nix::sys::signal::Signal;
use sentinel_api_types::agent::{FailureReport, Update};
use sentinel_api_types::node::ActivationStage;
use sentinel_bundle::archive::OpenBundle;
use sentinel_bundle::change::Activation;
use sentinel_bundle::node_vars::Values;
use sentinel_model::Generation;

use super::activation::{self, Failed};
use super::args::AgentArgs;
use super::installed::Installed;
use super::process::{self, Ports, Running, Zentinel};
use super::prove::prove;
use super::report::{self, Report};
use super::state::{Effective, State};
use super::traffic::{Counters, Meter};

/// Time for a new process to ask the old one for its sockets.
const HANDOVER: Duration = Duration::from_millis(1_200);
/// Time for requests under way in a process that was replaced.
const DRAIN: Duration = Duration::from_secs(30);
/// Pause between two starts of a proxy that ends by itself, shortest and longest.
const RESTART: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// One upgrade at a time on a host: the proxy's hand-over socket has a fixed name.
const UPGRADE_LOCK: &str = "sentinel-agent-upgrade.lock";

/// See the module.
pub struct Supervisor {
    data_dir: PathBuf,
    proxy: Zentinel,
    binary: PathBuf,
    variables: Values,
    installed: Installed,
    state: State,
    report: Report,
    restart_at: Option<Instant>,
    restart_pause: Duration,
    // Two agents in one directory would fight over one proxy.
    _lock: File,
}

impl Supervisor {
    /// Takes the data directory.
    pub fn open(args: &AgentArgs, report: Report) -> anyhow::Result<Self> {
        let lock = File::create(args.data_dir.join("lock"))?;
        lock.try_lock().map_err(|_| anyhow!("{} is in use by another agent", args.data_dir.display()))?;
        let data_dir = args.data_dir.canonicalize()?;
        Ok(Self {
            proxy: Zentinel::new(&args.proxy, &data_dir),
            binary: args.proxy.clone(),
            variables: args.variables(),
            installed: Installed::new(&data_dir),
            state: State::load(&data_dir)?,
            data_dir,
            report,
            restart_at: None,
            restart_pause: RESTART.0,
            _lock: lock,
        })
    }

    /// Newest generation that was carried out or refused.
    pub fn handled(&self) -> Generation {
        self.state.handled
    }

    /// Makes the proxy serve what it served last, with nobody's help: adopts it if it runs, else starts it from disk.
    pub async fn boot(&mut self) {
        let version = process::version(&self.binary).await;
        match &version {
            Ok(version) => tracing::info!(version, "the proxy's version"),
            Err(error) => tracing::warn!(%error, "the proxy does not tell its version"),
        }
        self.report.update(|facts| facts.proxy_version = version.ok()).await;
        let Some(effective) = self.state.effective.clone() else { return };
        if let Err(error) = self.serve(&effective).await {
            tracing::error!(%error, "the proxy does not serve what it served last");
            self.restart_at = Some(Instant::now() + self.restart_pause);
        }
    }

    /// Adopts or starts the proxy with what is effective, and proves it.
    async fn serve(&mut self, effective: &Effective) -> anyhow::Result<()> {
        let bundle = self.installed.open(&effective.dir)?;
        let adopted = self.state.process.clone().filter(Running::alive);
        let process = match &adopted {
            Some(process) => {
                tracing::info!(pid = process.pid, "the proxy runs and is adopted");
                process.clone()
            }
            None => {
                let ports = Ports::free()?;
                let text = activation::render(&bundle, &self.values(ports))?;
                self.installed.write_config(&effective.dir, &text)?;
                self.installed.switch(&effective.dir)?;
                let process = self.proxy.start(&self.installed.current_config(), ports, false)?;
                tracing::info!(pid = process.pid, generation = %effective.generation, "the proxy starts from disk");
                process
            }
        };
        self.state.process = Some(process.clone());
        self.state.save(&self.data_dir)?;
        let ports = Ports { ops: process.ops_addr, metrics: process.metrics_addr };
        prove(&bundle.manifest, &self.values(ports), &process).await?;
        let baseline = if adopted.is_some() {
            self.baseline(&bundle, &process).await
        } else {
            Some(Counters::default())
        };
        self.tell(effective, &bundle, &process, baseline).await;
        self.restart_pause = RESTART.0;
        Ok(())
    }

    /// Starts the proxy again when it is gone, with growing pauses.
    pub async fn look_after(&mut self) {
        let Some(effective) = self.state.effective.clone() else { return };
        if self.state.process.as_ref().is_some_and(Running::alive) {
            self.restart_at = None;
            return;
        }
        let now = Instant::now();
        match self.restart_at {
            None => {
                tracing::warn!("the proxy has ended by itself");
                self.restart_at = Some(now + self.restart_pause);
            }
            Some(at) if at <= now => {
                self.restart_pause = (self.restart_pause * 2).min(RESTART.1);
                self.restart_at = Some(now + self.restart_pause);
                if let Err(error) = self.serve(&effective).await {
                    tracing::error!(%error, "the proxy does not start");
                }
            }
            Some(_) => {}
        }
    }

    /// Notes that an assignment was refused or taken back; it is not tried again.
    pub async fn refused(&mut self, failure: FailureReport) {
        self.state.handled = self.state.handled.max(failure.generation);
        if let Err(error) = self.state.save(&self.data_dir) {
            tracing::error!(%error, "the agent's state cannot be written");
        }
        self.report.update(|facts| facts.failure = Some(failure)).await;
    }

    /// Makes the proxy run a verified bundle. When it cannot be proven, the proxy runs what it ran before. Says how it went.
    pub async fn activate(
        &mut self,
        update: &Update,
        bytes: &[u8],
        bundle: &OpenBundle,
    ) -> Result<&'static str, Failed> {
        let older = |floor: Generation| {
            anyhow!("generation {} is not newer than {floor}, which was handled already", update.generation)
        };
        if update.generation <= self.state.handled {
            return Err(Failed { stage: ActivationStage::Verify, cause: older(self.state.handled) });
        }
        let running = self.state.process.clone().filter(Running::alive);
        let before = self.state.effective.clone().filter(|_| running.is_some());
        let ports = match &running {
            Some(process) => Ports { ops: process.ops_addr, metrics: process.metrics_addr },
            None => Ports::free().map_err(anyhow::Error::from).map_err(Failed::at(ActivationStage::Stage))?,
        };
        let dir = self.stage(update, bytes, bundle, ports).map_err(Failed::at(ActivationStage::Stage))?;
        self.report.update(|facts| facts.accepted = Some((update.bundle_id, update.generation))).await;
        let config = self.data_dir.join("bundles").join(&dir).join("zentinel.kdl");
        self.proxy.test(&config).await.map_err(Failed::at(ActivationStage::Test))?;

        let old = before.as_ref().map(|before| self.installed.config(&before.dir)).transpose();
        let old = old.map_err(anyhow::Error::from).map_err(Failed::at(ActivationStage::Activate))?;
        let next = self
            .installed
            .config(&dir)
            .map_err(anyhow::Error::from)
            .map_err(Failed::at(ActivationStage::Activate))?;
        let decision = activation::decide(old, next).await.map_err(Failed::at(ActivationStage::Activate))?;
        let log = self.proxy.log_length();
        let (how, process) = match (&decision, running) {
            (Activation::Upgrade { reasons }, Some(process)) => {
                tracing::info!(?reasons, "this change needs a new process");
                let upgraded = self.upgrade(&dir, bundle, &process).await;
                ("a new process took over", upgraded.map_err(Failed::at(ActivationStage::Activate))?)
            }
            (Activation::Unchanged, Some(process)) => {
                self.installed
                    .switch(&dir)
                    .map_err(anyhow::Error::from)
                    .map_err(Failed::at(ActivationStage::Activate))?;
                ("nothing to change", process)
            }
            (_, Some(process)) => {
                self.installed
                    .switch(&dir)
                    .map_err(anyhow::Error::from)
                    .map_err(Failed::at(ActivationStage::Activate))?;
                process.signal(Signal::SIGHUP);
                ("reloaded", process)
            }
            (_, None) => {
                let started = self
                    .installed
                    .switch(&dir)
                    .map_err(anyhow::Error::from)
                    .and_then(|()| self.proxy.start(&self.installed.current_config(), ports, false));
                ("started", started.map_err(Failed::at(ActivationStage::Activate))?)
            }
        };
        self.state.process = Some(process.clone());
        let values = self.values(Ports { ops: process.ops_addr, metrics: process.metrics_addr });
        if let Err(cause) = prove(&bundle.manifest, &values, &process).await {
            let words = self.proxy.errors_since(log);
            let cause =
                if words.is_empty() { cause } else { cause.context(format!("the proxy says: {words}")) };
            self.go_back(before.as_ref(), &process).await;
            return Err(Failed { stage: ActivationStage::Prove, cause });
        }
        let effective = Effective { bundle_id: update.bundle_id, generation: update.generation, dir };
        self.state.handled = update.generation;
        self.state.effective = Some(effective.clone());
        self.state.save(&self.data_dir).map_err(Failed::at(ActivationStage::Prove))?;
        let baseline = self.baseline(bundle, &process).await;
        self.tell(&effective, bundle, &process, baseline).await;
        self.installed.tidy(&effective.dir);
        tracing::info!(generation = %update.generation, how, "effective");
        Ok(how)
    }

    fn stage(
        &self,
        update: &Update,
        bytes: &[u8],
        bundle: &OpenBundle,
        ports: Ports,
    ) -> anyhow::Result<String> {
        let text = activation::render(bundle, &self.values(ports))?;
        let dir = self.installed.keep(update.generation, &update.checksum.to_string(), bytes)?;
        self.installed.write_config(&dir, &text)?;
        Ok(dir)
    }

    /// A new process takes the sockets over from the old one, which lets its requests end.
    async fn upgrade(&mut self, dir: &str, bundle: &OpenBundle, old: &Running) -> anyhow::Result<Running> {
        let _one_at_a_time = upgrade_lock().await?;
        // The old process keeps its ports until it ends, so the new one gets its own.
        let ports = Ports::free()?;
        let text = activation::render(bundle, &self.values(ports))?;
        let config = self.installed.write_config(dir, &text)?;
        self.proxy.test(&config).await?;
        self.installed.switch(dir)?;
        let new = self.proxy.start(&self.installed.current_config(), ports, true)?;
        tokio::time::sleep(HANDOVER).await;
        ensure!(new.alive(), "the new process ended before it took over");
        old.signal(Signal::SIGQUIT);
        let old = old.clone();
        tokio::spawn(async move {
            tokio::time::sleep(DRAIN).await;
            old.signal(Signal::SIGKILL);
        });
        Ok(new)
    }

    /// The proof failed: the proxy runs what it ran before, or is stopped when it ran nothing.
    async fn go_back(&mut self, before: Option<&Effective>, failed: &Running) {
        let Some(before) = before else {
            failed.signal(Signal::SIGKILL);
            self.state.process = None;
            return;
        };
        let back = self.back_to(before, failed).await;
        match back {
            Ok(()) => tracing::warn!(generation = %before.generation, "went back to what ran before"),
            Err(error) => {
                tracing::error!(%error, "the way back failed: the proxy is started anew from disk");
                failed.signal(Signal::SIGKILL);
                if let Err(error) = self.serve(before).await {
                    tracing::error!(%error, "the proxy does not serve what it served before");
                }
            }
        }
    }

    async fn back_to(&mut self, before: &Effective, failed: &Running) -> anyhow::Result<()> {
        let bundle = self.installed.open(&before.dir)?;
        let ports = Ports { ops: failed.ops_addr, metrics: failed.metrics_addr };
        let text = activation::render(&bundle, &self.values(ports))?;
        self.installed.write_config(&before.dir, &text)?;
        self.installed.switch(&before.dir)?;
        failed.signal(Signal::SIGHUP);
        prove(&bundle.manifest, &self.values(ports), failed)
            .await
            .context("the earlier bundle is not proven")?;
        let baseline = self.baseline(&bundle, failed).await;
        self.tell(before, &bundle, failed, baseline).await;
        Ok(())
    }

    fn values(&self, ports: Ports) -> Values {
        let mut values = self.variables.clone();
        values.insert("ops_addr".into(), ports.ops.to_string());
        values.insert("metrics_addr".into(), ports.metrics.to_string());
        values
    }

    /// The counters right now, from which the traffic of what is effective is counted.
    async fn baseline(&self, bundle: &OpenBundle, process: &Running) -> Option<Counters> {
        let path = metrics_path(bundle)?;
        for _ in 0..20 {
            if let Some(counters) = report::scrape(process, &path).await {
                return Some(counters);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        tracing::warn!("the proxy's metrics do not answer: nothing is told about traffic");
        None
    }

    async fn tell(
        &self,
        effective: &Effective,
        bundle: &OpenBundle,
        process: &Running,
        baseline: Option<Counters>,
    ) {
        let (bundle_id, generation) = (effective.bundle_id, effective.generation);
        let path = metrics_path(bundle).unwrap_or_default();
        self.report
            .update(|facts| {
                facts.effective = Some((bundle_id, generation));
                facts.process = Some(process.clone());
                facts.metrics_path = path;
                facts.meter = baseline.map(|baseline| Meter::begin(generation, baseline));
                if facts.failure.as_ref().is_some_and(|failure| failure.generation <= generation) {
                    facts.failure = None;
                }
            })
            .await;
    }
}

fn metrics_path(bundle: &OpenBundle) -> Option<String> {
    bundle.manifest.metrics.as_ref().map(|metrics| metrics.path.clone())
}

/// Waits for its turn; the lock is let go when the file closes.
async fn upgrade_lock() -> anyhow::Result<File> {
    let path = std::env::temp_dir().join(UPGRADE_LOCK);
    let file = File::options().create(true).truncate(false).write(true).open(&path)?;
    tokio::task::spawn_blocking(move || file.lock().map(|()| file))
        .await?
        .with_context(|| format!("{}", path.display()))
}
