//! `filter` by type, and `agent`.

use super::bounds::{BYTES, COUNT, DAY, MILLIS, YEAR};
use super::notes::{
    AGENT_CONFIG, AGENT_HTTP, AGENT_TLS, COMPRESS, CORS_OPEN, CORS_OPTION, GEO, NO_EFFECT, PROTOCOL_VERSION,
    RATE_BACKEND, RATE_BURST, RATE_SHARED, REDIRECT,
};
use super::{
    Args, Block, Body, Kind, Setting, Word, block, flag, group, int, noted, one, text, upstreams, value, word,
};

static TYPES: &[Word] = &[
    word("rate-limit"),
    word("agent"),
    word("headers"),
    noted("cors", &CORS_OPEN),
    word("timeout"),
    word("log"),
    noted("redirect", &REDIRECT),
    word("url-rewrite"),
    noted("compress", &COMPRESS),
    noted("geo", &GEO),
];

const TYPE: Setting = one("type", Kind::OneOf(TYPES));

/// The settings each type of filter reads. The proxy itself checks names only for `rate-limit`.
pub(super) static FILTERS_BY_TYPE: &[(&str, &Block)] = &[
    ("rate-limit", &RATE_LIMIT),
    ("agent", &AGENT_FILTER),
    ("headers", &HEADERS),
    ("cors", &CORS),
    ("timeout", &TIMEOUT),
    ("log", &LOG),
    ("redirect", &REDIRECT_FILTER),
    ("url-rewrite", &URL_REWRITE),
    ("compress", &COMPRESS_FILTER),
    ("geo", &GEO_FILTER),
];

static RATE_KEYS: &[Word] = &[
    word("route"),
    word("path"),
    word("mcp-tool"),
    noted("client-ip", &RATE_SHARED),
    noted("client-ip-and-path", &RATE_SHARED),
    noted("client-ip-and-mcp-tool", &RATE_SHARED),
];

static RATE_LIMIT: Block = block(&[
    TYPE,
    int("max-rps", 1, COUNT),
    int("burst", 0, COUNT).note(&RATE_BURST),
    one("key", Kind::RateKey(RATE_KEYS)),
    one("on-limit", Kind::OneOf(&[word("reject"), word("delay"), word("log-only")])),
    int("status-code", 400, 599),
    text("message"),
    int("max-delay-ms", 0, MILLIS),
    int("max-keys", 1, COUNT),
    one(
        "backend",
        Kind::OneOf(&[word("local"), noted("redis", &RATE_BACKEND), noted("memcached", &RATE_BACKEND)]),
    ),
    value("redis-url", Args::Many(Kind::Text)).note(&RATE_BACKEND),
    value("redis-prefix", Args::Many(Kind::Text)).note(&RATE_BACKEND),
    int("redis-pool-size", 1, COUNT).note(&RATE_BACKEND),
    int("redis-timeout-ms", 1, MILLIS).note(&RATE_BACKEND),
    flag("redis-fallback").note(&RATE_BACKEND),
    flag("redis-fallback-local").note(&RATE_BACKEND),
    value("memcached-url", Args::Many(Kind::Text)).note(&RATE_BACKEND),
    value("memcached-prefix", Args::Many(Kind::Text)).note(&RATE_BACKEND),
    int("memcached-pool-size", 1, COUNT).note(&RATE_BACKEND),
    int("memcached-timeout-ms", 1, MILLIS).note(&RATE_BACKEND),
    int("memcached-ttl", 1, DAY).note(&RATE_BACKEND),
    int("memcached-ttl-secs", 1, DAY).note(&RATE_BACKEND),
    flag("memcached-fallback").note(&RATE_BACKEND),
    flag("memcached-fallback-local").note(&RATE_BACKEND),
]);

static PHASES: &[Word] = &[word("request"), word("response"), word("both")];
static FAILURE_MODES: &[Word] = &[word("open"), word("closed")];

static AGENT_FILTER: Block = block(&[
    TYPE,
    one("agent", Kind::Refer(super::Thing::Agent)),
    one("phase", Kind::OneOf(PHASES)),
    int("timeout-ms", 1, MILLIS).note(&NO_EFFECT),
    one("failure-mode", Kind::OneOf(FAILURE_MODES)),
    flag("inspect-body").note(&NO_EFFECT),
    int("max-body-bytes", 1, BYTES).note(&NO_EFFECT),
]);

static HEADERS: Block = block(&[
    TYPE,
    one("phase", Kind::OneOf(PHASES)),
    value("rename", Args::None).body(Body::Headers),
    value("set", Args::None).body(Body::Headers),
    value("add", Args::None).body(Body::Headers),
    value("remove", Args::Many(Kind::HeaderName)),
]);

const fn cors_option(name: &'static str) -> Setting {
    value(name, Args::Many(Kind::Text)).note(&CORS_OPTION)
}

static CORS: Block = block(&[
    TYPE,
    cors_option("allowed-origins"),
    cors_option("allowed-methods"),
    cors_option("allowed-headers"),
    cors_option("exposed-headers"),
    flag("allow-credentials").note(&CORS_OPTION),
    int("max-age-secs", 0, YEAR).note(&CORS_OPTION),
]);

static TIMEOUT: Block = block(&[
    TYPE,
    int("request-timeout-secs", 1, DAY).note(&NO_EFFECT),
    int("upstream-timeout-secs", 1, DAY),
    int("connect-timeout-secs", 1, DAY),
]);

static LOG: Block = block(&[
    TYPE,
    flag("log-request"),
    flag("log-response"),
    flag("log-body").note(&NO_EFFECT),
    int("max-body-log-size", 1, BYTES),
    one("level", Kind::OneOf(&[word("trace"), word("debug"), word("info"), word("warn"), word("error")])),
]);

static REDIRECT_FILTER: Block = block(&[
    TYPE,
    text("hostname"),
    one("scheme", Kind::OneOf(&[word("http"), word("https")])),
    int("port", 1, 65_535),
    int("status-code", 300, 399),
    one("replace-full-path", Kind::Path),
    one("replace-prefix-match", Kind::Path),
]);

static URL_REWRITE: Block = block(&[
    TYPE,
    text("hostname"),
    one("replace-full-path", Kind::Path),
    one("replace-prefix-match", Kind::Path),
]);

// These two types are refused as a whole, so their settings are only named.
static COMPRESS_FILTER: Block = block(&[
    TYPE,
    value("algorithms", Args::Many(Kind::Text)),
    int("min-size", 0, BYTES),
    int("level", 0, 22),
]);
static GEO_FILTER: Block = block(&[
    TYPE,
    one("database-path", Kind::File),
    text("database-type"),
    text("action"),
    value("countries", Args::Many(Kind::Text)),
    text("on-failure"),
    int("status-code", 400, 599),
    text("block-message"),
    int("cache-ttl-secs", 0, YEAR),
    flag("add-country-header"),
]);

static EVENTS: &[Word] = &[
    word("request_headers"),
    word("request_body"),
    word("response_headers"),
    word("response_body"),
    word("log"),
    word("websocket_frame"),
    word("guardrail"),
];

pub(super) static AGENT: Block = block(&[
    one("type", Kind::Token),
    value("unix-socket", Args::Optional(Kind::File)).body(Body::Optional(&SOCKET)),
    value("grpc", Args::Optional(Kind::Text)).body(Body::Optional(&GRPC)),
    value("http", Args::Optional(Kind::Text)).body(Body::Open).note(&AGENT_HTTP),
    int("timeout-ms", 1, MILLIS),
    one("failure-mode", Kind::OneOf(FAILURE_MODES)),
    value("events", Args::Many(Kind::OneOf(EVENTS))),
    group("circuit-breaker", &upstreams::BREAKER),
    int("max-request-body-bytes", 1, BYTES),
    int("max-response-body-bytes", 1, BYTES),
    text("request-body-mode"),
    text("response-body-mode"),
    int("chunk-timeout-ms", 1, MILLIS),
    int("max-concurrent-calls", 1, COUNT),
    value("config", Args::None).body(Body::Open).note(&AGENT_CONFIG),
    value("protocol-version", Args::Many(Kind::Text)).note(&PROTOCOL_VERSION),
])
.with_hints(&[(
    "transport",
    "write `unix-socket \"/path\"` or `grpc \"http://host:port\"` directly in the agent",
)]);

static SOCKET: Block = block(&[one("path", Kind::File)]);
static GRPC: Block = block(&[
    text("address"),
    value("tls", Args::None).body(Body::Open).note(&AGENT_TLS),
    value("tls-insecure", Args::None).note(&AGENT_TLS),
    one("ca-cert", Kind::File).note(&AGENT_TLS),
    one("client-cert", Kind::File).note(&AGENT_TLS),
    one("client-key", Kind::File).note(&AGENT_TLS),
]);
