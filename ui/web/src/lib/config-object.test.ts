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

const CART = { kind: "service", slug: "cart" } as const;

describe("an object of a document", () => {
  it("is found by its place, or by one in it", () => {
    const objects = objectsOf(document);
    expect(objects.map(({ path }) => path)).toEqual(["services.shop", "services.cart", "upstream_groups.shop"]);
    expect(objectAt(objects, "services.shop.hosts[0]")?.slug).toBe("shop");
    expect(objectAt(objects, "services.shopping")).toBeUndefined();
    expect(objectAt(objects, "settings.worker_threads")).toBeUndefined();
  });

  it("is found, and changed alone, whatever its slug is", () => {
    const slugs = ["a", "a.b", "", "a[0]", "__proto__"];
    const strange = JSON.parse(`{"version": 1, "services": {${slugs.map((slug) => `${JSON.stringify(slug)}: {"route_path": ${JSON.stringify(`/${slug}`)}}`).join(", ")}}}`) as ConfigDocument;
    const objects = objectsOf(strange);
    expect(objects.map(({ slug }) => slug)).toEqual(slugs);
    for (const object of objects) {
      expect(objectAt(objects, object.path)).toBe(object);
      expect(objectAt(objects, `${object.path}.route_path`)).toBe(object);
      const changed = withObject(strange, object, { route_path: "/changed" });
      expect(textOf(changed)).toBe(textOf(strange).replace(`"route_path": ${JSON.stringify(`/${object.slug}`)}`, '"route_path": "/changed"'));
      expect(objectsOf(withObject(strange, object, undefined)).map(({ slug }) => slug)).toEqual(slugs.filter((slug) => slug !== object.slug));
    }
  });

  it("is changed without a change of anything else, down to the order", () => {
    const changed = withObject(document, CART, { route_path: "/basket" });
    expect(textOf(changed)).toBe(textOf(document).replace('"/cart"', '"/basket"'));
    expect(textOf(withObject(document, CART, { route_path: "/cart" }))).toBe(textOf(document));
  });

  it("is taken away alone, and the last one with its kind", () => {
    expect(Object.keys(withObject(document, { kind: "upstream_group", slug: "shop" }, undefined))).toEqual(["version", "future", "services", "settings"]);
    expect(objectsOf(withObject(document, CART, undefined)).map(({ path }) => path)).toEqual(["services.shop", "upstream_groups.shop"]);
  });

  it("may be named by others", () => {
    expect(referencesOf(document)).toEqual({ upstream_groups: ["shop"], middlewares: [], trust_stores: [] });
  });

  it("has a slug of its own", () => {
    expect(slugRefusal(document, "service", "shop")).toMatch(/already/);
    expect(slugRefusal(document, "service", "Shop")).toMatch(/Lowercase/);
    expect(slugRefusal(document, "service", "shop-")).toMatch(/Lowercase/);
    expect(slugRefusal(document, "service", "a.b")).toMatch(/Lowercase/);
    expect(slugRefusal(document, "service", "a".repeat(51))).toMatch(/50/);
    expect(slugRefusal(document, "service", "a".repeat(50))).toBeNull();
    expect(slugRefusal(document, "service", "shop--2")).toBeNull();
    expect(slugRefusal(document, "listener", "shop")).toBeNull();
  });
});
