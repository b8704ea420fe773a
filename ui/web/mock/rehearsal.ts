import type { Rehearsal, RolloutCreate, RolloutPlan, RolloutRehearse } from "../src/api/types.ts";

const SWITCH_MS = 6_500;

/** A course that follows from the plan: its steps one after the other, and the way back when the bundle is bad and something would notice. */
export function course(plan: RolloutPlan, { rollout, assumptions = {} }: RolloutRehearse, copied: number): Rehearsal {
  const bad = assumptions.bad ?? null;
  const gates: Partial<NonNullable<RolloutCreate["health_gates"]>> = rollout.health_gates ?? {};
  const observe = (gates.observe_seconds ?? 0) * 1_000 + (rollout.strategy === "canary" ? 60_000 : 1_500);
  const noticed = bad === "fails" || rollout.strategy === "canary" || (bad === "errors" && gates.max_error_rate != null) || (bad === "slow" && gates.max_latency_ms != null);
  const fails = bad !== null && noticed;
  const why = { fails: "1 node failed, at most 0 may: simulated: the bundle does not activate on this node", errors: "error rate above the limit: sim-01 20.0 % (limit 1 %)", slow: "99th percentile of latency above the limit: sim-01 500.0 ms (limit 250 ms)" };
  const reason = fails && bad !== null ? why[bad] : null;
  let at = 0;
  const steps: Rehearsal["steps"] = plan.steps.map((step, place) => {
    const base = { index: step.index, nodes: step.nodes.length, traffic_weight: step.traffic_weight ?? null, verified_ms: null, ended_ms: null, error: null, waits: [] };
    if (fails && place > 0) return { ...base, state: "pending", started_ms: null };
    const from = at;
    const verified = from + SWITCH_MS;
    at = verified + (fails ? 15_000 : observe);
    const last = fails ? ({ kind: "gate", from_ms: verified, to_ms: at, reason } as const) : ({ kind: "observing", from_ms: verified, to_ms: at, reason: null } as const);
    return { ...base, state: fails ? "failed" : "completed", started_ms: from, verified_ms: verified, ended_ms: at, error: reason, waits: [{ kind: "switching", from_ms: from, to_ms: verified, reason: null }, last] };
  });
  const back = fails ? [{ kind: "way_back", from_ms: at, to_ms: at + SWITCH_MS, reason: null } as const] : [];
  const total = at + (fails ? SWITCH_MS : 0);
  const told = steps.flatMap((step) =>
    step.started_ms == null
      ? []
      : [
          { at_ms: step.started_ms, action: "rollout.step_started", step: step.index + 1, detail: `${step.nodes} nodes`, rollout_id: null },
          { at_ms: step.ended_ms ?? 0, action: step.error == null ? "rollout.step_completed" : "rollout.step_failed", step: step.index + 1, detail: step.error ?? `step ${step.index + 1} of ${plan.steps.length}`, rollout_id: null },
        ],
  );
  const first = plan.steps[0]?.nodes.length ?? 0;
  return {
    outcome: fails ? "rolled_back" : "completed",
    state: fails ? "rolled_back" : "completed",
    reason,
    begins_at: new Date().toISOString(),
    total_ms: total,
    nodes: plan.steps.reduce((sum, step) => sum + step.nodes.length, 0),
    steps,
    waits: back,
    failed: bad === "fails" ? (plan.steps[0]?.nodes.slice(0, 1) ?? []) : [],
    failed_total: bad === "fails" ? 1 : 0,
    peak: { away: bad === "fails" ? 1 : 0, switching: first, max_unavailable: rollout.max_unavailable ?? 0, groups: [{ step: 0, failure_domain: null, of: first, away: bad === "fails" ? 1 : 0, switching: first }], groups_total: 1 },
    comparisons:
      rollout.strategy === "canary"
        ? plan.steps.slice(0, -1).map((step) => ({ step: step.index, canary_nodes: step.nodes.length, control_nodes: copied - step.nodes.length, canary_requests_per_second: step.nodes.length * 10, control_requests_per_second: (copied - step.nodes.length) * 10, requests: 620, min_requests: 500, compared_seconds: 60, verdict: fails ? ("worse" as const) : ("fair" as const), needs_seconds: 66, deadline_seconds: rollout.progress_deadline_seconds ?? 600 }))
        : [],
    timeline: [{ at_ms: 0, action: "rollout.created", step: null, detail: "", rollout_id: null }, ...told],
    timeline_more: 0,
    stopped_by: told.find((deed) => deed.action === "rollout.step_failed") ?? null,
    approvals_needed: plan.approvals_needed ?? 0,
    warnings: bad !== null && !noticed ? [`a bundle that ${bad === "errors" ? "answers 20 % of its requests with errors" : "is slow (500 ms instead of 50 ms for one answer in a hundred)"} would get to every node: no gate of it minds; give it ${bad === "errors" ? "--max-error-rate" : "--max-latency"}, or compare with --strategy canary`] : [],
    assumptions: { bad, activation_from_ms: 2_000, activation_to_ms: 8_000, activation_measured: false, heartbeat_interval_seconds: 11, failing_percent: bad === "fails" ? 100 : 0, silent_percent: 0, requests_per_second: 10, old_error_rate: 0, new_error_rate: bad === "errors" ? 20 : 0, old_latency_ms: 50, new_latency_ms: bad === "slow" ? 500 : 50, seed: 1, besides: ["whoever must approve does so at once", "nodes that are offline stay so, nodes that are online stay so, and nobody does anything meanwhile"] },
    looks: 40,
    copied_nodes: copied,
  };
}
