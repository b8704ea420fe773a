//! Environments: the places that a bundle passes one after the other.

mod rules;

use std::process::ExitCode;

use clap::{ArgGroup, Subcommand};
use sentinel_api_types::approval::ApprovalRule;
use sentinel_api_types::environment::{
    Completion, Environment, EnvironmentBundle, EnvironmentCreate, EnvironmentList, EnvironmentUpdate,
};
use serde_json::json;

use super::connection::Connection;
use super::output::Table;
use super::project::rule;
use super::rollout::request::{self, PromoteArgs};
use super::words::{at, word};
use super::{failure, terminal};

/// What can be done with environments.
#[derive(Subcommand, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp environment defaults --project shop
  sentinel-cp node update edge-1 --environment staging --project shop
  sentinel-cp environment list --project shop
  sentinel-cp environment promote --bundle 1.4.0 --to staging --project shop
  sentinel-cp environment rule create --from dev --to staging --delay 30m --project shop

A bundle goes to an environment when it has been completed in those before it: when a rollout has carried it to every node there.

{}", failure::EXIT_CODES))]
pub enum EnvironmentCommand {
    /// List the environments of a project in their order
    #[command(after_help = "Examples:\n  sentinel-cp environment list --project shop")]
    List,
    /// Show an environment: what runs in it, and what was completed there
    #[command(after_help = "Examples:\n  sentinel-cp environment show prod --project shop")]
    Show {
        /// Slug or id
        environment: String,
    },
    /// Add development, staging and production; administrators only
    #[command(after_help = "Examples:\n  sentinel-cp environment defaults --project shop")]
    Defaults,
    /// Add an environment behind those that are there; administrators only
    #[command(after_help = "Examples:
  sentinel-cp environment create Acceptance --project shop
  sentinel-cp environment create Production --slug prod --rule high=2 --project shop")]
    Create {
        /// Display name
        name: String,
        /// Unique in the project; made from the name when left out
        #[arg(long)]
        slug: Option<String>,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        /// As #rrggbb
        #[arg(long, value_name = "COLOR")]
        color: Option<String>,
        /// Who must agree to rollouts to it, beside the rules of the project; may be repeated
        #[arg(long, value_name = "RISK=PEOPLE", value_parser = rule)]
        rule: Vec<ApprovalRule>,
    },
    /// Change an environment; its slug stays; administrators only
    #[command(after_help = "Examples:
  sentinel-cp environment update acceptance --place 2 --project shop
  sentinel-cp environment update prod --rule all=1 --rule high=2 --project shop
  sentinel-cp environment update prod --no-rules --project shop")]
    #[command(group(ArgGroup::new("change").args(["name", "description", "color", "place", "rule", "no_rules"]).required(true).multiple(true)))]
    Update {
        /// Slug or id
        environment: String,
        /// Display name
        #[arg(long)]
        name: Option<String>,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        /// As #rrggbb
        #[arg(long, value_name = "COLOR")]
        color: Option<String>,
        /// Its place in the order, from 1; the others make room
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20))]
        place: Option<u32>,
        /// Replace all rules on approvals of rollouts to it; may be repeated
        #[arg(long, value_name = "RISK=PEOPLE", value_parser = rule)]
        rule: Vec<ApprovalRule>,
        /// Ask for no approvals of its own any more
        #[arg(long, conflicts_with = "rule")]
        no_rules: bool,
    },
    /// Remove an environment that nothing refers to; administrators only
    #[command(after_help = "Examples:\n  sentinel-cp environment delete acceptance --project shop --yes")]
    Delete {
        /// Slug or id
        environment: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Roll a bundle out to an environment
    Promote(Box<PromoteArgs>),
    /// Rules by which bundles go on to the next environment
    #[command(subcommand)]
    Rule(rules::RuleCommand),
}

impl EnvironmentCommand {
    /// Whether it only looks.
    pub fn reads(&self) -> bool {
        match self {
            EnvironmentCommand::List | EnvironmentCommand::Show { .. } => true,
            EnvironmentCommand::Rule(command) => command.reads(),
            _ => false,
        }
    }
}

/// Carries it out.
pub async fn run(command: EnvironmentCommand, connection: &Connection) -> anyhow::Result<ExitCode> {
    let Connection { client, output, .. } = connection;
    let project = connection.project().await?;
    match command {
        EnvironmentCommand::List => output.print(&client.environments(&project).await?, list)?,
        EnvironmentCommand::Show { environment } => {
            output
                .print(&client.environment(&project, &environment).await?, |body| facts(&body.environment))?;
        }
        EnvironmentCommand::Defaults => {
            output.print(&client.create_default_environments(&project).await?, list)?;
        }
        EnvironmentCommand::Create { name, slug, description, color, rule } => {
            let approval_rules = (!rule.is_empty()).then_some(rule);
            let request = EnvironmentCreate { name, slug, description, color, approval_rules };
            let made = client.create_environment(&project, &request).await?;
            output
                .say(&made, |made| format!("created environment {} in {project}", made.environment.slug))?;
        }
        EnvironmentCommand::Update { environment, name, description, color, place, rule, no_rules } => {
            let approval_rules = (no_rules || !rule.is_empty()).then_some(rule);
            let request = EnvironmentUpdate { name, description, color, place, approval_rules };
            let body = client.update_environment(&project, &environment, &request).await?;
            output.print(&body, |body| facts(&body.environment))?;
        }
        EnvironmentCommand::Delete { environment, yes } => {
            terminal::confirm(&format!("Remove the environment {environment} from {project}?"), yes)?;
            client.delete_environment(&project, &environment).await?;
            output.say(&json!({"deleted": environment}), |_| format!("removed environment {environment}"))?;
        }
        EnvironmentCommand::Promote(args) => return request::promote(*args, connection, &project).await,
        EnvironmentCommand::Rule(command) => rules::run(command, connection, &project).await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn list(list: &EnvironmentList) -> Table {
    let mut table = Table::new(&[
        "place",
        "slug",
        "name",
        "nodes",
        "online",
        "runs",
        "completed last",
        "approvals",
        "frozen",
    ]);
    for one in &list.environments {
        table.row([
            one.place.to_string(),
            one.slug.clone(),
            one.name.clone(),
            one.nodes.to_string(),
            one.online.to_string(),
            runs(one),
            one.completed.first().map(completion).unwrap_or_default(),
            approvals(one),
            one.frozen.clone().unwrap_or_default(),
        ]);
    }
    table
}

fn facts(one: &Environment) -> Table {
    let mut table = Table::facts();
    table.fact("Slug", one.slug.clone());
    table.fact("Name", one.name.clone());
    table.fact("Description", one.description.clone());
    table.fact("Id", one.id.to_string());
    table.fact("Colour", one.color.clone());
    table.fact("Place", one.place.to_string());
    table.fact("Nodes", format!("{} ({} online)", one.nodes, one.online));
    table.fact("Runs", runs(one));
    table.fact("Approvals", approvals(one));
    table.fact("Frozen", one.frozen.clone());
    for completed in &one.completed {
        table.fact("Completed", completion(completed));
    }
    table.fact("Created", format!("{} by {}", at(one.inserted_at), one.created_by));
    table
}

fn version(version: &Option<String>) -> &str {
    version.as_deref().unwrap_or("(gone)")
}

/// `1.4.0 (12), 1.3.9 (1)`.
fn runs(one: &Environment) -> String {
    let bundle = |bundle: &EnvironmentBundle| format!("{} ({})", version(&bundle.version), bundle.nodes);
    one.bundles.iter().map(bundle).collect::<Vec<_>>().join(", ")
}

fn completion(completed: &Completion) -> String {
    format!("{} at {}", version(&completed.version), at(completed.at))
}

/// `high=2, all=1`.
fn approvals(one: &Environment) -> String {
    let rule = |rule: &ApprovalRule| {
        let risk = rule.risk_at_least.as_ref().map_or_else(|| "all".to_owned(), word);
        format!("{risk}={}", rule.approvals)
    };
    one.approval_rules.iter().map(rule).collect::<Vec<_>>().join(", ")
}
