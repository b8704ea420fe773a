import { expect, it } from "vitest";

import { nextVersion } from "./next-version";

it("counts the last number of a version up", () => {
  expect(nextVersion("1.4.9")).toBe("1.4.10");
  expect(nextVersion("2026-11-24.1")).toBe("2026-11-24.2");
  expect(nextVersion("1.0.0-rc1+dev")).toBe("1.0.0-rc2+dev");
  expect(nextVersion("stable")).toBe("stable-2");
});
