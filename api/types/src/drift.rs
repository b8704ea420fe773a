//! Drift: what nodes really run, where it differs from what they were assigned.

use sentinel_model::{BundleId, DriftEventId, Generation, NodeId, ProjectId, Sha256Digest, drift};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Timestamp;
use crate::node::NodeStatus;

/// The two ways of one enum: from and to the model's.
macro_rules! same {
    ($name:ident, $model:path, $($case:ident),*) => {
        impl From<$name> for $model {
            fn from(value: $name) -> Self {
                match value { $($name::$case => <$model>::$case,)* }
            }
        }

        impl From<$model> for $name {
            fn from(value: $model) -> Self {
                match value { $(<$model>::$case => $name::$case,)* }
            }
        }
    };
}

/// How a node differs from its assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
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

same!(DifferenceKind, drift::DifferenceKind, Changed, Missing, Extra, NotRunning, OtherGeneration);

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// Which file of the release, by its path there; `current` is the pointer to the release, `proxy` the process.
    pub path: String,
    /// How.
    pub kind: DifferenceKind,
    /// In words, where there are any.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}

/// How much drift matters, by what it means for the configuration: `low`, the text differs and what it means does not, or a file is too many;
/// `medium`, routes, upstreams or filters differ, or a file beside the configuration; `high`, something was taken away, or what guards or
/// listens differs; `critical`, what was assigned is not at work, or would not start again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DriftSeverity {
    /// It means the same.
    Low,
    /// Look at it today.
    Medium,
    /// Look at it soon.
    High,
    /// Look at it now.
    Critical,
}

same!(DriftSeverity, drift::DriftSeverity, Low, Medium, High, Critical);

/// What an agent found when it looked at what really runs. Left out by agents that do not measure: that is not the same as in sync.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// The generation that it compared with: the one that its proxy has proven.
    #[schema(value_type = u64)]
    pub generation: Generation,
    /// Digest of what should be there: every file that the agent wrote, and the proof.
    #[schema(value_type = String)]
    pub expected_hash: Sha256Digest,
    /// Digest of what is there.
    #[schema(value_type = String)]
    pub actual_hash: Sha256Digest,
    /// SHA-256 of the configuration file; null when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub config_hash: Option<Sha256Digest>,
    /// How much it matters; null when nothing differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<DriftSeverity>,
    /// What it comes to, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// What differs, at most 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// How many more differ.
    #[serde(default)]
    pub more: u32,
}

/// Whether a node runs what it was assigned, as far as that was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DriftStatus {
    /// Measured, and nothing differs.
    InSync,
    /// Measured, and something differs.
    Drifted,
    /// Nothing was measured of what it shall run now.
    NotMeasured,
}

/// What a node really runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeDrift {
    /// In short.
    pub status: DriftStatus,
    /// When a member learned of the newest measurement.
    pub measured_at: Option<Timestamp>,
    /// The event that lasts.
    #[schema(value_type = Option<Uuid>)]
    pub event_id: Option<DriftEventId>,
    /// How much it matters, where it differs.
    pub severity: Option<DriftSeverity>,
    /// What it comes to, in words.
    pub summary: String,
}

/// Where drift is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DriftState {
    /// It lasts.
    Open,
    /// It lasts, and nothing more is done about it by itself: somebody has to look.
    Alarm,
    /// It is over.
    Resolved,
}

same!(DriftState, drift::DriftState, Open, Alarm, Resolved);

/// How drift ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DriftResolution {
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

same!(DriftResolution, drift::Resolution, Itself, Remediated, Manual, Superseded);

/// Drift of one node, from when it was noticed to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DriftEvent {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: DriftEventId,
    /// The project.
    #[schema(value_type = Uuid)]
    pub project_id: ProjectId,
    /// The node.
    #[schema(value_type = Uuid)]
    pub node_id: NodeId,
    /// Its name.
    pub node_name: String,
    /// Its host name; null when it is gone.
    pub node_hostname: Option<String>,
    /// Whether heartbeats of it arrive; null when it is gone.
    pub node_status: Option<NodeStatus>,
    /// What it shall run.
    #[schema(value_type = Uuid)]
    pub expected_bundle_id: BundleId,
    /// Version of that bundle; null when it is gone.
    pub expected_version: Option<String>,
    /// The bundle that is at work, though not as it was assigned; null when none is.
    #[schema(value_type = Option<Uuid>)]
    pub actual_bundle_id: Option<BundleId>,
    /// The assignment's number.
    #[schema(value_type = u64)]
    pub generation: Generation,
    /// Digest of what should be there.
    #[schema(value_type = String)]
    pub expected_hash: Sha256Digest,
    /// Digest of what is there.
    #[schema(value_type = String)]
    pub actual_hash: Sha256Digest,
    /// SHA-256 of the configuration file that is there; null when there is none.
    #[schema(value_type = Option<String>)]
    pub config_hash: Option<Sha256Digest>,
    /// How much it matters.
    pub severity: DriftSeverity,
    /// What it comes to, in words.
    pub summary: String,
    /// What differs, at most 20.
    pub differences: Vec<Difference>,
    /// How many more differ.
    pub more_differences: u32,
    /// Where it is.
    pub state: DriftState,
    /// Why somebody has to look.
    pub alarm: Option<String>,
    /// How often the assignment was asserted again, tries of the last hour's drift of this node among them.
    pub tries: u8,
    /// When something is done about it next, unless a rollout, a freeze or the node itself is in the way.
    pub next_try_at: Option<Timestamp>,
    /// When it was noticed.
    pub detected_at: Timestamp,
    /// When it ended.
    pub resolved_at: Option<Timestamp>,
    /// How.
    pub resolution: Option<DriftResolution>,
    /// Who closed it.
    pub resolved_by: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// How long it lasted, in seconds, or lasts.
    pub duration_seconds: u64,
    /// When it was noticed.
    pub inserted_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DriftEventBody {
    /// The event.
    pub drift_event: DriftEvent,
}

/// Events of drift.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DriftEventList {
    /// Newest first.
    pub drift_events: Vec<DriftEvent>,
    /// Length of this page.
    pub total: u64,
    /// Where the next page begins; null at the end.
    pub next_cursor: Option<String>,
}

/// Which events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DriftFilter {
    /// Those that last, with an alarm or without.
    Active,
    /// Those that last and have an alarm.
    Alarm,
    /// Those that are over.
    Resolved,
}

/// Which events, and which page of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DriftQuery {
    /// Only those; all when absent.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<DriftFilter>,
    /// Only those that matter so much.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<DriftSeverity>,
    /// Only those of this node.
    #[param(value_type = Option<Uuid>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_id: Option<NodeId>,
    /// Objects in the page; 50 when absent, at most 200.
    #[param(minimum = 1, maximum = 200)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A fleet's drift in numbers. Each node that has an assignment counts once: offline, not measured, drifted or in sync.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DriftStats {
    /// Nodes that shall run something.
    pub total_managed: u64,
    /// Online, measured, and something differs.
    pub drifted: u64,
    /// Online, measured, and nothing differs.
    pub in_sync: u64,
    /// Online, and nothing was measured of what they shall run now.
    pub not_measured: u64,
    /// Not online: what they run now is not known.
    pub offline: u64,
    /// Events that last.
    pub active_events: u64,
    /// Events for which somebody has to look.
    pub alarms: u64,
    /// Events that ended since midnight, UTC; of the thousand that are kept.
    pub resolved_today: u64,
}

/// Why drift is left as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DriftResolve {
    /// In words; kept with the event and in the audit log.
    pub reason: String,
}

/// Why drift is left as it is that somebody has looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DriftResolveAll {
    /// In words; kept with each event and in the audit log.
    pub reason: String,
    /// The newest `updated_at` of the events that were looked at. What began or changed later stays: nobody has seen that.
    pub seen_until: Timestamp,
}

/// Drift was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DriftResolvedAll {
    /// So many events, at most 500 at once.
    pub resolved_count: u64,
    /// So many more were looked at and last: ask again.
    pub left: u64,
    /// So many began or changed later.
    pub later: u64,
}

/// Which configuration of a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RuntimeConfigQuery {
    /// The one that ran when this drift was found, also when that is over, as long as it is kept: of each node the newest that differed.
    #[param(value_type = Option<Uuid>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift_event: Option<DriftEventId>,
}

/// In which form events are exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// One document.
    #[default]
    Json,
    /// A table. What a spreadsheet would take for a formula has an apostrophe before it.
    Csv,
}

/// Which events are exported. The filters go before the limit: nothing that matches is left out, unless `truncated` says so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DriftExportQuery {
    /// JSON when absent.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<ExportFormat>,
    /// Only those; all when absent.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<DriftFilter>,
    /// Only those that were noticed at this time or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Only those that were noticed before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// Exported events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DriftExport {
    /// When.
    pub exported_at: Timestamp,
    /// The project.
    pub project: crate::project::ProjectRef,
    /// How many events.
    pub total: u64,
    /// There are more; narrow the time.
    pub truncated: bool,
    /// Newest first.
    pub drift_events: Vec<DriftEvent>,
}

/// What a project does about drift.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DriftRemediation {
    /// Nothing.
    #[default]
    Off,
    /// The node is given its assignment again.
    Reassert,
}

same!(DriftRemediation, drift::Remediation, Off, Reassert);

/// The configuration that a node runs and was not assigned, told by its agent once for each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuntimeConfigReport {
    /// The generation that it was compared with.
    #[schema(value_type = u64)]
    pub generation: Generation,
    /// SHA-256 of the whole text.
    #[schema(value_type = String)]
    pub hash: Sha256Digest,
    /// The text, at most 64 KiB of it.
    pub config_kdl: String,
    /// What the agent had written instead, at most 64 KiB of it.
    pub expected_kdl: String,
    /// One of the texts is longer than that.
    #[serde(default)]
    pub truncated: bool,
}

/// Where a configuration is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuntimeConfigSource {
    /// From the bundle, since the node measured nothing else; with the names of its variables in place of their values.
    Bundle,
    /// From the node, since it differs from what was assigned.
    Node,
}

/// What differs in meaning: names of objects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SemanticChange {
    /// `routes`, `upstreams`, `listeners`, `filters`, `agents`, `namespaces` or `settings`.
    pub kind: String,
    /// Only in what runs.
    pub added: Vec<String>,
    /// Only in what was assigned.
    pub removed: Vec<String>,
    /// In both, with other settings.
    pub changed: Vec<String>,
}

/// From what was assigned to what runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuntimeConfigDiff {
    /// Unified diff.
    pub diff: String,
    /// Lines that came.
    pub additions: u64,
    /// Lines that went.
    pub deletions: u64,
    /// What it means; null when one of the texts cannot be read as a configuration.
    pub semantic: Option<Vec<SemanticChange>>,
}

/// What a node really runs, in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuntimeConfig {
    /// The node.
    #[schema(value_type = Uuid)]
    pub node_id: NodeId,
    /// Whether it is what was assigned.
    pub status: DriftStatus,
    /// The generation that it was compared with.
    #[schema(value_type = u64)]
    pub generation: Generation,
    /// Where the text is from.
    pub source: RuntimeConfigSource,
    /// SHA-256 of the file as it was measured; null when nothing was, or there is no file.
    #[schema(value_type = Option<String>)]
    pub hash: Option<Sha256Digest>,
    /// The text.
    pub config_kdl: String,
    /// It is longer than what is kept.
    pub truncated: bool,
    /// When a member took it in.
    pub updated_at: Option<Timestamp>,
    /// From what was assigned to what runs, where that differs.
    pub diff: Option<RuntimeConfigDiff>,
}

/// What a node really runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuntimeConfigBody {
    /// The configuration.
    pub runtime_config: RuntimeConfig,
}

/// The columns of the table.
const COLUMNS: &str = "id,node_id,node_name,node_hostname,severity,expected_bundle_id,actual_bundle_id,detected_at,resolved_at,\
resolution,duration_seconds,state,summary,resolved_by,reason";

impl DriftExport {
    /// The events as a table. Where there are more of them, the last row is `truncated`.
    pub fn csv(&self) -> String {
        let rows = self.drift_events.iter().map(row);
        // A table has no other place to say that it is not all.
        let columns = COLUMNS.split(',').count();
        let rest = self.truncated.then(|| format!("truncated{}", ",".repeat(columns - 1)));
        let lines: Vec<String> = std::iter::once(COLUMNS.to_owned()).chain(rows).chain(rest).collect();
        lines.join("\r\n") + "\r\n"
    }
}

fn row(event: &DriftEvent) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let cells = [
        event.id.to_string(),
        event.node_id.to_string(),
        event.node_name.clone(),
        text(&event.node_hostname),
        drift::DriftSeverity::from(event.severity).as_str().to_owned(),
        event.expected_bundle_id.to_string(),
        event.actual_bundle_id.map(|id| id.to_string()).unwrap_or_default(),
        event.detected_at.to_string(),
        event.resolved_at.map(|at| at.to_string()).unwrap_or_default(),
        event.resolution.map(|how| drift::Resolution::from(how).as_str()).unwrap_or_default().to_owned(),
        event.duration_seconds.to_string(),
        drift::DriftState::from(event.state).as_str().to_owned(),
        event.summary.clone(),
        text(&event.resolved_by),
        text(&event.reason),
    ];
    cells.map(|text| cell(&text)).join(",")
}

/// Text as a cell of a spreadsheet, which is never a formula there.
pub fn cell(text: &str) -> String {
    let guarded = match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n') => format!("'{text}"),
        _ => text.to_owned(),
    };
    if guarded.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_is_not_all_says_so_in_a_row_of_its_own() {
        let project = crate::project::ProjectRef {
            id: ProjectId(uuid::Uuid::nil()),
            slug: "shop".into(),
            name: "Shop".into(),
            sandbox: false,
        };
        let exported_at = crate::timestamp(sentinel_model::Time(0));
        let drift_events = Vec::new();
        let mut export = DriftExport { exported_at, project, total: 0, truncated: true, drift_events };
        let csv = export.csv();
        let last: Vec<&str> = csv.lines().last().map(|line| line.split(',').collect()).unwrap_or_default();
        assert_eq!((last[0], last.len()), ("truncated", COLUMNS.split(',').count()));
        export.truncated = false;
        assert!(!export.csv().contains("truncated"));
    }

    #[test]
    fn no_cell_is_a_formula() {
        for (text, expected) in [
            ("edge-1", "edge-1"),
            ("", ""),
            ("=HYPERLINK(\"http://evil\")", "\"'=HYPERLINK(\"\"http://evil\"\")\""),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\rx", "\"'\rx\""),
            ("a,b", "\"a,b\""),
            ("a\nb", "\"a\nb\""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}
