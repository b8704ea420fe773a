//! What a simulation is told on the command line.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use sentinel_api_types::Secret;

use super::config::SimConfig;
use crate::server::duration;

/// Flags of `sentinel-cp sim`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  sentinel-cp sim --server http://127.0.0.1:4000 --project shop --enrolment-token enr_… --nodes 100
  sentinel-cp sim … --nodes 1000 --seed 7 --fail-rate 0.05 --slow 0.1 --bad-bundle 1.4.0

Each node holds a connection while it polls: with thousands of them raise the limit of open files (ulimit -n).")]
pub struct SimArgs {
    /// Base URL of a member; nodes are spread over several
    #[arg(
        long = "server",
        env = "SENTINEL_CP_SERVERS",
        value_name = "URL",
        value_delimiter = ',',
        required = true
    )]
    pub servers: Vec<String>,
    /// Slug of the project that the nodes join
    #[arg(long, env = "SENTINEL_CP_PROJECT", value_name = "SLUG")]
    pub project: String,
    /// The token with which they join, good for as many nodes
    #[arg(
        long,
        env = "SENTINEL_CP_ENROLMENT_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN",
        required_unless_present = "enrolment_token_file",
        conflicts_with = "enrolment_token_file"
    )]
    pub enrolment_token: Option<String>,
    /// A file with that token
    #[arg(long, value_name = "FILE")]
    pub enrolment_token_file: Option<PathBuf>,
    /// How many nodes
    #[arg(long, default_value_t = 12, value_name = "N")]
    pub nodes: usize,
    /// The same seed gives the same fleet
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub seed: u64,
    /// What the nodes' names begin with
    #[arg(long, default_value = "sim", value_name = "NAME")]
    pub prefix: String,
    /// Share of activations that fail, 0.0 to 1.0
    #[arg(long, default_value_t = 0.0, value_name = "SHARE")]
    pub fail_rate: f64,
    /// Share of nodes that are slow to activate, 0.0 to 1.0
    #[arg(long, default_value_t = 0.0, value_name = "SHARE")]
    pub slow: f64,
    /// How much longer a slow node takes
    #[arg(long, default_value = "20s", value_parser = duration, value_name = "TIME")]
    pub slow_by: Duration,
    /// A bundle version that activates well and then answers with errors
    #[arg(long, value_name = "VERSION")]
    pub bad_bundle: Option<String>,
    /// Most nodes that hold a connection while they poll; the others ask now and then
    #[arg(long, default_value_t = 2_000, value_name = "N")]
    pub max_waiting: usize,
}

impl SimArgs {
    /// The configuration that they stand for.
    ///
    /// # Errors
    /// The token file cannot be read.
    pub fn config(self) -> anyhow::Result<SimConfig> {
        let token = match (&self.enrolment_token, &self.enrolment_token_file) {
            (Some(token), _) => token.clone(),
            (None, Some(file)) => {
                std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?
            }
            (None, None) => String::new(),
        };
        let mut config = SimConfig::new(self.servers, self.project, Secret::new(token.trim()));
        config.nodes = self.nodes;
        config.seed = self.seed;
        config.prefix = self.prefix;
        config.fail_rate = self.fail_rate;
        config.slow_rate = self.slow;
        config.slow_by = self.slow_by;
        config.bad_bundle = self.bad_bundle;
        config.max_waiting = self.max_waiting;
        Ok(config)
    }
}
