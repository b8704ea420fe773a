import { describe, expect, it } from "vitest";

import type { Rollout } from "../api/types";
import { canBreakGlass } from "./rollout-rules";

const held = { reason: "frozen until Monday", broken: false, frozen: true, since: "2026-11-30T00:00:00Z" };
const broken = { by: "ada@example.com", reason: "fire", at: "2026-11-30T00:00:00Z" };

const rollout = (state: Rollout["state"], rest: Partial<Pick<Rollout, "hold" | "break_glass">> = {}) => ({ state, hold: null, break_glass: null, ...rest });

describe("the way through a freeze", () => {
  it("is offered where a freeze holds a rollout, and where one would hold it as soon as people let it go on", () => {
    expect(canBreakGlass(rollout("running", { hold: held }), true)).toBe(true);
    expect(canBreakGlass(rollout("scheduled", { hold: held }), true)).toBe(true);
    expect(canBreakGlass(rollout("paused"), true)).toBe(true);
    expect(canBreakGlass(rollout("pending_approval"), true)).toBe(true);
  });

  it("is not offered where nothing is frozen, where it is open already, and where a freeze holds nothing", () => {
    expect(canBreakGlass(rollout("paused"), false)).toBe(false);
    expect(canBreakGlass(rollout("running"), true)).toBe(false);
    expect(canBreakGlass(rollout("paused", { break_glass: broken }), true)).toBe(false);
    for (const state of ["rolling_back", "completed", "failed", "cancelled", "rolled_back"] as const) expect(canBreakGlass(rollout(state), true)).toBe(false);
  });
});
