//! What this member hears of nodes and checks, in the time that it decides by.

use sentinel_engine::lead::{Ears, Observed};
use sentinel_model::check::Checks;
use sentinel_model::health::NodeSample;
use sentinel_model::{NodeId, Time};

use crate::app::App;

/// The clock that decisions are made by is ahead of this member's by so many milliseconds: what that has timed is moved.
pub(super) struct Heard<'a> {
    pub app: &'a App,
    pub ahead_ms: u64,
}

impl Ears for Heard<'_> {
    fn sample(&self, node: NodeId) -> Option<NodeSample> {
        self.app.liveness().get(node).map(|sample| sample.moved(self.ahead_ms))
    }

    fn observe(&self, at: Observed<'_>, private: bool, from: Time) -> Checks {
        let from = Time(from.0.saturating_sub_unsigned(self.ahead_ms));
        self.app.checks().observe(at, private, from, self.app.now()).moved(self.ahead_ms)
    }

    fn now(&self) -> Time {
        self.app.now().plus_ms(self.ahead_ms)
    }
}
