//! People of an org.

use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use sentinel_api_types::PageQuery;
use sentinel_api_types::member::{MemberCreate, MemberUpdate, Role};
use sentinel_model::UserId;
use serde_json::json;

use crate::ctl::connection::Connection;
use crate::ctl::failure::{self, NotFound};
use crate::ctl::output::Table;
use crate::ctl::paging::{self, Paging, more};
use crate::ctl::terminal;
use crate::ctl::words::{at, read, word};

/// Which org.
#[derive(Args, Debug)]
pub struct Of {
    /// Slug of the org; may be left out when you belong to one only
    #[arg(long, value_name = "SLUG")]
    org: Option<String>,
}

/// What can be done with the people of an org.
#[derive(Subcommand, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp org members list
  sentinel-cp org members add ada@example.com --name Ada --role operator
  sentinel-cp org members set-role ada@example.com admin
  sentinel-cp org members remove ada@example.com

{}", failure::EXIT_CODES))]
pub enum MembersCommand {
    /// List the people of an org
    #[command(after_help = "Examples:\n  sentinel-cp org members list --org acme")]
    List {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        paging: Paging,
    },
    /// Add a person, with an account if the address has none yet
    #[command(
        after_help = "Examples:\n  sentinel-cp org members add ada@example.com --name Ada --role reader\n
The first password is asked for; 12 characters at least."
    )]
    Add {
        /// E-mail address
        email: String,
        /// Display name
        #[arg(long)]
        name: String,
        /// reader, operator or admin
        #[arg(long, value_parser = read::<Role>)]
        role: Role,
        /// Read the first password from standard input instead of asking for it
        #[arg(long)]
        password_stdin: bool,
        #[command(flatten)]
        of: Of,
    },
    /// Give a person another role
    #[command(after_help = "Examples:\n  sentinel-cp org members set-role ada@example.com admin")]
    SetRole {
        /// E-mail address or id
        person: String,
        /// reader, operator or admin
        #[arg(value_parser = read::<Role>)]
        role: Role,
        #[command(flatten)]
        of: Of,
    },
    /// Take a person out of the org
    #[command(after_help = "Examples:\n  sentinel-cp org members remove ada@example.com --yes")]
    Remove {
        /// E-mail address or id
        person: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        of: Of,
    },
}

/// Carries it out.
pub async fn run(command: MembersCommand, connection: &Connection) -> anyhow::Result<ExitCode> {
    let Connection { client, output, .. } = connection;
    match command {
        MembersCommand::List { of, paging } => {
            let org = connection.org(of.org.as_deref()).await?;
            let fetch = async |limit, cursor| {
                client.org_members(&org, &PageQuery { limit: Some(limit), cursor }).await
            };
            let list = paging.collect(fetch).await?;
            output.print(&list, |list| {
                let mut table = Table::new(&["e-mail", "name", "role", "since"]);
                for member in &list.members {
                    table.row([
                        member.email.clone(),
                        member.name.clone(),
                        word(&member.role),
                        at(member.inserted_at),
                    ]);
                }
                more(list).into_iter().for_each(|note| table.note(note));
                table
            })?;
        }
        MembersCommand::Add { email, name, role, password_stdin, of } => {
            let org = connection.org(of.org.as_deref()).await?;
            let password = terminal::password("first password", password_stdin)?;
            let made = client.create_member(&org, &MemberCreate { email, name, password, role }).await?;
            output.say(&made, |made| {
                format!("{} is {} of {org}", made.member.email, word(&made.member.role))
            })?;
        }
        MembersCommand::SetRole { person, role, of } => {
            let org = connection.org(of.org.as_deref()).await?;
            let user = user(connection, &org, &person).await?;
            let changed = client.update_member(&org, user, &MemberUpdate { role }).await?;
            output.say(&changed, |changed| {
                format!("{} is {} of {org}", changed.member.email, word(&changed.member.role))
            })?;
        }
        MembersCommand::Remove { person, yes, of } => {
            let org = connection.org(of.org.as_deref()).await?;
            let user = user(connection, &org, &person).await?;
            terminal::confirm(&format!("Take {person} out of {org}?"), yes)?;
            client.delete_member(&org, user).await?;
            output.say(&json!({"removed": user}), |_| format!("{person} is out of {org}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The person with this id or address.
async fn user(connection: &Connection, org: &str, person: &str) -> anyhow::Result<UserId> {
    if let Ok(id) = person.parse() {
        return Ok(id);
    }
    let client = &connection.client;
    let fetch =
        async |limit, cursor| client.org_members(org, &PageQuery { limit: Some(limit), cursor }).await;
    let found = paging::find(fetch, |list| {
        list.members
            .iter()
            .find(|member| member.email.eq_ignore_ascii_case(person))
            .map(|member| member.user_id)
    });
    let found = found.await.context("cannot look the person up")?;
    found.ok_or_else(|| NotFound(format!("nobody in {org} has the address {person}")).into())
}
