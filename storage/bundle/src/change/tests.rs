//! Every kind of change and what it asks for.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::proxy_config::parse;

const OLD: &str = r#"system { worker-threads 1; }
listeners { listener "l" { address "127.0.0.1:1"; }; listener "o" { address "127.0.0.1:2"; namespace "n"; }; }
namespace "n" { routes { route "s" { matches { path "/s"; }; builtin-handler "status"; }; }; }
upstreams { upstream "u" { target "a:1"; }; upstream "v" { target "a:2"; }; }
agents { agent "guard" { unix-socket "/run/g"; failure-mode "closed"; }; }
filters {
    filter "g" { type "agent"; agent "guard"; }
    filter "rl" { type "rate-limit"; max-rps 5; }
    filter "h" { type "headers"; set { X-A "1"; }; }
    filter "t" { type "timeout"; connect-timeout-secs 1; }
    filter "x" { type "log"; }
}
limits { max-header-count 50; }
routes {
    route "a" { matches { path "/a"; }; upstream "u"; filters "g" "h"; }
    route "b" { matches { path "/b"; }; upstream "v"; policies { timeout-secs 5; }; }
}
"#;

fn change(from: &str, to: &str) -> Activation {
    let changed = OLD.replace(from, to);
    assert_ne!(changed, OLD, "{from}");
    classify(Some(&parse(OLD).unwrap()), &parse(&changed).unwrap())
}

#[test]
fn a_reload_is_enough_for_what_the_proxy_applies() {
    for (from, to) in [
        ("path \"/a\"", "path \"/aa\""),
        ("path \"/a\"", "path-prefix \"/a\"; method \"GET\""),
        ("path \"/b\"; }; upstream \"v\"", "path \"/b\"; }; upstream \"u\"; priority 7"),
        ("target \"a:1\"", "target \"a:1\"; target \"a:3\""),
        (
            "target \"a:1\"",
            "target \"a:1\"; load-balancing \"random\"; timeouts { read-secs 1; }; circuit-breaker { failure-threshold 2; }; tls { sni \"x\"; }",
        ),
        ("set { X-A \"1\"; }", "set { X-A \"2\"; }"),
        ("set { X-A \"1\"; }; }", "}"),
        ("connect-timeout-secs 1", "connect-timeout-secs 2"),
        ("filter \"h\"", "filter \"r\" { type \"redirect\"; scheme \"https\"; }\nfilter \"h\""),
        ("filters \"g\" \"h\"", "filters \"g\""),
        ("filters \"g\" \"h\"", "filters \"h\" \"g\" \"t\""),
        (
            "timeout-secs 5",
            "timeout-secs 6; request-headers { remove \"X\"; }; response-headers { remove \"Y\"; }",
        ),
        ("max-header-count 50", "max-header-count 60"),
        (
            "route \"b\"",
            "route \"c\" { matches { path \"/c\"; }; upstream \"u\"; filters \"h\"; retry-policy { max-attempts 2; }; }\nroute \"b\"",
        ),
        ("route \"b\" { matches { path \"/b\"; }; upstream \"v\"; policies { timeout-secs 5; }; }", ""),
        ("upstream \"v\"; policies", "upstream \"v\"; shadow { upstream \"u\"; }; policies"),
        ("upstream \"v\" {", "upstream \"w\" { target \"a:9\"; }; upstream \"v\" {"),
        ("path \"/s\"", "path \"/status\""),
        ("route \"s\"", "route \"c\" { matches { path \"/c\"; }; builtin-handler \"config\"; }; route \"s\""),
    ] {
        assert_eq!(change(from, to), Activation::Reload, "{from} -> {to}");
    }
}

#[test]
fn everything_else_asks_for_a_new_process() {
    for (from, to, reason) in [
        ("worker-threads 1", "worker-threads 2", "`server` changed"),
        ("127.0.0.1:1\"", "127.0.0.1:3\"", "`listeners` changed"),
        (
            "listener \"o\"",
            "listener \"p\" { address \"127.0.0.1:4\"; }; listener \"o\"",
            "`listeners` changed",
        ),
        ("/run/g", "/run/h", "`agents` changed"),
        ("max-rps 5", "max-rps 6", "filter \"rl\" changed"),
        ("type \"log\"", "type \"log\"; log-request #false", "filter \"x\" changed"),
        ("agent \"guard\"; }", "agent \"guard\"; failure-mode \"open\"; }", "filter \"g\" changed"),
        ("filters \"g\" \"h\"", "filters \"h\"", "route \"a\": `filters` changed"),
        ("filters \"g\" \"h\"", "filters \"g\" \"rl\" \"h\"", "route \"a\": `filters` changed"),
        (
            "route \"b\"",
            "route \"c\" { matches { path \"/c\"; }; upstream \"u\"; filters \"g\"; }\nroute \"b\"",
            "route \"c\": `filters` changed",
        ),
        (
            "route \"b\"",
            "route \"c\" { matches { path \"/c\"; }; static-files { root \"/srv\"; }; }\nroute \"b\"",
            "route \"c\": `static_files` changed",
        ),
        ("timeout-secs 5", "timeout-secs 5; failure-mode \"open\"", "route \"b\": `failure_mode` changed"),
        (
            "timeout-secs 5",
            "timeout-secs 5; rate-limit { requests-per-second 5; }",
            "route \"b\": `rate_limit` changed",
        ),
        (
            "upstream \"v\"; policies",
            "upstream \"v\"; cache { enabled #true; }; policies",
            "route \"b\": `cache` changed",
        ),
        (
            "upstream \"v\"; policies",
            "upstream \"v\"; websocket #true; policies",
            "route \"b\": `websocket` changed",
        ),
        (
            "upstream \"v\"; policies",
            "upstream \"v\"; inference { }; policies",
            "route \"b\": `inference` changed",
        ),
        (
            "target \"a:1\"",
            "target \"a:1\"; health-check { type \"tcp\"; }",
            "upstream \"u\": `health_check` changed",
        ),
        (
            "target \"a:1\"",
            "target \"a:1\"; connection-pool { idle-timeout-secs 5; }",
            "upstream \"u\": `connection_pool` changed",
        ),
        (
            "upstream \"v\" {",
            "upstream \"w\" { discovery \"dns\" { hostname \"x\"; port 1; }; }; upstream \"v\" {",
            "upstream \"w\": `discovery` changed",
        ),
        ("limits {", "cache { backend \"memory\"; }\nlimits {", "`cache` changed"),
        ("limits {", "rate-limits { global { max-rps 5; }; }\nlimits {", "`rate_limits` changed"),
        ("limits {", "waf { mode \"off\"; }\nlimits {", "`waf` changed"),
        (
            "limits {",
            "observability { metrics { address \"127.0.0.1:9\"; }; }\nlimits {",
            "`observability` changed",
        ),
        (
            "namespace \"n\" {",
            "namespace \"m\" { routes { }; }\nnamespace \"n\" {",
            "namespace \"m\" was added or removed",
        ),
    ] {
        match change(from, to) {
            Activation::Upgrade { reasons } => {
                assert!(reasons.iter().any(|found| found.ends_with(reason)), "{from} -> {to}: {reasons:?}");
            }
            other => panic!("{from} -> {to}: {other:?}"),
        }
    }
}

#[test]
fn nothing_running_means_start_and_the_same_means_nothing() {
    let config = parse(OLD).unwrap();
    assert_eq!(classify(None, &config), Activation::Start);
    assert_eq!(classify(Some(&config), &config.clone()), Activation::Unchanged);
}

#[test]
fn two_versions_of_one_bundle_differ_by_a_reload() {
    let compiled = |version: &str| {
        let input = crate::compile::CompileInput {
            version,
            ..crate::compile::tests::input(crate::compile::tests::SOURCE)
        };
        let artefact = crate::compile::compile(&input).unwrap();
        crate::proxy_config::parse_template(&artefact.compiled, &artefact.manifest.variables).unwrap()
    };
    assert_eq!(classify(Some(&compiled("1")), &compiled("2")), Activation::Reload);
}
