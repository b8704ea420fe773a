//! A proxy that an agent of an earlier version has started. That one wrote its configuration into another file, and a process reads the one
//! that it was started with, so it is adopted, and then replaced like for any change that a reload does not apply.

use sentinel_api_types::agent::{NodeEventType, Severity};

use super::{Activator, Live, Way};
use crate::agent::proxy::Proxy;
use crate::agent::release::Release;
use crate::agent::shelf::EARLIER_CONFIG;

impl<P: Proxy> Activator<P> {
    /// Replaces a running process that reads the file of an earlier agent by one that reads what is written now. One that cannot be replaced
    /// goes on as long as it proves the release.
    pub(super) async fn replace_earlier(&mut self, live: &Live, proves: bool) -> Result<(), String> {
        self.measuring.earlier = true;
        if self.proxy.bound().is_some() {
            // Whoever starts it next finds it.
            self.write(live)?;
            let message = self.started_with_earlier();
            tracing::warn!(reason = message, "nothing can be activated");
            self.board.note(NodeEventType::Warning, Severity::Warn, message.clone());
            return if proves { Ok(()) } else { Err(message) };
        }
        tracing::info!("the proxy reads the file of an earlier agent; it is replaced");
        let words = match self.replaced(live).await {
            Ok(fresh) => {
                self.live = Some(fresh);
                return Ok(());
            }
            Err(words) => words,
        };
        let goes_on = self.proxy.running() == Some(live.rendered.addresses);
        if goes_on && self.proxy.prove(&live.rendered.target).await.is_ok() {
            self.write(live)?;
            tracing::warn!(reason = words, "the proxy could not be replaced, and goes on");
            let message =
                format!("the proxy reads the file of an earlier agent and could not be replaced: {words}");
            self.board.note(NodeEventType::Warning, Severity::Warn, message);
            return Ok(());
        }
        tracing::warn!(reason = words, "the proxy could not be replaced; it is restarted");
        self.live = Some(self.restart(live).await?);
        Ok(())
    }

    async fn replaced(&mut self, live: &Live) -> Result<Live, String> {
        let fresh = self.rerendered(live).await?;
        self.carry_out(&fresh, Way::Upgrade).await?;
        self.prove(&fresh).await?;
        Ok(fresh)
    }

    fn write(&self, live: &Live) -> Result<(), String> {
        self.shelf.write_config(&live.release, &live.rendered.text).map_err(|error| error.to_string())
    }

    /// Takes note of which file the process reads. The one of an earlier agent goes when none does.
    pub(super) fn tidy_earlier(&mut self, release: &Release) {
        self.measuring.earlier = self.proxy.reads_earlier();
        if !self.measuring.earlier
            && let Err(error) = self.shelf.forget_earlier(release)
        {
            tracing::warn!(%error, "what an earlier agent has written cannot be removed");
        }
    }

    /// What has to be done about a process of somebody else.
    pub(super) fn started_with_earlier(&self) -> String {
        let config = self.shelf.current_config();
        format!(
            "the proxy reads the file of an earlier agent, {}, which is written no more; whoever starts it has to start it with -c {}",
            config.with_file_name(EARLIER_CONFIG).display(),
            config.display()
        )
    }
}
