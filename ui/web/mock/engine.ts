// Moves rollouts on, a little at a time, as members and agents would.
import type { AuditEntry, Node, NodeGate, Rollout, RolloutNode, TargetSelector } from "../src/api/types.ts";
import { shift } from "./blue-green.ts";
import { look } from "./canary.ts";
import { type Db, iso, PROJECT, type StoredRollout } from "./db.ts";
import { holds } from "./groups.ts";
import { random, uuid } from "./random.ts";

/** Milliseconds between two looks. */
export const TICK_MS = 700;

const SYSTEM: AuditEntry["actor"] = { type: "system", id: "1", name: "member-1" };

export function record(db: Db, action: string, type: string, id: string, changes: Record<string, string>, actor: AuditEntry["actor"] = SYSTEM): void {
  db.index += 1;
  const at = iso();
  db.audit.unshift({ seq: (db.audit[0]?.seq ?? 0) + 1, at, actor, action, resource_type: type, resource_id: id, project_id: PROJECT.id, changes, request_id: uuid(), log_index: db.index });
  emit(db, action, id, changes);
}

export function emit(db: Db, kind: string, id: string, data: Record<string, string> = {}): void {
  db.index += 1;
  const event = { id: `${db.index}-0`, at: iso(), org_id: null, project_id: PROJECT.id, kind, resource_id: id, data };
  db.events.push(event);
  for (const listener of db.listeners) listener(event);
}

export function targets(db: Db, selector: TargetSelector): Node[] {
  const sorted = db.nodes.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  switch (selector.type) {
    case "all":
      return sorted;
    case "labels":
      return sorted.filter((node) => Object.entries(selector.labels).every(([key, value]) => node.labels[key] === value));
    case "groups":
      return sorted.filter((node) => db.groups.some((group) => selector.group_ids.includes(group.node_group.id) && holds(group, node)));
    case "node_ids":
      return sorted.filter((node) => selector.node_ids.includes(node.id));
    case "environment":
      return sorted.filter((node) => node.environment?.slug === selector.environment || node.environment?.id === selector.environment);
  }
}

export function tick(db: Db): void {
  for (const node of db.nodes) {
    if (node.status === "online") node.last_seen_at = iso(Math.floor(random() * 4_000));
    if (node.traffic && node.traffic.generation === node.effective?.generation) {
      node.traffic.window_ms += TICK_MS;
      node.traffic.requests += Math.floor(random() * 60);
    }
  }
  for (const stored of db.rollouts) {
    if (stored.rollout.state === "pending") begin(db, stored);
    if (stored.rollout.state === "running") forward(db, stored);
    if (stored.rollout.state === "rolling_back") backward(db, stored);
  }
}

/** What waits in the queue begins when the rollout before it has ended. */
function begin(db: Db, stored: StoredRollout): void {
  const { rollout, nodes } = stored;
  const before = db.rollouts.find((other) => other.rollout.id === rollout.waits_for);
  if (before !== undefined && before.rollout.completed_at === null) return;
  Object.assign(rollout, { state: "running", waits_for: null, hold: null, started_at: iso() });
  for (const { node_id } of nodes) {
    const node = db.nodes.find((candidate) => candidate.id === node_id);
    if (node !== undefined) node.owner_rollout_id = rollout.id;
  }
  record(db, "rollout.begun", "rollout", rollout.id, { state: "running" });
}

function sync(db: Db, entry: RolloutNode): Node | undefined {
  const node = db.nodes.find((candidate) => candidate.id === entry.node_id);
  if (node === undefined) return undefined;
  entry.effective_generation = node.effective?.generation ?? null;
  entry.effective_bundle_id = node.effective?.bundle_id ?? null;
  entry.status = node.status;
  entry.healthy = node.healthy;
  entry.converged = node.converged;
  entry.failure = node.failure;
  entry.traffic = node.traffic;
  return node;
}

/** What the gates say of a node. */
function gatesOf({ health_gates: asked }: Rollout, node: RolloutNode): NodeGate[] {
  const traffic = node.traffic?.generation === node.generation ? node.traffic : null;
  const observed = (traffic?.window_ms ?? 0) / 1_000;
  const proven = node.effective_generation === node.generation;
  const limited = (gate: NodeGate["gate"], limit: number | null | undefined, measured: number | null): NodeGate[] => {
    if (limit === null || limit === undefined) return [];
    if (measured === null || (traffic?.requests ?? 0) < asked.min_requests) return [{ gate, verdict: "undecided", reason: "too few requests so far", measured, limit }];
    return [measured > limit ? { gate, verdict: "broken", reason: "above the limit", measured, limit } : { gate, verdict: "pass", reason: null, measured, limit }];
  };
  return [
    { gate: "observed", verdict: proven && observed >= asked.observe_seconds ? "pass" : "undecided", reason: proven ? (observed >= asked.observe_seconds ? null : "is being observed") : "has not proven the bundle", measured: proven ? observed : null, limit: asked.observe_seconds },
    ...(asked.heartbeat_healthy ? [{ gate: "heartbeat" as const, verdict: node.healthy === true && proven ? ("pass" as const) : ("undecided" as const), reason: node.healthy === true && proven ? null : "heartbeat is not about the new bundle", measured: null, limit: null }] : []),
    ...limited("error_rate", asked.max_error_rate, traffic && traffic.requests > 0 ? (traffic.errors / traffic.requests) * 100 : null),
    ...limited("latency", asked.max_latency_ms, traffic?.p99_ms ?? null),
  ];
}

function assign(db: Db, entry: RolloutNode, bundleId: string, version: string, cause: "rollout" | "rollback", rolloutId: string): void {
  const node = db.nodes.find((candidate) => candidate.id === entry.node_id);
  if (node === undefined) return;
  const generation = Math.max(node.desired?.generation ?? 0, node.effective?.generation ?? 0) + 1;
  node.desired = { bundle_id: bundleId, version, generation, at: iso(), cause: { type: cause, rollout_id: rolloutId } };
  node.converged = false;
  node.owner_rollout_id = rolloutId;
  entry.generation = generation;
  emit(db, "node.assigned", node.id);
}

/** One fact further, as an agent would report it. */
function progress(db: Db, node: Node): void {
  const { desired } = node;
  if (desired === null || desired === undefined || node.converged || node.status !== "online" || random() < 0.35) return;
  const fact = { bundle_id: desired.bundle_id, version: desired.version, generation: desired.generation, at: iso() };
  if (node.offered?.generation !== desired.generation) node.offered = fact;
  else if (node.accepted?.generation !== desired.generation) node.accepted = fact;
  else {
    node.effective = fact;
    node.converged = true;
    node.failure = null;
    node.traffic = { generation: desired.generation, window_ms: 0, requests: 0, errors: 0, p50_ms: 5, p95_ms: 22, p99_ms: 50 + random() * 20 };
    emit(db, "node.effective", node.id);
    return;
  }
  emit(db, "node.accepted", node.id);
}

function forward(db: Db, stored: StoredRollout): void {
  const { rollout, steps, nodes } = stored;
  const step = steps[rollout.current_step];
  if (step === undefined) return;
  const shares = (step.traffic_weight ?? 0) > 0;
  const mine = nodes.filter((entry) => entry.state !== "kept" && (shares || entry.step === rollout.current_step));
  const says = (action: string, detail = ""): void => {
    rollout.revision += 1;
    rollout.updated_at = iso();
    record(db, action, "rollout", rollout.id, { step: String(rollout.current_step + 1), state: rollout.state, detail });
  };
  if (step.state === "pending" && rollout.auto_advance === false && rollout.current_step > (stored.released ?? 0)) {
    if (rollout.hold?.for_person === true) return;
    rollout.hold = { reason: `step ${rollout.current_step + 1} of ${rollout.steps} may begin, and waits for a person to say so`, broken: false, for_person: true, since: iso() };
    says("rollout.held");
    return;
  }
  if (step.state === "pending" && shares) {
    step.state = "running";
    step.started_at = step.running_since = iso();
    says("rollout.step_started", shift(db, stored, step));
    return;
  }
  if (step.state === "pending") {
    for (const entry of mine) {
      entry.state = "assigned";
      assign(db, entry, rollout.bundle_id, rollout.bundle_version, "rollout", rollout.id);
      sync(db, entry);
    }
    step.state = "running";
    step.started_at = step.running_since = iso();
    says("rollout.step_started", `${mine.length} nodes`);
    return;
  }
  for (const entry of mine) {
    const node = sync(db, entry);
    if (node === undefined) continue;
    progress(db, node);
    if (node.traffic && node.traffic.generation === entry.generation) {
      node.traffic.requests += 20 + Math.floor(random() * 40);
      node.traffic.window_ms += 4_000;
    }
    sync(db, entry);
    entry.gates = gatesOf(rollout, entry);
  }
  const missing = mine.filter((entry) => !entry.converged && entry.status === "online");
  if (step.state === "running") {
    if (missing.length === 0) {
      step.state = "verifying";
      rollout.hold = { reason: `observes for ${rollout.health_gates.observe_seconds} s: ${mine[0]?.name ?? ""}`, broken: false, since: iso() };
      says("rollout.step_verifying");
    } else if (rollout.hold === null) {
      rollout.hold = { reason: `waits for ${missing.length} nodes to prove it: ${missing.slice(0, 3).map((entry) => entry.name).join(", ")}`, broken: false, since: iso() };
      says("rollout.held");
    }
    return;
  }
  const baked = (Date.now() - Date.parse(step.running_since ?? iso())) / 1_000;
  const bake = Math.min(rollout.blue_green_config?.bake_seconds ?? 0, 12);
  if (shares && baked < bake) {
    rollout.hold = { reason: `the share of traffic is being observed: ${Math.floor(baked)} s of ${bake} s`, broken: false, since: rollout.hold?.since ?? iso() };
    return;
  }
  const observed = mine.every((entry) => entry.status !== "online" || (entry.traffic?.window_ms ?? 0) >= rollout.health_gates.observe_seconds * 1_000);
  if (!observed) return;
  if (rollout.canary_analysis_config && rollout.current_step + 1 < rollout.steps) {
    const analysis = look(stored);
    const seconds = Math.round((Date.parse(analysis.analyzed_at) - Date.parse(analysis.since)) / 1_000);
    rollout.hold = { reason: `the canary is being compared: ${Math.min(analysis.canary.requests, analysis.control.requests)} of ${rollout.canary_analysis_config.min_requests} requests, ${seconds} of ${rollout.canary_analysis_config.bake_seconds} s`, broken: false, since: rollout.hold?.since ?? iso() };
    emit(db, "rollout.observed", rollout.id, { verdict: analysis.verdict });
    if (analysis.verdict !== "fair") return;
  }
  for (const entry of mine) entry.state = "completed";
  step.state = "completed";
  step.completed_at = iso();
  rollout.hold = null;
  says("rollout.step_completed");
  if (shares) rollout.traffic_step_index = (rollout.traffic_step_index ?? 0) + 1;
  rollout.current_step += 1;
  if (rollout.current_step === rollout.steps) {
    rollout.state = "completed";
    rollout.completed_at = iso();
    release(db, stored);
    says("rollout.completed");
  }
}

function backward(db: Db, stored: StoredRollout): void {
  const { rollout, nodes } = stored;
  for (const entry of nodes.filter((entry) => entry.state === "assigned" || entry.state === "completed").slice(0, 4)) {
    entry.state = entry.previous_bundle_id ? "restoring" : "nothing_to_restore";
    if (entry.previous_bundle_id) assign(db, entry, entry.previous_bundle_id, entry.previous_version ?? "", "rollback", rollout.id);
  }
  const restoring = nodes.filter((entry) => entry.state === "restoring");
  for (const entry of restoring) {
    const node = sync(db, entry);
    if (node !== undefined) progress(db, node);
    sync(db, entry);
  }
  const open = nodes.some((entry) => entry.state === "assigned" || entry.state === "completed" || (entry.state === "restoring" && !entry.converged && entry.status === "online"));
  if (open) {
    emit(db, "rollout.restoring", rollout.id);
    return;
  }
  rollout.state = "rolled_back";
  rollout.completed_at = iso();
  release(db, stored);
  record(db, "rollout.rolled_back", "rollout", rollout.id, { state: rollout.state });
}

export function release(db: Db, stored: StoredRollout): void {
  for (const entry of stored.nodes) {
    const node = db.nodes.find((candidate) => candidate.id === entry.node_id);
    if (node?.owner_rollout_id === stored.rollout.id) node.owner_rollout_id = null;
  }
}
