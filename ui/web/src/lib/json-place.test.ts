import { expect, test } from "vitest";

import { placeOf, places } from "./json-place";

const TEXT = `{
  "version": 1,
  "services": {
    "shop": {
      "route_path": "/a,{[\\"",
      "hosts": ["a.example", "b.example"],
      "splits": [{ "weight": 1 }, { "weight": 2 }]
    }
  }
}`;

test("a path is found where it stands", () => {
  const known = places(TEXT);
  const at = (path: string) => placeOf(known, path);
  expect(at("services.shop")).toEqual({ line: 4, column: 5 });
  expect(at("services.shop.route_path")).toEqual({ line: 5, column: 7 });
  expect(at("services.shop.hosts[1]")).toEqual({ line: 6, column: 30 });
  expect(at("services.shop.splits[1].weight")).toEqual({ line: 7, column: 37 });
});

test("what is not there is looked for around it", () => {
  const known = places(TEXT);
  expect(placeOf(known, "services.shop.retry.attempts")).toEqual({ line: 4, column: 5 });
  expect(placeOf(known, "listeners.http.address")).toBeUndefined();
  expect(placeOf(known, "")).toBeUndefined();
});
