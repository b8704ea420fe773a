//! Every operation of the document, by nobody, by another tenant, by a reader and by somebody who may: and every change leaves
//! exactly one audit entry, every refusal none.

mod newest;

use std::collections::BTreeSet;

use sentinel_api_types::api_key::Scope;
use sentinel_app::testing::world::{Known, SOURCE};
use sentinel_app::testing::{ADMIN, PASSWORD};
use sentinel_machine::Command;
use sentinel_machine::commands::nodes_report::{NodeFact, NodeReport, NodesReport};
use sentinel_model::drift::{DriftSeverity, Measurement};
use sentinel_model::node::NodeStatus;
use sentinel_model::{BundleId, DriftEventId, Generation, NodeId, Sha256Digest};
use serde_json::{Value, json};

use crate::client::{Http, request};
use crate::schema::DOCUMENT;

/// Who may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Nobody,
    Reader,
    Operator,
    Admin,
    Node,
}

struct Try {
    /// `operationId`.
    id: &'static str,
    path: String,
    body: Option<Value>,
    by: By,
    /// Status when it is allowed.
    status: u16,
    /// Status for another tenant's administrator.
    outsider: u16,
    /// Leaves an audit entry.
    writes: bool,
}

fn operation(id: &str) -> (String, String) {
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation["operationId"] == id {
                return (method.to_uppercase(), path.clone());
            }
        }
    }
    panic!("{id} is not in the document")
}

fn all_ids() -> BTreeSet<String> {
    let items = DOCUMENT["paths"].as_object().unwrap().values();
    let operations = items.flat_map(|item| item.as_object().unwrap().values());
    operations.map(|operation| operation["operationId"].as_str().unwrap().to_owned()).collect()
}

/// Rollouts that wait for approvals, each with its digest. The rule is gone again.
async fn waiting(http: &Http) -> [(String, String); 3] {
    let bundle = http.world.kit.bundle(&http.world.operator, "shop", "2.0").await.unwrap();
    let rules = async |rules: Value| {
        let body = Some(json!({"approval_rules": rules}));
        let ruled = http.call("PATCH", "/api/v1/projects/shop", Some(&http.world.admin), body).await;
        assert_eq!(ruled.status, 200, "{ruled:?}");
    };
    rules(json!([{"approvals": 2}])).await;
    let mut made = Vec::new();
    for _ in 0..3 {
        let request = json!({"bundle_id": bundle, "target_selector": {"type": "all"}});
        let reply = http.post("/api/v1/projects/shop/rollouts", &http.world.admin, request).await;
        let rollout = &reply.json["rollout"];
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        made.push((text(&rollout["id"]), text(&rollout["approval"]["digest"])));
    }
    rules(json!([])).await;
    made.try_into().unwrap()
}

/// A node that drifts, and its event.
async fn drifting(http: &Http, bundle: BundleId) -> (NodeId, DriftEventId) {
    let kit = &http.world.kit;
    let (node_id, _) = kit.node(&http.world.operator, "shop", "edge-6").await.unwrap();
    let body = json!({"node_ids": [node_id]});
    let path = format!("/api/v1/projects/shop/bundles/{bundle}/assign");
    assert_eq!(http.post(&path, &http.world.operator, body).await.status, 200);
    let (event_id, generation) = (DriftEventId(node_id.0), Generation(1));
    let found = Measurement {
        generation,
        expected: Sha256Digest([1; 32]),
        actual: Sha256Digest([2; 32]),
        config: None,
        severity: DriftSeverity::High,
        summary: "no proxy runs".into(),
        differences: Vec::new(),
        more: 0,
    };
    let facts = [
        NodeFact::Status(NodeStatus::Online),
        NodeFact::Effective { bundle_id: bundle, generation },
        NodeFact::Measured { event_id, found: Box::new(found) },
    ];
    let reports = facts.map(|fact| NodeReport { node_id, fact }).into();
    kit.app.propose_as_member(NodesReport { reports }).await.unwrap().unwrap();
    (node_id, event_id)
}

/// The operations in an order in which each finds what it needs.
async fn tries(http: &Http) -> Vec<Try> {
    let world = &http.world;
    let kit = &world.kit;
    let (node, _) = kit.node(&world.operator, "shop", "edge-2").await.unwrap();
    let (gone, _) = kit.node(&world.operator, "shop", "edge-3").await.unwrap();
    let older = kit.bundle(&world.operator, "shop", "1.0").await.unwrap();
    let bundle = kit.bundle(&world.operator, "shop", "1.1").await.unwrap();
    let rollout = http
        .post(
            "/api/v1/projects/shop/rollouts",
            &world.operator,
            json!({"bundle_id": bundle, "target_selector": {"type": "node_ids", "node_ids": [node]}}),
        )
        .await;
    let rollout = rollout.json["rollout"]["id"].as_str().unwrap().to_owned();
    // The first step has begun, so that there is something to hold.
    let start = sentinel_machine::commands::rollout_advance::RolloutAdvance {
        rollout_id: rollout.parse().unwrap(),
        revision: 1,
        transition: sentinel_machine::commands::rollout_advance::Transition::StartStep,
    };
    kit.app.propose_as_member(start).await.unwrap().unwrap();
    let key = kit.key(&world.admin, &[Scope::NodesRead], None).await.unwrap();
    let sentinel_app::Identity::ApiKey(key) = &key.caller.identity else { panic!() };
    let key = key.id;
    let enrolment = kit.enrolment(&world.operator, "shop", None).await.unwrap();
    let listed = http.get("/api/v1/projects/shop/enrolment-tokens", &world.operator).await;
    let token = listed.json["enrolment_tokens"][0]["id"].as_str().unwrap().to_owned();
    let person = kit
        .join(&world.admin, "default", "leaver@example.com", sentinel_api_types::member::Role::Reader)
        .await;
    let person = person.unwrap().caller.person().unwrap().user.id;
    let me = world.node.0;
    let members = kit.members(&world.admin, 2).await.unwrap();
    let join_token = kit.app.create_join_token(&world.admin.again(), Default::default()).await.unwrap();
    let join_token = join_token.join_token.id;

    let mut tries = Vec::new();
    let mut add = |id, path: String, body: Option<Value>, by, status, outsider, writes| {
        tries.push(Try { id, path, body, by, status, outsider, writes });
    };
    let shop = |rest: &str| format!("/api/v1/projects/shop{rest}");
    let org = |rest: &str| format!("/api/v1/orgs/default{rest}");
    let api = |rest: &str| format!("/api/v1{rest}");
    let login = json!({"email": ADMIN, "password": PASSWORD, "as": "token"});
    add("create_session", api("/session"), Some(login), By::Nobody, 200, 200, true);
    add("show_session", api("/session"), None, By::Reader, 200, 200, false);
    add("show_cluster", api("/cluster"), None, By::Reader, 200, 200, false);
    add("list_service_templates", api("/service-templates"), None, By::Reader, 200, 200, false);
    let to = Some(json!({"targets": ["10.0.0.1:8080"]}));
    let fill = api("/service-templates/rest-api/document");
    add("fill_service_template", fill, to, By::Reader, 200, 200, false);
    // The same one again: everybody in the tests has it, the outsider among them.
    let same = json!({"current": PASSWORD, "new": PASSWORD});
    add("change_password", api("/session/password"), Some(same), By::Reader, 204, 204, true);
    add("list_orgs", api("/orgs"), None, By::Reader, 200, 200, false);
    add("create_org", api("/orgs"), Some(json!({"name": "Third"})), By::Admin, 201, 403, true);
    add("show_org", org(""), None, By::Reader, 200, 404, false);
    add("list_signing_keys", org("/signing-keys"), None, By::Reader, 200, 404, false);
    add("list_members", org("/members"), None, By::Reader, 200, 404, false);
    let joins = json!({"email": "new@example.com", "name": "New", "password": PASSWORD, "role": "reader"});
    add("create_member", org("/members"), Some(joins), By::Admin, 201, 404, true);
    let role = Some(json!({"role": "operator"}));
    add("update_member", org(&format!("/members/{person}")), role, By::Admin, 200, 404, true);
    let password = Some(json!({"password": PASSWORD}));
    add("reset_password", org(&format!("/members/{person}/password")), password, By::Admin, 204, 404, true);
    add("delete_member", org(&format!("/members/{person}")), None, By::Admin, 204, 404, true);
    add("list_projects", org("/projects"), None, By::Reader, 200, 404, false);
    add("create_project", org("/projects"), Some(json!({"name": "Second"})), By::Admin, 201, 404, true);
    add("list_org_audit", org("/audit"), None, By::Reader, 200, 404, false);
    add("list_api_keys", api("/api-keys?org=default"), None, By::Admin, 200, 404, false);
    let new_key = json!({"org": "default", "name": "ci", "scopes": ["nodes:read"]});
    add("create_api_key", api("/api-keys"), Some(new_key), By::Admin, 201, 404, true);
    add("show_api_key", api(&format!("/api-keys/{key}")), None, By::Admin, 200, 404, false);
    add("revoke_api_key", api(&format!("/api-keys/{key}/revoke")), None, By::Admin, 200, 404, true);
    add("delete_api_key", api(&format!("/api-keys/{key}")), None, By::Admin, 204, 404, true);
    add("show_project", shop(""), None, By::Reader, 200, 404, false);
    add("show_overview", shop("/overview"), None, By::Reader, 200, 404, false);
    add("list_cluster_audit", api("/cluster/audit"), None, By::Admin, 200, 403, false);
    add("list_project_audit", shop("/audit"), None, By::Reader, 200, 404, false);
    add("watch_events", api("/events?project=shop"), None, By::Reader, 200, 404, false);
    add("list_enrolment_tokens", shop("/enrolment-tokens"), None, By::Reader, 200, 404, false);
    let new_token = Some(json!({"name": "fleet"}));
    add("create_enrolment_token", shop("/enrolment-tokens"), new_token, By::Operator, 201, 404, true);
    let register =
        json!({"enrolment_token": enrolment.expose(), "name": "edge-4", "labels": {"site": "fra"}});
    add("register_node", shop("/nodes/register"), Some(register), By::Nobody, 201, 201, true);
    let revoke = shop(&format!("/enrolment-tokens/{token}/revoke"));
    add("revoke_enrolment_token", revoke, None, By::Operator, 200, 404, true);
    add("list_nodes", shop("/nodes?status=unknown&labels[site]=fra"), None, By::Reader, 200, 404, false);
    add("show_node_stats", shop("/nodes/stats"), None, By::Reader, 200, 404, false);
    add("show_node", shop(&format!("/nodes/{node}")), None, By::Reader, 200, 404, false);
    add("list_node_events", shop(&format!("/nodes/{node}/events")), None, By::Reader, 200, 404, false);
    add("explain_node", shop(&format!("/nodes/{node}/why?generation=1")), None, By::Reader, 200, 404, false);
    add("delete_node", shop(&format!("/nodes/{gone}")), None, By::Operator, 204, 404, true);
    let source = |version: &str| Some(json!({"version": version, "config_source": SOURCE}));
    add("create_bundle", shop("/bundles"), source("1.2"), By::Operator, 201, 404, true);
    let look = Some(json!({"config_source": "nonsense"}));
    add("validate_bundle", shop("/bundles/validate"), look, By::Operator, 200, 404, false);
    add("list_bundles", shop("/bundles"), None, By::Reader, 200, 404, false);
    let of = |rest: &str| shop(&format!("/bundles/{bundle}{rest}"));
    add("show_bundle", of(""), None, By::Reader, 200, 404, false);
    add("show_bundle_source", of("/source"), None, By::Reader, 200, 404, false);
    add("diff_bundles", of(&format!("/diff?against={older}")), None, By::Reader, 200, 404, false);
    add("download_bundle", of("/download"), None, By::Reader, 200, 404, false);
    add("show_bundle_archive", of("/archive"), None, By::Reader, 200, 404, false);
    add("verify_bundle", of("/verify"), None, By::Reader, 200, 404, false);
    add("show_bundle_sbom", of("/sbom"), None, By::Reader, 200, 404, false);
    let to_me = Some(json!({"node_ids": [me]}));
    add("assign_bundle", of("/assign"), to_me, By::Operator, 200, 404, true);
    add("poll_latest", api(&format!("/nodes/{me}/bundles/latest")), None, By::Node, 200, 403, false);
    add(
        "show_node_archive",
        api(&format!("/nodes/{me}/bundles/{bundle}/archive")),
        None,
        By::Node,
        200,
        403,
        false,
    );
    let beat = Some(json!({"health": {"status": "healthy"}, "metrics": {"cpu": 0.5}}));
    add("send_heartbeat", api(&format!("/nodes/{me}/heartbeat")), beat, By::Node, 200, 403, false);
    add("create_node_token", api(&format!("/nodes/{me}/token")), None, By::Node, 200, 403, false);
    let told = Some(json!({"event_type": "startup", "message": "up"}));
    // What nodes tell is in the log, and is nobody's deed.
    add("send_node_events", api(&format!("/nodes/{me}/events")), told, By::Node, 201, 403, false);
    let older_path = shop(&format!("/bundles/{older}/revoke"));
    add("revoke_bundle", older_path, None, By::Operator, 200, 404, true);
    let all = Some(json!({"bundle_id": bundle, "target_selector": {"type": "node_ids", "node_ids": [me]}}));
    add("plan_rollout", shop("/rollouts/plan"), all.clone(), By::Operator, 200, 404, false);
    let played = Some(json!({"rollout": all.clone().unwrap_or_default()}));
    add("rehearse_rollout", shop("/rollouts/rehearse"), played, By::Operator, 200, 404, false);
    add("create_rollout", shop("/rollouts"), all, By::Operator, 201, 404, true);
    add("list_rollouts", shop("/rollouts?state=running"), None, By::Reader, 200, 404, false);
    let of = |rest: &str| shop(&format!("/rollouts/{rollout}{rest}"));
    add("show_rollout", of(""), None, By::Reader, 200, 404, false);
    add("pause_rollout", of("/pause"), None, By::Operator, 200, 404, true);
    add("resume_rollout", of("/resume"), None, By::Operator, 200, 404, true);
    add(
        "rollback_rollout",
        of("/rollback"),
        Some(json!({"reason": "why not"})),
        By::Operator,
        200,
        404,
        true,
    );
    add("cancel_rollout", of("/cancel"), None, By::Operator, 200, 404, true);
    let join = api("/cluster/join-tokens");
    add("list_join_tokens", join.clone(), None, By::Admin, 200, 403, false);
    add("create_join_token", join.clone(), Some(json!({"uses": 2})), By::Admin, 201, 403, true);
    add("revoke_join_token", format!("{join}/{join_token}/revoke"), None, By::Admin, 200, 403, true);
    let heir = Some(json!({"to": members[0]}));
    add("hand_over_leadership", api("/cluster/hand-over"), heir, By::Admin, 202, 403, true);
    let raise = Some(json!({"from": Command::LEVEL - 1, "to": Command::LEVEL}));
    add("raise_cluster_level", api("/cluster/level"), raise, By::Admin, 204, 403, true);
    let drain = Some(json!({"weight": 0, "labels": {"slot": "blue"}, "pinned_bundle_id": null}));
    add("update_node", shop(&format!("/nodes/{node}")), drain, By::Operator, 200, 404, true);
    add("create_backup", api("/cluster/backups"), None, By::Admin, 200, 403, true);
    let note = json!({"taken_at": "2026-11-24T12:00:00Z", "size_bytes": 9, "place": "a file", "index": 7});
    add("note_backup", api("/cluster/backups/notes"), Some(note), By::Admin, 201, 403, true);
    let seat = api(&format!("/cluster/members/{}", members[1]));
    add("remove_cluster_member", seat, None, By::Admin, 204, 403, true);
    tries
}

#[tokio::test]
async fn every_operation_refuses_nobody_and_other_tenants_and_gives_everybody_else_what_they_may() {
    let http = Http::new().await;
    let tries = tries(&http).await;
    try_all(&http, &tries).await;
    let more = newest::tries(&http).await;
    try_all(&http, &more).await;
    let tried: BTreeSet<String> = tries.iter().chain(&more).map(|attempt| attempt.id.to_owned()).collect();
    assert_eq!(tried, all_ids(), "every operation is tried");
}

async fn try_all(http: &Http, tries: &[Try]) {
    for attempt in tries {
        let (method, template) = operation(attempt.id);
        let plain = attempt.path.split('?').next().unwrap();
        let found = crate::schema::template(&method.parse().unwrap(), plain).unwrap();
        assert_eq!(found, template, "{}", attempt.id);

        // Refusals first: they must change nothing, so the allowed attempt still finds what it needs.
        if attempt.by != By::Nobody {
            let refused = go(http, attempt, None).await;
            assert_eq!(refused, (401, 0), "{} by nobody", attempt.id);
            let other = if attempt.id == "delete_session" {
                http.world.kit.sign_in("outsider@example.com").await.unwrap()
            } else {
                http.world.outsider.clone()
            };
            let (status, changes) = go(http, attempt, Some(&other)).await;
            assert_eq!(status, attempt.outsider, "{} by another tenant", attempt.id);
            assert_eq!(
                changes,
                usize::from(status < 300 && attempt.writes),
                "{} by another tenant",
                attempt.id
            );
        }
        if matches!(attempt.by, By::Operator | By::Admin | By::Node) {
            let refused = go(http, attempt, Some(&http.world.reader)).await;
            assert_eq!(refused, (403, 0), "{} by a reader", attempt.id);
        }
        if attempt.by == By::Admin {
            let refused = go(http, attempt, Some(&http.world.operator)).await;
            assert_eq!(refused, (403, 0), "{} by an operator", attempt.id);
        }
        let by = match attempt.by {
            By::Nobody => None,
            By::Reader => Some(&http.world.reader),
            By::Operator => Some(&http.world.operator),
            By::Admin => Some(&http.world.admin),
            By::Node => Some(&http.world.node.1),
        };
        let allowed = go(http, attempt, by).await;
        assert_eq!(
            allowed,
            (attempt.status, usize::from(attempt.writes)),
            "{}: status, audit entries",
            attempt.id
        );
    }
}

/// Status and number of audit entries that came.
async fn go(http: &Http, attempt: &Try, by: Option<&Known>) -> (u16, usize) {
    let (method, _) = operation(attempt.id);
    let before = http.world.kit.changes();
    let status = if attempt.id == "watch_events" {
        // The stream does not end: only its head is read.
        let request = request(&method, &attempt.path, by).body(axum::body::Body::empty()).unwrap();
        http.raw(request).await.status().as_u16()
    } else {
        http.call(&method, &attempt.path, by, attempt.body.clone()).await.status
    };
    (status, http.world.kit.changes() - before)
}

#[tokio::test]
async fn scopes_open_what_they_name_and_nothing_else() {
    let http = Http::new().await;
    let world = &http.world;
    let read = world.kit.key(&world.admin, &[Scope::NodesRead], None).await.unwrap();
    let write = world.kit.key(&world.admin, &[Scope::BundlesWrite], Some("shop")).await.unwrap();
    let foreign = world.kit.key(&world.outsider, &[Scope::NodesRead], None).await.unwrap();
    let bundle = json!({"version": "1.0", "config_source": SOURCE});
    assert_eq!(http.get("/api/v1/projects/shop/nodes", &read).await.status, 200);
    let refused = http.post("/api/v1/projects/shop/bundles", &read, bundle.clone()).await;
    assert_eq!((refused.status, refused.code()), (403, "forbidden"));
    assert_eq!(refused.json["error"], "Insufficient scope. Required: bundles:write");
    assert_eq!(http.post("/api/v1/projects/shop/bundles", &write, bundle).await.status, 201);
    assert_eq!(http.get("/api/v1/projects/shop/bundles", &write).await.status, 403, "writing is not reading");
    assert_eq!(http.get("/api/v1/projects/shop/nodes", &foreign).await.status, 404);
    assert_eq!(http.get("/api/v1/cluster", &read).await.status, 200, "programs watch over the cluster");
    assert_eq!(http.get("/api/v1/session", &read).await.status, 403);
}
