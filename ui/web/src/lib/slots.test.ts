import { describe, expect, it } from "vitest";

import type { RolloutNode } from "../api/types";
import { shifts, slotShares } from "./slots";

const node = (node_id: string, state: RolloutNode["state"]): RolloutNode => ({ node_id, state }) as RolloutNode;
const nodes = [node("b1", "kept"), node("g1", "completed"), node("g2", "assigned")];

describe("the traffic between two slots", () => {
  it("is what the standby slot was given, and the rest", () => {
    const shares = slotShares({ standby_slot: "green", traffic_weight: 10 }, nodes);
    expect(shares?.map(({ slot, share, standby }) => [slot, share, standby])).toEqual([
      ["blue", 90, false],
      ["green", 10, true],
    ]);
    expect(shares?.map((share) => share.nodes.map(({ node_id }) => node_id))).toEqual([["b1"], ["g1", "g2"]]);
    expect(slotShares({ standby_slot: "blue", traffic_weight: null }, [])?.map(({ share }) => share)).toEqual([0, 100]);
  });

  it("is nobody's business in another strategy", () => {
    expect(slotShares({ standby_slot: null, traffic_weight: null }, nodes)).toBeNull();
    expect([shifts(undefined), shifts({ traffic_weight: 0 }), shifts({ traffic_weight: null }), shifts({ traffic_weight: 50 })]).toEqual([false, false, false, true]);
  });
});
