//! Runs the comparison in `benches/compare`: an optimised build of the binary, and the program that drives it and etcd.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, bail};
use clap::Args;

use crate::program::{cargo, exists, root};

/// What to measure.
#[derive(Args)]
pub struct Options {
    /// Measure this part only; may be repeated
    #[arg(long, value_name = "PART", value_parser = ["commits", "heartbeats", "failover", "restart", "crowd", "rollout"])]
    only: Vec<String>,
    /// Print JSON instead of the table
    #[arg(long)]
    json: bool,
    /// Length of one turn of load, in seconds
    #[arg(long, value_name = "N")]
    seconds: Option<u32>,
}

/// Builds and runs it. The table goes to standard output, everything else to standard error.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let commits = options.only.is_empty() || options.only.iter().any(|part| part == "commits");
    // The program says so too, after a build of many minutes.
    if commits && !exists("etcd") {
        bail!("etcd is missing; install it with: apt-get install -y etcd-server etcd-client");
    }
    // The data directories belong on the disk of the target directory: `/tmp` may be memory, where syncing costs nothing.
    let scratch = target().join("bench");
    std::fs::create_dir_all(&scratch).with_context(|| format!("cannot make {}", scratch.display()))?;
    let mut command = cargo(&["bench", "--locked", "--bench", "compare", "--"]);
    command.env("TMPDIR", &scratch).stdin(Stdio::null());
    for part in &options.only {
        command.args(["--only", part]);
    }
    if options.json {
        command.arg("--json");
    }
    if let Some(seconds) = options.seconds {
        command.args(["--seconds", &seconds.to_string()]);
    }
    let status = command.status().context("cannot start cargo")?;
    if !status.success() {
        bail!("the benchmark ended with {status}");
    }
    Ok(())
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from).unwrap_or_else(|| root().join("target"))
}
