import { expect, it } from "vitest";

import { domainsOf, fieldOf } from "./request";

it("names are written one on each line, or with commas between them", () => {
  expect(domainsOf(" a.example.com\n\nb.example.com, c.example.com ")).toEqual(["a.example.com", "b.example.com", "c.example.com"]);
  expect(domainsOf(" ")).toEqual([]);
});

it("what is wrong with one of the names is told at their field", () => {
  expect(fieldOf(["a", "b"])).toMatchObject({ domains: "domains", "domains.0": "domains", "domains.1": "domains", "external_account.hmac_key": "hmac" });
});
