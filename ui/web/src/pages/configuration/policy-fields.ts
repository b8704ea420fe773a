// What happens on the way, the same in a service and in a middleware.
import type { Field } from "../../lib/object-fields";

export const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"] as const;

export interface Policy {
  /** Its name in a service, and as the type of a middleware. */
  name: string;
  title: string;
  note: string;
  initial: object;
  /** Paths are those within the policy. */
  fields: readonly Field[];
}

const headers = (way: "request" | "response", of: string): Field[] => [
  { kind: "pairs", path: `${way}.set`, label: `Set ${of}`, description: "Name: value, one per line, in place of what was there", placeholder: "X-Shop: main" },
  { kind: "pairs", path: `${way}.add`, label: `Add ${of}`, description: "Beside what was there" },
  { kind: "lines", path: `${way}.remove`, label: `Remove ${of}`, description: "Names, one per line" },
  { kind: "pairs", path: `${way}.rename`, label: `Rename ${of}`, description: "Old name: new name, one per line" },
];

/** Those that a service has as fields of its own. */
export const POLICIES: readonly Policy[] = [
  {
    name: "headers",
    title: "Headers",
    note: "Headers are set, added, removed and renamed",
    initial: {},
    fields: [...headers("request", "headers of requests"), ...headers("response", "headers of answers")],
  },
  {
    name: "cors",
    title: "CORS",
    note: "Pages of other origins may read answers",
    initial: { allowed_origins: ["*"] },
    fields: [
      { kind: "lines", path: "allowed_origins", label: "Origins", description: "One per line, or * for all", placeholder: "https://shop.example.com", required: true },
      { kind: "choices", path: "allowed_methods", label: "Methods", options: METHODS, placeholder: "GET, HEAD, POST" },
      { kind: "lines", path: "allowed_headers", label: "Headers that pages may send", placeholder: "Authorization" },
      { kind: "lines", path: "exposed_headers", label: "Headers that pages may read" },
      { kind: "number", path: "max_age_seconds", label: "Remembered by browsers", placeholder: "600", unit: "s" },
      { kind: "switch", path: "allow_credentials", label: "Pages may send cookies and credentials", usual: false },
    ],
  },
  {
    name: "security",
    title: "Security headers",
    note: "Browsers are told to be careful",
    initial: { no_sniff: true },
    fields: [
      { kind: "choice", path: "frame_options", label: "Shown inside other pages", options: [{ value: "deny", label: "Nowhere" }, { value: "sameorigin", label: "On the same origin" }], usual: "Not said" },
      { kind: "number", path: "hsts_seconds", label: "Nothing but TLS for", description: "Strict-Transport-Security", unit: "s", placeholder: "Not said" },
      { kind: "text", path: "content_security_policy", label: "Content-Security-Policy", mono: true },
      { kind: "text", path: "referrer_policy", label: "Referrer-Policy", mono: true },
      { kind: "text", path: "permissions_policy", label: "Permissions-Policy", mono: true },
      { kind: "switch", path: "no_sniff", label: "Content types are not guessed", usual: false },
      { kind: "switch", path: "hsts_include_subdomains", label: "TLS for subdomains too", usual: false },
    ],
  },
  {
    name: "rate_limit",
    title: "Rate limit",
    note: "Most requests in a time",
    initial: { requests: 100 },
    fields: [
      { kind: "number", path: "requests", label: "Requests", required: true },
      { kind: "number", path: "per_seconds", label: "In", placeholder: "1", unit: "s" },
      { kind: "choice", path: "by", label: "Shared by", options: [{ value: "service", label: "All requests" }, { value: "client_ip", label: "Those from one address" }], usual: "All requests" },
      { kind: "number", path: "burst", label: "More at once", placeholder: "None" },
      { kind: "number", path: "status", label: "Answer to the others", placeholder: "429" },
      { kind: "area", path: "message", label: "With the body", mono: true },
    ],
  },
  {
    name: "cache",
    title: "Cache",
    note: "Answers are kept",
    initial: {},
    fields: [
      { kind: "number", path: "ttl_seconds", label: "Kept for", description: "Where the answer does not say so itself", placeholder: "300", unit: "s" },
      { kind: "choices", path: "methods", label: "Methods", options: METHODS, placeholder: "GET, HEAD" },
      { kind: "numbers", path: "statuses", label: "Status codes", placeholder: "200, 203, 204, 300, 301, 308, 404, 410" },
      { kind: "number", path: "stale_while_revalidate_seconds", label: "Given while a new one is fetched", placeholder: "0", unit: "s" },
      { kind: "number", path: "stale_if_error_seconds", label: "Given while the upstream fails", placeholder: "0", unit: "s" },
      { kind: "number", path: "max_bytes", label: "Largest answer", placeholder: "Any", unit: "bytes" },
      { kind: "lines", path: "exclude_paths", label: "Paths that are never kept" },
      { kind: "lines", path: "exclude_extensions", label: "Endings that are never kept", description: "Without the dot" },
      { kind: "lines", path: "vary", label: "Headers that answers differ by" },
      { kind: "lines", path: "ignore_query", label: "Parts of the query without a difference" },
      { kind: "switch", path: "private", label: "Also answers that are marked as private", usual: false },
    ],
  },
  {
    name: "path_rewrite",
    title: "Path rewrite",
    note: "Another path is asked for",
    initial: { replace_prefix: "/" },
    fields: [
      { kind: "text", path: "replace_prefix", label: "In place of the beginning", description: "Up to the * of the path: / takes it away", placeholder: "/", mono: true },
      { kind: "text", path: "replace_path", label: "In place of the whole path", mono: true },
      { kind: "text", path: "host", label: "In place of the Host header", mono: true },
    ],
  },
  {
    name: "access_control",
    title: "Access by address",
    note: "Only some addresses may ask",
    initial: { allow: ["10.0.0.0/8"] },
    fields: [
      { kind: "lines", path: "allow", label: "Only from", description: "Addresses or networks, one per line; empty: from everywhere", placeholder: "10.0.0.0/8" },
      { kind: "lines", path: "deny", label: "Never from", description: "Addresses or networks, one per line" },
    ],
  },
  {
    name: "compression",
    title: "Compression",
    note: "Answers are compressed",
    initial: { algorithms: ["gzip"] },
    fields: [
      { kind: "choices", path: "algorithms", label: "In this order of preference", options: ["gzip", "brotli", "zstd"], required: true },
      { kind: "number", path: "min_bytes", label: "Smallest answer", placeholder: "1024", unit: "bytes" },
    ],
  },
  {
    name: "request_transform",
    title: "Bodies of requests",
    note: "JSON in requests is changed",
    initial: {},
    fields: [
      { kind: "pairs", path: "set", label: "Set", description: "Pointer: text, one per line", placeholder: "/user/name: nobody" },
      { kind: "lines", path: "remove", label: "Remove", description: "Pointers, one per line" },
    ],
  },
  {
    name: "response_transform",
    title: "Bodies of answers",
    note: "JSON in answers is changed",
    initial: {},
    fields: [
      { kind: "pairs", path: "set", label: "Set", description: "Pointer: text, one per line" },
      { kind: "lines", path: "remove", label: "Remove", description: "Pointers, one per line" },
    ],
  },
];

/** A field where its paths begin with another one. */
export const below = (prefix: string, field: Field): Field => ({ ...field, path: `${prefix}.${field.path}` });
