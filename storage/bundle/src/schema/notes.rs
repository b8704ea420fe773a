//! What is known about settings and values at run time, each with what to do instead.

use super::{Note, refuse, warn};

pub(super) static NO_EFFECT: Note =
    warn("no-effect", "is accepted but does nothing in this version of the proxy", "remove it");

// Top level and system.
pub(super) static INCLUDE: Note = refuse(
    "include-refused",
    "is refused: a bundle is one complete text",
    "paste the included settings here; list blocks such as `routes { }` may be repeated",
);
pub(super) static SERVER_BLOCK: Note =
    refuse("deprecated-block", "is the deprecated name of a block", "rename it to `system`");
pub(super) static VERSION_NODE: Note =
    refuse("deprecated-setting", "is an alias", "write `schema-version \"1.0\"`, or leave it out");
pub(super) static DAEMON: Note =
    refuse("daemon-refused", "#true is refused: the node agent starts and watches the proxy", "remove it");
pub(super) static AUTO_RELOAD: Note = refuse(
    "auto-reload-refused",
    "#true is refused: the proxy would apply half-written files behind the node agent's back",
    "remove it; a rollout reloads the proxy",
);
pub(super) static WORKING_DIRECTORY: Note = refuse(
    "working-directory-refused",
    "is refused: it breaks relative paths at the next reload",
    "remove it and use absolute paths",
);

// Limits.
pub(super) static LIMITS_UNWIRED: Note = refuse(
    "limits-unwired",
    "is not enforced by this version of the proxy",
    "remove it; limit connections in front of the proxy",
);

// Listeners.
pub(super) static DEFAULT_ROUTE: Note = refuse(
    "default-route-unused",
    "is never used at run time",
    "add a route with `path-prefix \"/\"` and `priority \"low\"` instead",
);
pub(super) static HTTP3: Note =
    refuse("http3-unsupported", "is not implemented in this version of the proxy", "use \"https\"");
pub(super) static OCSP: Note = warn(
    "no-effect",
    "#true does nothing: OCSP stapling is not implemented",
    "set it to #false or remove it",
);
pub(super) static ACME: Note = warn(
    "acme-at-start",
    "makes the proxy obtain certificates itself at start, which fails when the authority is unreachable",
    "prefer certificate files kept by the control plane",
);

// Routes.
pub(super) static QUERY_PARAM: Note = refuse(
    "query-param-never-matches",
    "never matches at run time, so the route would be dead",
    "match on path, host, method or header",
);
pub(super) static ROUTE_AGENTS: Note = refuse(
    "route-agents-ignored",
    "is ignored inside a route, which would leave the route unprotected",
    "define a filter of type \"agent\" and list it in the route's `filters`",
);
pub(super) static ROUTE_BREAKER: Note =
    refuse("route-circuit-breaker-ignored", "is ignored inside a route", "put it into the upstream");
pub(super) static POLICIES_CACHE: Note = refuse(
    "policies-cache-ignored",
    "is ignored inside `policies`",
    "move the `cache` block one level up, directly into the route",
);
pub(super) static POLICIES_BODY: Note = refuse(
    "route-body-limit-unwired",
    "is not enforced per route by this version of the proxy",
    "set `max-body-size` in the top-level `limits` block",
);
pub(super) static WAF_ENABLED: Note = refuse(
    "waf-enabled-unwired",
    "does nothing: the proxy has no built-in web application firewall",
    "define an agent of type \"waf\" and a filter of type \"agent\"",
);
pub(super) static API_SCHEMA: Note = refuse(
    "api-schema-breaks-requests",
    "makes valid requests with a body hang until they time out",
    "validate in the service or in an agent",
);
pub(super) static FALLBACK: Note = refuse(
    "fallback-ineffective",
    "does not fire when the primary upstream is down",
    "put both targets into one upstream; the circuit breaker takes a dead target out",
);
pub(super) static SERVICE_TYPE: Note =
    warn("no-effect", "is ignored: the type follows from the blocks of the route", "remove it");
pub(super) static ROUTE_CACHE: Note = warn(
    "cache-key-path-only",
    "stores responses by path alone: host, query, Vary and Authorization do not separate entries",
    "use it only for anonymous content of a single host",
);
pub(super) static CACHE_VARY: Note = refuse(
    "cache-vary-unwired",
    "is ignored, so different variants would be served for one another",
    "remove it, or do not cache this route",
);
pub(super) static GUARDRAILS: Note = refuse(
    "guardrails-inert",
    "runs before the request body exists and therefore never acts",
    "inspect prompts in an agent filter",
);
pub(super) static TIKTOKEN: Note = refuse(
    "feature-missing",
    "needs a cargo feature that the released binary does not have",
    "use \"chars\" or \"words\"",
);
pub(super) static MODEL_ROUTING: Note = warn(
    "model-routing-by-header",
    "reads the model from the request header `x-model` only, never from the body",
    "make clients send the header",
);
pub(super) static SHADOW_BODY: Note = warn(
    "shadow-body",
    "does not make requests with a body mirror reliably",
    "mirror routes whose requests have no body",
);
pub(crate) static RATE_SHARED: Note = warn(
    "rate-limit-key-shared",
    "is not a limit per client: all requests of the route share one bucket",
    "use \"route\" to say what happens, or limit per client in an agent",
);
pub(super) static RATE_BURST: Note = warn("no-effect", "is ignored by the rate limiter", "remove it");
pub(super) static BUILTIN_CONFIG: Note = warn(
    "builtin-exposed",
    "shows internals of the proxy to everyone who reaches this route",
    "the bundle already serves it on the loopback operations listener",
);
pub(super) static BUILTIN_PURGE: Note = warn(
    "builtin-exposed",
    "lets everyone who reaches this route empty the cache",
    "restrict the route by host",
);

// Upstreams.
pub(super) static LB_INEFFECTIVE: Note = refuse(
    "load-balancing-ineffective",
    "does not do its job in this version of the proxy: it always picks the first target or ignores its input",
    "use round_robin, weighted, random, p2c or adaptive",
);
pub(super) static CA_CERT: Note = refuse(
    "upstream-ca-cert-unwired",
    "is ignored: the proxy trusts only its process-wide store",
    "set SSL_CERT_FILE in the environment of the proxy",
);
pub(super) static SKIP_VERIFY: Note = warn(
    "upstream-not-verified",
    "#true accepts any certificate from the upstream",
    "give the upstream a certificate from a trusted authority",
);
pub(super) static HEALTH_CHECK: Note = warn(
    "health-check-probes-only",
    "sends probes but does not take failing targets out of rotation",
    "rely on `circuit-breaker`, which does",
);
pub(super) static KUBERNETES: Note = refuse(
    "feature-missing",
    "needs a cargo feature that the released binary does not have",
    "use \"dns\" with the name of a headless service",
);

// Filters and agents.
pub(super) static COMPRESS: Note = refuse(
    "compress-panics",
    "makes the proxy abort each eligible response",
    "let the upstream compress; `static-files` compresses by itself",
);
pub(super) static GEO: Note = refuse(
    "geo-ineffective",
    "lets everything pass: the client address is not known when it runs",
    "decide by country in an agent",
);
pub(super) static CORS_OPEN: Note = warn(
    "cors-wide-open",
    "answers every origin with its own name, whatever else is configured",
    "set the CORS headers in the service when origins must be restricted",
);
pub(super) static CORS_OPTION: Note = refuse(
    "cors-option-ignored",
    "is ignored by the `cors` filter: every origin would be allowed",
    "set the CORS headers in the service, or in a `headers` filter with fixed values",
);
pub(super) static RATE_BACKEND: Note = refuse(
    "rate-limit-backend-unused",
    "is not used: the limiter always counts in the process",
    "remove the backend settings",
);
pub(super) static REDIRECT: Note = warn(
    "redirect-drops-query",
    "drops the query string of the request",
    "make sure that nobody depends on it",
);
pub(super) static AGENT_HTTP: Note =
    refuse("agent-http-transport", "is refused by the proxy at start", "use `unix-socket` or `grpc`");
pub(super) static AGENT_CONFIG: Note = refuse(
    "agent-config-undelivered",
    "is never sent to the agent",
    "configure the agent by its own file or environment",
);
pub(super) static AGENT_TLS: Note =
    refuse("agent-tls-unused", "is not used by the connection to the agent", "use a `unix-socket`");
pub(super) static PROTOCOL_VERSION: Note =
    refuse("deprecated-setting", "is ignored: agents speak protocol version 2", "remove it");

// WAF and namespaces.
pub(super) static WAF_MODE: Note = refuse(
    "waf-not-built-in",
    "is refused by the proxy: there is no built-in engine",
    "use `mode \"off\"` with `body-inspection`, and an agent filter that inspects",
);
pub(super) static WAF_INERT: Note = refuse(
    "waf-inert",
    "is read by nothing in the proxy",
    "keep only `mode \"off\"` and `body-inspection`; rules belong to the agent",
);
pub(super) static NAMESPACE_LOCAL: Note = refuse(
    "namespace-local",
    "does not work inside a namespace: such routes answer 500 or are not filtered",
    "define it at the top level; a namespace may only contain `routes`",
);
pub(super) static RATE_DEFAULTS: Note = refuse(
    "rate-limit-defaults-unwired",
    "has no effect: there is no default limit per route",
    "add a rate-limit filter or `policies { rate-limit { } }` to the routes",
);
pub(super) static TRACING: Note = warn(
    "feature-missing",
    "needs a cargo feature that the released binary does not have; without it a warning is logged",
    "check that your build of the proxy has it",
);
