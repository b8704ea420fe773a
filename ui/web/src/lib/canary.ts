// A canary and its bound, as the charts draw them. For showing only: members decide.
import type { CanaryAnalysis, CanaryLook, CanaryTraffic } from "../api/types";
import type { Line } from "../ui/line-chart";
import { number, percent } from "./format";
import type { Shown } from "./states";

export function verdict(verdict: CanaryAnalysis["verdict"]): Shown {
  switch (verdict) {
    case "gathering":
      return { kind: "progressing", label: "Being compared" };
    case "fair":
      return { kind: "ok", label: "No worse" };
    case "worse":
      return { kind: "failed", label: "Worse" };
  }
}

/** What a chart needs, without its words. */
export interface Plot {
  lines: Line[];
  /** The highest value of the scale. */
  top: number;
  bound: number | null;
}

/** Where each look stands in time, from 0 to 1. */
export function places(course: readonly CanaryLook[]): number[] {
  const times = course.map((look) => Date.parse(look.at));
  const first = times[0] ?? 0;
  const span = Math.max(1, (times.at(-1) ?? 0) - first);
  return times.map((time) => (time - first) / span);
}

export type Respect = "errors" | "slow";

const share = (traffic: CanaryTraffic, respect: Respect): number | null => {
  const [hits, of] = respect === "errors" ? [traffic.errors, traffic.requests] : [traffic.slow, traffic.timed];
  return of === 0 ? null : hits / of;
};

/** Shares of errors, or of slow answers, of both groups. */
export function sharePlot(course: readonly CanaryLook[], respect: Respect): Plot {
  const at = places(course);
  const values = (group: "canary" | "control") => course.map((look) => share(look[group], respect));
  const [canary, control] = [values("canary"), values("control")];
  const highest = Math.max(0, ...[...canary, ...control].filter((value) => value !== null));
  const top = Math.min(1, Math.max(0.001, highest * 1.15));
  const line = (of: (number | null)[]): Line["points"] => of.map((value, index) => (value === null ? null : ([at[index] ?? 0, value / top] as const)));
  return {
    lines: [
      { label: "New bundle", look: "first", points: line(canary) },
      { label: "Other nodes", look: "second", points: line(control) },
    ],
    top,
    bound: null,
  };
}

/** Both kinds of evidence on a scale of powers of ten: 1 is nothing, the bound fails the step. */
export function evidencePlot(analysis: CanaryAnalysis): Plot {
  const at = places(analysis.course);
  const power = (evidence: number): number => Math.max(0, Math.log10(Math.max(1, evidence)));
  const highest = Math.max(...analysis.course.map((look) => Math.max(power(look.error_evidence), power(look.slow_evidence))), 0);
  // Evidence may be astronomical; a little beyond the bound says as much.
  const top = Math.min(Math.max(power(analysis.bound) * 1.35, highest), power(analysis.bound) * 2);
  const line = (of: (look: CanaryLook) => number): Line["points"] => analysis.course.map((look, index) => [at[index] ?? 0, Math.min(1, power(of(look)) / top)] as const);
  return {
    lines: [
      { label: "Errors", look: "first", points: line((look) => look.error_evidence) },
      { label: "Slow answers", look: "second", points: line((look) => look.slow_evidence) },
    ],
    top: 10 ** top,
    bound: power(analysis.bound) / top,
  };
}

/** `1.2 to 1`, or more than anybody wants to read. */
export function evidenceWords(evidence: number): string {
  return evidence >= 1e6 ? "over a million to 1" : `${evidence < 10 ? evidence.toFixed(1) : number(Math.round(evidence))} to 1`;
}

/** Both groups in one respect: `0.40 % of 1,200, 0.31 % of 24,000 at the other nodes`. */
export function groupWords(analysis: CanaryAnalysis, respect: Respect): string {
  const words = (traffic: CanaryTraffic): string =>
    respect === "errors" ? `${percent(traffic.errors, traffic.requests)} of ${number(traffic.requests)}` : `${percent(traffic.slow, traffic.timed)} of ${number(traffic.timed)}`;
  return `${words(analysis.canary)}; ${words(analysis.control)} at the other nodes`;
}

/** Steps that began within the course, where they did. */
export function stepMarks(course: readonly CanaryLook[]): { at: number; label: string }[] {
  const at = places(course);
  return course.flatMap((look, index) => {
    const before = course[index - 1];
    return before !== undefined && before.step_index !== look.step_index ? [{ at: at[index] ?? 0, label: `Step ${look.step_index + 1}` }] : [];
  });
}
