// Groups of nodes, as the server has them.
import type { Node, NodeGroup, NodeGroupCreate, NodeGroupDetail, NodeGroupUpdate } from "../src/api/types.ts";
import { type Answer, missing, ok, refuse } from "./answer.ts";
import { type Db, iso } from "./db.ts";
import { uuid } from "./random.ts";

const MINUTE = 60_000;

export function groups(nodes: Node[]): NodeGroupDetail[] {
  const made = (name: string, description: string, labels: Record<string, string>, named: Node[]): NodeGroupDetail => ({
    node_group: { id: uuid(), name, description, labels, named: 0, nodes: 0, online: 0, inserted_at: iso(30 * 1_440 * MINUTE) },
    named: named.map(({ id, name }) => ({ id, name })),
    selected: [],
  });
  return [
    made("first to go", "Nodes that can be spared: every bundle goes to them first", {}, nodes.slice(0, 4)),
    made("frankfurt", "All of the site, also what joins later", { site: "fra" }, []),
    made("payments", "What must not move on a Friday", { site: "ams" }, nodes.slice(7, 9)),
  ];
}

export function holds(group: NodeGroupDetail, node: Node): boolean {
  return group.named.some(({ id }) => id === node.id) || selects(group.node_group, node);
}

function selects({ labels }: NodeGroup, node: Node): boolean {
  const rule = Object.entries(labels);
  return rule.length > 0 && rule.every(([key, value]) => node.labels[key] === value);
}

/** A node, with the groups that it is in. */
export const grouped = (db: Db, node: Node): Node => ({ ...node, groups: db.groups.filter((group) => holds(group, node)).map(({ node_group: { id, name } }) => ({ id, name })) });

/** Counted over the fleet as it is now. */
export function shown(db: Db, group: NodeGroupDetail): NodeGroupDetail {
  const all = db.nodes.filter((node) => holds(group, node));
  const named = group.named.filter(({ id }) => db.nodes.some((node) => node.id === id));
  const selected = all.filter((node) => !named.some(({ id }) => id === node.id)).map(({ id, name }) => ({ id, name }));
  const counts = { named: named.length, nodes: all.length, online: all.filter((node) => node.status === "online").length };
  return { node_group: { ...group.node_group, ...counts }, named, selected };
}

export function createGroup(db: Db, body: NodeGroupCreate): Answer {
  if (db.groups.some(({ node_group }) => node_group.name === body.name)) return refuse(422, "invalid", { name: ["is taken by another group of this project"] });
  const node_group = { id: uuid(), name: body.name, description: body.description ?? "", labels: body.labels ?? {}, named: 0, nodes: 0, online: 0, inserted_at: iso() };
  const group = { node_group, named: named(db, body.node_ids ?? []), selected: [] };
  db.groups.push(group);
  return ok({ node_group: shown(db, group).node_group }, 201);
}

export function updateGroup(db: Db, id: string | undefined, body: NodeGroupUpdate): Answer {
  const group = db.groups.find(({ node_group }) => node_group.id === id);
  if (group === undefined) return missing("Group");
  const { name, description, labels, add_node_ids = [], remove_node_ids = [] } = body;
  Object.assign(group.node_group, { ...(name ? { name } : {}), ...(description === undefined || description === null ? {} : { description }), ...(labels ? { labels } : {}) });
  group.named = [...group.named, ...named(db, add_node_ids)].filter((node) => !remove_node_ids.includes(node.id));
  return ok({ node_group: shown(db, group).node_group });
}

const named = (db: Db, ids: string[]) => db.nodes.filter((node) => ids.includes(node.id)).map(({ id, name }) => ({ id, name }));
