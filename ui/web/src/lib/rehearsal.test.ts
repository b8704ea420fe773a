import { expect, test } from "vitest";

import type { RehearsedStep } from "../api/types";
import { rehearsalOutcome, timeRows } from "./rehearsal";

const step = (index: number, more: Partial<RehearsedStep>): RehearsedStep => ({
  index,
  nodes: 2,
  traffic_weight: null,
  state: "completed",
  started_ms: null,
  verified_ms: null,
  ended_ms: null,
  error: null,
  waits: [],
  ...more,
});

test("a course is on one scale of time, with what is outside of the steps at both ends", () => {
  const rows = timeRows({
    total_ms: 100_000,
    waits: [
      { kind: "freeze", from_ms: 0, to_ms: 20_000, reason: "frozen" },
      { kind: "way_back", from_ms: 60_000, to_ms: 100_000, reason: null },
    ],
    steps: [
      step(0, { started_ms: 20_000, ended_ms: 60_000, state: "failed", error: "too slow", waits: [{ kind: "switching", from_ms: 20_000, to_ms: 30_000, reason: null }] }),
      step(1, { state: "pending" }),
    ],
  });
  expect(rows.map(({ label, took }) => [label, took])).toEqual([
    ["Before", "20 s"],
    ["Step 1", "40 s"],
    ["Step 2", null],
    ["Way back", "40 s"],
  ]);
  expect(rows[1]?.stretches[0]).toMatchObject({ left: 20, width: 10, words: "10 s for nodes that switch" });
  expect(rows[0]?.stretches[0]?.words).toBe("20 s for the end of a freeze: frozen");
  expect(rows[1]?.error).toBe("too slow");
});

test("an instant course has no width that is not a number", () => {
  const rows = timeRows({ total_ms: 0, waits: [{ kind: "queue", from_ms: 0, to_ms: 0, reason: null }], steps: [] });
  expect(rows[0]?.stretches[0]).toMatchObject({ left: 0, width: 0 });
});

test("an end that is no success is never shown as one", () => {
  for (const outcome of ["rolled_back", "failed", "cancelled", "refused", "unfinished"] as const) expect(rehearsalOutcome({ outcome }).kind).not.toBe("ok");
});
