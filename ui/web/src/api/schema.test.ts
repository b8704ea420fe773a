// @vitest-environment node
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

import { generate, SCHEMA } from "../../scripts/api-generate.mjs";

it("the types are those of the API's description; if not, run `npm run api:generate`", async () => {
  expect(readFileSync(SCHEMA, "utf8")).toBe(await generate());
});
