//! The cluster itself.

use std::process::ExitCode;

use clap::Subcommand;
use sentinel_api_types::cluster::Cluster;

use super::connection::Connection;
use super::failure;
use super::output::Table;
use super::words::at;

/// What can be asked about the cluster.
#[derive(Subcommand, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp cluster status
  sentinel-cp cluster status -o json

{}", failure::EXIT_CODES))]
pub enum ClusterCommand {
    /// Show the members, who leads, and whether writes are possible
    #[command(after_help = "Examples:\n  sentinel-cp cluster status\n
The answer is what one member sees. Exit code 1 when it says that no write can commit now.")]
    Status,
}

/// Carries it out.
pub async fn run(command: ClusterCommand, connection: &Connection) -> anyhow::Result<ExitCode> {
    match command {
        ClusterCommand::Status => {
            let cluster = connection.client.cluster().await?;
            connection.output.print(&cluster, table)?;
            Ok(ExitCode::from(if cluster.unready.is_none() { failure::OK } else { failure::FAILED }))
        }
    }
}

fn table(cluster: &Cluster) -> Table {
    let mut table = Table::new(&["member", "role", "answers", "api", "peer", "on disk"]);
    for member in &cluster.members {
        let mut role = match (member.leader, member.voter) {
            (true, _) => "leader",
            (false, true) => "voter",
            (false, false) => "learner",
        }
        .to_owned();
        if member.answering {
            role.push_str(", answering");
        }
        let matched = member.matched.map_or_else(String::new, |index| index.to_string());
        let answers =
            member.silent_since.map_or_else(|| "yes".to_owned(), |since| format!("NOT since {}", at(since)));
        let (api, peer) = (member.api_url.clone(), member.peer_address.clone());
        table.row([member.name.clone(), role, answers, api, peer, matched]);
    }
    let formed =
        cluster.formed_at.map_or_else(|| "not formed".to_owned(), |time| format!("formed {}", at(time)));
    table.note(format!(
        "version {}, term {}, committed {}, applied {}, snapshot {}; {formed}",
        cluster.version, cluster.term, cluster.committed, cluster.applied, cluster.snapshot
    ));
    for concern in &cluster.concerns {
        table.note(format!("look: {concern}"));
    }
    match &cluster.unready {
        Some(reason) => table.note(format!("NOT READY for writes: {reason}")),
        None => table.note("ready"),
    }
    table
}
