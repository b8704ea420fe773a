//! Drift: what a node really runs differs from what it was assigned, as its agent has measured it.

use serde::{Deserialize, Serialize};

use crate::name::check_text;
use crate::{BundleId, DriftEventId, Generation, InvalidValue, NodeId, ProjectId, Sha256Digest, Time};

/// Most differences that are named; of the others only the number is known.
pub const DIFFERENCES_MAX: usize = 20;
/// Longest path that is kept, in characters.
pub const PATH_TEXT_MAX: usize = 256;
/// Longest words about one difference or all of them, in characters.
pub const WORDS_MAX: usize = 500;
/// How often an assignment is asserted again before somebody has to look.
pub const TRIES_MAX: u8 = 3;
/// For so long tries are remembered: drift that comes back within it goes on where it was, so that an editor and the control plane
/// do not overwrite each other for ever.
pub const TRIES_REMEMBERED_MS: u64 = 60 * 60 * 1_000;
/// Resolved events kept per project; the oldest of more are forgotten.
pub const RESOLVED_KEPT: u64 = 1_000;
/// Longest configuration text that is kept of a node, in bytes.
pub const CONFIG_BYTES_MAX: usize = 64 << 10;
/// Nodes of a project of which such a text is kept; of more, the ones that were told first are forgotten.
pub const CONFIGS_KEPT: u64 = 200;
/// Longest delay of a remediation, in seconds.
pub const DELAY_MAX_S: u32 = 24 * 60 * 60;
/// The delay of a remediation that nobody has set, in seconds.
pub const DELAY_S: u32 = 60;

/// The configuration, by its path in a release.
pub const CONFIG_PATH: &str = "zentinel.json";
/// The same, as agents of earlier versions name it.
pub const EARLIER_CONFIG_PATH: &str = "zentinel.kdl";

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Which file of the release, by its path there; `current` is the pointer to the release, `proxy` the process.
    pub path: String,
    /// How.
    pub kind: DifferenceKind,
    /// In words, where there are any.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}

/// How a node differs from its assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// A file has other bytes.
    Changed,
    /// A file is gone.
    Missing,
    /// A file is there that does not belong there.
    Extra,
    /// No proxy runs.
    NotRunning,
    /// What answers on the data listeners does not prove the generation.
    OtherGeneration,
}

impl DifferenceKind {
    /// Name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            DifferenceKind::Changed => "changed",
            DifferenceKind::Missing => "missing",
            DifferenceKind::Extra => "extra",
            DifferenceKind::NotRunning => "not_running",
            DifferenceKind::OtherGeneration => "other_generation",
        }
    }

    /// True when it is about the process and not about a file: the bundle itself is not at work then.
    pub fn of_process(self) -> bool {
        matches!(self, DifferenceKind::NotRunning | DifferenceKind::OtherGeneration)
    }
}

/// How much drift matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftSeverity {
    /// The text differs, what it means does not; or a file too many.
    Low,
    /// Routes, upstreams or filters differ, or a file beside the configuration.
    Medium,
    /// Something was taken away, or what guards it or where it listens differs.
    High,
    /// What was assigned is not at work, or would not start again.
    Critical,
}

impl DriftSeverity {
    /// All, the least first.
    pub const ALL: [DriftSeverity; 4] =
        [DriftSeverity::Low, DriftSeverity::Medium, DriftSeverity::High, DriftSeverity::Critical];

    /// Name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            DriftSeverity::Low => "low",
            DriftSeverity::Medium => "medium",
            DriftSeverity::High => "high",
            DriftSeverity::Critical => "critical",
        }
    }
}

/// What an agent found when it looked at what really runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measurement {
    /// The generation that it compared with: the one that its proxy has proven.
    pub generation: Generation,
    /// Digest of what should be there: every file that the agent wrote, and that the proxy proves the generation.
    pub expected: Sha256Digest,
    /// Digest of what is there.
    pub actual: Sha256Digest,
    /// Digest of the configuration file alone; `None` when there is none.
    pub config: Option<Sha256Digest>,
    /// How much it matters; without meaning when nothing differs.
    pub severity: DriftSeverity,
    /// What it comes to, in words.
    pub summary: String,
    /// What differs, the first [`DIFFERENCES_MAX`].
    pub differences: Vec<Difference>,
    /// How many more differ.
    pub more: u32,
}

impl Measurement {
    /// True when nothing differs.
    pub fn in_sync(&self) -> bool {
        self.expected == self.actual
    }

    /// True when it says the same of the same generation. The words of it may change while nothing else does: they have addresses and the
    /// last lines of a log in them.
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        let what = |of: &Self| (of.generation, of.expected, of.actual, of.config, of.severity);
        what(self) == what(other)
    }

    /// True when what was assigned is not at work at all.
    pub fn not_at_work(&self) -> bool {
        self.differences.iter().any(|difference| difference.kind.of_process())
    }

    /// Cuts what is too long.
    #[must_use]
    pub fn clipped(mut self) -> Self {
        let clip = |text: &mut String, most: usize| {
            if let Some((end, _)) = text.char_indices().nth(most) {
                text.truncate(end);
            }
        };
        clip(&mut self.summary, WORDS_MAX);
        let surplus = self.differences.len().saturating_sub(DIFFERENCES_MAX);
        self.differences.truncate(DIFFERENCES_MAX);
        self.more = self.more.saturating_add(u32::try_from(surplus).unwrap_or(u32::MAX));
        for difference in &mut self.differences {
            clip(&mut difference.path, PATH_TEXT_MAX);
            clip(&mut difference.words, WORDS_MAX);
        }
        self
    }
}

/// What is known of one node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftNode {
    /// The node.
    pub node_id: NodeId,
    /// Its newest measurement that was believed; `None`: nothing was measured, which is not the same as in sync.
    pub measured: Option<Measurement>,
    /// When a member learned of it.
    pub measured_at: Time,
    /// The event that is open.
    pub open: Option<DriftEventId>,
    /// What somebody has decided to leave as it is: no event is opened for it again.
    pub dismissed: Option<Sha256Digest>,
    /// How often its assignment was asserted again lately.
    pub tries: u8,
    /// When that was done last.
    pub tried_at: Option<Time>,
}

impl DriftNode {
    /// Of a node of which nothing is known.
    pub fn new(node_id: NodeId) -> Self {
        Self {
            node_id,
            measured: None,
            measured_at: Time(0),
            open: None,
            dismissed: None,
            tries: 0,
            tried_at: None,
        }
    }

    /// Tries that still count at a moment.
    pub fn tries_at(&self, now: Time) -> u8 {
        match self.tried_at {
            Some(at) if now.since(at) < TRIES_REMEMBERED_MS => self.tries,
            _ => 0,
        }
    }
}

/// Where a drift event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftState {
    /// It lasts.
    Open,
    /// It lasts, and nothing more is done about it by itself: somebody has to look.
    Alarm,
    /// It is over.
    Resolved,
}

impl DriftState {
    /// Name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            DriftState::Open => "open",
            DriftState::Alarm => "alarm",
            DriftState::Resolved => "resolved",
        }
    }
}

/// How drift ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// The node came back without the control plane.
    #[serde(rename = "self")]
    Itself,
    /// The assignment was asserted again, and the node is back.
    Remediated,
    /// Somebody has closed it.
    Manual,
    /// The node was given something else, or was removed.
    Superseded,
}

impl Resolution {
    /// Name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Resolution::Itself => "self",
            Resolution::Remediated => "remediated",
            Resolution::Manual => "manual",
            Resolution::Superseded => "superseded",
        }
    }
}

/// Drift of one node, from when it was noticed to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftEvent {
    /// Identity.
    pub id: DriftEventId,
    /// The project.
    pub project_id: ProjectId,
    /// The node.
    pub node_id: NodeId,
    /// Its name then.
    pub node_name: String,
    /// What it shall run.
    pub bundle_id: BundleId,
    /// What was found, newest.
    pub found: Measurement,
    /// When it was noticed.
    pub detected_at: Time,
    /// When it became what it is now.
    pub updated_at: Time,
    /// Where it is.
    pub state: DriftState,
    /// Why somebody has to look, for [`DriftState::Alarm`].
    pub alarm: Option<String>,
    /// How often the assignment was asserted again, tries of earlier drift that count among them.
    pub tries: u8,
    /// How often for this event itself.
    pub own_tries: u8,
    /// When something is done about it next, if anything is.
    pub next_try_at: Option<Time>,
    /// When it ended.
    pub resolved_at: Option<Time>,
    /// The entry of the log that ended it.
    pub resolved_index: u64,
    /// How.
    pub resolution: Option<Resolution>,
    /// Who closed it.
    pub resolved_by: String,
    /// Why.
    pub reason: String,
    /// How often it changed, so that a decision that comes late is refused.
    pub revision: u64,
}

/// What the control plane does about drift by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remediation {
    /// Nothing.
    #[default]
    Off,
    /// The node is given its assignment again.
    Reassert,
}

impl Remediation {
    /// Name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Remediation::Off => "off",
            Remediation::Reassert => "reassert",
        }
    }
}

/// What a project wants done about drift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftPolicy {
    /// What is done.
    pub remediation: Remediation,
    /// How long drift lasts before that, in seconds. The pauses between tries grow from it.
    pub delay_s: u32,
}

impl Default for DriftPolicy {
    fn default() -> Self {
        Self { remediation: Remediation::Off, delay_s: DELAY_S }
    }
}

impl DriftPolicy {
    /// True when nobody has set anything.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Refuses what cannot be.
    ///
    /// # Errors
    /// A delay out of range.
    pub fn check(&self) -> Result<(), InvalidValue> {
        if (1..=DELAY_MAX_S).contains(&self.delay_s) {
            return Ok(());
        }
        let message = format!("must be 1 to {DELAY_MAX_S} seconds");
        Err(InvalidValue::new("drift_delay_seconds", message))
    }

    /// How long to wait after so many tries, in milliseconds: twice as long each time.
    pub fn pause_ms(&self, tries: u8) -> u64 {
        (u64::from(self.delay_s) * 1_000) << tries.min(TRIES_MAX)
    }
}

/// How much there is of a project's drift.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftCounts {
    /// The project.
    pub project_id: ProjectId,
    /// Events that last, those with an alarm among them.
    pub open: u64,
    /// Events for which somebody has to look.
    pub alarms: u64,
    /// Events that are over and kept.
    pub resolved: u64,
    /// Nodes of which a configuration is kept.
    pub configs: u64,
    /// Events of nodes behind this one are still to be looked at by what the project wants now; `None`: all of them are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reschedule: Option<NodeId>,
}

/// The configuration that a node runs and was not assigned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuntimeConfig {
    /// The node.
    pub node_id: NodeId,
    /// The project.
    pub project_id: ProjectId,
    /// The generation that it was compared with.
    pub generation: Generation,
    /// Digest of the whole text.
    pub digest: Sha256Digest,
    /// The text, or its beginning.
    pub text: String,
    /// What the agent had written instead, or its beginning.
    pub expected: String,
    /// One of the texts is longer than what is kept.
    pub cut: bool,
    /// When a member took it in.
    pub at: Time,
    /// The entry of the log that brought it.
    pub index: u64,
}

/// Refuses words of a person that are too long, or none.
///
/// # Errors
/// See above.
pub fn check_reason(reason: &str) -> Result<(), InvalidValue> {
    check_text("reason", reason)?;
    if reason.trim().is_empty() {
        return Err(InvalidValue::new("reason", "say why: it is kept with the event and in the audit log"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_bounded() {
        let policy = DriftPolicy { remediation: Remediation::Reassert, delay_s: 60 };
        assert_eq!([0, 1, 2, 3, 9].map(|tries| policy.pause_ms(tries) / 1_000), [60, 120, 240, 480, 480]);
        for (delay_s, fine) in [(0, false), (1, true), (DELAY_MAX_S, true), (DELAY_MAX_S + 1, false)] {
            assert_eq!(DriftPolicy { delay_s, ..policy }.check().is_ok(), fine, "{delay_s}");
        }
    }

    #[test]
    fn what_an_agent_says_too_much_is_cut_and_counted() {
        let difference = Difference {
            path: "ä".repeat(PATH_TEXT_MAX + 9),
            kind: DifferenceKind::Extra,
            words: "w".repeat(WORDS_MAX + 9),
        };
        let told = Measurement {
            generation: Generation(1),
            expected: Sha256Digest([1; 32]),
            actual: Sha256Digest([2; 32]),
            config: None,
            severity: DriftSeverity::Low,
            summary: "s".repeat(WORDS_MAX + 1),
            differences: vec![difference; DIFFERENCES_MAX + 5],
            more: 3,
        };
        let kept = told.clipped();
        assert_eq!((kept.differences.len(), kept.more), (DIFFERENCES_MAX, 8));
        assert_eq!(kept.differences[0].path.chars().count(), PATH_TEXT_MAX);
        assert_eq!((kept.differences[0].words.len(), kept.summary.len()), (WORDS_MAX, WORDS_MAX));
        assert_eq!(kept.clone().clipped(), kept);
    }
}
