import { expect, test } from "vitest";

import { fromLocal } from "./local-time";

test("a local time means its moment, and an empty field means none", () => {
  const moment = fromLocal("2026-11-29T08:30");
  expect(moment).toBe(new Date(2026, 10, 29, 8, 30).toISOString());
  expect(fromLocal("")).toBeNull();
  expect(fromLocal("soon")).toBeNull();
});
