// Services to begin with, and the documents that they make.
import type { ConfigDocument, ServiceTemplate, ServiceTemplateFill } from "../src/api/types.ts";
import { type Answer, missing, ok, refuse } from "./answer.ts";

type Row = [name: string, title: string, category: string, path: string, description: string, leftOut: [what: string, why: string][]];

const ROWS: Row[] = [
  [
    "rest-api",
    "REST API",
    "api",
    "/api/*",
    "An API that pages of every origin may use: GET, POST, PUT and DELETE, with JSON and an Authorization header, remembered by browsers for a day.",
    [
      ["100 requests a minute for each client", "Rate limit by client address needs the guard, which nodes do not run yet"],
    ],
  ],
  [
    "web-application",
    "Web application",
    "web",
    "/*",
    "Pages for browsers, which other sites may not show inside their own and whose content types browsers do not guess.",
    [
      ["Compression with gzip and brotli", "Compression breaks the proxy: it drops the connection instead of answering; compress at the upstream; the proxy passes compressed answers on"],
      ["A cache for an hour", "the proxy tells answers apart by path and query alone, so a page that was made for one visitor could be given to another; keep static files by a service of their own"],
    ],
  ],
  [
    "websocket-service",
    "WebSocket service",
    "websocket",
    "/ws/*",
    "Requests may become WebSockets. A connection on which nothing is said is kept for five minutes.",
    [
      ["Headers for the upgrade", "they are between the proxy and its peers, and websocket lets them through"],
    ],
  ],
  [
    "static-files",
    "Static files",
    "static",
    "/static/*",
    "Files that are the same for everybody. With exactly one host, the proxy keeps them for a day; browsers do not guess their types.",
    [
      ["Compression with gzip, brotli and zstd", "Compression breaks the proxy: it drops the connection instead of answering; compress at the upstream; the proxy passes compressed answers on"],
      ["The cache, unless exactly one host is given", "Cache for several hosts would serve one host's answers for another: the proxy's keys are path and query alone; give every service that caches the same single host, or cache at the upstream"],
    ],
  ],
  [
    "auth-protected-api",
    "API with authorization",
    "auth",
    "/api/*",
    "Only requests with an Authorization header reach the upstream, which has to look whether it is good; others are answered with 404.",
    [
      ["A check of the credential", "the configuration model has no policy for it yet; the upstream has to check"],
      ["401 for requests without the header", "Answer with any status and body needs the guard, which nodes do not run yet"],
      ["CORS", "browsers ask first without the header, and would not get here; serve pages and API on one host"],
      ["60 requests a minute for each client", "Rate limit by client address needs the guard, which nodes do not run yet"],
      ["A look for SQL injection and scripts in requests", "the configuration model has no rules for it yet; the upstream has to be careful"],
    ],
  ],
  [
    "health-endpoint",
    "Health endpoint",
    "utility",
    "/health",
    "One path that says how the upstream is, within five seconds, and that nobody keeps.",
    [
      ["200 OK by the proxy itself: the upstream answers instead", "Answer with any status and body needs the guard, which nodes do not run yet"],
    ],
  ],
  [
    "llm-inference-gateway",
    "LLM inference gateway",
    "inference",
    "/v1/*",
    "An API whose answers take up to five minutes, or come word by word as a stream of events.",
    [
      ["100,000 tokens a minute for each client", "the proxy counts no tokens; count them at the upstream"],
      ["A monthly budget of 10 million tokens, and a warning at 80 percent", "the proxy counts no tokens; count them at the upstream"],
      ["What tokens cost", "the proxy counts no tokens; count them at the upstream"],
    ],
  ],
  [
    "grpc-gateway",
    "gRPC gateway",
    "grpc",
    "/*",
    "gRPC to servers that speak HTTP/2 over TLS. Its path is /* because paths of gRPC are those of its services.",
    [
      ["A listener for clients", "gRPC needs HTTP/2, which the proxy speaks with clients over TLS alone: add a listener with protocol https and a certificate of the node"],
      ["Servers without TLS", "the proxy speaks HTTP/2 with servers over TLS alone"],
      ["A largest message of 4 MiB", "the proxy does not look into streams; settings.limits.max_body_bytes holds for all services"],
      ["Reflection and health", "they are services of the upstream, and are reached as all others"],
    ],
  ],
  [
    "websocket-gateway",
    "WebSocket gateway",
    "websocket",
    "/ws/*",
    "WebSockets to several servers: each connection goes to the better of two of them. One on which nothing is said is kept for five minutes.",
    [
      ["A ping every 30 seconds", "the proxy adds nothing to a WebSocket; let the upstream ping"],
      ["A largest message of 64 KiB", "the proxy does not look into a WebSocket; limit messages at the upstream"],
      ["10,000 connections at most", "Most connections of a target is not enforced by the proxy; limit connections at the target"],
    ],
  ],
  [
    "graphql-gateway",
    "GraphQL gateway",
    "graphql",
    "/graphql",
    "One path that takes GET and POST.",
    [
      ["Queries of depth 10 at most", "the proxy does not read queries; limit them at the upstream"],
      ["Queries of complexity 1,000 at most", "the proxy does not read queries; limit them at the upstream"],
      ["A switch for introspection", "the proxy does not read queries; limit them at the upstream"],
    ],
  ],
  [
    "sse-streaming",
    "SSE streaming service",
    "streaming",
    "/events/*",
    "Streams of events, which nobody keeps. One on which nothing is said for ten minutes ends.",
    [
      ["A sign of life every 15 seconds", "the proxy adds nothing to a stream; let the upstream send a comment"],
      ["An end after an hour", "the proxy has no longest duration; let the upstream end it"],
      ["A buffer of 1,024 events", "the proxy passes events on as they come, and keeps none"],
    ],
  ],
];

const parameter = (name: string, usual: string | null, many = false): ServiceTemplate["parameters"][number] => ({ name, description: "", required: name === "targets", many, default: usual });

export const TEMPLATES: ServiceTemplate[] = ROWS.map(([name, title, category, path, description, leftOut]) => ({
  name,
  title,
  category,
  description,
  parameters: [parameter("slug", name), parameter("hosts", null, true), parameter("path", path), parameter("targets", null, true), parameter("server_name", null)],
  left_out: leftOut.map(([what, why]) => ({ what, why })),
}));

/** What each has besides path, hosts and targets. */
const PRESETS: Record<string, object> = {
  "rest-api": { cors: { allowed_origins: ["*"], allowed_methods: ["GET", "POST", "PUT", "DELETE"], allowed_headers: ["Authorization", "Content-Type"], max_age_seconds: 86400 } },
  "web-application": { security: { frame_options: "sameorigin", no_sniff: true } },
  "websocket-service": { websocket: true, timeout_seconds: 300 },
  "graphql-gateway": { methods: ["GET", "POST"] },
};

export function fill(name: string, { slug, hosts = [], path, targets = [] }: ServiceTemplateFill): Answer {
  const named = slug ?? name;
  const template = TEMPLATES.find((known) => known.name === name);
  if (template === undefined) return missing("Service template");
  const wrong: Record<string, string[]> = {};
  if (targets.length === 0) wrong.targets = ["is required: where it goes, such as 10.0.0.1:8080"];
  targets.forEach((target, place) => {
    if (!/^(https?:\/\/)?[a-z0-9.-]+(:\d+)?$/i.test(target)) wrong[`targets[${place}]`] = ["must name a host, such as http://10.0.0.1:8080"];
  });
  hosts.forEach((host, place) => {
    if (!/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(host)) wrong[`hosts[${place}]`] = ["must be a name in lowercase, such as shop.example.com or *.example.com, without a port"];
  });
  if (!/^[a-z0-9-]+$/.test(named)) wrong.slug = ["the slug must be lowercase letters, digits and '-'"];
  if (Object.keys(wrong).length > 0) return refuse(422, "invalid", wrong);
  const group = targets.map((target) => {
    const [host = "", port = "80"] = target.replace(/^https?:\/\//, "").split(":");
    return { host, port: Number(port) };
  });
  const service = { route_path: path ?? template.parameters[2]?.default, ...(hosts.length > 0 && { hosts }), upstream_group: named, ...PRESETS[name] };
  return ok({ version: 1, services: { [named]: service }, upstream_groups: { [named]: { targets: group } } } as unknown as ConfigDocument);
}
