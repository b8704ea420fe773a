//! `upstream`: targets, discovery, balancing, health, pools, TLS.

use super::bounds::{COUNT, DAY, MILLIS};
use super::notes::{CA_CERT, HEALTH_CHECK, KUBERNETES, LB_INEFFECTIVE, NO_EFFECT, SKIP_VERIFY};
use super::{Args, Block, Body, Kind, Setting, Word, block, flag, group, int, noted, one, text, value, word};

pub(super) static UPSTREAM: Block = block(&[
    TARGET,
    group("targets", &TARGETS),
    one("address", Kind::Target),
    value("load-balancing", Args::One(Kind::OneOf(ALGORITHMS)))
        .body(Body::ByArgument(&[("sticky", &STICKY)])),
    group("health-check", &CHECK).note(&HEALTH_CHECK),
    group("circuit-breaker", &BREAKER),
    group("connection-pool", &POOL),
    group("timeouts", &TIMEOUTS),
    group("http-version", &HTTP_VERSION),
    group("tls", &UPSTREAM_TLS),
    value("discovery", Args::One(Kind::OneOf(DISCOVERY_KINDS))).body(Body::ByArgument(DISCOVERY)),
])
.with_hints(&[
    ("targets", "write one `target \"host:port\"` per target"),
    ("algorithm", "the setting is called `load-balancing`"),
    ("sticky_sessions", "session affinity does not work in this version of the proxy"),
]);

const TARGET: Setting = value("target", Args::Optional(Kind::Target))
    .repeats()
    .properties(&[("weight", WEIGHT), ("address", Kind::Target)])
    .body(Body::Optional(&TARGET_BLOCK));

const WEIGHT: Kind = Kind::Int(1, 1_000_000);

static TARGETS: Block = block(&[TARGET]);

static TARGET_BLOCK: Block = block(&[one("address", Kind::Target), one("weight", WEIGHT)]);

/// Which balancing algorithms exist, and which of them work.
static ALGORITHMS: &[Word] = &[
    word("round_robin"),
    word("weighted"),
    word("weighted_round_robin"),
    word("weighted-round-robin"),
    word("random"),
    word("p2c"),
    word("power_of_two_choices"),
    word("adaptive"),
    noted("ip_hash", &LB_INEFFECTIVE),
    noted("least_connections", &LB_INEFFECTIVE),
    noted("weighted_least_connections", &LB_INEFFECTIVE),
    noted("consistent_hash", &LB_INEFFECTIVE),
    noted("maglev", &LB_INEFFECTIVE),
    noted("sticky", &LB_INEFFECTIVE),
    noted("least_tokens_queued", &LB_INEFFECTIVE),
    noted("locality_aware", &LB_INEFFECTIVE),
    noted("peak_ewma", &LB_INEFFECTIVE),
    noted("deterministic_subset", &LB_INEFFECTIVE),
];

// Refused as a whole, so its settings are only named.
static STICKY: Block = block(&[
    text("cookie-name"),
    one("cookie-ttl", Kind::SecondsOrText),
    one("cookie-path", Kind::Path),
    flag("cookie-secure"),
    text("cookie-same-site"),
    text("fallback"),
]);

static CHECK: Block = block(&[
    value(
        "type",
        Args::One(Kind::OneOf(&[word("http"), word("grpc"), word("tcp"), word("inference"), word("mcp")])),
    )
    .body(Body::ByArgument(&[
        ("http", &HTTP_CHECK),
        ("grpc", &GRPC_CHECK),
        ("tcp", &TCP_CHECK),
        ("inference", &INFERENCE_CHECK),
        ("mcp", &MCP_CHECK),
    ])),
    int("interval-secs", 1, DAY),
    int("timeout-secs", 1, DAY),
    int("healthy-threshold", 1, 1000),
    int("unhealthy-threshold", 1, 1000),
])
.with_hints(&[("path", "settings of the probe belong into the type: `type \"http\" { path \"/healthz\" }`")]);

static HTTP_CHECK: Block =
    block(&[one("path", Kind::Path), one("expected-status", Kind::StatusText), text("host")]);
static GRPC_CHECK: Block = block(&[text("service")]);
static TCP_CHECK: Block = block(&[]);
static MCP_CHECK: Block = block(&[one("path", Kind::Path), value("expected-tools", Args::Many(Kind::Text))]);
static INFERENCE_CHECK: Block = block(&[
    one("endpoint", Kind::Path),
    value("expected-models", Args::Many(Kind::Text)),
    value("readiness", Args::None).body(Body::Optional(&READINESS)),
]);

static READINESS: Block = block(&[
    group("inference-probe", &INFERENCE_PROBE),
    group("model-status", &MODEL_STATUS),
    group("queue-depth", &QUEUE_DEPTH),
    group("warmth-detection", &WARMTH),
]);
static INFERENCE_PROBE: Block = block(&[
    one("endpoint", Kind::Path),
    text("model"),
    text("prompt"),
    int("max-tokens", 1, COUNT),
    int("timeout-secs", 1, DAY),
    int("max-latency-ms", 1, MILLIS),
]);
static MODEL_STATUS: Block = block(&[
    one("endpoint-pattern", Kind::Path),
    value("models", Args::Many(Kind::Text)),
    text("expected-status"),
    text("status-field"),
    int("timeout-secs", 1, DAY),
]);
static QUEUE_DEPTH: Block = block(&[
    one("header", Kind::HeaderName),
    text("body-field"),
    one("endpoint", Kind::Path),
    int("degraded-threshold", 0, COUNT),
    int("unhealthy-threshold", 0, COUNT),
    int("timeout-secs", 1, DAY),
]);
static WARMTH: Block = block(&[
    one("cold-action", Kind::OneOf(&[word("log-only"), word("mark-degraded"), word("mark-unhealthy")])),
    int("sample-size", 1, COUNT),
    one("cold-threshold-multiplier", Kind::Number(0.0, 1e6)),
    int("idle-cold-timeout-secs", 1, DAY),
]);

pub(super) static BREAKER: Block = block(&[
    int("failure-threshold", 1, COUNT),
    int("success-threshold", 1, COUNT),
    int("timeout-seconds", 1, DAY),
    int("half-open-max-requests", 1, COUNT),
])
.with_hints(&[
    ("timeout-secs", "the setting is called `timeout-seconds`"),
    ("recovery-timeout-secs", "the setting is called `timeout-seconds`"),
]);

static POOL: Block = block(&[
    int("max-connections", 1, COUNT).note(&NO_EFFECT),
    int("max-idle", 0, COUNT).note(&NO_EFFECT),
    int("idle-timeout-secs", 1, DAY),
    int("idle-timeout", 1, DAY),
    int("max-lifetime-secs", 1, DAY).note(&NO_EFFECT),
    int("max-lifetime", 1, DAY).note(&NO_EFFECT),
]);

static TIMEOUTS: Block = block(&[
    int("connect-secs", 1, DAY),
    int("connect", 1, DAY),
    int("read-secs", 1, DAY),
    int("read", 1, DAY),
    int("write-secs", 1, DAY),
    int("write", 1, DAY),
    int("request-secs", 1, DAY).note(&NO_EFFECT),
    int("request", 1, DAY).note(&NO_EFFECT),
]);

static HTTP_VERSION: Block = block(&[
    int("min-version", 1, 2),
    int("max-version", 1, 2),
    int("h2-ping-interval", 0, DAY),
    int("max-h2-streams", 1, COUNT),
]);

static UPSTREAM_TLS: Block = block(&[
    text("sni"),
    one("insecure-skip-verify", Kind::BoolNoted(true, &SKIP_VERIFY)),
    one("client-cert", Kind::File),
    one("client-key", Kind::File),
    one("ca-cert", Kind::File).note(&CA_CERT),
]);

static DISCOVERY_KINDS: &[Word] = &[
    word("static"),
    word("dns"),
    word("dns-srv"),
    word("consul"),
    word("file"),
    noted("kubernetes", &KUBERNETES),
];

static DISCOVERY: &[(&str, &Block)] = &[
    ("static", &STATIC_DISCOVERY),
    ("dns", &DNS_DISCOVERY),
    ("dns-srv", &SRV_DISCOVERY),
    ("consul", &CONSUL_DISCOVERY),
    ("kubernetes", &KUBERNETES_DISCOVERY),
    ("file", &FILE_DISCOVERY),
];

static STATIC_DISCOVERY: Block = block(&[value("backends", Args::Many(Kind::Target))]);
static DNS_DISCOVERY: Block =
    block(&[text("hostname"), int("port", 1, 65_535), int("refresh-interval", 1, DAY)]);
static SRV_DISCOVERY: Block = block(&[text("service"), int("refresh-interval", 1, DAY)]);
static CONSUL_DISCOVERY: Block = block(&[
    text("address"),
    text("service"),
    text("datacenter"),
    flag("only-passing"),
    int("refresh-interval", 1, DAY),
    text("tag"),
]);
static KUBERNETES_DISCOVERY: Block = block(&[
    text("namespace"),
    text("service"),
    text("port-name"),
    int("refresh-interval", 1, DAY),
    one("kubeconfig", Kind::File),
]);
static FILE_DISCOVERY: Block = block(&[one("path", Kind::File), int("watch-interval", 1, DAY)]);
