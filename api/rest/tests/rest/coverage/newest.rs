//! What a cluster at the newest level can do besides.

use sentinel_app::testing::certificates::Issued;
use serde_json::{Value, json};

use super::{By, Try, drifting, waiting};
use crate::client::Http;

/// The operations that there are when the cluster has been raised to the newest level, and the one that nobody comes back from.
pub(super) async fn tries(http: &Http) -> Vec<Try> {
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
