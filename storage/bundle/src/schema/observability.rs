//! `observability`: metrics, logs, traces.

use super::bounds::BYTES;
use super::notes::{NO_EFFECT, TRACING};
use super::{Args, Block, Body, Kind, block, flag, group, int, one, text, value, word};

pub(super) static OBSERVABILITY: Block = block(&[
    group("logging", &LOGGING),
    group("metrics", &METRICS),
    group("tracing", &TRACES).note(&TRACING),
]);

static METRICS: Block = block(&[
    flag("enabled"),
    one("address", Kind::Address),
    one("path", Kind::Path),
    flag("high-cardinality").note(&NO_EFFECT),
]);

static LOGGING: Block = block(&[
    text("level").note(&NO_EFFECT),
    text("format").note(&NO_EFFECT),
    flag("timestamps"),
    group("access-log", &ACCESS_LOG),
    group("error-log", &ERROR_LOG),
    group("audit-log", &AUDIT_LOG),
]);

static ACCESS_LOG: Block = block(&[
    flag("enabled"),
    one("file", Kind::File),
    one("format", Kind::OneOf(&[word("json"), word("combined")])),
    int("buffer-size", 1, BYTES),
    flag("include-trace-id"),
]);

static ERROR_LOG: Block = block(&[
    flag("enabled"),
    one("file", Kind::File),
    one("level", Kind::OneOf(&[word("error"), word("warn")])),
    int("buffer-size", 1, BYTES),
]);

static AUDIT_LOG: Block = block(&[
    flag("enabled"),
    one("file", Kind::File),
    int("buffer-size", 1, BYTES),
    flag("log-blocked"),
    flag("log-agent-decisions"),
    flag("log-waf-events"),
]);

static TRACES: Block = block(&[
    flag("enabled"),
    value("backend", Args::One(Kind::OneOf(&[word("otlp"), word("jaeger"), word("zipkin")])))
        .body(Body::Required(&BACKEND)),
    one("sampling-rate", Kind::Number(0.0, 1.0)),
    text("service-name"),
]);

static BACKEND: Block = block(&[text("endpoint")]);
