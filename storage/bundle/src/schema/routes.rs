//! `route`: matching, policies, caching, inference, agentic protocols.

use super::bounds::{BYTES, COUNT, DAY, MILLIS, YEAR};
use super::notes::{
    API_SCHEMA, BUILTIN_CONFIG, BUILTIN_PURGE, CACHE_VARY, FALLBACK, GUARDRAILS, MODEL_ROUTING, NO_EFFECT,
    POLICIES_BODY, POLICIES_CACHE, QUERY_PARAM, RATE_BURST, RATE_SHARED, ROUTE_AGENTS, ROUTE_BREAKER,
    ROUTE_CACHE, SERVICE_TYPE, SHADOW_BODY, TIKTOKEN, WAF_ENABLED,
};
use super::{Args, Block, Body, Kind, Thing, Word, block, flag, group, int, noted, one, text, value, word};

const UPSTREAM: Kind = Kind::Refer(Thing::Upstream);

pub(super) static ROUTE: Block = block(&[
    one("priority", Kind::Priority),
    group("matches", &MATCHES),
    one("upstream", UPSTREAM),
    value("filters", Args::Many(Kind::Refer(Thing::Filter))),
    group("policies", &POLICIES),
    group("retry-policy", &RETRY_POLICY),
    group("cache", &ROUTE_CACHE_BLOCK).note(&ROUTE_CACHE),
    one("builtin-handler", Kind::OneOf(BUILTINS)),
    group("static-files", &STATIC_FILES),
    group("inference", &INFERENCE),
    group("shadow", &SHADOW),
    flag("websocket"),
    flag("websocket-inspection"),
    group("mcp", &MCP),
    group("a2a", &A2A),
    flag("waf-enabled").note(&WAF_ENABLED),
    text("service-type").note(&SERVICE_TYPE),
    value("api-schema", Args::None).body(Body::Open).note(&API_SCHEMA),
    value("fallback", Args::None).body(Body::Open).note(&FALLBACK),
    value("agents", Args::Many(Kind::Text)).note(&ROUTE_AGENTS),
    value("circuit-breaker", Args::None).body(Body::Open).note(&ROUTE_BREAKER),
])
.with_hints(&[
    ("path", "conditions belong into `matches { }`"),
    ("path-prefix", "conditions belong into `matches { }`"),
    ("path_prefix", "conditions belong into `matches { path-prefix ... }`"),
    ("host", "conditions belong into `matches { }`"),
    ("method", "conditions belong into `matches { }`"),
    ("timeout", "write `policies { timeout-secs 5 }`"),
    ("retry", "write `retry-policy { max-attempts 3; retryable-status-codes 502 503 }`"),
    ("redirect", "define a filter of type \"redirect\" and list it in `filters`"),
    (
        "headers",
        "write `policies { request-headers { } response-headers { } }` or a filter of type \"headers\"",
    ),
    ("cors", "define a filter of type \"cors\" and list it in `filters`"),
    ("auth", "define an agent and a filter of type \"agent\", and list it in `filters`"),
    ("waf", "define an agent of type \"waf\" and a filter of type \"agent\""),
    ("rate-limit", "write `policies { rate-limit { } }` or a filter of type \"rate-limit\""),
]);

static MATCHES: Block = block(&[
    one("path", Kind::Path).repeats(),
    one("path-prefix", Kind::Path).repeats(),
    one("path-regex", Kind::Regex).repeats(),
    one("host", Kind::HostPattern).repeats(),
    value("header", Args::Pair(Kind::HeaderName, Kind::Text)).repeats(),
    value("method", Args::Many(Kind::Method)).repeats(),
    value("query-param", Args::Pair(Kind::Text, Kind::Text)).repeats().note(&QUERY_PARAM),
]);

static BUILTINS: &[Word] = &[
    word("status"),
    word("health"),
    word("not-found"),
    noted("metrics", &BUILTIN_CONFIG),
    noted("config", &BUILTIN_CONFIG),
    noted("upstreams", &BUILTIN_CONFIG),
    noted("cache-stats", &BUILTIN_CONFIG),
    noted("cache-purge", &BUILTIN_PURGE),
];

static POLICIES: Block = block(&[
    int("timeout-secs", 1, DAY),
    value("max-body-size", Args::Optional(Kind::Text)).note(&POLICIES_BODY),
    one("failure-mode", Kind::OneOf(&[word("open"), word("closed")])),
    group("rate-limit", &RATE_LIMIT),
    group("request-headers", &HEADERS),
    group("response-headers", &HEADERS),
    value("cache", Args::None).body(Body::Open).note(&POLICIES_CACHE),
]);

pub(super) static HEADERS: Block = block(&[
    value("rename", Args::None).body(Body::Headers),
    value("set", Args::None).body(Body::Headers),
    value("add", Args::None).body(Body::Headers),
    value("remove", Args::Many(Kind::HeaderName)),
]);

static ROUTE_KEYS: &[Word] = &[
    word("route"),
    noted("client-ip", &RATE_SHARED),
    word("path"),
    noted("client-ip-and-path", &RATE_SHARED),
];

static RATE_LIMIT: Block = block(&[
    int("requests-per-second", 1, COUNT),
    int("burst", 1, COUNT).note(&RATE_BURST),
    one("key", Kind::RateKey(ROUTE_KEYS)),
]);

static RETRY_POLICY: Block = block(&[
    int("max-attempts", 1, 100),
    value("retryable-status-codes", Args::Many(Kind::Int(100, 599))),
    one("backoff", Kind::Millis),
    one("max-backoff", Kind::Millis),
    one("per-attempt-timeout", Kind::Millis),
    flag("retry-non-idempotent"),
]);

static ROUTE_CACHE_BLOCK: Block = block(&[
    flag("enabled"),
    int("default-ttl-secs", 0, YEAR),
    int("max-size-bytes", 1, BYTES),
    flag("cache-private"),
    int("stale-while-revalidate-secs", 0, YEAR),
    int("stale-if-error-secs", 0, YEAR),
    value("cacheable-methods", Args::Many(Kind::Method)),
    value("cacheable-status-codes", Args::Many(Kind::Int(100, 599))),
    value("exclude-extensions", Args::Many(Kind::Text)),
    value("exclude-paths", Args::Many(Kind::Text)),
    value("vary-headers", Args::Many(Kind::HeaderName)).note(&CACHE_VARY),
    value("ignore-query-params", Args::Many(Kind::Text)).note(&NO_EFFECT),
]);

static STATIC_FILES: Block = block(&[
    one("root", Kind::File),
    text("index"),
    flag("directory-listing"),
    text("cache-control"),
    flag("compress"),
    text("fallback"),
]);

static SHADOW: Block = block(&[
    one("upstream", UPSTREAM),
    one("percentage", Kind::Number(0.0, 100.0)),
    value("sample-header", Args::Pair(Kind::HeaderName, Kind::Text)),
    int("timeout-ms", 1, MILLIS),
    one("buffer-body", Kind::BoolNoted(true, &SHADOW_BODY)),
    int("max-body-bytes", 1, BYTES),
]);

static PROVIDERS: &[Word] = &[word("openai"), word("anthropic"), word("generic")];

static INFERENCE: Block = block(&[
    one("provider", Kind::OneOf(PROVIDERS)),
    one("model-header", Kind::HeaderName),
    group("rate-limit", &TOKEN_LIMIT),
    group("budget", &BUDGET),
    group("cost-attribution", &COST),
    group("routing", &INFERENCE_ROUTING),
    group("model-routing", &MODELS).note(&MODEL_ROUTING),
    value("guardrails", Args::None).body(Body::Open).note(&GUARDRAILS),
]);

static TOKEN_LIMIT: Block = block(&[
    int("tokens-per-minute", 1, COUNT),
    int("requests-per-minute", 1, COUNT),
    int("burst-tokens", 0, COUNT),
    one("estimation-method", Kind::OneOf(&[word("chars"), word("words"), noted("tiktoken", &TIKTOKEN)])),
]);

static BUDGET: Block = block(&[
    text("period"),
    int("limit", 1, i64::MAX as i128),
    value("alert-thresholds", Args::Many(Kind::Number(0.0, 1.0))),
    flag("enforce"),
    flag("rollover"),
    one("burst-allowance", Kind::Number(0.0, 1000.0)),
    int("max-tenants", 1, COUNT),
]);

static COST: Block = block(&[
    flag("enabled"),
    one("default-input-cost", Kind::Number(0.0, 1e9)),
    one("default-output-cost", Kind::Number(0.0, 1e9)),
    one("currency", Kind::Token),
    group("pricing", &PRICING),
]);

static PRICING: Block = block(&[one("model", Kind::Text).repeats().body(Body::Required(&MODEL_PRICE))]);

static MODEL_PRICE: Block = block(&[
    one("input-cost-per-million", Kind::Number(0.0, 1e9)),
    one("output-cost-per-million", Kind::Number(0.0, 1e9)),
    one("currency", Kind::Token),
]);

static INFERENCE_ROUTING: Block = block(&[
    one("strategy", Kind::OneOf(&[word("least-tokens-queued"), word("round-robin"), word("least-latency")])),
    one("queue-depth-header", Kind::HeaderName),
]);

static MODELS: Block = block(&[
    one("model", Kind::Text)
        .repeats()
        .properties(&[("upstream", UPSTREAM), ("provider", Kind::OneOf(PROVIDERS))]),
    one("default-upstream", UPSTREAM),
]);

static ALLOW_DENY: Block = block(&[
    value("allow", Args::Many(Kind::Text)).repeats(),
    value("deny", Args::Many(Kind::Text)).repeats(),
]);

static MCP: Block = block(&[
    flag("require-validated-version"),
    flag("validate-param-headers"),
    flag("filter-tool-list"),
    text("session-key"),
    one("on-uninspectable-body", Kind::OneOf(&[word("deny"), word("allow")])),
    group("methods", &ALLOW_DENY),
    group("tools", &ALLOW_DENY),
    group("upstreams", &MCP_UPSTREAMS),
]);

static MCP_UPSTREAMS: Block = block(&[one("upstream", UPSTREAM)
    .repeats()
    .properties(&[("prefix", Kind::Token), ("path", Kind::Path)])]);

static A2A: Block = block(&[
    one("unknown-methods", Kind::OneOf(&[word("allow"), word("deny")])),
    flag("deny-uninspectable-body"),
    group("methods", &ALLOW_DENY),
]);
