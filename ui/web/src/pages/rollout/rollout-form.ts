// What the form holds, and the request that it means.
import type { CanaryConfig, OnConflict, RolloutCreate, RuleRollout, TargetSelector } from "../../api/types";
import { CHECK_FIELDS, parseChecks } from "../../lib/checks";
import { parseLabels } from "../../lib/labels";
import { fromLocal } from "../../lib/local-time";

export interface RolloutForm {
  bundle: string | null;
  target: "all" | "labels" | "groups" | "nodes";
  labels: string;
  groups: string[];
  nodes: string[];
  /** Slug; null: wherever they are. */
  environment: string | null;
  batch: "nodes" | "percent" | "canary" | "blue_green" | "once";
  batchSize: number | string;
  /** Shares of the nodes, as in "5, 25, 50, 100". */
  canarySteps: string;
  confidence: string;
  errorRise: number | string;
  /** Empty: latency is not compared. */
  slowRise: number | string;
  canaryRequests: number | string;
  /** Shares of the traffic, as in "10, 50, 100". */
  trafficSteps: string;
  bake: number | string;
  /** Label whose values steps are spread over; empty: none. */
  failureDomain: string;
  maxUnavailable: number | string;
  deadline: number | string;
  /** Each step after the first begins when a person says so. */
  byHand: boolean;
  autoRollback: boolean;
  /** Percent of all nodes; empty: only what each step may lose counts. */
  threshold: number | string;
  /** What it does when another rollout has nodes of it. */
  onConflict: OnConflict;
  heartbeat: boolean;
  /** Empty: this gate is off. */
  errorRate: number | string;
  latency: number | string;
  cpu: number | string;
  memory: number | string;
  minRequests: number | string;
  observe: number | string;
  failAfter: number | string;
  /** One in a line; empty: none. */
  checks: string;
  /** Local time; empty: at once. */
  at: string;
  /** Why it goes through every freeze; empty: it does not. */
  breakGlass: string;
  /** Why it goes past the order of environments; empty: it does not. */
  skipOrder: string;
}

export const DEFAULTS: RolloutForm = {
  bundle: null,
  target: "all",
  labels: "",
  groups: [],
  nodes: [],
  environment: null,
  batch: "percent",
  batchSize: 10,
  canarySteps: "5, 25, 50, 100",
  confidence: "0.99",
  errorRise: 0.1,
  slowRise: 1,
  canaryRequests: 500,
  trafficSteps: "10, 50, 100",
  bake: 60,
  failureDomain: "",
  maxUnavailable: 0,
  deadline: 600,
  byHand: false,
  autoRollback: true,
  threshold: "",
  onConflict: "refuse",
  heartbeat: true,
  errorRate: "",
  latency: "",
  cpu: "",
  memory: "",
  minRequests: 1,
  observe: 0,
  failAfter: 15,
  checks: "",
  at: "",
  breakGlass: "",
  skipOrder: "",
};

/** Which field of the form a field of the request is. */
export const FIELDS: Record<string, string> = {
  bundle_id: "bundle",
  "target_selector.labels": "labels",
  "target_selector.group_ids": "groups",
  "target_selector.node_ids": "nodes",
  batch_size: "batchSize",
  batch_percentage: "batchSize",
  "canary_analysis_config.steps": "canarySteps",
  "canary_analysis_config.confidence_level": "confidence",
  "canary_analysis_config.max_error_rate_rise": "errorRise",
  "canary_analysis_config.max_slow_rise": "slowRise",
  "canary_analysis_config.min_requests": "canaryRequests",
  "canary_analysis_config.bake_seconds": "bake",
  "blue_green_config.traffic_steps": "trafficSteps",
  "blue_green_config.bake_seconds": "bake",
  failure_domain: "failureDomain",
  max_unavailable: "maxUnavailable",
  progress_deadline_seconds: "deadline",
  "health_gates.max_error_rate": "errorRate",
  "health_gates.max_latency_ms": "latency",
  "health_gates.max_cpu_percent": "cpu",
  "health_gates.max_memory_percent": "memory",
  "health_gates.min_requests": "minRequests",
  "health_gates.observe_seconds": "observe",
  "health_gates.fail_after_seconds": "failAfter",
  ...CHECK_FIELDS,
  auto_advance: "byHand",
  rollback_threshold: "threshold",
  on_conflict: "onConflict",
  scheduled_at: "at",
  override_freeze_reason: "breakGlass",
  environment: "environment",
  skip_order_reason: "skipOrder",
};

const orNull = (value: number | string): number | null => (value === "" ? null : Number(value));
const orZero = (value: number | string): number => orNull(value) ?? 0;

/** The numbers in a list of them; what is none stands as 0, which the server refuses with its words. */
export function shares(text: string): number[] {
  return text
    .split(/[\s,;%→>-]+/)
    .filter((part) => part !== "")
    .map((part) => (/^\d{1,3}$/.test(part) ? Math.min(Number(part), 255) : 0));
}

function canary(form: RolloutForm): CanaryConfig {
  return {
    steps: shares(form.canarySteps),
    confidence_level: Number(form.confidence),
    max_error_rate_rise: orZero(form.errorRise),
    max_slow_rise: orNull(form.slowRise),
    min_requests: orZero(form.canaryRequests),
    bake_seconds: orZero(form.bake),
  };
}

const STRATEGIES: Record<RolloutForm["batch"], NonNullable<RolloutCreate["strategy"]>> = {
  nodes: "rolling",
  percent: "rolling",
  canary: "canary",
  blue_green: "blue_green",
  once: "all_at_once",
};

/** Where it goes. */
export function target(form: RolloutForm): TargetSelector {
  switch (form.target) {
    case "all":
      return { type: "all" };
    case "labels":
      return { type: "labels", labels: parseLabels(form.labels).labels };
    case "groups":
      return { type: "groups", group_ids: form.groups };
    case "nodes":
      return { type: "node_ids", node_ids: form.nodes };
  }
}

/** How it goes. */
export function manner(form: RolloutForm): RuleRollout {
  return {
    strategy: STRATEGIES[form.batch],
    ...(form.batch === "canary" ? { canary_analysis_config: canary(form) } : {}),
    ...(form.batch === "blue_green" ? { blue_green_config: { traffic_steps: shares(form.trafficSteps), bake_seconds: orZero(form.bake) } } : {}),
    ...(form.batch === "nodes" ? { batch_size: orZero(form.batchSize) } : {}),
    ...(form.batch === "percent" ? { batch_percentage: orZero(form.batchSize) } : {}),
    failure_domain: (form.batch !== "once" && form.failureDomain.trim()) || null,
    max_unavailable: orZero(form.maxUnavailable),
    progress_deadline_seconds: orZero(form.deadline),
    health_gates: {
      heartbeat_healthy: form.heartbeat,
      max_error_rate: orNull(form.errorRate),
      max_latency_ms: orNull(form.latency),
      max_cpu_percent: orNull(form.cpu),
      max_memory_percent: orNull(form.memory),
      min_requests: orZero(form.minRequests),
      observe_seconds: orZero(form.observe),
      fail_after_seconds: orZero(form.failAfter),
    },
    auto_advance: !form.byHand,
    auto_rollback: form.autoRollback,
    rollback_threshold: orNull(form.threshold),
    checks: parseChecks(form.checks),
    on_conflict: form.onConflict,
  };
}

/** Nodes are chosen, in whichever way. */
export function placed(form: RolloutForm): boolean {
  const { labels, error } = parseLabels(form.labels);
  if (form.target === "labels") return error === null && Object.keys(labels).length > 0;
  if (form.target === "groups") return form.groups.length > 0;
  return form.target !== "nodes" || form.nodes.length > 0;
}

/** The request; null while something that no plan can do without is missing. */
export function rolloutRequest(form: RolloutForm): RolloutCreate | null {
  if (form.bundle === null || !placed(form)) return null;
  return { ...own(form), bundle_id: form.bundle, target_selector: target(form), environment: form.environment, ...manner(form) };
}

/** What is a rollout's own, and no template has. */
export function own(form: RolloutForm): Pick<RolloutCreate, "scheduled_at" | "override_freeze_reason" | "skip_order_reason"> {
  return {
    scheduled_at: fromLocal(form.at),
    override_freeze_reason: form.breakGlass.trim() || null,
    skip_order_reason: form.skipOrder.trim() || null,
  };
}
