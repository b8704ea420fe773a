//! One case per rule: a fragment, the code it must get, and the line (marked `// <-`) it must point at.
#![allow(clippy::unwrap_used)]

use super::*;

/// A small valid configuration; every fragment is appended to it.
pub(super) const BASE: &str = r#"system { worker-threads 1; }
listeners { listener "http" { address "127.0.0.1:8080"; }; }
upstreams { upstream "u" { target "127.0.0.1:9000"; }; }
routes { route "main" { priority "low"; matches { path-prefix "/"; }; upstream "u"; }; }
"#;

fn top(fragment: &str) -> String {
    format!("{BASE}{fragment}\n")
}

fn route(settings: &str) -> String {
    top(&format!("routes {{\nroute \"r\" {{\nmatches {{ path \"/r\"; }}\nupstream \"u\"\n{settings}\n}}\n}}"))
}

fn matching(conditions: &str) -> String {
    top(&format!("routes {{\nroute \"r\" {{\nupstream \"u\"\nmatches {{\n{conditions}\n}}\n}}\n}}"))
}

fn upstream(settings: &str) -> String {
    top(&format!("upstreams {{\nupstream \"v\" {{\ntarget \"127.0.0.1:9001\"\n{settings}\n}}\n}}"))
}

fn filter(settings: &str) -> String {
    top(&format!("filters {{\nfilter \"f\" {{\n{settings}\n}}\n}}"))
}

fn listener(settings: &str) -> String {
    top(&format!("listeners {{\nlistener \"l\" {{\n{settings}\n}}\n}}"))
}

fn agent(settings: &str) -> String {
    top(&format!("agents {{\nagent \"a\" {{\nfailure-mode \"closed\"\n{settings}\n}}\n}}"))
}

/// The line that carries the mark, or the last line of the fragment.
fn marked_line(source: &str) -> Option<u32> {
    source.lines().position(|line| line.contains("// <-")).map(|line| line as u32 + 1)
}

fn check_all(cases: Vec<(String, &str)>, find: impl Fn(&str) -> Vec<Problem>) {
    for (source, code) in cases {
        let found = find(&source);
        let hit = found.iter().find(|problem| problem.code == code);
        let hit = hit.unwrap_or_else(|| panic!("no `{code}` for\n{source}\nbut {found:#?}"));
        if let Some(line) = marked_line(&source) {
            assert_eq!(hit.line, Some(line), "`{code}` at the wrong line for\n{source}\n{found:#?}");
            assert!(hit.column.is_some() && hit.path.is_some(), "{hit:?}");
        }
    }
}

fn refused(source: &str) -> Vec<Problem> {
    validate(source, &ValidateContext::default()).err().unwrap_or_default()
}

fn warned(source: &str) -> Vec<Problem> {
    let context = ValidateContext { second_key_check: true, ..ValidateContext::default() };
    match validate(source, &context) {
        Ok(validated) => validated.warnings,
        Err(problems) => panic!("refused:\n{source}\n{problems:#?}"),
    }
}

#[test]
fn the_base_is_valid_and_has_no_warnings() {
    assert_eq!(warned(BASE), []);
}

#[test]
fn blocks_and_names_the_proxy_does_not_know_are_refused() {
    check_all(
        vec![
            (top("settings { a 1; } // <-"), "unknown-block"),
            (top("include \"routes/*.kdl\" // <-"), "include-refused"),
            (top("server { worker-threads 1; } // <-"), "deprecated-block"),
            (top("version \"1.0\" // <-"), "deprecated-setting"),
            (top("schema-version \"2.0\" // <-"), "unknown-value"),
            (top("system { worker-threads 2; } // <-"), "duplicate-setting"),
            (route("path_prefix \"/x\" // <-"), "unknown-key"),
            (matching("path-prefx \"/x\" // <-"), "unknown-key"),
            (upstream("timeouts {\nconnect-seconds 5 // <-\n}"), "unknown-key"),
            (top("limits {\nmax-body-size-bytes 2097152 // <-\n}"), "unknown-key"),
            (filter("type \"headers\"\nheader \"x\" // <-"), "unknown-key"),
            (filter("type \"timeout\"\nseconds 1 // <-"), "unknown-key"),
            (filter("type \"redirect\"\nto \"x\" // <-"), "unknown-key"),
            (filter("max-rps 5"), "setting-missing"),
            (filter("type \"wasm\" // <-"), "unknown-value"),
            (listener("address \"127.0.0.1:1\"\nport 5 // <-"), "unknown-key"),
            (top("observability {\nmetric { } // <-\n}"), "unknown-key"),
            ("listeners { listener \"l\" { address \"127.0.0.1:1\"; }; }".to_owned(), "block-missing"),
            ("system { worker-threads 1; }".to_owned(), "block-missing"),
            (String::new(), "block-missing"),
        ],
        refused,
    );
}

#[test]
fn values_the_proxy_would_silently_replace_are_refused() {
    check_all(
        vec![
            (route("priority \"urgent\" // <-"), "unknown-value"),
            (route("priority 100001 // <-"), "out-of-range"),
            (route("websocket \"yes\" // <-"), "wrong-type"),
            (route("policies {\ntimeout-secs \"5\" // <-\n}"), "wrong-type"),
            (route("policies {\ntimeout-secs -5 // <-\n}"), "out-of-range"),
            (route("filters \"x\" upstream \"u\" // <-"), "run-together"),
            (listener("address \"127.0.0.1:1\" namespace \"x\" // <-"), "run-together"),
            (listener("address \"127.0.0.1:1\" \"127.0.0.1:2\" // <-"), "surplus-argument"),
            (route("websocket // <-"), "value-missing"),
            (route("websocket #true #false // <-"), "surplus-argument"),
            (top("upstreams {\nupstream { } // <-\n}"), "value-missing"),
            (upstream("target \"127.0.0.1:1\" wieght=3 // <-"), "unknown-property"),
            (upstream("target \"127.0.0.1:1\" weight=0 // <-"), "out-of-range"),
            (upstream("target \"127.0.0.1\" // <-"), "bad-address"),
            (upstream("target \"http://x:80\" // <-"), "bad-address"),
            (upstream("health-check {\ntype \"http\" {\nexpected-status 200 // <-\n}\n}"), "wrong-type"),
            (upstream("health-check {\npath \"/x\" // <-\n}"), "unknown-key"),
            (upstream("load-balancing \"least-connections\" // <-"), "unknown-value"),
            (upstream("load-balancing \"fastest\" // <-"), "unknown-value"),
            (upstream("load-balancing \"random\" { // <-\nx 1\n}"), "block-unexpected"),
            (route("builtin-handler \"healthz\" // <-"), "unknown-value"),
            (route("retry-policy {\nbackoff \"5 apples\" // <-\n}"), "bad-duration"),
            (route("retry-policy {\nbackoff \"\u{661}s\" // <-\n}"), "bad-duration"),
            (route("policies \"x\" { // <-\n}"), "surplus-argument"),
            (route("policies // <-"), "block-missing"),
            (filter("type \"rate-limit\"\nkey \"cookie\" // <-"), "unknown-value"),
            (filter("type \"rate-limit\"\nkey \"header:a b\" // <-"), "bad-header-name"),
            (filter("type \"rate-limit\"\non-limit \"drop\" // <-"), "unknown-value"),
            (listener("address \"localhost:80\" // <-"), "bad-address"),
            (listener("address \"127.0.0.1\" // <-"), "bad-address"),
            (listener("address \"127.0.0.1:1\"\nprotocol \"tcp\" // <-"), "unknown-value"),
            (listener("address \"127.0.0.1:1\"\nprotocol \"h3\" // <-"), "http3-unsupported"),
            (top("limits {\nmax-body-size 1000 // <-\n}"), "out-of-range"),
            (route("policies {\nresponse-headers {\nset {\n\"a b\" \"x\" // <-\n}\n}\n}"), "bad-header-name"),
            (
                route("policies {\nresponse-headers {\nset {\nX-A \"x\\n\" // <-\n}\n}\n}"),
                "control-character",
            ),
            (route("policies {\nresponse-headers {\nset {\nX-A 1 // <-\n}\n}\n}"), "wrong-type"),
            (route("policies {\nresponse-headers {\nset {\nX-A \"1\" \"2\" // <-\n}\n}\n}"), "bad-header"),
        ],
        refused,
    );
}

#[test]
fn expressions_that_do_not_compile_are_refused() {
    check_all(
        vec![
            (matching("path-regex \"^/(a\" // <-"), "bad-regex"),
            (matching("path-regex \"(\\\\w{1000}){1000}\" // <-"), "bad-regex"),
            (matching("host \"api-[a-z.example.com\" // <-"), "bad-regex"),
            (matching("host \"*\" // <-"), "bad-host"),
            (matching("host \"https://x\" // <-"), "bad-host"),
            (matching("host \"x:80\" // <-"), "bad-host"),
            (matching("host \"[::1]\" // <-"), "bad-host"),
            (matching("path \"x\" // <-"), "bad-path"),
            (matching("path \"/x?y\" // <-"), "bad-path"),
            (matching("method \"get\" // <-"), "bad-method"),
            (matching("header \"a b\" // <-"), "bad-header-name"),
        ],
        refused,
    );
}

#[test]
fn settings_that_mislead_or_endanger_are_refused() {
    check_all(
        vec![
            (top("system_ { }"), "unknown-block"),
            (matching("query-param \"a\" // <-"), "query-param-never-matches"),
            (matching("path \"/a\"\npath \"/b\" // <-"), "several-paths"),
            (matching("path-prefix \"/a\"\npath-prefix \"/b\" // <-"), "several-paths"),
            (matching("path \"/a\"\nmethod \"GET\" \"POST\" // <-"), "several-methods"),
            (matching("path \"/a\"\nmethod \"GET\"\nmethod \"POST\" // <-"), "several-methods"),
            (filter("type \"compress\" // <-"), "compress-panics"),
            (filter("type \"geo\" // <-\ndatabase-path \"/x.mmdb\""), "geo-ineffective"),
            (filter("type \"cors\"\nallowed-origins \"https://x\" // <-"), "cors-option-ignored"),
            (filter("type \"rate-limit\"\nbackend \"redis\" // <-"), "rate-limit-backend-unused"),
            (filter("type \"rate-limit\"\nredis-url \"redis://x\" // <-"), "rate-limit-backend-unused"),
            (route("policies {\ncache { } // <-\n}"), "policies-cache-ignored"),
            (route("policies {\nmax-body-size \"10MB\" // <-\n}"), "route-body-limit-unwired"),
            (route("policies {\nmax-body-size 10 // <-\n}"), "route-body-limit-unwired"),
            (route("agents \"waf\" // <-"), "route-agents-ignored"),
            (route("circuit-breaker { } // <-"), "route-circuit-breaker-ignored"),
            (route("api-schema { } // <-"), "api-schema-breaks-requests"),
            (route("fallback { } // <-"), "fallback-ineffective"),
            (route("waf-enabled #true // <-"), "waf-enabled-unwired"),
            (route("cache {\nenabled #true\nvary-headers \"Accept\" // <-\n}"), "cache-vary-unwired"),
            (route("inference {\nguardrails { } // <-\n}"), "guardrails-inert"),
            (
                route(
                    "inference {\nrate-limit {\ntokens-per-minute 5\nestimation-method \"tiktoken\" // <-\n}\n}",
                ),
                "feature-missing",
            ),
            (upstream("tls {\nca-cert \"/ca.pem\" // <-\n}"), "upstream-ca-cert-unwired"),
            (upstream("load-balancing \"ip_hash\" // <-"), "load-balancing-ineffective"),
            (upstream("load-balancing \"least_connections\" // <-"), "load-balancing-ineffective"),
            (upstream("load-balancing \"maglev\" // <-"), "load-balancing-ineffective"),
            (upstream("load-balancing \"consistent_hash\" // <-"), "load-balancing-ineffective"),
            (
                upstream("load-balancing \"sticky\" { // <-\ncookie-name \"x\"\n}"),
                "load-balancing-ineffective",
            ),
            (
                upstream("discovery \"kubernetes\" { // <-\nnamespace \"n\"\nservice \"s\"\n}"),
                "feature-missing",
            ),
            (listener("address \"127.0.0.1:1\"\ndefault-route \"main\" // <-"), "default-route-unused"),
            (top("limits {\nmax-total-connections 5 // <-\n}"), "limits-unwired"),
            (top("rate-limits {\ndefault-rps 5 // <-\n}"), "rate-limit-defaults-unwired"),
            (top("waf {\nmode \"prevention\" // <-\n}"), "waf-not-built-in"),
            (top("waf { // <-\nbody-inspection { }\n}"), "waf-not-built-in"),
            (top("waf {\nmode \"off\"\nruleset { } // <-\n}"), "waf-inert"),
            (top("namespace \"n\" {\nupstreams { } // <-\n}"), "namespace-local"),
            (top("namespace \"n\" {\nservice \"s\" { } // <-\n}"), "namespace-local"),
            (top("namespace \"n\" {\nlisteners { } // <-\n}"), "namespace-local"),
            (
                top(
                    "filters { filter \"h\" { type \"headers\"; }; }\nnamespace \"n\" {\nroutes {\nroute \"x\" {\nmatches { path \"/\"; }\nupstream \"u\"\nfilters \"h\" // <-\n}\n}\n}",
                ),
                "namespace-local",
            ),
            (agent("http \"http://x\" // <-"), "agent-http-transport"),
            (agent("unix-socket \"/run/a.sock\"\nconfig { } // <-"), "agent-config-undelivered"),
            (agent("unix-socket \"/run/a.sock\"\nprotocol-version \"v2\" // <-"), "deprecated-setting"),
            (agent("grpc \"http://x:1\" {\ntls-insecure // <-\n}"), "agent-tls-unused"),
            (agent("transport { } // <-"), "unknown-key"),
            (agent("timeout-ms 5"), "agent-transport"),
            (BASE.replace("worker-threads 1;", "daemon #true; // <-\n"), "daemon-refused"),
            (BASE.replace("worker-threads 1;", "auto-reload #true; // <-\n"), "auto-reload-refused"),
            (
                BASE.replace("worker-threads 1;", "working-directory \"/\"; // <-\n"),
                "working-directory-refused",
            ),
        ],
        refused,
    );
}

#[test]
fn contradictions_between_settings_are_refused() {
    let socket = "agents { agent \"a\" { unix-socket \"/run/a.sock\"; failure-mode \"closed\"; }; }\nfilters { filter \"ag\" { type \"agent\"; agent \"a\"; }; }\n";
    check_all(
        vec![
            (route("static-files { // <-\nroot \"/srv\"\n}"), "two-answers"),
            (route("builtin-handler \"health\" // <-"), "two-answers"),
            (top("routes {\nroute \"r\" { // <-\nmatches { path \"/r\"; }\n}\n}"), "no-answer"),
            (top("routes {\nroute \"r\" { // <-\nupstream \"u\"\n}\n}"), "no-conditions"),
            (top("routes {\nroute \"main\" { // <-\nmatches { path \"/r\"; }\nupstream \"u\"\n}\n}"), "duplicate-name"),
            (top("upstreams {\nupstream \"u\" { // <-\ntarget \"127.0.0.1:1\"\n}\n}"), "duplicate-name"),
            (route("filters \"nope\" // <-"), "unknown-reference"),
            (route("shadow {\nupstream \"nope\" // <-\n}"), "unknown-reference"),
            (route("inference {\nmodel-routing {\nmodel \"gpt*\" upstream=\"nope\" // <-\n}\n}"), "unknown-reference"),
            (route("mcp {\nupstreams {\nupstream \"nope\" prefix=\"p\" // <-\n}\n}"), "unknown-reference"),
            (filter("type \"agent\"\nagent \"nope\" // <-"), "unknown-reference"),
            (listener("address \"127.0.0.1:1\"\nnamespace \"nope\" // <-"), "unknown-reference"),
            (listener("address \"127.0.0.1:8080\" // <-"), "address-in-use"),
            (listener("address \"0.0.0.0:8080\" // <-"), "address-in-use"),
            (top("observability {\nmetrics {\naddress \"0.0.0.0:8080\" // <-\n}\n}"), "address-in-use"),
            (top("listeners {\nlistener \"a\" { address \"127.0.0.1:${node.p}\"; }\nlistener \"b\" {\naddress \"0.0.0.0:${node.p}\" // <-\n}\n}"), "address-in-use"),
            (
                top(&format!("{socket}routes {{\nroute \"r\" {{\nmatches {{ path \"/r\"; }}\nbuiltin-handler \"health\"\nfilters \"ag\" // <-\n}}\n}}")),
                "agent-filter-skipped",
            ),
            (
                top(&format!("{socket}routes {{\nroute \"r\" {{\nmatches {{ path \"/r\"; }}\nstatic-files {{ root \"/srv\"; }}\nfilters \"ag\" // <-\n}}\n}}")),
                "agent-filter-skipped",
            ),
            (listener("address \"127.0.0.1:1\"\ntls { // <-\ncert-file \"/c\"\nkey-file \"/k\"\n}"), "tls-ignored"),
            (top("listeners {\nlistener \"l\" { // <-\naddress \"127.0.0.1:1\"\nprotocol \"https\"\n}\n}"), "tls-missing"),
            (listener("address \"127.0.0.1:1\"\nprotocol \"https\"\ntls { // <-\ncert-file \"/c\"\n}"), "tls-incomplete"),
            (
                listener("address \"127.0.0.1:1\"\nprotocol \"https\"\ntls { // <-\ncert-file \"/c\"\nkey-file \"/k\"\nclient-auth #true\n}"),
                "tls-incomplete",
            ),
            (
                "system { }\nnamespace \"n\" { routes { route \"x\" { matches { path \"/\"; }; builtin-handler \"health\"; }; }; }\nlisteners {\nlistener \"l\" { // <-\naddress \"127.0.0.1:1\"\nnamespace \"n\"\n}\n}".to_owned(),
                "no-global-listener",
            ),
        ],
        refused,
    );
}

#[test]
fn what_belongs_to_the_control_plane_is_refused() {
    check_all(
        vec![
            (
                top("routes {\nroute \"sentinel-x\" { // <-\nmatches { path \"/r\"; }\nupstream \"u\"\n}\n}"),
                "reserved-name",
            ),
            (top("namespace \"sentinel-ops\" { // <-\n}"), "reserved-name"),
            (
                top("listeners {\nlistener \"sentinel-l\" { // <-\naddress \"127.0.0.1:1\"\n}\n}"),
                "reserved-name",
            ),
            (matching("host \"x.sentinel-probe.invalid\" // <-"), "reserved-name"),
            (matching("host \"*.Sentinel-Probe.invalid.\" // <-"), "reserved-name"),
            (listener("address \"${node.ops_addr}\" // <-"), "reserved-name"),
        ],
        refused,
    );
}

#[test]
fn a_variable_in_a_comment_is_shown_at_its_line() {
    let found = refused(&top("// ${node.x}"));
    assert_eq!((found[0].code, found[0].line), ("node-variable-misplaced", Some(5)), "{found:?}");
    assert!(found[0].help.is_some(), "{found:?}");
}

#[test]
fn node_variables_may_only_stand_in_addresses() {
    check_all(
        vec![
            (upstream("target \"${node.x}:80\" // <-"), "node-variable-misplaced"),
            (route("service-type \"${node.x}\" // <-"), "node-variable-misplaced"),
            (top("// ${node.x}"), "node-variable-misplaced"),
            (listener("address \"127.0.0.1:1${node.x}\" // <-"), "bad-address"),
            (listener("address \"${node.X}\""), "node-variable-malformed"),
            (listener("address \"127.0.0.1:${node.x\""), "node-variable-malformed"),
            (
                top(
                    "listeners {\nlistener \"a\" { address \"${node.p}\"; }\nlistener \"b\" {\naddress \"0.0.0.0:${node.p}\" // <-\n}\n}",
                ),
                "node-variable-ambiguous",
            ),
        ],
        refused,
    );
    let source = listener("address \"${node.bind}:${node.port_2}\"");
    let validated = validate(&source, &ValidateContext::default()).unwrap();
    let names: Vec<&str> = validated.variables.iter().map(|variable| variable.name.as_str()).collect();
    assert_eq!(names, ["bind", "port_2"]);
}

#[test]
fn settings_without_effect_and_surprises_are_warned_about() {
    check_all(
        vec![
            (upstream("health-check { // <-\ntype \"tcp\"\n}"), "health-check-probes-only"),
            (upstream("connection-pool {\nmax-idle 5 // <-\n}"), "no-effect"),
            (upstream("timeouts {\nrequest-secs 5 // <-\n}"), "no-effect"),
            (upstream("target \"127.0.0.1:1\" weight=3 // <-"), "no-effect"),
            (upstream("tls {\ninsecure-skip-verify #true // <-\n}"), "upstream-not-verified"),
            (top("upstreams {\nupstream \"v\" { // <-\ntarget \"127.0.0.1:1\"\n}\n}"), "unused"),
            (filter("type \"cors\" // <-"), "cors-wide-open"),
            (filter("type \"redirect\" // <-\nscheme \"https\""), "redirect-drops-query"),
            (filter("type \"rate-limit\"\nkey \"client-ip\" // <-"), "rate-limit-key-shared"),
            (filter("type \"rate-limit\"\nkey \"header:X-Key\" // <-"), "rate-limit-key-shared"),
            (filter("type \"rate-limit\"\nburst 5 // <-"), "no-effect"),
            (route("cache { // <-\nenabled #true\n}"), "cache-key-path-only"),
            (route("cache { // <-\ndefault-ttl-secs 5\n}"), "cache-disabled"),
            (route("service-type \"web\" // <-"), "no-effect"),
            (
                top(
                    "routes {\nroute \"r\" {\nmatches { path \"/r\"; }\nbuiltin-handler \"config\" // <-\n}\n}",
                ),
                "builtin-exposed",
            ),
            (
                top(
                    "routes {\nroute \"r\" { // <-\npriority \"low\"\nmatches { path-prefix \"/\"; }\nupstream \"u\"\n}\n}",
                ),
                "same-conditions",
            ),
            (
                top(
                    "routes {\nroute \"r\" {\nmatches { path-prefix \"/s\"; }\nstatic-files {\nroot \"/does/not/exist\" // <-\n}\n}\n}",
                ),
                "file-unchecked",
            ),
            (agent("unix-socket \"/does/not/exist/a.sock\" // <-"), "file-unchecked"),
            (top("agents {\nagent \"a\" { // <-\nunix-socket \"/run/a.sock\"\n}\n}"), "failure-mode-unset"),
            (top("namespace \"n\" { // <-\nroutes { }\n}"), "unused"),
            (top("observability {\nlogging {\nlevel \"debug\" // <-\n}\n}"), "no-effect"),
            (BASE.replace("worker-threads 1;", "max-connections 5; // <-\n"), "no-effect"),
        ],
        warned,
    );
}

#[test]
fn everything_the_proxy_is_known_to_support_passes() {
    let source = include_str!("supported.kdl");
    let context = ValidateContext { second_key_check: true, ..ValidateContext::default() };
    let validated = validate(source, &context).unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!(validated.config.routes.len(), 12);
    assert_eq!(validated.variables.len(), 3);
}

#[test]
fn the_same_text_always_gives_the_same_report() {
    let source =
        format!("{}{}", route("filters \"x\" \"y\" // <-\nagents \"q\""), "waf { }\nlimits { x 1; }\n");
    let first = refused(&source);
    assert!(first.len() >= 5, "{first:#?}");
    for _ in 0..5 {
        assert_eq!(refused(&source), first);
    }
}

#[test]
fn problems_serialise_with_place_code_and_advice() {
    let problems = refused(&upstream("target \"127.0.0.1:1\" wieght=3 // <-"));
    let json = serde_json::to_value(&problems[0]).unwrap();
    assert_eq!(json["code"], "unknown-property");
    assert_eq!(json["line"], 8);
    assert_eq!(json["column"], 22);
    assert_eq!(json["path"], "upstreams.upstream[\"v\"].target");
    assert_eq!(json["help"], "did you mean `weight`?");
}

/// Whatever the proxy's own key check reports is a problem here too, in every block of the table.
#[test]
fn the_table_covers_the_proxys_own_key_check() {
    for source in [
        route("zzz 1"),
        upstream("zzz 1"),
        upstream("connection-pool { zzz 1; }"),
        upstream("tls { zzz 1; }"),
        upstream("discovery \"dns\" { hostname \"x\"; port 1; zzz 1; }"),
        upstream("health-check { type \"http\" { service \"x\"; }; }"),
        upstream("health-check { zzz 1; }"),
        listener("address \"127.0.0.1:1\"\nzzz 1"),
        filter("type \"rate-limit\"\nzzz 1"),
        agent("unix-socket \"/a\"\nzzz 1"),
        route("cache { backend \"disk\"; }"),
        route("policies { zzz 1; }"),
        top("cache { default-ttl-secs 1; }"),
        top("rate-limits { zzz 1; }"),
        top("observability { logging { access-log { level \"x\"; }; }; }"),
        top("observability { metrics { zzz 1; }; }"),
        BASE.replace("worker-threads 1", "workers 1"),
    ] {
        assert!(!proxy_config::unknown_keys(&source).is_empty(), "{source}");
        let problems = refused(&source);
        assert!(problems.iter().any(|problem| problem.code == "unknown-key"), "{source}\n{problems:#?}");
    }
}

#[test]
fn a_misspelt_answer_of_a_route_is_one_problem_and_not_also_its_consequence() {
    let problems =
        refused(&top("routes {\nroute \"r\" {\nmatches { path \"/r\"; }\nupsteam \"u\" // <-\n}\n}"));
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["unknown-key"]);
}
