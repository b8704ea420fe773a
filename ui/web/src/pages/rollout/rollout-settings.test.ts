import { expect, test } from "vitest";

import type { RuleRollout } from "../../api/types";
import { changed, formOf, mannerOver, type Settings, settingsOf } from "./rollout-settings";

/** Nothing of it is as usual, and some of it has no field in the form. */
const unusual: RuleRollout = {
  strategy: "rolling",
  batch_size: 3,
  batch_percentage: null,
  canary_analysis_config: null,
  blue_green_config: null,
  max_unavailable: 2,
  progress_deadline_seconds: 777,
  health_gates: { heartbeat_healthy: false, max_error_rate: 1.5, max_latency_ms: 250, max_cpu_percent: 90, max_memory_percent: 80, min_requests: 17, observe_seconds: 44, fail_after_seconds: 33 },
  auto_rollback: false,
  auto_advance: false,
  failure_domain: "zone",
  rollback_threshold: 40,
  checks: [{ name: "checkout", url: "https://shop.example.com/health", method: "HEAD", expected_status: "204", headers: { "x-probe": "1" }, timeout_ms: 900, interval_seconds: 5, passes: 5, failures: 2 }],
  on_conflict: "queue",
};

const settings = (rollout: Partial<RuleRollout> = {}): Settings => ({ target_selector: { type: "labels", labels: { site: "fra" } }, environment: { id: "e", slug: "prod", name: "Production", color: "#f00" }, rollout: { ...unusual, ...rollout } });

const manners: Partial<RuleRollout>[] = [
  {},
  { batch_size: null, batch_percentage: 40 },
  { batch_size: null, strategy: "all_at_once", failure_domain: null },
  { batch_size: null, strategy: "canary", canary_analysis_config: { steps: [50, 100], confidence_level: 0.95, max_error_rate_rise: 0.7, max_slow_rise: null, min_requests: 9, bake_seconds: 11 } },
  // The form has no field for the portions of its standby slot.
  { batch_size: 2, strategy: "blue_green", failure_domain: null, blue_green_config: { traffic_steps: [30, 100], bake_seconds: 13 } },
];

test.each(manners)("nothing of a template is lost in the form: %o", (manner) => {
  const known = settings(manner);
  expect(mannerOver(known, formOf(known))).toEqual(known.rollout);
  expect(changed(known, formOf(known))).toEqual({ manner: {}, place: null });
});

test("what is changed in the form is what is said, each field as a whole", () => {
  const known = settings();
  const form = formOf(known);
  expect(changed(known, { ...form, maxUnavailable: 0, observe: 1 }).manner).toEqual({ max_unavailable: 0, health_gates: { ...unusual.health_gates, observe_seconds: 1 } });
  expect(changed(known, { ...form, failureDomain: "", threshold: "" }).manner).toEqual({ failure_domain: null, rollback_threshold: null });
  expect(mannerOver(known, { ...form, batch: "percent", batchSize: 20 })).toEqual({ ...unusual, batch_size: null, batch_percentage: 20 });
  expect(changed(known, { ...form, environment: null }).place).toEqual({ target_selector: { type: "labels", labels: { site: "fra" } }, environment: null });
});

test("a check that stays keeps what its line does not say", () => {
  const known = settings();
  const form = formOf(known);
  const more = changed(known, { ...form, checks: `${form.checks}\nstock https://stock.example.com/` }).manner.checks;
  expect(more?.[0]).toEqual(unusual.checks?.[0]);
  expect(more?.[1]?.name).toBe("stock");
});

test("a rollout's own fields are not among its settings", () => {
  const rollout = { ...unusual, id: "x", target_selector: { type: "all" } as const, state: "running" };
  expect(settingsOf(rollout)).toEqual({ target_selector: { type: "all" }, environment: null, rollout: unusual });
});
