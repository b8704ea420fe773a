//! The top level, `system`, `limits`, `cache`, `rate-limits`, `waf` and `namespace`.

use super::bounds::{BYTES, COUNT, DAY};
use super::notes::{
    AUTO_RELOAD, DAEMON, INCLUDE, LIMITS_UNWIRED, NAMESPACE_LOCAL, NO_EFFECT, RATE_BURST, RATE_DEFAULTS,
    SERVER_BLOCK, VERSION_NODE, WAF_INERT, WAF_MODE, WORKING_DIRECTORY,
};
use super::{
    Args, Block, Body, Kind, Setting, Thing, Word, block, filters, flag, group, int, listeners, noted,
    object, observability, one, routes, text, upstreams, value, word,
};

const fn list(name: &'static str, items: &'static Block) -> Setting {
    group(name, items).repeats()
}

/// Everything the parser accepts at the top level.
pub(crate) static ROOT: Block = block(&[
    one("schema-version", Kind::OneOf(&[word("1.0")])),
    text("version").note(&VERSION_NODE),
    group("system", &SYSTEM),
    group("server", &SYSTEM).note(&SERVER_BLOCK),
    list("listeners", &LISTENERS),
    list("routes", &ROUTES),
    list("upstreams", &UPSTREAMS),
    list("filters", &FILTERS),
    list("agents", &AGENTS),
    object("namespace", Thing::Namespace, Body::Required(&NAMESPACE)),
    group("waf", &WAF),
    group("limits", &LIMITS),
    group("observability", &observability::OBSERVABILITY),
    group("rate-limits", &RATE_LIMITS),
    group("cache", &CACHE),
    value("include", Args::Many(Kind::Text)).repeats().note(&INCLUDE),
])
.with_hints(&[
    ("settings", "global settings live in `system`, `limits` and `observability`"),
    ("upstream_groups", "write `upstreams { upstream \"id\" { target \"host:port\" } }`"),
    ("tls", "certificates belong to a listener: `listener \"id\" { tls { cert-file ...; key-file ... } }`"),
    ("services", "write `routes { route \"id\" { ... } }`"),
]);

static LISTENERS: Block = block(&[object("listener", Thing::Listener, Body::Required(&listeners::LISTENER))]);
static ROUTES: Block = block(&[object("route", Thing::Route, Body::Required(&routes::ROUTE))]);
static UPSTREAMS: Block = block(&[object("upstream", Thing::Upstream, Body::Required(&upstreams::UPSTREAM))]);
static FILTERS: Block =
    block(&[object("filter", Thing::Filter, Body::BySetting("type", filters::FILTERS_BY_TYPE))]);
static AGENTS: Block = block(&[
    object("agent", Thing::Agent, Body::Required(&filters::AGENT)).properties(&[("type", Kind::Token)])
]);

static SYSTEM: Block = block(&[
    int("worker-threads", 0, 1024),
    int("max-connections", 1, COUNT).note(&NO_EFFECT),
    int("graceful-shutdown-timeout-secs", 0, DAY),
    one("daemon", Kind::BoolNoted(true, &DAEMON)),
    one("pid-file", Kind::File),
    text("user"),
    text("group"),
    one("working-directory", Kind::File).note(&WORKING_DIRECTORY),
    one("trace-id-format", Kind::OneOf(&[word("tinyflake"), word("uuid")])),
    one("auto-reload", Kind::BoolNoted(true, &AUTO_RELOAD)),
    int("route-cache-size", 1, 10_000_000),
])
.with_hints(&[("workers", "the setting is called `worker-threads`")]);

static LIMITS: Block = block(&[
    int("max-header-size", 1, BYTES),
    int("max-header-count", 1, 100_000),
    // The proxy refuses a body limit below its own buffer of one mebibyte.
    int("max-body-size", 1 << 20, BYTES),
    int("max-connections-per-client", 1, COUNT).note(&LIMITS_UNWIRED),
    int("max-total-connections", 1, COUNT).note(&LIMITS_UNWIRED),
    int("max-in-flight-requests", 1, COUNT).note(&LIMITS_UNWIRED),
])
.with_hints(&[
    ("max-body-size-bytes", "the setting is called `max-body-size`"),
    ("max-header-size-bytes", "the setting is called `max-header-size`"),
]);

static CACHE: Block = block(&[
    flag("enabled"),
    one("backend", Kind::OneOf(&[word("memory"), word("disk"), word("hybrid")])),
    int("max-size", 1, BYTES),
    int("eviction-limit", 1, BYTES),
    int("lock-timeout", 0, DAY),
    one("disk-path", Kind::File),
    int("disk-shards", 1, 4096),
    int("disk-max-size", 1, BYTES),
    flag("status-header"),
    one("status-header-name", Kind::Token),
])
.with_hints(&[
    ("max-size-bytes", "the setting is called `max-size`"),
    ("lock-timeout-secs", "the setting is called `lock-timeout`"),
]);

static RATE_LIMITS: Block = block(&[
    int("default-rps", 1, COUNT).note(&RATE_DEFAULTS),
    int("default-burst", 1, COUNT).note(&RATE_DEFAULTS),
    one("key", Kind::RateKey(GLOBAL_KEYS)).note(&RATE_DEFAULTS),
    group("global", &GLOBAL_LIMIT),
]);

static GLOBAL_LIMIT: Block = block(&[
    int("max-rps", 1, COUNT),
    int("burst", 0, COUNT).note(&RATE_BURST),
    one("key", Kind::RateKey(GLOBAL_KEYS)).note(&NO_EFFECT),
]);

static GLOBAL_KEYS: &[Word] = &[word("client-ip"), word("path"), word("route"), word("client-ip-and-path")];

static WAF: Block = block(&[
    one(
        "mode",
        Kind::OneOf(&[
            word("off"),
            noted("detection", &WAF_MODE),
            noted("detect", &WAF_MODE),
            noted("prevention", &WAF_MODE),
            noted("prevent", &WAF_MODE),
            noted("block", &WAF_MODE),
        ]),
    ),
    text("engine").note(&WAF_INERT),
    flag("audit-log").note(&WAF_INERT),
    value("ruleset", Args::None).body(Body::Open).note(&WAF_INERT),
    group("body-inspection", &BODY_INSPECTION),
]);

static BODY_INSPECTION: Block = block(&[
    flag("inspect-request-body"),
    flag("inspect-response-body").note(&NO_EFFECT),
    int("max-inspection-bytes", 1, BYTES),
    value("content-types", Args::Many(Kind::Text)),
    flag("decompress"),
    int("max-decompression-ratio", 1, 100_000),
]);

static NAMESPACE: Block = block(&[
    group("routes", &ROUTES),
    value("limits", Args::None).body(Body::Open).note(&NAMESPACE_LOCAL),
    value("listeners", Args::None).body(Body::Open).note(&NAMESPACE_LOCAL),
    value("upstreams", Args::None).body(Body::Open).note(&NAMESPACE_LOCAL),
    value("agents", Args::None).body(Body::Open).note(&NAMESPACE_LOCAL),
    value("filters", Args::None).body(Body::Open).note(&NAMESPACE_LOCAL),
    value("service", Args::Optional(Kind::Text)).repeats().body(Body::Open).note(&NAMESPACE_LOCAL),
    value("exports", Args::None).body(Body::Open).note(&NAMESPACE_LOCAL),
]);
