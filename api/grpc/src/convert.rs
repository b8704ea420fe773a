//! Between the shapes of the public API and the messages of the protocol.

use sentinel_api_types::Timestamp;
use sentinel_api_types::approval::RolloutApproval;
use sentinel_api_types::blue_green::BlueGreenConfig;
use sentinel_api_types::canary::{CanaryAnalysis, CanaryConfig, CanaryTraffic};
use sentinel_api_types::check::{CheckMethod, CheckResult, HttpCheck};
use sentinel_api_types::cluster::{Cluster, ClusterMember};
use sentinel_api_types::conflict::OnConflict;
use sentinel_api_types::finding::Finding;
use sentinel_api_types::rollout as api;
use sentinel_api_types::why::{NodeWhy, WhyFinding};
use tonic::Status;

use crate::proto;

impl From<Cluster> for proto::ClusterStatus {
    fn from(status: Cluster) -> Self {
        Self {
            member_id: status.member_id.0,
            leader: status.leader.map(|leader| leader.0),
            term: status.term,
            committed: status.committed,
            applied: status.applied,
            snapshot: status.snapshot,
            members: status.members.into_iter().map(Into::into).collect(),
            unready: status.unready.unwrap_or_default(),
            concerns: concerns(status.findings),
        }
    }
}

/// In words, what is well left out.
fn concerns(findings: Vec<Finding>) -> Vec<String> {
    findings.into_iter().filter(Finding::is_concern).map(|finding| finding.text).collect()
}

impl From<ClusterMember> for proto::Member {
    fn from(member: ClusterMember) -> Self {
        Self {
            id: member.id.0,
            peer_address: member.peer_address,
            api_url: member.api_url,
            voter: member.voter,
            matched: member.matched,
            silent_since: member.silent_since.map(|at| at.to_string()),
            skew_ms: member.skew_ms,
        }
    }
}

impl From<api::Rollout> for proto::Rollout {
    fn from(rollout: api::Rollout) -> Self {
        Self {
            id: rollout.id.to_string(),
            project_id: rollout.project_id.to_string(),
            bundle_id: rollout.bundle_id.to_string(),
            bundle_version: rollout.bundle_version,
            state: word(&rollout.state),
            steps: rollout.steps,
            nodes: rollout.nodes,
            current_step: rollout.current_step,
            hold: rollout.hold.map(|hold| hold.reason).unwrap_or_default(),
            error: rollout.error.map(|error| error.reason).unwrap_or_default(),
            revision: rollout.revision,
            created_by: rollout.created_by,
            created_at: rollout.inserted_at.to_string(),
            updated_at: rollout.updated_at.to_string(),
            approval: rollout.approval.map(Into::into),
            scheduled_at: rollout.scheduled_at.map(|at| at.to_string()).unwrap_or_default(),
            override_freeze_reason: rollout.break_glass.map(|broken| broken.reason).unwrap_or_default(),
            deployment_slot: rollout.deployment_slot.as_ref().map(word).unwrap_or_default(),
            standby_slot: rollout.standby_slot.as_ref().map(word).unwrap_or_default(),
            traffic_weight: rollout.traffic_weight.map(u32::from),
            traffic_step_index: rollout.traffic_step_index,
            failure_domain: rollout.failure_domain.unwrap_or_default(),
            rollback_threshold: rollout.rollback_threshold.map(Into::into),
            waits_for: rollout.waits_for.map(|id| id.to_string()).unwrap_or_default(),
            superseded_by: rollout.superseded_by.map(|id| id.to_string()).unwrap_or_default(),
            risk: rollout.risk.map(Into::into),
            environment: rollout.environment.map(|environment| environment.slug).unwrap_or_default(),
            skip_order_reason: rollout.skip_order.map(|skipped| skipped.reason).unwrap_or_default(),
            auto_advance: rollout.auto_advance,
            promotion_rule_id: rollout.promotion_rule_id.map(|id| id.to_string()).unwrap_or_default(),
            template: rollout.template.map(|template| template.name).unwrap_or_default(),
        }
    }
}

impl From<api::Risk> for proto::Risk {
    fn from(risk: api::Risk) -> Self {
        let version = |base: api::RiskBase| base.version.unwrap_or_else(|| base.bundle_id.to_string());
        Self {
            level: word(&risk.level),
            reasons: risk.reasons,
            against: risk.against.into_iter().map(version).collect(),
        }
    }
}

impl From<RolloutApproval> for proto::Approval {
    fn from(approval: RolloutApproval) -> Self {
        Self {
            digest: approval.digest.to_string(),
            needed: approval.needed.into(),
            given: approval.given.into_iter().map(|given| given.by).collect(),
            expires_at: approval.expires_at.to_string(),
        }
    }
}

impl From<api::RolloutDetail> for proto::RolloutDetail {
    fn from(detail: api::RolloutDetail) -> Self {
        let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            rollout: Some(detail.rollout.into()),
            steps: detail
                .steps
                .into_iter()
                .map(|step| proto::Step {
                    index: step.step_index,
                    node_ids: step.node_ids.iter().map(ToString::to_string).collect(),
                    state: word(&step.state),
                    deployment_slot: step.deployment_slot.as_ref().map(word).unwrap_or_default(),
                    traffic_weight: step.traffic_weight.map(u32::from),
                })
                .collect(),
            progress: Some(proto::Progress {
                total: count(detail.progress.total),
                pending: count(detail.progress.pending),
                active: count(detail.progress.active),
                failed: count(detail.progress.failed),
            }),
            canary: detail.canary_analysis_results.map(Into::into),
            checks: detail.check_results.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<CheckResult> for proto::CheckResult {
    fn from(result: CheckResult) -> Self {
        Self {
            name: result.name,
            step_index: result.step_index,
            passes: result.passes,
            failures: result.failures,
            status: result.status.map(u32::from),
            latency_ms: result.latency_ms,
            error: result.error.unwrap_or_default(),
            checked_at: result.checked_at.map(|at| at.to_string()).unwrap_or_default(),
        }
    }
}

impl From<NodeWhy> for proto::ExplainNodeResponse {
    fn from(why: NodeWhy) -> Self {
        let finding = |finding: WhyFinding| proto::WhyFinding {
            kind: word(&finding.kind),
            text: finding.text,
            since: finding.since.map(|at| at.to_string()).unwrap_or_default(),
            rollout_id: finding.rollout_id.map(|id| id.to_string()).unwrap_or_default(),
            next: finding.next.unwrap_or_default(),
        };
        Self { runs: why.runs, findings: why.findings.into_iter().map(finding).collect() }
    }
}

impl From<CanaryAnalysis> for proto::CanaryAnalysis {
    fn from(analysis: CanaryAnalysis) -> Self {
        Self {
            step_index: analysis.step_index,
            verdict: word(&analysis.verdict),
            canary: Some(analysis.canary.into()),
            control: Some(analysis.control.into()),
            error_evidence: analysis.error_evidence,
            slow_evidence: analysis.slow_evidence,
            bound: analysis.bound,
        }
    }
}

impl From<CanaryTraffic> for proto::CanaryTraffic {
    fn from(traffic: CanaryTraffic) -> Self {
        let CanaryTraffic { requests, errors, timed, slow } = traffic;
        Self { requests, errors, timed, slow }
    }
}

/// What is absent is as it usually is.
fn canary(canary: proto::Canary) -> CanaryConfig {
    let usual = CanaryConfig::default();
    // A value beyond the type is beyond the limit too; the use case says so.
    let steps = canary.steps.iter().map(|step| u8::try_from(*step).unwrap_or(u8::MAX)).collect();
    CanaryConfig {
        steps: if canary.steps.is_empty() { usual.steps } else { steps },
        confidence_level: canary.confidence_level.unwrap_or(usual.confidence_level),
        max_error_rate_rise: canary.max_error_rate_rise.unwrap_or(usual.max_error_rate_rise),
        max_slow_rise: if canary.latency_ignored {
            None
        } else {
            canary.max_slow_rise.or(usual.max_slow_rise)
        },
        min_requests: canary.min_requests.unwrap_or(usual.min_requests),
        bake_seconds: canary.bake_seconds.unwrap_or(usual.bake_seconds),
    }
}

/// What is absent is as it usually is.
fn blue_green(asked: proto::BlueGreen) -> BlueGreenConfig {
    let usual = BlueGreenConfig::default();
    let steps = asked.traffic_steps.iter().map(|step| u8::try_from(*step).unwrap_or(u8::MAX)).collect();
    BlueGreenConfig {
        traffic_steps: if asked.traffic_steps.is_empty() { usual.traffic_steps } else { steps },
        bake_seconds: asked.bake_seconds.unwrap_or(usual.bake_seconds),
    }
}

impl TryFrom<proto::CreateRolloutRequest> for api::RolloutCreate {
    type Error = Status;
    fn try_from(request: proto::CreateRolloutRequest) -> Result<Self, Status> {
        use proto::create_rollout_request::Batch;
        let (batch_size, batch_percentage) = match request.batch {
            None => (None, None),
            Some(Batch::BatchSize(size)) => (Some(size), None),
            // A value beyond the type is beyond the limit too; the use case says so.
            Some(Batch::BatchPercentage(percent)) => (None, Some(u8::try_from(percent).unwrap_or(u8::MAX))),
        };
        Ok(Self {
            bundle_id: id("bundle_id", &request.bundle_id)?,
            target_selector: match request.target {
                None if !request.template.is_empty() => None,
                target => Some(self::target(target)?),
            },
            strategy: match (&request.canary, &request.blue_green) {
                (Some(_), Some(_)) => {
                    return Err(Status::invalid_argument("a rollout is a canary or blue-green, not both"));
                }
                (Some(_), None) => Some(api::Strategy::Canary),
                (None, Some(_)) => Some(api::Strategy::BlueGreen),
                (None, None) => None,
            },
            batch_size,
            batch_percentage,
            canary_analysis_config: request.canary.map(canary),
            blue_green_config: request.blue_green.map(blue_green),
            max_unavailable: Some(request.max_unavailable).filter(|nodes| *nodes > 0),
            progress_deadline_seconds: Some(request.progress_deadline_seconds).filter(|seconds| *seconds > 0),
            health_gates: request.health_gates.map(gates),
            auto_rollback: request.auto_rollback,
            auto_advance: request.auto_advance,
            // A value beyond the type is beyond the limit too; the use case says so.
            rollback_threshold: request
                .rollback_threshold
                .map(|percent| Some(u8::try_from(percent).unwrap_or(u8::MAX))),
            checks: match request.checks {
                none if none.is_empty() => None,
                checks => Some(checks.into_iter().map(check).collect::<Result<_, _>>()?),
            },
            failure_domain: Some(request.failure_domain).filter(|label| !label.is_empty()).map(Some),
            on_conflict: on_conflict(&request.on_conflict)?,
            scheduled_at: moment("scheduled_at", &request.scheduled_at)?,
            override_freeze_reason: Some(request.override_freeze_reason).filter(|reason| !reason.is_empty()),
            environment: Some(request.environment).filter(|named| !named.is_empty()),
            skip_order_reason: Some(request.skip_order_reason).filter(|reason| !reason.is_empty()),
            template: Some(request.template).filter(|named| !named.is_empty()),
        })
    }
}

/// What is absent is as it usually is.
fn check(asked: proto::HttpCheck) -> Result<HttpCheck, Status> {
    let usual = HttpCheck::usual(asked.name, asked.url);
    Ok(HttpCheck {
        method: match asked.method.as_str() {
            "" | "GET" => CheckMethod::Get,
            "HEAD" => CheckMethod::Head,
            other => {
                return Err(Status::invalid_argument(format!(
                    "checks.method: '{other}' is none of GET, HEAD"
                )));
            }
        },
        expected_status: Some(asked.expected_status)
            .filter(|text| !text.is_empty())
            .unwrap_or(usual.expected_status),
        body_contains: Some(asked.body_contains).filter(|text| !text.is_empty()),
        headers: asked.headers.into_iter().collect(),
        timeout_ms: asked.timeout_ms.unwrap_or(usual.timeout_ms),
        interval_seconds: asked.interval_seconds.unwrap_or(usual.interval_seconds),
        passes: asked.passes.unwrap_or(usual.passes),
        failures: asked.failures.unwrap_or(usual.failures),
        name: usual.name,
        url: usual.url,
    })
}

fn on_conflict(text: &str) -> Result<Option<OnConflict>, Status> {
    let wrong = |_| {
        let message = format!("on_conflict: '{text}' is none of refuse, queue, supersede");
        Status::invalid_argument(message)
    };
    let word = (!text.is_empty()).then(|| serde_json::Value::String(text.to_owned()));
    word.map(serde_json::from_value).transpose().map_err(wrong)
}

fn target(target: Option<proto::Target>) -> Result<api::TargetSelector, Status> {
    use proto::target::Kind;
    match target.and_then(|target| target.kind) {
        None => Err(Status::invalid_argument("target: say all, labels, nodes or groups")),
        Some(Kind::All(_)) => Ok(api::TargetSelector::All {}),
        Some(Kind::Labels(labels)) => {
            Ok(api::TargetSelector::Labels { labels: labels.labels.into_iter().collect() })
        }
        Some(Kind::Nodes(nodes)) => {
            let node_ids =
                nodes.node_ids.iter().map(|text| id("target.nodes", text)).collect::<Result<_, _>>()?;
            Ok(api::TargetSelector::NodeIds { node_ids })
        }
        Some(Kind::Groups(groups)) => {
            let group_ids =
                groups.group_ids.iter().map(|text| id("target.groups", text)).collect::<Result<_, _>>()?;
            Ok(api::TargetSelector::Groups { group_ids })
        }
    }
}

fn gates(gates: proto::HealthGates) -> api::HealthGates {
    let default = api::HealthGates::default();
    api::HealthGates {
        heartbeat_healthy: gates.heartbeat_healthy.unwrap_or(default.heartbeat_healthy),
        max_error_rate: gates.max_error_rate,
        max_latency_ms: gates.max_latency_ms,
        max_cpu_percent: gates.max_cpu_percent,
        max_memory_percent: gates.max_memory_percent,
        min_requests: gates.min_requests.unwrap_or(default.min_requests),
        observe_seconds: gates.observe_seconds.unwrap_or(default.observe_seconds),
        fail_after_seconds: gates.fail_after_seconds.unwrap_or(default.fail_after_seconds),
    }
}

/// Reads an id.
pub fn id<T: std::str::FromStr>(field: &str, text: &str) -> Result<T, Status> {
    text.parse().map_err(|_| Status::invalid_argument(format!("{field}: '{text}' is not a UUID")))
}

/// Reads a time; `None` for an empty text.
fn moment(field: &str, text: &str) -> Result<Option<Timestamp>, Status> {
    let wrong =
        |_| Status::invalid_argument(format!("{field}: '{text}' is not a time such as 2027-01-31T00:00:00Z"));
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(wrong) }
}

/// The word that the REST API uses for a state.
fn word<T: serde::Serialize>(state: &T) -> String {
    match serde_json::to_value(state) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_request_without_a_target_is_refused_and_defaults_are_those_of_rest() {
        let request = proto::CreateRolloutRequest {
            bundle_id: uuid::Uuid::nil().to_string(),
            target: Some(proto::Target { kind: Some(proto::target::Kind::All(proto::AllNodes {})) }),
            health_gates: Some(proto::HealthGates { max_error_rate: Some(2.5), ..Default::default() }),
            ..Default::default()
        };
        let create = api::RolloutCreate::try_from(request.clone()).unwrap();
        assert_eq!(create.progress_deadline_seconds, None);
        assert_eq!(create.auto_rollback, None);
        let gates = create.health_gates.unwrap();
        assert_eq!((gates.heartbeat_healthy, gates.max_error_rate), (true, Some(2.5)));
        let without = proto::CreateRolloutRequest { target: None, ..request };
        assert!(api::RolloutCreate::try_from(without).is_err());
    }

    #[test]
    fn blue_green_is_asked_for_by_its_message_and_is_no_canary_as_well() {
        let request = proto::CreateRolloutRequest {
            bundle_id: uuid::Uuid::nil().to_string(),
            target: Some(proto::Target { kind: Some(proto::target::Kind::All(proto::AllNodes {})) }),
            blue_green: Some(proto::BlueGreen { traffic_steps: vec![20, 100], bake_seconds: None }),
            ..Default::default()
        };
        let create = api::RolloutCreate::try_from(request.clone()).unwrap();
        assert_eq!(create.strategy, Some(api::Strategy::BlueGreen));
        let config = BlueGreenConfig { traffic_steps: vec![20, 100], bake_seconds: 60 };
        assert_eq!(create.blue_green_config, Some(config));
        let both = proto::CreateRolloutRequest { canary: Some(proto::Canary::default()), ..request };
        assert!(api::RolloutCreate::try_from(both).is_err());
    }

    #[test]
    fn the_policy_on_conflicts_is_a_word_and_no_other() {
        let asked = |text: &str| on_conflict(text).ok().flatten();
        assert_eq!((asked(""), asked("queue")), (None, Some(OnConflict::Queue)));
        assert_eq!(asked("supersede"), Some(OnConflict::Supersede));
        assert!(on_conflict("Queue").is_err());
    }
}
