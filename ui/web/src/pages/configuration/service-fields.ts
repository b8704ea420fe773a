import type { Section } from "../../lib/object-fields";
import { below, METHODS, POLICIES } from "./policy-fields";

const REDIRECTS = [
  { value: 301, label: "301, for good" },
  { value: 302, label: "302, for now" },
  { value: 303, label: "303, with GET" },
  { value: 307, label: "307, for now, with the same method" },
  { value: 308, label: "308, for good, with the same method" },
];

/** A service: which requests it is about, where they go, and what happens on the way. */
export const SERVICE: readonly Section[] = [
  {
    title: "Service",
    fields: [
      { kind: "text", path: "name", label: "Name", placeholder: "Its slug" },
      { kind: "area", path: "description", label: "Description" },
      { kind: "switch", path: "enabled", label: "The proxy serves it", usual: true },
    ],
  },
  {
    title: "Which requests",
    fields: [
      { kind: "text", path: "route_path", label: "Path", description: "/health is that one, /shop/* it and everything below", placeholder: "/shop/*", required: true, mono: true },
      { kind: "choices", path: "methods", label: "Methods", description: "Empty: with all", options: METHODS },
      { kind: "lines", path: "hosts", label: "Hosts", description: "One per line, also *.example.com; empty: on all", placeholder: "shop.example.com" },
      { kind: "pairs", path: "match_headers", label: "Headers", description: "Name: value, one per line; a name alone: with any value", placeholder: "X-Version: 2", any: true },
      { kind: "number", path: "priority", label: "Priority", description: "0 to 100: where several match, the highest comes first", placeholder: "50" },
      { kind: "pairs", path: "match_query", label: "Query", description: "Name: value, one per line", any: true },
    ],
  },
  {
    title: "Where they go",
    fields: [],
    ways: [
      { label: "Group", keys: ["upstream_group"], initial: { upstream_group: "" }, fields: [{ kind: "reference", path: "upstream_group", label: "Upstream group", to: "upstream_groups", required: true }] },
      {
        label: "Split",
        keys: ["traffic_split"],
        initial: { traffic_split: { splits: [] } },
        fields: [
          {
            kind: "rows",
            path: "traffic_split.splits",
            label: "Shares",
            description: "How much goes where, beside the shares of the others",
            noun: "share",
            required: true,
            initial: { upstream_group: "", weight: 1 },
            columns: [
              { kind: "reference", path: "upstream_group", label: "Upstream group", to: "upstream_groups", required: true },
              { kind: "number", path: "weight", label: "Share", required: true },
            ],
          },
          {
            kind: "rows",
            path: "traffic_split.match_rules",
            label: "In any case",
            description: "Requests that go to a group whatever the shares are; the first that matches counts",
            noun: "rule",
            ordered: true,
            initial: { type: "header", name: "", value: "", upstream_group: "" },
            columns: [
              { kind: "choice", path: "type", label: "By", options: [{ value: "header", label: "Header" }, { value: "cookie", label: "Cookie" }], required: true },
              { kind: "text", path: "name", label: "Name", required: true },
              { kind: "text", path: "value", label: "Value", required: true },
              { kind: "reference", path: "upstream_group", label: "Upstream group", to: "upstream_groups", required: true },
            ],
          },
        ],
      },
      { label: "Server", keys: ["upstream_url"], initial: { upstream_url: "" }, fields: [{ kind: "text", path: "upstream_url", label: "Server", description: "http://10.0.0.1:8080 or https://api.example.com", placeholder: "http://10.0.0.1:8080", required: true, mono: true }] },
      {
        label: "Redirect",
        keys: ["redirect_url", "redirect_status"],
        initial: { redirect_url: "" },
        fields: [
          { kind: "text", path: "redirect_url", label: "To", description: "A whole URL", placeholder: "https://shop.example.com/new", required: true, mono: true },
          { kind: "choice", path: "redirect_status", label: "With", options: REDIRECTS, usual: "301, for good" },
        ],
      },
      {
        label: "Answer",
        keys: ["respond_status", "respond_body"],
        initial: { respond_status: 404 },
        fields: [
          { kind: "number", path: "respond_status", label: "Status", required: true },
          { kind: "area", path: "respond_body", label: "Body", mono: true },
        ],
      },
    ],
  },
  {
    title: "Time",
    fields: [
      { kind: "number", path: "timeout_seconds", label: "Longest wait for an answer", unit: "s", placeholder: "Not bounded here" },
      { kind: "switch", path: "websocket", label: "It may become a WebSocket", usual: false },
    ],
  },
  {
    title: "Retry",
    note: "An upstream that fails is asked again",
    optional: { path: "retry", initial: {} },
    fields: [
      { kind: "number", path: "retry.attempts", label: "Times in all", placeholder: "3" },
      { kind: "numbers", path: "retry.on_status", label: "On status", placeholder: "502, 503, 504" },
      { kind: "number", path: "retry.backoff_ms", label: "First pause", placeholder: "100", unit: "ms" },
      { kind: "number", path: "retry.max_backoff_ms", label: "Longest pause", placeholder: "2000", unit: "ms" },
      { kind: "number", path: "retry.per_try_timeout_ms", label: "Longest time of one attempt", placeholder: "Not bounded", unit: "ms" },
      { kind: "switch", path: "retry.non_idempotent", label: "Also what may do something twice, such as POST", usual: false },
    ],
  },
  {
    title: "Middlewares",
    note: "What happens besides, in this order",
    fields: [
      {
        kind: "rows",
        path: "middlewares",
        label: "Middlewares",
        noun: "middleware",
        ordered: true,
        initial: { middleware: "" },
        columns: [
          { kind: "reference", path: "middleware", label: "Middleware", to: "middlewares", required: true },
          { kind: "switch", path: "enabled", label: "Here", usual: true },
        ],
      },
    ],
  },
  ...POLICIES.map(({ name, title, note, initial, fields }): Section => ({ title, note, optional: { path: name, initial }, fields: fields.map((field) => below(name, field)) })),
];
