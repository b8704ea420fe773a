//! What a simulation is told on the command line.

use std::time::Duration;

use clap::{ArgGroup, Args};
use sentinel_api_types::Secret;

use super::config::SimConfig;
use crate::enrolment::EnrolmentArgs;
use crate::server::duration;

/// Flags of `sentinel-cp sim`.
#[derive(Args, Clone, Debug)]
#[command(group = ArgGroup::new("token").args(["enrolment_token", "enrolment_token_file"]).required(true))]
#[command(after_help = "Examples:
  sentinel-cp sim --server http://127.0.0.1:4000 --project shop --enrolment-token enr_… --nodes 100
  sentinel-cp sim … --nodes 1000 --seed 7 --fail-rate 0.05 --slow 0.1 --flap 0.02 --bad-bundle 1.4.0

Each node holds a connection while it polls: with thousands of them raise the limit of open files (ulimit -n).")]
pub struct SimArgs {
    #[command(flatten)]
    pub enrolment: EnrolmentArgs,
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
    /// Share of nodes that fall silent now and then, 0.0 to 1.0
    #[arg(long, default_value_t = 0.0, value_name = "SHARE")]
    pub flap: f64,
    /// For how long they do
    #[arg(long, default_value = "45s", value_parser = duration, value_name = "TIME")]
    pub flap_for: Duration,
    /// Shortest and longest time that an activation takes
    #[arg(long, default_value = "300ms..2500ms", value_parser = durations, value_name = "FROM..TO")]
    pub activation: (Duration, Duration),
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
    /// The token file cannot be read, or the CA's.
    pub fn config(self) -> anyhow::Result<SimConfig> {
        // One of both is there: clap asks for it.
        let token = self.enrolment.token()?.unwrap_or_else(|| Secret::new(""));
        let trust = self.enrolment.trust.given()?;
        let mut config = SimConfig::new(self.enrolment.servers, self.enrolment.project, token);
        config.trust = trust.unwrap_or_default();
        config.nodes = self.nodes;
        config.seed = self.seed;
        config.prefix = self.prefix;
        config.behaviour.fail_rate = self.fail_rate;
        config.behaviour.slow_rate = self.slow;
        config.behaviour.slow_by = self.slow_by;
        config.behaviour.flap_rate = self.flap;
        config.behaviour.flap_for = self.flap_for;
        config.activation = self.activation;
        config.behaviour.bad_bundle = self.bad_bundle;
        config.max_waiting = self.max_waiting;
        Ok(config)
    }
}

fn durations(text: &str) -> Result<(Duration, Duration), String> {
    let (from, to) = text.split_once("..").ok_or_else(|| format!("'{text}' is not of the form 300ms..2s"))?;
    let (from, to) = (duration(from)?, duration(to)?);
    if from > to {
        return Err(format!("'{text}' ends before it begins"));
    }
    Ok((from, to))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_span_of_time_has_two_ends_in_order() {
        assert_eq!(durations("1ms..2s").unwrap(), (Duration::from_millis(1), Duration::from_secs(2)));
        for wrong in ["1s", "2s..1s", "..", "1s..", "1..2"] {
            assert!(durations(wrong).is_err(), "{wrong}");
        }
    }
}
