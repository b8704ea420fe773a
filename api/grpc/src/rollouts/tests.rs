#![allow(clippy::unwrap_used)]

use sentinel_api_types::group::NodeGroupCreate;
use sentinel_api_types::rollout::TargetSelector;
use sentinel_app::testing::World;
use sentinel_app::testing::attacks::{AROUND, ATTEMPTS, Answer, Attempt, Deed, Stage};
use sentinel_app::testing::world::{Known, OTHER_PROJECT, PROJECT};
use sentinel_machine::commands::rollout_check::RolloutCheck;
use sentinel_model::check::{CheckResult, Checks, Probe};
use tonic::service::Routes;
use tonic::{Code, Request, Response, Status};

use crate::proto::rollout_service_client::RolloutServiceClient;
use crate::proto::{
    ApproveRolloutRequest, CreateRolloutRequest, ExplainNodeRequest, GetRolloutRequest, GroupIds, HttpCheck,
    NodeIds, Rollout, SteerRolloutRequest, Target, target,
};

async fn go(stage: &Stage, attempt: &Attempt) -> Result<Response<Rollout>, Status> {
    let routes: Routes = crate::routes(stage.world.kit.app.clone()).await.unwrap();
    let mut client = RolloutServiceClient::new(routes);
    let rollout_id = stage.rollout.map(|id| id.to_string()).unwrap_or_default();
    let create = |reason: &str| CreateRolloutRequest {
        project: "shop".into(),
        bundle_id: stage.bundle.to_string(),
        target: Some(Target {
            kind: Some(target::Kind::Nodes(NodeIds { node_ids: vec![stage.free.to_string()] })),
        }),
        override_freeze_reason: reason.into(),
        ..Default::default()
    };
    let approve = |digest: String| ApproveRolloutRequest {
        project: "shop".into(),
        rollout_id: rollout_id.clone(),
        digest,
    };
    let steer = |reason: &str| SteerRolloutRequest {
        project: "shop".into(),
        rollout_id: rollout_id.clone(),
        reason: reason.into(),
    };
    let token = format!("Bearer {}", stage.by(attempt.who).secret.expose());
    fn with<T>(message: T, token: &str) -> Request<T> {
        let mut request = Request::new(message);
        request.metadata_mut().insert("authorization", token.parse().unwrap());
        request
    }
    match attempt.deed {
        Deed::Create => client.create_rollout(with(create(""), &token)).await,
        Deed::CreateThrough(reason) => client.create_rollout(with(create(reason), &token)).await,
        Deed::Skip(reason) => {
            let skipping = CreateRolloutRequest { skip_order_reason: reason.into(), ..create("") };
            client.create_rollout(with(skipping, &token)).await
        }
        Deed::Approve => {
            let digest = stage.digest.unwrap().to_string();
            client.approve_rollout(with(approve(digest), &token)).await
        }
        Deed::ApproveAnother => client.approve_rollout(with(approve("0".repeat(64)), &token)).await,
        Deed::Reject(comment) => client.reject_rollout(with(steer(comment), &token)).await,
        Deed::BreakGlass(reason) => client.break_glass(with(steer(reason), &token)).await,
        Deed::Resume => client.resume_rollout(with(steer(""), &token)).await,
        other => panic!("gRPC has no words for {other:?}"),
    }
}

#[tokio::test]
async fn a_node_is_explained() {
    let stage = Stage::set(ATTEMPTS[0].scene).await.unwrap();
    let routes: Routes = crate::routes(stage.world.kit.app.clone()).await.unwrap();
    let mut client = RolloutServiceClient::new(routes);
    let ask = |who: &Known| {
        let message = ExplainNodeRequest {
            project: "shop".into(),
            node_id: stage.free.to_string(),
            generation: Some(9),
        };
        let mut request = Request::new(message);
        let token = format!("Bearer {}", who.secret.expose());
        request.metadata_mut().insert("authorization", token.parse().unwrap());
        request
    };
    let why = client.explain_node(ask(&stage.world.reader)).await.unwrap().into_inner();
    assert_eq!(why.findings[0].kind, "generation");
    assert!(why.findings[0].text.starts_with("generation 9 was never given"), "{why:?}");
    let refused = client.explain_node(ask(&stage.world.outsider)).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
}

#[tokio::test]
async fn nobody_gets_past_approvals_and_freezes() {
    // It moves no nodes and knows no drift, but what holds in an environment holds here.
    let around = AROUND.iter().filter(|attempt| attempt.deed == Deed::Create);
    for attempt in ATTEMPTS.iter().chain(around) {
        let stage = Stage::set(attempt.scene).await.unwrap();
        let before = stage.state().await.unwrap();
        let answer = go(&stage, attempt).await;
        let code = answer.as_ref().map_or_else(Status::code, |_| Code::Ok);
        let expected = match attempt.answer {
            Answer::NotFound => Code::NotFound,
            Answer::Forbidden => Code::PermissionDenied,
            Answer::Conflict => Code::FailedPrecondition,
            Answer::Invalid => Code::InvalidArgument,
            Answer::Waits => Code::Ok,
        };
        assert_eq!(code, expected, "{attempt:?}: {answer:?}");
        assert!(stage.nothing_moved().await.unwrap(), "{attempt:?}");
        if attempt.answer == Answer::Waits {
            let made = answer.unwrap().into_inner();
            assert_eq!(made.state, "pending_approval", "{attempt:?}");
            assert_eq!(made.approval.unwrap().needed, 2, "{attempt:?}");
        } else {
            assert_eq!(stage.state().await.unwrap(), before, "{attempt:?} left a trace");
        }
    }
}

fn by<T>(who: &Known, message: T) -> Request<T> {
    let mut request = Request::new(message);
    let token = format!("Bearer {}", who.secret.expose());
    request.metadata_mut().insert("authorization", token.parse().unwrap());
    request
}

/// A rollout to a group, with a check, as every transport can ask for it.
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
    let routes: Routes = crate::routes(kit.app.clone()).await.unwrap();
    let mut client = RolloutServiceClient::new(routes);

    let check = HttpCheck {
        name: "checkout".into(),
        url: "https://shop.example.com/health".into(),
        body_contains: "ok".into(),
        headers: [("x-probe".to_owned(), "nobody sees this".to_owned())].into(),
        passes: Some(2),
        ..HttpCheck::default()
    };
    let asked = |group: String, check: HttpCheck| CreateRolloutRequest {
        project: PROJECT.into(),
        bundle_id: bundle.to_string(),
        target: Some(Target { kind: Some(target::Kind::Groups(GroupIds { group_ids: vec![group] })) }),
        checks: vec![check],
        ..Default::default()
    };
    for (refused, code) in [
        (asked(theirs.to_string(), check.clone()), Code::NotFound),
        (asked("canary".into(), check.clone()), Code::InvalidArgument),
        (asked(own.to_string(), HttpCheck { method: "POST".into(), ..check.clone() }), Code::InvalidArgument),
        (
            asked(
                own.to_string(),
                HttpCheck { url: "https://ada:secret@example.com/".into(), ..check.clone() },
            ),
            Code::InvalidArgument,
        ),
        (
            asked(own.to_string(), HttpCheck { expected_status: "fine".into(), ..check.clone() }),
            Code::InvalidArgument,
        ),
    ] {
        let told = format!("{refused:?}");
        let error = client.create_rollout(by(operator, refused)).await.unwrap_err();
        assert_eq!(error.code(), code, "{told}: {error:?}");
        assert!(!error.message().contains("secret"), "{error:?}");
    }

    let made = client.create_rollout(by(operator, asked(own.to_string(), check))).await.unwrap().into_inner();
    let id = made.id.parse().unwrap();
    let shown = kit.app.show_rollout(&operator.again(), PROJECT, id).await.unwrap().rollout;
    assert_eq!(shown.target_selector, TargetSelector::Groups { group_ids: vec![own] });
    assert_eq!((shown.nodes, shown.target_groups[0].name.as_str()), (1, "canary"));
    let kept = &shown.checks[0];
    assert_eq!((kept.name.as_str(), kept.expected_status.as_str(), kept.passes), ("checkout", "200-299", 2));
    assert_eq!(kept.headers["x-probe"], "***", "values of headers are shown to nobody");

    let probe = Probe { at: kit.app.now(), status: Some(503), latency_ms: 7, error: Some("503".into()) };
    let result = CheckResult { name: "checkout".into(), passes: 0, failures: 1, last: Some(probe) };
    let checks = Checks { rollout_id: id, step: 0, since: kit.app.now(), results: vec![result] };
    kit.app.propose_as_member(RolloutCheck { checks }).await.unwrap().unwrap();
    let ask = GetRolloutRequest { project: PROJECT.into(), rollout_id: made.id };
    let detail = client.get_rollout(by(&world.reader, ask)).await.unwrap().into_inner();
    let seen = &detail.checks[0];
    assert_eq!((seen.name.as_str(), seen.failures, seen.status), ("checkout", 1, Some(503)));
    assert_eq!((seen.step_index, seen.error.as_str()), (Some(0), "503"));
}
