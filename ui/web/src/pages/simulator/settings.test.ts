import { expect, test } from "vitest";

import { parseSpread, presetOf, PRESETS, toForm, toRequest } from "./settings";

const FORM = toForm({
  nodes: 12,
  seed: 1,
  labels: { zone: ["a", "b", "c"] },
  failure_percent: 0,
  slow_percent: 0,
  flap_percent: 0,
  error_permille: 1,
  latency_ms: 0,
  requests_per_second: 100,
  only_version: null,
});

test("labels are lines with their values", () => {
  expect(FORM.labels).toBe("zone=a, b, c");
  expect(parseSpread("zone=a,b\n\n tier = edge ").labels).toEqual({ zone: ["a", "b"], tier: ["edge"] });
  for (const wrong of ["zone", "=a", "zone=a,,b", "zone="]) expect(parseSpread(wrong).error).toContain("zone=a, b, c");
});

test("a start asks for everything, a change for what was changed", () => {
  expect(toRequest(FORM, FORM, false)).toMatchObject({ nodes: 12, seed: 1, labels: { zone: ["a", "b", "c"] }, only_version: "" });
  expect(toRequest(FORM, FORM, true)).toEqual({});
  expect(toRequest({ ...FORM, failure_percent: 30, hours: 1.5 }, FORM, true)).toEqual({ failure_percent: 30, lasts_minutes: 90 });
});

test("every preset is another one, and what begins is the healthy one", () => {
  expect(presetOf(FORM)).toBe("healthy");
  for (const { id, behaviour } of PRESETS) expect(presetOf({ ...FORM, ...behaviour })).toBe(id);
  expect(presetOf({ ...FORM, failure_percent: 13 })).toBeUndefined();
});
