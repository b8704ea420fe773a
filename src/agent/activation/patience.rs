//! What is said of an activation that failed: what is final at once, what may pass only when it has lasted.
//!
//! The control plane takes a reported failure for final, and takes a whole rollout back because of it. A failure that may pass, a
//! download that broke off or a full disk, is therefore at first only an event of the node, and tried again. It is reported at the
//! third failed try of one assignment, but not within 20 seconds of the first, and it is tried on all the same: an activation that
//! comes to its end afterwards takes the report back.
//!
//! That an outage is long does not make it count more: a try that needs a member only begins when one has just offered the
//! assignment (`poll`), and each download is patient for seconds by itself. The count is in memory; the next agent begins anew.

use std::time::Duration;

use sentinel_api_types::agent::{FailureReport, NodeEventType, Severity};
use sentinel_model::Generation;
use sentinel_model::node::FAILURE_TEXT_MAX;
use tokio::time::Instant;

use super::{Activator, Failure, Outcome, name};
use crate::agent::proxy::Proxy;
use crate::agent::release::Release;

/// Failed tries of one assignment after which it is reported.
const TRIES: u32 = 3;
/// Not reported before so much time has passed since the first of them: tries that fail at once soon are three.
const LASTING: Duration = Duration::from_secs(20);

/// See the module.
#[derive(Debug)]
pub(super) struct Patience {
    pub(super) lasting: Duration,
    tried: Option<Tried>,
}

/// The assignment that failed last for a reason that may pass.
#[derive(Debug)]
struct Tried {
    generation: Generation,
    since: Instant,
    times: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self { lasting: LASTING, tried: None }
    }
}

impl Patience {
    /// One more try failed; the how many-th of this assignment, and whether it has lasted by now.
    fn failed(&mut self, generation: Generation, now: Instant) -> (u32, bool) {
        let before = self.tried.take().filter(|tried| tried.generation == generation);
        let mut tried = before.unwrap_or(Tried { generation, since: now, times: 0 });
        tried.times = tried.times.saturating_add(1);
        let lasts = tried.times >= TRIES && now.duration_since(tried.since) >= self.lasting;
        let times = tried.times;
        self.tried = Some(tried);
        (times, lasts)
    }
}

impl<P: Proxy> Activator<P> {
    /// Takes note of a failure and says what the control plane shall know of it.
    pub(super) fn failed(&mut self, release: &Release, failure: Failure) -> Outcome {
        let Failure { stage, message, passing, .. } = failure;
        let generation = release.generation;
        tracing::error!(generation = generation.0, bundle = %release.bundle_id, stage = name(stage), reason = message, passing, "failed");
        let message: String = message.chars().take(FAILURE_TEXT_MAX).collect();
        let event = format!("bundle {} failed at the stage {}: {message}", release.version, name(stage));
        let (times, lasts) = match passing {
            true => self.patience.failed(generation, Instant::now()),
            false => (1, true),
        };
        if !lasts {
            if times == 1 {
                let event = format!("{event}; this may pass, and it is tried again");
                self.board.note(NodeEventType::Warning, Severity::Warn, event);
            }
            if let Err(error) = self.state.change(|state| state.activating = None) {
                tracing::error!(%error, "the end of the activation cannot be written down");
            }
            self.prune();
            return Outcome::Again;
        }
        let report =
            FailureReport { epoch: release.epoch, generation, bundle_id: release.bundle_id, stage, message };
        let told = passing && self.state.get().failures.iter().any(|known| known.generation == generation);
        if !told {
            self.board.note(NodeEventType::Error, Severity::Error, event);
        }
        // Without a place to write it down it is told all the same, and tried again.
        let written = self.state.change(|state| state.fail(report.clone(), passing));
        if let Err(error) = &written {
            tracing::error!(%error, "the failure cannot be written down");
        }
        self.board.change(|facts| {
            facts.handled = self.state.get().handled();
            facts.secrets = self.stamp();
            facts.failure = Some(report);
        });
        self.prune();
        if passing || written.is_err() { Outcome::Again } else { Outcome::Failed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_has_lasted_after_several_tries_and_some_time() {
        let (mut patience, begin) = (Patience::default(), Instant::now());
        let mut failed = |generation, seconds| {
            patience.failed(Generation(generation), begin + Duration::from_secs(seconds))
        };
        assert_eq!(failed(1, 0), (1, false));
        assert_eq!(failed(1, 600), (2, false), "an outage of ten minutes is one failed try");
        assert_eq!(failed(1, 610), (3, true));
        assert_eq!(failed(1, 620), (4, true));
        assert_eq!(failed(2, 630), (1, false), "another assignment begins anew");
        assert_eq!(failed(2, 631), (2, false));
        assert_eq!(failed(2, 632), (3, false), "so quickly it may still pass");
        assert_eq!(failed(2, 650), (4, true));
    }
}
