//! Back to what ran before, proven like any activation; and back to life after the proxy ended.

use std::sync::Arc;

use sentinel_api_types::agent::{NodeEventType, Severity};

use super::{Activator, Live, Source, Way};
use crate::agent::board::Serving;
use crate::agent::proxy::Proxy;

impl<P: Proxy> Activator<P> {
    /// Undoes a switch that was begun. Without an earlier release nothing runs afterwards.
    pub(super) async fn go_back(&mut self, way: Way) -> Result<(), String> {
        let Some(previous) = self.live.clone() else {
            self.proxy.stop().await;
            self.board.meter.end().await;
            self.board.change(|facts| {
                facts.serving = Serving::No("the bundle failed, and nothing ran before it".to_owned())
            });
            return self.shelf.point_nowhere().map_err(|error| error.to_string());
        };
        self.restore(&previous).await;
        self.shelf.point_to(&previous.release).map_err(|error| error.to_string())?;
        let result = match self.gently(&previous, way).await {
            Ok(live) => Ok(live),
            Err(words) => {
                tracing::error!(
                    reason = words,
                    "going back without losing requests failed; the proxy is restarted"
                );
                self.restart(&previous).await
            }
        };
        match result {
            Ok(live) => {
                let generation = live.release.generation.0;
                tracing::info!(generation, "back on the release before");
                self.live = Some(live);
                self.board.change(|facts| facts.serving = Serving::Proven);
                self.measure().await;
                Ok(())
            }
            Err(words) => {
                let message =
                    format!("the proxy does not run bundle {} again: {words}", previous.release.version);
                self.board.note(NodeEventType::Error, Severity::Error, message);
                self.board.change(|facts| facts.serving = Serving::No(words.clone()));
                Err(words)
            }
        }
    }

    /// Puts the files of a release back as they were verified: whoever has changed them must not get that loaded by going back. What cannot be
    /// put back is told, and goes back all the same.
    async fn restore(&self, live: &Live) {
        let (shelf, keys, live) = (self.shelf.clone(), self.keys.clone(), live.clone());
        let certificates = self.here.certificates.clone();
        let version = live.release.version.clone();
        let restored = tokio::task::spawn_blocking(move || -> Result<usize, String> {
            shelf.write_config(&live.release, &live.rendered.text).map_err(|error| error.to_string())?;
            certificates.write(&live.rendered.secrets).map_err(|error| error.to_string())?;
            let bundle = shelf.load(&live.release, &keys).map_err(|error| error.to_string())?;
            shelf.restore(&live.release, &bundle).map_err(|error| error.to_string())
        });
        match restored.await.unwrap_or_else(|error| Err(error.to_string())) {
            Ok(0) => {}
            Ok(files) => {
                let message =
                    format!("{files} files of bundle {version} had been changed on disk; they are put back");
                self.board.note(NodeEventType::Warning, Severity::Warn, message);
            }
            Err(words) => {
                tracing::error!(
                    version,
                    reason = words,
                    "the release before could not be put back as it was"
                );
                let message = format!("bundle {version} could not be put back on disk as it was: {words}");
                self.board.note(NodeEventType::Error, Severity::Error, message);
            }
        }
    }

    /// The way back that loses no request, as far as there is one.
    async fn gently(&mut self, previous: &Live, way: Way) -> Result<Live, String> {
        if self.proxy.running().is_none() {
            // A process that was told to end may still serve for some seconds: it is not cut off.
            let fresh = self.rerendered(previous).await?;
            self.carry_out(&fresh, Way::Start).await?;
            self.prove(&fresh).await?;
            return Ok(fresh);
        }
        if matches!(way, Way::Nothing | Way::Reload) || self.proxy.bound().is_some() {
            // The process is the same, so is the text that it ran: it was put back.
            self.carry_out(previous, Way::Reload).await?;
            self.prove(previous).await?;
            return Ok(previous.clone());
        }
        let fresh = self.rerendered(previous).await?;
        self.carry_out(&fresh, Way::Upgrade).await?;
        self.prove(&fresh).await?;
        Ok(fresh)
    }

    /// A new process, whatever becomes of the running one.
    pub(super) async fn restart(&mut self, previous: &Live) -> Result<Live, String> {
        self.proxy.stop().await;
        let fresh = self.rerendered(previous).await?;
        // Also when it is not proven in time: this is the process to look at then.
        self.live = Some(fresh.clone());
        self.carry_out(&fresh, Way::Start).await?;
        self.prove(&fresh).await?;
        Ok(fresh)
    }

    /// The same release, rendered for a process that is yet to be started.
    pub(super) async fn rerendered(&mut self, live: &Live) -> Result<Live, String> {
        let addresses = self.proxy.fresh_addresses().map_err(|error| error.to_string())?;
        let rendered = self
            .render(&live.bundle, &live.rendered.secrets, addresses)
            .await
            .map_err(|error| error.to_string())?;
        self.shelf.write_config(&live.release, &rendered.text).map_err(|error| error.to_string())?;
        Ok(Live { rendered: Arc::new(rendered), ..live.clone() })
    }

    /// Takes note that the proxy ended by itself.
    pub async fn lost(&mut self, words: &str) {
        tracing::error!(reason = words, "the proxy ended by itself");
        self.board.note(NodeEventType::Error, Severity::Error, words);
        self.board.meter.end().await;
        self.board.change(|facts| facts.serving = Serving::No(words.to_owned()));
    }

    /// Starts the proxy again with what it shall run, after its end or after a boot at which it did not run.
    ///
    /// # Errors
    /// It does not come up. Worth another try later.
    pub async fn revive(&mut self, members: &dyn Source) -> Result<(), String> {
        let Some(live) = self.live.clone() else { return self.start_from_disk(members).await };
        let revived = match self.proxy.running() {
            // It only needed longer than it was given.
            Some(_) if self.proxy.prove(&live.rendered.target).await.is_ok() => Ok(live.clone()),
            _ => self.restart(&live).await,
        };
        match revived {
            Ok(fresh) => {
                self.live = Some(fresh);
                tracing::info!(generation = live.release.generation.0, "the proxy runs again");
                self.board.note(NodeEventType::Startup, Severity::Warn, "the proxy was started again");
                self.board.change(|facts| facts.serving = Serving::Proven);
                self.measure().await;
                Ok(())
            }
            Err(words) => {
                self.board.change(|facts| facts.serving = Serving::No(words.clone()));
                Err(words)
            }
        }
    }

    /// Looks once more whether the proxy runs what it shall run.
    ///
    /// # Errors
    /// It does not.
    pub async fn check(&mut self) -> Result<(), String> {
        let Some(live) = self.live.clone() else { return Ok(()) };
        let proven = self.proxy.prove(&live.rendered.target).await;
        self.board.change(|facts| {
            facts.serving = match &proven {
                Ok(()) => Serving::Proven,
                Err(words) => Serving::No(words.clone()),
            };
        });
        proven
    }

    /// True when there is something to run and nothing runs it: no process, or one that nobody has brought to it since the boot.
    pub fn is_down(&mut self) -> bool {
        match self.live {
            Some(_) => self.proxy.running().is_none(),
            None => !self.state.get().good.is_empty(),
        }
    }
}
