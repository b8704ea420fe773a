//! Join tokens.

use std::process::ExitCode;
use std::time::Duration;

use clap::Subcommand;
use sentinel_api_types::Timestamp;
use sentinel_api_types::join_token::{JoinToken, JoinTokenCreate};
use sentinel_model::JoinTokenId;

use crate::ctl::connection::Connection;
use crate::ctl::output::Table;
use crate::ctl::words::{at, id};
use crate::server::duration;

/// What can be done with join tokens.
#[derive(Subcommand, Debug)]
#[command(after_help = "Examples:
  sentinel-cp cluster token create --ttl 30m --uses 2
  sentinel-cp cluster token list
  sentinel-cp cluster token revoke TOKEN")]
pub enum TokenCommand {
    /// List the join tokens
    #[command(after_help = "Examples:\n  sentinel-cp cluster token list")]
    List,
    /// Make a join token; its text is shown once. Whoever has it can become a member and read every secret
    #[command(after_help = "Examples:
  sentinel-cp cluster token create
  sentinel-cp cluster token create --ttl 30m --uses 2 -o json")]
    Create {
        /// How many members may join with it
        #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=16))]
        uses: u32,
        /// How long it is good
        #[arg(long, default_value = "1h", value_name = "TIME", value_parser = duration)]
        ttl: Duration,
    },
    /// Make a join token useless from now on; members that joined with it stay
    #[command(after_help = "Examples:\n  sentinel-cp cluster token revoke TOKEN")]
    Revoke {
        /// Id of the token
        #[arg(value_parser = id::<JoinTokenId>)]
        token: JoinTokenId,
    },
}

impl TokenCommand {
    /// Whether it only looks.
    pub fn reads(&self) -> bool {
        matches!(self, TokenCommand::List)
    }
}

/// Carries it out.
pub async fn run(command: TokenCommand, connection: &Connection) -> anyhow::Result<ExitCode> {
    let Connection { client, output, .. } = connection;
    match command {
        TokenCommand::List => {
            let list = client.join_tokens().await?;
            output.print(&list, |list| {
                let mut table = Table::new(&["id", "made", "uses left", "state"]);
                for token in &list.join_tokens {
                    let uses = token.uses_left.to_string();
                    table.row([token.id.to_string(), at(token.inserted_at), uses, state(token)]);
                }
                table
            })?;
        }
        TokenCommand::Create { uses, ttl } => {
            let request = JoinTokenCreate { uses: Some(uses), ttl_s: Some(ttl.as_secs()) };
            let made = client.create_join_token(&request).await?;
            output.print(&made, |made| {
                let mut table = Table::facts();
                table.fact("Id", made.join_token.id.to_string());
                table.fact("Uses left", made.join_token.uses_left.to_string());
                table.fact("State", state(&made.join_token));
                table.fact("Token", made.token.expose().to_owned());
                table.note("Keep the token now: it is not shown again. Whoever has it can become a member.");
                table
                    .note("On the new member: sentinel-cp server --data-dir DIR --peer ADDRESS --join TOKEN");
                table
            })?;
        }
        TokenCommand::Revoke { token } => {
            let revoked = client.revoke_join_token(token).await?;
            output.say(&revoked, |body| format!("revoked join token {}", body.join_token.id))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn state(token: &JoinToken) -> String {
    match token.revoked_at {
        Some(revoked) => format!("revoked {}", at(revoked)),
        None if token.expires_at <= Timestamp::now() => format!("expired {}", at(token.expires_at)),
        None if token.uses_left == 0 => "used".to_owned(),
        None => format!("good until {}", at(token.expires_at)),
    }
}
