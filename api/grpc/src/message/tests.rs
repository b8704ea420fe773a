#![allow(clippy::unwrap_used)]

use sentinel_api_types::rollout::{RolloutCreate, TargetSelector};
use serde_json::json;

use super::*;
use crate::proto::CreateRolloutRequest;

#[test]
fn whole_numbers_of_free_form_parts_are_integers_and_others_stay() {
    let mut value = json!({ "a": [1.0, 2.5, -3.0, 1e300], "b": { "c": 0.0 }, "d": 7 });
    whole(&mut value);
    assert_eq!(value, json!({ "a": [1, 2.5, -3, 1e300], "b": { "c": 0 }, "d": 7 }));
}

#[test]
fn a_request_says_what_its_body_says_and_null_where_it_clears() {
    let request = CreateRolloutRequest {
        project: "shop".into(),
        body: Some(proto::RolloutCreate {
            bundle_id: "00000000-0000-0000-0000-000000000007".into(),
            auto_rollback: Some(false),
            max_unavailable: Some(0),
            target_selector: Some(proto::TargetSelector { r#type: "all".into(), ..Default::default() }),
            ..Default::default()
        }),
        clear: vec!["failure_domain".into()],
    };
    let asked: RolloutCreate = body(&request).unwrap();
    assert_eq!(asked.target_selector, Some(TargetSelector::All {}));
    assert_eq!((asked.auto_rollback, asked.max_unavailable), (Some(false), Some(0)));
    assert_eq!((asked.failure_domain, asked.rollback_threshold), (Some(None), None));
}

#[test]
fn an_answer_that_has_a_field_more_than_its_message_is_an_error_and_no_silence() {
    let written: Result<proto::Compacted, _> = write(&json!({ "resumes_after": "7-1", "more": 1 }));
    assert_eq!(written.unwrap_err().code(), tonic::Code::Internal);
}
