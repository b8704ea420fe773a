//! What an agent is told.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;

/// Flags of `sentinel-cp agent`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  sentinel-cp agent --server http://127.0.0.1:4000 --project shop --name edge-1 \\
      --enrolment-token enr_… --proxy /usr/bin/zentinel --var http_port=8080

The token is needed once; afterwards the node's key is in the data directory. The proxy goes on serving when the agent
stops, and is adopted by the next agent in the same data directory.")]
pub struct AgentArgs {
    /// Base URL of a member; more than one for failover
    #[arg(
        long = "server",
        env = "SENTINEL_AGENT_SERVERS",
        value_name = "URL",
        value_delimiter = ',',
        required = true
    )]
    pub servers: Vec<String>,
    /// The project to join
    #[arg(long, env = "SENTINEL_AGENT_PROJECT", value_name = "SLUG")]
    pub project: String,
    /// Proof that this node may join
    #[arg(long, env = "SENTINEL_AGENT_ENROLMENT_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub enrolment_token: Option<String>,
    /// Name of this node, unique in the project
    #[arg(long, env = "SENTINEL_AGENT_NAME", value_name = "NAME")]
    pub name: String,
    /// Labels that rollouts select by
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = pair)]
    pub labels: Vec<(String, String)>,
    /// Values of the node variables that configurations use, such as http_port=8080
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = pair)]
    pub vars: Vec<(String, String)>,
    /// The proxy's binary
    #[arg(long, env = "SENTINEL_AGENT_PROXY", value_name = "FILE", default_value = "zentinel")]
    pub proxy: PathBuf,
    /// Everything this agent stores
    #[arg(
        long,
        env = "SENTINEL_AGENT_DATA_DIR",
        value_name = "DIR",
        default_value = "./sentinel-agent-data"
    )]
    pub data_dir: PathBuf,
}

impl AgentArgs {
    /// The variables as a map.
    pub fn variables(&self) -> BTreeMap<String, String> {
        self.vars.iter().cloned().collect()
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(format!("'{text}': write NAME=VALUE")),
    }
}
