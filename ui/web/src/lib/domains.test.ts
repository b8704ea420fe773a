import { expect, test } from "vitest";

import type { Rollout, RolloutNode } from "../api/types";
import { domainRows } from "./domains";

const rollout = { failure_domain: "zone" } as Rollout;
const node = (step: number, domain: string | null, given: number | null, effective: number): RolloutNode =>
  ({ step, failure_domain: domain, state: given === null ? "pending" : "assigned", generation: given, effective_generation: effective, failure: null, status: "online" }) as RolloutNode;

test("each domain has its steps, with what is done in each", () => {
  const failed = { ...node(0, "fra", 2, 1), failure: { generation: 2 } } as RolloutNode;
  const nodes = [node(1, "fra", null, 1), node(0, "fra", 2, 2), failed, node(0, null, 2, 1), node(0, "ams", 2, 2)];
  const rows = domainRows({ rollout, nodes });
  expect(rows.map(({ domain, done, failed, total }) => [domain, done, failed, total])).toEqual([
    ["ams", 1, 0, 1],
    ["fra", 1, 1, 3],
    [null, 0, 0, 1],
  ]);
  expect(rows[1]?.steps).toEqual([
    { step: 0, done: 1, failed: 1, total: 2 },
    { step: 1, done: 0, failed: 0, total: 1 },
  ]);
});

test("a rollout that tells no domains apart has none", () => {
  expect(domainRows({ rollout: { failure_domain: null } as Rollout, nodes: [node(0, "fra", 2, 2)] })).toEqual([]);
});
