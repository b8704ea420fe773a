#![allow(clippy::unwrap_used)]

use sentinel_api_types::rollout::{RolloutCreate, TargetSelector};
use sentinel_api_types::template::RolloutTemplateUpdate;
use serde_json::json;

use super::*;
use crate::proto::{CreateRolloutRequest, UpdateRolloutTemplateRequest};

fn asked(clear: &[&str]) -> CreateRolloutRequest {
    CreateRolloutRequest {
        project: "shop".into(),
        body: Some(proto::RolloutCreate {
            bundle_id: "00000000-0000-0000-0000-000000000007".into(),
            auto_rollback: Some(false),
            max_unavailable: Some(0),
            target_selector: Some(proto::TargetSelector { r#type: "all".into(), ..Default::default() }),
            ..Default::default()
        }),
        clear: clear.iter().map(|name| (*name).to_owned()).collect(),
    }
}

#[test]
fn a_request_says_what_its_body_says_and_null_where_it_clears() {
    let asked: RolloutCreate = body(&asked(&["failure_domain", "failure_domain"])).unwrap();
    assert_eq!(asked.target_selector, Some(TargetSelector::All {}));
    assert_eq!((asked.auto_rollback, asked.max_unavailable), (Some(false), Some(0)));
    assert_eq!((asked.failure_domain, asked.rollback_threshold), (Some(None), None));
}

/// Defect: a call that is answered with OK, and removes what stands beside the field that was cleared.
#[test]
fn a_field_is_cleared_where_that_can_be_said_and_refused_everywhere_else() {
    for name in ["health_gates", "max_unavailable", "target_selector", "strategy"] {
        let refused = body::<_, RolloutCreate>(&asked(&[name])).unwrap_err();
        assert!(refused.message().starts_with("clear: "), "{name}: {refused:?}");
    }
    let mut request =
        UpdateRolloutTemplateRequest { clear: vec!["rollout.failure_domain".into()], ..Default::default() };
    let refused = body::<_, RolloutTemplateUpdate>(&request).unwrap_err();
    assert!(refused.message().contains("which the body does not have"), "{refused:?}");
    let canary = proto::CanaryConfig { steps: vec![10, 100], ..Default::default() };
    request.body = Some(proto::RolloutTemplateUpdate {
        rollout: Some(proto::RuleRollout {
            strategy: Some("canary".into()),
            canary_analysis_config: Some(canary),
            ..Default::default()
        }),
        ..Default::default()
    });
    request.clear = vec!["rollout.canary_analysis_config.max_slow_rise".into()];
    let update: RolloutTemplateUpdate = body(&request).unwrap();
    let canary = update.rollout.unwrap().canary_analysis_config.unwrap();
    assert_eq!(canary.max_slow_rise, None, "latency is not compared");
}

#[test]
fn what_is_there_without_saying_much_is_there() {
    let request = proto::ValidateBundleRequest {
        project: "shop".into(),
        body: Some(proto::BundleValidate { config_source: String::new(), version: None }),
    };
    let asked: serde_json::Value = body(&request).unwrap();
    assert_eq!(asked, json!({ "config_source": "" }));
}

#[test]
fn an_answer_that_has_a_field_more_than_its_message_is_an_error_and_no_silence() {
    let written: Result<proto::Compacted, _> = write(&json!({ "resumes_after": "7-1", "more": 1 }));
    assert_eq!(written.unwrap_err().code(), tonic::Code::Internal);
}

#[test]
fn secrets_are_not_printed() {
    let created = proto::ApiKeyCreated { key: "scp_secret".into(), name: "ci".into(), ..Default::default() };
    assert_eq!(format!("{created:?}"), "ApiKeyCreated { .. }");
}
