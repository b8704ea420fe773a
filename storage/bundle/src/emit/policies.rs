//! What happens on the way.

use std::collections::BTreeMap;

use sentinel_model::config::Service;
use sentinel_model::config::check::At;
use sentinel_model::config::middleware::Policy;
use sentinel_model::config::policy::headers::HeaderChanges;
use sentinel_model::config::policy::rate_limit::RateLimitBy;
use sentinel_model::config::policy::{Cache, Cors, Headers, PathRewrite, RateLimit, Retry, SecurityHeaders};
use std::time::Duration;
use zentinel_common::types::RetryPolicy;
use zentinel_config::{
    CorsFilter, Filter, HeaderModifications, MatchCondition, PathModifier, RateLimitAction, RateLimitBackend,
    RateLimitFilter, RateLimitKey, RouteCacheConfig, RouteConfig, UrlRewriteFilter,
};

use super::Emitter;
use crate::capability::Feature;

/// A policy of a service: its own, or that of a middleware.
struct Given {
    policy: Policy,
    /// Where it stands: `services.shop.cors`, or `middlewares.careful.config`.
    place: String,
}

impl Emitter<'_> {
    /// Everything that happens to requests of a service: first what it says itself, then its middlewares in their order.
    pub(super) fn policies(
        &mut self,
        slug: &str,
        service: &Service,
        route: &mut RouteConfig,
        at: At<'_>,
    ) -> Result<(), serde_json::Error> {
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
        if let Some(seconds) = timeout_seconds {
            if self.forwarded(forwards, Feature::Timeout, at.field("timeout_seconds")) {
                route.policies.timeout_secs = Some(*seconds);
            }
        }
        if *websocket && self.forwarded(forwards, Feature::Websocket, at.field("websocket")) {
            route.websocket = true;
        }
        self.once(&given, at);
        for Given { policy, place } in given {
            let at = At::Field(&At::Root, &place);
            self.policy(slug, service, policy, forwards, route, at);
        }
        Ok(())
    }

    /// Policies of which the proxy has one for a service.
    fn once(&mut self, given: &[Given], at: At<'_>) {
        let mut first: BTreeMap<&str, &str> = BTreeMap::new();
        for one in given.iter().filter(|one| !matches!(one.policy, Policy::Headers(_) | Policy::Security(_)))
        {
            if let Some(before) = first.insert(one.policy.field(), &one.place) {
                let message =
                    format!("`{before}` and `{}` both say it, and one of them would be in vain", one.place);
                self.problems.push(
                    crate::problem::Problem::new("said-twice", message)
                        .in_path(at.to_string())
                        .with_help("keep one of them"),
                );
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
            Policy::RateLimit(limit) => self.rate_limit(slug, &limit, route, at),
            Policy::Cors(cors) => {
                if self.forwarded(forwards, Feature::Cors, at) {
                    self.filter(slug, "cors", Filter::Cors(cors_filter(cors)), route);
                }
            }
            Policy::Headers(headers) => self.headers(&headers, forwards, route, at),
            Policy::Security(security) => self.security(&security, forwards, route, at),
            Policy::PathRewrite(rewrite) => self.rewrite(slug, &rewrite, forwards, route, at),
            Policy::Cache(cache) => self.cache(service, &cache, forwards, route, at),
            Policy::Retry(retry) => {
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

    fn rate_limit(&mut self, slug: &str, limit: &RateLimit, route: &mut RouteConfig, at: At<'_>) {
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
            let headers = security.headers().into_iter().map(|(name, value)| (name.to_owned(), value));
            route.policies.response_headers.set.extend(headers);
        }
    }

    fn rewrite(
        &mut self,
        slug: &str,
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
        if let Some(value) = replace_path {
            if self.forwarded(forwards, Feature::RewritePath, at.field("replace_path")) {
                own.path = Some(PathModifier::ReplaceFullPath { value: value.clone() });
            }
        }
        if let Some(host) = host {
            if self.forwarded(forwards, Feature::RewriteHost, at.field("host")) {
                own.hostname = Some(host.clone());
            }
        }
        if own.hostname.is_some() || own.path.is_some() {
            self.filter(slug, "rewrite", Filter::UrlRewrite(own), route);
        }
    }

    /// The proxy's keys are the path and the query alone, so what is told apart by anything else must not be kept.
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
        let ruled = service.traffic_split.as_ref().is_some_and(|split| !split.match_rules.is_empty());
        if !service.match_headers.is_empty() || ruled {
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
            max_size_bytes: usize::try_from(cache.max_bytes).unwrap_or(usize::MAX),
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

    /// All services that cache have one host.
    pub(super) fn one_host_caches(&mut self) {
        for place in self.cached_hosts.clone().into_values().skip(1) {
            self.need(Feature::CacheManyHosts, At::Field(&At::Root, &place));
        }
    }
}

/// A later one overrides an earlier one.
fn merge(own: &mut HeaderModifications, changes: &HeaderChanges) {
    let pairs = |map: &BTreeMap<String, String>| map.clone().into_iter().collect::<Vec<_>>();
    own.rename.extend(pairs(&changes.rename));
    own.set.extend(pairs(&changes.set));
    own.add.extend(pairs(&changes.add));
    for name in &changes.remove {
        if !own.remove.contains(name) {
            own.remove.push(name.clone());
        }
    }
}

fn cors_filter(cors: Cors) -> CorsFilter {
    CorsFilter {
        allowed_origins: cors.allowed_origins,
        allowed_methods: cors.allowed_methods,
        allowed_headers: cors.allowed_headers,
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
        per_attempt_timeout: retry.per_try_timeout_ms.map(Duration::from_millis),
        retry_non_idempotent: retry.non_idempotent,
    }
}
