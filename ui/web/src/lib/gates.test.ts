import { describe, expect, it } from "vitest";

import type { RolloutDetail, RolloutNode } from "../api/types";
import { gateViews, steeringWords } from "./gates";

const NOW = Date.parse("2026-11-24T12:10:00Z");

const node = (name: string, change: Partial<RolloutNode> = {}): RolloutNode => ({
  node_id: name,
  name,
  step: 0,
  state: "assigned",
  previous_bundle_id: null,
  previous_version: null,
  generation: 5,
  effective_generation: 5,
  effective_bundle_id: "b",
  status: "online",
  healthy: true,
  converged: true,
  failure: null,
  traffic: { generation: 5, window_ms: 40_000, requests: 100, errors: 1, p50_ms: 5, p95_ms: 20, p99_ms: 50 },
  ...change,
});

const traffic = (change: Partial<NonNullable<RolloutNode["traffic"]>>) => ({ ...(node("").traffic as NonNullable<RolloutNode["traffic"]>), ...change });

const detail = (nodes: RolloutNode[]): RolloutDetail =>
  ({
    rollout: {
      current_step: 0,
      progress_deadline_seconds: 600,
      health_gates: { heartbeat_healthy: true, max_error_rate: 5, max_latency_ms: 100, min_requests: 50, observe_seconds: 30, fail_after_seconds: 15 },
    },
    steps: [{ step_index: 0, node_ids: [], state: "verifying", ran_ms: 60_000, running_since: "2026-11-24T12:08:00Z" }],
    nodes,
    progress: { total: 0, pending: 0, active: 0, failed: 0 },
  }) as unknown as RolloutDetail;

const gate = (nodes: RolloutNode[], id: string) => gateViews(detail(nodes), NOW).find((view) => view.id === id);

describe("gates", () => {
  it("name the worst node of the step", () => {
    const nodes = [node("a"), node("b", { traffic: traffic({ errors: 12 }) })];
    expect(gate(nodes, "errors")).toMatchObject({ kind: "failed", value: "12 %", node: "b" });
    expect(gate(nodes, "latency")).toMatchObject({ kind: "ok", value: "50 ms" });
  });

  it("do not judge traffic from before the switch or too little of it", () => {
    const before = node("a", { traffic: traffic({ generation: 4, errors: 90 }) });
    const little = node("b", { traffic: traffic({ requests: 10, errors: 9 }) });
    expect(gate([before, little], "errors")).toMatchObject({ kind: "unknown", value: null });
    expect(gate([before, little], "requests")).toMatchObject({ kind: "progressing", value: "0", node: "a" });
    expect(gate([before, little], "observed")).toMatchObject({ value: "0 s" });
  });

  it("count time in the step without pauses", () => {
    expect(gate([node("a")], "deadline")).toMatchObject({ value: "3 min", kind: "ok" });
  });

  it("leave nodes of other steps out", () => {
    expect(gate([node("a"), node("b", { step: 1, healthy: false })], "heartbeat")).toMatchObject({ value: "1 of 1", kind: "ok" });
  });
});

describe("what steering would do", () => {
  const nodes = [node("a", { state: "completed" }), node("b", { effective_generation: 4 }), node("c", { state: "pending", generation: null })];

  it("is said in numbers", () => {
    expect(steeringWords("rollback", nodes)).toBe("2 nodes go back to the bundle that each ran before, in waves, and each is verified.");
    expect(steeringWords("cancel", nodes)).toBe("1 node that proved the new bundle keeps it, 1 that did not prove it goes back, 1 is not touched.");
  });

  it("show what proxies use, of the assignment that the rollout gave", () => {
    const usage = (generation: number, cpu: number | null) => ({ generation, window_ms: 1, cpu_percent: cpu, memory_percent: 12.5 });
    const shown = detail([node("a", { usage: usage(5, 40) }), node("b", { usage: usage(5, 90) }), node("c", { usage: usage(4, 400) })]);
    shown.rollout.health_gates.max_cpu_percent = 80;
    shown.rollout.health_gates.max_memory_percent = 50;
    const views = gateViews(shown, NOW);
    const cpu = views.find((view) => view.id === "cpu");
    expect([cpu?.kind, cpu?.value, cpu?.node]).toEqual(["failed", "90 %", "b"]);
    expect(views.find((view) => view.id === "memory")?.kind).toBe("ok");
    shown.nodes.length = 0;
    expect(gateViews(shown, NOW).find((view) => view.id === "cpu")?.kind).toBe("unknown");
  });
});
