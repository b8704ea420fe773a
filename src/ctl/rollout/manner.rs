//! In which portions a bundle is rolled out, and under which gates: said of a rollout, and of a rule that starts some.

use clap::Args;
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
    /// rolling, canary, blue_green, or all_at_once
    #[arg(long, value_parser = read::<Strategy>, default_value = "rolling", help_heading = "Portions")]
    strategy: Strategy,
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

impl MannerArgs {
    /// What was said of it.
    pub fn rollout(self) -> RuleRollout {
        let gates = self.gates();
        let blue_green_config = self.blue_green.config(self.strategy, self.canary.bake);
        RuleRollout {
            strategy: self.strategy,
            batch_size: self.batch_size,
            batch_percentage: self.batch_percent,
            canary_analysis_config: self.canary.config(self.strategy),
            blue_green_config,
            max_unavailable: self.max_unavailable,
            progress_deadline_seconds: self.deadline,
            health_gates: Some(gates),
            auto_rollback: Some(!self.no_auto_rollback),
            auto_advance: self.by_hand.then_some(false),
            failure_domain: self.failure_domain,
            rollback_threshold: self.rollback_threshold,
            checks: self.check,
            on_conflict: self.on_conflict,
        }
    }

    fn gates(&self) -> HealthGates {
        let usual = HealthGates::default();
        HealthGates {
            heartbeat_healthy: !self.no_heartbeat_gate,
            max_error_rate: self.max_error_rate,
            max_latency_ms: self.max_latency,
            max_cpu_percent: self.max_cpu,
            max_memory_percent: self.max_memory,
            min_requests: self.min_requests.unwrap_or(usual.min_requests),
            observe_seconds: self.observe.unwrap_or(usual.observe_seconds),
            fail_after_seconds: self.fail_after.unwrap_or(usual.fail_after_seconds),
        }
    }
}
