import type { Section } from "../../lib/object-fields";

const ALGORITHMS = [
  { value: "round_robin", label: "One after the other" },
  { value: "weighted", label: "By weight" },
  { value: "random", label: "Random" },
  { value: "power_of_two_choices", label: "The better of two" },
  { value: "adaptive", label: "Adaptive" },
  { value: "least_conn", label: "Fewest connections" },
  { value: "ip_hash", label: "By the client's address" },
  { value: "consistent_hash", label: "By consistent hash" },
];

/** Servers that answer the same requests. */
export const UPSTREAM_GROUP: readonly Section[] = [
  {
    title: "Upstream group",
    fields: [
      { kind: "text", path: "name", label: "Name", placeholder: "Its slug" },
      { kind: "area", path: "description", label: "Description" },
      { kind: "choice", path: "algorithm", label: "Balancing", options: ALGORITHMS, usual: "One after the other" },
    ],
  },
  {
    title: "Targets",
    fields: [
      {
        kind: "rows",
        path: "targets",
        label: "Targets",
        noun: "target",
        initial: { host: "", port: 8080 },
        columns: [
          // The proxy does not bound connections: what the text says of that stays, with what the compiler says of it.
          { kind: "text", path: "host", label: "Host", placeholder: "10.0.0.1", required: true, mono: true },
          { kind: "number", path: "port", label: "Port", required: true },
          { kind: "number", path: "weight", label: "Weight", placeholder: "100" },
          { kind: "switch", path: "enabled", label: "Enabled", usual: true },
        ],
      },
    ],
  },
  {
    title: "Timeouts",
    fields: [
      { kind: "number", path: "timeouts.connect_seconds", label: "To connect", placeholder: "10", unit: "s" },
      { kind: "number", path: "timeouts.read_seconds", label: "To read more of an answer", placeholder: "30", unit: "s" },
      { kind: "number", path: "timeouts.write_seconds", label: "To write more of a request", placeholder: "30", unit: "s" },
      { kind: "number", path: "timeouts.idle_seconds", label: "Unused connections stay", placeholder: "60", unit: "s" },
    ],
  },
  {
    title: "TLS",
    note: "The targets are spoken to with TLS",
    optional: { path: "tls", initial: {} },
    fields: [
      { kind: "text", path: "tls.server_name", label: "Name in the targets' certificate", placeholder: "The target's host", mono: true },
      { kind: "reference", path: "tls.trust_store", label: "Who vouches for them", description: "Usually those that the node's system trusts", to: "trust_stores" },
      { kind: "switch", path: "tls.http2", label: "HTTP/2 and nothing else, as gRPC needs it", usual: false },
      { kind: "switch", path: "tls.insecure_skip_verify", label: "Whoever answers is believed; for tests", usual: false },
    ],
  },
  {
    title: "Health check",
    note: "Targets are asked regularly how they are",
    optional: { path: "health_check", initial: { path: "/health" } },
    fields: [
      { kind: "text", path: "health_check.path", label: "Path", required: true, mono: true },
      { kind: "number", path: "health_check.interval_seconds", label: "Every", placeholder: "10", unit: "s" },
    ],
  },
  {
    title: "Circuit breaker",
    note: "A target that keeps failing gets no requests for a while",
    optional: { path: "circuit_breaker", initial: {} },
    fields: [
      { kind: "number", path: "circuit_breaker.failure_threshold", label: "Failures in a row", placeholder: "5" },
      { kind: "number", path: "circuit_breaker.open_seconds", label: "Gets none for", placeholder: "30", unit: "s" },
      { kind: "number", path: "circuit_breaker.half_open_requests", label: "Requests that try it then", placeholder: "1" },
      { kind: "number", path: "circuit_breaker.success_threshold", label: "Successes until it is trusted", placeholder: "2" },
    ],
  },
  {
    title: "Sticky sessions",
    note: "A client stays with a target",
    optional: { path: "sticky_sessions", initial: { cookie: "target" } },
    fields: [
      { kind: "text", path: "sticky_sessions.cookie", label: "Cookie", required: true, mono: true },
      { kind: "number", path: "sticky_sessions.ttl_seconds", label: "For", unit: "s", placeholder: "Not bounded" },
    ],
  },
];
