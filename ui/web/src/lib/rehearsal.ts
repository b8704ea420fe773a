import type { BadBundle, Rehearsal, RehearsedStep, RehearsedWaitKind } from "../api/types";
import type { Shown, StateKind } from "./states";
import { duration } from "./time";

/** What can be wrong with the bundle, and how that is said. */
export const WHAT_IF: { value: BadBundle | "good"; label: string }[] = [
  { value: "good", label: "is good" },
  { value: "fails", label: "fails" },
  { value: "errors", label: "answers with errors" },
  { value: "slow", label: "is slow" },
];

export const WAITS: Record<RehearsedWaitKind, { words: string; kind: StateKind }> = {
  schedule: { words: "its time", kind: "unknown" },
  queue: { words: "another rollout", kind: "unknown" },
  freeze: { words: "the end of a freeze", kind: "paused" },
  switching: { words: "nodes that switch", kind: "progressing" },
  observing: { words: "evidence", kind: "ok" },
  gate: { words: "a broken gate", kind: "failed" },
  way_back: { words: "nodes that go back", kind: "degraded" },
};

/** How it ended, in a word. */
export function rehearsalOutcome({ outcome }: Pick<Rehearsal, "outcome">): Shown {
  switch (outcome) {
    case "completed":
      return { kind: "ok", label: "Would complete" };
    case "rolled_back":
      return { kind: "degraded", label: "Would go back" };
    case "failed":
      return { kind: "failed", label: "Would fail" };
    case "cancelled":
      return { kind: "unknown", label: "Would be cancelled" };
    case "refused":
      return { kind: "failed", label: "Would be refused" };
    case "unfinished":
      return { kind: "unknown", label: "Has no end here" };
  }
}

export interface Stretch {
  kind: RehearsedWaitKind;
  /** Shares of the whole, in percent. */
  left: number;
  width: number;
  words: string;
}

export interface TimeRow {
  label: string;
  stretches: Stretch[];
  /** Of this row alone. */
  took: string | null;
  error: string | null;
}

/** The course on one scale of time: a row before the steps if there was something to wait for, one for each step, and one for the way back. */
export function timeRows(course: Pick<Rehearsal, "steps" | "waits" | "total_ms">): TimeRow[] {
  const total = Math.max(1, course.total_ms);
  const stretch = ({ kind, from_ms: from, to_ms: to, reason }: Rehearsal["waits"][number]): Stretch => ({
    kind,
    left: (from * 100) / total,
    width: ((to - from) * 100) / total,
    words: `${duration(to - from)} for ${WAITS[kind].words}${reason ? `: ${reason}` : ""}`,
  });
  const took = (waits: Rehearsal["waits"]) => (waits.length === 0 ? null : duration(waits.reduce((sum, wait) => sum + wait.to_ms - wait.from_ms, 0)));
  const outside = (label: string, waits: Rehearsal["waits"]): TimeRow[] =>
    waits.length === 0 ? [] : [{ label, stretches: waits.map(stretch), took: took(waits), error: null }];
  const step = (one: RehearsedStep): TimeRow => ({
    label: `Step ${one.index + 1}`,
    stretches: one.waits.map(stretch),
    took: one.started_ms != null && one.ended_ms != null ? duration(one.ended_ms - one.started_ms) : null,
    error: one.error ?? null,
  });
  return [
    ...outside("Before", course.waits.filter((wait) => wait.kind !== "way_back")),
    ...course.steps.map(step),
    ...outside("Way back", course.waits.filter((wait) => wait.kind === "way_back")),
  ];
}
