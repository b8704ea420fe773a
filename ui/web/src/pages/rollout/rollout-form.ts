// What the form holds, and the request that it means.
import type { RolloutCreate } from "../../api/types";
import { parseLabels } from "../../lib/labels";
import { fromLocal } from "../../lib/local-time";

export interface RolloutForm {
  bundle: string | null;
  target: "all" | "labels" | "nodes";
  labels: string;
  nodes: string[];
  batch: "nodes" | "percent" | "once";
  batchSize: number | string;
  maxUnavailable: number | string;
  deadline: number | string;
  autoRollback: boolean;
  heartbeat: boolean;
  /** Empty: this gate is off. */
  errorRate: number | string;
  latency: number | string;
  minRequests: number | string;
  observe: number | string;
  failAfter: number | string;
  /** Local time; empty: at once. */
  at: string;
  /** Why it goes through every freeze; empty: it does not. */
  breakGlass: string;
}

export const DEFAULTS: RolloutForm = {
  bundle: null,
  target: "all",
  labels: "",
  nodes: [],
  batch: "percent",
  batchSize: 10,
  maxUnavailable: 0,
  deadline: 600,
  autoRollback: true,
  heartbeat: true,
  errorRate: "",
  latency: "",
  minRequests: 1,
  observe: 0,
  failAfter: 15,
  at: "",
  breakGlass: "",
};

/** Which field of the form a field of the request is. */
export const FIELDS: Record<string, string> = {
  bundle_id: "bundle",
  "target_selector.labels": "labels",
  "target_selector.node_ids": "nodes",
  batch_size: "batchSize",
  batch_percentage: "batchSize",
  max_unavailable: "maxUnavailable",
  progress_deadline_seconds: "deadline",
  "health_gates.max_error_rate": "errorRate",
  "health_gates.max_latency_ms": "latency",
  "health_gates.min_requests": "minRequests",
  "health_gates.observe_seconds": "observe",
  "health_gates.fail_after_seconds": "failAfter",
  scheduled_at: "at",
  override_freeze_reason: "breakGlass",
};

const orNull = (value: number | string): number | null => (value === "" ? null : Number(value));
const orZero = (value: number | string): number => orNull(value) ?? 0;

/** The request; null while something that no plan can do without is missing. */
export function rolloutRequest(form: RolloutForm): RolloutCreate | null {
  if (form.bundle === null) return null;
  const { labels, error } = parseLabels(form.labels);
  if (form.target === "labels" && (error !== null || Object.keys(labels).length === 0)) return null;
  if (form.target === "nodes" && form.nodes.length === 0) return null;
  return {
    bundle_id: form.bundle,
    target_selector: form.target === "all" ? { type: "all" } : form.target === "labels" ? { type: "labels", labels } : { type: "node_ids", node_ids: form.nodes },
    strategy: form.batch === "once" ? "all_at_once" : "rolling",
    ...(form.batch === "nodes" ? { batch_size: orZero(form.batchSize) } : {}),
    ...(form.batch === "percent" ? { batch_percentage: orZero(form.batchSize) } : {}),
    max_unavailable: orZero(form.maxUnavailable),
    progress_deadline_seconds: orZero(form.deadline),
    health_gates: {
      heartbeat_healthy: form.heartbeat,
      max_error_rate: orNull(form.errorRate),
      max_latency_ms: orNull(form.latency),
      min_requests: orZero(form.minRequests),
      observe_seconds: orZero(form.observe),
      fail_after_seconds: orZero(form.failAfter),
    },
    auto_rollback: form.autoRollback,
    scheduled_at: fromLocal(form.at),
    override_freeze_reason: form.breakGlass.trim() || null,
  };
}
