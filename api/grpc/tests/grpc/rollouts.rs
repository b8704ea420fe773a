//! A rollout to a group, with a check, as every transport can ask for it.

use sentinel_api_types::group::NodeGroupCreate;
use sentinel_api_types::rollout::TargetSelector;
use sentinel_app::testing::World;
use sentinel_app::testing::world::{OTHER_PROJECT, PROJECT};
use sentinel_machine::commands::rollout_check::RolloutCheck;
use sentinel_model::check::{CheckResult, Checks, Probe};
use serde_json::{Value, json};
use tonic::Code;

use crate::client::Grpc;

fn with(mut check: Value, more: Value) -> Value {
    check.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    check
}

#[tokio::test]
async fn a_rollout_to_a_group_with_a_check_is_asked_for_and_shown() {
    let world = World::new().await.unwrap();
    let (kit, operator) = (&world.kit, &world.operator);
    kit.raise().await.unwrap();
    let bundle = kit.bundle(operator, PROJECT, "1.0").await.unwrap();
    let group = |name: &str, node| NodeGroupCreate {
        name: name.into(),
        node_ids: vec![node],
        ..NodeGroupCreate::default()
    };
    let request = group("canary", world.node.0);
    let own = kit.app.create_node_group(&operator.again(), PROJECT, request).await.unwrap().node_group.id;
    let request = group("theirs", world.other_node.0);
    let made = kit.app.create_node_group(&world.outsider.again(), OTHER_PROJECT, request).await;
    let theirs = made.unwrap().node_group.id;
    let grpc = Grpc::new(kit.app.clone());

    let check = json!({
        "name": "checkout", "url": "https://shop.example.com/health", "body_contains": "ok",
        "headers": { "x-probe": "nobody sees this" }, "passes": 2,
    });
    let asked = |group: Value, check: Value| {
        json!({ "project": PROJECT, "body": {
            "bundle_id": bundle, "target_selector": { "type": "groups", "group_ids": [group] }, "checks": [check],
        } })
    };
    let invalid = Code::InvalidArgument;
    for (refused, code) in [
        (asked(json!(theirs), check.clone()), Code::NotFound),
        (asked(json!("canary"), check.clone()), invalid),
        (asked(json!(own), with(check.clone(), json!({ "method": "POST" }))), invalid),
        (
            asked(json!(own), with(check.clone(), json!({ "url": "https://ada:secret@example.com/" }))),
            invalid,
        ),
        (asked(json!(own), with(check.clone(), json!({ "expected_status": "fine" }))), invalid),
    ] {
        let told = refused.to_string();
        let error = grpc.call("Rollout.CreateRollout", operator, refused).await.unwrap_err();
        assert_eq!(error.code(), code, "{told}: {error:?}");
        assert!(!error.message().contains("secret"), "{error:?}");
    }

    let made = grpc.call("Rollout.CreateRollout", operator, asked(json!(own), check)).await.unwrap();
    let id = made["rollout"]["id"].as_str().unwrap().parse().unwrap();
    let shown = kit.app.show_rollout(&operator.again(), PROJECT, id).await.unwrap().rollout;
    assert_eq!(shown.target_selector, TargetSelector::Groups { group_ids: vec![own] });
    assert_eq!((shown.nodes, shown.target_groups[0].name.as_str()), (1, "canary"));
    let kept = &made["rollout"]["checks"][0];
    assert_eq!((kept["expected_status"].clone(), kept["passes"].clone()), (json!("200-299"), json!(2)));
    assert_eq!(kept["headers"]["x-probe"], "***", "values of headers are shown to nobody");

    let probe = Probe { at: kit.app.now(), status: Some(503), latency_ms: 7, error: Some("503".into()) };
    let result = CheckResult { name: "checkout".into(), passes: 0, failures: 1, last: Some(probe) };
    let checks = Checks { rollout_id: id, step: 0, since: kit.app.now(), results: vec![result] };
    kit.app.propose_as_member(RolloutCheck { checks }).await.unwrap().unwrap();
    let ask = json!({ "project": PROJECT, "id": id });
    let detail = grpc.call("Rollout.GetRollout", &world.reader, ask).await.unwrap();
    let seen = &detail["check_results"][0];
    assert_eq!((seen["name"].clone(), seen["failures"].clone()), (json!("checkout"), json!(1)));
    assert_eq!((seen["step_index"].clone(), seen["error"].clone()), (json!(0), json!("503")));
}
