//! The command line, one file per noun.

mod bundle_verify;

use std::process::ExitCode;

use clap::Subcommand;

/// What can be done from the command line.
#[derive(Subcommand)]
pub enum CtlCommand {
    /// Work with bundles
    #[command(subcommand)]
    Bundle(BundleCommand),
}

/// What can be done with bundles.
#[derive(Subcommand)]
pub enum BundleCommand {
    /// Check a bundle file and its signature, without any server
    Verify(bundle_verify::VerifyArgs),
}

/// Runs a command. The exit code is 0 when it did what was asked and 4 when the answer is no.
pub fn run(command: CtlCommand) -> anyhow::Result<ExitCode> {
    match command {
        CtlCommand::Bundle(BundleCommand::Verify(args)) => bundle_verify::run(&args),
    }
}
