import { describe, expect, it } from "vitest";

import type { ConfigDocument } from "../api/types";
import { objectAt, objectsOf, referencesOf, slugRefusal, textOf, withObject } from "./config-object";

const document = JSON.parse(`{
  "version": 1,
  "future": { "of": ["another", "version"] },
  "services": { "shop": { "route_path": "/*", "upstream_group": "shop", "unknown_here": { "deep": [1, null, "x"] } }, "cart": { "route_path": "/cart" } },
  "upstream_groups": { "shop": { "targets": [] } },
  "settings": { "worker_threads": 2 }
}`) as ConfigDocument;

describe("an object of a document", () => {
  it("is found by its place, or by one in it", () => {
    const objects = objectsOf(document);
    expect(objects.map(({ path }) => path)).toEqual(["services.shop", "services.cart", "upstream_groups.shop"]);
    expect(objectAt(objects, "services.shop.hosts[0]")?.slug).toBe("shop");
    expect(objectAt(objects, "services.shopping")).toBeUndefined();
    expect(objectAt(objects, "settings.worker_threads")).toBeUndefined();
  });

  it("is changed without a change of anything else, down to the order", () => {
    const changed = withObject(document, "services.cart", { route_path: "/basket" });
    expect(textOf(changed)).toBe(textOf(document).replace('"/cart"', '"/basket"'));
    expect(textOf(withObject(document, "services.cart", { route_path: "/cart" }))).toBe(textOf(document));
  });

  it("is taken away alone", () => {
    expect(objectsOf(withObject(document, "services.cart", undefined)).map(({ path }) => path)).toEqual(["services.shop", "upstream_groups.shop"]);
  });

  it("may be named by others", () => {
    expect(referencesOf(document)).toEqual({ upstream_groups: ["shop"], middlewares: [], trust_stores: [] });
  });

  it("has a slug of its own", () => {
    expect(slugRefusal(document, "service", "shop")).toMatch(/already/);
    expect(slugRefusal(document, "service", "Shop")).toMatch(/Lowercase/);
    expect(slugRefusal(document, "listener", "shop")).toBeNull();
  });
});
