//! What a simulated fleet shall be like: what it is, and how it behaves, which can be changed while it runs.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::bail;
use sentinel_api_types::Secret;
use sentinel_client::Trust;
use sentinel_model::dice::Dice;
use sentinel_model::simulator::{LABEL, labels_at};
use sentinel_model::{Generation, name};

/// Most nodes in one process.
pub const NODES_MAX: usize = 50_000;
/// Where simulated nodes stand, in turn.
const SITES: &[&str] = &["ams", "fra", "nyc", "sin"];

/// See the module.
#[derive(Clone, Debug)]
pub struct SimConfig {
    /// Base URLs of members; nodes are spread over them.
    pub servers: Vec<String>,
    /// Which CA vouches for them.
    pub trust: Trust,
    /// Slug of the project.
    pub project: String,
    /// With this the nodes join.
    pub enrolment_token: Secret,
    /// How many.
    pub nodes: usize,
    /// The same seed gives the same fleet.
    pub seed: u64,
    /// What their names begin with.
    pub prefix: String,
    /// Digits of the number in a name; zero: as many as the last node needs.
    pub digits: usize,
    /// Labels with the values that the nodes get in turn; `None`: sites and environments.
    pub spread: Option<BTreeMap<String, Vec<String>>>,
    /// How they behave to begin with.
    pub behaviour: Behaviour,
    /// Shortest and longest time from the assignment to the proof.
    pub activation: (Duration, Duration),
    /// Most requests at a time, polls not counted.
    pub max_requests: usize,
    /// Most polls that wait at a time.
    pub max_waiting: usize,
}

/// How simulated nodes behave.
#[derive(Clone, Debug, PartialEq)]
pub struct Behaviour {
    /// Share of activations that fail. A bundle that a node has run before does not.
    pub fail_rate: f64,
    /// Share of nodes that are slow to activate.
    pub slow_rate: f64,
    /// How much longer these take.
    pub slow_by: Duration,
    /// Share of nodes that fall silent now and then.
    pub flap_rate: f64,
    /// For how long they do.
    pub flap_for: Duration,
    /// A version that activates well and then answers with errors.
    pub bad_bundle: Option<String>,
    /// Share of requests that are answered with an error; `None`: next to none.
    pub error_rate: Option<f64>,
    /// How much longer requests take.
    pub latency: Duration,
    /// Requests of each node per second; `None`: each has others.
    pub requests_per_second: Option<f64>,
    /// Failures, errors and latency are there only with this version; `None`: with every one.
    pub only_version: Option<String>,
}

impl Default for Behaviour {
    /// Nothing goes wrong.
    fn default() -> Self {
        Self {
            fail_rate: 0.0,
            slow_rate: 0.0,
            slow_by: Duration::from_secs(20),
            flap_rate: 0.0,
            flap_for: Duration::from_secs(45),
            bad_bundle: None,
            error_rate: None,
            latency: Duration::ZERO,
            requests_per_second: None,
            only_version: None,
        }
    }
}

impl Behaviour {
    /// How much longer a node is silent that began to speak so long ago; `None`: it is not.
    pub fn silent(&self, dice: Dice, since: Duration) -> Option<Duration> {
        if dice.share("flaps", 0) >= self.flap_rate {
            return None;
        }
        let speaks = Duration::from_secs_f64(dice.between("speaks for", 0, 60.0, 120.0));
        let turn = speaks + self.flap_for;
        let at = Duration::from_secs_f64(since.as_secs_f64() % turn.as_secs_f64());
        (at > speaks).then(|| turn.saturating_sub(at))
    }

    /// How much longer an activation takes because the node is slow.
    pub fn slowness(&self, dice: Dice) -> Duration {
        if dice.share("slow", 0) < self.slow_rate { self.slow_by } else { Duration::ZERO }
    }

    /// Whether the activation of a bundle fails.
    pub fn fails(&self, dice: Dice, generation: Generation, version: &str) -> bool {
        self.strikes(version) && dice.share("fails", generation.0) < self.fail_rate
    }

    /// Whether what goes wrong goes wrong with this version.
    pub fn strikes(&self, version: &str) -> bool {
        self.only_version.as_deref().is_none_or(|only| only == version)
    }
}

impl SimConfig {
    /// Twelve well-behaved nodes at four sites, a third of them staging.
    pub fn new(servers: Vec<String>, project: impl Into<String>, enrolment_token: Secret) -> Self {
        Self {
            servers,
            trust: Trust::default(),
            project: project.into(),
            enrolment_token,
            nodes: 12,
            seed: 1,
            prefix: "sim".to_owned(),
            digits: 0,
            spread: None,
            behaviour: Behaviour::default(),
            activation: (Duration::from_millis(300), Duration::from_millis(2_500)),
            max_requests: 64,
            max_waiting: 2_000,
        }
    }

    /// Refuses what cannot be.
    ///
    /// # Errors
    /// In words.
    pub fn check(&self) -> anyhow::Result<()> {
        if self.nodes == 0 || self.nodes > NODES_MAX {
            bail!("a fleet has 1 to {NODES_MAX} nodes, not {}", self.nodes);
        }
        let shares = [
            ("fail rate", self.behaviour.fail_rate),
            ("share of slow nodes", self.behaviour.slow_rate),
            ("share of flapping nodes", self.behaviour.flap_rate),
            ("share of errors", self.behaviour.error_rate.unwrap_or_default()),
        ];
        for (what, share) in shares {
            if !(0.0..=1.0).contains(&share) {
                bail!("the {what} is between 0.0 and 1.0, not {share}");
            }
        }
        name::check_identifier("prefix", &self.node_name(self.nodes))?;
        Ok(())
    }

    /// The name of the node at a place.
    pub fn node_name(&self, place: usize) -> String {
        let digits = if self.digits == 0 { self.nodes.to_string().len().max(2) } else { self.digits };
        format!("{}-{:0digits$}", self.prefix, place + 1)
    }

    /// The labels of the node at a place.
    pub fn labels(&self, place: usize) -> BTreeMap<String, String> {
        if let Some(spread) = &self.spread {
            return labels_at(spread, place);
        }
        let site = SITES[place % SITES.len()];
        let env = if place % 3 == 2 { "staging" } else { "production" };
        [("site", site), ("env", env), (LABEL, "true")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into()
    }

    /// What decides over the node at a place.
    pub fn dice(&self, place: usize) -> Dice {
        Dice::new(self.seed, place as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> SimConfig {
        SimConfig::new(vec!["http://127.0.0.1:1".to_owned()], "shop", "enr_x".into())
    }

    #[test]
    fn names_sort_and_labels_cover_sites_and_environments() {
        let config = config();
        assert_eq!((config.node_name(0), config.node_name(11)), ("sim-01".to_owned(), "sim-12".to_owned()));
        let staging = (0..12).filter(|place| config.labels(*place)["env"] == "staging").count();
        assert_eq!(staging, 4);
        assert_eq!(config.labels(5)["site"], "fra");
        assert!(config.check().is_ok());
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for change in [
            |config: &mut SimConfig| config.nodes = 0,
            |config: &mut SimConfig| config.nodes = NODES_MAX + 1,
            |config: &mut SimConfig| config.behaviour.fail_rate = 1.1,
            |config: &mut SimConfig| config.behaviour.slow_rate = f64::NAN,
            |config: &mut SimConfig| config.prefix = "-x".to_owned(),
        ] {
            let mut config = config();
            change(&mut config);
            assert!(config.check().is_err(), "{config:?}");
        }
    }
}
