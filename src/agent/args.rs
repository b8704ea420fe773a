//! What an agent is told.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;
use clap::{Args, ValueEnum};
use sentinel_bundle::node_vars::{METRICS_ADDR, OPS_ADDR, Values};
use sentinel_model::name;

use crate::enrolment::EnrolmentArgs;
use crate::server::duration;

/// Flags of `sentinel-cp agent`. Most can be given by environment as well.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  sentinel-cp agent --server http://127.0.0.1:4000 --project shop --enrolment-token-file token \\
      --proxy /usr/bin/zentinel --data-dir ./edge-1 --name edge-1 --label site=fra --var http_port=8081
  (the token is needed once; after that the node key in the data directory is used)

The proxy is started as `zentinel -c DATA_DIR/current/zentinel.json` in a process group of its own: it survives the agent, and the
next agent adopts it. With --attach-pid-file somebody else starts it with that argument; then only changes that a reload applies
can be activated.

A load balancer in front follows the node's weight (sentinel-cp node update NAME --weight 50) when it asks for it: HAProxy with
  server edge-1 10.0.0.1:8081 weight 100 check agent-check agent-addr 10.0.0.1 agent-port 4100 agent-inter 2s
and the agent with --agent-check-listen 10.0.0.1:4100; others with GET /weight at --weight-listen. Nobody has to prove who they are
there: give addresses that only the load balancer reaches.")]
pub struct AgentArgs {
    #[command(flatten)]
    pub enrolment: EnrolmentArgs,
    /// Name of the node, unique in the project; the host name when absent
    #[arg(long, env = "SENTINEL_CP_NODE_NAME")]
    pub name: Option<String>,
    /// A label that rollouts select by; several may be given
    #[arg(long = "label", env = "SENTINEL_CP_NODE_LABELS", value_name = "KEY=VALUE", value_delimiter = ',', value_parser = pair)]
    pub labels: Vec<(String, String)>,
    /// Identity, bundles, state and the proxy's log
    #[arg(
        long,
        env = "SENTINEL_CP_AGENT_DATA_DIR",
        default_value = "./sentinel-cp-agent",
        value_name = "DIR"
    )]
    pub data_dir: PathBuf,
    /// The proxy's binary
    #[arg(long, env = "SENTINEL_CP_PROXY", default_value = "zentinel", value_name = "PATH")]
    pub proxy: PathBuf,
    /// A node variable that bundles use as ${node.NAME}; several may be given
    #[arg(long = "var", env = "SENTINEL_CP_NODE_VARS", value_name = "NAME=VALUE", value_delimiter = ',', value_parser = pair)]
    pub vars: Vec<(String, String)>,
    /// Where the proxy serves its operations endpoint; port 0: a free one for each process
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
    pub ops_addr: SocketAddr,
    /// Where the proxy serves its metrics; port 0: a free one for each process
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
    pub metrics_addr: SocketAddr,
    /// The proxy is started by somebody else, who writes its process id here
    #[arg(long, value_name = "FILE")]
    pub attach_pid_file: Option<PathBuf>,
    /// Answer HAProxy's agent-check here with the node's weight; off when absent
    #[arg(long, env = "SENTINEL_CP_AGENT_CHECK_LISTEN", value_name = "ADDRESS")]
    pub agent_check_listen: Option<SocketAddr>,
    /// Answer GET /weight over HTTP here, for other load balancers; off when absent
    #[arg(long, env = "SENTINEL_CP_WEIGHT_LISTEN", value_name = "ADDRESS")]
    pub weight_listen: Option<SocketAddr>,
    /// What becomes of the proxy when the agent is ended by SIGTERM or SIGINT
    #[arg(long, value_enum, default_value_t = OnExit::Keep)]
    pub on_exit: OnExit,
    /// How long a replaced proxy process may finish its requests
    #[arg(long, default_value = "60s", value_parser = duration, value_name = "TIME")]
    pub drain_timeout: Duration,
    /// Within which time a new configuration must answer through a data listener
    #[arg(long, default_value = "3s", value_parser = duration, value_name = "TIME")]
    pub prove_timeout: Duration,
    /// Within which time a member must be reached with a new configuration, else it goes back; "off": it is not looked
    #[arg(long, default_value = "60s", value_parser = duration_or_off, value_name = "TIME")]
    pub confirm_timeout: Duration,
    /// How often it is looked whether what runs is what was assigned
    #[arg(long, default_value = "30s", value_parser = duration, value_name = "TIME")]
    pub measure_every: Duration,
    /// Taken while a proxy process hands its sockets over: the proxy has one place for that per host
    #[arg(long, default_value = "/tmp/sentinel-cp-upgrade.lock", value_name = "FILE")]
    pub upgrade_lock: PathBuf,
}

/// What becomes of the proxy when its agent is ended in order.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnExit {
    /// It goes on serving and is adopted by the next agent
    Keep,
    /// It finishes its requests and ends
    Stop,
}

impl AgentArgs {
    /// The node variables that an operator sets, checked by form.
    ///
    /// # Errors
    /// A name or value that no bundle could use.
    pub fn values(&self) -> anyhow::Result<Values> {
        let mut values = Values::new();
        for (name, value) in &self.vars {
            let legal = name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            if !legal || name.len() > 32 {
                bail!("--var {name}: a name has 1 to 32 of a-z, 0-9 and _, and begins with a letter");
            }
            if name == OPS_ADDR || name == METRICS_ADDR {
                bail!("--var {name}: set by --{}", name.replace('_', "-"));
            }
            if values.insert(name.clone(), value.clone()).is_some() {
                bail!("--var {name} is given twice");
            }
        }
        Ok(values)
    }

    /// The labels, checked as the server would.
    ///
    /// # Errors
    /// Labels that the server would refuse.
    pub fn label_map(&self) -> anyhow::Result<BTreeMap<String, String>> {
        let labels: BTreeMap<_, _> = self.labels.iter().cloned().collect();
        name::check_labels("--label", &labels)?;
        Ok(labels)
    }
}

/// A time, or none at all.
fn duration_or_off(text: &str) -> Result<Duration, String> {
    match text {
        "off" => Ok(Duration::ZERO),
        _ => duration(text),
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.trim().to_owned())),
        _ => Err(format!("'{text}' is not of the form KEY=VALUE")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        agent: AgentArgs,
    }

    fn parse(more: &[&str]) -> AgentArgs {
        let base = ["agent", "--server", "http://a:1,http://a:2", "--project", "shop"];
        Cli::try_parse_from(base.iter().chain(more)).map(|cli| cli.agent).unwrap()
    }

    #[test]
    fn servers_labels_and_variables_may_be_repeated_or_listed() {
        let args =
            parse(&["--server", "http://a:3", "--label", "site=fra", "--label", "env=", "--var", "p=1"]);
        assert_eq!(args.enrolment.servers, ["http://a:1", "http://a:2", "http://a:3"]);
        assert_eq!(args.label_map().unwrap()["site"], "fra");
        assert_eq!(args.values().unwrap()["p"], "1");
        assert_eq!(args.on_exit, OnExit::Keep);
    }

    #[test]
    fn the_confirmation_can_be_turned_off() {
        assert_eq!(parse(&[]).confirm_timeout, Duration::from_secs(60));
        assert_eq!(parse(&["--confirm-timeout", "off"]).confirm_timeout, Duration::ZERO);
    }

    #[test]
    fn variables_that_no_bundle_could_use_are_refused() {
        for wrong in ["P=1", "1p=1", "ops_addr=127.0.0.1:1", "a-b=1"] {
            assert!(parse(&["--var", wrong]).values().is_err(), "{wrong}");
        }
        assert!(parse(&["--var", "p=1", "--var", "p=2"]).values().is_err());
    }
}
