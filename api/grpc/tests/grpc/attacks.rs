//! Attempts to go past approvals, freezes and environments, in the words of gRPC.

use sentinel_app::testing::attacks::{
    AROUND, ASSIGNMENTS, ATTEMPTS, Answer, Attempt, DRIFT, Deed, Stage, Who,
};
use serde_json::{Value, json};
use tonic::{Code, Status};

use crate::client::Grpc;

/// The call that is the deed; none where only nodes have words for it, who do not speak gRPC.
fn call(stage: &Stage, deed: Deed) -> Option<(&'static str, Value)> {
    let rollout = |more: Value| json!({ "project": "shop", "id": stage.rollout.map(|id| id.to_string()), "body": more });
    let node = |project: &str| json!({ "project": project, "id": stage.free });
    let drift = |project: &str, reason: &str| json!({ "project": project, "id": stage.drift.unwrap(), "body": { "reason": reason } });
    let create = |more: Value| {
        let mut body = json!({
            "bundle_id": stage.bundle,
            "target_selector": { "type": "node_ids", "node_ids": [stage.free] },
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "project": "shop", "body": body })
    };
    Some(match deed {
        Deed::Create => ("Rollout.CreateRollout", create(json!({}))),
        Deed::CreateThrough(reason) => {
            ("Rollout.CreateRollout", create(json!({ "override_freeze_reason": reason })))
        }
        Deed::Skip(reason) => ("Rollout.CreateRollout", create(json!({ "skip_order_reason": reason }))),
        Deed::Approve => {
            ("Rollout.ApproveRollout", rollout(json!({ "digest": stage.digest.unwrap().to_string() })))
        }
        Deed::ApproveAnother => ("Rollout.ApproveRollout", rollout(json!({ "digest": "0".repeat(64) }))),
        Deed::Reject(comment) => ("Rollout.RejectRollout", rollout(json!({ "comment": comment }))),
        Deed::BreakGlass(reason) => {
            ("Rollout.BreakGlass", rollout(json!({ "override_freeze_reason": reason })))
        }
        Deed::Resume => ("Rollout.ResumeRollout", json!({ "project": "shop", "id": stage.rollout.unwrap() })),
        Deed::Assign => (
            "Bundle.AssignBundle",
            json!({ "project": "shop", "id": stage.bundle, "body": { "node_ids": [stage.free] } }),
        ),
        Deed::Move(to) => {
            let mut moved = node("shop");
            match to {
                Some(to) => moved["body"] = json!({ "environment": to }),
                None => moved["clear"] = json!(["environment"]),
            }
            ("Node.UpdateNode", moved)
        }
        Deed::Remove => ("Node.DeleteNode", node("shop")),
        Deed::Loosen(slug) => (
            "Environment.UpdateEnvironment",
            json!({
                "project": "shop", "environment": slug, "body": { "place": 1 }, "clear": ["approval_rules"],
            }),
        ),
        Deed::Resolve(reason) => ("Drift.ResolveDrift", drift("shop", reason)),
        Deed::ResolveElsewhere => ("Drift.ResolveDrift", drift("other-shop", "x")),
        Deed::ResolveAll => (
            "Drift.ResolveAllDrift",
            json!({ "project": "shop", "body": { "reason": "x", "seen_until": "2030-01-01T00:00:00Z" } }),
        ),
        Deed::Look => ("Drift.GetRuntimeConfig", node("shop")),
        Deed::LookElsewhere => ("Drift.GetRuntimeConfig", node("other-shop")),
        Deed::Remediate(on) => {
            let remediation = if on { "reassert" } else { "off" };
            (
                "Project.UpdateProject",
                json!({ "project": "shop", "body": { "drift_remediation": remediation } }),
            )
        }
        Deed::Tell => return None,
    })
}

async fn try_it(attempt: &Attempt) -> bool {
    let stage = Stage::set(attempt.scene).await.unwrap();
    let Some((method, request)) = call(&stage, attempt.deed) else { return false };
    let before = stage.state().await.unwrap();
    let grpc = Grpc::new(stage.world.kit.app.clone());
    let answer = grpc.call(method, stage.by(attempt.who), request).await;
    let code = answer.as_ref().map_or_else(Status::code, |_| Code::Ok);
    let expected = match attempt.answer {
        // Nodes have no credential for this.
        _ if matches!(attempt.who, Who::Node | Who::OtherNode) => Code::Unauthenticated,
        Answer::NotFound => Code::NotFound,
        Answer::Forbidden => Code::PermissionDenied,
        Answer::Conflict => Code::FailedPrecondition,
        Answer::Invalid => Code::InvalidArgument,
        Answer::Waits => Code::Ok,
    };
    assert_eq!(code, expected, "{attempt:?}: {answer:?}");
    assert!(stage.nothing_moved().await.unwrap(), "{attempt:?}");
    if attempt.answer == Answer::Waits {
        let made = &answer.unwrap()["rollout"];
        assert_eq!(made["state"], "pending_approval", "{attempt:?}");
        assert_eq!(made["approval"]["needed"], 2, "{attempt:?}");
    } else {
        assert_eq!(stage.state().await.unwrap(), before, "{attempt:?} left a trace");
    }
    if stage.drift.is_some() {
        stage.scheduled().await;
        let moved = !stage.nothing_moved().await.unwrap();
        assert_eq!(moved, attempt.scene.lets_reassert(), "{attempt:?}: the leader looks");
    }
    true
}

#[tokio::test]
async fn nobody_gets_past_approvals_and_freezes() {
    let mut left_out = 0;
    for attempt in [ATTEMPTS, ASSIGNMENTS, AROUND, DRIFT].into_iter().flatten() {
        left_out += usize::from(!try_it(attempt).await);
    }
    let told = DRIFT.iter().filter(|attempt| attempt.deed == Deed::Tell).count();
    assert_eq!(left_out, told, "everything but what nodes tell has words here");
}
