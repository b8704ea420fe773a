//! People of an org.

use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use sentinel_api_types::PageQuery;
use sentinel_api_types::audit::AuditQuery;
use sentinel_api_types::member::{MemberCreate, MemberUpdate, PasswordReset, Role};
use sentinel_model::UserId;
use serde_json::json;

use crate::ctl::connection::Connection;
use crate::ctl::failure::{self, NotFound};
use crate::ctl::output::Table;
use crate::ctl::paging::{self, Paging, more};
use crate::ctl::terminal;
use crate::ctl::words::{at, offer, read, word};

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
  sentinel-cp org members set-role ada@example.com --role admin
  sentinel-cp org members reset-password ada@example.com
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
The first password is asked for; 12 characters at least. An address that has an account already, in another org, keeps its own."
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
    #[command(after_help = "Examples:\n  sentinel-cp org members set-role ada@example.com --role admin")]
    SetRole {
        /// E-mail address or id
        person: String,
        /// reader, operator or admin
        #[arg(long, value_parser = read::<Role>)]
        role: Role,
        #[command(flatten)]
        of: Of,
    },
    /// Set the password of a person who cannot sign in any more
    #[command(after_help = "Examples:\n  sentinel-cp org members reset-password ada@example.com --org acme
  printf %s \"$PASSWORD\" | sentinel-cp org members reset-password ada@example.com --password-stdin\n
12 characters at least. All of their sessions end; API keys that they made go on working.
Refused for who belongs to another org too, for the cluster's administrator, and for yourself (sentinel-cp passwd).")]
    ResetPassword {
        /// E-mail address or id
        #[arg(value_name = "EMAIL")]
        person: String,
        /// Read the new password from standard input instead of asking for it
        #[arg(long)]
        password_stdin: bool,
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

impl MembersCommand {
    /// Whether it only looks.
    pub fn reads(&self) -> bool {
        matches!(self, MembersCommand::List { .. })
    }
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
            // Beside the answer: who gives the password to the person must know, and a script's answer stays what it is.
            if let Some(note) = password_note(connection, &org, made.member.user_id).await {
                eprintln!("note: {note}");
            }
        }
        MembersCommand::SetRole { person, role, of } => {
            let org = connection.org(of.org.as_deref()).await?;
            let user = user(connection, &org, &person).await?;
            let changed = client.update_member(&org, user, &MemberUpdate { role }).await?;
            output.say(&changed, |changed| {
                format!("{} is {} of {org}", changed.member.email, word(&changed.member.role))
            })?;
        }
        MembersCommand::ResetPassword { person, password_stdin, of } => {
            let org = connection.org(of.org.as_deref()).await?;
            let user = user(connection, &org, &person).await?;
            let question = format!("new password of {person}");
            let password = terminal::new_password(&question, password_stdin)?;
            client.reset_password(&org, user, &PasswordReset { password }).await?;
            output.say(&json!({"password_reset": user}), |_| {
                format!("the password of {person} is set; all of their sessions have ended")
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

/// What became of the password of somebody who was just added. The answer does not tell whether there was an account already;
/// the audit log does, because then it is a role that was given and no account that was made.
async fn password_note(connection: &Connection, org: &str, user: UserId) -> Option<&'static str> {
    let query = AuditQuery { limit: Some(50), ..Default::default() };
    let log = connection.client.org_audit(org, &query).await;
    let entries = log.map(|log| log.entries).unwrap_or_default();
    let about = entries.into_iter().find(|entry| {
        entry.resource_id == user.to_string()
            && ["user.created", "member.role_set"].contains(&entry.action.as_str())
    });
    match about.as_ref().map(|entry| entry.action.as_str()) {
        Some("user.created") => None,
        Some(_) => Some(
            "the address had an account already: it keeps its name and its password, and the password that you gave was not set",
        ),
        None => Some(
            "if the address had an account already, it keeps its password, and the one that you gave was not set",
        ),
    }
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
    if let Some(found) = found.await.context("cannot look the person up")? {
        return Ok(found);
    }
    let some = client.org_members(org, &PageQuery { limit: Some(6), cursor: None }).await?;
    let addresses = offer("people there", some.members.iter().map(|member| member.email.as_str()));
    Err(NotFound(format!("nobody in {org} has the address or id {person}{addresses}")).into())
}
