// The configuration of a project, and a little of what the compiler says of one.
import type { ConfigDiff, ConfigDifference, ConfigDocument, ConfigPreview, Problem } from "../src/api/types.ts";
import { type Answer, ME_ACTOR, ok, refuse } from "./answer.ts";
import { type Db, iso, ME, PROJECT } from "./db.ts";
import { record } from "./engine.ts";

export const EMPTY: ConfigDocument = { version: 1 };

/** The revision of the configuration that the newest completed rollout has carried. */
export const DEPLOYED = 6;

/** Revisions of objects that were changed after the first one, by their places. */
export const revisions = (): Record<string, number> => ({ "services.search": DEPLOYED + 2, "services.shop": 4 });

export function configuration(): ConfigDocument {
  return {
    version: 1,
    services: {
      checkout: { route_path: "/checkout/*", hosts: ["shop.example.com"], upstream_group: "shop", timeout_seconds: 15, retry: {}, middlewares: [{ middleware: "careful" }] },
      shop: { route_path: "/*", hosts: ["shop.example.com"], upstream_group: "shop", middlewares: [{ middleware: "careful" }] },
      search: { route_path: "/search/*", hosts: ["shop.example.com"], upstream_group: "search", headers: { request: { set: { "X-Token": "${secrets.SEARCH_TOKEN}" } } } },
      "old-shop": { route_path: "/*", hosts: ["old.example.com"], redirect_url: "https://shop.example.com", redirect_status: 308 },
    },
    upstream_groups: {
      shop: {
        targets: [
          { host: "10.0.0.1", port: 8080 },
          { host: "10.0.0.2", port: 8080 },
        ],
        circuit_breaker: { failure_threshold: 3 },
      },
      search: { algorithm: "weighted", targets: [{ host: "search.internal", port: 9200 }, { host: "search-2.internal", port: 9200, weight: 10, enabled: false }] },
    },
    listeners: {
      http: { address: "0.0.0.0:${node.http_port}" },
      https: { address: "0.0.0.0:443", protocol: "https", tls: { certificate: "web", names: [{ hosts: ["api.example.com"], certificate: "api" }] } },
    },
    middlewares: { careful: { middleware_type: "security", config: { no_sniff: true, hsts_seconds: 31536000 } } },
  } as unknown as ConfigDocument;
}

const KINDS = { settings: "settings", listeners: "listener", services: "service", upstream_groups: "upstream_group", middlewares: "middleware", trust_stores: "trust_store" } as const;

type Objects = Record<string, Record<string, unknown>>;

export function difference(before: ConfigDocument, after: ConfigDocument): ConfigDiff {
  const changes: ConfigDifference[] = [];
  for (const [plural, kind] of Object.entries(KINDS)) {
    const of = (document: ConfigDocument): Objects => {
      const found = (document as unknown as Record<string, unknown>)[plural];
      return (kind === "settings" ? (found ? { default: found } : {}) : (found ?? {})) as Objects;
    };
    const [old, now] = [of(before), of(after)];
    for (const slug of [...new Set([...Object.keys(old), ...Object.keys(now)])].sort()) {
      const [was, is] = [old[slug], now[slug]];
      if (JSON.stringify(was) === JSON.stringify(is)) continue;
      const fields = was && is ? [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name])) : [];
      changes.push({ action: was === undefined ? "added" : is === undefined ? "removed" : "changed", kind, slug, fields });
    }
  }
  const number = (action: ConfigDifference["action"]): number => changes.filter((change) => change.action === action).length;
  return { revision: 1, added: number("added"), changed: number("changed"), removed: number("removed"), changes };
}

/** What the compiler would say: a few of its refusals. */
export function problems(document: ConfigDocument): Problem[] {
  const found: Problem[] = [];
  const refusal = (path: string, code: string, message: string, help: string): void => void found.push({ path, code, message, help, line: null, column: null });
  for (const [slug, service] of Object.entries((document.services ?? {}) as unknown as Objects)) {
    if (service.compression !== undefined) refusal(`services.${slug}.compression`, "not-supported", "Compression breaks the proxy: it drops the connection instead of answering", "compress at the upstream; the proxy passes compressed answers on");
    ((service.hosts ?? []) as string[]).forEach((host, place) => {
      if (!/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(host)) refusal(`services.${slug}.hosts[${place}]`, "invalid-value", "must be a name in lowercase, such as shop.example.com or *.example.com, without a port", "");
    });
    const group = service.upstream_group as string | undefined;
    if (group !== undefined && (document.upstream_groups as unknown as Objects | undefined)?.[group] === undefined) refusal(`services.${slug}.upstream_group`, "invalid-value", `the upstream group '${group}' does not exist`, "");
  }
  return found;
}

/** Objects of the document that nothing uses. */
function warnings(document: ConfigDocument): Problem[] {
  const services = Object.values((document.services ?? {}) as unknown as Objects);
  const idle = Object.keys(document.upstream_groups ?? {}).filter((slug) => !services.some((service) => service.upstream_group === slug));
  return idle.map((slug) => ({ path: `upstream_groups.${slug}`, code: "not-used", message: `no enabled service uses the upstream group \`${slug}\`, so it is not in the bundle`, help: null, line: null, column: null }));
}

/** What the compiler would say, and something like what the proxy would get. */
export function preview(document: ConfigDocument): ConfigPreview {
  const found = problems(document);
  const services = Object.entries((document.services ?? {}) as unknown as Objects);
  if (services.length === 0) found.push({ path: "services", code: "no-service", message: "there is no enabled service, so the proxy would answer nothing but 404", help: "add a service", line: null, column: null });
  if (found.length > 0) return { valid: false, problems: found, warnings: [], needs: [], generated: null };
  const groups = Object.entries((document.upstream_groups ?? {}) as unknown as Objects);
  const targets = (group: Record<string, unknown>): string[] => (group.targets as { host: string; port: number }[]).map(({ host, port }) => `${host}:${port}`);
  const routes = services.map(([id, service]) => ({ id, matches: [{ path_prefix: service.route_path }, ...((service.hosts ?? []) as string[]).map((host) => ({ host }))], upstream: service.upstream_group }));
  const upstreams = Object.fromEntries(groups.map(([id, group]) => [id, { id, targets: targets(group).map((address) => ({ address })) }]));
  const json = `${JSON.stringify({ listeners: [{ id: "http", address: "0.0.0.0:${node.http_port}", protocol: "http" }], routes, schema_version: "1.0", server: {}, upstreams }, null, 2)}\n`;
  const route = ({ id, matches, upstream }: (typeof routes)[number]): string =>
    `    route "${id}" {\n        matches {\n${matches.map((match) => `            ${Object.entries(match).map(([name, value]) => `${name.replace("_", "-")} "${value}"`).join("")}\n`).join("")}        }\n${upstream === undefined ? "" : `        upstream "${upstream}"\n`}    }\n`;
  const upstream = ([id, group]: (typeof groups)[number]): string => `    upstream "${id}" {\n${targets(group).map((address) => `        target "${address}" weight=1\n`).join("")}        load-balancing "round_robin"\n    }\n`;
  const kdl = `schema-version "1.0"\nlisteners {\n    listener "http" {\n        address "0.0.0.0:\${node.http_port}"\n    }\n}\nroutes {\n${routes.map(route).join("")}}\nupstreams {\n${groups.map(upstream).join("")}}\n`;
  const digest = [...json].reduce((sum, c) => (sum * 31n + BigInt(c.codePointAt(0) ?? 0)) % 2n ** 256n, 7n).toString(16).padStart(64, "0");
  return { valid: true, problems: [], warnings: warnings(document), needs: ["match.host", "match.path_prefix", "to.upstream_group", "upstream.round_robin", "listener.http"], generated: { json, kdl, digest } };
}

/** The objects of a list, with the revisions at which they were changed last. */
export function list(db: Db, plural: string): Answer {
  const objects = Object.entries(((db.configuration as unknown as Record<string, Objects | undefined>)[plural] ?? {}) as Objects);
  const rows = objects.map(([slug, object]) => ({ ...object, id: `${plural}-${slug}`, slug, project_id: PROJECT.id, revision: db.revisions[`${plural}.${slug}`] ?? 1, updated_by: ME.email, inserted_at: iso(30 * 86_400_000), updated_at: iso(86_400_000) }));
  return ok({ [plural]: rows, total: rows.length, next_cursor: null });
}

export function apply(db: Db, document: ConfigDocument): Answer {
  const missing = problems(document).filter(({ code }) => code === "invalid-value");
  if (missing.length > 0) return refuse(422, "invalid", Object.fromEntries(missing.map(({ path, message }) => [path, [message]])));
  const diff = difference(db.configuration, document);
  const revision = Math.max(DEPLOYED, ...Object.values(db.revisions)) + 1;
  for (const { kind, slug } of diff.changes) {
    const plural = Object.entries(KINDS).find(([, known]) => known === kind)?.[0];
    db.revisions[`${plural}.${slug}`] = revision;
  }
  db.configuration = document;
  record(db, "config.applied", "config", PROJECT.id, { added: String(diff.added), changed: String(diff.changed), removed: String(diff.removed) }, ME_ACTOR);
  return ok({ ...diff, dry_run: false });
}
