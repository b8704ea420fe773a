//! The proxy's configuration in its own language, for people to read.
//!
//! That language cannot say everything: what it would lose stands there as a comment, and the proxy is given JSON.

use std::fmt::Write;

use zentinel_common::types::LoadBalancingAlgorithm;
use zentinel_config::{
    BuiltinHandler, Config, Filter, FilterConfig, HeaderModifications, ListenerConfig, ListenerProtocol,
    MatchCondition, PathModifier, RateLimitKey, RouteConfig, UpstreamConfig,
};

/// A text that grows, with its depth.
struct Text {
    out: String,
    depth: usize,
}

impl Text {
    fn line(&mut self, line: impl AsRef<str>) {
        let _ = writeln!(self.out, "{:width$}{}", "", line.as_ref(), width = self.depth * 4);
    }

    fn block(&mut self, head: impl AsRef<str>, fill: impl FnOnce(&mut Self)) {
        self.line(format!("{} {{", head.as_ref()));
        self.depth += 1;
        fill(self);
        self.depth -= 1;
        self.line("}");
    }

    fn setting(&mut self, name: &str, value: impl std::fmt::Display) {
        self.line(format!("{name} {value}"));
    }

    fn text(&mut self, name: &str, value: &str) {
        self.line(format!("{name} {}", quoted(value)));
    }

    fn texts(&mut self, name: &str, values: &[String]) {
        if !values.is_empty() {
            let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
            self.line(format!("{name} {}", values.join(" ")));
        }
    }
}

/// A string in quotes.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{{{:x}}}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// The configuration of the proxy as people read it: objects that the compiler makes, in order of their names.
pub fn to_kdl(config: &Config) -> String {
    let mut text = Text { out: String::new(), depth: 0 };
    text.line("schema-version \"1.0\"");
    text.block("system", |text| text.setting("worker-threads", config.server.worker_threads));
    text.block("listeners", |text| config.listeners.iter().for_each(|one| listener(text, one)));
    if !config.routes.is_empty() {
        text.block("routes", |text| config.routes.iter().for_each(|one| route(text, one)));
    }
    let mut upstreams: Vec<&UpstreamConfig> = config.upstreams.values().collect();
    upstreams.sort_by(|a, b| a.id.cmp(&b.id));
    if !upstreams.is_empty() {
        text.block("upstreams", |text| upstreams.iter().for_each(|one| upstream(text, one)));
    }
    let mut filters: Vec<&FilterConfig> = config.filters.values().collect();
    filters.sort_by(|a, b| a.id.cmp(&b.id));
    if !filters.is_empty() {
        text.block("filters", |text| filters.iter().for_each(|one| filter(text, one)));
    }
    whole(&mut text, config);
    text.out
}

/// What holds for the whole proxy.
fn whole(text: &mut Text, config: &Config) {
    let usual = zentinel_common::limits::Limits::default();
    let limits = [
        ("max-header-size", config.limits.max_header_size_bytes, usual.max_header_size_bytes),
        ("max-header-count", config.limits.max_header_count, usual.max_header_count),
        ("max-body-size", config.limits.max_body_size_bytes, usual.max_body_size_bytes),
    ];
    if limits.iter().any(|(_, own, usual)| own != usual) {
        text.block("limits", |text| limits.iter().for_each(|(name, own, _)| text.setting(name, own)));
    }
    if let Some(global) = &config.rate_limits.global {
        text.block("rate-limits", |text| {
            text.block("global", |text| {
                text.setting("max-rps", global.max_rps);
                text.setting("burst", global.burst);
                text.text("key", key(&global.key));
            });
        });
    }
    if let Some(cache) = &config.cache {
        text.block("cache", |text| {
            text.text("backend", "memory");
            text.setting("max-size", cache.max_size_bytes);
            text.setting("status-header", flag(cache.status_header));
        });
    }
    let logging = &config.observability.logging;
    text.block("observability", |text| {
        text.block("logging", |text| {
            text.block("error-log", |text| {
                text.setting("enabled", flag(logging.error_log.as_ref().is_some_and(|log| log.enabled)));
            });
            if let Some(log) = &logging.access_log {
                text.block("access-log", |text| {
                    text.text("file", &log.file.display().to_string());
                    text.text("format", &log.format);
                    text.setting("buffer-size", log.buffer_size);
                });
            }
        });
    });
}

fn listener(text: &mut Text, listener: &ListenerConfig) {
    text.block(format!("listener {}", quoted(&listener.id)), |text| {
        text.text("address", &listener.address);
        if listener.protocol != ListenerProtocol::Http {
            text.text("protocol", "https");
        }
        text.setting("request-timeout-secs", listener.request_timeout_secs);
        text.setting("keepalive-timeout-secs", listener.keepalive_timeout_secs);
        if let Some(tls) = &listener.tls {
            text.block("tls", |text| {
                for (name, file) in [("cert-file", &tls.cert_file), ("key-file", &tls.key_file)] {
                    if let Some(file) = file {
                        text.text(name, &file.display().to_string());
                    }
                }
                let version = serde_json::to_value(tls.min_version).ok();
                if let Some(version) = version.as_ref().and_then(|version| version.as_str()) {
                    text.text("min-version", version.trim_start_matches("TLS"));
                }
            });
        }
    });
}

fn route(text: &mut Text, route: &RouteConfig) {
    text.block(format!("route {}", quoted(&route.id)), |text| {
        text.setting("priority", route.priority.as_i32());
        text.block("matches", |text| route.matches.iter().for_each(|one| condition(text, one)));
        if let Some(upstream) = &route.upstream {
            text.text("upstream", upstream);
        }
        if route.builtin_handler == Some(BuiltinHandler::NotFound) {
            text.text("builtin-handler", "not-found");
        }
        text.texts("filters", &route.filters);
        if route.websocket {
            text.setting("websocket", "#true");
        }
        policies(text, route);
        if let Some(retry) = &route.retry_policy {
            text.block("retry-policy", |text| {
                text.setting("max-attempts", retry.max_attempts);
                let codes: Vec<String> =
                    retry.retryable_status_codes.iter().map(ToString::to_string).collect();
                text.setting("retryable-status-codes", codes.join(" "));
                text.text("backoff", &format!("{}ms", retry.backoff.as_millis()));
                text.text("max-backoff", &format!("{}ms", retry.max_backoff.as_millis()));
                if let Some(timeout) = retry.per_attempt_timeout {
                    text.text("per-attempt-timeout", &format!("{}ms", timeout.as_millis()));
                }
                text.setting("retry-non-idempotent", flag(retry.retry_non_idempotent));
            });
        }
        if let Some(cache) = &route.policies.cache {
            text.block("cache", |text| {
                text.setting("enabled", flag(cache.enabled));
                text.setting("default-ttl-secs", cache.default_ttl_secs);
                text.setting("max-size-bytes", cache.max_size_bytes);
                text.setting("stale-while-revalidate-secs", cache.stale_while_revalidate_secs);
                text.setting("stale-if-error-secs", cache.stale_if_error_secs);
                text.texts("cacheable-methods", &cache.cacheable_methods);
                let codes: Vec<String> =
                    cache.cacheable_status_codes.iter().map(ToString::to_string).collect();
                text.setting("cacheable-status-codes", codes.join(" "));
                text.texts("exclude-extensions", &cache.exclude_extensions);
                text.texts("exclude-paths", &cache.exclude_paths);
            });
        }
    });
}

fn condition(text: &mut Text, condition: &MatchCondition) {
    match condition {
        MatchCondition::Path(path) => text.text("path", path),
        MatchCondition::PathPrefix(path) => text.text("path-prefix", path),
        MatchCondition::PathRegex(regex) => text.text("path-regex", regex),
        MatchCondition::Host(host) => text.text("host", host),
        MatchCondition::Header { name, value } => {
            text.texts(
                "header",
                &[Some(name.clone()), value.clone()].into_iter().flatten().collect::<Vec<_>>(),
            );
        }
        MatchCondition::Method(methods) => {
            text.texts("method", methods);
            if methods.len() > 1 {
                text.line("// In this language only the first one would count.");
            }
        }
        MatchCondition::QueryParam { name, .. } => text.line(format!("// query {}", quoted(name))),
    }
}

fn policies(text: &mut Text, route: &RouteConfig) {
    let policies = &route.policies;
    let none = |headers: &HeaderModifications| {
        headers.rename.is_empty()
            && headers.set.is_empty()
            && headers.add.is_empty()
            && headers.remove.is_empty()
    };
    if policies.timeout_secs.is_none() && none(&policies.request_headers) && none(&policies.response_headers)
    {
        return;
    }
    text.block("policies", |text| {
        if let Some(seconds) = policies.timeout_secs {
            text.setting("timeout-secs", seconds);
        }
        for (name, headers) in
            [("request-headers", &policies.request_headers), ("response-headers", &policies.response_headers)]
        {
            if !none(headers) {
                text.block(name, |text| modifications(text, headers));
            }
        }
    });
}

fn modifications(text: &mut Text, headers: &HeaderModifications) {
    for (name, map) in [("rename", &headers.rename), ("set", &headers.set), ("add", &headers.add)] {
        let mut pairs: Vec<_> = map.iter().collect();
        pairs.sort();
        if !pairs.is_empty() {
            text.block(name, |text| {
                pairs.into_iter().for_each(|(header, value)| text.text(&quoted(header), value));
            });
        }
    }
    text.texts("remove", &headers.remove);
}

fn upstream(text: &mut Text, upstream: &UpstreamConfig) {
    text.block(format!("upstream {}", quoted(&upstream.id)), |text| {
        for target in &upstream.targets {
            text.line(format!("target {} weight={}", quoted(&target.address), target.weight));
        }
        text.text("load-balancing", algorithm(upstream.load_balancing));
        if let Some(breaker) = &upstream.circuit_breaker {
            text.block("circuit-breaker", |text| {
                text.setting("failure-threshold", breaker.failure_threshold);
                text.setting("success-threshold", breaker.success_threshold);
                text.setting("timeout-seconds", breaker.timeout_seconds);
                text.setting("half-open-max-requests", breaker.half_open_max_requests);
            });
        }
        text.block("timeouts", |text| {
            text.setting("connect-secs", upstream.timeouts.connect_secs);
            text.setting("read-secs", upstream.timeouts.read_secs);
            text.setting("write-secs", upstream.timeouts.write_secs);
        });
        text.block("connection-pool", |text| {
            text.setting("idle-timeout-secs", upstream.connection_pool.idle_timeout_secs);
        });
        if let Some(tls) = &upstream.tls {
            text.block("tls", |text| {
                if let Some(name) = &tls.sni {
                    text.text("sni", name);
                }
                text.setting("insecure-skip-verify", flag(tls.insecure_skip_verify));
            });
        }
        if upstream.http_version.min_version == 2 {
            text.block("http-version", |text| {
                text.setting("min-version", 2);
                text.setting("max-version", 2);
            });
        }
    });
}

fn filter(text: &mut Text, filter: &FilterConfig) {
    text.block(format!("filter {}", quoted(&filter.id)), |text| {
        text.text("type", filter.filter.type_name());
        match &filter.filter {
            Filter::RateLimit(limit) => {
                text.setting("max-rps", limit.max_rps);
                text.setting("burst", limit.burst);
                text.text("key", key(&limit.key));
                text.setting("status-code", limit.status_code);
                if let Some(message) = &limit.limit_message {
                    text.text("message", message);
                }
            }
            Filter::Cors(cors) => {
                text.line("// This language has no settings of CORS: every origin would be allowed.");
                text.line(format!("// origins {}", cors.allowed_origins.join(" ")));
                text.line(format!("// methods {}", cors.allowed_methods.join(" ")));
            }
            Filter::Redirect(redirect) => {
                for (name, value) in [("hostname", &redirect.hostname), ("scheme", &redirect.scheme)] {
                    if let Some(value) = value {
                        text.text(name, value);
                    }
                }
                if let Some(port) = redirect.port {
                    text.setting("port", port);
                }
                text.setting("status-code", redirect.status_code);
                path(text, redirect.path.as_ref());
            }
            Filter::UrlRewrite(rewrite) => {
                if let Some(host) = &rewrite.hostname {
                    text.text("hostname", host);
                }
                path(text, rewrite.path.as_ref());
            }
            other => text.line(format!("// {}", other.type_name())),
        }
    });
}

fn path(text: &mut Text, modifier: Option<&PathModifier>) {
    match modifier {
        Some(PathModifier::ReplaceFullPath { value }) => text.text("replace-full-path", value),
        Some(PathModifier::ReplacePrefixMatch { value }) => text.text("replace-prefix-match", value),
        None => {}
    }
}

fn flag(on: bool) -> &'static str {
    if on { "#true" } else { "#false" }
}

fn key(key: &RateLimitKey) -> &'static str {
    match key {
        RateLimitKey::Route => "route",
        RateLimitKey::Path => "path",
        _ => "client-ip",
    }
}

fn algorithm(algorithm: LoadBalancingAlgorithm) -> &'static str {
    match algorithm {
        LoadBalancingAlgorithm::Weighted => "weighted",
        LoadBalancingAlgorithm::Random => "random",
        LoadBalancingAlgorithm::PowerOfTwoChoices => "power_of_two_choices",
        LoadBalancingAlgorithm::Adaptive => "adaptive",
        _ => "round_robin",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::HashMap;

    use super::*;
    use crate::compile::tests::rich;
    use crate::emit::emit;

    /// Takes out what the language cannot say.
    fn without_lost(mut config: Config) -> serde_json::Value {
        for filter in config.filters.values_mut() {
            if let Filter::Cors(cors) = &mut filter.filter {
                *cors = zentinel_config::CorsFilter::default();
            }
        }
        for route in &mut config.routes {
            for condition in &mut route.matches {
                if let MatchCondition::Method(methods) = condition {
                    methods.truncate(1);
                }
            }
        }
        let mut value = serde_json::to_value(&config).unwrap();
        value.sort_all_objects();
        value
    }

    #[test]
    fn the_text_says_what_the_configuration_says() {
        let config = emit(&rich()).unwrap().config;
        let text = to_kdl(&config);
        let values = HashMap::from([("${node.http_port}", "8080"), ("${node.https}", "127.0.0.1:8443")]);
        let fill = |text: String| values.iter().fold(text, |text, (name, value)| text.replace(name, value));
        let parsed =
            Config::from_kdl(&fill(text.clone())).unwrap_or_else(|error| panic!("{error:#}\n{text}"));
        let mut filled = config;
        for listener in &mut filled.listeners {
            listener.address = fill(listener.address.clone());
        }
        let (meant, said) = (without_lost(filled), without_lost(parsed));
        for (name, value) in meant.as_object().unwrap() {
            assert_eq!(said.get(name), Some(value), "{name}\n{text}");
        }
        assert!(text.contains("only the first one would count") && text.contains("no settings of CORS"));
    }
}
