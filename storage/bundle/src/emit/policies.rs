//! What happens on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sentinel_model::config::Service;
use sentinel_model::config::check::At;
use sentinel_model::config::listener::Protocol;
use sentinel_model::config::middleware::Policy;
use sentinel_model::config::policy::headers::HeaderChanges;
use sentinel_model::config::policy::rate_limit::RateLimitBy;
use sentinel_model::config::policy::{Cache, Cors, Headers, PathRewrite, RateLimit, Retry, SecurityHeaders};
use zentinel_common::types::RetryPolicy;
use zentinel_config::{
    CorsFilter, Filter, HeaderModifications, MatchCondition, PathModifier, RateLimitAction, RateLimitBackend,
    RateLimitFilter, RateLimitKey, RouteCacheConfig, RouteConfig, UrlRewriteFilter,
};

use super::Emitter;
use super::route::host_classes;
use crate::capability::Feature;

/// Headers that the proxy takes out of every request, after all changes.
const TAKEN_OUT: [&str; 2] = ["X-Internal-Token", "Authorization-Internal"];

/// A policy of a service: its own, or that of a middleware.
struct Given {
    policy: Policy,
    /// Where it stands: `services.shop.cors`, or `middlewares.careful.config`.
    place: String,
}

impl Emitter<'_> {
    /// Everything that happens to requests of a service: first what it says itself, then its middlewares in their order.
    pub(super) fn policies(&mut self, slug: &str, service: &Service, route: &mut RouteConfig, at: At<'_>) {
        let Service {
            name: _,
            description: _,
            enabled: _,
            route_path: _,
            hosts: _,
            methods: _,
            match_headers: _,
            match_query: _,
            priority: _,
            upstream_url: _,
            upstream_group: _,
            traffic_split: _,
            redirect_url: _,
            redirect_status: _,
            respond_status: _,
            respond_body: _,
            timeout_seconds,
            websocket,
            retry,
            cache,
            rate_limit,
            headers,
            cors,
            access_control,
            compression,
            path_rewrite,
            security,
            request_transform,
            response_transform,
            middlewares,
        } = service;
        let own = [
            rate_limit.clone().map(Policy::RateLimit),
            access_control.clone().map(Policy::AccessControl),
            cors.clone().map(Policy::Cors),
            path_rewrite.clone().map(Policy::PathRewrite),
            headers.clone().map(Policy::Headers),
            security.clone().map(Policy::Security),
            request_transform.clone().map(Policy::RequestTransform),
            response_transform.clone().map(Policy::ResponseTransform),
            compression.clone().map(Policy::Compression),
            cache.clone().map(Policy::Cache),
            retry.clone().map(Policy::Retry),
        ];
        let mut given: Vec<Given> = own
            .into_iter()
            .flatten()
            .map(|policy| Given { place: at.field(policy.field()).to_string(), policy })
            .collect();
        for attachment in middlewares.iter().filter(|attachment| attachment.enabled) {
            let Some(middleware) = self.document.middlewares.get(&attachment.middleware) else { continue };
            if middleware.enabled {
                let place = format!("middlewares.{}.config", attachment.middleware);
                given.push(Given { policy: middleware.policy.clone(), place });
            }
        }
        let forwards = route.upstream.is_some();
        if let Some(seconds) = timeout_seconds
            && self.forwarded(forwards, Feature::Timeout, at.field("timeout_seconds"))
        {
            route.policies.timeout_secs = Some(*seconds);
        }
        if *websocket && self.forwarded(forwards, Feature::Websocket, at.field("websocket")) {
            route.websocket = true;
        }
        self.once(&given, at);
        for Given { policy, place } in given {
            let at = At::Field(&At::Root, &place);
            self.policy(slug, service, policy, forwards, route, at);
        }
    }

    /// Policies of which the proxy has one for a service.
    fn once(&mut self, given: &[Given], at: At<'_>) {
        let mut first: BTreeMap<&str, &str> = BTreeMap::new();
        for one in given.iter().filter(|one| !matches!(one.policy, Policy::Headers(_) | Policy::Security(_)))
        {
            if let Some(before) = first.insert(one.policy.field(), &one.place) {
                let message =
                    format!("`{before}` and `{}` both say it, and one of them would be in vain", one.place);
                self.refuse("said-twice", at, message, "keep one of them");
            }
        }
    }

    /// Takes note of a feature of requests that are forwarded; refuses it where there is no upstream.
    fn forwarded(&mut self, forwards: bool, feature: Feature, at: At<'_>) -> bool {
        if !forwards {
            let message = format!("{} does nothing here: no request is forwarded", feature.title());
            self.refuse("no-effect", at, message, "leave it out, or give the service an upstream");
            return false;
        }
        self.need(feature, at)
    }

    fn policy(
        &mut self,
        slug: &str,
        service: &Service,
        policy: Policy,
        forwards: bool,
        route: &mut RouteConfig,
        at: At<'_>,
    ) {
        match policy {
            Policy::RateLimit(limit) => self.rate_limit(slug, service, &limit, route, at),
            Policy::Cors(cors) => {
                if !service.match_headers.is_empty() {
                    let message = "browsers ask first without these headers, and would not get here";
                    self.refuse("cors-by-header", at, message, "leave match_headers out, or cors");
                } else if self.forwarded(forwards, Feature::Cors, at) {
                    self.filter(slug, "cors", Filter::Cors(cors_filter(cors)), route);
                }
            }
            Policy::Headers(headers) => self.headers(&headers, forwards, route, at),
            Policy::Security(security) => self.security(&security, forwards, route, at),
            Policy::PathRewrite(rewrite) => self.rewrite(slug, service, &rewrite, forwards, route, at),
            Policy::Cache(cache) => self.cache(service, &cache, forwards, route, at),
            Policy::Retry(retry) => {
                if retry.per_try_timeout_ms.is_some() {
                    self.need(Feature::RetryPerTry, at.field("per_try_timeout_ms"));
                }
                if self.forwarded(forwards, Feature::Retry, at) {
                    route.retry_policy = Some(retry_policy(&retry));
                }
            }
            Policy::AccessControl(_) => drop(self.need(Feature::AccessControl, at)),
            Policy::Compression(_) => drop(self.need(Feature::Compression, at)),
            Policy::RequestTransform(_) => drop(self.need(Feature::RequestTransform, at)),
            Policy::ResponseTransform(_) => drop(self.need(Feature::ResponseTransform, at)),
        }
    }

    fn rate_limit(
        &mut self,
        slug: &str,
        service: &Service,
        limit: &RateLimit,
        route: &mut RouteConfig,
        at: At<'_>,
    ) {
        let RateLimit { requests, per_seconds, by, burst, status, message } = limit;
        let mut native = match by {
            RateLimitBy::Service => true,
            RateLimitBy::ClientIp => self.need(Feature::RateLimitClient, at.field("by")),
            RateLimitBy::Header(_) => self.need(Feature::RateLimitHeader, at.field("by")),
        };
        if *per_seconds != 1 {
            native &= self.need(Feature::RateLimitWindow, at.field("per_seconds"));
        }
        if burst.is_some() {
            native &= self.need(Feature::RateLimitBurst, at.field("burst"));
        }
        if route.builtin_handler.is_some() {
            let message = "the proxy answers here by itself, before it looks at limits";
            self.refuse("no-effect", at, message, "leave it out");
            return;
        }
        if service.traffic_split.as_ref().is_some_and(|split| !split.match_rules.is_empty()) {
            let message = "the proxy counts for each rule of the split apart, so clients would get several times as much";
            self.refuse("limit-by-rule", at, message, "leave it out, or the rules");
            return;
        }
        if host_classes(&service.hosts).len() > 1 {
            let message =
                "the proxy counts for hosts such as *.example.com apart, so clients would get twice as much";
            self.refuse("limit-by-host", at, message, "name hosts of one kind");
            return;
        }
        if native && self.need(Feature::RateLimit, at) {
            let own = RateLimitFilter {
                max_rps: *requests,
                // The proxy does not read it.
                burst: *requests,
                key: RateLimitKey::Route,
                on_limit: RateLimitAction::Reject,
                status_code: *status,
                limit_message: message.clone(),
                backend: RateLimitBackend::Local,
                max_delay_ms: 5_000,
                max_keys: 100_000,
            };
            self.filter(slug, "rate-limit", Filter::RateLimit(own), route);
        }
    }

    fn headers(&mut self, headers: &Headers, forwards: bool, route: &mut RouteConfig, at: At<'_>) {
        let request = &headers.request;
        let named = request.set.keys().chain(request.add.keys()).chain(request.rename.values());
        for name in named.filter(|name| TAKEN_OUT.iter().any(|own| name.eq_ignore_ascii_case(own))) {
            let message = format!("the proxy takes {name} out of every request, after this");
            self.refuse("no-effect", at.field("request"), message, "call the header otherwise");
        }
        if !headers.request.is_empty()
            && self.forwarded(forwards, Feature::RequestHeaders, at.field("request"))
        {
            merge(&mut route.policies.request_headers, &headers.request);
        }
        if !headers.response.is_empty()
            && self.forwarded(forwards, Feature::ResponseHeaders, at.field("response"))
        {
            merge(&mut route.policies.response_headers, &headers.response);
        }
    }

    fn security(&mut self, security: &SecurityHeaders, forwards: bool, route: &mut RouteConfig, at: At<'_>) {
        if self.forwarded(forwards, Feature::SecurityHeaders, at) {
            let set = security.headers().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            let changes = HeaderChanges { set, ..HeaderChanges::default() };
            merge(&mut route.policies.response_headers, &changes);
        }
    }

    fn rewrite(
        &mut self,
        slug: &str,
        service: &Service,
        rewrite: &PathRewrite,
        forwards: bool,
        route: &mut RouteConfig,
        at: At<'_>,
    ) {
        let PathRewrite { replace_prefix, replace_path, host } = rewrite;
        let mut own = UrlRewriteFilter { hostname: None, path: None };
        if let Some(value) = replace_prefix {
            let prefix = route.matches.iter().any(|one| matches!(one, MatchCondition::PathPrefix(_)));
            if !prefix {
                let message = "the service has no beginning of a path that could be replaced";
                let help = "let route_path end with /* and have no other *, or use replace_path";
                self.refuse("no-prefix", at.field("replace_prefix"), message, help);
            } else if self.forwarded(forwards, Feature::RewritePrefix, at.field("replace_prefix")) {
                own.path = Some(PathModifier::ReplacePrefixMatch { value: value.clone() });
            }
        }
        if let Some(value) = replace_path
            && self.forwarded(forwards, Feature::RewritePath, at.field("replace_path"))
        {
            own.path = Some(PathModifier::ReplaceFullPath { value: value.clone() });
        }
        if let Some(host) = host
            && self.forwarded(forwards, Feature::RewriteHost, at.field("host"))
        {
            set_host(host, route);
        }
        // Of a request over HTTP/2 the proxy forgets the host together with the path.
        let encrypted = self.document.listeners.values().any(|listener| listener.protocol == Protocol::Https);
        if own.path.is_some() && host.is_none() && encrypted {
            match service.hosts.as_slice() {
                [one] if !one.starts_with("*.") => set_host(one, route),
                _ => {
                    let message = "with an HTTPS listener the proxy forgets the host of a rewritten request";
                    let help = "give the service exactly one host, or say host here";
                    self.refuse("rewrite-without-host", at, message, help);
                }
            }
        }
        if own.path.is_some() {
            self.filter(slug, "rewrite", Filter::UrlRewrite(own), route);
        }
    }

    /// The proxy's keys are the path, as it was rewritten, and the query, so what is told apart by anything else must not be kept.
    fn cache(
        &mut self,
        service: &Service,
        cache: &Cache,
        forwards: bool,
        route: &mut RouteConfig,
        at: At<'_>,
    ) {
        if !cache.vary.is_empty() {
            self.need(Feature::CacheVary, at.field("vary"));
        }
        if !cache.ignore_query.is_empty() {
            self.need(Feature::CacheIgnoreQuery, at.field("ignore_query"));
        }
        if cache.private {
            self.need(Feature::CachePrivate, at.field("private"));
        }
        if cache.max_bytes.is_some() {
            self.need(Feature::CacheMaxBytes, at.field("max_bytes"));
        }
        if service.traffic_split.is_some() || self.rewrites(service) {
            self.need(Feature::CacheRewritten, at);
            return;
        }
        if !service.match_headers.is_empty() {
            let message = "requests that differ in headers go to different places here, and the proxy's keys are paths alone";
            self.refuse("cache-by-path", at, message, "do not cache this service");
            return;
        }
        if !self.forwarded(forwards, Feature::Cache, at) {
            return;
        }
        if let [host] = service.hosts.as_slice() {
            if !host.starts_with("*.") {
                self.cached_hosts.entry(host.clone()).or_insert_with(|| at.to_string());
            } else {
                self.need(Feature::CacheManyHosts, at);
            }
        } else {
            self.need(Feature::CacheManyHosts, at);
        }
        route.policies.cache = Some(RouteCacheConfig {
            enabled: true,
            default_ttl_secs: cache.ttl_seconds,
            // Nothing reads it.
            max_size_bytes: 10 << 20,
            cache_private: false,
            stale_while_revalidate_secs: cache.stale_while_revalidate_seconds,
            stale_if_error_secs: cache.stale_if_error_seconds,
            cacheable_methods: cache.methods.clone(),
            cacheable_status_codes: cache.statuses.clone(),
            vary_headers: Vec::new(),
            ignore_query_params: Vec::new(),
            exclude_extensions: cache.exclude_extensions.clone(),
            exclude_paths: cache.exclude_paths.clone(),
        });
    }

    /// Whether the upstream is asked for another path than the client asks for.
    fn rewrites(&self, service: &Service) -> bool {
        let rewrites =
            |rewrite: &PathRewrite| rewrite.replace_path.is_some() || rewrite.replace_prefix.is_some();
        let attached = service.middlewares.iter().filter(|one| one.enabled);
        let mut attached = attached.filter_map(|one| self.document.middlewares.get(&one.middleware));
        service.path_rewrite.as_ref().is_some_and(rewrites)
            || attached.any(|one| {
                one.enabled && matches!(&one.policy, Policy::PathRewrite(rewrite) if rewrites(rewrite))
            })
    }

    /// All services that cache have one host.
    pub(super) fn one_host_caches(&mut self) {
        let after_the_first: Vec<String> = self.cached_hosts.values().skip(1).cloned().collect();
        for place in after_the_first {
            self.need(Feature::CacheManyHosts, At::Field(&At::Root, &place));
        }
    }
}

/// As a change of a header it holds for HTTP/2 as well; the proxy's own rewrite of the host does not.
fn set_host(host: &str, route: &mut RouteConfig) {
    let set = BTreeMap::from([("Host".to_owned(), host.to_owned())]);
    merge(&mut route.policies.request_headers, &HeaderChanges { set, ..HeaderChanges::default() });
}

/// A later change of a header takes the place of every earlier one, whichever kind it is and however the name is written.
fn merge(own: &mut HeaderModifications, changes: &HeaderChanges) {
    let HeaderChanges { rename, set, add, remove } = changes;
    let names = rename.keys().chain(rename.values()).chain(set.keys()).chain(add.keys()).chain(remove);
    let named: BTreeSet<String> = names.map(|name| name.to_ascii_lowercase()).collect();
    let stays = |name: &str| !named.contains(&name.to_ascii_lowercase());
    own.rename.retain(|old, new| stays(old) && stays(new));
    own.set.retain(|name, _| stays(name));
    own.add.retain(|name, _| stays(name));
    own.remove.retain(|name| stays(name));
    own.rename.extend(rename.clone());
    own.set.extend(set.clone());
    own.add.extend(add.clone());
    own.remove.extend(remove.iter().cloned());
}

fn cors_filter(cors: Cors) -> CorsFilter {
    CorsFilter {
        allowed_origins: cors.allowed_origins,
        allowed_methods: cors.allowed_methods,
        // Of an empty list the proxy makes all headers; this one may be sent anyway.
        allowed_headers: if cors.allowed_headers.is_empty() {
            vec!["Accept".to_owned()]
        } else {
            cors.allowed_headers
        },
        exposed_headers: cors.exposed_headers,
        allow_credentials: cors.allow_credentials,
        max_age_secs: cors.max_age_seconds,
    }
}

fn retry_policy(retry: &Retry) -> RetryPolicy {
    RetryPolicy {
        max_attempts: retry.attempts,
        retryable_status_codes: retry.on_status.clone(),
        backoff: Duration::from_millis(retry.backoff_ms),
        max_backoff: Duration::from_millis(retry.max_backoff_ms),
        per_attempt_timeout: None,
        retry_non_idempotent: retry.non_idempotent,
    }
}
