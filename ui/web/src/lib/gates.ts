// What the gates of a rollout measure on the nodes of a step, each against its bound. For showing only: members decide.
import type { NodeGate, RolloutDetail, RolloutNode } from "../api/types";
import { count, latency, number, percent } from "./format";
import { shifts } from "./slots";
import { proven, type StateKind } from "./states";
import { duration } from "./time";

export interface GateView {
  id: "heartbeat" | "errors" | "latency" | "cpu" | "memory" | "requests" | "observed" | "deadline";
  label: string;
  kind: StateKind;
  value: string | null;
  bound: string;
  scale: { value: number; bound: number } | null;
  /** The node that it is about. */
  node: string | null;
}

/** Bounds stand at two thirds of their scale, so that there is room to see by how much one is broken. */
const BOUND_AT = 2 / 3;

interface Measured {
  node: RolloutNode;
  value: number;
}

/** Traffic that counts: of the assignment that this rollout gave. */
function traffic(node: RolloutNode) {
  return node.traffic && node.traffic.generation === node.generation ? node.traffic : null;
}

function worst(measured: Measured[], order: "highest" | "lowest"): Measured | null {
  const sorted = measured.toSorted((a, b) => (order === "highest" ? b.value - a.value : a.value - b.value));
  return sorted[0] ?? null;
}

const nameOf = (measured: Measured | null): string | null => measured?.node.name ?? null;

function atMost(measured: Measured | null, bound: number): Pick<GateView, "kind" | "scale"> {
  const scale = { value: ((measured?.value ?? 0) / bound) * BOUND_AT, bound: BOUND_AT };
  if (measured === null) return { kind: "unknown", scale };
  return { kind: measured.value > bound ? "failed" : "ok", scale };
}

function atLeast(measured: Measured | null, bound: number): Pick<GateView, "kind" | "scale"> {
  const scale = { value: bound === 0 ? 1 : (measured?.value ?? 0) / bound, bound: 1 };
  return { kind: measured !== null && measured.value >= bound ? "ok" : "progressing", scale };
}

/** The gates of the current step. `now` in milliseconds. */
export function gateViews(detail: RolloutDetail, now: number): GateView[] {
  const { rollout } = detail;
  const gates = rollout.health_gates;
  const step = detail.steps[rollout.current_step];
  const shifted = shifts(step);
  const nodes = detail.nodes.filter((node) => node.state !== "kept" && (shifted || node.step === rollout.current_step));
  // A slot without traffic is not judged by it.
  const quiet = Boolean(rollout.standby_slot) && !shifted;
  const views: GateView[] = [];

  if (gates.heartbeat_healthy) {
    const healthy = nodes.filter((node) => node.healthy === true && proven(node)).length;
    const sick = nodes.find((node) => node.healthy === false);
    views.push({
      id: "heartbeat",
      label: "Healthy on the new bundle",
      kind: sick ? "failed" : healthy === nodes.length ? "ok" : "progressing",
      value: `${healthy} of ${nodes.length}`,
      bound: "all, by a fresh heartbeat",
      scale: { value: nodes.length === 0 ? 0 : healthy / nodes.length, bound: 1 },
      node: sick?.name ?? null,
    });
  }
  const judged = nodes.flatMap((node) => {
    const seen = traffic(node);
    return seen !== null && seen.requests >= gates.min_requests && seen.requests > 0 ? [{ node, seen }] : [];
  });
  if (gates.max_error_rate !== null && !quiet) {
    const highest = worst(
      judged.map(({ node, seen }) => ({ node, value: (seen.errors / seen.requests) * 100 })),
      "highest",
    );
    const requests = highest === null ? null : traffic(highest.node);
    views.push({
      id: "errors",
      label: shifted ? "5xx since the switch" : "5xx answers",
      ...atMost(highest, Math.max(gates.max_error_rate, 0.001)),
      value: requests === null ? null : percent(requests.errors, requests.requests),
      bound: `at most ${number(gates.max_error_rate)} % on every node`,
      node: nameOf(highest),
    });
  }
  if (gates.max_latency_ms !== null && !quiet) {
    const highest = worst(
      judged.map(({ node, seen }) => ({ node, value: seen.p99_ms })),
      "highest",
    );
    views.push({
      id: "latency",
      label: "p99 latency",
      ...atMost(highest, gates.max_latency_ms),
      value: highest === null ? null : latency(highest.value),
      bound: `at most ${latency(gates.max_latency_ms)} on every node`,
      node: nameOf(highest),
    });
  }
  if ((gates.max_error_rate !== null || gates.max_latency_ms !== null) && !quiet) {
    const fewest = worst(
      nodes.map((node) => ({ node, value: traffic(node)?.requests ?? 0 })),
      "lowest",
    );
    views.push({
      id: "requests",
      label: "Requests to judge by",
      ...atLeast(fewest, gates.min_requests),
      value: fewest === null ? null : number(fewest.value),
      bound: `at least ${number(gates.min_requests)} on every node`,
      node: nameOf(fewest),
    });
  }
  const used = (id: "cpu" | "memory", label: string, bound: number | null | undefined, of: string): void => {
    if (bound === null || bound === undefined) return;
    const measured = nodes.flatMap((node) => {
      const usage = node.usage && node.usage.generation === node.generation ? node.usage : null;
      const value = id === "cpu" ? usage?.cpu_percent : usage?.memory_percent;
      return value === null || value === undefined ? [] : [{ node, value }];
    });
    const highest = worst(measured, "highest");
    views.push({
      id,
      label,
      ...atMost(highest, bound),
      value: highest === null ? null : `${number(highest.value)} %`,
      bound: `at most ${number(bound)} % of ${of} on every node`,
      node: nameOf(highest),
    });
  };
  used("cpu", "Processor time", gates.max_cpu_percent, "one processor");
  used("memory", "Memory", gates.max_memory_percent, "the machine's");
  if (gates.observe_seconds > 0 && !shifted) {
    const shortest = worst(
      nodes.map((node) => ({ node, value: traffic(node)?.window_ms ?? 0 })),
      "lowest",
    );
    views.push({
      id: "observed",
      label: "Observed since the switch",
      ...atLeast(shortest, gates.observe_seconds * 1_000),
      value: shortest === null ? null : duration(shortest.value),
      bound: `at least ${duration(gates.observe_seconds * 1_000)}`,
      node: nameOf(shortest),
    });
  }
  if (step !== undefined) {
    const ran = step.ran_ms + (step.running_since ? Math.max(0, now - Date.parse(step.running_since)) : 0);
    const bake = rollout.blue_green_config?.bake_seconds ?? 0;
    if (shifted && bake > 0) {
      views.push({
        id: "observed",
        label: "This share observed",
        kind: ran >= bake * 1_000 ? "ok" : "progressing",
        value: duration(ran),
        bound: `at least ${duration(bake * 1_000)}`,
        scale: { value: ran / (bake * 1_000), bound: 1 },
        node: null,
      });
    }
    const deadline = rollout.progress_deadline_seconds * 1_000;
    const share = ran / deadline;
    views.push({
      id: "deadline",
      label: "Time in this step",
      kind: share >= 1 ? "failed" : share > 0.8 ? "degraded" : "ok",
      value: duration(ran),
      bound: `at most ${duration(deadline)}, pauses not counted`,
      scale: { value: share, bound: 1 },
      node: null,
    });
  }
  return views;
}

const BADNESS: Record<NodeGate["verdict"], number> = { pass: 0, undecided: 1, broken: 2 };

const GATES: Record<NodeGate["gate"], { label: string; show: (value: number) => string }> = {
  observed: { label: "observed", show: (value) => duration(value * 1_000) },
  heartbeat: { label: "heartbeat", show: number },
  error_rate: { label: "5xx", show: (value) => `${number(value)} %` },
  latency: { label: "p99", show: latency },
  cpu: { label: "processor", show: (value) => `${number(value)} %` },
  memory: { label: "memory", show: (value) => `${number(value)} %` },
};

/** The first of the worst. */
export function worstGate(gates: readonly NodeGate[]): NodeGate | null {
  return gates.reduce<NodeGate | null>((worst, gate) => (worst === null || BADNESS[gate.verdict] > BADNESS[worst.verdict] ? gate : worst), null);
}

/** One gate of a node, with its numbers. */
export function gateLine({ gate, verdict, reason, measured, limit }: NodeGate): string {
  const { label, show } = GATES[gate];
  const of = measured === null || measured === undefined ? "" : ` ${show(measured)}`;
  const bound = limit === null || limit === undefined ? "" : ` (${gate === "observed" ? "of" : "limit"} ${show(limit)})`;
  return `${label}${of}${bound}: ${verdict === "pass" ? "passes" : (reason ?? verdict)}`;
}

/** In a few words: how many pass, or which one does not. */
export function gateWords(gates: readonly NodeGate[]): string {
  const worst = worstGate(gates);
  if (worst === null) return "";
  if (worst.verdict === "pass") return gates.length === 1 ? "passes" : `all ${gates.length} pass`;
  const { label, show } = GATES[worst.gate];
  const measured = worst.measured === null || worst.measured === undefined ? "" : ` ${show(worst.measured)}`;
  return worst.verdict === "broken" ? `${label}${measured}` : worst.gate === "observed" ? `observed${measured}` : `${label}: waits`;
}

/** What steering a rollout would do, in numbers. */
export function steeringNumbers(nodes: readonly RolloutNode[]) {
  const moved = nodes.filter((node) => node.state === "assigned" || node.state === "completed");
  const stay = moved.filter(proven).length;
  const kept = nodes.filter((node) => node.state === "kept").length;
  return { moved: moved.length, stay, back: moved.length - stay, untouched: nodes.length - moved.length - kept };
}

export function steeringWords(action: "rollback" | "cancel", nodes: readonly RolloutNode[]): string {
  const numbers = steeringNumbers(nodes);
  if (action === "rollback") {
    return numbers.moved === 0
      ? "No node was moved yet, so none has to go back."
      : `${count(numbers.moved, "node")} ${numbers.moved === 1 ? "goes" : "go"} back to the bundle that each ran before, in waves, and each is verified.`;
  }
  return [
    `${count(numbers.stay, "node")} that proved the new bundle ${numbers.stay === 1 ? "keeps" : "keep"} it`,
    `${numbers.back} that did not prove it ${numbers.back === 1 ? "goes" : "go"} back`,
    `${numbers.untouched} ${numbers.untouched === 1 ? "is" : "are"} not touched`,
  ].join(", ").concat(".");
}
