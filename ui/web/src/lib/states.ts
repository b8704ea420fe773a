// Every state of every object as one of six kinds, so that the same colour and shape mean the same everywhere.
import type { Bundle, Node, NodeStatus, RiskLevel, Rollout, RolloutNode, RolloutState, StepState } from "../api/types";

export type StateKind = "ok" | "progressing" | "degraded" | "failed" | "unknown" | "paused";

export interface Shown {
  kind: StateKind;
  label: string;
}

export function nodeStatus(status: NodeStatus): Shown {
  switch (status) {
    case "online":
      return { kind: "ok", label: "Online" };
    case "offline":
      return { kind: "failed", label: "Offline" };
    case "unknown":
      return { kind: "unknown", label: "Never seen" };
  }
}

export function rolloutState(state: RolloutState): Shown {
  switch (state) {
    case "pending_approval":
      return { kind: "paused", label: "Waits for approval" };
    case "scheduled":
      return { kind: "paused", label: "Scheduled" };
    case "pending":
      return { kind: "paused", label: "Queued" };
    case "running":
      return { kind: "progressing", label: "Running" };
    case "paused":
      return { kind: "paused", label: "Paused" };
    case "rolling_back":
      return { kind: "degraded", label: "Rolling back" };
    case "completed":
      return { kind: "ok", label: "Completed" };
    case "failed":
      return { kind: "failed", label: "Failed" };
    case "cancelled":
      return { kind: "unknown", label: "Cancelled" };
    case "rolled_back":
      return { kind: "degraded", label: "Rolled back" };
  }
}

/** The state of one rollout. A way back on which nodes were lost has not led back. */
export function rolloutOutcome(rollout: Pick<Rollout, "state" | "error">): Shown {
  const lost = rollout.state === "rolled_back" && (rollout.error?.exceptions?.length ?? 0) > 0;
  return lost ? { kind: "failed", label: "Rolled back in part" } : rolloutState(rollout.state);
}

export function stepState(state: StepState): Shown {
  switch (state) {
    case "pending":
      return { kind: "unknown", label: "Pending" };
    case "running":
      return { kind: "progressing", label: "Running" };
    case "verifying":
      return { kind: "progressing", label: "Verifying" };
    case "completed":
      return { kind: "ok", label: "Completed" };
    case "failed":
      return { kind: "failed", label: "Failed" };
  }
}

export function bundleStatus(bundle: Bundle): Shown {
  return bundle.status === "revoked" ? { kind: "failed", label: "Revoked" } : { kind: "ok", label: "Ready" };
}

export function risk(level: RiskLevel): Shown {
  switch (level) {
    case "low":
      return { kind: "ok", label: "Low risk" };
    case "medium":
      return { kind: "degraded", label: "Medium risk" };
    case "high":
      return { kind: "failed", label: "High risk" };
  }
}

/** Whether a node runs what it shall run. */
export function convergence(node: Pick<Node, "desired" | "converged" | "failure" | "status">): Shown {
  if (!node.desired) return { kind: "unknown", label: "Nothing assigned" };
  if (node.converged) return { kind: "ok", label: "Converged" };
  if (node.failure && node.failure.generation === node.desired.generation) return { kind: "failed", label: "Failed" };
  return { kind: "progressing", label: "Converging" };
}

/** Where a node is inside a rollout, from what it has proven, not from what was ordered. */
export function rolloutNode(node: RolloutNode): Shown {
  if (node.failure && node.failure.generation === node.generation) return { kind: "failed", label: "Failed" };
  switch (node.state) {
    case "pending":
      return { kind: "unknown", label: "Pending" };
    case "kept":
      return { kind: "ok", label: "Kept" };
    case "nothing_to_restore":
      return { kind: "unknown", label: "Nothing to restore" };
    case "restoring":
      return node.converged ? { kind: "degraded", label: "Restored" } : { kind: "degraded", label: "Restoring" };
    case "assigned":
    case "completed":
      if (proven(node)) return { kind: "ok", label: "Active" };
      return node.status === "offline" ? { kind: "failed", label: "Offline" } : { kind: "progressing", label: "Switching" };
  }
}

/** It runs the assignment that the rollout gave it. */
export function proven(node: RolloutNode): boolean {
  const [given, effective] = [node.generation ?? null, node.effective_generation ?? null];
  return given !== null && effective !== null && effective >= given;
}
