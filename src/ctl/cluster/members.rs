//! Members that go, and leadership that moves.

use std::process::ExitCode;

use clap::Args;
use sentinel_api_types::cluster::HandOver;
use sentinel_model::MemberId;
use serde_json::json;

use crate::ctl::connection::Connection;

/// What `cluster remove` takes.
#[derive(Args, Debug)]
pub struct RemoveArgs {
    /// Number of the member, such as 3
    #[arg(value_parser = member)]
    member: MemberId,
}

/// What `cluster hand-over` takes.
#[derive(Args, Debug)]
pub struct HandOverArgs {
    /// Number of the member that shall lead; when left out, the one that has most of the log
    #[arg(long, value_name = "N", value_parser = member)]
    to: Option<MemberId>,
}

/// Takes a member out.
pub async fn remove(args: RemoveArgs, connection: &Connection) -> anyhow::Result<ExitCode> {
    connection.client.remove_cluster_member(args.member).await?;
    let answer = json!({ "removed": args.member });
    connection.output.say(&answer, |_| format!("member {} is out of the cluster", args.member))?;
    Ok(ExitCode::SUCCESS)
}

/// Lets another member lead.
pub async fn hand_over(args: HandOverArgs, connection: &Connection) -> anyhow::Result<ExitCode> {
    connection.client.hand_over(&HandOver { to: args.to }).await?;
    let answer = json!({ "asked": true, "to": args.to });
    connection
        .output
        .say(&answer, |_| "the leader is asked to hand over; `cluster status` shows who leads".to_owned())?;
    Ok(ExitCode::SUCCESS)
}

/// `3` or `member-3`, as the status shows it.
fn member(text: &str) -> Result<MemberId, String> {
    let number = text.strip_prefix("member-").unwrap_or(text);
    number.parse().map(MemberId).map_err(|_| format!("'{text}' is not the number of a member, such as 3"))
}
