// Between where and how a rollout goes and the form that shows it. What the form has no field for is kept, never lost.
import type { RolloutCreate, RolloutSettings, RolloutTemplate, RuleRollout, TargetSelector } from "../../api/types";
import { checkLines, parseChecks } from "../../lib/checks";
import { labelLines } from "../../lib/labels";
import { DEFAULTS, manner, own, placed, type RolloutForm, target } from "./rollout-form";

/** Where and how, without what is a rollout's own. */
export type Settings = Pick<RolloutSettings, "target_selector" | "environment" | "rollout">;

/** The settings of something that has the fields of a manner among others, as a rollout has. */
export function settingsOf(rollout: Omit<RuleRollout, "checks"> & { checks?: RuleRollout["checks"]; target_selector: TargetSelector; environment?: Settings["environment"] }): Settings {
  const { strategy, batch_size, batch_percentage, canary_analysis_config, blue_green_config, max_unavailable, progress_deadline_seconds, health_gates, auto_rollback, auto_advance, failure_domain, rollback_threshold, checks, on_conflict } = rollout;
  return {
    target_selector: rollout.target_selector,
    environment: rollout.environment ?? null,
    rollout: { strategy, batch_size, batch_percentage, canary_analysis_config, blue_green_config, max_unavailable, progress_deadline_seconds, health_gates, auto_rollback, auto_advance, failure_domain, rollback_threshold, checks, on_conflict },
  };
}

const orEmpty = (value: number | null | undefined): number | string => value ?? "";

/** The form that shows these settings. */
export function formOf({ target_selector, environment, rollout }: Settings): RolloutForm {
  const { strategy = "rolling", canary_analysis_config: canary, blue_green_config: shift, health_gates: gates } = rollout;
  const batch = strategy === "all_at_once" ? "once" : strategy === "rolling" ? (rollout.batch_percentage ? "percent" : "nodes") : strategy;
  return {
    ...DEFAULTS,
    target: target_selector.type === "labels" ? "labels" : target_selector.type === "groups" ? "groups" : target_selector.type === "node_ids" ? "nodes" : "all",
    labels: target_selector.type === "labels" ? labelLines(target_selector.labels).replaceAll("\n", ", ") : "",
    groups: target_selector.type === "groups" ? target_selector.group_ids : [],
    nodes: target_selector.type === "node_ids" ? target_selector.node_ids : [],
    environment: environment?.slug ?? (target_selector.type === "environment" ? target_selector.environment : null),
    batch,
    batchSize: rollout.batch_percentage ?? rollout.batch_size ?? (batch === "nodes" ? 1 : DEFAULTS.batchSize),
    ...(canary
      ? {
          canarySteps: (canary.steps ?? []).join(", "),
          confidence: String(canary.confidence_level ?? DEFAULTS.confidence),
          errorRise: canary.max_error_rate_rise ?? DEFAULTS.errorRise,
          slowRise: orEmpty(canary.max_slow_rise),
          canaryRequests: canary.min_requests ?? DEFAULTS.canaryRequests,
          bake: canary.bake_seconds ?? DEFAULTS.bake,
        }
      : {}),
    ...(shift ? { trafficSteps: (shift.traffic_steps ?? []).join(", "), bake: shift.bake_seconds ?? DEFAULTS.bake } : {}),
    failureDomain: rollout.failure_domain ?? "",
    maxUnavailable: rollout.max_unavailable ?? DEFAULTS.maxUnavailable,
    deadline: rollout.progress_deadline_seconds ?? DEFAULTS.deadline,
    byHand: rollout.auto_advance === false,
    autoRollback: rollout.auto_rollback ?? true,
    threshold: orEmpty(rollout.rollback_threshold),
    onConflict: rollout.on_conflict ?? "refuse",
    heartbeat: gates?.heartbeat_healthy ?? true,
    errorRate: orEmpty(gates?.max_error_rate),
    latency: orEmpty(gates?.max_latency_ms),
    cpu: orEmpty(gates?.max_cpu_percent),
    memory: orEmpty(gates?.max_memory_percent),
    minRequests: gates?.min_requests ?? DEFAULTS.minRequests,
    observe: gates?.observe_seconds ?? DEFAULTS.observe,
    failAfter: gates?.fail_after_seconds ?? DEFAULTS.failAfter,
    checks: checkLines(rollout.checks ?? []),
  };
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What was changed of these settings in the form: whole fields, as the API takes them. `place`: where it goes, if that was changed. */
export function changed(known: Settings, form: RolloutForm): { manner: Partial<RuleRollout>; place: { target_selector: TargetSelector; environment: string | null } | null } {
  const shown = formOf(known);
  const before = manner(shown);
  const now = { ...manner(form), checks: parseChecks(form.checks, known.rollout.checks ?? []) };
  const was = { ...before, checks: known.rollout.checks ?? [] };
  const keys = (Object.keys(now) as (keyof RuleRollout)[]).filter((key) => !same(now[key] ?? null, was[key] ?? null));
  const place = { target_selector: target(form), environment: form.environment };
  const placed = same(place, { target_selector: target(shown), environment: shown.environment });
  return { manner: Object.fromEntries(keys.map((key) => [key, now[key] ?? null])), place: placed ? null : place };
}

/** A rollout from a template: what was changed in the form, and the rest as the template says. Null while something is missing. */
export function templateRequest(template: RolloutTemplate, form: RolloutForm): RolloutCreate | null {
  if (form.bundle === null || !placed(form)) return null;
  const { manner: changes, place } = changed(template, form);
  return { bundle_id: form.bundle, template: template.id, ...own(form), ...changes, ...(place ?? {}) };
}

/** The manner with what was changed in the form; another strategy takes nothing of the portions of the one before. */
export function mannerOver(known: Settings, form: RolloutForm): RuleRollout {
  const { manner: changes } = changed(known, form);
  const next = changes.strategy === undefined ? { ...known.rollout } : { ...known.rollout, batch_size: null, batch_percentage: null, canary_analysis_config: null, blue_green_config: null };
  if (changes.batch_size) next.batch_percentage = null;
  if (changes.batch_percentage) next.batch_size = null;
  return { ...next, ...changes };
}

/** One line about how a template's rollouts go. */
export function mannerWords({ rollout }: Pick<RolloutTemplate, "rollout">): string {
  const { strategy = "rolling", batch_size, batch_percentage, canary_analysis_config: canary, blue_green_config: shift } = rollout;
  switch (strategy) {
    case "all_at_once":
      return "all at once";
    case "canary":
      return `canary ${(canary?.steps ?? []).join("/")} %`;
    case "blue_green":
      return `blue-green ${(shift?.traffic_steps ?? []).join("/")} %`;
    case "rolling":
      return batch_percentage ? `${batch_percentage} % per step` : batch_size === 1 ? "one by one" : `${batch_size} nodes per step`;
  }
}
