//! Every noun is made, read, changed and taken away, and what cannot be understood is refused with the place and nothing done.

use sentinel_api_types::timestamp;
use sentinel_app::testing::certificates::Issued;
use sentinel_app::testing::world::{Known, OTHER_PROJECT, PROJECT, World};
use sentinel_grpc::proto::WatchEventsRequest;
use sentinel_grpc::proto::event_service_client::EventServiceClient;
use sentinel_grpc::proto::watch_events_response::Item;
use serde_json::{Value, json};
use tonic::{Code, Request};
use tonic_types::StatusExt;
use uuid::Uuid;

use crate::client::Grpc;

fn project(mut request: Value) -> Value {
    request["project"] = json!(PROJECT);
    request
}

struct Place {
    world: World,
    grpc: Grpc,
}

impl Place {
    async fn new() -> Self {
        let world = World::new().await.unwrap();
        world.kit.raise().await.unwrap();
        let grpc = Grpc::new(world.kit.app.clone());
        Self { world, grpc }
    }

    async fn ask(&self, by: &Known, call: &str, request: Value) -> Value {
        let told = request.to_string();
        let answer = self.grpc.call(call, by, request).await;
        answer.unwrap_or_else(|status| panic!("{call} {told}: {status:?}"))
    }

    /// As an administrator.
    async fn of_project(&self, call: &str, mut request: Value) -> Value {
        request["project"] = json!(PROJECT);
        self.ask(&self.world.admin, call, request).await
    }

    async fn refused(&self, call: &str, mut request: Value) -> (Code, String) {
        request["project"] = json!(PROJECT);
        let status = self.grpc.call(call, &self.world.admin, request).await.unwrap_err();
        (status.code(), status.message().to_owned())
    }
}

#[tokio::test]
async fn environments_have_an_order_rules_that_can_be_cleared_and_promotions() {
    let place = Place::new().await;
    let made = place.of_project("Environment.CreateDefaultEnvironments", json!({})).await;
    let slugs: Vec<_> = made["environments"].as_array().unwrap().iter().map(|one| &one["slug"]).collect();
    assert_eq!(slugs, ["dev", "staging", "prod"]);
    let rules =
        json!({ "environment": "prod", "body": { "approval_rules": [{ "approvals": 2 }], "place": 1 } });
    let changed = place.of_project("Environment.UpdateEnvironment", rules).await;
    assert_eq!(changed["environment"]["approval_rules"], json!([{ "approvals": 2 }]));
    assert_eq!(changed["environment"]["place"], 1);
    let kept = json!({ "environment": "prod", "body": { "description": "for customers" } });
    let kept = place.of_project("Environment.UpdateEnvironment", kept).await;
    assert_eq!(kept["environment"]["approval_rules"], json!([{ "approvals": 2 }]), "what is absent stays");
    let cleared = json!({ "environment": "prod", "clear": ["approval_rules"] });
    let cleared = place.of_project("Environment.UpdateEnvironment", cleared).await;
    assert_eq!(cleared["environment"]["approval_rules"], Value::Null);
    assert_eq!(cleared["environment"]["description"], "for customers");

    let rule = json!({ "body": { "source": "dev", "target": "staging", "delay_minutes": 5, "healthy_percent": 90 } });
    let rule = place.of_project("PromotionRule.CreatePromotionRule", rule).await;
    let id = &rule["promotion_rule"]["id"];
    assert_eq!(rule["promotion_rule"]["healthy_percent"], 90);
    let cleared = json!({ "id": id, "clear": ["healthy_percent"], "body": { "enabled": false } });
    let cleared = place.of_project("PromotionRule.UpdatePromotionRule", cleared).await;
    assert_eq!(cleared["promotion_rule"]["healthy_percent"], Value::Null);
    let listed = place.of_project("PromotionRule.ListPromotionRules", json!({})).await;
    assert_eq!(listed["promotion_rules"][0]["id"], *id);
    place.of_project("PromotionRule.DeletePromotionRule", json!({ "id": id })).await;
    place.of_project("Environment.DeleteEnvironment", json!({ "environment": "staging" })).await;
    let left = place.of_project("Environment.ListEnvironments", json!({})).await;
    assert_eq!(left["total"], 2);
    let gone = place.refused("Environment.GetEnvironment", json!({ "environment": "staging" })).await;
    assert_eq!(gone.0, Code::NotFound);
}

#[tokio::test]
async fn nodes_are_labelled_pinned_grouped_and_explained() {
    let place = Place::new().await;
    let node = place.world.node.0;
    let bundle = place.world.kit.bundle(&place.world.operator, PROJECT, "1.0").await.unwrap();
    let update = json!({ "id": node, "body": {
        "labels": { "zone": "a" }, "weight": 0, "slot": "blue", "pinned_bundle_id": bundle,
    } });
    let updated = place.of_project("Node.UpdateNode", update).await;
    assert_eq!(updated["node"]["labels"], json!({ "zone": "a" }));
    assert_eq!(updated["node"]["pinned_bundle_id"], bundle.to_string());
    let weight = updated["node"]["weight"].as_u64().unwrap_or_default();
    assert_eq!(weight, 0, "nothing is something else than absent");
    let cleared = json!({ "id": node, "clear": ["slot", "pinned_bundle_id", "labels"] });
    let cleared = place.of_project("Node.UpdateNode", cleared).await;
    assert!(["slot", "pinned_bundle_id", "labels"].iter().all(|field| cleared["node"][field].is_null()));
    place.of_project("Node.UpdateNode", json!({ "id": node, "body": { "labels": { "zone": "a" } } })).await;
    let found = place.of_project("Node.ListNodes", json!({ "labels": { "zone": "a" }, "limit": 5 })).await;
    assert_eq!(found["nodes"][0]["id"], node.to_string());
    let none = place.of_project("Node.ListNodes", json!({ "labels": { "zone": "b" } })).await;
    assert_eq!(none["nodes"], Value::Null);
    assert_eq!(place.of_project("Node.GetNodeStats", json!({})).await["total"], 1);

    let group = json!({ "body": { "name": "canary", "labels": { "zone": "a" } } });
    let group = place.of_project("NodeGroup.CreateNodeGroup", group).await;
    let id = &group["node_group"]["id"];
    let detail = place.of_project("NodeGroup.GetNodeGroup", json!({ "id": id })).await;
    assert_eq!(detail["selected"][0]["id"], node.to_string());
    let named = json!({ "id": id, "body": { "add_node_ids": [node] }, "clear": ["labels"] });
    place.of_project("NodeGroup.UpdateNodeGroup", named).await;
    let detail = place.of_project("NodeGroup.GetNodeGroup", json!({ "id": id })).await;
    assert_eq!((detail["named"][0]["id"].clone(), detail["selected"].clone()), (json!(node), Value::Null));
    place.of_project("NodeGroup.DeleteNodeGroup", json!({ "id": id })).await;

    let why = json!({ "project": PROJECT, "id": node, "generation": 9 });
    let told = place.ask(&place.world.reader, "Node.ExplainNode", why.clone()).await;
    assert_eq!(told["findings"][0]["kind"], "generation");
    let refused = place.grpc.call("Node.ExplainNode", &place.world.outsider, why).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    let drift = place.of_project("Drift.GetDriftStats", json!({})).await;
    let known = place.world.kit.app.drift_stats(&place.world.admin.again(), PROJECT).await.unwrap();
    assert_eq!(drift["total_managed"].as_u64().unwrap_or_default(), known.total_managed);
    assert_eq!(place.of_project("Drift.ListDrift", json!({ "limit": 3 })).await["drift_events"], Value::Null);
    assert_eq!(place.of_project("Drift.ExportDrift", json!({})).await["project"]["slug"], PROJECT);
    place.of_project("Node.DeleteNode", json!({ "id": node })).await;
}

#[tokio::test]
async fn rollouts_are_planned_rehearsed_made_from_templates_and_seen_in_the_calendar() {
    let place = Place::new().await;
    let bundle = place.world.kit.bundle(&place.world.operator, PROJECT, "1.0").await.unwrap();
    let labels = json!({ "id": place.world.node.0, "body": { "labels": { "zone": "a" } } });
    place.of_project("Node.UpdateNode", labels).await;
    let template = json!({ "body": {
        "name": "careful",
        "target_selector": { "type": "all" },
        "rollout": { "strategy": "rolling", "batch_size": 1, "failure_domain": "zone", "rollback_threshold": 30,
            "health_gates": { "max_error_rate": 1.5 } },
    } });
    let template = place.of_project("RolloutTemplate.CreateRolloutTemplate", template).await;
    let id = &template["rollout_template"]["id"];
    let changed = json!({ "id": id, "body": { "is_default": true, "description": "for Fridays" } });
    place.of_project("RolloutTemplate.UpdateRolloutTemplate", changed).await;
    let shown = place.of_project("RolloutTemplate.GetRolloutTemplate", json!({ "id": id })).await;
    assert_eq!(shown["rollout_template"]["rollout"]["rollback_threshold"], 30);
    assert_eq!(shown["rollout_template"]["is_default"], true);

    let asked = json!({ "body": { "bundle_id": bundle, "template": "careful" } });
    let plan = place.of_project("Rollout.PlanRollout", asked.clone()).await;
    assert_eq!(plan["settings"]["rollout"]["failure_domain"], "zone");
    assert_eq!(plan["steps"][0]["nodes"][0]["id"], place.world.node.0.to_string());
    let mut bare = asked;
    bare["clear"] = json!(["failure_domain", "rollback_threshold"]);
    let plan = place.of_project("Rollout.PlanRollout", bare.clone()).await;
    let settings = &plan["settings"]["rollout"];
    assert!(
        ["failure_domain", "rollback_threshold"].iter().all(|field| settings[field].is_null()),
        "{settings}"
    );
    let rehearsed = json!({
        "body": { "rollout": bare["body"], "assumptions": { "bad": "errors", "failing_percent": 0.0 } },
        "clear": ["rollout.failure_domain"],
    });
    let course = place.of_project("Rollout.RehearseRollout", rehearsed).await;
    assert!(course["state"].is_string(), "{course}");

    let until = timestamp(place.world.kit.app.now().plus_ms(3_600_000));
    let freeze = json!({ "body": { "name": "sales", "until": until } });
    let freeze = place.of_project("FreezeWindow.CreateFreezeWindow", freeze).await;
    let frozen = place.refused("Rollout.CreateRollout", bare.clone()).await;
    assert_eq!(frozen.0, Code::FailedPrecondition);
    assert_eq!(place.of_project("FreezeWindow.ListFreezeWindows", json!({})).await["total"], 1);
    let calendar = place.of_project("Rollout.GetCalendar", json!({})).await;
    assert_eq!(calendar["entries"][0]["kind"], "freeze");
    place.of_project("FreezeWindow.DeleteFreezeWindow", json!({ "id": freeze["freeze_window"]["id"] })).await;

    let key = Uuid::from_u128(7).to_string();
    let mut made = Vec::new();
    for _ in 0..2 {
        let mut request = bare.clone();
        request["project"] = json!(PROJECT);
        let metadata = [("idempotency-key", key.clone())];
        let call = place.grpc.call_with("Rollout.CreateRollout", &place.world.admin, request, &metadata);
        let (answer, metadata) = call.await.unwrap();
        let index: u64 = metadata.get("x-log-index").unwrap().to_str().unwrap().parse().unwrap();
        made.push((answer["rollout"]["id"].clone(), index));
    }
    assert_eq!(made[0], made[1], "a request that is repeated takes effect once");
    let id = &made[0].0;
    let paused = place.of_project("Rollout.PauseRollout", json!({ "id": id })).await;
    assert_eq!(paused["rollout"]["state"], "paused");
    place.of_project("Rollout.ResumeRollout", json!({ "id": id })).await;
    let back =
        place.of_project("Rollout.RollbackRollout", json!({ "id": id, "body": { "reason": "no" } })).await;
    assert_eq!(back["rollout"]["state"], "rolling_back");
    let listed = place.of_project("Rollout.ListRollouts", json!({ "state": "rolling_back" })).await;
    assert_eq!((listed["rollouts"][0]["id"].clone(), listed["total"].clone()), (id.clone(), json!(1)));
}

#[tokio::test]
async fn a_configuration_goes_in_and_comes_out_as_the_same_document() {
    let place = Place::new().await;
    let document = json!({
        "version": 1,
        "services": { "shop": { "route_path": "/*", "upstream_group": "shop", "timeout_seconds": 30 } },
        "upstream_groups": { "shop": { "targets": [{ "host": "10.0.0.1", "port": 8080 }] } },
    });
    let text = document.to_string();
    let request = json!({ "document": text });
    let tried = place.of_project("Config.ApplyConfig", json!({ "document": text, "dry_run": true })).await;
    assert_eq!(tried["changes"].as_array().unwrap().len(), 2, "{tried}");
    let checked = place.of_project("Config.CheckConfig", request.clone()).await;
    assert_eq!(checked["valid"], true, "{checked}");
    let previewed = place.of_project("Config.PreviewConfig", request.clone()).await;
    assert!(previewed["generated"]["kdl"].as_str().unwrap().contains("10.0.0.1:8080"), "{previewed}");
    let openapi = r#"{"openapi":"3.1.0","info":{"title":"Pets"},"servers":[{"url":"http://a"}],"paths":{"/pets":{"get":{}}}}"#;
    let imported = place.of_project("Config.ImportConfig", json!({ "body": { "openapi": openapi } })).await;
    assert_eq!(imported["made"], 2, "{imported}");
    assert!(imported["document"].as_str().unwrap().contains(r#""pets-pets""#), "{imported}");
    let listed = place.ask(&place.world.reader, "ServiceTemplate.ListServiceTemplates", json!({})).await;
    assert_eq!(listed["service_templates"][0]["name"], "rest-api");
    let fill = json!({ "name": "rest-api", "body": { "slug": "api", "targets": ["10.0.0.2:80"] } });
    let filled = place.ask(&place.world.reader, "ServiceTemplate.FillServiceTemplate", fill).await;
    assert!(filled["document"].as_str().unwrap().contains("10.0.0.2"), "{filled}");
    let revision =
        place.of_project("Config.ApplyConfig", request.clone()).await["revision"].as_u64().unwrap();
    let exported = place.of_project("Config.ExportConfig", json!({})).await["document"].clone();
    let kept = place.world.kit.app.export_config(&place.world.admin.again(), PROJECT).await.unwrap();
    assert_eq!(exported, serde_json::to_string(&kept).unwrap());
    let again = place.of_project("Config.DiffConfig", json!({ "document": exported })).await;
    assert_eq!(again["changes"], Value::Null, "what was exported changes nothing: {again}");
    let late = json!({ "document": exported, "revision": revision - 1 });
    let late = place.grpc.call("Config.ApplyConfig", &place.world.admin, project(late)).await.unwrap_err();
    assert_eq!(late.code(), Code::Aborted);
    let details = late.get_error_details();
    let told = details.error_info().unwrap();
    assert_eq!((told.reason.as_str(), told.metadata["revision"].as_str()), ("precondition_failed", "1"));
    let bundle = place.of_project("Bundle.CreateBundle", json!({ "body": { "version": "1.0.0" } })).await;
    let id = &bundle["bundle"]["id"];
    let source = place.of_project("Bundle.GetBundleSource", json!({ "id": id })).await;
    assert!(source["manifest"].is_object());
    let verified = place.of_project("Bundle.VerifyBundle", json!({ "id": id })).await;
    assert_eq!(verified["verified"], true, "{verified}");
    for (text, told) in [
        ("{", "document: is not JSON: EOF"),
        (r#"{"version": 1} x"#, "document: is not JSON: trailing characters"),
        (r#"{"version": 1.5}"#, "version: invalid type: floating point `1.5`"),
        (
            r#"{"version": 1, "services": {"a": {"hosts": [7]}}}"#,
            "services.a.hosts[0]: invalid type: integer `7`",
        ),
    ] {
        let (code, message) = place.refused("Config.ApplyConfig", json!({ "document": text })).await;
        assert_eq!(code, Code::InvalidArgument, "{text}");
        assert!(message.starts_with(told), "{text}: {message}");
    }
    let nonsense = json!({ "body": { "version": "2.0", "config_source": "nonsense {" } });
    let refused =
        place.grpc.call("Bundle.CreateBundle", &place.world.admin, project(nonsense)).await.unwrap_err();
    let details = refused.get_error_details();
    assert_eq!(details.error_info().unwrap().reason, "invalid_config");
    let found = &details.bad_request().unwrap().field_violations[0];
    assert!(found.field.starts_with("line 1") && refused.message().contains(&found.field), "{refused:?}");
}

#[tokio::test]
async fn orgs_keys_members_tokens_and_the_cluster_are_administered() {
    let place = Place::new().await;
    let by = &place.world.admin;
    let key = json!({ "body": { "name": "ci", "scopes": ["nodes:read"] } });
    let key = place.ask(by, "ApiKey.CreateApiKey", key).await;
    assert!(key["key"].as_str().unwrap().starts_with("scp_"));
    let listed = place.ask(by, "ApiKey.ListApiKeys", json!({})).await;
    assert!(listed["api_keys"].as_array().unwrap().iter().all(|one| one["key"].is_null()));
    let revoked = place.ask(by, "ApiKey.RevokeApiKey", json!({ "id": key["id"] })).await;
    assert!(revoked["api_key"]["revoked_at"].is_string());
    let shown = place.ask(by, "ApiKey.GetApiKey", json!({ "id": key["id"] })).await;
    assert_eq!(shown["api_key"]["name"], "ci");
    place.ask(by, "ApiKey.DeleteApiKey", json!({ "id": key["id"] })).await;
    let members = place.ask(by, "Member.ListMembers", json!({ "org": "default" })).await;
    assert!(members["total"].as_u64().unwrap() >= 3);
    let token = json!({ "body": { "name": "rack 7", "uses": 3 } });
    let token = place.of_project("EnrolmentToken.CreateEnrolmentToken", token).await;
    assert!(token["token"].is_string(), "{token}");
    let cluster = place.ask(by, "Cluster.GetCluster", json!({})).await;
    assert_eq!(cluster["members"][0]["answering"], true);
    assert!(cluster["term"].as_u64().unwrap() >= 1);
    let refused =
        place.grpc.call("Cluster.RemoveClusterMember", &place.world.reader, json!({ "id": 1 })).await;
    assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
    let audit = place.ask(by, "Audit.ListProjectAudit", json!({ "project": PROJECT, "limit": 1 })).await;
    assert_eq!(audit["entries"].as_array().unwrap().len(), 1, "{audit}");
    let project = json!({ "org": "default", "body": { "name": "Play", "sandbox": true } });
    place.ask(by, "Project.CreateProject", project).await;
    let set = json!({ "project": "play", "body": { "nodes": 4, "labels": { "zone": ["a", "b"] } } });
    let simulator = place.ask(by, "Simulator.SetSimulator", set).await;
    assert_eq!(simulator["simulator"]["settings"]["labels"], json!({ "zone": ["a", "b"] }));
    place.ask(by, "Simulator.StopSimulator", json!({ "project": "play" })).await;
    assert_eq!(place.of_project("Project.GetOverview", json!({})).await["nodes"]["total"], 1);
}

#[tokio::test]
async fn people_orgs_tokens_and_members_of_the_cluster_come_and_go() {
    let place = Place::new().await;
    let by = &place.world.admin;
    let org = |more: Value| {
        let mut request = json!({ "org": "default" });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let made = place.ask(by, "Org.CreateOrg", json!({ "body": { "name": "Third" } })).await;
    assert_eq!(made["org"]["slug"], "third");
    assert!(place.ask(by, "Org.ListOrgs", json!({})).await["total"].as_u64().unwrap() >= 1);
    assert_eq!(place.ask(by, "Org.GetOrg", org(json!({}))).await["org"]["slug"], "default");
    assert!(place.ask(by, "Org.ListSigningKeys", org(json!({}))).await["signing_keys"].is_array());
    assert!(place.ask(by, "Project.ListProjects", org(json!({}))).await["total"].as_u64().unwrap() >= 1);
    let member = json!({ "body": { "email": "new@example.com", "name": "New", "role": "reader", "password": "correct horse battery" } });
    let member = place.ask(by, "Member.CreateMember", org(member)).await;
    let user = &member["member"]["user_id"];
    let role = json!({ "user_id": user, "body": { "role": "operator" } });
    let updated = place.ask(by, "Member.UpdateMember", org(role)).await;
    assert_eq!(updated["member"]["role"], "operator");
    let password = json!({ "user_id": user, "body": { "password": "another horse battery" } });
    place.ask(by, "Member.ResetPassword", org(password)).await;
    place.ask(by, "Member.DeleteMember", org(json!({ "user_id": user }))).await;
    let audit = place.ask(by, "Audit.ListOrgAudit", org(json!({ "limit": 1 }))).await;
    assert_eq!(audit["entries"][0]["action"], "member.removed", "{audit}");
    assert!(place.ask(by, "Cluster.ListClusterAudit", json!({})).await["entries"].is_array());
    let join = place.ask(by, "Cluster.CreateJoinToken", json!({ "body": {} })).await;
    let id = &join["join_token"]["id"];
    assert_eq!(place.ask(by, "Cluster.ListJoinTokens", json!({})).await["join_tokens"][0]["id"], *id);
    place.ask(by, "Cluster.RevokeJoinToken", json!({ "id": id })).await;
    for call in ["Cluster.HandOverLeadership", "Cluster.RaiseClusterLevel"] {
        let body = if call.ends_with("Level") { json!({ "from": 1, "to": 2 }) } else { json!({ "to": 77 }) };
        let refused = place.grpc.call(call, by, json!({ "body": body })).await.unwrap_err();
        assert!(
            matches!(refused.code(), Code::FailedPrecondition | Code::InvalidArgument | Code::NotFound),
            "{refused:?}"
        );
        let theirs = place.grpc.call(call, &place.world.reader, json!({ "body": body })).await.unwrap_err();
        assert_eq!(theirs.code(), Code::PermissionDenied);
    }
}

#[tokio::test]
async fn bundles_rollouts_and_what_is_listed_are_found_again() {
    let place = Place::new().await;
    let bundle = place.world.kit.bundle(&place.world.operator, PROJECT, "1.0").await.unwrap();
    let id = json!({ "id": bundle });
    assert_eq!(place.of_project("Bundle.ListBundles", json!({})).await["bundles"][0]["version"], "1.0");
    assert_eq!(place.of_project("Bundle.GetBundle", id.clone()).await["bundle"]["id"], id["id"]);
    let validated =
        place.of_project("Bundle.ValidateBundle", json!({ "body": { "config_source": "nonsense {" } })).await;
    assert!(validated["problems"].is_array(), "{validated}");
    let rollout = json!({ "body": { "bundle_id": bundle, "target_selector": { "type": "all" } } });
    let rollout = place.of_project("Rollout.CreateRollout", rollout).await["rollout"]["id"].clone();
    let early = json!({ "id": rollout, "body": { "step_index": 0 } });
    assert_eq!(place.refused("Rollout.AdvanceRollout", early).await.0, Code::FailedPrecondition);
    let cancelled = place.of_project("Rollout.CancelRollout", json!({ "id": rollout })).await;
    assert!(cancelled["rollout"]["state"].is_string());
    place.of_project("Bundle.RevokeBundle", id).await;
    let template = json!({ "body": { "name": "usual", "target_selector": { "type": "all" } } });
    let template = place.of_project("RolloutTemplate.CreateRolloutTemplate", template).await;
    let id = json!({ "id": template["rollout_template"]["id"] });
    assert_eq!(place.of_project("RolloutTemplate.ListRolloutTemplates", json!({})).await["total"], 1);
    place.of_project("RolloutTemplate.DeleteRolloutTemplate", id).await;
    let made = place.of_project("Environment.CreateEnvironment", json!({ "body": { "name": "Lab" } })).await;
    assert_eq!(made["environment"]["slug"], "lab");
    assert_eq!(place.of_project("NodeGroup.ListNodeGroups", json!({})).await["node_groups"], Value::Null);
    place.of_project("Node.ListNodeEvents", json!({ "id": place.world.node.0 })).await;
    let token = json!({ "body": { "name": "rack 7" } });
    let token = place.of_project("EnrolmentToken.CreateEnrolmentToken", token).await;
    let id = json!({ "id": token["enrolment_token"]["id"] });
    place.of_project("EnrolmentToken.RevokeEnrolmentToken", id).await;
    let listed = place.of_project("EnrolmentToken.ListEnrolmentTokens", json!({})).await;
    assert!(listed["enrolment_tokens"].is_array());
    let drift = json!({ "id": Uuid::from_u128(7) });
    assert_eq!(place.refused("Drift.GetDrift", drift).await.0, Code::NotFound);
    assert_eq!(place.of_project("Simulator.GetSimulator", json!({})).await["simulator"]["state"], "stopped");
}

#[tokio::test]
async fn a_stream_of_events_is_resumed_where_it_was_left() {
    let place = Place::new().await;
    let router = sentinel_grpc::router(place.world.kit.app.clone()).unwrap();
    let mut client = EventServiceClient::new(router);
    let ask = |last_event_id: Option<String>| {
        let message = WatchEventsRequest { project: Some(PROJECT.into()), last_event_id };
        let mut request = Request::new(message);
        let token = format!("Bearer {}", place.world.reader.secret.expose());
        request.metadata_mut().insert("authorization", token.parse().unwrap());
        request
    };
    let mut stream = client.watch_events(ask(None)).await.unwrap().into_inner();
    place.world.kit.bundle(&place.world.operator, PROJECT, "1.0").await.unwrap();
    let Some(Item::Event(first)) = stream.message().await.unwrap().unwrap().item else { panic!() };
    assert_eq!(first.kind, "bundle.compiled");
    drop(stream);
    place.world.kit.bundle(&place.world.operator, PROJECT, "1.1").await.unwrap();
    let mut stream = client.watch_events(ask(Some(first.id.clone()))).await.unwrap().into_inner();
    let Some(Item::Event(second)) = stream.message().await.unwrap().unwrap().item else { panic!() };
    assert_eq!(second.data["version"], "1.1");
    let wrong = client.watch_events(ask(Some("yesterday".into()))).await.unwrap_err();
    assert_eq!(wrong.code(), Code::InvalidArgument);
}

#[tokio::test]
async fn secrets_go_in_and_never_come_out() {
    let place = Place::new().await;
    let value = "s3cr3t-canary";
    let secret = json!({ "body": { "name": "API_TOKEN", "value": value, "description": "for the bank" } });
    let made = place.of_project("Secret.CreateSecret", secret).await;
    let id = &made["secret"]["id"];
    let rotated =
        place.of_project("Secret.RotateSecret", json!({ "id": id, "body": { "value": value } })).await;
    assert_eq!(rotated["secret"]["version"], 2);
    let update = json!({ "id": id, "body": { "description": "" } });
    let updated = place.of_project("Secret.UpdateSecret", update).await;
    assert_eq!(updated["secret"]["description"], Value::Null);
    let listed = place.of_project("Secret.ListSecrets", json!({})).await;
    let shown = place.of_project("Secret.GetSecret", json!({ "id": id })).await;
    for told in [made.clone(), rotated, updated, listed, shown] {
        assert!(!told.to_string().contains(value), "{told}");
    }
    place.of_project("Secret.DeleteSecret", json!({ "id": id })).await;
    assert_eq!(place.refused("Secret.GetSecret", json!({ "id": id })).await.0, Code::NotFound);
}

#[tokio::test]
async fn an_internal_ca_issues_with_a_key_that_is_shown_once() {
    let place = Place::new().await;
    let ca = json!({ "body": { "subject_cn": "Clients", "key_algorithm": "ec_p256", "validity_days": 30 } });
    let made = place.of_project("InternalCa.CreateInternalCa", ca).await;
    assert_eq!(made["internal_ca"]["key_algorithm"], "ec_p256");
    let client = json!({ "body": { "name": "ada", "subject_cn": "Ada", "sans": ["ada@example.com"] } });
    let issued = place.of_project("InternalCa.IssueInternalCertificate", client).await;
    assert!(issued["private_key"].as_str().unwrap().contains("PRIVATE KEY"));
    let one = || json!({ "serial": issued["certificate"]["serial"] });
    let shown = place.of_project("InternalCa.GetInternalCertificate", one()).await;
    assert_eq!(shown["certificate_pem"], issued["certificate_pem"]);
    let mut because = one();
    because["body"] = json!({ "reason": "superseded" });
    let revoked = place.of_project("InternalCa.RevokeInternalCertificate", because).await;
    assert_eq!(revoked["certificate"]["revocation"]["reason"], "superseded");
    let listed = place.of_project("InternalCa.ListInternalCertificates", json!({})).await;
    let known = place.of_project("InternalCa.GetInternalCa", json!({})).await;
    for told in [made, shown, revoked, listed, known] {
        assert!(!told.to_string().contains("PRIVATE"), "{told}");
    }
    place.of_project("InternalCa.DeleteInternalCa", json!({})).await;
    assert_eq!(place.refused("InternalCa.GetInternalCa", json!({})).await.0, Code::NotFound);
}

#[tokio::test]
async fn keys_of_certificates_go_in_and_never_come_out() {
    let place = Place::new().await;
    let (first, second) = (Issued::new(&["shop.example"]), Issued::new(&["shop.example"]));
    let pair = |pair: &Issued| json!({ "chain": pair.chain(), "key": pair.key });
    let mut web = pair(&first);
    web["slug"] = "web".into();
    web["description"] = "of the shop".into();
    let made = place.of_project("Certificate.CreateCertificate", json!({ "body": web })).await;
    assert_eq!(made["certificate"]["current"]["names"], json!(["shop.example"]));
    let replace = json!({ "certificate": "web", "body": pair(&second) });
    let replaced = place.of_project("Certificate.ReplaceCertificate", replace).await;
    assert_eq!(replaced["certificate"]["current"]["version"], 2);
    let update = json!({ "certificate": "web", "body": { "description": "" } });
    let updated = place.of_project("Certificate.UpdateCertificate", update).await;
    assert_eq!(updated["certificate"]["description"], Value::Null);
    let listed = place.of_project("Certificate.ListCertificates", json!({})).await;
    let one = || json!({ "certificate": "web" });
    let shown = place.of_project("Certificate.GetCertificate", one()).await;
    assert_eq!(shown["chain"], second.chain());
    for told in [made, replaced, updated, listed, shown] {
        assert!(!told.to_string().contains("PRIVATE"), "{told}");
    }
    let key = "c2VjcmV0LWNhbmFyeQ";
    let by_acme = json!({ "body": {
        "slug": "shop",
        "domains": ["shop.example.com"],
        "contact": "ada@example.com",
        "external_account": { "key_id": "k1", "hmac_key": key },
    } });
    let asked = place.of_project("Certificate.RequestCertificate", by_acme).await;
    assert_eq!(asked["certificate"]["acme"]["external_key_id"], "k1");
    let renewed = place.of_project("Certificate.RenewCertificate", json!({ "certificate": "shop" })).await;
    assert_eq!(renewed["certificate"]["acme"]["state"], "pending");
    assert!(![asked, renewed].iter().any(|told| told.to_string().contains(key)));
    place.of_project("Certificate.DeleteCertificate", one()).await;
    assert_eq!(place.refused("Certificate.GetCertificate", one()).await.0, Code::NotFound);
}

#[tokio::test]
async fn what_cannot_be_understood_is_refused_with_its_place() {
    let place = Place::new().await;
    let environment = |more: Value| {
        let mut request = json!({ "environment": "dev" });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    place.of_project("Environment.CreateDefaultEnvironments", json!({})).await;
    let changes = place.world.kit.changes();
    let target = json!({ "type": "nowhere" });
    for (call, request, text) in [
        ("Node.GetNode", json!({ "id": "edge-1" }), "id: 'edge-1' is not a UUID"),
        ("Rollout.CreateRollout", json!({}), "bundle_id: is required"),
        (
            "Rollout.PlanRollout",
            json!({ "body": { "bundle_id": Uuid::nil(), "target_selector": target } }),
            "target_selector.type: unknown variant `nowhere`",
        ),
        ("Rollout.ListRollouts", json!({ "state": "sleeping" }), "state: unknown variant `sleeping`"),
        (
            "Environment.UpdateEnvironment",
            environment(json!({ "clear": ["colour"] })),
            "clear: 'colour' is not a field of EnvironmentUpdate",
        ),
        (
            "Environment.UpdateEnvironment",
            environment(json!({ "clear": ["approval_rules.approvals"] })),
            "clear: 'approval_rules.approvals' has no fields in 'approval_rules'",
        ),
        (
            "Environment.UpdateEnvironment",
            environment(json!({ "clear": ["description"] })),
            "clear: 'description' cannot be cleared; say what it shall be",
        ),
        (
            "Rollout.PlanRollout",
            json!({ "body": { "bundle_id": Uuid::nil() }, "clear": ["health_gates"] }),
            "clear: 'health_gates' cannot be cleared; say what it shall be",
        ),
        (
            "Rollout.PlanRollout",
            json!({ "body": { "bundle_id": Uuid::nil() }, "clear": ["health_gates.max_latency_ms"] }),
            "clear: 'health_gates.max_latency_ms' is inside of 'health_gates', which the body does not have",
        ),
        ("Bundle.DiffBundles", json!({ "id": Uuid::nil() }), "against: is required"),
        (
            "Environment.UpdateEnvironment",
            environment(json!({ "body": { "name": "x" }, "clear": ["name"] })),
            "clear: 'name' is also given; do one or the other",
        ),
    ] {
        let (code, message) = place.refused(call, request).await;
        assert_eq!(code, Code::InvalidArgument, "{call}: {message}");
        assert!(message.starts_with(text), "{call}: {message}");
    }
    let admin = &place.world.admin;
    for (call, key, value, code) in [
        ("Rollout.PauseRollout", "idempotency-key", "7", Code::InvalidArgument),
        ("Rollout.ListRollouts", "idempotency-key", "7", Code::Ok),
        ("Rollout.ListRollouts", "x-consistency", "fresh", Code::InvalidArgument),
        ("Rollout.ListRollouts", "x-consistency", "stale", Code::Ok),
        ("Rollout.ListRollouts", "x-min-index", "seven", Code::InvalidArgument),
        ("Rollout.ListRollouts", "x-min-index", "1", Code::Ok),
    ] {
        let metadata = [(key, value.to_owned())];
        let answer = place.grpc.call_with(call, admin, json!({ "project": PROJECT }), &metadata).await;
        let answer = answer.map(|(_, metadata)| assert!(metadata.contains_key("x-request-id")));
        assert_eq!(answer.map_or_else(|status| status.code(), |()| Code::Ok), code, "{call} {key} {value}");
    }
    let foreign = json!({ "project": OTHER_PROJECT });
    let foreign = place.grpc.call("Environment.ListEnvironments", &place.world.admin, foreign).await;
    assert_eq!(foreign.unwrap_err().code(), Code::NotFound);
    assert_eq!(place.world.kit.changes(), changes);
}
