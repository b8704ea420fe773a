//! Canaries, between the API and the model.

use sentinel_api_types::canary::{CanaryAnalysis, CanaryConfig, CanaryLook, CanaryTraffic, CanaryVerdict};
use sentinel_api_types::timestamp;
use sentinel_engine::canary::{bound, evidence};
use sentinel_model::canary::{Analysis, Canary, Traffic, Verdict};

/// Evidence beyond this is shown as this.
const SHOWN_MAX: f64 = 1e12;

/// What was asked for.
pub(super) fn asked(config: CanaryConfig) -> Canary {
    Canary {
        steps: config.steps,
        alpha: complement(config.confidence_level),
        error_margin: config.max_error_rate_rise,
        slow_margin: config.max_slow_rise,
        min_requests: config.min_requests,
        bake_s: config.bake_seconds,
    }
}

/// The same, as the API shows it.
pub(super) fn config(canary: Canary) -> CanaryConfig {
    CanaryConfig {
        steps: canary.steps,
        confidence_level: complement(canary.alpha),
        max_error_rate_rise: canary.error_margin,
        max_slow_rise: canary.slow_margin,
        min_requests: canary.min_requests,
        bake_seconds: canary.bake_s,
    }
}

/// `1 - share`, as somebody would write it: 0.01 for 0.99.
fn complement(share: f64) -> f64 {
    ((1.0 - share) * 1e9).round() / 1e9
}

/// How the canary compares.
pub(super) fn analysis(canary: &Canary, analysis: Analysis) -> CanaryAnalysis {
    let shown = |evidence: f64| evidence.min(SHOWN_MAX);
    CanaryAnalysis {
        step_index: analysis.step,
        looks: analysis.look,
        since: timestamp(analysis.since),
        analyzed_at: timestamp(analysis.at),
        verdict: match analysis.verdict {
            Verdict::Gathering => CanaryVerdict::Gathering,
            Verdict::Fair => CanaryVerdict::Fair,
            Verdict::Worse => CanaryVerdict::Worse,
        },
        canary: traffic(analysis.canary),
        control: traffic(analysis.control),
        slow_above_ms: analysis.slow_above_ms,
        error_evidence: shown(evidence::log_value(&analysis.errors).exp()),
        slow_evidence: shown(evidence::log_value(&analysis.slow).exp()),
        bound: bound(canary),
        course: analysis
            .course
            .into_iter()
            .map(|look| CanaryLook {
                at: timestamp(look.at),
                step_index: look.step,
                canary: traffic(look.canary),
                control: traffic(look.control),
                error_evidence: shown(look.errors),
                slow_evidence: shown(look.slow),
            })
            .collect(),
    }
}

fn traffic(traffic: Traffic) -> CanaryTraffic {
    CanaryTraffic {
        requests: traffic.requests,
        errors: traffic.errors,
        timed: traffic.timed,
        slow: traffic.slow,
    }
}
