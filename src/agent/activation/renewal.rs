//! Other values for the secrets of what runs, and other certificates: a rotation reaches the proxy without another bundle.
//!
//! It is brought to the proxy like an activation, tested and proven, and undone when that fails. What is on disk beside the bundle is written last: an
//! agent that dies in between begins with the values of before, and is told again that there are others. A proxy that is down finds them when it
//! starts.

use std::sync::Arc;

use sentinel_api_types::agent::{NodeEventType, Severity};
use sentinel_bundle::archive::OpenBundle;
use sentinel_model::Sha256Digest;

use super::{Activator, Failure, FetchError, Live, Source, Way, names_some};
use crate::agent::proxy::Proxy;
use crate::agent::release::Release;
use crate::agent::secrets::Secrets;

impl<P: Proxy> Activator<P> {
    /// Has the proxy run what it runs with the values that members name by `stamp`. False: it does not, which is told once, and may be tried again.
    pub async fn renew_secrets(&mut self, stamp: Sha256Digest, source: &dyn Source) -> bool {
        let Some(live) = self.live.clone() else { return false };
        if live.rendered.secrets.stamp() == Some(stamp) {
            return true;
        }
        let secrets = match self.renew(&live, source).await {
            Ok(secrets) => secrets,
            Err(words) => {
                self.tell_not_taken(stamp, words);
                return false;
            }
        };
        self.not_taken = None;
        let same = live.rendered.secrets.stamp() == secrets.stamp();
        // The stamp that members name is that of another bundle than the one that runs: of one that failed here, for a moment.
        if !same {
            let generation = live.release.generation.0;
            let what = what_differs(&live.rendered.secrets, &secrets);
            tracing::info!(generation, what, "the proxy runs with what was renewed");
            let message = format!("{what} changed, and the proxy runs with the new ones");
            self.board.note(NodeEventType::Info, Severity::Info, message);
            self.tell_effective().await;
        }
        secrets.stamp() == Some(stamp)
    }

    /// Says why, once for each set of values and reason: it is tried again and again.
    fn tell_not_taken(&mut self, stamp: Sha256Digest, words: String) {
        let told = Some((stamp, words));
        if self.not_taken == told {
            return;
        }
        self.not_taken = told;
        let words = self.not_taken.as_ref().map_or("", |(_, words)| words.as_str());
        tracing::error!(reason = words, "other secrets or certificates could not be taken");
        let message =
            format!("secrets or certificates changed, and the proxy runs with the old ones: {words}");
        self.board.note(NodeEventType::Warning, Severity::Error, message);
    }

    async fn renew(&mut self, live: &Live, source: &dyn Source) -> Result<Secrets, String> {
        let secrets = source.secrets(&live.release).await.map_err(|error: FetchError| error.message)?;
        if secrets.stamp() == live.rendered.secrets.stamp() {
            return Ok(secrets);
        }
        self.keep_to_itself(&secrets);
        let text = |error: std::io::Error| error.to_string();
        let rendered = self.render(&live.bundle, &secrets, live.rendered.addresses).await;
        let mut rendered = rendered.map_err(|error| error.to_string())?;
        let is_down = self.proxy.running().is_none();
        let way = match is_down {
            true => Ok(Way::Nothing),
            false => self.way(&rendered).map_err(|failure: Failure| failure.message),
        }?;
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
            Ok(()) if is_down => Ok(()),
            Ok(()) => self.switch(&next, way).await.map_err(|failure| failure.message),
            Err(error) => Err(error.to_string()),
        };
        let kept = match brought {
            Ok(()) => self.shelf.write_secrets(&next.release, &secrets).map_err(text),
            Err(words) => Err(words),
        };
        match kept {
            Ok(()) => {
                self.live = Some(next);
                Ok(secrets)
            }
            Err(words) if is_down => Err(words),
            Err(words) => match self.go_back(way).await {
                Ok(()) => Err(words),
                Err(back) => Err(format!("{words}; and going back failed: {back}")),
            },
        }
    }

    /// The values for a release that is to be activated: of a member, else those that lie beside the same bundle on disk.
    pub(super) async fn secrets_for(
        &mut self,
        release: &Release,
        bundle: &OpenBundle,
        source: Option<&dyn Source>,
    ) -> Result<Secrets, FetchError> {
        if !names_some(bundle) {
            return Ok(Secrets::default());
        }
        let secrets = match source {
            Some(source) => source.secrets(release).await?,
            None => {
                let mut same = self.state.get().good.iter().filter(|one| one.checksum == release.checksum);
                same.find_map(|known| self.shelf.secrets(known).ok()).ok_or_else(|| FetchError {
                    message: "no member answers, and the values of its secrets are not on disk".to_owned(),
                    passing: true,
                })?
            }
        };
        self.keep_to_itself(&secrets);
        Ok(secrets)
    }

    /// The values of a release that ran here, from disk. Those that are lost there are asked of a member, if there is one to ask.
    pub(super) async fn secrets_of(
        &mut self,
        release: &Release,
        bundle: &OpenBundle,
        source: Option<&dyn Source>,
    ) -> Result<Secrets, String> {
        if !names_some(bundle) {
            return Ok(Secrets::default());
        }
        let secrets = match (self.shelf.secrets(release), source) {
            (Ok(secrets), _) => secrets,
            (Err(error), None) => return Err(format!("the values of its secrets are not on disk: {error}")),
            (Err(lost), Some(source)) => {
                tracing::warn!(error = %lost, "the values of secrets are not on disk; a member is asked");
                let asked = source.secrets(release).await;
                let secrets = asked.map_err(|error| {
                    format!(
                        "the values of its secrets are not on disk ({lost}), nor to be had: {}",
                        error.message
                    )
                })?;
                self.shelf.write_secrets(release, &secrets).map_err(|error| error.to_string())?;
                secrets
            }
        };
        self.keep_to_itself(&secrets);
        Ok(secrets)
    }

    /// From now on nobody is told these values, and least of all those of what runs.
    pub(super) fn keep_to_itself(&mut self, secrets: &Secrets) {
        self.untold.learn(secrets);
        if let Some(live) = &self.live {
            self.untold.learn(&live.rendered.secrets);
        }
        self.proxy.keep_to_itself(self.untold.clone());
    }

    /// The same for all that lies on disk.
    pub(super) fn keep_all_to_itself(&mut self) {
        let state = self.state.get();
        let attempt = state.activating.as_ref().map(|attempt| &attempt.release);
        let kept: Vec<Secrets> = state
            .good
            .iter()
            .rev()
            .chain(attempt)
            .filter_map(|known| self.shelf.secrets(known).ok())
            .collect();
        kept.iter().for_each(|secrets| self.keep_to_itself(secrets));
    }
}

/// In words.
fn what_differs(before: &Secrets, after: &Secrets) -> &'static str {
    match (before.same_values(after), before.same_certificates(after)) {
        (true, false) => "certificates",
        (false, false) => "the values of secrets, and certificates,",
        _ => "the values of secrets",
    }
}
