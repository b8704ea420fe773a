// Where the objects of a topology stand in its picture: a column for each kind, and what belongs together side by side.
import type { Topology, TopologyKind, TopologyNode } from "./topology";

export interface Point {
  x: number;
  y: number;
}

/** Size of a box, in pixels. */
export const BOX = { width: 224, height: 52 } as const;

const COLUMN: Record<TopologyKind, number> = { listener: 0, service: 1, upstream_group: 2, target: 3 };
const COLUMN_PX = BOX.width + 62;
const ROW_PX = BOX.height + 12;
const BLOCK_GAP_PX = 20;
/** Listeners stand in the middle of what they lead to, but not so far down that nobody sees them at first. */
const LISTENERS_LOWEST_PX = 240;

/** What stands side by side: a group with the services that go there first, and its targets. */
interface Block {
  services: TopologyNode[];
  groups: TopologyNode[];
  targets: TopologyNode[];
}

/** The upper left corner of each object. */
export function layout({ nodes, edges }: Topology): Map<string, Point> {
  const kinds = new Map(nodes.map((node) => [node.id, node]));
  const ahead = new Map<string, TopologyNode[]>();
  for (const { from, to } of edges) {
    const next = kinds.get(to);
    if (next !== undefined) ahead.set(from, [...(ahead.get(from) ?? []), next]);
  }
  const blocks = new Map<string, Block>();
  const blockOf = (id: string): Block => {
    const block = blocks.get(id) ?? { services: [], groups: [], targets: [] };
    blocks.set(id, block);
    return block;
  };
  for (const node of nodes) {
    if (node.kind !== "service") continue;
    const [first] = ahead.get(node.id) ?? [];
    const block = blockOf(first?.id ?? node.id);
    block.services.push(node);
    if (first?.kind === "target") block.targets = [first];
  }
  for (const node of nodes) {
    if (node.kind !== "upstream_group") continue;
    const block = blockOf(node.id);
    block.groups = [node];
    block.targets = ahead.get(node.id) ?? [];
  }

  const points = new Map<string, Point>();
  const stack = (column: TopologyNode[], top: number, height: number): void => {
    const own = column.length * ROW_PX - (ROW_PX - BOX.height);
    column.forEach((node, row) => points.set(node.id, { x: COLUMN[node.kind] * COLUMN_PX, y: top + (height - own) / 2 + row * ROW_PX }));
  };
  let top = 0;
  for (const { services, groups, targets } of blocks.values()) {
    const rows = Math.max(services.length, groups.length, targets.length);
    const height = rows * ROW_PX - (ROW_PX - BOX.height);
    for (const column of [services, groups, targets]) stack(column, top, height);
    top += height + BLOCK_GAP_PX;
  }
  const listeners = nodes.filter(({ kind }) => kind === "listener");
  const own = listeners.length * ROW_PX - (ROW_PX - BOX.height);
  const height = Math.max(0, top - BLOCK_GAP_PX);
  const begin = Math.min(Math.max(0, (height - own) / 2), LISTENERS_LOWEST_PX);
  stack(listeners, begin, own);
  return points;
}
