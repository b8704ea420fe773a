//! Other values for the secrets of what runs: a rotation reaches the proxy without another bundle.
//!
//! It is brought to the proxy like an activation, tested and proven, and undone when that fails. What is on disk beside the bundle is written last: an
//! agent that dies in between begins with the values of before, and is told again that there are others.

use std::sync::Arc;

use sentinel_api_types::agent::{NodeEventType, Severity};
use sentinel_model::Sha256Digest;

use super::{Activator, FetchError, Live, Source, Way};
use crate::agent::proxy::Proxy;
use crate::agent::release::Release;
use crate::agent::secrets::Secrets;

impl<P: Proxy> Activator<P> {
    /// Has the proxy run what it runs with the values that members name by `stamp`. False: it does not, which is told, and may be tried again.
    pub async fn renew_secrets(&mut self, stamp: Sha256Digest, source: &dyn Source) -> bool {
        let Some(live) = self.live.clone() else { return false };
        if live.rendered.secrets.stamp() == Some(stamp) {
            return true;
        }
        match self.renew(&live, source).await {
            Ok(secrets) => {
                let generation = live.release.generation.0;
                tracing::info!(
                    generation,
                    secrets = secrets.count(),
                    "the proxy runs with other values of secrets"
                );
                let message = "the values of secrets changed, and the proxy runs with the new ones";
                self.board.note(NodeEventType::Info, Severity::Info, message);
                self.tell_effective().await;
                secrets.stamp() == Some(stamp)
            }
            Err(words) => {
                tracing::error!(reason = words, "other values of secrets could not be taken");
                let message =
                    format!("the values of secrets changed, and the proxy runs with the old ones: {words}");
                self.board.note(NodeEventType::Warning, Severity::Error, message);
                false
            }
        }
    }

    async fn renew(&mut self, live: &Live, source: &dyn Source) -> Result<Secrets, String> {
        let secrets = source.secrets(&live.release).await.map_err(|error: FetchError| error.message)?;
        self.proxy.keep_to_itself(&secrets);
        let text = |error: std::io::Error| error.to_string();
        let rendered = self.render(&live.bundle, &secrets, live.rendered.addresses).await;
        let mut rendered = rendered.map_err(|error| error.to_string())?;
        let way = self.way(&rendered).map_err(|failure| failure.message)?;
        if way == Way::Upgrade {
            let fresh = self.proxy.fresh_addresses().map_err(text)?;
            let again = self.render(&live.bundle, &secrets, fresh).await;
            rendered = again.map_err(|error| error.to_string())?;
        }
        let candidate = self.shelf.write_candidate(&live.release, &rendered.text).map_err(text)?;
        let tested = self.test(&candidate, &secrets).await;
        crate::durable::remove(&candidate).map_err(text)?;
        tested.map_err(|failure| failure.message)?;
        let next = Live { rendered: Arc::new(rendered), ..live.clone() };
        let brought = match self.shelf.write_config(&next.release, &next.rendered.text) {
            Ok(()) => self.switch(&next, way).await.map_err(|failure| failure.message),
            Err(error) => Err(error.to_string()),
        };
        let kept = match brought {
            Ok(()) => self.shelf.write_secrets(&next.release, &secrets).map_err(text),
            Err(words) => Err(words),
        };
        if let Err(words) = kept {
            return match self.go_back(way).await {
                Ok(()) => Err(words),
                Err(back) => Err(format!("{words}; and going back failed: {back}")),
            };
        }
        self.live = Some(next);
        Ok(secrets)
    }

    /// The values for a release: of a member, else of the disk, where it ran before.
    pub(super) async fn secrets_of(
        &mut self,
        release: &Release,
        names: bool,
        source: Option<&dyn Source>,
    ) -> Result<Secrets, FetchError> {
        if !names {
            return Ok(Secrets::default());
        }
        let secrets = match source {
            Some(source) => source.secrets(release).await?,
            None => self.shelf.secrets(release).map_err(|error| FetchError {
                message: format!("the values of its secrets are not on disk: {error}"),
                passing: true,
            })?,
        };
        self.proxy.keep_to_itself(&secrets);
        Ok(secrets)
    }
}
