import { expect, it } from "vitest";

import { safe } from "./login-page";

it("a link leads back into this site only", () => {
  expect(safe("/p/shop/nodes?status=offline")).toBe("/p/shop/nodes?status=offline");
  for (const next of [undefined, "https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]) {
    expect(safe(next)).toBe("/");
  }
});
