//! Every operation of the document, by nobody, by another tenant, by a reader and by somebody who may: and every change leaves
//! exactly one audit entry, every refusal none.

use std::collections::BTreeSet;

use sentinel_api_types::api_key::Scope;
use sentinel_app::testing::certificates::Issued;
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

/// The operations that there are when the cluster has been raised to the newest level, and the one that nobody comes back from.
async fn tries_at_the_newest_level(http: &Http) -> Vec<Try> {
    let admin = &http.world.admin;
    let later = json!({"name": "x", "from": "2027-05-01T00:00:00Z", "until": "2027-05-02T00:00:00Z"});
    let window = http.post("/api/v1/projects/shop/freeze-windows", admin, later).await;
    let window = window.json["freeze_window"]["id"].as_str().unwrap().to_owned();
    let group = json!({"name": "first", "node_ids": [http.world.node.0]});
    let group = http.post("/api/v1/projects/shop/node-groups", &http.world.operator, group).await;
    let group = group.json["node_group"]["id"].as_str().unwrap().to_owned();
    let template = json!({"name": "first", "target_selector": {"type": "all"}});
    let template = http.post("/api/v1/projects/shop/rollout-templates", &http.world.operator, template).await;
    let template = template.json["rollout_template"]["id"].as_str().unwrap().to_owned();
    let secret = json!({"name": "FIRST", "value": "a"});
    let secret = http.post("/api/v1/projects/shop/secrets", &http.world.operator, secret).await;
    let secret = secret.json["secret"]["id"].as_str().unwrap().to_owned();
    let (pair, other) = (Issued::new(&["shop.example"]), Issued::new(&["shop.example"]));
    let first = json!({"slug": "first", "chain": pair.chain(), "key": pair.key});
    let made = http.post("/api/v1/projects/shop/certificates", &http.world.operator, first).await;
    assert_eq!(made.status, 201, "{made:?}");
    let ca = "/api/v1/projects/shop/internal-ca";
    let made = http.post(ca, admin, json!({"subject_cn": "Clients"})).await;
    assert_eq!(made.status, 201, "{made:?}");
    let client = json!({"name": "first", "subject_cn": "First"});
    let made = http.post(&format!("{ca}/certificates"), admin, client).await;
    assert_eq!(made.status, 201, "{made:?}");
    let serial = made.json["certificate"]["serial"].as_str().unwrap().to_owned();
    let waiting = waiting(http).await;
    for name in ["qa", "early", "live", "gone"] {
        let made = http.post("/api/v1/projects/shop/environments", admin, json!({"name": name})).await;
        assert_eq!(made.status, 201, "{made:?}");
    }
    let to_live = json!({"source": "early", "target": "live"});
    let rule = http.post("/api/v1/projects/shop/promotion-rules", admin, to_live).await;
    let rule = rule.json["promotion_rule"]["id"].as_str().unwrap().to_owned();
    let bundle = http.world.kit.bundle(&http.world.operator, "shop", "3.0").await.unwrap();
    let by_hand = http.world.waits_for_person("by-hand").await.unwrap();
    let (drifter, drift) = drifting(http, bundle).await;

    let play = json!({"name": "Play", "sandbox": true});
    let play = http.post("/api/v1/orgs/default/projects", admin, play).await;
    assert_eq!((play.status, play.json["project"]["sandbox"].as_bool()), (201, Some(true)), "{play:?}");

    let mut tries = Vec::new();
    let twenty = Some(json!({"nodes": 20, "failure_percent": 30, "lasts_minutes": 60}));
    for (id, body, by, writes) in [
        ("show_simulator", None, By::Reader, false),
        ("set_simulator", twenty, By::Operator, true),
        ("stop_simulator", None, By::Operator, true),
    ] {
        let path = "/api/v1/projects/play/simulator".to_owned();
        tries.push(Try { id, path, body, by, status: 200, outsider: 404, writes });
    }
    let mut add = |id, rest: &str, body: Option<Value>, by, status, writes| {
        let path = format!("/api/v1/projects/shop{rest}");
        tries.push(Try { id, path, body, by, status, outsider: 404, writes });
    };
    add("update_project", "", Some(json!({"description": "new"})), By::Admin, 200, true);
    let freeze = json!({"name": "later", "from": "2027-06-01T00:00:00Z", "until": "2027-06-02T00:00:00Z"});
    add("create_freeze_window", "/freeze-windows", Some(freeze), By::Admin, 201, true);
    add("list_freeze_windows", "/freeze-windows", None, By::Reader, 200, false);
    add("delete_freeze_window", &format!("/freeze-windows/{window}"), None, By::Admin, 204, true);
    let second = Some(json!({"step_index": 1}));
    add("advance_rollout", &format!("/rollouts/{by_hand}/advance"), second, By::Operator, 200, true);
    let settings = json!({"batch_size": 2, "max_unavailable": 1});
    add("list_rollout_templates", "/rollout-templates", None, By::Reader, 200, false);
    let usual = Some(json!({"name": "one", "target_selector": {"type": "all"}, "rollout": settings}));
    add("create_rollout_template", "/rollout-templates", usual, By::Operator, 201, true);
    let first = format!("/rollout-templates/{template}");
    add("show_rollout_template", &first, None, By::Reader, 200, false);
    add("update_rollout_template", &first, Some(json!({"is_default": true})), By::Operator, 200, true);
    add("delete_rollout_template", &first, None, By::Operator, 204, true);
    add("show_calendar", "/calendar", None, By::Reader, 200, false);
    add("list_node_groups", "/node-groups", None, By::Reader, 200, false);
    let one = Some(json!({"name": "one", "labels": {"site": "fra"}}));
    add("create_node_group", "/node-groups", one, By::Operator, 201, true);
    let first = format!("/node-groups/{group}");
    add("show_node_group", &first, None, By::Reader, 200, false);
    let renamed = Some(json!({"name": "two"}));
    add("update_node_group", &first, renamed, By::Operator, 200, true);
    add("delete_node_group", &first, None, By::Operator, 204, true);
    let of = |rollout: &str, verb: &str| format!("/rollouts/{rollout}/{verb}");
    let [(first, digest), (second, _), (third, _)] = &waiting;
    let digest = Some(json!({"digest": digest}));
    add("approve_rollout", &of(first, "approve"), digest, By::Operator, 200, true);
    let no = Some(json!({"comment": "no"}));
    add("reject_rollout", &of(second, "reject"), no, By::Operator, 200, true);
    let now = Some(json!({"override_freeze_reason": "now"}));
    add("break_glass", &of(third, "break-glass"), now, By::Admin, 200, true);
    let environments = "/environments";
    add("list_environments", environments, None, By::Reader, 200, false);
    add("create_environment", environments, Some(json!({"name": "Canary"})), By::Admin, 201, true);
    add("create_default_environments", "/environments/defaults", None, By::Admin, 201, true);
    add("show_environment", "/environments/qa", None, By::Reader, 200, false);
    let first = Some(json!({"place": 1, "color": "#123456"}));
    add("update_environment", "/environments/qa", first, By::Admin, 200, true);
    add("delete_environment", "/environments/gone", None, By::Admin, 204, true);
    let rules = "/promotion-rules";
    let to_live = Some(json!({"source": "qa", "target": "live", "delay_minutes": 5}));
    add("create_promotion_rule", rules, to_live, By::Operator, 201, true);
    add("list_promotion_rules", rules, None, By::Reader, 200, false);
    let of_rule = format!("{rules}/{rule}");
    let healthy = Some(json!({"healthy_percent": 90, "max_risk": null}));
    add("update_promotion_rule", &of_rule, healthy, By::Operator, 200, true);
    add("delete_promotion_rule", &of_rule, None, By::Operator, 204, true);
    let answers = |path: &str| json!({"route_path": path, "respond_status": 404});
    let targets = |port: u16| json!({"targets": [{"host": "10.0.0.1", "port": port}]});
    let address = |port: u16| json!({"address": format!("127.0.0.1:{port}")});
    let careful =
        |on: bool| json!({"middleware_type": "security", "config": {"no_sniff": true}, "enabled": on});
    let pem = |words: &str| json!({"certificates_pem": format!("-----BEGIN CERTIFICATE-----\n{words}")});
    for (kind, first, second) in [
        ("service", answers("/a"), answers("/b")),
        ("upstream_group", targets(1), targets(2)),
        ("listener", address(1), address(2)),
        ("middleware", careful(true), careful(false)),
        ("trust_store", pem("a"), pem("b")),
    ] {
        let all = format!("/{}s", kind.replace('_', "-"));
        let mut named = first;
        named["slug"] = "one".into();
        // Ids of operations live as long as the document, which is for ever.
        let id = |verb: &str, many: &str| -> &'static str { format!("{verb}_{kind}{many}").leak() };
        add(id("create", ""), &all, Some(named), By::Operator, 201, true);
        add(id("list", "s"), &format!("{all}?limit=1"), None, By::Reader, 200, false);
        let one = format!("{all}/one");
        add(id("show", ""), &one, None, By::Reader, 200, false);
        add(id("replace", ""), &one, Some(second), By::Operator, 200, true);
        add(id("delete", ""), &one, None, By::Operator, 204, true);
    }
    let settings = "/config-settings";
    let threads = Some(json!({"worker_threads": 2}));
    add("replace_config_settings", settings, threads, By::Operator, 200, true);
    add("show_config_settings", settings, None, By::Reader, 200, false);
    add("delete_config_settings", settings, None, By::Operator, 204, true);
    let document = || Some(json!({"version": 1, "services": {"shop": answers("/")}}));
    add("diff_config", "/config/diff?prune=false", document(), By::Reader, 200, false);
    add("check_config", "/config/check", document(), By::Reader, 200, false);
    add("preview_config", "/config/preview", document(), By::Reader, 200, false);
    add("apply_config", "/config/apply?prune=true&dry_run=false", document(), By::Operator, 200, true);
    let pets = r#"{"openapi":"3.1.0","info":{"title":"Pets"},"servers":[{"url":"http://a"}],"paths":{"/pets":{"get":{}}}}"#;
    let import = Some(json!({"openapi": pets, "prefix": "pets", "apply": true}));
    add("import_config", "/config/import", import, By::Operator, 200, true);
    add("export_config", "/config/export", None, By::Reader, 200, false);
    let secrets = "/secrets";
    add("list_secrets", secrets, None, By::Reader, 200, false);
    let token = Some(json!({"name": "API_TOKEN", "value": "a value", "description": "of the shop"}));
    add("create_secret", secrets, token, By::Operator, 201, true);
    let one = format!("{secrets}/{secret}");
    add("show_secret", &one, None, By::Reader, 200, false);
    add("update_secret", &one, Some(json!({"description": "of nobody"})), By::Operator, 200, true);
    add("rotate_secret", &format!("{one}/rotate"), Some(json!({"value": "b"})), By::Operator, 200, true);
    add("delete_secret", &one, None, By::Operator, 204, true);
    let certificates = "/certificates";
    add("list_certificates", certificates, None, By::Reader, 200, false);
    let web = json!({"slug": "web", "chain": pair.chain(), "key": pair.key, "description": "of the shop"});
    add("create_certificate", certificates, Some(web), By::Operator, 201, true);
    let one = format!("{certificates}/first");
    add("show_certificate", &one, None, By::Reader, 200, false);
    add("update_certificate", &one, Some(json!({"description": "of nobody"})), By::Operator, 200, true);
    let replacement = Some(json!({"chain": other.chain(), "key": other.key}));
    add("replace_certificate", &format!("{one}/replace"), replacement, By::Operator, 200, true);
    let by_acme = json!({
        "slug": "shop",
        "domains": ["shop.example.com"],
        "contact": "ada@example.com",
        "directory_url": "https://ca.example/directory",
        "directory_ca": pair.above,
        "external_account": {"key_id": "k1", "hmac_key": "c2VjcmV0"},
    });
    add("request_certificate", "/acme-certificates", Some(by_acme), By::Operator, 201, true);
    add("renew_certificate", &format!("{certificates}/shop/renew"), None, By::Operator, 200, true);
    add("delete_certificate", &one, None, By::Operator, 204, true);
    let ca = "/internal-ca";
    add("show_internal_ca", ca, None, By::Reader, 200, false);
    add("download_internal_ca", &format!("{ca}/ca.pem"), None, By::Reader, 200, false);
    add("download_internal_crl", &format!("{ca}/crl.pem"), None, By::Reader, 200, false);
    let issued = format!("{ca}/certificates");
    add("list_internal_certificates", &format!("{issued}?limit=1"), None, By::Reader, 200, false);
    let client = json!({"name": "ada", "subject_cn": "Ada", "subject_ou": "Shop", "sans": ["ada.example"], "validity_days": 30});
    add("issue_internal_certificate", &issued, Some(client), By::Operator, 201, true);
    let one = format!("{issued}/{serial}");
    add("show_internal_certificate", &one, None, By::Reader, 200, false);
    let because = Some(json!({"reason": "superseded"}));
    add("revoke_internal_certificate", &format!("{one}/revoke"), because, By::Operator, 200, true);
    add("delete_internal_ca", ca, None, By::Admin, 204, true);
    let again = json!({"subject_cn": "Clients", "key_algorithm": "ec_p256", "validity_days": 365});
    add("create_internal_ca", ca, Some(again), By::Admin, 201, true);
    let of = |rest: &str| format!("/drift/{drift}{rest}");
    let runs = format!("/nodes/{drifter}/runtime-config");
    add("show_runtime_config", &runs, None, By::Reader, 200, false);
    add("list_drift", "/drift?status=active&severity=high", None, By::Reader, 200, false);
    add("show_drift_stats", "/drift/stats", None, By::Reader, 200, false);
    add("export_drift", "/drift/export?format=json&status=active", None, By::Reader, 200, false);
    add("show_drift", &of(""), None, By::Reader, 200, false);
    let why = || Some(json!({"reason": "planned work"}));
    add("resolve_drift", &of("/resolve"), why(), By::Operator, 200, true);
    let seen = json!({"reason": "planned work", "seen_until": "2026-11-01T00:00:00Z"});
    add("resolve_all_drift", "/drift/resolve-all", Some(seen), By::Operator, 200, true);
    // The text and its SHA-256.
    let text = "system { }";
    let hash = "f4038a0d9a44d13a0ba96f3e77f23294c8f97ecd7248a5305ec865e91ff6eb76";
    let runs = json!({"generation": 1, "hash": hash, "config_kdl": text, "expected_kdl": text});
    tries.push(Try {
        id: "keep_runtime_config",
        path: format!("/api/v1/nodes/{}/runtime-config", http.world.node.0),
        body: Some(runs),
        by: By::Node,
        status: 200,
        outsider: 403,
        writes: false,
    });
    let me = format!("/api/v1/projects/shop/nodes/{}", http.world.node.0);
    let runs = http.get(&me, &http.world.reader).await.json["node"]["desired"]["bundle_id"].clone();
    assert!(runs.is_string(), "{runs}");
    tries.push(Try {
        id: "show_node_challenge",
        path: format!("/api/v1/nodes/{}/acme-challenges/unknown", http.world.node.0),
        body: None,
        by: By::Node,
        status: 404,
        outsider: 403,
        writes: false,
    });
    tries.push(Try {
        id: "fetch_node_secrets",
        path: format!("/api/v1/nodes/{}/secrets", http.world.node.0),
        body: Some(json!({"bundle_id": runs, "public_key": "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="})),
        by: By::Node,
        status: 200,
        outsider: 403,
        writes: true,
    });
    tries.push(Try {
        id: "delete_session",
        path: "/api/v1/session".into(),
        body: None,
        by: By::Reader,
        status: 204,
        outsider: 204,
        writes: true,
    });
    tries
}

#[tokio::test]
async fn every_operation_refuses_nobody_and_other_tenants_and_gives_everybody_else_what_they_may() {
    let http = Http::new().await;
    let tries = tries(&http).await;
    try_all(&http, &tries).await;
    let more = tries_at_the_newest_level(&http).await;
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
