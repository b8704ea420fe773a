//! `listener` and everything about its certificates.

use super::bounds::{COUNT, DAY};
use super::notes::{ACME, DEFAULT_ROUTE, HTTP3, NO_EFFECT, OCSP};
use super::{Args, Block, Body, Kind, Thing, Word, block, flag, group, int, noted, one, text, value, word};

pub(super) static LISTENER: Block = block(&[
    one("address", Kind::Address),
    one("protocol", Kind::OneOf(&[word("http"), word("https"), word("h2"), noted("h3", &HTTP3)])),
    group("tls", &TLS),
    one("default-route", Kind::Refer(Thing::Route)).note(&DEFAULT_ROUTE),
    one("namespace", Kind::Refer(Thing::Namespace)),
    int("request-timeout-secs", 1, DAY),
    int("keepalive-timeout-secs", 0, DAY),
    int("max-concurrent-streams", 1, COUNT).note(&NO_EFFECT),
    int("keepalive-max-requests", 1, COUNT),
]);

static VERSIONS: &[Word] = &[word("1.2"), word("1.3")];

static TLS: Block = block(&[
    one("cert-file", Kind::File),
    one("key-file", Kind::File),
    one("ca-file", Kind::File),
    flag("client-auth"),
    one("min-version", Kind::OneOf(VERSIONS)),
    one("max-version", Kind::OneOf(VERSIONS)),
    one("cipher-suite", Kind::Token).repeats(),
    one("ocsp-stapling", Kind::BoolNoted(true, &OCSP)),
    flag("session-resumption"),
    flag("allow-sni-overlaps"),
    group("sni", &SNI).repeats(),
    group("sni-certs", &SNI_CERTS).repeats(),
    group("acme", &ACME_BLOCK).note(&ACME),
])
.with_hints(&[
    (
        "additional-certs",
        "write one `sni { hostnames ...; cert-file ...; key-file ... }` block per certificate",
    ),
    ("sni-cert", "write one `sni { hostnames ...; cert-file ...; key-file ... }` block per certificate"),
    ("cipher-suites", "write one `cipher-suite \"NAME\"` line per suite"),
    ("certificates", "write `cert-file` and `key-file`, and `sni` blocks for further certificates"),
]);

static SNI: Block = block(&[
    value("hostnames", Args::Many(Kind::Text)).repeats(),
    value("priority-hostnames", Args::Many(Kind::Text)).repeats(),
    one("cert-file", Kind::File),
    one("key-file", Kind::File),
    group("acme", &ACME_BLOCK).note(&ACME),
]);

static SNI_CERTS: Block = block(&[
    one("cert-folder", Kind::File),
    one("reload-mode", Kind::OneOf(&[word("off"), word("interval"), word("watch")])),
    one("reload-interval", Kind::Seconds),
]);

static ACME_BLOCK: Block = block(&[
    text("email"),
    value("domains", Args::Many(Kind::Text)).repeats(),
    text("server-url"),
    flag("staging"),
    one("storage", Kind::File),
    int("renew-before-days", 1, 365),
    one("challenge-type", Kind::OneOf(&[word("http-01"), word("dns-01")])),
    one("key-type", Kind::OneOf(&[word("ecdsa-p256"), word("ecdsa-p384")])),
    group("eab", &EAB),
    group("dns-provider", &DNS_PROVIDER),
]);

static EAB: Block = block(&[text("kid"), text("hmac-key")]);

static DNS_PROVIDER: Block = block(&[
    one("type", Kind::OneOf(&[word("hetzner"), word("cloudflare"), word("webhook")])),
    one("credentials-file", Kind::File),
    text("credentials-env"),
    text("url"),
    text("auth-header"),
    int("api-timeout-secs", 1, 3600),
    value("propagation", Args::None).body(Body::Optional(&PROPAGATION)),
]);

static PROPAGATION: Block = block(&[
    int("initial-delay-secs", 0, DAY),
    int("check-interval-secs", 1, DAY),
    int("timeout-secs", 1, DAY),
    value("nameservers", Args::Many(Kind::Text)).repeats(),
]);
