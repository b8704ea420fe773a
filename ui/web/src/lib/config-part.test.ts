import { expect, test } from "vitest";

import type { ConfigDocument } from "../api/types";
import { clash, freeSlug, withPart } from "./config-part";

const document = (value: object): ConfigDocument => ({ version: 1, ...value }) as unknown as ConfigDocument;

const SHOP = document({ settings: { worker_threads: 2 }, services: { shop: { route_path: "/*", unknown_to_us: [1] } }, upstream_groups: { api: {} } });
const PART = document({ services: { new: { route_path: "/new" } }, upstream_groups: { new: {} } });

test("what is there stays, and what is new stands behind it", () => {
  const text = withPart(SHOP, PART);
  expect(JSON.parse(text)).toEqual({ version: 1, settings: { worker_threads: 2 }, services: { shop: { route_path: "/*", unknown_to_us: [1] }, new: { route_path: "/new" } }, upstream_groups: { api: {}, new: {} } });
  expect(Object.keys(JSON.parse(text).services)).toEqual(["shop", "new"]);
  expect(withPart(document({}), PART)).toContain('"services": {\n    "new"');
});

test("a name that is taken is told, and another one found", () => {
  expect(clash(SHOP, PART)).toBeUndefined();
  expect(clash(SHOP, document({ services: { shop: {} } }))).toBe("services.shop");
  expect(clash(SHOP, document({ upstream_groups: { api: {} } }))).toBe("upstream_groups.api");
  expect(freeSlug(SHOP, "new")).toBe("new");
  expect(freeSlug(SHOP, "api")).toBe("api-2");
  expect(freeSlug(document({ services: { a: {}, "a-2": {} } }), "a")).toBe("a-3");
});
