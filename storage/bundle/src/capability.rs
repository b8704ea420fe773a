//! What the proxy does with each feature of the configuration model, as one table.
//!
//! The compiler asks it for every feature that a document uses; `docs/features.md` is written from it; a test with the real proxy has a
//! request for each native row that would be answered otherwise if the row were not true.

use serde::Serialize;

/// What becomes of a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The proxy does it.
    Native,
    /// The guard beside the proxy does it.
    Guard,
    /// It cannot be had: why, and what to do instead.
    Refused {
        /// Continues a sentence that begins with the feature.
        reason: &'static str,
        /// What to do instead.
        instead: &'static str,
    },
}

macro_rules! features {
    ($($(#[$group:meta])* $name:ident $code:literal $title:literal, $verdict:expr;)*) => {
        /// Something that a document can ask for. The names stand in manifests and are never reused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub enum Feature { $(#[doc = $title] #[serde(rename = $code)] $name,)* }

        impl Feature {
            /// All features, by subject.
            pub const ALL: &'static [Feature] = &[$(Feature::$name,)*];

            /// Its stable name, such as `match.host`.
            pub fn code(self) -> &'static str {
                match self { $(Feature::$name => $code,)* }
            }

            /// What it is, for people.
            pub fn title(self) -> &'static str {
                match self { $(Feature::$name => $title,)* }
            }

            /// What proxy 0.6.45 does with it.
            pub fn verdict(self) -> Verdict {
                match self { $(Feature::$name => $verdict,)* }
            }
        }
    };
}

const fn refused(reason: &'static str, instead: &'static str) -> Verdict {
    Verdict::Refused { reason, instead }
}

use Verdict::{Guard, Native};

features! {
    PathExact "match.path" "Exact path", Native;
    PathPrefix "match.path_prefix" "Path and everything below", Native;
    PathWildcard "match.path_wildcard" "`*` in the place of a path segment", Native;
    Host "match.host" "Hosts, also `*.example.com`", Native;
    Method "match.method" "Methods", Native;
    HeaderMatch "match.header" "Headers of the request", Native;
    QueryMatch "match.query" "Parts of the query", refused(
        "never matches at run time, so the service would be dead",
        "match on path, host, method or header");
    Priority "match.priority" "Priority between services", Native;

    UpstreamUrl "to.upstream_url" "One server by its URL", Native;
    UpstreamGroup "to.upstream_group" "An upstream group", Native;
    SplitWeight "to.split" "Traffic split by weight", Native;
    SplitHeader "to.split_header" "Traffic split by header", Native;
    SplitCookie "to.split_cookie" "Traffic split by cookie", refused(
        "has nothing in the proxy that could do it",
        "split by a header");
    Redirect "to.redirect" "Redirect to a URL, without the query", Native;
    RespondNotFound "to.not_found" "Answer 404 without a body", Native;
    Respond "to.respond" "Answer with any status and body", Guard;

    Timeout "policy.timeout" "Timeout of a service", Native;
    Websocket "policy.websocket" "WebSocket", Native;
    Retry "policy.retry" "Retry by status code", Native;
    RetryPerTry "policy.retry_per_try" "Timeout of one attempt", refused(
        "limits nothing but connecting",
        "use timeout_seconds, and connect_seconds of the group");
    Cache "policy.cache" "Cache for one host", Native;
    CacheManyHosts "policy.cache_hosts" "Cache for several hosts", refused(
        "would serve one host's answers for another: the proxy's keys are path and query alone",
        "give every service that caches the same single host, or cache at the upstream");
    CacheVary "policy.cache_vary" "Cache by headers of the request", refused(
        "is ignored by the proxy, so one variant would be served for another",
        "do not cache this service");
    CacheIgnoreQuery "policy.cache_ignore_query" "Cache without parts of the query", refused(
        "is ignored by the proxy: the whole query is part of its keys",
        "leave ignore_query out");
    CacheMaxBytes "policy.cache_max_bytes" "Largest answer that is kept", refused(
        "is read by nothing",
        "leave max_bytes out");
    CacheRewritten "policy.cache_rewritten" "Cache with a path rewrite or a split", refused(
        "would serve one service's answers for another: the proxy's keys are paths as they were rewritten",
        "do not cache this service");
    CachePrivate "policy.cache_private" "Cache of private answers", refused(
        "would give one visitor's answers to others: the proxy's keys are paths alone",
        "leave private out");
    RateLimit "policy.rate_limit" "Rate limit of a service, per second", Native;
    RateLimitWindow "policy.rate_limit_window" "Rate limit over other times", Guard;
    RateLimitBurst "policy.rate_limit_burst" "Rate limit with a burst", Guard;
    RateLimitClient "policy.rate_limit_client" "Rate limit by client address", Guard;
    RateLimitHeader "policy.rate_limit_header" "Rate limit by header", Guard;
    RequestHeaders "policy.request_headers" "Headers of requests", Native;
    ResponseHeaders "policy.response_headers" "Headers of answers", Native;
    SecurityHeaders "policy.security" "Security headers", Native;
    Cors "policy.cors" "CORS", Native;
    AccessControl "policy.access_control" "Access by client address", Guard;
    Compression "policy.compression" "Compression", refused(
        "breaks the proxy: it drops the connection instead of answering",
        "compress at the upstream; the proxy passes compressed answers on");
    RewritePrefix "policy.rewrite_prefix" "Path rewrite of the beginning", Native;
    RewritePath "policy.rewrite_path" "Path rewrite of the whole", Native;
    RewriteHost "policy.rewrite_host" "Host rewrite", Native;
    RequestTransform "policy.request_transform" "Bodies of requests", Guard;
    ResponseTransform "policy.response_transform" "Bodies of answers", Guard;

    RoundRobin "upstream.round_robin" "Round robin", Native;
    Weighted "upstream.weighted" "Weights", Native;
    Random "upstream.random" "Random", Native;
    PowerOfTwoChoices "upstream.power_of_two_choices" "Power of two choices", Native;
    Adaptive "upstream.adaptive" "Adaptive", Native;
    LeastConn "upstream.least_conn" "Least connections", refused(
        "always takes the first target: the proxy never counts connections",
        "use power_of_two_choices or adaptive");
    IpHash "upstream.ip_hash" "Hash of the client address", refused(
        "always takes the same target: the proxy does not give it the address",
        "use round_robin, and keep sessions where every target finds them");
    ConsistentHash "upstream.consistent_hash" "Consistent hash", refused(
        "always takes the same target: the proxy does not give it a key",
        "use round_robin, and keep sessions where every target finds them");
    StickySessions "upstream.sticky" "Sticky sessions", refused(
        "does not keep a visitor at a target",
        "keep sessions where every target finds them");
    HealthCheck "upstream.health_check" "Active health checks", refused(
        "asks the targets and then sends them requests all the same",
        "the circuit breaker takes out targets that fail; set circuit_breaker to tune it");
    CircuitBreaker "upstream.circuit_breaker" "Circuit breaker", Native;
    TargetDisabled "upstream.target_disabled" "A target that gets no requests", Native;
    MaxConnections "upstream.max_connections" "Most connections of a target", refused(
        "is not enforced by the proxy",
        "limit connections at the target");
    UpstreamTimeouts "upstream.timeouts" "Timeouts of a group", Native;
    UpstreamTls "upstream.tls" "TLS to the targets", Native;
    UpstreamSkipVerify "upstream.tls_skip_verify" "TLS without verification", Native;
    UpstreamTrustStore "upstream.tls_trust_store" "A trust store for the targets", refused(
        "is ignored by the proxy, which trusts what its system trusts",
        "install the authority on the nodes");
    UpstreamHttp2 "upstream.http2" "HTTP/2 to the targets, as gRPC needs it", Native;

    Listener "listener.http" "HTTP listener", Native;
    ListenerTls "listener.https" "HTTPS listener", Native;
    Certificate "listener.certificate" "Certificates of the project, handed to nodes", Native;
    CertificateNames "listener.certificate_names" "Certificates for single names (SNI)", Native;
    TlsMinVersion "listener.tls_min_version" "Oldest TLS version", Native;
    ClientTrustStore "listener.client_trust_store" "Client certificates, without a look at revocations", Native;
    ListenerKeepalive "listener.keepalive" "How long a connection may wait for a request", Native;
    ListenerRequestTimeout "listener.request_timeout" "Pause of a client that sends a body, over HTTP", Native;
    ListenerTlsTimeout "listener.tls_request_timeout" "Pause of a client that sends a body, over HTTPS", refused(
        "does nothing for HTTP/2",
        "leave request_timeout_seconds out");

    WorkerThreads "settings.worker_threads" "Worker threads", Native;
    GlobalRateLimit "settings.rate_limit" "Rate limit of a node", Native;
    Limits "settings.limits" "Limits of headers and bodies", Native;
    AccessLog "settings.access_log" "Access log", Native;
    CacheStore "settings.cache" "Size of the cache", Native;

    Secrets "secrets" "Secrets in texts", Native;
}

impl Feature {
    /// The feature with this stable name.
    pub fn from_code(code: &str) -> Option<Feature> {
        Self::ALL.iter().copied().find(|feature| feature.code() == code)
    }

    /// What is told where it cannot be had; `None`: it can.
    pub fn refusal(self) -> Option<(String, &'static str)> {
        match self.verdict() {
            Verdict::Native => None,
            Verdict::Guard => Some((
                format!("{} needs the guard, which nodes do not run yet", self.title()),
                "leave it out until then",
            )),
            Verdict::Refused { reason, instead } => Some((format!("{} {reason}", self.title()), instead)),
        }
    }
}

/// The table as a document shows it.
pub fn table() -> String {
    let mut text = String::from("| feature | name | who does it |\n|---|---|---|\n");
    for feature in Feature::ALL {
        let who = match feature.verdict() {
            Verdict::Native => "the proxy".to_owned(),
            Verdict::Guard => "the guard".to_owned(),
            Verdict::Refused { reason, instead } => format!("nobody: it {reason}; {instead}"),
        };
        text.push_str(&format!("| {} | `{}` | {who} |\n", feature.title(), feature.code()));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_feature_has_a_name_of_its_own() {
        let codes: BTreeSet<&str> = Feature::ALL.iter().map(|feature| feature.code()).collect();
        assert_eq!(codes.len(), Feature::ALL.len());
        for feature in Feature::ALL {
            assert_eq!(Feature::from_code(feature.code()), Some(*feature));
            assert_eq!(feature.refusal().is_none(), feature.verdict() == Native, "{feature:?}");
        }
    }
}
