//! A switch is provisional until a member can be reached with it. The way to the control plane may lead through the very proxy, its
//! machine's address or its firewall: a bundle that cuts the node off would otherwise be the last one that it ever gets.
//!
//! What is asked over is a connection that is opened after the switch; one that was opened before may go on through a process that
//! finishes its requests. When no member answers in time, the proxy goes back, and then it is looked again. A member that answers
//! now says that it was the bundle, or else an outage that ended in between: so it is tried once more when a member offers it anew,
//! and only the second time in a row is final. When none answers either, it was not the bundle, and is tried again as often as
//! it takes.

use std::time::Duration;

use sentinel_api_types::node::ActivationStage;

use super::{Activator, Failure, Source};
use crate::agent::proxy::Proxy;
use crate::agent::release::Release;

impl<P: Proxy> Activator<P> {
    /// Waits until a member can be reached, but not for a proxy that ends meanwhile.
    pub(super) async fn confirm(
        &mut self,
        release: &Release,
        source: &dyn Source,
        within: Duration,
    ) -> Result<(), Failure> {
        if within.is_zero() {
            return Ok(());
        }
        tokio::select! {
            reached = source.reach(release, within) => reached.map_err(|words| Failure {
                unconfirmed: true,
                ..Failure::new(ActivationStage::Prove, words)
            }),
            words = self.proxy.ended() => Err(Failure::new(ActivationStage::Prove, words)),
        }
    }

    /// Says whose fault it was that no member could be reached, with the bundle before at work again.
    pub(super) async fn blame(&mut self, failure: &mut Failure, release: &Release, source: &dyn Source) {
        let seconds = self.confirm_within.as_secs_f64();
        let runs = self.live.as_ref().map_or(release, |live| &live.release).clone();
        let runs = &runs;
        let words = &failure.message;
        let reached = tokio::select! {
            reached = source.reach(runs, self.confirm_within) => reached.is_ok(),
            ended = self.proxy.ended() => {
                // Whoever looks after the proxy has to hear of it at once.
                let ended = ended.clone();
                self.lost(&ended).await;
                false
            }
        };
        let twice = self.cut_off.replace(release.at()) == Some(release.at());
        if reached {
            failure.passing = !twice;
            failure.message = format!(
                "it cut the node off: with it, no member could be reached within {seconds} s ({words}); with what ran before, one can"
            );
        } else {
            self.cut_off = None;
            failure.passing = true;
            failure.message = format!(
                "not confirmed: no member could be reached within {seconds} s ({words}), nor with what ran before"
            );
        }
    }
}
