// Drift in the mocked API: a few nodes that others have changed by hand.
import type { DriftEvent, DriftStats, Node } from "../src/api/types.ts";
import { type Answer, ME_ACTOR, missing, ok, page, type Request, refuse } from "./answer.ts";
import { type Db, iso, ME, PROJECT } from "./db.ts";
import { unified } from "./diff.ts";
import { record } from "./engine.ts";
import { hex, uuid } from "./random.ts";

const MINUTE = 60_000;

type Told = Pick<DriftEvent, "severity" | "summary" | "differences"> & Partial<DriftEvent> & { ago: number };

const TOLD: Told[] = [
  {
    ago: 6,
    severity: "medium",
    summary: "upstreams: 1 changed",
    differences: [{ path: "zentinel.json", kind: "changed" }],
    tries: 1,
    next_try_at: iso(-2 * MINUTE),
  },
  {
    ago: 48,
    severity: "critical",
    summary: "the proxy does not prove the generation",
    differences: [{ path: "proxy", kind: "other_generation", words: 'listener "public" (10.0.3.7:443) answers the probe from another process' }],
    state: "alarm",
    tries: 3,
    alarm: "the assignment was asserted 3 times, and the node drifts again or still: find out who changes it",
  },
  { ago: 130, severity: "low", summary: "zentinel.json.bak does not belong there", differences: [{ path: "zentinel.json.bak", kind: "extra" }] },
  { ago: 600, severity: "high", summary: "settings: limits", differences: [{ path: "zentinel.json", kind: "changed" }], state: "resolved", resolution: "remediated", tries: 1, resolved_at: iso(597 * MINUTE) },
  {
    ago: 900,
    severity: "medium",
    summary: "content/files/geo.json changed",
    differences: [{ path: "content/files/geo.json", kind: "changed" }],
    state: "resolved",
    resolution: "manual",
    resolved_by: ME.email,
    reason: "INC-4711: new ranges, until 2.4.0",
    resolved_at: iso(880 * MINUTE),
  },
];

const kept = new WeakMap<Db, DriftEvent[]>();

function events(db: Db): DriftEvent[] {
  let known = kept.get(db);
  if (known === undefined) {
    const nodes = db.nodes.filter((node) => node.status === "online" && node.effective).slice(3, 3 + TOLD.length);
    known = TOLD.flatMap(({ ago, ...told }, place) => {
      const node = nodes[place];
      return node === undefined ? [] : [made(node, ago, told)];
    });
    kept.set(db, known);
  }
  return known;
}

function made(node: Node, ago: number, told: Omit<Told, "ago">): DriftEvent {
  const event: DriftEvent = {
    id: uuid(),
    project_id: PROJECT.id,
    node_id: node.id,
    node_name: node.name,
    node_hostname: node.hostname,
    node_status: node.status,
    expected_bundle_id: node.effective?.bundle_id ?? uuid(),
    expected_version: node.effective?.version ?? null,
    actual_bundle_id: node.effective?.bundle_id ?? null,
    generation: node.effective?.generation ?? 1,
    expected_hash: hex(64),
    actual_hash: hex(64),
    config_hash: hex(64),
    more_differences: 0,
    state: "open",
    alarm: null,
    tries: 0,
    next_try_at: null,
    detected_at: iso(ago * MINUTE),
    resolved_at: null,
    resolution: null,
    resolved_by: null,
    reason: null,
    duration_seconds: ago * 60,
    inserted_at: iso(ago * MINUTE),
    updated_at: iso(ago * MINUTE),
    ...told,
  };
  if (event.state !== "resolved") {
    node.drift = { status: "drifted", measured_at: iso(ago * MINUTE), event_id: event.id, severity: event.severity, summary: event.summary };
  }
  return event;
}

/** Gives every node what its agent has measured. */
export function measure(db: Db): void {
  for (const node of db.nodes) {
    node.drift ??= { status: node.effective && node.converged ? "in_sync" : "not_measured", measured_at: node.effective?.at ?? null, event_id: null, severity: null, summary: "" };
  }
  events(db);
}

function stats(db: Db): DriftStats {
  const managed = db.nodes.filter((node) => node.desired);
  const online = managed.filter((node) => node.status === "online");
  const having = (status: string): number => online.filter((node) => node.drift?.status === status).length;
  const all = events(db);
  return {
    total_managed: managed.length,
    drifted: having("drifted"),
    in_sync: having("in_sync"),
    not_measured: having("not_measured"),
    offline: managed.length - online.length,
    active_events: all.filter((event) => event.state !== "resolved").length,
    alarms: all.filter((event) => event.state === "alarm").length,
    resolved_today: all.filter((event) => event.state === "resolved").length,
  };
}

function resolve(db: Db, event: DriftEvent, reason: string): void {
  Object.assign(event, { state: "resolved", resolution: "manual", resolved_at: iso(), resolved_by: ME.email, reason, next_try_at: null, alarm: null });
  const node = db.nodes.find((candidate) => candidate.id === event.node_id);
  if (node?.drift) node.drift.event_id = null;
}

const TEXT = `system {
    worker-threads 4
}
listeners {
    listener "public" {
        address "0.0.0.0:8080"
    }
}
upstreams {
    upstream "checkout" {
        target "10.0.3.11:9001"
        target "10.0.3.12:9001"
    }
}
routes {
    route "checkout" {
        matches { path-prefix "/checkout"; }
        upstream "checkout"
    }
}
`;

type Handler = (db: Db, params: Record<string, string>, request: Request) => Answer;

export const DRIFT_ROUTES: [method: string, path: string, handler: Handler][] = [
  [
    "GET",
    "/projects/:project/drift",
    (db, { project }, { query }) => {
      const [status, severity] = [query.get("status"), query.get("severity")];
      const shows = (event: DriftEvent): boolean =>
        (status === null || (status === "active" ? event.state !== "resolved" : event.state === status)) && (severity === null || event.severity === severity);
      return page("drift_events", project === PROJECT.slug ? events(db).filter(shows) : [], query);
    },
  ],
  ["GET", "/projects/:project/drift/stats", (db, { project }) => ok(project === PROJECT.slug ? stats(db) : { total_managed: 0, drifted: 0, in_sync: 0, not_measured: 0, offline: 0, active_events: 0, alarms: 0, resolved_today: 0 })],
  [
    "POST",
    "/projects/:project/drift/resolve-all",
    (db, _, { body }) => {
      const { reason, seen_until } = body as { reason: string; seen_until: string };
      if (reason.trim() === "") return refuse(422, "invalid", { reason: ["say why: it is kept with the event and in the audit log"] });
      const lasting = events(db).filter((event) => event.state !== "resolved");
      const open = lasting.filter((event) => Date.parse(event.updated_at) <= Date.parse(seen_until));
      for (const event of open) resolve(db, event, reason);
      record(db, "drift.bulk_resolved", "project", PROJECT.id, { events: String(open.length), reason }, ME_ACTOR);
      return ok({ resolved_count: open.length, left: 0, later: lasting.length - open.length });
    },
  ],
  ["GET", "/projects/:project/drift/:id", (db, { id }) => { const event = events(db).find((candidate) => candidate.id === id); return event === undefined ? missing("Drift event") : ok({ drift_event: event }); }],
  [
    "POST",
    "/projects/:project/drift/:id/resolve",
    (db, { id }, { body }) => {
      const event = events(db).find((candidate) => candidate.id === id);
      if (event === undefined) return missing("Drift event");
      if (event.state === "resolved") return refuse(409, "conflict", "Drift event already resolved");
      const { reason } = body as { reason: string };
      resolve(db, event, reason);
      record(db, "drift.resolved", "drift", event.id, { node: event.node_name, reason }, ME_ACTOR);
      return ok({ drift_event: event });
    },
  ],
  [
    "GET",
    "/projects/:project/nodes/:id/runtime-config",
    (db, { id }, { query }) => {
      const node = db.nodes.find((candidate) => candidate.id === id);
      if (node?.effective === null || node?.effective === undefined) return missing("Runtime configuration");
      const asked = query.get("drift_event");
      const event = events(db).find((candidate) => candidate.node_id === id && (asked === null ? candidate.state !== "resolved" : candidate.id === asked));
      if (asked !== null && event === undefined) return missing("Drift event");
      const changed = event?.differences.some(({ path }) => path === "zentinel.json") ?? false;
      const text = changed ? TEXT.replace('"10.0.3.12:9001"', '"10.0.9.66:9001"') : TEXT;
      const { diff, additions, deletions } = unified(TEXT, text);
      return ok({
        runtime_config: {
          node_id: node.id,
          status: node.drift?.status ?? "not_measured",
          generation: node.effective.generation,
          source: changed ? "node" : "bundle",
          hash: event?.config_hash ?? hex(64),
          config_kdl: text,
          truncated: false,
          updated_at: event?.detected_at ?? node.effective.at,
          diff: changed ? { diff, additions, deletions, semantic: [{ kind: "upstreams", added: [], removed: [], changed: ["checkout"] }] } : null,
        },
      });
    },
  ],
];
