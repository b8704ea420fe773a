//! The cluster itself: its beginning, its members, who leads.

mod backup;
mod ca;
mod init;
mod members;
mod recover;
mod status;
mod tokens;
mod upgrade;

use std::process::ExitCode;

use clap::Subcommand;

use super::connection::Connection;
use super::failure;
use super::options::Options;
use crate::server::InitArgs;

/// What can be done with the cluster.
#[derive(Subcommand, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp cluster init --data-dir ./m1 --admin ada@example.com
  sentinel-cp cluster ca --data-dir ./m1 > ca.pem
  sentinel-cp cluster token create
  sentinel-cp cluster status
  sentinel-cp cluster hand-over --to 2
  sentinel-cp cluster remove 3
  sentinel-cp cluster upgrade
  sentinel-cp cluster backup create /backups/monday.scpbackup

{}", failure::EXIT_CODES))]
pub enum ClusterCommand {
    /// Prepare the first member of a new cluster: its identity, the cluster's CA and key, the first administrator
    #[command(after_help = "Examples:
  sentinel-cp cluster init --data-dir ./m1 --admin ada@example.com

Works on the directory alone; nothing needs to run. Start the member with `sentinel-cp server --data-dir ./m1` then. The administrator's password is printed once, unless
SENTINEL_CP_ADMIN_PASSWORD has one.")]
    Init(InitArgs),
    /// Print the cluster's CA (PEM), for clients of members that serve with `--tls-cluster`
    #[command(after_help = "Examples:
  sentinel-cp cluster ca --data-dir ./m1 > ca.pem
  sentinel-cp cluster ca --data-dir ./m1 -o json

Reads the directory of a member on this machine; nothing needs to run. Clients take the file with --ca-file, or the SHA-256 with --ca-fingerprint.")]
    Ca(ca::CaArgs),
    /// Show the members, who leads, and whether writes are possible
    #[command(after_help = "Examples:\n  sentinel-cp cluster status\n
The answer is what one member sees. Exit code 1 when it says that no write can commit now.")]
    Status,
    /// Join tokens: with them members join
    #[command(subcommand)]
    Token(tokens::TokenCommand),
    /// Take a member out, for ever; its number is never used again
    #[command(after_help = "Examples:\n  sentinel-cp cluster remove 3\n
The member may be one that does not answer any more. One that still runs loses its vote, and its calls are refused.
To replace a member, let the new one join first.")]
    Remove(members::RemoveArgs),
    /// Let another member lead
    #[command(
        after_help = "Examples:\n  sentinel-cp cluster hand-over\n  sentinel-cp cluster hand-over --to 2"
    )]
    HandOver(members::HandOverArgs),
    /// Raise the cluster's level, when every member runs a version that knows the next one
    #[command(after_help = "Examples:
  sentinel-cp cluster upgrade
  sentinel-cp cluster upgrade --yes -o json

Start every member with the new version first, one after the other. Until the level is raised, both versions work together, \
and the way back is to start the old one again. From then on members whose binary knows less are refused: it cannot be \
undone.
Says who holds it back, with exit code 1, when not every member knows more.")]
    Upgrade(upgrade::UpgradeArgs),
    /// Backups of the whole cluster: make, verify, restore
    #[command(subcommand)]
    Backup(backup::BackupCommand),
    /// Go on with one member alone, because a majority is lost for ever
    #[command(after_help = "Examples:
  sentinel-cp cluster recover --data-dir ./m2
  sentinel-cp cluster recover --data-dir ./m3 --inspect -o json > m3.json
  sentinel-cp cluster recover --data-dir ./m2 --compare m3.json
  sentinel-cp cluster recover --data-dir ./m2 --yes --cluster-id CLUSTER

Works on the directory of a member that does not run. Says what may be lost, asks for the id of the cluster, and makes this member the only one; start it then
as before. Run it at one member only, the one that has most.")]
    Recover(recover::RecoverArgs),
}

impl ClusterCommand {
    /// Whether it only looks.
    pub fn reads(&self) -> bool {
        match self {
            ClusterCommand::Status | ClusterCommand::Ca(_) => true,
            ClusterCommand::Token(command) => command.reads(),
            ClusterCommand::Backup(command) => command.reads(),
            ClusterCommand::Recover(_) => false,
            ClusterCommand::Init(_) | ClusterCommand::Remove(_) | ClusterCommand::HandOver(_) => false,
            ClusterCommand::Upgrade(_) => false,
        }
    }
}

/// Carries it out.
pub async fn run(command: ClusterCommand, options: &Options) -> anyhow::Result<ExitCode> {
    let connection = || Connection::open(options);
    match command {
        ClusterCommand::Init(args) => init::run(args, options.output).await,
        ClusterCommand::Ca(args) => ca::run(&args, options.output),
        ClusterCommand::Status => status::run(&connection()?).await,
        ClusterCommand::Backup(command) => backup::run(command, options).await,
        ClusterCommand::Recover(args) => recover::run(args, options).await,
        ClusterCommand::Token(command) => tokens::run(command, &connection()?).await,
        ClusterCommand::Remove(args) => members::remove(args, &connection()?).await,
        ClusterCommand::HandOver(args) => members::hand_over(args, &connection()?).await,
        ClusterCommand::Upgrade(args) => upgrade::run(args, &connection()?).await,
    }
}
