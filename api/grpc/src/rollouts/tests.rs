#![allow(clippy::unwrap_used)]

use sentinel_app::testing::attacks::{ATTEMPTS, Answer, Attempt, Deed, Stage};
use sentinel_app::testing::world::Known;
use tonic::service::Routes;
use tonic::{Code, Request, Response, Status};

use crate::proto::rollout_service_client::RolloutServiceClient;
use crate::proto::{
    ApproveRolloutRequest, CreateRolloutRequest, ExplainNodeRequest, NodeIds, Rollout, SteerRolloutRequest,
    Target, target,
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
        Deed::Assign => panic!("gRPC assigns nothing directly"),
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
    for attempt in ATTEMPTS {
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
