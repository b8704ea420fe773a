// The configuration as a graph: where the proxy listens, which services there are, and where their requests go.
import type { ConfigDocument, Service } from "../api/types";
import { configPath } from "./config-place";

export type TopologyKind = "listener" | "service" | "upstream_group" | "target";

/** What is worth seeing of an object; nothing that is not known. */
export type Mark = "disabled" | "changed" | "unused";

export interface TopologyNode {
  /** Its place in the configuration, such as `upstream_groups.shop.targets[0]`. */
  id: string;
  kind: TopologyKind;
  name: string;
  /** What it is, in a line. */
  detail: string;
  marks: Mark[];
}

export interface TopologyEdge {
  from: string;
  to: string;
  /** How much goes there, or under which condition. */
  label?: string;
  /** Nothing goes this way now. */
  idle: boolean;
}

export interface Topology {
  nodes: TopologyNode[];
  edges: TopologyEdge[];
}

/** The revisions of objects by their places, and the one of the configuration that nodes were given last. */
export interface Compared {
  revisions: Readonly<Record<string, number>>;
  deployed: number;
}

/** Where the proxy listens when the configuration does not say. */
const USUAL_LISTENER = "0.0.0.0:${node.http_port}";

export function topologyOf(document: ConfigDocument, compared: Compared | null): Topology {
  const changed = (...places: (string | undefined)[]): boolean => compared !== null && places.some((place) => place !== undefined && (compared.revisions[place] ?? 0) > compared.deployed);
  const nodes: TopologyNode[] = [];
  const edges: TopologyEdge[] = [];
  const groups = document.upstream_groups ?? {};
  const services = Object.entries(document.services ?? {});
  const listeners = Object.entries(document.listeners ?? {});
  const used = new Set<string>();

  const entrances = listeners.map(([slug, { name, address, protocol = "http" }]): TopologyNode => {
    const id = configPath("listener", slug);
    return { id, kind: "listener", name: name || slug, detail: `${protocol} ${address}`, marks: changed(id) ? ["changed"] : [] };
  });
  if (entrances.length === 0) entrances.push({ id: "listeners", kind: "listener", name: "http", detail: `http ${USUAL_LISTENER}`, marks: [] });
  nodes.push(...entrances);

  for (const [slug, service] of services) {
    const id = configPath("service", slug);
    const disabled = service.enabled === false;
    const attached = (service.middlewares ?? []).map(({ middleware }) => configPath("middleware", middleware));
    nodes.push({ id, kind: "service", name: service.name || slug, detail: serviceWords(service), marks: [...(disabled ? (["disabled"] as const) : []), ...(changed(id, ...attached) ? (["changed"] as const) : [])] });
    // Each service is there on each listener.
    for (const entrance of entrances) edges.push({ from: entrance.id, to: id, idle: disabled });
    for (const { group, label } of groupsOf(service)) {
      if (!Object.hasOwn(groups, group)) continue;
      if (!disabled) used.add(group);
      edges.push({ from: id, to: configPath("upstream_group", group), label, idle: disabled });
    }
    if (service.upstream_url) {
      const server = `${id}.upstream_url`;
      nodes.push({ id: server, kind: "target", name: service.upstream_url, detail: "one server, without a group", marks: [] });
      edges.push({ from: id, to: server, idle: disabled });
    }
  }

  for (const [slug, group] of Object.entries(groups)) {
    const id = configPath("upstream_group", slug);
    const store = group.tls?.trust_store;
    const unused = !used.has(slug);
    nodes.push({
      id,
      kind: "upstream_group",
      name: group.name || slug,
      detail: `${(group.algorithm ?? "round_robin").replaceAll("_", " ")}${group.tls ? ", TLS" : ""}`,
      marks: [...(unused ? (["unused"] as const) : []), ...(changed(id, store ? configPath("trust_store", store) : undefined) ? (["changed"] as const) : [])],
    });
    (group.targets ?? []).forEach(({ host, port, enabled = true, weight }, place) => {
      const target = configPath("upstream_group", slug, `targets[${place}]`);
      const weighs = group.algorithm === "weighted" ? `weight ${weight ?? 100}` : "";
      nodes.push({ id: target, kind: "target", name: `${host.includes(":") ? `[${host}]` : host}:${port}`, detail: weighs, marks: enabled ? [] : ["disabled"] });
      edges.push({ from: id, to: target, idle: unused || !enabled });
    });
  }
  return { nodes, edges };
}

/** What a service does, in a line. */
function serviceWords({ route_path, hosts = [], methods = [], redirect_url, redirect_status, respond_status }: Service): string {
  const where = `${methods.length > 0 ? `${methods.join(", ")} ` : ""}${hosts.length > 0 ? hosts.join(", ") : ""}${route_path}`;
  if (redirect_url) return `${where} → ${redirect_status ?? 301} ${redirect_url}`;
  if (respond_status) return `${where} → ${respond_status}`;
  return where;
}

/** The groups that a service goes to; of several ways to the same one, one. */
function groupsOf({ upstream_group, traffic_split }: Service): { group: string; label?: string }[] {
  if (upstream_group) return [{ group: upstream_group }];
  if (!traffic_split) return [];
  const whole = traffic_split.splits.reduce((sum, { weight }) => sum + weight, 0);
  const ways = new Map<string, string[]>();
  const say = (group: string, words: string): void => void ways.set(group, [...(ways.get(group) ?? []), words]);
  for (const { upstream_group, weight } of traffic_split.splits) say(upstream_group, whole === 0 ? "0 %" : `${Math.round((weight / whole) * 1_000) / 10} %`);
  for (const { type, name, value, upstream_group } of traffic_split.match_rules ?? []) say(upstream_group, `${type} ${name}: ${value}`);
  return [...ways].map(([group, words]) => ({ group, label: words.join(", ") }));
}

/** What has the words in it, with the ways that lead there and those that lead on; all of it without words. */
export function narrowed({ nodes, edges }: Topology, words: string, mark: Mark | undefined): Topology {
  const wanted = words.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (wanted.length === 0 && mark === undefined) return { nodes, edges };
  const text = ({ id, name, detail }: TopologyNode): string => `${id} ${name} ${detail}`.toLowerCase();
  const found = nodes.filter((node) => (mark === undefined || node.marks.includes(mark)) && wanted.every((word) => text(node).includes(word))).map(({ id }) => id);
  const kept = new Set([...reached(found, edges, "from", "to"), ...reached(found, edges, "to", "from")]);
  return { nodes: nodes.filter(({ id }) => kept.has(id)), edges: edges.filter(({ from, to }) => kept.has(from) && kept.has(to)) };
}

/** Everything that one comes to when one goes on from some nodes in one direction. */
function reached(start: readonly string[], edges: readonly TopologyEdge[], here: "from" | "to", there: "from" | "to"): Set<string> {
  const next = new Map<string, TopologyEdge[]>();
  for (const edge of edges) {
    const known = next.get(edge[here]);
    if (known === undefined) next.set(edge[here], [edge]);
    else known.push(edge);
  }
  const seen = new Set(start);
  const todo = [...start];
  for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
    for (const edge of next.get(id) ?? []) {
      if (seen.has(edge[there])) continue;
      seen.add(edge[there]);
      todo.push(edge[there]);
    }
  }
  return seen;
}
