import { describe, expect, it } from "vitest";

import type { CanaryAnalysis, CanaryLook } from "../api/types";
import { evidencePlot, evidenceWords, groupWords, places, sharePlot, stepMarks } from "./canary";

const look = (seconds: number, errors: number, evidence: number, step = 0): CanaryLook => ({
  at: new Date(1_000_000 + seconds * 1_000).toISOString(),
  step_index: step,
  canary: { requests: 100, errors, timed: 0, slow: 0 },
  control: { requests: 1_000, errors: 10, timed: 1_000, slow: 10 },
  error_evidence: evidence,
  slow_evidence: 0.5,
});

const analysis = (course: CanaryLook[]): CanaryAnalysis => ({
  step_index: 0,
  looks: course.length,
  since: course[0]?.at ?? "",
  analyzed_at: course.at(-1)?.at ?? "",
  verdict: "gathering",
  canary: { requests: 300, errors: 3, timed: 0, slow: 0 },
  control: { requests: 3_000, errors: 30, timed: 3_000, slow: 30 },
  slow_above_ms: 25,
  error_evidence: 2,
  slow_evidence: 1,
  bound: 200,
  course,
});

describe("a canary's charts", () => {
  it("spread looks over time, one or many", () => {
    expect(places([look(0, 0, 1), look(5, 0, 1), look(20, 0, 1)])).toEqual([0, 0.25, 1]);
    expect(places([look(7, 0, 1)])).toEqual([0]);
    expect(places([])).toEqual([]);
  });

  it("show shares on a scale that fits, and a gap where nothing was measured", () => {
    const plot = sharePlot([look(0, 0, 1), look(5, 50, 1)], "errors");
    expect(plot.top).toBeCloseTo(0.575);
    expect(plot.lines[0]?.points[1]?.[1]).toBeCloseTo(0.5 / 0.575);
    expect(sharePlot([look(0, 0, 1)], "slow").lines[0]?.points).toEqual([null]);
    expect(sharePlot([], "errors").top).toBe(0.001);
  });

  it("show evidence against the bound, however much there is", () => {
    const plot = evidencePlot(analysis([look(0, 0, 0.1), look(5, 0, 1e12)]));
    expect(plot.lines[0]?.points[0]?.[1]).toBe(0);
    expect(plot.lines[0]?.points[1]?.[1]).toBe(1);
    expect(plot.bound).toBeCloseTo(0.5);
    expect(evidencePlot(analysis([])).bound).toBeCloseTo(1 / 1.35);
  });

  it("say it in words", () => {
    expect(evidenceWords(1.234)).toBe("1.2 to 1");
    expect(evidenceWords(5e11)).toBe("over a million to 1");
    expect(groupWords(analysis([]), "errors")).toBe("1 % of 300; 1 % of 3,000 at the other nodes");
    expect(stepMarks([look(0, 0, 1), look(5, 0, 1), look(10, 0, 1, 1)])).toEqual([{ at: 1, label: "Step 2" }]);
  });
});
