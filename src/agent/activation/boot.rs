//! The beginning: what this node ran last runs again (or still), before any member is asked.
//!
//! **What runs after a reboot.** The newest release that was proven, and nothing else, as long as its archive can be read and is
//! the one that was signed. That it does not start, does not render or is not proven is no reason to run an older one, because
//! nobody wished for that: whoever took a hole out of a configuration does not want it back because a port was held for 20
//! seconds. Nor can such a reason be told from one that passes: a port held by another process, a variable mistyped on
//! the agent's command line, a proxy binary in the middle of its upgrade, a certificate whose volume comes later. For the same
//! reason a refusal by the proxy's own test would not count as final. So the node says what is wrong, in an event, in the
//! log and by heartbeats that say unhealthy, and the driver tries again, every half a minute at the slowest, until it runs or until the
//! control plane wishes for something else.
//!
//! Only where waiting does not help, because the newest archive is missing, cannot be read, or is not the one that was
//! signed, the next older one runs instead. That is said too, and the assignment is open again, so that the archive is fetched anew.
//!
//! **Nothing is forgotten here.** A release leaves the node's memory when three newer ones were proven, and never because of a
//! start that went wrong; the next boot begins again with the newest one, also after one that had to run an older.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use sentinel_api_types::agent::{FailureReport, NodeEventType, Severity};
use sentinel_api_types::node::ActivationStage;
use sentinel_bundle::archive::OpenBundle;
use sentinel_bundle::{Config, certificates, proxy_config};

use super::{Activator, Live, Source, Way};
use crate::agent::board::Serving;
use crate::agent::proxy::Proxy;
use crate::agent::release::Release;
use crate::agent::render::{Addresses, Here};
use crate::agent::shelf::ShelfError;

/// Longest wait for a member while the node boots: nothing answers a load balancer meanwhile.
const CONFIRM_MAX: Duration = Duration::from_secs(5);
/// How often an activation is begun that the agent does not survive.
const ATTEMPTS_MAX: u32 = 2;

impl<P: Proxy> Activator<P> {
    /// Brings the proxy to what the state on disk says, by the rule of this module. A proxy that runs already goes on; nothing here
    /// needs a control plane, but a switch that nobody has confirmed is confirmed by a member or undone. What does not run afterwards is told on the board and left to [`Activator::revive`].
    ///
    /// # Errors
    /// The state cannot be written.
    pub async fn boot(&mut self, members: &dyn Source) -> anyhow::Result<()> {
        self.keep_all_to_itself();
        self.finish_interrupted(members).await?;
        if let Err(words) = self.start_from_disk(members).await {
            tracing::error!(reason = words, "nothing runs from disk yet; it is tried again");
            let message = format!("{words}; it is tried again");
            self.board.note(NodeEventType::Error, Severity::Error, message);
        }
        Ok(())
    }

    /// Runs the newest release on disk that can be read.
    ///
    /// # Errors
    /// It does not run yet, or none can be read.
    pub(super) async fn start_from_disk(&mut self, members: &dyn Source) -> Result<(), String> {
        let result = self.run_newest(members).await;
        if let Err(words) = &result {
            self.tell(Serving::No(words.clone()));
        }
        result
    }

    async fn run_newest(&mut self, members: &dyn Source) -> Result<(), String> {
        let (mut lost, mut found) = (Vec::new(), None);
        for release in self.state.get().good.clone() {
            match self.open(&release) {
                Ok(bundle) => {
                    found = Some((release, bundle));
                    break;
                }
                Err(error) => {
                    lost.push(format!("bundle {} on disk cannot be used: {error}", release.version));
                }
            }
        }
        let runs = found.as_ref().map(|(release, _)| release);
        self.state.change(|state| state.run_from_disk(runs)).map_err(|error| error.to_string())?;
        let Some((release, bundle)) = found else {
            if lost.is_empty() {
                self.tell(Serving::Nothing);
                return Ok(());
            }
            return Err(lost.join("; "));
        };
        let (generation, version) = (release.generation.0, &release.version);
        if let Err(words) = self.resume(&release, bundle, members).await {
            lost.push(format!("bundle {version} does not run: {words}"));
            return Err(lost.join("; "));
        }
        tracing::info!(generation, version, "runs from disk");
        if !lost.is_empty() {
            let message = format!("{}; bundle {version} runs instead", lost.join("; "));
            self.board.note(NodeEventType::Warning, Severity::Error, message);
        }
        self.tell_effective().await;
        self.prune();
        Ok(())
    }

    /// Runs a release from disk: adopts the process that runs it, brings the running process to it, or starts one. It is live from
    /// the moment on at which all that is missing is a process that runs it.
    async fn resume(
        &mut self,
        release: &Release,
        bundle: Arc<OpenBundle>,
        members: &dyn Source,
    ) -> Result<(), String> {
        let running = self.proxy.running();
        let live = self.prepare(release, bundle, running, members).await?;
        let was_current = self.shelf.is_current(release);
        self.shelf.point_to(release).map_err(|error| error.to_string())?;
        self.live = Some(live.clone());
        if running.is_some() {
            let proves = was_current && self.proxy.prove(&live.rendered.target).await.is_ok();
            if self.proxy.reads_earlier() {
                return self.replace_earlier(&live, proves).await;
            }
            if proves && !self.is_outdated(&live).await {
                self.tidy_earlier(release);
                return Ok(());
            }
            // The running process was about to run something else when the agent died.
            self.shelf.write_config(release, &live.rendered.text).map_err(|error| error.to_string())?;
            if self.carry_out(&live, Way::Reload).await.is_ok() && self.prove(&live).await.is_ok() {
                return Ok(());
            }
            tracing::warn!("the running proxy cannot be brought to what it shall run; it is restarted");
        } else if self.proxy.bound().is_some() {
            // What whoever starts the proxy will have it read is put in place.
            self.shelf.write_config(release, &live.rendered.text).map_err(|error| error.to_string())?;
            return Err("the proxy is not started yet".to_owned());
        }
        self.live = Some(self.restart(&live).await?);
        Ok(())
    }

    /// A release from disk, checked as if it had just arrived. Only the manifest and the template are kept.
    fn open(&self, release: &Release) -> Result<Arc<OpenBundle>, ShelfError> {
        let mut bundle = self.shelf.load(release, &self.keys)?;
        bundle.keep_compiled();
        Ok(Arc::new(bundle))
    }

    /// A release as it would run in the running process, or in one that is yet to be started.
    async fn prepare(
        &mut self,
        release: &Release,
        bundle: Arc<OpenBundle>,
        running: Option<Addresses>,
        members: &dyn Source,
    ) -> Result<Live, String> {
        let addresses = match running {
            Some(addresses) => addresses,
            None => self.proxy.fresh_addresses().map_err(|error| error.to_string())?,
        };
        let secrets = self.secrets_of(release, &bundle, Some(members)).await?;
        self.here.certificates.write(&secrets).map_err(|error| error.to_string())?;
        let rendered = self.render(&bundle, &secrets, addresses).await.map_err(|error| error.to_string())?;
        Ok(Live { release: release.clone(), bundle, rendered: Arc::new(rendered) })
    }

    /// True when what the proxy has read was written by an agent, and would be written otherwise now: the agent died between two sets of values, which
    /// both prove the same, or is of another version, or answers challenges elsewhere. What somebody else has written is no such thing: that is
    /// told, and stays.
    async fn is_outdated(&self, live: &Live) -> bool {
        if !self.finds_something_else(live) {
            return false;
        }
        match self.shelf.is_as_written(&live.release) {
            Some(as_written) => as_written,
            None => {
                let (shelf, here, live) = (self.shelf.clone(), self.here.clone(), live.clone());
                let placed = tokio::task::spawn_blocking(move || {
                    fs::read_to_string(shelf.config(&live.release))
                        .is_ok_and(|text| says_the_same(&text, &here, &live.rendered.config))
                });
                placed.await.unwrap_or(false)
            }
        }
    }

    /// The agent died during an activation. If the proxy proves the new release all the same and a member confirms it, it is effective; otherwise the one
    /// before runs again, and the assignment is open for another try, but not for ever.
    async fn finish_interrupted(&mut self, members: &dyn Source) -> anyhow::Result<()> {
        let Some(attempt) = self.state.get().activating.clone() else { return Ok(()) };
        let release = attempt.release;
        tracing::warn!(
            generation = release.generation.0,
            begun = attempt.begun,
            "an activation was interrupted"
        );
        let running = self.proxy.running();
        if running.is_some()
            && self.shelf.is_current(&release)
            && let Ok(bundle) = self.open(&release)
            && let Ok(live) = self.prepare(&release, bundle, running, members).await
            && self.proxy.prove(&live.rendered.target).await.is_ok()
        {
            match self.confirm(&release, members, self.confirm_within.min(CONFIRM_MAX)).await {
                Ok(()) => {
                    tracing::info!(generation = release.generation.0, "it had come to its end");
                    self.state.change(|state| state.succeed(&release))?;
                    return Ok(());
                }
                Err(failure) => {
                    let reason = failure.message;
                    tracing::warn!(generation = release.generation.0, reason, "not confirmed: going back");
                }
            }
        }
        if attempt.begun >= ATTEMPTS_MAX {
            let report = FailureReport {
                epoch: release.epoch,
                generation: release.generation,
                bundle_id: release.bundle_id,
                stage: ActivationStage::Activate,
                message: format!("the agent ended {} times during this activation", attempt.begun),
            };
            self.state.change(|state| state.fail(report, false))?;
        }
        if self.state.get().effective.is_none() {
            self.proxy.stop().await;
            self.shelf.point_nowhere()?;
        }
        Ok(())
    }
}

/// Whether a text of an agent that knew nothing of the places of certificates and of challenges says what is meant, with these in it.
fn says_the_same(text: &str, here: &Here, meant: &Config) -> bool {
    let Ok(mut config) = proxy_config::parse(text) else { return false };
    certificates::place(&mut config, here.certificates.root(), here.challenges);
    proxy_config::equal(&config, meant).is_ok()
}
