// Canaries of the mocked API: portions, and looks that grow as time goes by.
import type { CanaryAnalysis, CanaryConfig, CanaryTraffic } from "../src/api/types.ts";
import type { StoredRollout } from "./db.ts";
import { random } from "./random.ts";

export const USUAL: CanaryConfig = { steps: [5, 25, 50, 100], confidence_level: 0.99, max_error_rate_rise: 0.1, max_slow_rise: 1, min_requests: 500, bake_seconds: 60 };

/** How many nodes are taken in each step. */
export function portions(steps: readonly number[], nodes: number): number[] {
  const up = steps.map((share) => Math.ceil((nodes * share) / 100));
  return up.map((count, index) => count - (up[index - 1] ?? 0)).filter((count) => count > 0);
}

const plus = (a: CanaryTraffic, b: CanaryTraffic): CanaryTraffic => ({ requests: a.requests + b.requests, errors: a.errors + b.errors, timed: a.timed + b.timed, slow: a.slow + b.slow });
const NONE: CanaryTraffic = { requests: 0, errors: 0, timed: 0, slow: 0 };

function group(requests: number, errors: number, slow: number): CanaryTraffic {
  const hits = (share: number): number => Math.max(0, Math.round(requests * share * (0.7 + random() * 0.6)));
  return { requests, errors: hits(errors), timed: requests, slow: hits(slow) };
}

/** One more look, five seconds after the one before; `worse`: by how much the new bundle errs more. */
export function look(stored: StoredRollout, worse = 0, at = Date.now()): CanaryAnalysis {
  const { rollout } = stored;
  const stamp = new Date(at).toISOString();
  const before = stored.canary;
  const goesOn = before?.step_index === rollout.current_step;
  const share = (rollout.canary_analysis_config?.steps[rollout.current_step] ?? 50) / 100;
  const canary = group(Math.round(9_000 * share), 0.004 + worse, 0.008);
  const control = group(Math.round(9_000 * (1 - share)), 0.004, 0.008);
  const evidence = Math.max(0.05, (before?.error_evidence ?? 1) * (worse > 0 ? 2.6 : 0.75 + random() * 0.5));
  const slow = Math.max(0.05, (before?.slow_evidence ?? 1) * (0.75 + random() * 0.5));
  const course = [...(before?.course ?? []), { at: stamp, step_index: rollout.current_step, canary, control, error_evidence: evidence, slow_evidence: slow }].slice(-240);
  const looks = course.filter((point) => point.step_index === rollout.current_step).length;
  const analysis: CanaryAnalysis = {
    step_index: rollout.current_step,
    looks: (before?.looks ?? 0) + 1,
    since: goesOn ? before.since : stamp,
    analyzed_at: stamp,
    verdict: evidence >= 200 ? "worse" : looks >= 10 ? "fair" : "gathering",
    canary: plus(goesOn ? before.canary : NONE, canary),
    control: plus(goesOn ? before.control : NONE, control),
    slow_above_ms: 50,
    error_evidence: evidence,
    slow_evidence: slow,
    bound: 200,
    course,
  };
  stored.canary = analysis;
  return analysis;
}
