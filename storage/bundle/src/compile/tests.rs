//! What a compiled bundle contains, and that it is the same everywhere.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::archive::{OpenBundle, OpenLimits, open};
use crate::node_vars::{Variable, VariableKind, render};
use crate::proxy_config;

const KEY: [u8; 32] = [42; 32];

pub(crate) const SOURCE: &str = r#"// The shop.
system { worker-threads 2; }
listeners {
    listener "public" { address "127.0.0.1:${node.http_port}"; }
    listener "admin" { address "127.0.0.1:8091"; namespace "admin"; }
}
namespace "admin" { routes { route "up" { matches { path "/up"; }; builtin-handler "health"; }; }; }
upstreams { upstream "shop" { target "127.0.0.1:9001"; }; }
routes {
    route "everything" { priority "critical"; matches { path-prefix "/"; }; upstream "shop"; }
}"#;

pub(crate) fn input(source: &str) -> CompileInput<'_> {
    CompileInput {
        project_id: "0190b0c4-0000-7000-8000-000000000001",
        version: "1.0.0",
        source: Source::Text(source),
        marker_key: &KEY,
        operations: OperationsOptions::default(),
        extra_files: Vec::new(),
    }
}

fn compiled(source: &str) -> Artefact {
    compile(&input(source)).unwrap_or_else(|error| panic!("{error}\n{source}"))
}

fn opened(artefact: &Artefact) -> OpenBundle {
    open(&artefact.archive, &OpenLimits::default()).unwrap()
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (first, second) = (compiled(SOURCE), compiled(SOURCE));
    assert_eq!(first.archive, second.archive);
    assert_eq!(first.digest, second.digest);
    assert_eq!(first.manifest_digest, second.manifest_digest);
}

/// A change here is a change of the format: it needs a new format number and a note in the change log.
#[test]
fn the_bytes_of_one_input_are_the_ones_of_every_release() {
    let mut input = input(SOURCE);
    input.extra_files = vec![
        ExtraFile { path: "files/b.txt".to_owned(), content: b"b".to_vec() },
        ExtraFile { path: "files/a/c.json".to_owned(), content: b"{}".to_vec() },
    ];
    let artefact = compile(&input).unwrap();
    assert_eq!(artefact.manifest.probe.token, "2310635718456f16a7213b40618e09a7");
    assert_eq!(
        hex::encode(artefact.manifest_digest),
        "f8e8db8bb4d95ff23e20753da3010a5581f4eeb8e0401db60be0334b3f65b08c"
    );
    assert_eq!(
        hex::encode(artefact.digest),
        "1949d24eea9b0d642753c5039bb9b25a7f04431def5d43667c43be8382a25238"
    );
}

#[test]
fn a_configuration_at_its_limits_leaves_room_for_the_generated_parts() {
    let mut source = format!("{SOURCE}\nlisteners {{\n");
    for number in 2..crate::limits::MAX_LISTENERS {
        source.push_str(&format!("listener \"l{number}\" {{ address \"127.0.2.{number}:80\"; }}\n"));
    }
    source.push_str("}\n");
    source.push_str(&" ".repeat(crate::limits::MAX_SOURCE_BYTES - source.len()));
    assert_eq!(source.len(), crate::limits::MAX_SOURCE_BYTES);
    assert_eq!(compiled(&source).manifest.listeners.len(), crate::limits::MAX_LISTENERS);
    let longer = format!("{source}\n");
    match compile(&input(&longer)) {
        Err(CompileError::Invalid(problems)) => assert_eq!(problems[0].code, "source-too-large"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_part_of_the_input_changes_the_probe() {
    let base = compile(&input(SOURCE)).unwrap().manifest.probe.token;
    let other_source = format!("{SOURCE}\n");
    let variants = [
        CompileInput { project_id: "other", ..input(SOURCE) },
        CompileInput { version: "1.0.1", ..input(SOURCE) },
        CompileInput { source: Source::Text(&other_source), ..input(SOURCE) },
        CompileInput { marker_key: &[43; 32], ..input(SOURCE) },
        CompileInput { operations: OperationsOptions { config: false, metrics: true }, ..input(SOURCE) },
        CompileInput {
            extra_files: vec![ExtraFile { path: "files/a".to_owned(), content: vec![] }],
            ..input(SOURCE)
        },
    ];
    let tokens: BTreeSet<String> =
        variants.iter().map(|input| compile(input).unwrap().manifest.probe.token).collect();
    assert_eq!(tokens.len(), variants.len());
    assert!(!tokens.contains(&base));
}

#[test]
fn the_order_of_extra_files_does_not_matter() {
    let file = |name: &str| ExtraFile { path: format!("files/{name}"), content: name.as_bytes().to_vec() };
    let forward = CompileInput { extra_files: vec![file("a"), file("b")], ..input(SOURCE) };
    let backward = CompileInput { extra_files: vec![file("b"), file("a")], ..input(SOURCE) };
    assert_eq!(compile(&forward).unwrap().digest, compile(&backward).unwrap().digest);
}

#[test]
fn the_users_text_stays_as_it_is_and_keeps_its_lines() {
    let artefact = compiled(SOURCE);
    assert!(artefact.compiled.starts_with(SOURCE));
    assert_eq!(opened(&artefact).text("source.kdl").unwrap(), SOURCE);
}

#[test]
fn the_manifest_says_what_a_node_needs() {
    let manifest = compiled(SOURCE).manifest;
    let names: Vec<(&str, VariableKind)> =
        manifest.variables.iter().map(|variable| (variable.name.as_str(), variable.kind)).collect();
    assert_eq!(
        names,
        [
            ("http_port", VariableKind::Port),
            ("metrics_addr", VariableKind::Address),
            ("ops_addr", VariableKind::Address)
        ]
    );
    assert_eq!(manifest.listeners.len(), 2);
    assert_eq!(manifest.listeners[0].address, "127.0.0.1:${node.http_port}");
    let probed: Vec<&str> = manifest.probed_listeners().map(|listener| listener.id.as_str()).collect();
    assert_eq!(probed, ["public"]);
    assert_eq!(manifest.operations.address, "${node.ops_addr}");
    assert_eq!(manifest.metrics.unwrap().address, "${node.metrics_addr}");
    assert_eq!(manifest.counts, Counts { routes: 1, upstreams: 1, filters: 0, agents: 0 });
    assert_eq!(manifest.probe.host, format!("rev-{}.sentinel-probe.invalid", manifest.probe.token));
}

#[test]
fn a_rendered_bundle_is_a_configuration_of_the_proxy() {
    let artefact = compiled(SOURCE);
    let values: BTreeMap<String, String> =
        [("http_port", "18080"), ("metrics_addr", "127.0.0.1:18081"), ("ops_addr", "127.0.0.1:18082")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
    crate::node_vars::check(&artefact.manifest.variables, &values).unwrap();
    let config = proxy_config::parse(&render(&artefact.compiled, &values).unwrap()).unwrap();
    let addresses: Vec<&str> = config.listeners.iter().map(|listener| listener.address.as_str()).collect();
    assert_eq!(addresses, ["127.0.0.1:18080", "127.0.0.1:8091", "127.0.0.1:18082"]);
    assert_eq!(config.observability.metrics.address, "127.0.0.1:18081");
    let marker = config.routes.iter().find(|route| route.id == MARKER_ROUTE).unwrap();
    assert!(config.routes.iter().all(|route| route.id == MARKER_ROUTE || route.priority < marker.priority));
}

#[test]
fn the_metrics_address_is_added_where_the_user_set_none() {
    for (block, address) in [
        ("", Some("${node.metrics_addr}")),
        ("observability { }", Some("${node.metrics_addr}")),
        ("observability { // note\n logging { timestamps #true; }\n}", Some("${node.metrics_addr}")),
        ("observability { /- metrics { }\n}", Some("${node.metrics_addr}")),
        ("observability { metrics { }; }", Some("${node.metrics_addr}")),
        ("observability { metrics { path \"/m\"; }; }", Some("${node.metrics_addr}")),
        ("observability { metrics { enabled #true; }; }", Some("${node.metrics_addr}")),
        ("observability { metrics { address \"127.0.0.1:9190\"; }; }", Some("127.0.0.1:9190")),
        ("observability { metrics { address \"${node.metrics_addr}\"; }; }", Some("${node.metrics_addr}")),
        ("observability { metrics { address \"127.0.0.1:${node.m}\"; }; }", Some("127.0.0.1:${node.m}")),
        ("observability { metrics { enabled #false; }; }", None),
    ] {
        let source = format!("{SOURCE}\n{block}");
        let artefact = compiled(&source);
        let found = artefact.manifest.metrics.map(|metrics| metrics.address);
        assert_eq!(found.as_deref(), address, "{block}");
        let lines = artefact.compiled.lines().take(source.lines().count()).count();
        assert_eq!(lines, source.lines().count());
        let last = source.lines().last().unwrap();
        assert_eq!(
            artefact.compiled.lines().nth(lines - 1).map(|line| line.ends_with(last) || line.contains('{')),
            Some(true)
        );
    }
}

#[test]
fn the_operations_listener_serves_only_what_was_asked_for() {
    let options = OperationsOptions { config: false, metrics: false };
    let artefact = compile(&CompileInput { operations: options, ..input(SOURCE) }).unwrap();
    assert!(
        !artefact.compiled.contains("sentinel-ops-config")
            && !artefact.compiled.contains("sentinel-ops-metrics")
    );
    assert_eq!(artefact.manifest.operations.config_path, None);
    assert!(artefact.compiled.contains("sentinel-ops-status"));
}

#[test]
fn problems_of_the_configuration_are_returned() {
    let source = format!("{SOURCE}\nlimits {{ x 1; }}");
    match compile(&input(&source)) {
        Err(CompileError::Invalid(problems)) => assert_eq!(problems[0].code, "unknown-key"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn unacceptable_inputs_are_refused() {
    let file = |path: &str| ExtraFile { path: path.to_owned(), content: vec![] };
    let long = "v".repeat(101);
    let cases = [
        CompileInput { project_id: "", ..input(SOURCE) },
        CompileInput { project_id: "a/b", ..input(SOURCE) },
        CompileInput { version: "", ..input(SOURCE) },
        CompileInput { version: &long, ..input(SOURCE) },
        CompileInput { version: "a\nb", ..input(SOURCE) },
        CompileInput { extra_files: vec![file("a")], ..input(SOURCE) },
        CompileInput { extra_files: vec![file("files/../a")], ..input(SOURCE) },
        CompileInput { extra_files: vec![file("/files/a")], ..input(SOURCE) },
        CompileInput { extra_files: vec![file("files/a"), file("files/a")], ..input(SOURCE) },
        CompileInput { extra_files: vec![file(&format!("files/{}", "a".repeat(100)))], ..input(SOURCE) },
    ];
    for case in cases {
        assert!(matches!(compile(&case), Err(CompileError::Input(_))), "{case:?}");
    }
}

#[test]
fn a_changed_setting_is_noticed_by_the_comparison() {
    let source = proxy_config::parse_template(SOURCE, &[variable("http_port")]).unwrap();
    let injected =
        inject::inject(SOURCE, "rev-x.sentinel-probe.invalid", OperationsOptions::default(), false).unwrap();
    let variables = [variable("http_port"), address("metrics_addr"), address("ops_addr")];
    let text = injected.text.clone();
    let parse = |text: &str| proxy_config::parse_template(text, &variables).unwrap();
    let host = "rev-x.sentinel-probe.invalid";
    assert_eq!(compare::unchanged(&source, parse(&text), host, &injected), Ok(()));
    for (from, to, part) in [
        ("127.0.0.1:9001", "127.0.0.1:9002", "`upstreams`"),
        ("path-prefix \"/\"", "path-prefix \"/x\"", "`routes`"),
        ("127.0.0.1:8091", "127.0.0.1:8092", "`listeners`"),
        ("worker-threads 2", "worker-threads 3", "`server`"),
        ("priority 1000000", "priority 10", "the marker route"),
        ("rev-x.", "rev-y.", "the marker route"),
        ("${node.metrics_addr}", "0.0.0.0:9090", "the metrics address"),
    ] {
        let changed = text.replace(from, to);
        assert_ne!(changed, text);
        assert_eq!(
            compare::unchanged(&source, parse(&changed), host, &injected),
            Err(part.to_owned()),
            "{from}"
        );
    }
}

fn variable(name: &str) -> Variable {
    Variable { name: name.to_owned(), kind: VariableKind::Port }
}

fn address(name: &str) -> Variable {
    Variable { name: name.to_owned(), kind: VariableKind::Address }
}

#[test]
fn the_bill_of_materials_names_files_objects_and_their_dependencies_once() {
    let mut input = input(SOURCE);
    input.extra_files = vec![ExtraFile { path: "files/a".to_owned(), content: vec![1] }];
    let artefact = compile(&input).unwrap();
    let bom: serde_json::Value = serde_json::from_str(&artefact.sbom).unwrap();
    assert_eq!(bom["bomFormat"], "CycloneDX");
    assert_eq!(bom["specVersion"], "1.5");
    let components = bom["components"].as_array().unwrap();
    let mut references: Vec<&str> =
        components.iter().map(|component| component["bom-ref"].as_str().unwrap()).collect();
    for expected in [
        "pkg:cargo/zentinel-proxy@0.6.45",
        "file:zentinel.kdl",
        "file:source.kdl",
        "file:files/a",
        "listener:public",
        "route:everything",
        "upstream:shop",
        "namespace:admin",
    ] {
        assert!(references.contains(&expected), "{expected}");
    }
    let dependencies = bom["dependencies"].as_array().unwrap();
    let route = dependencies.iter().find(|dependency| dependency["ref"] == "route:everything").unwrap();
    assert_eq!(route["dependsOn"], serde_json::json!(["upstream:shop"]));
    let known: BTreeSet<&str> = references.iter().copied().chain(["bundle"]).collect();
    for dependency in dependencies {
        assert!(known.contains(dependency["ref"].as_str().unwrap()));
        for target in dependency["dependsOn"].as_array().unwrap() {
            assert!(known.contains(target.as_str().unwrap()), "{target}");
        }
    }
    let count = references.len();
    references.sort_unstable();
    references.dedup();
    assert_eq!(references.len(), count);
    let serial = bom["serialNumber"].as_str().unwrap();
    assert!(
        serial.starts_with("urn:uuid:") && serial.len() == 45 && serial.as_bytes()[23] == b'8',
        "{serial}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Names, paths and values of many shapes survive compilation, archive and reading.
    #[test]
    fn whatever_compiles_opens_and_means_the_same(
        routes in prop::collection::vec(("[a-z][a-z0-9-]{0,12}", "/[a-zA-Z0-9_.~-]{0,20}", 0i32..100_000), 1..8),
        header in "[ -!#-~]{0,30}",
        comment in "[ -~äß世]{0,30}",
    ) {
        let mut seen = BTreeSet::new();
        let mut text = format!("// {comment}\n{SOURCE}\nroutes {{\n");
        for (name, path, priority) in routes {
            if seen.insert(name.clone()) {
                let header = header.replace('\\', "\\\\");
                text.push_str(&format!(
                    "route \"p-{name}\" {{ priority {priority}; matches {{ path \"{path}\"; }}; upstream \"shop\"\n \
                     policies {{ request-headers {{ set {{ X-Test \"{header}\"; }}; }}; }}\n}}\n"
                ));
            }
        }
        text.push_str("}\n");
        let artefact = compile(&input(&text)).unwrap();
        let bundle = opened(&artefact);
        prop_assert_eq!(bundle.text("zentinel.kdl"), Some(artefact.compiled.as_str()));
        prop_assert_eq!(artefact.config.routes.len(), seen.len() + 1);
    }
}

/// A document that uses most of what the proxy does.
pub(crate) fn rich() -> Document {
    crate::emit::tests::document(serde_json::json!({
        "version": 1,
        "settings": {
            "worker_threads": 2,
            "requests_per_second": 5000,
            "limits": { "max_header_count": 64 },
            "access_log": { "path": "/var/log/zentinel/access.log" },
            "cache": { "max_bytes": 10485760, "status_header": true },
        },
        "listeners": {
            "http": { "address": "0.0.0.0:${node.http_port}", "keepalive_timeout_seconds": 30 },
            "https": { "address": "${node.https}", "protocol": "https", "tls": {
                "certificate_file": "/etc/tls/a.crt", "key_file": "/etc/tls/a.key", "min_version": "1.3" } },
        },
        "services": {
            "api": {
                "route_path": "/users/*/orders/*", "methods": ["GET", "POST"], "upstream_group": "api", "retry": {},
                "timeout_seconds": 5, "cors": { "allowed_origins": ["https://shop.example.com"] },
                "headers": { "request": { "set": { "X-A": "\"q\" ${x}" } }, "response": { "remove": ["Server"] } },
            },
            "home": { "route_path": "/", "hosts": ["shop.example.com"], "upstream_url": "https://web.example.com", "cache": {} },
            "old": { "route_path": "/old/*", "redirect_url": "https://shop.example.com/new", "redirect_status": 308 },
            "gone": { "route_path": "/gone", "respond_status": 404 },
            "split": { "route_path": "/split", "traffic_split": { "splits": [
                { "upstream_group": "api", "weight": 3 }, { "upstream_group": "api2", "weight": 1 } ] } },
        },
        "upstream_groups": {
            "api": { "algorithm": "weighted", "circuit_breaker": {}, "timeouts": { "read_seconds": 9 },
                     "targets": [{ "host": "10.0.0.1", "port": 80, "weight": 900 }, { "host": "10.0.0.2", "port": 80 }] },
            "api2": { "circuit_breaker": {}, "timeouts": { "read_seconds": 9 }, "targets": [{ "host": "10.0.0.3", "port": 80 }] },
        },
    }))
}

fn document_input(document: &Document) -> CompileInput<'_> {
    CompileInput { source: Source::Document(document), ..input("") }
}

#[test]
fn a_document_becomes_a_bundle_whose_json_is_what_was_meant() {
    let document = rich();
    let artefact = compile(&document_input(&document)).unwrap_or_else(|error| panic!("{error}"));
    let bundle = opened(&artefact);
    assert_eq!(bundle.form(), Form::Document);
    assert_eq!(bundle.compiled(), Some(artefact.compiled.as_str()));
    assert_eq!(serde_json::from_str::<Document>(bundle.source().unwrap()).unwrap(), document);
    let names: Vec<&str> = artefact.manifest.variables.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["http_port", "https", "metrics_addr", "ops_addr"]);
    assert_eq!(artefact.manifest.listeners[1].protocol, "https");
    assert!(artefact.manifest.needs.contains(&"policy.cors".to_owned()));
    let again = configuration(&bundle).unwrap();
    proxy_config::equal(&again, &artefact.config).unwrap();
    let parsed = proxy_config::parse_template(&artefact.compiled, &artefact.manifest.variables).unwrap();
    let marker = parsed.routes.iter().find(|route| route.id == MARKER_ROUTE).unwrap();
    assert!(parsed.routes.iter().all(|route| route.id == MARKER_ROUTE || route.priority < marker.priority));
    assert_eq!(compile(&document_input(&document)).unwrap().digest, artefact.digest);
    println!("{}", artefact.compiled);
}
