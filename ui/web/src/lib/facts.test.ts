import { describe, expect, it } from "vitest";

import type { Fact, Node } from "../api/types";
import { factViews } from "./facts";
import { convergence } from "./states";

const fact = (generation: number): Fact => ({ bundle_id: "b", version: "1", generation, at: "2026-11-24T12:00:00Z" });
const desired = (generation: number): NonNullable<Node["desired"]> => ({ ...fact(generation), cause: { type: "direct", rollout_id: null } });
const failure = (generation: number): NonNullable<Node["failure"]> => ({ ...fact(generation), stage: "test", message: "no" });

type Facts = Pick<Node, "desired" | "offered" | "accepted" | "effective" | "failure">;
const states = (node: Facts): string => factViews(node).map((view) => view.state).join(" ");

describe("the four facts", () => {
  it("are reached one after the other", () => {
    const node = { desired: desired(5), offered: fact(5), accepted: fact(4), effective: fact(4), failure: null };
    expect(states(node)).toBe("reached reached behind behind");
    expect(states({ ...node, accepted: fact(5), effective: fact(5) })).toBe("reached reached reached reached");
  });

  it("show where the newest attempt broke, not where an older one did", () => {
    const node = { desired: desired(5), offered: fact(5), accepted: fact(5), effective: fact(4), failure: failure(5) };
    expect(states(node)).toBe("reached reached reached broken");
    expect(states({ ...node, accepted: fact(4) })).toBe("reached reached broken behind");
    expect(states({ ...node, failure: failure(3) })).toBe("reached reached reached behind");
  });

  it("are empty before the first assignment", () => {
    const node = { desired: null, offered: null, accepted: null, effective: null, failure: null };
    expect(states(node)).toBe("none none none none");
    expect(convergence({ ...node, converged: true, status: "online" }).label).toBe("Nothing assigned");
  });
});
