//! Starts the simulator of a sandbox, or changes what its nodes are like while it runs.

use std::collections::BTreeMap;

use sentinel_model::simulator::{LASTS_MAX_MIN, LASTS_MIN, Simulator, SimulatorSettings, SimulatorState};
use sentinel_model::{InvalidValue, ProjectId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::{Rejection, Reply};
use crate::simulator::{find, require_room, require_sandbox};

/// Milliseconds of a minute.
const MINUTE_MS: u64 = 60_000;

/// See the module. What is `None` stays as it is, or is what nobody has set when the simulator starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimulatorSet {
    /// The project, a sandbox.
    pub project_id: ProjectId,
    /// How many nodes there are.
    pub nodes: Option<u16>,
    /// The same seed gives the same fleet. It stays what it is while the simulator runs.
    pub seed: Option<u32>,
    /// Labels, with the values that the nodes get in turn. They stay what they are while the simulator runs.
    pub labels: Option<BTreeMap<String, Vec<String>>>,
    /// Share of activations that fail, in percent.
    pub failure_percent: Option<u8>,
    /// Share of nodes that are slow to activate, in percent.
    pub slow_percent: Option<u8>,
    /// Share of nodes that fall silent now and then, in percent.
    pub flap_percent: Option<u8>,
    /// Share of requests that are answered with an error, in thousandths.
    pub error_permille: Option<u16>,
    /// How much longer a request takes, in milliseconds.
    pub latency_ms: Option<u32>,
    /// Requests that each node has per second.
    pub requests_per_second: Option<u32>,
    /// Failures, errors and latency are there only with this version; empty: with every one.
    pub only_version: Option<String>,
    /// How long it goes on from now, in minutes.
    pub lasts_min: Option<u32>,
    /// Who asks, in words.
    pub by: String,
}

impl Apply for SimulatorSet {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        self.check()?;
        let project = require_sandbox(context, self.project_id)?;
        let now = context.time;
        let lasts = |minutes: u32| now.plus_ms(u64::from(minutes) * MINUTE_MS);
        let (mut simulator, runs) = match find(context.tables(), self.project_id)? {
            Some(known) if known.state == SimulatorState::Stopping => {
                let message = "the simulator is stopping; start it when its nodes are gone, in a moment";
                return Err(Rejection::WrongState(message.into()).into());
            }
            Some(known) => (known, true),
            None => (self.begin(context, lasts(LASTS_MIN)), false),
        };
        let before = simulator.settings.clone();
        self.change(&mut simulator.settings);
        if runs && (&before.labels, before.seed) != (&simulator.settings.labels, simulator.settings.seed) {
            let field = if before.seed == simulator.settings.seed { "labels" } else { "seed" };
            return Err(InvalidValue::new(field, "stays what it is while the simulator runs; stop it first").into());
        }
        simulator.settings.check()?;
        require_room(context, &simulator)?;
        if let Some(minutes) = self.lasts_min {
            simulator.expires_at = lasts(minutes);
        }
        context.store(&simulator)?;
        let id = self.project_id.to_string();
        let subject = Subject::in_project("simulator", &id, &project);
        let is = [("started", (!runs).to_string()), ("expires_at_ms", simulator.expires_at.0.to_string())];
        let changes = self.asked().into_iter().chain([("changed", self.changed())]).chain(is);
        context.record("simulator.set", subject, changes)?;
        Ok(Reply::Done)
    }
}

impl SimulatorSet {
    /// Of a project, without anything that is asked for yet.
    pub fn of(project_id: ProjectId, by: String) -> Self {
        Self {
            project_id,
            nodes: None,
            seed: None,
            labels: None,
            failure_percent: None,
            slow_percent: None,
            flap_percent: None,
            error_permille: None,
            latency_ms: None,
            requests_per_second: None,
            only_version: None,
            lasts_min: None,
            by,
        }
    }

    /// Refuses what can never be.
    ///
    /// # Errors
    /// The first of it.
    pub fn check(&self) -> Result<(), InvalidValue> {
        if self.lasts_min.is_some_and(|minutes| !(1..=LASTS_MAX_MIN).contains(&minutes)) {
            let message = format!("must be 1 to {LASTS_MAX_MIN}: a simulator lasts a day at most");
            return Err(InvalidValue::new("lasts_minutes", message));
        }
        let mut settings = SimulatorSettings::default();
        self.change(&mut settings);
        settings.check()
    }

    fn begin(&self, context: &Context<'_>, expires_at: sentinel_model::Time) -> Simulator {
        Simulator {
            project_id: self.project_id,
            settings: SimulatorSettings::default(),
            state: SimulatorState::Running,
            started_at: context.time,
            started_by: self.by.clone(),
            expires_at,
        }
    }

    fn change(&self, settings: &mut SimulatorSettings) {
        fn set<T: Clone>(to: &mut T, asked: &Option<T>) {
            if let Some(asked) = asked {
                to.clone_from(asked);
            }
        }
        set(&mut settings.nodes, &self.nodes);
        set(&mut settings.seed, &self.seed);
        set(&mut settings.labels, &self.labels);
        set(&mut settings.failure_percent, &self.failure_percent);
        set(&mut settings.slow_percent, &self.slow_percent);
        set(&mut settings.flap_percent, &self.flap_percent);
        set(&mut settings.error_permille, &self.error_permille);
        set(&mut settings.latency_ms, &self.latency_ms);
        set(&mut settings.requests_per_second, &self.requests_per_second);
        set(&mut settings.only_version, &self.only_version);
    }

    /// Everything that is asked for, as the audit entry says it.
    pub fn asked(&self) -> Vec<(&'static str, String)> {
        fn one<T: ToString>(name: &'static str, asked: &Option<T>) -> Option<(&'static str, String)> {
            asked.as_ref().map(|asked| (name, asked.to_string()))
        }
        [
            one("nodes", &self.nodes),
            one("seed", &self.seed),
            self.labels.as_ref().map(|labels| ("labels", labels_text(labels))),
            one("failure_percent", &self.failure_percent),
            one("slow_percent", &self.slow_percent),
            one("flap_percent", &self.flap_percent),
            one("error_permille", &self.error_permille),
            one("latency_ms", &self.latency_ms),
            one("requests_per_second", &self.requests_per_second),
            one("only_version", &self.only_version),
            one("lasts_minutes", &self.lasts_min),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// What it is about, as the audit entry says it.
    pub fn changed(&self) -> String {
        self.asked().into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(", ")
    }
}

/// Labels with their values: `zone=a|b|c, tier=edge`.
fn labels_text(labels: &BTreeMap<String, Vec<String>>) -> String {
    labels.iter().map(|(key, values)| format!("{key}={}", values.join("|"))).collect::<Vec<_>>().join(", ")
}
