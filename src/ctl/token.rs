//! Enrolment tokens: with them nodes join a project.

use std::process::ExitCode;

use clap::Subcommand;
use sentinel_api_types::enrolment::{EnrolmentToken, EnrolmentTokenCreate};
use sentinel_api_types::{PageQuery, Timestamp};
use sentinel_model::EnrolmentTokenId;

use super::connection::Connection;
use super::failure;
use super::output::Table;
use super::paging::{Paging, more};
use super::words::{at, id, moment};

/// What can be done with enrolment tokens.
#[derive(Subcommand, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp token create rack-7 --uses 12 --expires 1d --project shop
  sentinel-cp token create rack-8 --environment staging --project shop
  sentinel-cp token list --project shop
  sentinel-cp token revoke TOKEN --project shop

{}", failure::EXIT_CODES))]
pub enum TokenCommand {
    /// List the enrolment tokens of a project
    #[command(after_help = "Examples:\n  sentinel-cp token list --project shop")]
    List {
        #[command(flatten)]
        paging: Paging,
    },
    /// Make an enrolment token; its text is shown once
    #[command(
        after_help = "Examples:\n  sentinel-cp token create rack-7 --uses 12 --expires 1d --project shop"
    )]
    Create {
        /// Display name
        name: String,
        /// How many nodes may use it; no limit when left out
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        uses: Option<u32>,
        /// No use after this time: from now such as 1d, or RFC 3339
        #[arg(long, value_name = "TIME", value_parser = moment)]
        expires: Option<Timestamp>,
        /// The environment that nodes join with it, by slug or id; none when left out
        #[arg(long, value_name = "ENVIRONMENT")]
        environment: Option<String>,
    },
    /// Make an enrolment token useless from now on; nodes that joined with it stay
    #[command(after_help = "Examples:\n  sentinel-cp token revoke TOKEN --project shop")]
    Revoke {
        /// Id of the token
        #[arg(value_parser = id::<EnrolmentTokenId>)]
        token: EnrolmentTokenId,
    },
}

impl TokenCommand {
    /// Whether it only looks.
    pub fn reads(&self) -> bool {
        matches!(self, TokenCommand::List { .. })
    }
}

/// Carries it out.
pub async fn run(command: TokenCommand, connection: &Connection) -> anyhow::Result<ExitCode> {
    let Connection { client, output, .. } = connection;
    let project = connection.project().await?;
    match command {
        TokenCommand::List { paging } => {
            let fetch = async |limit, cursor| {
                client.enrolment_tokens(&project, &PageQuery { limit: Some(limit), cursor }).await
            };
            let list = paging.collect(fetch).await?;
            output.print(&list, |list| {
                let mut table =
                    Table::new(&["id", "name", "starts with", "environment", "uses left", "state"]);
                for token in &list.enrolment_tokens {
                    table.row([
                        token.id.to_string(),
                        token.name.clone(),
                        token.token_prefix.clone(),
                        token.environment.as_ref().map(|one| one.slug.clone()).unwrap_or_default(),
                        uses(token),
                        state(token),
                    ]);
                }
                more(list).into_iter().for_each(|note| table.note(note));
                table
            })?;
        }
        TokenCommand::Create { name, uses: limit, expires, environment } => {
            let request = EnrolmentTokenCreate { name, uses: limit, expires_at: expires, environment };
            let made = client.create_enrolment_token(&project, &request).await?;
            output.print(&made, |made| {
                let mut table = Table::facts();
                table.fact("Id", made.enrolment_token.id.to_string());
                table.fact("Name", made.enrolment_token.name.clone());
                let joins = made.enrolment_token.environment.as_ref();
                table.fact("Environment", joins.map(|environment| environment.name.clone()));
                table.fact("Uses left", uses(&made.enrolment_token));
                table.fact("State", state(&made.enrolment_token));
                table.fact("Token", made.token.expose().to_owned());
                table.note("Keep the token now: it is not shown again.");
                table
            })?;
        }
        TokenCommand::Revoke { token } => {
            let revoked = client.revoke_enrolment_token(&project, token).await?;
            output.say(&revoked, |body| format!("revoked token {}", body.enrolment_token.name))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn uses(token: &EnrolmentToken) -> String {
    token.uses_left.map_or_else(|| "no limit".to_owned(), |uses| uses.to_string())
}

fn state(token: &EnrolmentToken) -> String {
    match (token.revoked_at, token.expires_at) {
        (Some(revoked), _) => format!("revoked {}", at(revoked)),
        (None, Some(expires)) if expires <= Timestamp::now() => format!("expired {}", at(expires)),
        _ if token.uses_left == Some(0) => "used up".to_owned(),
        (None, Some(expires)) => format!("good until {}", at(expires)),
        (None, None) => "good".to_owned(),
    }
}
