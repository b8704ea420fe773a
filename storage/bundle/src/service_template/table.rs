//! The templates.

use std::collections::BTreeMap;

use sentinel_model::config::policy::headers::HeaderChanges;
use sentinel_model::config::policy::security::FrameOptions;
use sentinel_model::config::policy::{Cache, Cors, Headers, SecurityHeaders};
use sentinel_model::config::upstream_group::{Algorithm, Timeouts};
use sentinel_model::config::{Service, UpstreamGroup};

use super::{LeftOut, ServiceTemplate, Why};
use crate::capability::Feature;

/// Every template, in the order in which they are shown.
pub const ALL: &[ServiceTemplate] = &[
    ServiceTemplate {
        name: "rest-api",
        title: "REST API",
        category: "api",
        description: "An API that pages of every origin may use: GET, POST, PUT and DELETE, with JSON and an Authorization header, remembered by browsers for a day.",
        path: "/api/*",
        left_out: &[feature("100 requests a minute for each client", Feature::RateLimitClient)],
        tls: false,
        preset: |service, _| service.cors = Some(cors()),
    },
    ServiceTemplate {
        name: "web-application",
        title: "Web application",
        category: "web",
        description: "Pages for browsers, which other sites may not show inside their own and whose content types browsers do not guess.",
        path: "/*",
        left_out: &[
            feature("Compression with gzip and brotli", Feature::Compression),
            words(
                "A cache for an hour",
                "the proxy tells answers apart by path and query alone, so a page that was made for one visitor could be given to another; keep static files by a service of their own",
            ),
        ],
        tls: false,
        preset: |service, _| {
            let frame_options = Some(FrameOptions::Sameorigin);
            service.security =
                Some(SecurityHeaders { frame_options, no_sniff: true, ..SecurityHeaders::default() });
        },
    },
    ServiceTemplate {
        name: "websocket-service",
        title: "WebSocket service",
        category: "websocket",
        description: "Requests may become WebSockets. A connection on which nothing is said is kept for five minutes.",
        path: "/ws/*",
        left_out: &[words(
            "Headers for the upgrade",
            "they are between the proxy and its peers, and websocket lets them through",
        )],
        tls: false,
        preset: |service, group| {
            service.websocket = true;
            patient(300, service, group);
        },
    },
    ServiceTemplate {
        name: "static-files",
        title: "Static files",
        category: "static",
        description: "Files that are the same for everybody. With exactly one host, the proxy keeps them for a day; browsers do not guess their types.",
        path: "/static/*",
        left_out: &[
            feature("Compression with gzip, brotli and zstd", Feature::Compression),
            feature("The cache, unless exactly one host is given", Feature::CacheManyHosts),
        ],
        tls: false,
        preset: |service, _| {
            service.security = Some(SecurityHeaders { no_sniff: true, ..SecurityHeaders::default() });
            if let [host] = service.hosts.as_slice()
                && !host.starts_with("*.")
            {
                service.cache = Some(kept(86_400));
            }
        },
    },
    ServiceTemplate {
        name: "auth-protected-api",
        title: "API with authorization",
        category: "auth",
        description: "Only requests with an Authorization header reach the upstream, which has to look whether it is good; others are answered with 404.",
        path: "/api/*",
        left_out: &[
            words(
                "A check of the credential",
                "the configuration model has no policy for it yet; the upstream has to check",
            ),
            feature("401 for requests without the header", Feature::Respond),
            words(
                "CORS",
                "browsers ask first without the header, and would not get here; serve pages and API on one host",
            ),
            feature("60 requests a minute for each client", Feature::RateLimitClient),
            words(
                "A look for SQL injection and scripts in requests",
                "the configuration model has no rules for it yet; the upstream has to be careful",
            ),
        ],
        tls: false,
        preset: |service, _| {
            service.match_headers = BTreeMap::from([("Authorization".to_owned(), None)]);
        },
    },
    ServiceTemplate {
        name: "health-endpoint",
        title: "Health endpoint",
        category: "utility",
        description: "One path that says how the upstream is, within five seconds, and that nobody keeps.",
        path: "/health",
        left_out: &[feature("200 OK by the proxy itself: the upstream answers instead", Feature::Respond)],
        tls: false,
        preset: |service, _| {
            service.timeout_seconds = Some(5);
            service.headers = Some(answer_header("Cache-Control", "no-store"));
        },
    },
    ServiceTemplate {
        name: "llm-inference-gateway",
        title: "LLM inference gateway",
        category: "inference",
        description: "An API whose answers take up to five minutes, or come word by word as a stream of events.",
        path: "/v1/*",
        left_out: &[
            words("100,000 tokens a minute for each client", NO_TOKENS),
            words("A monthly budget of 10 million tokens, and a warning at 80 percent", NO_TOKENS),
            words("What tokens cost", NO_TOKENS),
        ],
        tls: false,
        preset: |service, group| patient(300, service, group),
    },
    ServiceTemplate {
        name: "grpc-gateway",
        title: "gRPC gateway",
        category: "grpc",
        description: "gRPC to servers that speak HTTP/2 over TLS. Its path is /* because paths of gRPC are those of its services.",
        path: "/*",
        left_out: &[
            words(
                "A listener for clients",
                "gRPC needs HTTP/2, which the proxy speaks with clients over TLS alone: add a listener with protocol https and a certificate of the node",
            ),
            words("Servers without TLS", "the proxy speaks HTTP/2 with servers over TLS alone"),
            words(
                "A largest message of 4 MiB",
                "the proxy does not look into streams; settings.limits.max_body_bytes holds for all services",
            ),
            words(
                "Reflection and health",
                "they are services of the upstream, and are reached as all others",
            ),
        ],
        tls: true,
        preset: |service, group| {
            if let Some(tls) = &mut group.tls {
                tls.http2 = true;
            }
            service.methods = vec!["POST".to_owned()];
            patient(300, service, group);
        },
    },
    ServiceTemplate {
        name: "websocket-gateway",
        title: "WebSocket gateway",
        category: "websocket",
        description: "WebSockets to several servers: each connection goes to the better of two of them. One on which nothing is said is kept for five minutes.",
        path: "/ws/*",
        left_out: &[
            words("A ping every 30 seconds", "the proxy adds nothing to a WebSocket; let the upstream ping"),
            words(
                "A largest message of 64 KiB",
                "the proxy does not look into a WebSocket; limit messages at the upstream",
            ),
            feature("10,000 connections at most", Feature::MaxConnections),
        ],
        tls: false,
        preset: |service, group| {
            service.websocket = true;
            group.algorithm = Algorithm::PowerOfTwoChoices;
            patient(300, service, group);
        },
    },
    ServiceTemplate {
        name: "graphql-gateway",
        title: "GraphQL gateway",
        category: "graphql",
        description: "One path that takes GET and POST.",
        path: "/graphql",
        left_out: &[
            words("Queries of depth 10 at most", NO_QUERIES),
            words("Queries of complexity 1,000 at most", NO_QUERIES),
            words("A switch for introspection", NO_QUERIES),
        ],
        tls: false,
        preset: |service, _| service.methods = ["GET", "POST"].map(str::to_owned).to_vec(),
    },
    ServiceTemplate {
        name: "sse-streaming",
        title: "SSE streaming service",
        category: "streaming",
        description: "Streams of events, which nobody keeps. One on which nothing is said for ten minutes ends.",
        path: "/events/*",
        left_out: &[
            words(
                "A sign of life every 15 seconds",
                "the proxy adds nothing to a stream; let the upstream send a comment",
            ),
            words("An end after an hour", "the proxy has no longest duration; let the upstream end it"),
            words("A buffer of 1,024 events", "the proxy passes events on as they come, and keeps none"),
        ],
        tls: false,
        preset: |service, group| {
            service.methods = vec!["GET".to_owned()];
            service.headers = Some(answer_header("Cache-Control", "no-store"));
            patient(600, service, group);
        },
    },
];

const NO_TOKENS: &str = "the proxy counts no tokens; count them at the upstream";
const NO_QUERIES: &str = "the proxy does not read queries; limit them at the upstream";

const fn feature(what: &'static str, feature: Feature) -> LeftOut {
    LeftOut { what, why: Why::Feature(feature) }
}

const fn words(what: &'static str, why: &'static str) -> LeftOut {
    LeftOut { what, why: Why::Words(why) }
}

fn cors() -> Cors {
    Cors {
        allowed_origins: vec!["*".to_owned()],
        allowed_methods: ["GET", "POST", "PUT", "DELETE"].map(str::to_owned).to_vec(),
        allowed_headers: ["Authorization", "Content-Type"].map(str::to_owned).to_vec(),
        exposed_headers: Vec::new(),
        allow_credentials: false,
        max_age_seconds: 86_400,
    }
}

/// Waits for the upstream, also in the midst of an answer.
fn patient(seconds: u64, service: &mut Service, group: &mut UpstreamGroup) {
    service.timeout_seconds = Some(seconds);
    group.timeouts = Some(Timeouts { read_seconds: Some(seconds), ..Timeouts::default() });
}

fn answer_header(name: &str, value: &str) -> Headers {
    let set = BTreeMap::from([(name.to_owned(), value.to_owned())]);
    Headers { response: HeaderChanges { set, ..HeaderChanges::default() }, ..Headers::default() }
}

fn kept(seconds: u64) -> Cache {
    Cache {
        ttl_seconds: seconds,
        max_bytes: None,
        private: false,
        stale_while_revalidate_seconds: 0,
        stale_if_error_seconds: 0,
        methods: ["GET", "HEAD"].map(str::to_owned).to_vec(),
        statuses: vec![200],
        exclude_extensions: Vec::new(),
        exclude_paths: Vec::new(),
        vary: Vec::new(),
        ignore_query: Vec::new(),
    }
}
