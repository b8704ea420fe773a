// Blue-green: which slot has how much of the traffic, and what is known of it, in words.
import type { Rollout, RolloutNode, RolloutStep, Slot } from "../api/types";

export interface SlotShare {
  slot: Slot;
  /** Percent of the traffic. */
  share: number;
  /** It gets the bundle of this rollout. */
  standby: boolean;
  nodes: RolloutNode[];
}

export const otherSlot = (slot: Slot): Slot => (slot === "blue" ? "green" : "blue");

/** Both slots, blue first; null for another strategy. */
export function slotShares(rollout: Pick<Rollout, "standby_slot" | "traffic_weight">, nodes: readonly RolloutNode[]): SlotShare[] | null {
  const { standby_slot: standby } = rollout;
  if (!standby) return null;
  const given = rollout.traffic_weight ?? 0;
  return (["blue", "green"] as const).map((slot) => ({
    slot,
    share: slot === standby ? given : 100 - given,
    standby: slot === standby,
    // A node may be in another slot by now; what counts is what the rollout did with it.
    nodes: nodes.filter((node) => (node.state === "kept") === (slot !== standby)),
  }));
}

/** The step gives traffic, not the bundle. */
export function shifts(step: Pick<RolloutStep, "traffic_weight"> | undefined): boolean {
  return (step?.traffic_weight ?? 0) > 0;
}

/** `blue` as the beginning of a sentence. */
export function slotName(slot: Slot): string {
  return slot === "blue" ? "Blue" : "Green";
}
