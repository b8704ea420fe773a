import { expect, it } from "vitest";

import { known, withChange } from "./search-part";

it("has nothing in it that is not there", () => {
  expect(Object.keys(known({ at: "services.shop", view: undefined }))).toEqual(["at"]);
});

it("is changed where it is said, and nowhere else", () => {
  const now: { at?: string; view?: string } = { at: "services.shop", view: "form" };
  expect(withChange(now, { at: "services.cart" })).toEqual({ at: "services.cart", view: "form" });
  expect(Object.keys(withChange(now, { view: undefined }))).toEqual(["at"]);
});
