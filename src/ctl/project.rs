//! Projects.

use std::process::ExitCode;

use clap::Subcommand;
use sentinel_api_types::PageQuery;
use sentinel_api_types::approval::ApprovalRule;
use sentinel_api_types::drift::DriftRemediation;
use sentinel_api_types::project::{Project, ProjectCreate, ProjectUpdate};

use super::connection::Connection;
use super::failure;
use super::output::Table;
use super::paging::{Paging, more};
use super::words::{at, duration, read, seconds, word};

/// What can be done with projects.
#[derive(Subcommand, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp project list
  sentinel-cp project create Shop --org acme
  sentinel-cp project show shop
  sentinel-cp project approvals shop --rule high=2 --rule all=1

{}", failure::EXIT_CODES))]
pub enum ProjectCommand {
    /// List the projects of an org
    #[command(after_help = "Examples:\n  sentinel-cp project list --org acme")]
    List {
        /// Slug of the org; may be left out when you belong to one only
        #[arg(long, value_name = "SLUG")]
        org: Option<String>,
        #[command(flatten)]
        paging: Paging,
    },
    /// Create a project
    #[command(after_help = "Examples:
  sentinel-cp project create Shop --slug shop --description 'the web shop'
  sentinel-cp project create Play --sandbox")]
    Create {
        /// Display name
        name: String,
        /// Unique in the cluster; made from the name when left out
        #[arg(long)]
        slug: Option<String>,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        /// Slug of the org; may be left out when you belong to one only
        #[arg(long, value_name = "SLUG")]
        org: Option<String>,
        /// A place to try things: its nodes may be simulated
        #[arg(long)]
        sandbox: bool,
    },
    /// Change the name of a project, or what it is for; administrators only
    #[command(after_help = "Examples:\n  sentinel-cp project update shop --description 'the web shop, new'")]
    Update {
        /// Slug of the project; the one that --project names when left out
        slug: Option<String>,
        /// Display name
        #[arg(long, value_name = "TEXT")]
        name: Option<String>,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        /// Whether checks of its rollouts may go to private addresses; administrators only
        #[arg(long, value_name = "YES OR NO", value_parser = clap::builder::BoolishValueParser::new())]
        checks_allow_private: Option<bool>,
        /// Whether it is a place to try things; not for one with real nodes, and not while a simulator runs
        #[arg(long, value_name = "YES OR NO", value_parser = clap::builder::BoolishValueParser::new())]
        sandbox: Option<bool>,
    },
    /// Show or set who must agree to rollouts; setting is for administrators only
    #[command(after_help = "Examples:
  sentinel-cp project approvals shop
  sentinel-cp project approvals shop --rule high=2 --rule all=1 --expire 3d
  sentinel-cp project approvals shop --none

A rule is RISK=PEOPLE: rollouts of bundles of at least that risk (low, medium, high, or all) need so many approvals. The rule
that asks for most counts.")]
    Approvals {
        /// Slug of the project; the one that --project names when left out
        slug: Option<String>,
        /// Replace all rules; may be repeated
        #[arg(long, value_name = "RISK=PEOPLE", value_parser = rule)]
        rule: Vec<ApprovalRule>,
        /// Ask for no approvals any more
        #[arg(long, conflicts_with = "rule")]
        none: bool,
        /// How long approvals are waited for, such as 3d
        #[arg(long, value_name = "TIME", value_parser = hours)]
        expire: Option<u32>,
    },
    /// Show or set what is done about drift; setting is for administrators only
    #[command(after_help = "Examples:
  sentinel-cp project drift shop
  sentinel-cp project drift shop --remediation reassert --delay 2m
  sentinel-cp project drift shop --remediation off

With reassert, a node that drifts is given its assignment again after the delay, three times at most, each time after twice as
long; then somebody has to look. Never while a rollout has the node, nor in a freeze.")]
    Drift {
        /// Slug of the project; the one that --project names when left out
        slug: Option<String>,
        /// off or reassert
        #[arg(long, value_parser = read::<DriftRemediation>)]
        remediation: Option<DriftRemediation>,
        /// How long drift lasts before something is done about it, such as 2m
        #[arg(long, value_name = "TIME", value_parser = seconds)]
        delay: Option<u32>,
    },
    /// Show a project
    #[command(after_help = "Examples:\n  sentinel-cp project show shop")]
    Show {
        /// Slug of the project; the one that --project names when left out
        slug: Option<String>,
    },
}

impl ProjectCommand {
    /// Whether it only looks.
    pub fn reads(&self) -> bool {
        match self {
            ProjectCommand::List { .. } | ProjectCommand::Show { .. } => true,
            ProjectCommand::Approvals { rule, none, expire, .. } => {
                rule.is_empty() && !none && expire.is_none()
            }
            ProjectCommand::Drift { remediation, delay, .. } => remediation.is_none() && delay.is_none(),
            ProjectCommand::Create { .. } | ProjectCommand::Update { .. } => false,
        }
    }
}

/// Carries it out.
pub async fn run(command: ProjectCommand, connection: &Connection) -> anyhow::Result<ExitCode> {
    let Connection { client, output, .. } = connection;
    match command {
        ProjectCommand::List { org, paging } => {
            let org = connection.org(org.as_deref()).await?;
            let fetch =
                async |limit, cursor| client.projects(&org, &PageQuery { limit: Some(limit), cursor }).await;
            let list = paging.collect(fetch).await?;
            output.print(&list, |list| {
                let mut table = Table::new(&["slug", "name", "sandbox", "created"]);
                for project in &list.projects {
                    let sandbox = if project.sandbox { "yes" } else { "" };
                    table.row([
                        project.slug.clone(),
                        project.name.clone(),
                        sandbox.to_owned(),
                        at(project.inserted_at),
                    ]);
                }
                more(list).into_iter().for_each(|note| table.note(note));
                table
            })?;
        }
        ProjectCommand::Create { name, slug, description, org, sandbox } => {
            let org = connection.org(org.as_deref()).await?;
            let request = ProjectCreate { name, slug, description, sandbox };
            let made = client.create_project(&org, &request).await?;
            let kind = if sandbox { "sandbox" } else { "project" };
            output.say(&made, |made| format!("created {kind} {} in {org}", made.project.slug))?;
        }
        ProjectCommand::Update { slug, name, description, checks_allow_private, sandbox } => {
            let slug = named(connection, slug).await?;
            let request =
                ProjectUpdate { name, description, checks_allow_private, sandbox, ..Default::default() };
            output.print(&client.update_project(&slug, &request).await?, |body| facts(&body.project))?;
        }
        ProjectCommand::Approvals { slug, rule, none, expire } => {
            let slug = named(connection, slug).await?;
            let sets = none || !rule.is_empty();
            let request = ProjectUpdate {
                approval_rules: sets.then_some(rule),
                approval_expires_hours: expire,
                ..Default::default()
            };
            let body = if request == ProjectUpdate::default() {
                client.project(&slug).await?
            } else {
                client.update_project(&slug, &request).await?
            };
            output.print(&body, |body| approvals(&body.project))?;
        }
        ProjectCommand::Drift { slug, remediation, delay } => {
            let slug = named(connection, slug).await?;
            let request = ProjectUpdate {
                drift_remediation: remediation,
                drift_delay_seconds: delay,
                ..Default::default()
            };
            let body = if request == ProjectUpdate::default() {
                client.project(&slug).await?
            } else {
                client.update_project(&slug, &request).await?
            };
            output.print(&body, |body| {
                let mut table = Table::facts();
                table.fact("About drift", word(&body.project.drift_remediation));
                table.fact("After", format!("{} s", body.project.drift_delay_seconds));
                table
            })?;
        }
        ProjectCommand::Show { slug } => {
            let slug = named(connection, slug).await?;
            output.print(&client.project(&slug).await?, |body| facts(&body.project))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn named(connection: &Connection, slug: Option<String>) -> anyhow::Result<String> {
    match slug {
        Some(slug) => Ok(slug),
        None => connection.project().await,
    }
}

/// `high=2`, `all=1`.
pub fn rule(text: &str) -> Result<ApprovalRule, String> {
    let wrong = || "expected RISK=PEOPLE, such as high=2 or all=1".to_owned();
    let (risk, people) = text.split_once('=').ok_or_else(wrong)?;
    let risk_at_least = if risk == "all" { None } else { Some(read(risk)?) };
    Ok(ApprovalRule { risk_at_least, approvals: people.parse().map_err(|_| wrong())? })
}

/// Whole hours.
fn hours(text: &str) -> Result<u32, String> {
    let seconds = duration(text)?.as_secs();
    if seconds == 0 || !seconds.is_multiple_of(3_600) {
        return Err("expected whole hours or days, such as 12h or 3d".to_owned());
    }
    u32::try_from(seconds / 3_600).map_err(|_| "too long".to_owned())
}

fn approvals(project: &Project) -> Table {
    let mut table = Table::new(&["rollouts of bundles of risk", "approvals"]);
    for rule in &project.approval_rules {
        let risk =
            rule.risk_at_least.map_or_else(|| "any".to_owned(), |risk| format!("{} or more", word(&risk)));
        table.row([risk, rule.approvals.to_string()]);
    }
    if project.approval_rules.is_empty() {
        table.note("nobody must agree to rollouts");
    }
    table.note(format!("approvals are waited for {} hours", project.approval_expires_hours));
    table
}

fn facts(project: &Project) -> Table {
    let mut table = Table::facts();
    table.fact("Slug", project.slug.clone());
    table.fact("Name", project.name.clone());
    table.fact("Description", project.description.clone());
    table.fact("Org", project.org_slug.clone());
    table.fact("Id", project.id.to_string());
    table.fact("Sandbox", project.sandbox.then(|| "yes: its nodes may be simulated".to_owned()));
    table.fact("Baseline bundle", project.baseline_bundle_id.map(|id| id.to_string()));
    table.fact("Checks may go to", project.checks_allow_private.then(|| "private addresses too".to_owned()));
    table.fact("Created", at(project.inserted_at));
    table
}
