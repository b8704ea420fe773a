//! What holds for every call.

use axum::Router;
use axum::body::Body;
use http::Request;
use prost::Message;
use sentinel_app::testing::World;
use sentinel_app::testing::world::PROJECT;
use serde_json::json;
use tonic::Code;
use tower::ServiceExt;

use crate::client::{Grpc, POOL};

fn every() -> Vec<String> {
    let services = POOL.services().filter(|service| service.package_name() == "sentinel.admin.v1");
    services
        .flat_map(|service| {
            service
                .methods()
                .map(|call| format!("/{}/{}", service.full_name(), call.name()))
                .collect::<Vec<_>>()
        })
        .collect()
}

async fn head(router: &Router, path: &str, token: Option<&str>, message: Vec<u8>) -> (String, bool) {
    let mut request = Request::post(path).header("content-type", "application/grpc").header("te", "trailers");
    if let Some(token) = token {
        request = request.header("authorization", token);
    }
    let mut framed = vec![0];
    framed.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    framed.extend(message);
    let answer = router.clone().oneshot(request.body(Body::from(framed)).unwrap()).await.unwrap();
    let status = answer.headers().get("grpc-status").map_or("0", |status| status.to_str().unwrap());
    (status.to_owned(), answer.headers().contains_key("x-request-id"))
}

#[tokio::test]
async fn nobody_is_refused_before_a_message_is_read() {
    let world = World::new().await.unwrap();
    let router = sentinel_grpc::router(world.kit.app.clone()).unwrap();
    let node = format!("Bearer {}", world.node.1.secret.expose());
    for path in every() {
        for token in [None, Some("Bearer scp_nobody"), Some("Basic YTpi"), Some(node.as_str())] {
            // It is no message at all: who reads it says so.
            let (status, named) = head(&router, &path, token, vec![0xff; 64]).await;
            assert_eq!(status, (Code::Unauthenticated as i32).to_string(), "{path} {token:?}");
            assert!(named, "{path}: an answer has the id of its request");
        }
    }
}

/// Defect: an older member takes a request without the threshold that a newer client has set.
#[tokio::test]
async fn a_field_that_is_not_known_is_refused_at_any_depth() {
    let world = World::new().await.unwrap();
    let router = sentinel_grpc::router(world.kit.app.clone()).unwrap();
    let token = format!("Bearer {}", world.operator.secret.expose());
    let inner = [0xca, 0x3e, 0x01, b'x']; // field 1001, a text
    let project = [&[0x0a, 4], PROJECT.as_bytes()].concat();
    let nested = [project.as_slice(), &[0x12, inner.len() as u8], &inner].concat();
    for message in [[project.as_slice(), &inner].concat(), nested] {
        let call = "/sentinel.admin.v1.RolloutService/PlanRollout";
        let (status, _) = head(&router, call, Some(&token), message).await;
        assert_eq!(status, (Code::InvalidArgument as i32).to_string());
    }
    let (status, _) =
        head(&router, "/sentinel.admin.v1.RolloutService/ListRollouts", Some(&token), project).await;
    assert_eq!(status, "0");
}

#[tokio::test]
async fn health_is_readiness_and_is_for_everybody() {
    let world = World::new().await.unwrap();
    let router = sentinel_grpc::router(world.kit.app.clone()).unwrap();
    let mut client = tonic_health::pb::health_client::HealthClient::new(router);
    let ask = |service: &str| tonic_health::pb::HealthCheckRequest { service: service.into() };
    let serving = client.check(ask("")).await.unwrap().into_inner();
    assert_eq!(serving.status, 1);
    let named = client.check(ask("sentinel.admin.v1.RolloutService")).await.unwrap().into_inner();
    assert_eq!(named.status, 1);
    assert_eq!(client.check(ask("sentinel.admin.v1.None")).await.unwrap_err().code(), Code::NotFound);
    world.kit.replica.trouble(sentinel_app::testing::Trouble::NoLeader);
    let without = client.check(ask("")).await.unwrap().into_inner();
    assert_eq!(without.status, 2, "a member without a majority does not serve");
    assert!(tonic_health::pb::HealthCheckRequest::default().encode_to_vec().is_empty());
}

#[tokio::test]
async fn what_others_have_is_not_there() {
    let world = World::new().await.unwrap();
    world.kit.raise().await.unwrap();
    let grpc = Grpc::new(world.kit.app.clone());
    for call in [
        "Node.ListNodes",
        "Rollout.ListRollouts",
        "Drift.GetDriftStats",
        "Config.ExportConfig",
        "Project.GetProject",
    ] {
        let status = grpc.call(call, &world.outsider, json!({ "project": PROJECT })).await.unwrap_err();
        assert_eq!(status.code(), Code::NotFound, "{call}");
    }
}
