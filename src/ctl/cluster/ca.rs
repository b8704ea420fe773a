//! The cluster's CA, for those who are to trust the members.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use sentinel_pki::{Identity, fingerprint};
use serde::Serialize;

use crate::ctl::output::{self, Output};

/// What `cluster ca` takes.
#[derive(Args, Debug)]
pub struct CaArgs {
    /// Directory of a member; it may run
    #[arg(long, env = "SENTINEL_CP_DATA_DIR", default_value = "./sentinel-cp-data", value_name = "DIR")]
    data_dir: PathBuf,
}

/// The CA in both forms in which it can be trusted.
#[derive(Serialize)]
struct ClusterCa {
    /// For `--ca-file`.
    pem: String,
    /// For `--ca-fingerprint`, one for each certificate.
    sha256: Vec<String>,
}

/// Prints it.
pub fn run(args: &CaArgs, output: Output) -> anyhow::Result<ExitCode> {
    let identity = Identity::load(&args.data_dir)?;
    let sha256 = identity.cas().iter().map(|ca| fingerprint(ca).to_string()).collect();
    let ca = ClusterCa { pem: identity.cas_pem(), sha256 };
    match output {
        // As it is, so that it can go into a file.
        Output::Table => output::text(&ca.pem)?,
        programs => programs.whole(&ca)?,
    }
    Ok(ExitCode::SUCCESS)
}
