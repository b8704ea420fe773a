// Blue-green in the mocked API: plans over slots, shares of traffic.
import type { Node, NodeRef, RolloutCreate, RolloutPlan, RolloutStep, Slot } from "../src/api/types.ts";
import { otherSlot } from "../src/lib/slots.ts";
import { type Answer, refuse } from "./answer.ts";
import type { Db, StoredRollout } from "./db.ts";

export const USUAL_SHARES = { traffic_steps: [10, 50, 100], bake_seconds: 60 };

const names = (nodes: readonly Node[]): string => nodes.map(({ name }) => name).slice(0, 20).join(", ");

/** The slot without traffic gets the bundle; the other one keeps its own. */
export function slotPlan(body: RolloutCreate, nodes: readonly Node[]): Pick<RolloutPlan, "steps" | "kept"> | Answer {
  const stray = nodes.filter((node) => !node.slot);
  if (stray.length > 0) {
    return refuse(422, "invalid", { strategy: [`blue-green moves traffic between the slots blue and green, and these nodes are in none: ${names(stray)}; put each into one: sentinel-cp node update ${stray[0]?.name ?? ""} --slot blue`] });
  }
  const of = (slot: Slot): Node[] => nodes.filter((node) => node.slot === slot);
  const standby = (["green", "blue"] as const).find((slot) => of(slot).length > 0 && of(slot).every(({ weight }) => weight === 0) && of(otherSlot(slot)).length > 0 && of(otherSlot(slot)).every(({ weight }) => weight > 0));
  if (standby === undefined) {
    return refuse(422, "invalid", { strategy: ["one slot must have all of the traffic and the other none; take it from each node of the slot that shall get the bundle: sentinel-cp node update NODE --weight 0"] });
  }
  const ref = ({ id, name }: Node): NodeRef => ({ id, name });
  const given = of(standby).map(ref);
  const size = body.batch_size ?? given.length;
  const steps: RolloutPlan["steps"] = [];
  for (let from = 0; from < given.length; from += size) {
    steps.push({ index: steps.length, nodes: given.slice(from, from + size), deployment_slot: standby, traffic_weight: 0 });
  }
  for (const share of (body.blue_green_config ?? USUAL_SHARES).traffic_steps ?? USUAL_SHARES.traffic_steps) {
    steps.push({ index: steps.length, nodes: given, deployment_slot: standby, traffic_weight: share });
  }
  return { steps, kept: of(otherSlot(standby)).map(ref) };
}

/** Gives the standby slot its share of the traffic. */
export function shift(db: Db, stored: StoredRollout, step: RolloutStep): string {
  const share = step.traffic_weight ?? 0;
  weigh(db, stored, share, 100 - share);
  stored.rollout.traffic_weight = share;
  const standby = stored.rollout.standby_slot ?? "green";
  if (share === 100) stored.rollout.deployment_slot = standby;
  return `traffic: ${standby} ${share} %, ${otherSlot(standby)} ${100 - share} % (weight of a node ${share} % and ${100 - share} %)`;
}

/** Every node has the weight again that it had before. */
export function giveBack(db: Db, stored: StoredRollout): void {
  const { rollout } = stored;
  if (!rollout.standby_slot) return;
  weigh(db, stored, 0, 100);
  rollout.traffic_weight = 0;
  rollout.deployment_slot = otherSlot(rollout.standby_slot);
}

function weigh(db: Db, stored: StoredRollout, standby: number, live: number): void {
  for (const entry of stored.nodes) {
    const weight = entry.state === "kept" ? live : standby;
    entry.weight = weight;
    const node = db.nodes.find((candidate) => candidate.id === entry.node_id);
    if (node !== undefined) node.weight = weight;
  }
}
