import { describe, expect, it } from "vitest";

import { generatedLine } from "./generated-place";

const kdl = `listeners {
    listener "web" {
    }
}
routes {
    route "shop" {
        upstream "shop"
    }
}
upstreams {
    upstream "shop" {
    }
}
`;

const json = JSON.stringify({ listeners: [{ id: "web", protocol: "http" }], routes: [{ id: "shop", upstream: "shop" }], upstreams: { shop: { id: "shop", targets: [] } } }, null, 2);
const lines = json.split("\n");

describe("what an object has become", () => {
  it("is found in what people read", () => {
    expect(generatedLine(kdl, "kdl", { kind: "listener", slug: "web" })).toBe(2);
    expect(generatedLine(kdl, "kdl", { kind: "service", slug: "shop" })).toBe(6);
    expect(generatedLine(kdl, "kdl", { kind: "upstream_group", slug: "shop" })).toBe(11);
    expect(generatedLine(kdl, "kdl", { kind: "service", slug: "sho" })).toBeNull();
  });

  it("is found in what the proxy reads, in its own part of it", () => {
    expect(lines[(generatedLine(json, "json", { kind: "service", slug: "shop" }) ?? 0) - 1]).toBe('      "id": "shop",');
    expect(lines[(generatedLine(json, "json", { kind: "upstream_group", slug: "shop" }) ?? 0) - 1]).toBe('    "shop": {');
    expect(generatedLine(json, "json", { kind: "middleware", slug: "shop" })).toBeNull();
  });
});
