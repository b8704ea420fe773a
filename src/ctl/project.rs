//! Projects.

use std::process::ExitCode;

use clap::Subcommand;
use sentinel_api_types::PageQuery;
use sentinel_api_types::project::{Project, ProjectCreate};

use super::connection::Connection;
use super::failure;
use super::output::Table;
use super::paging::{Paging, more};
use super::words::at;

/// What can be done with projects.
#[derive(Subcommand, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp project list
  sentinel-cp project create Shop --org acme
  sentinel-cp project show shop

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
    #[command(
        after_help = "Examples:\n  sentinel-cp project create Shop --slug shop --description 'the web shop'"
    )]
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
        matches!(self, ProjectCommand::List { .. } | ProjectCommand::Show { .. })
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
                let mut table = Table::new(&["slug", "name", "created"]);
                for project in &list.projects {
                    table.row([project.slug.clone(), project.name.clone(), at(project.inserted_at)]);
                }
                more(list).into_iter().for_each(|note| table.note(note));
                table
            })?;
        }
        ProjectCommand::Create { name, slug, description, org } => {
            let org = connection.org(org.as_deref()).await?;
            let made = client.create_project(&org, &ProjectCreate { name, slug, description }).await?;
            output.say(&made, |made| format!("created project {} in {org}", made.project.slug))?;
        }
        ProjectCommand::Show { slug } => {
            let slug = match slug {
                Some(slug) => slug,
                None => connection.project().await?,
            };
            output.print(&client.project(&slug).await?, |body| facts(&body.project))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn facts(project: &Project) -> Table {
    let mut table = Table::facts();
    table.fact("Slug", project.slug.clone());
    table.fact("Name", project.name.clone());
    table.fact("Description", project.description.clone());
    table.fact("Org", project.org_slug.clone());
    table.fact("Id", project.id.to_string());
    table.fact("Baseline bundle", project.baseline_bundle_id.map(|id| id.to_string()));
    table.fact("Created", at(project.inserted_at));
    table
}
