//! Simulated nodes of a sandbox: how many there shall be, and what shall go wrong with them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::name::{LABEL_TEXT_MAX, check_identifier, check_labels};
use crate::{InvalidValue, ProjectId, Time};

/// Most simulated nodes of one project.
pub const NODES_MAX: u16 = 100;
/// Most simulated nodes of all sandboxes of a cluster: its leader runs them.
pub const CLUSTER_NODES_MAX: u32 = 300;
/// How long a simulator lasts when nobody says otherwise, in minutes.
pub const LASTS_MIN: u32 = 120;
/// The longest, so that a forgotten one ends.
pub const LASTS_MAX_MIN: u32 = 24 * 60;
/// Most labels that are spread over the nodes.
pub const LABELS_MAX: usize = 8;
/// Most values of one such label.
pub const VALUES_MAX: usize = 16;
/// Longest time that a request takes longer, in milliseconds.
pub const LATENCY_MAX_MS: u32 = 60_000;
/// Most requests per second that one node tells of.
pub const REQUESTS_MAX: u32 = 10_000;
/// The label that all simulated nodes carry, whoever runs them.
pub const LABEL: &str = "simulated";

/// The simulator of a project; there is one at most. The leader of the cluster runs its nodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Simulator {
    /// The project, a sandbox.
    pub project_id: ProjectId,
    /// What its nodes are like.
    pub settings: SimulatorSettings,
    /// Whether it runs.
    pub state: SimulatorState,
    /// When it was started.
    pub started_at: Time,
    /// Who started it, in words.
    pub started_by: String,
    /// When it ends by itself.
    pub expires_at: Time,
}

/// Whether a simulator runs. One that has stopped has no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SimulatorState {
    /// It does.
    Running,
    /// Its nodes are being removed.
    Stopping,
}

/// What simulated nodes are like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimulatorSettings {
    /// How many there are.
    pub nodes: u16,
    /// The same seed gives the same fleet.
    pub seed: u32,
    /// Labels, with the values that the nodes get in turn.
    pub labels: BTreeMap<String, Vec<String>>,
    /// Share of activations that fail, in percent.
    pub failure_percent: u8,
    /// Share of nodes that are slow to activate, in percent.
    pub slow_percent: u8,
    /// Share of nodes that fall silent now and then, in percent.
    pub flap_percent: u8,
    /// Share of requests that are answered with an error, in thousandths.
    pub error_permille: u16,
    /// How much longer a request takes, in milliseconds.
    pub latency_ms: u32,
    /// Requests that each node has per second.
    pub requests_per_second: u32,
    /// Failures, errors and latency are there only with the bundle of this version; empty: with every bundle.
    pub only_version: String,
}

impl Default for SimulatorSettings {
    /// Twelve nodes in three zones with which nothing is wrong.
    fn default() -> Self {
        let zones = ["a", "b", "c"].map(str::to_owned).to_vec();
        Self {
            nodes: 12,
            seed: 1,
            labels: BTreeMap::from([("zone".to_owned(), zones)]),
            failure_percent: 0,
            slow_percent: 0,
            flap_percent: 0,
            error_permille: 1,
            latency_ms: 0,
            requests_per_second: 100,
            only_version: String::new(),
        }
    }
}

impl SimulatorSettings {
    /// Checks every field; the first refusal names it.
    ///
    /// # Errors
    /// A field is not as it must be.
    pub fn check(&self) -> Result<(), InvalidValue> {
        let bounds: [(&str, u32, u32, u32); 7] = [
            ("nodes", self.nodes.into(), 1, NODES_MAX.into()),
            ("failure_percent", self.failure_percent.into(), 0, 100),
            ("slow_percent", self.slow_percent.into(), 0, 100),
            ("flap_percent", self.flap_percent.into(), 0, 100),
            ("error_permille", self.error_permille.into(), 0, 1_000),
            ("latency_ms", self.latency_ms, 0, LATENCY_MAX_MS),
            ("requests_per_second", self.requests_per_second, 1, REQUESTS_MAX),
        ];
        for (field, value, least, most) in bounds {
            if !(least..=most).contains(&value) {
                return Err(InvalidValue::new(field, format!("must be {least} to {most}, not {value}")));
            }
        }
        self.check_labels()?;
        match self.only_version.as_str() {
            "" => Ok(()),
            version => check_identifier("only_version", version),
        }
    }

    fn check_labels(&self) -> Result<(), InvalidValue> {
        if self.labels.len() > LABELS_MAX {
            return Err(InvalidValue::new(
                "labels",
                format!("at most {LABELS_MAX}, not {}", self.labels.len()),
            ));
        }
        for (key, values) in &self.labels {
            let field = format!("labels.{key}");
            if key == LABEL {
                return Err(InvalidValue::new(field, "all simulated nodes carry this label already"));
            }
            if values.is_empty() || values.len() > VALUES_MAX {
                return Err(InvalidValue::new(
                    field,
                    format!("must have 1 to {VALUES_MAX} values, such as a, b, c"),
                ));
            }
            if values.iter().any(|value| value.is_empty() || value.chars().count() > LABEL_TEXT_MAX) {
                let message = format!("values are not empty, and have at most {LABEL_TEXT_MAX} characters");
                return Err(InvalidValue::new(field, message));
            }
        }
        for place in 0..usize::from(self.nodes) {
            check_labels("labels", &labels_at(&self.labels, place))?;
        }
        Ok(())
    }
}

/// The labels of the node at a place: the values of the first label in turn, those of the next one when all of these have been.
pub fn labels_at(labels: &BTreeMap<String, Vec<String>>, place: usize) -> BTreeMap<String, String> {
    let mut left = place;
    let mut found = BTreeMap::from([(LABEL.to_owned(), "true".to_owned())]);
    for (key, values) in labels {
        let Some(value) = values.get(left % values.len().max(1)) else { continue };
        found.insert(key.clone(), value.clone());
        left /= values.len();
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn labels_are_spread_so_that_every_pair_of_values_comes_up() {
        let values = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        let labels = BTreeMap::from([
            ("tier".into(), values(&["edge", "core"])),
            ("zone".into(), values(&["a", "b"])),
        ]);
        let settings = SimulatorSettings { labels, ..SimulatorSettings::default() };
        settings.check().unwrap();
        let pair = |place| {
            let labels = labels_at(&settings.labels, place);
            format!("{}-{}", labels["tier"], labels["zone"])
        };
        assert_eq!([0, 1, 2, 3, 4].map(pair), ["edge-a", "core-a", "edge-b", "core-b", "edge-a"]);
        assert_eq!(labels_at(&settings.labels, 3)["simulated"], "true");
    }

    #[test]
    fn what_cannot_be_is_refused_by_its_name() {
        let labels = |key: &str, values: &[&str]| {
            BTreeMap::from([(key.to_owned(), values.iter().map(|value| (*value).to_owned()).collect())])
        };
        let fine = SimulatorSettings::default;
        assert_eq!(fine().check(), Ok(()));
        for (field, wrong) in [
            ("nodes", SimulatorSettings { nodes: 0, ..fine() }),
            ("nodes", SimulatorSettings { nodes: 101, ..fine() }),
            ("failure_percent", SimulatorSettings { failure_percent: 101, ..fine() }),
            ("error_permille", SimulatorSettings { error_permille: 1_001, ..fine() }),
            ("latency_ms", SimulatorSettings { latency_ms: 60_001, ..fine() }),
            ("requests_per_second", SimulatorSettings { requests_per_second: 0, ..fine() }),
            ("labels.zone", SimulatorSettings { labels: labels("zone", &[]), ..fine() }),
            ("labels.zone", SimulatorSettings { labels: labels("zone", &[""]), ..fine() }),
            ("labels.simulated", SimulatorSettings { labels: labels("simulated", &["no"]), ..fine() }),
            ("labels.zone", SimulatorSettings { labels: labels("zone", &["a\n"]), ..fine() }),
            ("only_version", SimulatorSettings { only_version: "-1".into(), ..fine() }),
        ] {
            assert_eq!(wrong.check().unwrap_err().field, field, "{wrong:?}");
        }
    }
}
