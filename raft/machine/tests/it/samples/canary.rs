//! Samples of how a canary compares.

use sentinel_model::Time;
use sentinel_model::canary::{Analysis, Evidence, Look, Traffic, Verdict};

use crate::ids::*;

/// A look at the canary of the first step.
pub fn analysis(look: u64, verdict: Verdict) -> Analysis {
    let traffic = |requests, errors| Traffic { requests, errors, timed: requests - 1, slow: 2 };
    let evidence = Evidence { logs: vec![-0.5, 0.25], looks: look, newest: -0.25, recent: (1_500.0, 12.5) };
    let (canary, control) = (traffic(40, 3), traffic(900, 9));
    Analysis {
        rollout_id: ROLLOUT,
        look,
        step: 0,
        since: Time(5_000),
        at: Time(10_000),
        compared_ms: 10_000,
        block_ms: 5_000,
        judged: 2,
        verdict,
        canary,
        control,
        slow_above_ms: Some(25.0),
        errors: evidence.clone(),
        slow: evidence,
        course: vec![Look { at: Time(10_000), step: 0, canary, control, errors: 1.25, slow: 0.5 }],
    }
}
