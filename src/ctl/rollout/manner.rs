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
use crate::ctl::words::{milliseconds, read, seconds};

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
    /// Spread each step over the values of this label, such as zone, and never take all of one
    #[arg(long, value_name = "LABEL", help_heading = "Portions")]
    failure_domain: Option<String>,
    /// How many nodes of a step, or of each failure domain, may be offline or fail without stopping it; 0 when nothing is said
    #[arg(long, value_name = "N", help_heading = "Portions")]
    max_unavailable: Option<u32>,
    /// Longest time that a step may take, such as 10m, which it is when nothing is said; pauses do not count
    #[arg(long, value_name = "TIME", value_parser = seconds, help_heading = "Portions")]
    deadline: Option<u32>,
    /// Highest share of 5xx answers, in percent; not judged when nothing is said
    #[arg(long, value_name = "PERCENT", help_heading = "Gates")]
    max_error_rate: Option<f64>,
    /// Highest 99th percentile of latency, such as 250ms; not judged when nothing is said
    #[arg(long, value_name = "TIME", value_parser = milliseconds, help_heading = "Gates")]
    max_latency: Option<f64>,
    /// Most processor time of the proxy since its switch, in percent of one processor; not judged when nothing is said
    #[arg(long, value_name = "PERCENT", help_heading = "Gates")]
    max_cpu: Option<f64>,
    /// Most memory of the proxy, in percent of the machine's; not judged when nothing is said
    #[arg(long, value_name = "PERCENT", help_heading = "Gates")]
    max_memory: Option<f64>,
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
    #[arg(long, help_heading = "Gates")]
    no_heartbeat_gate: bool,
    /// When this share of all the nodes has failed, go back at once, however many each step may lose: 1 to 100 percent
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(1..=100), help_heading = "Gates")]
    rollback_threshold: Option<u8>,
    /// Wait for a person before each step after the first: `rollout advance` lets it begin
    #[arg(long, help_heading = "Portions")]
    by_hand: bool,
    /// Stop where it is when a step fails, instead of going back
    #[arg(long, help_heading = "Gates")]
    no_auto_rollback: bool,
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
    pub failure_domain: Option<String>,
    pub rollback_threshold: Option<u8>,
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
            failure_domain: said.failure_domain,
            rollback_threshold: said.rollback_threshold,
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
            auto_rollback: self.no_auto_rollback.then_some(false),
            auto_advance: self.by_hand.then_some(false),
            failure_domain: self.failure_domain,
            rollback_threshold: self.rollback_threshold,
            checks: Some(self.check).filter(|checks| !checks.is_empty()),
            on_conflict: self.on_conflict,
        }
    }

    /// The gates of which something was said; of the rest, those that are usual.
    fn gates(&self, usual: Option<&HealthGates>) -> Option<HealthGates> {
        let usual = usual.cloned().unwrap_or_default();
        let gates = HealthGates {
            heartbeat_healthy: usual.heartbeat_healthy && !self.no_heartbeat_gate,
            max_error_rate: self.max_error_rate.or(usual.max_error_rate),
            max_latency_ms: self.max_latency.or(usual.max_latency_ms),
            max_cpu_percent: self.max_cpu.or(usual.max_cpu_percent),
            max_memory_percent: self.max_memory.or(usual.max_memory_percent),
            min_requests: self.min_requests.unwrap_or(usual.min_requests),
            observe_seconds: self.observe.unwrap_or(usual.observe_seconds),
            fail_after_seconds: self.fail_after.unwrap_or(usual.fail_after_seconds),
        };
        (gates != usual).then_some(gates)
    }
}
