// Rollouts of the mocked API: planned, begun, shown, steered.
import type { CheckResult, Node, PlanConflict, PlannedDomain, Risk, Rollout, RolloutCreate, RolloutDetail, RolloutPlan } from "../src/api/types.ts";
import { otherSlot } from "../src/lib/slots.ts";
import { type Answer, ME_ACTOR, missing, ok, refuse } from "./answer.ts";
import { giveBack, slotPlan, USUAL_SHARES } from "./blue-green.ts";
import { portions, USUAL } from "./canary.ts";
import { type Db, iso, ME, newRollout, type StoredRollout } from "./db.ts";
import { record, release, targets } from "./engine.ts";
import { environmentOf, outOfOrder, refOf } from "./environments.ts";
import { hex } from "./random.ts";
import { origin, resolved } from "./templates.ts";

const RISKS = ["low", "medium", "high"];

/** The freeze that holds now, in words. */
export function frozen(db: Db, touched: ReadonlySet<string> = new Set()): string | null {
  const holds = db.freezes.find(({ next, environment }) => (!environment || touched.has(environment.id)) && next && Date.parse(next.from) <= Date.now() && Date.now() < Date.parse(next.until));
  const part = holds?.environment ? ` for the environment '${holds.environment.name}'` : "";
  return holds === undefined ? null : `frozen until ${holds.next?.until} by window '${holds.name}'${part}: ${holds.reason}`;
}

/** Pinned, and not to this bundle. */
export const pinnedAway = (node: Node, bundle: string): boolean => Boolean(node.pinned_bundle_id) && node.pinned_bundle_id !== bundle;

const domainOf = (node: Node, key: string): string | null => node.labels[key] ?? null;

/** Nodes in turn from every domain, as large as it is. */
function spread(nodes: Node[], key: string): Node[] {
  const of = (node: Node): Node[] => nodes.filter((other) => domainOf(other, key) === domainOf(node, key));
  const place = (node: Node): number => (of(node).indexOf(node) + 0.5) / of(node).length;
  return nodes.toSorted((a, b) => place(a) - place(b) || (domainOf(a, key) ?? "").localeCompare(domainOf(b, key) ?? ""));
}

function shares(step: Node[], all: Node[], key: string): PlannedDomain[] {
  const count = (nodes: Node[], value: string | null): number => nodes.filter((node) => domainOf(node, key) === value).length;
  const values = [...new Set(step.map((node) => domainOf(node, key)))].toSorted((a, b) => (a ?? "").localeCompare(b ?? ""));
  return values.map((value) => ({ value, nodes: count(step, value), of: count(all, value) }));
}

/** Whether it may plan nodes of others. */
const takes = (body: RolloutCreate): boolean => body.on_conflict === "queue" || body.on_conflict === "supersede";

/** The rollouts that have these nodes. */
function conflicts(db: Db, nodes: Node[]): PlanConflict[] {
  return db.rollouts.flatMap(({ rollout }) => {
    const theirs = nodes.filter((node) => node.owner_rollout_id === rollout.id).length;
    return theirs > 0 ? [{ rollout_id: rollout.id, bundle_version: rollout.bundle_version, state: rollout.state, nodes: theirs }] : [];
  });
}

export function plan(db: Db, given: RolloutCreate): RolloutPlan | Answer {
  const body = resolved(db, given);
  const bundle = db.bundles.find((candidate) => candidate.id === body.bundle_id);
  if (bundle === undefined) return refuse(422, "invalid", { bundle_id: ["is not a bundle of this project"] });
  if (body.strategy !== "all_at_once" && (body.batch_size ?? 1) < 1) return refuse(422, "invalid", { batch_size: ["must be at least 1"] });
  if ((body.health_gates?.observe_seconds ?? 0) >= (body.progress_deadline_seconds ?? 600)) {
    return refuse(422, "invalid", { "health_gates.observe_seconds": ["must be shorter than progress_deadline_seconds, else no step could ever pass"] });
  }
  const within = environmentOf(db, body.target_selector.type === "environment" ? body.target_selector.environment : body.environment);
  const chosen = targets(db, body.target_selector).filter((node) => within === undefined || node.environment?.id === within.id);
  const excluded = chosen
    .filter((node) => node.status === "unknown" || (node.owner_rollout_id && !takes(body)) || pinnedAway(node, bundle.id))
    .map((node) => ({
      id: node.id,
      name: node.name,
      reason: pinnedAway(node, bundle.id) ? `is pinned to ${node.pinned_version}` : node.owner_rollout_id ? "belongs to another rollout" : "was never heard of",
    }));
  const free = chosen.filter((node) => !excluded.some(({ id }) => id === node.id));
  const size =
    body.strategy === "all_at_once" ? free.length : body.batch_percentage ? Math.max(1, Math.floor((free.length * body.batch_percentage) / 100)) : (body.batch_size ?? 1);
  // As the server does: by what the nodes run, and not by what was uploaded before.
  const ran = db.bundles.filter((base) => free.some((node) => node.effective?.bundle_id === base.id || node.desired?.bundle_id === base.id));
  const bare = free.some((node) => !node.effective && !node.desired);
  const risk: Risk = {
    level: bare ? "high" : ran.every(({ id }) => id === bundle.id) ? "low" : bundle.risk_level,
    reasons: bare ? [...bundle.risk_reasons, "no_bundle_before"] : bundle.risk_reasons,
    against: ran.map(({ id, version }) => ({ bundle_id: id, version })),
  };
  const touched = new Set(free.flatMap((node) => (node.environment ? [node.environment.id] : [])));
  const environments = db.environments
    .filter(({ id }) => touched.has(id))
    .map((stored) => ({ environment: refOf(stored), nodes: free.filter((node) => node.environment?.id === stored.id).length }));
  const rules = [...db.rules, ...db.environments.filter(({ id }) => touched.has(id)).flatMap(({ approval_rules }) => approval_rules)];
  const needed = Math.max(0, ...rules.filter(({ risk_at_least }) => !risk_at_least || RISKS.indexOf(risk.level) >= RISKS.indexOf(risk_at_least)).map(({ approvals }) => approvals));
  const about = { excluded, conflicts: conflicts(db, free), bundle, risk, approvals_needed: needed, frozen: frozen(db, touched), environments, out_of_order: body.skip_order_reason ? null : outOfOrder(db, bundle.id, touched), ...origin(db, given) };
  if (body.strategy === "blue_green") {
    const slots = slotPlan(body, free);
    return "status" in slots ? slots : { ...slots, ...about };
  }
  const steps: RolloutPlan["steps"] = [];
  const sizes = body.strategy === "canary" ? portions((body.canary_analysis_config ?? USUAL).steps, free.length) : Array.from({ length: Math.ceil(free.length / size) }, () => size);
  if (body.strategy === "canary" && sizes.length < 2) {
    return refuse(422, "invalid", { strategy: [`a canary compares nodes that have the bundle with nodes that do not: of ${free.length} to move, its first step takes all`] });
  }
  let from = 0;
  const key = body.failure_domain;
  if (key && body.strategy === "all_at_once") return refuse(422, "invalid", { failure_domain: ["needs more than one step; give a size of a batch, or a share below 100"] });
  const ordered = key ? spread(free, key) : free;
  for (const taken of sizes) {
    const nodes = ordered.slice(from, from + taken);
    steps.push({ index: steps.length, nodes: nodes.map(({ id, name }) => ({ id, name })), ...(key ? { domains: shares(nodes, free, key) } : {}) });
    from += taken;
  }
  return { steps, kept: [], ...about };
}

/** Waits for those that have its nodes, or stops them. */
function settle(db: Db, rollout: Rollout, others: PlanConflict[], policy: RolloutCreate["on_conflict"]): void {
  const [first] = others;
  if (first === undefined) return;
  if (policy === "queue") {
    Object.assign(rollout, { state: "pending", waits_for: first.rollout_id, hold: { reason: `waits for its nodes: the rollout ${first.rollout_id} has ${first.nodes} of them`, broken: false, frozen: false, since: iso() } });
    return;
  }
  for (const { rollout_id } of others) {
    const stored = db.rollouts.find((candidate) => candidate.rollout.id === rollout_id);
    if (stored === undefined) continue;
    Object.assign(stored.rollout, { state: "cancelled", by: ME.name, hold: null, completed_at: iso(), superseded_by: rollout.id, error: { reason: `superseded by the rollout ${rollout.id} of ${rollout.bundle_version}` } });
    for (const step of stored.steps) if (step.state === "running" || step.state === "verifying") step.state = "failed";
    release(db, stored);
    record(db, "rollout.superseded", "rollout", rollout_id, { by: ME.name, superseded_by: rollout.id }, ME_ACTOR);
  }
}

export function start(db: Db, asked: RolloutCreate): Answer {
  const body = resolved(db, asked);
  const planned = plan(db, asked);
  if ("status" in planned) return planned;
  if (planned.out_of_order) return refuse(409, "conflict", planned.out_of_order);
  if (planned.frozen && !body.override_freeze_reason && !body.scheduled_at && planned.approvals_needed === 0) return refuse(409, "conflict", planned.frozen);
  const giving = planned.steps.filter((step) => !step.traffic_weight);
  const given = giving.flatMap((step) => step.nodes.map((node) => ({ ...node, step: step.index, kept: false })));
  const nodes = [...given, ...(planned.kept ?? []).map((node) => ({ ...node, step: giving.length, kept: true }))];
  const standby = planned.steps[0]?.deployment_slot ?? null;
  const rollout = newRollout(planned.bundle, { by: ME.name, steps: planned.steps.length, nodes: given.length, msAgo: 0 });
  Object.assign(rollout, {
    target_selector: body.target_selector,
    target_groups: body.target_selector.type === "groups" ? db.groups.flatMap(({ node_group: { id, name } }) => (body.target_selector.type === "groups" && body.target_selector.group_ids.includes(id) ? [{ id, name }] : [])) : [],
    checks: (body.checks ?? []).map((check) => ({ ...check, headers: Object.fromEntries(Object.keys(check.headers ?? {}).map((name) => [name, "***"])) })),
    template: planned.template ?? null,
    environment: planned.environments?.length === 1 && body.environment ? planned.environments[0]?.environment : null,
    skip_order: body.skip_order_reason ? { by: ME.name, reason: body.skip_order_reason, at: iso() } : null,
    strategy: body.strategy ?? "rolling",
    batch_size: body.batch_size ?? null,
    batch_percentage: body.batch_percentage ?? null,
    canary_analysis_config: body.strategy === "canary" ? { ...USUAL, ...body.canary_analysis_config } : null,
    ...(standby === null
      ? {}
      : { blue_green_config: { ...USUAL_SHARES, ...body.blue_green_config }, standby_slot: standby, deployment_slot: otherSlot(standby), traffic_weight: 0, traffic_step_index: 0 }),
    max_unavailable: body.max_unavailable ?? 0,
    progress_deadline_seconds: body.progress_deadline_seconds ?? 600,
    health_gates: body.health_gates ?? rollout.health_gates,
    auto_rollback: body.auto_rollback ?? true,
    failure_domain: body.failure_domain ?? null,
    auto_advance: body.auto_advance ?? true,
    rollback_threshold: body.rollback_threshold ?? null,
    on_conflict: body.on_conflict ?? "refuse",
    scheduled_at: body.scheduled_at ?? null,
    risk: db.rules.length > 0 ? planned.risk : null,
    break_glass: body.override_freeze_reason ? { by: ME.name, reason: body.override_freeze_reason, at: iso() } : null,
  });
  const needed = planned.approvals_needed ?? 0;
  if (needed > 0) {
    Object.assign(rollout, { state: "pending_approval", created_by: ME.email, approval: { digest: hex(64), needed, given: [], expires_at: iso(-db.expiresHours * 3_600_000) } });
  } else if (body.scheduled_at) rollout.state = "scheduled";
  else settle(db, rollout, planned.conflicts ?? [], body.on_conflict);
  const waits = rollout.state !== "running";
  const stored: StoredRollout = {
    rollout,
    steps: planned.steps.map((step) => ({ step_index: step.index, node_ids: step.nodes.map((node) => node.id), deployment_slot: step.deployment_slot, traffic_weight: step.traffic_weight, state: "pending", ran_ms: 0, running_since: null, started_at: null, completed_at: null, error: null })),
    nodes: nodes.map(({ id, name, step, kept }) => {
      const node = db.nodes.find((candidate) => candidate.id === id);
      if (node !== undefined && !waits) node.owner_rollout_id = rollout.id;
      return {
        node_id: id,
        name,
        step,
        state: kept ? "kept" : "pending",
        slot: node?.slot ?? null,
        weight: node?.weight ?? null,
        failure_domain: body.failure_domain && node ? domainOf(node, body.failure_domain) : null,
        previous_bundle_id: node?.effective?.bundle_id ?? null,
        previous_version: node?.effective?.version ?? null,
        generation: null,
        effective_generation: node?.effective?.generation ?? null,
        effective_bundle_id: node?.effective?.bundle_id ?? null,
        status: node?.status ?? null,
        healthy: node?.healthy ?? null,
        converged: node?.converged ?? false,
        failure: node?.failure ?? null,
        traffic: node?.traffic ?? null,
      };
    }),
  };
  db.rollouts.unshift(stored);
  record(db, "rollout.created", "rollout", rollout.id, { version: rollout.bundle_version, nodes: String(rollout.nodes), steps: String(rollout.steps) }, ME_ACTOR);
  return ok({ rollout }, 201);
}

/** How each check does: some answer, and the one that is called so does not. */
function checkResults({ rollout, steps }: StoredRollout): CheckResult[] {
  const step = steps[rollout.current_step] ?? steps.at(-1);
  const since = step?.running_since ?? step?.completed_at ?? null;
  return (rollout.checks ?? []).map(({ name, passes = 3, interval_seconds = 10 }) => {
    const until = rollout.completed_at ? Date.parse(rollout.completed_at) : Date.now();
    const made = since === null ? 0 : Math.max(rollout.completed_at ? passes : 0, Math.floor((until - Date.parse(since)) / (interval_seconds * 1_000)));
    const none = { name, step_index: null, passes: 0, failures: 0, status: null, latency_ms: null, error: null, checked_at: null };
    if (step === undefined || since === null || made === 0) return none;
    const seen = { ...none, step_index: step.step_index, checked_at: new Date(Math.min(until, Date.parse(since) + made * interval_seconds * 1_000)).toISOString() };
    if (name.includes("fails")) return { ...seen, failures: made, status: 503, latency_ms: 41, error: "503 instead of 200-299" };
    return { ...seen, passes: made, status: 200, latency_ms: 12 };
  });
}

export function detail(db: Db, stored: StoredRollout): RolloutDetail {
  const { rollout, steps, nodes, canary } = stored;
  const touched = new Set(nodes.flatMap(({ node_id }) => db.nodes.find(({ id }) => id === node_id)?.environment?.id ?? []));
  const holds = rollout.completed_at || rollout.break_glass ? null : frozen(db, touched);
  const active = nodes.filter((node) => node.generation !== null && node.generation !== undefined && (node.effective_generation ?? 0) >= node.generation && node.state !== "restoring").length;
  const restored = nodes.filter((node) => node.state === "restoring" && node.generation && (node.effective_generation ?? 0) >= node.generation).length;
  const failed = nodes.filter((node) => node.failure && node.failure.generation === node.generation).length;
  const total = nodes.filter((node) => node.state !== "kept").length;
  return { rollout, steps, nodes, canary_analysis_results: canary ?? null, check_results: checkResults(stored), frozen: holds, progress: { total, active, restored, failed, pending: total - active - restored - failed } };
}

/** Approves, rejects, breaks the glass. */
export function decide(db: Db, id: string | undefined, action: "approve" | "reject" | "break-glass", body: { digest?: string; comment?: string; override_freeze_reason?: string }): Answer {
  const stored = db.rollouts.find(({ rollout }) => rollout.id === id);
  if (stored === undefined) return missing("Rollout");
  const { rollout } = stored;
  if (action === "break-glass") {
    if (!body.override_freeze_reason?.trim()) return refuse(422, "invalid", { override_freeze_reason: ["say why: it is kept with the rollout and in the audit log"] });
    Object.assign(rollout, { hold: null, break_glass: { by: ME.email, reason: body.override_freeze_reason, at: iso() } });
    record(db, "rollout.freeze_overridden", "rollout", rollout.id, { by: ME.email, reason: body.override_freeze_reason }, ME_ACTOR);
    return ok({ rollout });
  }
  const { approval } = rollout;
  if (rollout.state !== "pending_approval" || !approval) return refuse(409, "conflict", `Rollout cannot be changed so in current state (${rollout.state})`);
  if (action === "reject") {
    if (!body.comment?.trim()) return refuse(422, "invalid", { comment: ["say why: whoever asked for the rollout wants to know"] });
    Object.assign(rollout, { state: "cancelled", by: ME.email, error: { reason: `rejected: ${body.comment}` }, completed_at: iso() });
    record(db, "rollout.rejected", "rollout", rollout.id, { by: ME.email, comment: body.comment }, ME_ACTOR);
    return ok({ rollout });
  }
  if (rollout.created_by === ME.email) return refuse(403, "forbidden", "who asks for a rollout does not approve it; somebody else must");
  if (approval.digest !== body.digest) return refuse(409, "conflict", "this is another digest: look at what it does before you approve it");
  if (approval.given.some(({ by }) => by === ME.email)) return refuse(409, "conflict", "you have approved this rollout already");
  approval.given.push({ by: ME.email, at: iso() });
  if (approval.given.length >= approval.needed) {
    Object.assign(rollout, { state: "running", started_at: iso() });
    for (const entry of stored.nodes) {
      const node = db.nodes.find((candidate) => candidate.id === entry.node_id);
      if (node !== undefined) node.owner_rollout_id = rollout.id;
    }
  }
  record(db, "rollout.approved", "rollout", rollout.id, { by: ME.email, approvals: `${approval.given.length} of ${approval.needed}` }, ME_ACTOR);
  return ok({ rollout });
}

/** A person lets the next step begin. */
export function advance(db: Db, id: string | undefined, step: number): Answer {
  const stored = db.rollouts.find(({ rollout }) => rollout.id === id);
  if (stored === undefined) return missing("Rollout");
  const { rollout } = stored;
  if (rollout.hold?.for_person !== true) return refuse(409, "conflict", `step ${step + 1} does not wait`);
  if (rollout.current_step !== step) return refuse(409, "conflict", `step ${step + 1} does not wait: step ${rollout.current_step + 1} does`);
  stored.released = step;
  rollout.hold = null;
  record(db, "rollout.step_released", "rollout", rollout.id, { by: ME.name, step: String(step + 1) }, ME_ACTOR);
  return ok({ rollout });
}

export function steer(db: Db, id: string | undefined, action: string, reason: string): Answer {
  const stored = db.rollouts.find(({ rollout }) => rollout.id === id);
  if (stored === undefined) return missing("Rollout");
  const { rollout, steps } = stored;
  const step = steps[rollout.current_step];
  if (action === "pause" && rollout.state === "running") {
    Object.assign(rollout, { state: "paused", by: ME.name, hold: null });
    if (step?.running_since) step.ran_ms += Date.now() - Date.parse(step.running_since);
    if (step) step.running_since = null;
    record(db, "rollout.paused", "rollout", rollout.id, { by: ME.name }, ME_ACTOR);
  } else if (action === "resume" && rollout.state === "paused") {
    Object.assign(rollout, { state: "running", by: null });
    if (step && step.state !== "pending") step.running_since = iso();
    record(db, "rollout.resumed", "rollout", rollout.id, { by: ME.name }, ME_ACTOR);
  } else if (action === "cancel" && rollout.completed_at === null) {
    Object.assign(rollout, { state: "cancelled", by: ME.name, hold: null, completed_at: iso() });
    giveBack(db, stored);
    release(db, stored);
    record(db, "rollout.cancelled", "rollout", rollout.id, { by: ME.name }, ME_ACTOR);
  } else if (action === "rollback" && (rollout.state === "running" || rollout.state === "paused" || rollout.state === "failed" || (rollout.state === "completed" && rollout.standby_slot))) {
    const why = reason === "" ? `asked for by ${ME.name}` : reason;
    Object.assign(rollout, { state: "rolling_back", by: null, hold: null, completed_at: null, error: { reason: why, exceptions: [] } });
    giveBack(db, stored);
    if (step && step.state !== "completed" && step.state !== "pending") step.state = "failed";
    record(db, "rollout.rollback_started", "rollout", rollout.id, { by: ME.name, reason: why }, ME_ACTOR);
  } else return refuse(409, "conflict", `A rollout that is ${rollout.state.replace("_", " ")} cannot be changed so`);
  return ok({ rollout });
}
