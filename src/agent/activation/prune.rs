//! What no release on disk needs any more goes: bundles, certificates with their keys, trust stores.

use super::Activator;
use crate::agent::proxy::Proxy;
use crate::agent::release::Release;
use crate::agent::secrets::Secrets;

impl<P: Proxy> Activator<P> {
    pub(super) fn prune(&self) {
        let state = self.state.get();
        let keep = state.good.iter().chain(state.activating.as_ref().map(|attempt| &attempt.release));
        if let Err(error) = self.shelf.prune(keep.clone()) {
            tracing::warn!(%error, "old bundles cannot be removed");
        }
        if let Err(error) = self.prune_certificates(keep) {
            tracing::warn!(%error, "certificates that nothing names any more cannot be removed");
        }
        // Those that go back to a bundle write its trust stores again, so that what runs is enough.
        if let Some(live) = &self.live
            && let Err(error) = self.here.trust_stores.prune([&*live.bundle])
        {
            tracing::warn!(%error, "old trust stores cannot be removed");
        }
    }

    /// Removes the certificates that no release on disk names. While somebody cannot say what it names, none is removed.
    fn prune_certificates<'r>(&self, keep: impl Iterator<Item = &'r Release>) -> std::io::Result<()> {
        let live = self.live.iter().map(|live| live.rendered.secrets.clone());
        let mut named: Vec<Secrets> = live.collect();
        for release in keep {
            match self.shelf.secrets(release) {
                Ok(secrets) => named.push(secrets),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        let slugs = named.iter().flat_map(Secrets::certificates).map(|(slug, _)| slug.to_owned()).collect();
        self.here.certificates.keep(&slugs)
    }
}
