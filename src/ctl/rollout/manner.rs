//! In which portions a bundle is rolled out, and under which gates: said of a rollout, and of a rule that starts some.

use clap::Args;
use sentinel_api_types::blue_green::BlueGreenConfig;
use sentinel_api_types::canary::CanaryConfig;
use sentinel_api_types::check::HttpCheck;
use sentinel_api_types::conflict::OnConflict;
use sentinel_api_types::promotion::RuleRollout;
use sentinel_api_types::rollout::{HealthGates, Strategy};

use super::blue_green::BlueGreenArgs;
use super::canary::CanaryArgs;
use super::check;
use crate::ctl::words::{OrNone, milliseconds, or_none, read, seconds};

/// Options of whatever rolls out.
#[derive(Args, Debug)]
pub struct MannerArgs {
    /// rolling, which it is when nothing is said, canary, blue_green, or all_at_once
    #[arg(long, value_parser = read::<Strategy>, help_heading = "Portions")]
    strategy: Option<Strategy>,
    /// Nodes in a step; 1 when nothing is said
    #[arg(long, value_name = "N", conflicts_with = "batch_percent", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Portions")]
    batch_size: Option<u32>,
    /// Share of the nodes in a step, 1 to 100
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(1..=100), help_heading = "Portions")]
    batch_percent: Option<u8>,
    /// Spread each step over the values of this label, such as zone, and never take all of one; "none": over none
    #[arg(long, value_name = "LABEL", value_parser = or_none(text), help_heading = "Portions")]
    failure_domain: Option<OrNone<String>>,
    /// How many nodes of a step, or of each failure domain, may be offline or fail without stopping it; 0 when nothing is said
    #[arg(long, value_name = "N", help_heading = "Portions")]
    max_unavailable: Option<u32>,
    /// Longest time that a step may take, such as 10m, which it is when nothing is said; pauses do not count
    #[arg(long, value_name = "TIME", value_parser = seconds, help_heading = "Portions")]
    deadline: Option<u32>,
    /// Highest share of 5xx answers, in percent; not judged when nothing is said, or "none"
    #[arg(long, value_name = "PERCENT", value_parser = or_none(number), help_heading = "Gates")]
    max_error_rate: Option<OrNone<f64>>,
    /// Highest 99th percentile of latency, such as 250ms; not judged when nothing is said, or "none"
    #[arg(long, value_name = "TIME", value_parser = or_none(milliseconds), help_heading = "Gates")]
    max_latency: Option<OrNone<f64>>,
    /// Most processor time of the proxy since its switch, in percent of one processor; not judged when nothing is said, or "none"
    #[arg(long, value_name = "PERCENT", value_parser = or_none(number), help_heading = "Gates")]
    max_cpu: Option<OrNone<f64>>,
    /// Most memory of the proxy, in percent of the machine's; not judged when nothing is said, or "none"
    #[arg(long, value_name = "PERCENT", value_parser = or_none(number), help_heading = "Gates")]
    max_memory: Option<OrNone<f64>>,
    /// Fewest requests before error rate or latency are judged; 1 when nothing is said
    #[arg(long, value_name = "N", help_heading = "Gates")]
    min_requests: Option<u32>,
    /// How long each node must be observed after its switch, such as 30s; not at all when nothing is said
    #[arg(long, value_name = "TIME", value_parser = seconds, help_heading = "Gates")]
    observe: Option<u32>,
    /// How long a gate must be broken before the step fails, such as 15s, which it is when nothing is said
    #[arg(long, value_name = "TIME", value_parser = seconds, help_heading = "Gates")]
    fail_after: Option<u32>,
    #[command(flatten)]
    canary: CanaryArgs,
    #[command(flatten)]
    blue_green: BlueGreenArgs,
    /// What must answer over HTTP while a step is observed, such as name=checkout,url=URL,expect=200-299; may be
    /// repeated
    #[arg(long, value_name = "CHECK", value_parser = check::read, help_heading = "Gates")]
    check: Vec<HttpCheck>,
    /// Do not ask for healthy heartbeats
    #[arg(long, value_name = "false", num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = "Gates")]
    no_heartbeat_gate: Option<bool>,
    /// When this share of all the nodes has failed, go back at once, however many each step may lose: 1 to 100 percent, or "none"
    #[arg(long, value_name = "PERCENT", value_parser = or_none(percent), help_heading = "Gates")]
    rollback_threshold: Option<OrNone<u8>>,
    /// Wait for a person before each step after the first: `rollout advance` lets it begin
    #[arg(long, value_name = "false", num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = "Portions")]
    by_hand: Option<bool>,
    /// Stop where it is when a step fails, instead of going back
    #[arg(long, value_name = "false", num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = "Gates")]
    no_auto_rollback: Option<bool>,
    /// When another rollout has nodes of it: refuse (so it is when nothing is said), queue, or supersede the other
    #[arg(long, value_name = "POLICY", value_parser = read::<OnConflict>, help_heading = "When")]
    on_conflict: Option<OnConflict>,
}

/// What was said of it. What is `None` was not.
#[derive(Debug, Default)]
pub struct Said {
    pub strategy: Option<Strategy>,
    pub batch_size: Option<u32>,
    pub batch_percentage: Option<u8>,
    pub canary_analysis_config: Option<CanaryConfig>,
    pub blue_green_config: Option<BlueGreenConfig>,
    pub max_unavailable: Option<u32>,
    pub progress_deadline_seconds: Option<u32>,
    pub health_gates: Option<HealthGates>,
    pub auto_rollback: Option<bool>,
    pub auto_advance: Option<bool>,
    /// `Some(None)`: none, whatever a template says.
    pub failure_domain: Option<Option<String>>,
    /// `Some(None)`: none, whatever a template says.
    pub rollback_threshold: Option<Option<u8>>,
    pub checks: Option<Vec<HttpCheck>>,
    pub on_conflict: Option<OnConflict>,
}

impl MannerArgs {
    /// What was said of it, and nothing of the rest.
    pub fn rollout(self) -> RuleRollout {
        let said = self.said(None);
        RuleRollout {
            strategy: said.strategy.unwrap_or_default(),
            batch_size: said.batch_size,
            batch_percentage: said.batch_percentage,
            canary_analysis_config: said.canary_analysis_config,
            blue_green_config: said.blue_green_config,
            max_unavailable: said.max_unavailable,
            progress_deadline_seconds: said.progress_deadline_seconds,
            health_gates: said.health_gates,
            auto_rollback: said.auto_rollback,
            auto_advance: said.auto_advance,
            failure_domain: said.failure_domain.flatten(),
            rollback_threshold: said.rollback_threshold.flatten(),
            checks: said.checks.unwrap_or_default(),
            on_conflict: said.on_conflict,
        }
    }

    /// What was said of it, over a template: of gates, a canary and blue-green, which the API takes as a whole, the rest is as the template
    /// has it.
    pub fn said(self, template: Option<&RuleRollout>) -> Said {
        let known = template.map(|template| template.strategy);
        let strategy = self.strategy.or(known).unwrap_or_default();
        let alike = template.filter(|template| template.strategy == strategy);
        let health_gates = self.gates(template.and_then(|template| template.health_gates.as_ref()));
        let canary = alike.and_then(|template| template.canary_analysis_config.clone());
        let blue_green = alike.and_then(|template| template.blue_green_config.clone());
        Said {
            strategy: self.strategy,
            batch_size: self.batch_size,
            batch_percentage: self.batch_percent,
            blue_green_config: self.blue_green.config(strategy, self.canary.bake, blue_green),
            canary_analysis_config: self.canary.config(strategy, canary),
            max_unavailable: self.max_unavailable,
            progress_deadline_seconds: self.deadline,
            health_gates,
            auto_rollback: self.no_auto_rollback.map(|stays| !stays),
            auto_advance: self.by_hand.map(|by_hand| !by_hand),
            failure_domain: self.failure_domain.map(|domain| domain.0),
            rollback_threshold: self.rollback_threshold.map(|threshold| threshold.0),
            checks: Some(self.check).filter(|checks| !checks.is_empty()),
            on_conflict: self.on_conflict,
        }
    }

    /// The gates of which something was said; of the rest, those that are usual.
    fn gates(&self, usual: Option<&HealthGates>) -> Option<HealthGates> {
        let usual = usual.cloned().unwrap_or_default();
        let gates = HealthGates {
            heartbeat_healthy: self.no_heartbeat_gate.map_or(usual.heartbeat_healthy, |without| !without),
            max_error_rate: limit(self.max_error_rate.as_ref(), usual.max_error_rate),
            max_latency_ms: limit(self.max_latency.as_ref(), usual.max_latency_ms),
            max_cpu_percent: limit(self.max_cpu.as_ref(), usual.max_cpu_percent),
            max_memory_percent: limit(self.max_memory.as_ref(), usual.max_memory_percent),
            min_requests: self.min_requests.unwrap_or(usual.min_requests),
            observe_seconds: self.observe.unwrap_or(usual.observe_seconds),
            fail_after_seconds: self.fail_after.unwrap_or(usual.fail_after_seconds),
        };
        (gates != usual).then_some(gates)
    }
}

/// What was said of a limit, and else what is usual.
fn limit(said: Option<&OrNone<f64>>, usual: Option<f64>) -> Option<f64> {
    said.map_or(usual, |said| said.0)
}

fn text(text: &str) -> Result<String, String> {
    if text.is_empty() { Err("must not be empty".to_owned()) } else { Ok(text.to_owned()) }
}

fn number(text: &str) -> Result<f64, String> {
    text.parse().map_err(|_| format!("{text:?} is not a number"))
}

fn percent(text: &str) -> Result<u8, String> {
    let number = text.parse().ok().filter(|percent| (1..=100).contains(percent));
    number.ok_or_else(|| format!("{text:?} is not a whole number from 1 to 100"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        manner: MannerArgs,
    }

    fn said(options: &[&str], template: Option<&RuleRollout>) -> Said {
        Line::try_parse_from([&["x"], options].concat()).unwrap().manner.said(template)
    }

    #[test]
    fn what_a_template_says_can_be_taken_back() {
        let template = Line::try_parse_from([
            "x",
            "--by-hand",
            "--no-auto-rollback",
            "--no-heartbeat-gate",
            "--max-error-rate",
            "2",
            "--failure-domain",
            "zone",
            "--rollback-threshold",
            "5",
        ]);
        let template = template.unwrap().manner.rollout();
        assert_eq!((template.auto_advance, template.auto_rollback), (Some(false), Some(false)));
        assert_eq!(
            (template.failure_domain.as_deref(), template.rollback_threshold),
            (Some("zone"), Some(5))
        );
        let back = said(
            &[
                "--by-hand=false",
                "--no-auto-rollback=false",
                "--no-heartbeat-gate=false",
                "--max-error-rate",
                "none",
                "--failure-domain",
                "none",
                "--rollback-threshold",
                "none",
            ],
            Some(&template),
        );
        assert_eq!((back.auto_advance, back.auto_rollback), (Some(true), Some(true)));
        assert_eq!((back.failure_domain, back.rollback_threshold), (Some(None), Some(None)));
        let gates = back.health_gates.unwrap();
        assert!(gates.heartbeat_healthy && gates.max_error_rate.is_none());
        let nothing = said(&[], Some(&template));
        assert_eq!((nothing.auto_advance, nothing.failure_domain, nothing.health_gates), (None, None, None));
        assert!(Line::try_parse_from(["x", "--max-error-rate", "nun"]).is_err());
    }
}
