import { expect, test } from "vitest";

import { CHECK_FIELDS, parseChecks } from "./checks";

const usual = { method: "GET", timeout_ms: 5_000, interval_seconds: 10, passes: 3, failures: 3 };

test("a line is a check, and what it leaves out is as it usually is", () => {
  expect(parseChecks("\n checkout https://shop.example.com/health \n")).toEqual([{ ...usual, name: "checkout", url: "https://shop.example.com/health", expected_status: "200-299" }]);
  expect(parseChecks("a http://b/ 204\nc http://d/ 200-204 all is well\ne http://f/ ok")).toEqual([
    { ...usual, name: "a", url: "http://b/", expected_status: "204" },
    { ...usual, name: "c", url: "http://d/", expected_status: "200-204", body_contains: "all is well" },
    { ...usual, name: "e", url: "http://f/", expected_status: "200-299", body_contains: "ok" },
  ]);
  expect(parseChecks("")).toEqual([]);
});

test("what the server says of any of them is said at the field", () => {
  expect(CHECK_FIELDS["checks.3.url"]).toBe("checks");
  expect(CHECK_FIELDS["checks"]).toBe("checks");
});
