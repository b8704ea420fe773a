//! Templates of rollouts.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use sentinel_api_types::promotion::RuleRollout;
use sentinel_api_types::rollout::TargetSelector;
use sentinel_api_types::template::{RolloutTemplate, RolloutTemplateCreate, RolloutTemplateUpdate};
use serde_json::json;

use super::connection::Connection;
use super::failure::NotFound;
use super::output::Table;
use super::rollout::manner::MannerArgs;
use super::rollout::nodes::NodesArgs;
use super::rollout::show;
use super::words::{at, offer};
use super::{failure, terminal};

/// What can be done with templates.
#[derive(Subcommand, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp template create careful --batch-percent 10 --max-error-rate 1 --observe 60s --default --project shop
  sentinel-cp template create prod-canary --environment prod --strategy canary --bake 5m --project shop
  sentinel-cp template list --project shop
  sentinel-cp rollout create --bundle 1.4.0 --template careful --project shop

A template has all that `rollout create` takes, but for the bundle, the time and the reasons. Whoever uses it gets a copy: a template
that is changed changes no rollout. The default is what the UI begins with; nothing uses it unasked.

{}", failure::EXIT_CODES))]
pub enum TemplateCommand {
    /// List the templates of a project
    #[command(after_help = "Examples:\n  sentinel-cp template list --project shop")]
    List,
    /// Show a template
    #[command(after_help = "Examples:\n  sentinel-cp template show careful --project shop")]
    Show {
        /// Name or id
        template: String,
    },
    /// Make a template
    Create(Box<CreateArgs>),
    /// Change a template; rollouts that were made from it stay as they are
    Update(Box<UpdateArgs>),
    /// Take a template away; rollouts that were made from it stay as they are
    #[command(after_help = "Examples:\n  sentinel-cp template delete careful --project shop --yes")]
    Delete {
        /// Name or id
        template: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// Options of `template create`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  sentinel-cp template create careful --batch-percent 10 --max-error-rate 1 --observe 60s --default --project shop
  sentinel-cp template create edges --group eu-edge --failure-domain zone --max-unavailable 1 --project shop
  sentinel-cp template create prod-canary --environment prod --strategy canary --bake 5m --project shop")]
pub struct CreateArgs {
    /// Unique in the project
    name: String,
    /// What it is for, at most 500 characters
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// It is the default from now on, and no other one is
    #[arg(long)]
    default: bool,
    #[command(flatten)]
    nodes: NodesArgs,
    #[command(flatten)]
    manner: MannerArgs,
}

/// Options of `template update`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  sentinel-cp template update careful --rename slow --project shop
  sentinel-cp template update careful --default --project shop
  sentinel-cp template update careful --max-unavailable 2 --max-error-rate 0.5 --project shop
  sentinel-cp template update careful --environment staging --project shop

What is not said stays as it is. Another strategy than the template's takes nothing of its portions, its canary and its blue-green.")]
pub struct UpdateArgs {
    /// Name or id
    template: String,
    /// Its name from now on
    #[arg(long, value_name = "NAME")]
    rename: Option<String>,
    /// What it is for, at most 500 characters
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// It is the default from now on, and no other one is
    #[arg(long)]
    default: bool,
    /// It is not the default any more
    #[arg(long, conflicts_with = "default")]
    no_default: bool,
    #[command(flatten)]
    nodes: NodesArgs,
    #[command(flatten)]
    manner: MannerArgs,
}

impl TemplateCommand {
    /// Whether it only looks.
    pub fn reads(&self) -> bool {
        matches!(self, TemplateCommand::List | TemplateCommand::Show { .. })
    }
}

/// Carries it out.
pub async fn run(command: TemplateCommand, connection: &Connection) -> anyhow::Result<ExitCode> {
    let Connection { client, output, .. } = connection;
    let project = connection.project().await?;
    match command {
        TemplateCommand::List => {
            output.print(&client.rollout_templates(&project).await?, |list| {
                let mut table = Table::new(&["name", "default", "nodes", "manner", "description", "changed"]);
                for template in &list.rollout_templates {
                    table.row([
                        template.name.clone(),
                        (if template.is_default { "yes" } else { "" }).to_owned(),
                        place(template),
                        show::portions(&template.rollout),
                        template.description.clone(),
                        at(template.updated_at),
                    ]);
                }
                table
            })?;
        }
        TemplateCommand::Show { template } => {
            let found = find(connection, &project, &template).await?;
            output.print(&client.rollout_template(&project, found.id).await?, |body| {
                detail(&body.rollout_template)
            })?;
        }
        TemplateCommand::Create(args) => {
            let target_selector = args.nodes.chosen(connection, &project).await?;
            let request = RolloutTemplateCreate {
                name: args.name,
                description: args.description,
                is_default: args.default.then_some(true),
                target_selector: target_selector.unwrap_or(TargetSelector::All {}),
                environment: args.nodes.environment,
                rollout: Some(args.manner.rollout()),
            };
            let made = client.create_rollout_template(&project, &request).await?;
            output.say(&made, |made| says("made", &made.rollout_template))?;
        }
        TemplateCommand::Update(args) => {
            let found = find(connection, &project, &args.template).await?;
            let request = RolloutTemplateUpdate {
                name: args.rename,
                description: args.description,
                is_default: args.default.then_some(true).or(args.no_default.then_some(false)),
                target_selector: args.nodes.chosen(connection, &project).await?,
                environment: args.nodes.environment,
                rollout: changed(args.manner, &found.rollout),
            };
            let changed = client.update_rollout_template(&project, found.id, &request).await?;
            output.say(&changed, |changed| says("changed", &changed.rollout_template))?;
        }
        TemplateCommand::Delete { template, yes } => {
            let found = find(connection, &project, &template).await?;
            terminal::confirm(&format!("Take the template {} of {project} away?", found.name), yes)?;
            client.delete_rollout_template(&project, found.id).await?;
            output.say(&json!({"deleted": found.id}), |_| format!("deleted template {}", found.name))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What a template says from now on, if anything was said of it: what was said, over what it says.
fn changed(manner: MannerArgs, known: &RuleRollout) -> Option<RuleRollout> {
    let said = manner.said(Some(known));
    let strategy = said.strategy.unwrap_or(known.strategy);
    let alike = strategy == known.strategy;
    let sized = said.batch_size.is_some() || said.batch_percentage.is_some();
    let kept = alike && !sized;
    let next = RuleRollout {
        strategy,
        batch_size: said.batch_size.or(known.batch_size.filter(|_| kept)),
        batch_percentage: said.batch_percentage.or(known.batch_percentage.filter(|_| kept)),
        canary_analysis_config: said
            .canary_analysis_config
            .or_else(|| known.canary_analysis_config.clone().filter(|_| alike)),
        blue_green_config: said
            .blue_green_config
            .or_else(|| known.blue_green_config.clone().filter(|_| alike)),
        max_unavailable: said.max_unavailable.or(known.max_unavailable),
        progress_deadline_seconds: said.progress_deadline_seconds.or(known.progress_deadline_seconds),
        health_gates: said.health_gates.or_else(|| known.health_gates.clone()),
        auto_rollback: said.auto_rollback.or(known.auto_rollback),
        auto_advance: said.auto_advance.or(known.auto_advance),
        failure_domain: said.failure_domain.unwrap_or_else(|| known.failure_domain.clone()),
        rollback_threshold: said.rollback_threshold.unwrap_or(known.rollback_threshold),
        checks: said.checks.unwrap_or_else(|| known.checks.clone()),
        on_conflict: said.on_conflict.or(known.on_conflict),
    };
    (next != *known).then_some(next)
}

fn says(what: &str, template: &RolloutTemplate) -> String {
    let default = if template.is_default { ", the default of the project" } else { "" };
    format!("{what} template {}: {}{default}", template.name, show::portions(&template.rollout))
}

fn place(template: &RolloutTemplate) -> String {
    let target = show::targets(&template.target_selector, None);
    match (&template.environment, &template.target_selector) {
        (Some(environment), TargetSelector::All {} | TargetSelector::Environment { .. }) => {
            format!("all of {}", environment.slug)
        }
        (Some(environment), _) => format!("{target}, in {}", environment.slug),
        (None, _) => target,
    }
}

fn detail(template: &RolloutTemplate) -> Table {
    let mut table = Table::facts();
    table.fact("Name", template.name.clone());
    table.fact("Id", template.id.to_string());
    table.fact("Description", template.description.clone());
    table.fact("Default", (if template.is_default { "yes" } else { "no" }).to_owned());
    table.fact("Nodes", place(template));
    show::manner(&mut table, &template.rollout);
    table.fact("Made", format!("{} by {}", at(template.inserted_at), template.created_by));
    table.fact("Changed", at(template.updated_at));
    table
}

/// The template with this id or name.
pub async fn find(connection: &Connection, project: &str, named: &str) -> anyhow::Result<RolloutTemplate> {
    let list = connection.client.rollout_templates(project).await?.rollout_templates;
    let names = offer("templates", list.iter().take(6).map(|template| template.name.as_str()));
    let found = list.into_iter().find(|found| found.name == named || found.id.to_string() == named);
    found
        .ok_or_else(|| NotFound(format!("no template of {project} has the name or id {named}{names}")).into())
}
