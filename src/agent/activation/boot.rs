//! The beginning: what this node ran last runs again (or still), before any member is asked.

use std::sync::Arc;

use sentinel_api_types::agent::{FailureReport, NodeEventType, Severity};
use sentinel_api_types::node::ActivationStage;
use sentinel_bundle::archive::COMPILED;

use super::{Activator, Live};
use crate::agent::board::Serving;
use crate::agent::proxy::Proxy;
use crate::agent::release::Release;
use crate::agent::render::Addresses;

/// How often an activation is begun that the agent does not survive.
const ATTEMPTS_MAX: u32 = 2;

impl<P: Proxy> Activator<P> {
    /// Brings the proxy to what the state on disk says. A proxy that runs already goes on; nothing here needs a control plane.
    ///
    /// # Errors
    /// The state cannot be written.
    pub async fn boot(&mut self) -> anyhow::Result<()> {
        self.finish_interrupted().await?;
        // Newest first; the effective one is the newest unless an earlier boot had to fall back.
        let effective = self.state.get().effective.clone();
        let good = self.state.get().good.clone();
        let older = good.into_iter().filter(|release| {
            effective.as_ref().is_some_and(|effective| release.generation < effective.generation)
        });
        for release in effective.clone().into_iter().chain(older) {
            let waits = self.proxy.bound().is_some() && self.proxy.running().is_none();
            let resumed = match waits {
                true => self.wait_for_process(&release).await,
                false => self.resume(&release).await,
            };
            match resumed {
                Ok(live) => {
                    if effective.as_ref() != Some(&release) {
                        let message = format!("fell back to bundle {}", release.version);
                        self.board.note(NodeEventType::Warning, Severity::Error, message);
                        self.state.change(|state| state.fall_back(Some(&release)))?;
                    }
                    tracing::info!(
                        generation = release.generation.0,
                        version = release.version,
                        "runs from disk"
                    );
                    self.live = Some(live);
                    self.tell_effective().await;
                    if waits {
                        let words = "the proxy is not started yet".to_owned();
                        self.board.change(|facts| facts.serving = Serving::No(words));
                    }
                    self.prune();
                    return Ok(());
                }
                Err(words) => {
                    tracing::error!(
                        generation = release.generation.0,
                        reason = words,
                        "does not run from disk"
                    );
                    let message = format!("bundle {} does not run from disk: {words}", release.version);
                    self.board.note(NodeEventType::Error, Severity::Error, message);
                }
            }
        }
        self.without_a_release(effective.is_some())
    }

    fn without_a_release(&mut self, lost_all: bool) -> anyhow::Result<()> {
        if lost_all {
            // Whatever the newest assignment is, it has to be fetched again.
            self.state.change(|state| state.fall_back(None))?;
            self.board.change(|facts| facts.serving = Serving::No("no bundle on disk can be run".to_owned()));
        }
        let state = self.state.get();
        self.board.change(|facts| {
            facts.handled = state.handled;
            facts.failure = state.failure().cloned();
        });
        Ok(())
    }

    /// Whoever starts the proxy has not done so yet. What it will read is put in place.
    async fn wait_for_process(&mut self, release: &Release) -> Result<Live, String> {
        let live = self.prepare(release, None).await?;
        self.shelf.write_config(release, &live.rendered.text).map_err(|error| error.to_string())?;
        self.shelf.point_to(release).map_err(|error| error.to_string())?;
        Ok(live)
    }

    /// Runs a release from disk: adopts the process that runs it, brings the running process to it, or starts one.
    async fn resume(&mut self, release: &Release) -> Result<Live, String> {
        let running = self.proxy.running();
        let live = self.prepare(release, running).await?;
        let was_current = self.shelf.is_current(release);
        self.shelf.point_to(release).map_err(|error| error.to_string())?;
        if running.is_some() {
            if was_current && self.proxy.prove(&live.rendered.target).await.is_ok() {
                return Ok(live);
            }
            // The running process was about to run something else when the agent died.
            self.shelf.write_config(release, &live.rendered.text).map_err(|error| error.to_string())?;
            if self.proxy.reload().await.is_ok() && self.proxy.prove(&live.rendered.target).await.is_ok() {
                return Ok(live);
            }
            tracing::warn!("the running proxy cannot be brought to what it shall run; it is restarted");
        }
        self.restart(&live).await
    }

    /// A release as it would run in the running process, or in one that is yet to be started.
    async fn prepare(&mut self, release: &Release, running: Option<Addresses>) -> Result<Live, String> {
        let mut bundle = self.shelf.load(release, &self.keys).map_err(|error| error.to_string())?;
        bundle.files.retain(|path, _| path == COMPILED);
        let bundle = Arc::new(bundle);
        let addresses = match running {
            Some(addresses) => addresses,
            None => self.proxy.fresh_addresses().map_err(|error| error.to_string())?,
        };
        let rendered = self.render(&bundle, addresses).await.map_err(|error| error.to_string())?;
        Ok(Live { release: release.clone(), bundle, rendered: Arc::new(rendered) })
    }

    /// The agent died during an activation. If the proxy proves the new release all the same, it is effective; otherwise the one
    /// before runs again, and the assignment is open for another try, but not for ever.
    async fn finish_interrupted(&mut self) -> anyhow::Result<()> {
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
            && let Ok(live) = self.prepare(&release, running).await
            && self.proxy.prove(&live.rendered.target).await.is_ok()
        {
            tracing::info!(generation = release.generation.0, "it had come to its end");
            self.state.change(|state| state.succeed(&release))?;
            return Ok(());
        }
        if attempt.begun >= ATTEMPTS_MAX {
            let report = FailureReport {
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
