//! Orgs.

mod members;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use sentinel_api_types::PageQuery;
use sentinel_api_types::org::{Org, OrgCreate};

use super::connection::Connection;
use super::failure;
use super::output::Table;
use super::paging::{Paging, more};
use super::words::at;

/// What can be done with orgs.
#[derive(Subcommand, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp org list
  sentinel-cp org create Acme
  sentinel-cp org members list --org acme

{}", failure::EXIT_CODES))]
pub enum OrgCommand {
    /// List the orgs that you belong to
    #[command(after_help = "Examples:\n  sentinel-cp org list -o json")]
    List {
        #[command(flatten)]
        paging: Paging,
    },
    /// Create an org, of which you become the administrator
    #[command(
        after_help = "Examples:\n  sentinel-cp org create Acme --slug acme\n\nOnly the cluster's administrator may."
    )]
    Create {
        /// Display name
        name: String,
        /// Unique in the cluster; made from the name when left out
        #[arg(long)]
        slug: Option<String>,
    },
    /// Show an org
    #[command(after_help = "Examples:\n  sentinel-cp org show\n  sentinel-cp org show --org acme")]
    Show {
        #[command(flatten)]
        of: Of,
    },
    /// List the public keys with which an org's bundles are verified
    #[command(after_help = "Examples:
  sentinel-cp org keys
  sentinel-cp org keys --org acme -o json

What `sentinel-cp bundle verify --key` takes is the last column.")]
    Keys {
        #[command(flatten)]
        of: Of,
    },
    /// People of an org and what they may do
    #[command(subcommand)]
    Members(members::MembersCommand),
}

/// Which org: behind the command, or with the option that other commands have for it.
#[derive(Args, Debug)]
pub struct Of {
    /// Slug of the org; may be left out when you belong to one only
    #[arg(value_name = "ORG", conflicts_with = "org")]
    slug: Option<String>,
    /// The same
    #[arg(long, value_name = "SLUG")]
    org: Option<String>,
}

impl Of {
    async fn find(&self, connection: &Connection) -> anyhow::Result<String> {
        connection.org(self.slug.as_deref().or(self.org.as_deref())).await
    }
}

impl OrgCommand {
    /// Whether it only looks.
    pub fn reads(&self) -> bool {
        match self {
            OrgCommand::List { .. } | OrgCommand::Show { .. } | OrgCommand::Keys { .. } => true,
            OrgCommand::Create { .. } => false,
            OrgCommand::Members(command) => command.reads(),
        }
    }
}

/// Carries it out.
pub async fn run(command: OrgCommand, connection: &Connection) -> anyhow::Result<ExitCode> {
    let Connection { client, output, .. } = connection;
    match command {
        OrgCommand::List { paging } => {
            let fetch = async |limit, cursor| client.orgs(&PageQuery { limit: Some(limit), cursor }).await;
            let list = paging.collect(fetch).await?;
            output.print(&list, |list| {
                let mut table = Table::new(&["slug", "name", "created"]);
                list.orgs
                    .iter()
                    .for_each(|org| table.row([org.slug.clone(), org.name.clone(), at(org.inserted_at)]));
                more(list).into_iter().for_each(|note| table.note(note));
                table
            })?;
        }
        OrgCommand::Create { name, slug } => {
            let made = client.create_org(&OrgCreate { name, slug }).await?;
            output.say(&made, |made| format!("created org {}", made.org.slug))?;
        }
        OrgCommand::Show { of } => {
            let org = of.find(connection).await?;
            output.print(&client.org(&org).await?, |body| facts(&body.org))?;
        }
        OrgCommand::Keys { of } => {
            let org = of.find(connection).await?;
            output.print(&client.signing_keys(&org).await?, |list| {
                let mut table = Table::new(&["key id", "algorithm", "active", "public key"]);
                for key in &list.signing_keys {
                    let active = if key.active { "yes" } else { "no" };
                    table.row([
                        key.key_id.clone(),
                        key.algorithm.clone(),
                        active.into(),
                        key.public_key.clone(),
                    ]);
                }
                table
            })?;
        }
        OrgCommand::Members(command) => return members::run(command, connection).await,
    }
    Ok(ExitCode::SUCCESS)
}

fn facts(org: &Org) -> Table {
    let mut table = Table::facts();
    table.fact("Slug", org.slug.clone());
    table.fact("Name", org.name.clone());
    table.fact("Id", org.id.to_string());
    table.fact("Created", at(org.inserted_at));
    table
}
