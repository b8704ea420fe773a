// Drift in words and states.
import type { DriftEvent, DriftSeverity, NodeDrift } from "../api/types";
import type { Shown } from "./states";

export function driftSeverity(severity: DriftSeverity): Shown {
  switch (severity) {
    case "low":
      return { kind: "unknown", label: "Low" };
    case "medium":
      return { kind: "degraded", label: "Medium" };
    case "high":
      return { kind: "failed", label: "High" };
    case "critical":
      return { kind: "failed", label: "Critical" };
  }
}

export function driftState(event: Pick<DriftEvent, "state" | "resolution" | "tries">): Shown {
  switch (event.state) {
    case "open":
      return event.tries > 0 ? { kind: "progressing", label: "Being brought back" } : { kind: "degraded", label: "Open" };
    case "alarm":
      return { kind: "failed", label: "Needs somebody" };
    case "resolved":
      return { kind: "ok", label: RESOLUTION[event.resolution ?? "self"] };
  }
}

const RESOLUTION = {
  self: "Back by itself",
  remediated: "Brought back",
  manual: "Left as it is",
  superseded: "Given something else",
} as const;

/** Whether a node really runs what it was assigned; what was not measured is never in sync. */
export function driftStatus(drift: Pick<NodeDrift, "status"> | null | undefined, online: boolean): Shown {
  if (!online) return { kind: "unknown", label: "Not known while offline" };
  switch (drift?.status) {
    case "in_sync":
      return { kind: "ok", label: "In sync" };
    case "drifted":
      return { kind: "failed", label: "Drifted" };
    default:
      return { kind: "unknown", label: "Not measured" };
  }
}

const DIFFERENCE: Record<string, string> = {
  changed: "changed",
  missing: "is gone",
  extra: "does not belong there",
  not_running: "does not run",
  other_generation: "does not prove the generation",
};

export function differenceWords(kind: string): string {
  return DIFFERENCE[kind] ?? kind;
}
