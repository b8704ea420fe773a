//! Promotion rules: what was completed in one environment goes on to another one by itself.

use clap::{ArgGroup, Subcommand};
use sentinel_api_types::bundle::RiskLevel;
use sentinel_api_types::promotion::{
    PromotionOutcome, PromotionRule, PromotionRuleCreate, PromotionRuleUpdate,
};
use sentinel_model::PromotionRuleId;
use serde_json::json;

use crate::ctl::connection::Connection;
use crate::ctl::output::Table;
use crate::ctl::rollout::manner::MannerArgs;
use crate::ctl::words::{at, duration, id, read, word};

/// What can be done with promotion rules.
#[derive(Subcommand, Debug)]
#[command(after_help = "Examples:
  sentinel-cp environment rule create --from dev --to staging --delay 30m --healthy 100 --project shop
  sentinel-cp environment rule list --project shop
  sentinel-cp environment rule update RULE --off --project shop

Whoever makes or changes a rule counts as the author of its rollouts: they need the approvals that any rollout needs, from others.")]
pub enum RuleCommand {
    /// List the promotion rules, with what came of each last
    #[command(after_help = "Examples:\n  sentinel-cp environment rule list --project shop")]
    List,
    /// Have what was completed in one environment go on to a later one
    #[command(after_help = "Examples:
  sentinel-cp environment rule create --from dev --to staging --delay 30m --project shop
  sentinel-cp environment rule create --from staging --to prod --delay 1d --healthy 95 --max-risk medium --strategy canary --project shop")]
    Create(Box<CreateArgs>),
    /// Change a promotion rule
    #[command(after_help = "Examples:
  sentinel-cp environment rule update RULE --delay 2h --project shop
  sentinel-cp environment rule update RULE --off --project shop")]
    #[command(group(ArgGroup::new("change").args(["delay", "healthy", "any_health", "max_risk", "any_risk", "on", "off"]).required(true).multiple(true)))]
    Update {
        /// Id of the rule
        #[arg(value_parser = id::<PromotionRuleId>)]
        rule: PromotionRuleId,
        /// How long a bundle stays in the source first, such as 30m
        #[arg(long, value_name = "TIME", value_parser = minutes)]
        delay: Option<u32>,
        /// Share of the nodes of the source that must be online and run it then
        #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(1..=100))]
        healthy: Option<u8>,
        /// However many are
        #[arg(long, conflicts_with = "healthy")]
        any_health: bool,
        /// The highest risk for the nodes of the target: low, medium or high
        #[arg(long, value_parser = read::<RiskLevel>)]
        max_risk: Option<RiskLevel>,
        /// Whatever the risk
        #[arg(long, conflicts_with = "max_risk")]
        any_risk: bool,
        /// It takes bundles on again
        #[arg(long)]
        on: bool,
        /// It does nothing until it is on again
        #[arg(long, conflicts_with = "on")]
        off: bool,
    },
    /// Remove a promotion rule; what it has started goes on
    #[command(after_help = "Examples:\n  sentinel-cp environment rule delete RULE --project shop")]
    Delete {
        /// Id of the rule
        #[arg(value_parser = id::<PromotionRuleId>)]
        rule: PromotionRuleId,
    },
}

/// Options of `environment rule create`.
#[derive(clap::Args, Debug)]
pub struct CreateArgs {
    /// Where a bundle comes from, by slug or id
    #[arg(long, value_name = "ENVIRONMENT")]
    from: String,
    /// Where it goes to, by slug or id
    #[arg(long, value_name = "ENVIRONMENT")]
    to: String,
    /// How long it stays in the source first, such as 30m; not at all when left out
    #[arg(long, value_name = "TIME", value_parser = minutes)]
    delay: Option<u32>,
    /// Share of the nodes of the source that must be online and run it then; nobody asks when left out
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(1..=100))]
    healthy: Option<u8>,
    /// The highest risk for the nodes of the target: low, medium or high; whatever it is when left out
    #[arg(long, value_parser = read::<RiskLevel>)]
    max_risk: Option<RiskLevel>,
    /// Do nothing until somebody turns it on
    #[arg(long)]
    off: bool,
    #[command(flatten)]
    manner: MannerArgs,
}

impl RuleCommand {
    /// Whether it only looks.
    pub fn reads(&self) -> bool {
        matches!(self, RuleCommand::List)
    }
}

/// Carries it out.
pub async fn run(command: RuleCommand, connection: &Connection, project: &str) -> anyhow::Result<()> {
    let Connection { client, output, .. } = connection;
    match command {
        RuleCommand::List => output.print(&client.promotion_rules(project).await?, |list| {
            let mut table = Table::new(&[
                "id",
                "from",
                "to",
                "delay",
                "healthy",
                "risk",
                "on",
                "last",
                "next look",
                "by",
            ]);
            list.promotion_rules.iter().for_each(|rule| table.row(row(rule)));
            table
        }),
        RuleCommand::Create(args) => {
            let request = PromotionRuleCreate {
                source: args.from,
                target: args.to,
                delay_minutes: args.delay,
                healthy_percent: args.healthy,
                max_risk: args.max_risk,
                rollout: Some(args.manner.rollout()),
                enabled: Some(!args.off),
            };
            let made = client.create_promotion_rule(project, &request).await?;
            output.say(&made, |made| {
                let rule = &made.promotion_rule;
                format!(
                    "what is completed in {} goes on to {} after {} min (rule {})",
                    rule.source.slug, rule.target.slug, rule.delay_minutes, rule.id
                )
            })
        }
        RuleCommand::Update { rule, delay, healthy, any_health, max_risk, any_risk, on, off } => {
            let request = PromotionRuleUpdate {
                delay_minutes: delay,
                healthy_percent: healthy.map(Some).or(any_health.then_some(None)),
                max_risk: max_risk.map(Some).or(any_risk.then_some(None)),
                enabled: on.then_some(true).or(off.then_some(false)),
            };
            let body = client.update_promotion_rule(project, rule, &request).await?;
            output.say(&body, |body| format!("changed rule {}", body.promotion_rule.id))
        }
        RuleCommand::Delete { rule } => {
            client.delete_promotion_rule(project, rule).await?;
            output.say(&json!({"deleted": rule}), |_| format!("removed rule {rule}"))
        }
    }
}

/// Whole minutes.
fn minutes(text: &str) -> Result<u32, String> {
    let seconds = duration(text)?.as_secs();
    if !seconds.is_multiple_of(60) {
        return Err("expected whole minutes, such as 30m, 2h or 1d".to_owned());
    }
    u32::try_from(seconds / 60).map_err(|_| "too long".to_owned())
}

fn row(rule: &PromotionRule) -> [String; 10] {
    let last = rule.last.as_ref().map(|last| {
        let version = last.version.as_deref().unwrap_or("(gone)");
        match last.outcome {
            PromotionOutcome::Started => {
                format!("{version}: rollout {}", last.rollout_id.map(|id| id.to_string()).unwrap_or_default())
            }
            PromotionOutcome::Waits | PromotionOutcome::Refused => {
                format!("{version}: {}: {}", word(&last.outcome), last.reason.as_deref().unwrap_or_default())
            }
        }
    });
    [
        rule.id.to_string(),
        rule.source.slug.clone(),
        rule.target.slug.clone(),
        format!("{} min", rule.delay_minutes),
        rule.healthy_percent.map(|percent| format!("{percent} %")).unwrap_or_default(),
        rule.max_risk.as_ref().map(word).unwrap_or_default(),
        (if rule.enabled { "yes" } else { "no" }).to_owned(),
        last.unwrap_or_default(),
        rule.look_at.map(at).unwrap_or_default(),
        rule.created_by.clone(),
    ]
}

#[cfg(test)]
mod tests {
    use super::minutes;

    #[test]
    fn delays_are_whole_minutes() {
        assert_eq!((minutes("90m"), minutes("2h"), minutes("0s")), (Ok(90), Ok(120), Ok(0)));
        assert!(minutes("90s").is_err() && minutes("30").is_err());
    }
}
