#![allow(clippy::unwrap_used)]
use serde_json::json;

use super::*;

/// A document from its JSON form.
pub(crate) fn document(value: serde_json::Value) -> Document {
    serde_json::from_value(value).unwrap()
}

fn places(value: serde_json::Value) -> Vec<(String, &'static str)> {
    let problems = emit(&document(value)).unwrap_err();
    problems.into_iter().map(|problem| (problem.path.unwrap_or_default(), problem.code)).collect()
}

#[test]
fn a_service_becomes_a_route_with_its_upstream_and_filters() {
    let emitted = emit(&document(json!({
        "version": 1,
        "services": {
            "shop": {
                "route_path": "/shop/*",
                "hosts": ["shop.example.com"],
                "methods": ["GET", "POST"],
                "upstream_url": "http://10.0.0.1:8080",
                "rate_limit": { "requests": 50 },
                "path_rewrite": { "replace_prefix": "/" },
                "middlewares": [{ "middleware": "careful" }],
            },
        },
        "middlewares": { "careful": { "middleware_type": "security", "config": { "no_sniff": true } } },
    })))
    .unwrap();
    let route = &emitted.config.routes[0];
    assert_eq!(route.upstream.as_deref(), Some("shop.url"));
    assert_eq!(route.filters, ["shop.rate-limit", "shop.rewrite"]);
    assert_eq!(route.policies.response_headers.set["X-Content-Type-Options"], "nosniff");
    assert_eq!(emitted.config.listeners[0].address, "0.0.0.0:${node.http_port}");
    assert_eq!(emitted.config.upstreams["shop.url"].targets[0].address, "10.0.0.1:8080");
    assert!(emitted.needs.contains(&Feature::Method) && emitted.needs.contains(&Feature::RewritePrefix));
}

#[test]
fn what_cannot_be_had_is_refused_at_its_place() {
    let found = places(json!({
        "version": 1,
        "services": {
            "a": {
                "route_path": "/a",
                "upstream_group": "g",
                "compression": { "algorithms": ["gzip"] },
                "rate_limit": { "requests": 5, "by": "client_ip" },
                "match_query": { "x": null },
                "path_rewrite": { "replace_prefix": "/" },
            },
            "b": { "route_path": "/b", "redirect_url": "https://c.example/", "timeout_seconds": 3, "cors": { "allowed_origins": ["*"] } },
            "c": { "route_path": "/c", "respond_status": 200, "respond_body": "OK" },
        },
        "upstream_groups": { "g": {
            "algorithm": "ip_hash",
            "targets": [{ "host": "a", "port": 1, "enabled": false, "max_connections": 3 }],
            "health_check": { "path": "/" },
        } },
    }));
    let expected = [
        ("services.a.compression", "not-supported"),
        ("services.a.match_query", "not-supported"),
        ("services.a.path_rewrite.replace_prefix", "no-prefix"),
        ("services.a.rate_limit.by", "not-supported"),
        ("services.b.cors", "no-effect"),
        ("services.b.timeout_seconds", "no-effect"),
        ("services.c.respond_status", "not-supported"),
        ("upstream_groups.g.algorithm", "not-supported"),
        ("upstream_groups.g.health_check", "not-supported"),
        ("upstream_groups.g.targets", "no-targets"),
        ("upstream_groups.g.targets[0].max_connections", "not-supported"),
    ];
    assert_eq!(found, expected.map(|(path, code)| (path.to_owned(), code)));
}

#[test]
fn browsers_may_ask_first_where_cors_is_and_methods_are_named() {
    let methods = |service: serde_json::Value| {
        let mut whole = json!({ "route_path": "/*", "upstream_url": "http://a", "methods": ["GET", "PUT"] });
        whole.as_object_mut().unwrap().extend(service.as_object().unwrap().clone());
        let emitted = emit(&document(json!({ "version": 1, "services": { "s": whole } }))).unwrap();
        let named = emitted.config.routes[0].matches.iter().find_map(|condition| match condition {
            zentinel_config::MatchCondition::Method(methods) => Some(methods.clone()),
            _ => None,
        });
        named.unwrap()
    };
    assert_eq!(methods(json!({})), ["GET", "PUT"]);
    assert_eq!(methods(json!({ "cors": { "allowed_origins": ["*"] } })), ["GET", "PUT", "OPTIONS"]);
}

#[test]
fn only_one_host_is_cached() {
    let service = |path: &str, hosts: serde_json::Value| json!({ "route_path": path, "hosts": hosts, "upstream_url": "http://a", "cache": {} });
    let with = |a: serde_json::Value, b: serde_json::Value| json!({ "version": 1, "services": { "a": service("/a/*", a), "b": service("/b/*", b) } });
    assert!(emit(&document(with(json!(["x.example"]), json!(["x.example"])))).is_ok());
    assert_eq!(
        places(with(json!(["x.example"]), json!(["y.example"]))),
        [("services.b.cache".to_owned(), "not-supported")]
    );
    assert_eq!(
        places(with(json!(["x.example"]), json!([]))),
        [("services.b.cache".to_owned(), "not-supported")]
    );
}

#[test]
fn a_split_is_one_upstream_and_a_route_for_each_rule() {
    let value = json!({
        "version": 1,
        "services": { "s": { "route_path": "/*", "traffic_split": {
            "splits": [{ "upstream_group": "old", "weight": 90 }, { "upstream_group": "new", "weight": 10 }],
            "match_rules": [{ "type": "header", "name": "X-Beta", "value": "1", "upstream_group": "new" }],
        } } },
        "upstream_groups": {
            "old": { "targets": [{ "host": "10.0.0.1", "port": 80 }, { "host": "10.0.0.2", "port": 80 }] },
            "new": { "targets": [{ "host": "10.0.0.3", "port": 80 }] },
        },
    });
    let emitted = emit(&document(value.clone())).unwrap();
    let weights: Vec<(&str, u32)> = emitted.config.upstreams["s.split"]
        .targets
        .iter()
        .map(|target| (target.address.as_str(), target.weight))
        .collect();
    assert_eq!(weights, [("10.0.0.1:80", 9), ("10.0.0.2:80", 9), ("10.0.0.3:80", 2)]);
    let routes: Vec<&str> = emitted.config.routes.iter().map(|route| route.id.as_str()).collect();
    assert_eq!(routes, ["s.rule-1", "s"]);
    assert_eq!(emitted.config.routes[0].upstream.as_deref(), Some("new"));
    assert!(emitted.config.routes[0].priority > emitted.config.routes[1].priority);
    let mut differ = value;
    differ["upstream_groups"]["new"]["timeouts"] = json!({ "read_seconds": 5 });
    assert_eq!(places(differ), [("services.s.traffic_split".to_owned(), "split-groups-differ")]);
}

#[test]
fn what_is_said_twice_is_refused_and_headers_are_merged() {
    let middleware =
        |kind: &str, config: serde_json::Value| json!({ "middleware_type": kind, "config": config });
    let mut value = json!({
        "version": 1,
        "services": { "s": {
            "route_path": "/*",
            "upstream_url": "http://a",
            "headers": { "request": { "set": { "X-A": "1", "X-B": "1" } } },
            "middlewares": [{ "middleware": "one" }, { "middleware": "two" }],
        } },
        "middlewares": {
            "one": middleware("headers", json!({ "request": { "set": { "X-B": "2" }, "remove": ["X-C"] } })),
            "two": middleware("retry", json!({})),
        },
    });
    let emitted = emit(&document(value.clone())).unwrap();
    let headers = &emitted.config.routes[0].policies.request_headers;
    assert_eq!((headers.set["X-A"].as_str(), headers.set["X-B"].as_str()), ("1", "2"));
    assert_eq!(headers.remove, ["X-C"]);
    value["services"]["s"]["retry"] = json!({});
    assert_eq!(places(value), [("services.s".to_owned(), "said-twice")]);
}

#[test]
fn what_stands_for_something_else_is_refused_where_nobody_fills_it_in() {
    let found = places(json!({
        "version": 1,
        "listeners": { "l": { "address": "${node.ip}:80" } },
        "services": { "s": {
            "route_path": "/*",
            "upstream_url": "http://a",
            "description": "${secrets.KEY}",
            "headers": { "request": { "set": { "X-Node": "${node.name}", "X-Key": "${secrets.KEY}", "X-Bad": "${secrets.key}" } } },
        } },
    }));
    let at = |name: &str| format!("services.s.headers.request.set.{name}");
    let expected = [
        ("services.s.description".to_owned(), "secret-misplaced"),
        (at("X-Bad"), "secret-malformed"),
        (at("X-Node"), "node-variable-misplaced"),
    ];
    assert_eq!(found, expected);
}

/// A document that asks for one thing.
fn asking(feature: Feature) -> serde_json::Value {
    let service = |more: serde_json::Value| {
        let mut service = json!({ "route_path": "/*", "upstream_url": "http://a" });
        service.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "version": 1, "services": { "s": service } })
    };
    let group = |more: serde_json::Value| {
        let mut group = json!({ "targets": [{ "host": "a", "port": 1 }] });
        group.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({
            "version": 1,
            "services": { "s": { "route_path": "/*", "upstream_group": "g" } },
            "upstream_groups": { "g": group },
            "trust_stores": { "t": { "certificates_pem": "-----BEGIN CERTIFICATE-----" } },
        })
    };
    match feature {
        Feature::QueryMatch => service(json!({ "match_query": { "q": "1" } })),
        Feature::SplitCookie => json!({
            "version": 1,
            "services": { "s": { "route_path": "/*", "traffic_split": {
                "splits": [{ "upstream_group": "g", "weight": 1 }],
                "match_rules": [{ "type": "cookie", "name": "beta", "value": "1", "upstream_group": "g" }],
            } } },
            "upstream_groups": { "g": { "targets": [{ "host": "a", "port": 1 }] } },
        }),
        Feature::Respond => {
            json!({ "version": 1, "services": { "s": { "route_path": "/", "respond_status": 200 } } })
        }
        Feature::CacheManyHosts => service(json!({ "cache": {} })),
        Feature::CacheVary => service(json!({ "hosts": ["a"], "cache": { "vary": ["Accept"] } })),
        Feature::CacheIgnoreQuery => service(json!({ "hosts": ["a"], "cache": { "ignore_query": ["utm"] } })),
        Feature::RetryPerTry => service(json!({ "retry": { "per_try_timeout_ms": 500 } })),
        Feature::CacheMaxBytes => service(json!({ "hosts": ["a"], "cache": { "max_bytes": 1000 } })),
        Feature::CacheRewritten => {
            service(json!({ "hosts": ["a"], "cache": {}, "path_rewrite": { "replace_prefix": "/" } }))
        }
        Feature::ListenerTlsTimeout => {
            let mut value = service(json!({}));
            value["listeners"] = json!({
                "plain": { "address": "0.0.0.0:80" },
                "l": { "address": "0.0.0.0:443", "protocol": "https", "request_timeout_seconds": 5,
                       "tls": { "certificate_file": "/c", "key_file": "/k" } },
            });
            value
        }
        Feature::CachePrivate => service(json!({ "hosts": ["a"], "cache": { "private": true } })),
        Feature::RateLimitWindow => service(json!({ "rate_limit": { "requests": 9, "per_seconds": 60 } })),
        Feature::RateLimitBurst => service(json!({ "rate_limit": { "requests": 9, "burst": 3 } })),
        Feature::RateLimitClient => service(json!({ "rate_limit": { "requests": 9, "by": "client_ip" } })),
        Feature::RateLimitHeader => {
            service(json!({ "rate_limit": { "requests": 9, "by": { "header": "X-Key" } } }))
        }
        Feature::AccessControl => service(json!({ "access_control": { "deny": ["10.0.0.0/8"] } })),
        Feature::Compression => service(json!({ "compression": { "algorithms": ["gzip"] } })),
        Feature::RequestTransform => service(json!({ "request_transform": { "remove": ["/a"] } })),
        Feature::ResponseTransform => service(json!({ "response_transform": { "remove": ["/a"] } })),
        Feature::LeastConn => group(json!({ "algorithm": "least_conn" })),
        Feature::IpHash => group(json!({ "algorithm": "ip_hash" })),
        Feature::ConsistentHash => group(json!({ "algorithm": "consistent_hash" })),
        Feature::StickySessions => group(json!({ "sticky_sessions": { "cookie": "s" } })),
        Feature::HealthCheck => group(json!({ "health_check": { "path": "/" } })),
        Feature::MaxConnections => {
            group(json!({ "targets": [{ "host": "a", "port": 1, "max_connections": 5 }] }))
        }
        Feature::UpstreamTrustStore => group(json!({ "tls": { "trust_store": "t" } })),
        other => panic!("nothing asks for {other:?}"),
    }
}

#[test]
fn every_feature_that_cannot_be_had_is_refused_with_its_reason() {
    for feature in Feature::ALL {
        let Some((message, instead)) = feature.refusal() else { continue };
        let problems = emit(&document(asking(*feature))).unwrap_err();
        assert_eq!(problems.len(), 1, "{feature:?}: {problems:?}");
        assert_eq!(problems[0].message, message);
        assert_eq!(problems[0].help.as_deref(), Some(instead));
        assert!(problems[0].path.as_ref().is_some_and(|path| path.contains('.')), "{problems:?}");
    }
}

#[test]
fn what_would_be_in_vain_or_come_out_otherwise_is_refused() {
    let service = |more: serde_json::Value| {
        let mut service = json!({ "route_path": "/*", "upstream_url": "http://a" });
        service.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        service
    };
    let split = json!({ "splits": [{ "upstream_group": "g", "weight": 1 }],
                        "match_rules": [{ "type": "header", "name": "X", "value": "1", "upstream_group": "g" }] });
    let group = |more: serde_json::Value| {
        let mut group = json!({ "targets": [{ "host": "a", "port": 1 }] });
        group.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        group
    };
    let tls = json!({ "certificate_file": "/c", "key_file": "/k" });
    let https = json!({ "plain": { "address": "0.0.0.0:80" }, "l": { "address": "0.0.0.0:443", "protocol": "https", "tls": tls } });
    for (document, place, code) in [
        (
            json!({ "services": { "s": { "route_path": "/*", "respond_status": 404, "rate_limit": { "requests": 1 } } } }),
            "services.s.rate_limit",
            "no-effect",
        ),
        (
            json!({ "services": { "s": { "route_path": "/*", "traffic_split": split, "rate_limit": { "requests": 1 } } },
                 "upstream_groups": { "g": group(json!({})) } }),
            "services.s.rate_limit",
            "limit-by-rule",
        ),
        (
            json!({ "services": { "s": service(json!({ "hosts": ["a.b", "*.b"], "rate_limit": { "requests": 1 } })) } }),
            "services.s.rate_limit",
            "limit-by-host",
        ),
        (
            json!({ "services": { "s": service(json!({ "match_headers": { "X": null }, "cors": { "allowed_origins": ["*"] } })) } }),
            "services.s.cors",
            "cors-by-header",
        ),
        (
            json!({ "services": { "s": service(json!({ "headers": { "request": { "set": { "x-internal-token": "1" } } } })) } }),
            "services.s.headers.request",
            "no-effect",
        ),
        (
            json!({ "services": { "s": service(json!({ "headers": { "response": { "set": { "Content-Length": "1" } } } })) } }),
            "services.s.headers.response.set.Content-Length",
            "invalid-value",
        ),
        (
            json!({ "services": { "s": service(json!({ "headers": { "response": { "set": { "X-A": "1" }, "remove": ["x-a"] } } })) } }),
            "services.s.headers.response.remove[0]",
            "invalid-value",
        ),
        (
            json!({ "services": { "a": service(json!({})), "b": service(json!({})) } }),
            "services.b",
            "same-conditions",
        ),
        (
            json!({ "services": { "s": { "route_path": "/*", "upstream_group": "g", "websocket": true } },
                 "upstream_groups": { "g": group(json!({ "tls": { "http2": true } })) } }),
            "upstream_groups.g.tls.http2",
            "websocket-http2",
        ),
        (
            json!({ "services": { "s": { "route_path": "/*", "upstream_group": "g" } }, "upstream_groups": { "g": group(json!({ "targets": [
                 { "host": "a", "port": 1, "weight": 9 }, { "host": "b", "port": 1 }] })) } }),
            "upstream_groups.g.targets",
            "weights-without-effect",
        ),
        (
            json!({ "services": { "s": { "route_path": "/*", "traffic_split": { "splits": [{ "upstream_group": "g", "weight": 1 }] } } },
                 "upstream_groups": { "g": group(json!({ "algorithm": "random" })) } }),
            "services.s.traffic_split.splits[0]",
            "split-algorithm",
        ),
        (
            json!({ "services": { "s": service(json!({})) }, "listeners": { "a": { "address": "0.0.0.0:80" }, "b": { "address": "10.0.0.1:80" } } }),
            "listeners.b.address",
            "address-in-use",
        ),
        (
            json!({ "services": { "s": service(json!({})) }, "listeners": { "l": https["l"] } }),
            "listeners",
            "no-plain-listener",
        ),
        (
            json!({ "services": { "s": service(json!({ "path_rewrite": { "replace_path": "/x" } })) }, "listeners": https }),
            "services.s.path_rewrite",
            "rewrite-without-host",
        ),
        (
            json!({ "services": { "s": service(json!({ "route_path": "//x" })) } }),
            "services.s.route_path",
            "invalid-value",
        ),
    ] {
        let mut document = document;
        document["version"] = 1.into();
        assert_eq!(places(document.clone()), [(place.to_owned(), code)], "{document}");
    }
}

#[test]
fn what_a_small_document_would_make_too_much_of_is_refused_at_the_service() {
    let targets: Vec<_> = (0..400).map(|n| json!({ "host": format!("h{n}"), "port": 1 })).collect();
    let split = json!({ "splits": [{ "upstream_group": "g", "weight": 1 }] });
    let services: serde_json::Map<_, _> = (0..200)
        .map(|n| (format!("s{n:03}"), json!({ "route_path": format!("/{n}"), "traffic_split": split })))
        .collect();
    let found = places(
        json!({ "version": 1, "services": services, "upstream_groups": { "g": { "targets": targets } } }),
    );
    assert_eq!(found, [("services.s125".to_owned(), "too-many-objects")]);
}

#[test]
fn a_later_change_of_a_header_takes_the_place_of_an_earlier_one() {
    let middleware =
        |config: serde_json::Value| json!({ "middleware_type": "headers", "config": { "response": config } });
    let emitted = emit(&document(json!({
        "version": 1,
        "services": { "s": {
            "route_path": "/*",
            "upstream_url": "http://a",
            "security": { "frame_options": "deny" },
            "headers": { "response": { "remove": ["x-frame-options", "X-B"] } },
            "middlewares": [{ "middleware": "one" }, { "middleware": "two" }],
        } },
        "middlewares": { "one": middleware(json!({ "set": { "x-b": "1" } })), "two": middleware(json!({ "add": { "X-b": "2" } })) },
    })))
    .unwrap();
    let headers = &emitted.config.routes[0].policies.response_headers;
    assert_eq!(headers.set.keys().collect::<Vec<_>>(), ["X-Frame-Options"]);
    assert_eq!(headers.add.keys().collect::<Vec<_>>(), ["X-b"]);
    assert_eq!(headers.remove, Vec::<String>::new());
}
