//! What is asked of a canary, and how it compares.

use clap::Args;
use sentinel_api_types::canary::{CanaryAnalysis, CanaryConfig, CanaryTraffic};
use sentinel_api_types::rollout::Strategy;

use crate::ctl::words::{at, seconds, word};

/// Options of a canary, with `--strategy canary` only.
#[derive(Args, Debug)]
#[command(next_help_heading = "Canary")]
pub struct CanaryArgs {
    /// Share of the nodes that have the bundle in each step, such as 5,25,50,100, which it is when nothing is said
    #[arg(long, value_name = "PERCENT", value_delimiter = ',')]
    canary_steps: Option<Vec<u8>>,
    /// Probability with which a bundle that is no worse is not taken back, 0.8 to 0.9999; 0.99 when nothing is said
    #[arg(long, value_name = "SHARE")]
    confidence: Option<f64>,
    /// By how many percentage points more answers may be errors than at the other nodes; 0.1 when nothing is said
    #[arg(long, value_name = "POINTS")]
    max_error_rise: Option<f64>,
    /// By how many percentage points more answers may be slow than at the other nodes, or off; 1 when nothing is said
    #[arg(long, value_name = "POINTS", value_parser = points_or_off)]
    max_slow_rise: Option<Rise>,
    /// Fewest requests of either group in a step; 500 when nothing is said
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    canary_requests: Option<u32>,
    /// How long both groups are compared in each step, or with blue_green each share of traffic is observed, such as 5m; 60s when
    /// nothing is said
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pub bake: Option<u32>,
}

/// How much slower it may be, if that is judged at all.
#[derive(Clone, Copy, Debug)]
struct Rise(Option<f64>);

fn points_or_off(text: &str) -> Result<Rise, String> {
    match text {
        "off" => Ok(Rise(None)),
        number => number.parse().map(|points| Rise(Some(points))).map_err(|_| "a number, or off".to_owned()),
    }
}

impl CanaryArgs {
    /// What was said, over what the template says, or what is usual. Nothing when nothing was said; the server refuses what does not go
    /// with the strategy.
    pub fn config(self, strategy: Strategy, template: Option<CanaryConfig>) -> Option<CanaryConfig> {
        let said = self.canary_steps.is_some()
            || self.confidence.is_some()
            || self.max_error_rise.is_some()
            || self.max_slow_rise.is_some()
            || self.canary_requests.is_some()
            || (self.bake.is_some() && strategy != Strategy::BlueGreen);
        let usual = template.unwrap_or_default();
        said.then(|| CanaryConfig {
            steps: self.canary_steps.unwrap_or(usual.steps),
            confidence_level: self.confidence.unwrap_or(usual.confidence_level),
            max_error_rate_rise: self.max_error_rise.unwrap_or(usual.max_error_rate_rise),
            max_slow_rise: self.max_slow_rise.map_or(usual.max_slow_rise, |rise| rise.0),
            min_requests: self.canary_requests.unwrap_or(usual.min_requests),
            bake_seconds: self.bake.unwrap_or(usual.bake_seconds),
        })
    }
}

/// What was asked for, in a line.
pub fn config(config: &CanaryConfig) -> String {
    let steps: Vec<String> = config.steps.iter().map(u8::to_string).collect();
    let slow = match config.max_slow_rise {
        Some(points) => format!(", slow answers at most {points} points"),
        None => String::new(),
    };
    format!(
        "{} %, errors at most {} points above the other nodes{slow}, confidence {}, {} s and {} requests a step",
        steps.join("/"),
        config.max_error_rate_rise,
        config.confidence_level,
        config.bake_seconds,
        config.min_requests
    )
}

/// How it compares, in lines.
pub fn analysis(analysis: &CanaryAnalysis) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        (
            "Canary",
            format!(
                "{} in step {} (look {}, {})",
                word(&analysis.verdict),
                analysis.step_index + 1,
                analysis.looks,
                at(analysis.analyzed_at)
            ),
        ),
        (
            "Errors",
            format!(
                "{} of {} requests, {} of {} at the other nodes; evidence {:.1} of {:.0}",
                share(analysis.canary.errors, analysis.canary.requests),
                analysis.canary.requests,
                share(analysis.control.errors, analysis.control.requests),
                analysis.control.requests,
                analysis.error_evidence,
                analysis.bound
            ),
        ),
    ];
    if let Some(above_ms) = analysis.slow_above_ms {
        let slow = |traffic: &CanaryTraffic| share(traffic.slow, traffic.timed);
        lines.push((
            "Slow",
            format!(
                "{} above {above_ms} ms, {} at the other nodes; evidence {:.1} of {:.0}",
                slow(&analysis.canary),
                slow(&analysis.control),
                analysis.slow_evidence,
                analysis.bound
            ),
        ));
    }
    lines
}

fn share(hits: u64, of: u64) -> String {
    if of == 0 { "-".to_owned() } else { format!("{:.2} %", hits as f64 * 100.0 / of as f64) }
}
